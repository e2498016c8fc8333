"""Settings that the crawls of a batch share: Scrapy copies every value for each crawl, a third of a start's cost."""

from __future__ import annotations

from typing import Self, TypeVar

from scrapy.settings import BaseSettings, Settings, SettingsAttribute

Kind = TypeVar("Kind", bound=BaseSettings)


class SharedSettings(Settings):
    """Settings whose copies can be set apart from each other, while the values in them are the same objects."""

    def copy(self) -> Self:
        """Give a copy that is as deep as Scrapy changes settings: names, priorities, and tables of components."""
        return _twin(self)


def _twin(settings: Kind) -> Kind:
    twin = object.__new__(type(settings))
    twin.frozen = False
    twin.attributes = {
        name: SettingsAttribute(
            _twin(kept.value) if isinstance(kept.value, BaseSettings) else kept.value, kept.priority
        )
        for name, kept in settings.attributes.items()
    }
    return twin
