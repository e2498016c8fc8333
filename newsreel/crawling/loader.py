"""The catalogue as Scrapy's spider loader: a spider for each enabled source."""

from __future__ import annotations

import builtins

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from newsreel.configuration import load_configuration, load_sources
from newsreel.sources import Source
from newsreel.urls import same_site
from spiders.outlet import OutletSpider


def spider_for(source: Source, kind: type[OutletSpider] = OutletSpider) -> type[OutletSpider]:
    """Make the spider class of a source."""
    return type(kind.__name__, (kind,), {"name": source.id, "source": source, "delay": source.delay})


class CatalogueSpiderLoader:
    """Finds spiders in the catalogue instead of in modules."""

    def __init__(self, sources: tuple[Source, ...]) -> None:
        self.sources = {source.id: source for source in sources if source.enabled}

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> CatalogueSpiderLoader:
        """Read the catalogue that the settings or the configuration name."""
        return cls(load_sources(load_configuration({"sources": settings["NEWSREEL_CATALOGUE"]})))

    def load(self, spider_name: str) -> type[Spider]:
        """Give the spider class of a source; KeyError for one that is unknown or disabled."""
        try:
            return spider_for(self.sources[spider_name])
        except KeyError:
            raise KeyError(f"no enabled source {spider_name!r} in the catalogue") from None

    def list(self) -> builtins.list[str]:
        """Give the names of the enabled sources."""
        return sorted(self.sources)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """Give the sources whose home is on the request's site."""
        return [name for name, source in self.sources.items() if same_site(source.home, request.url)]
