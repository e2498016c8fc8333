"""Fills Scrapy's settings from the configuration, so that Scrapy's own commands work as ours do."""

from __future__ import annotations

from typing import Any

from scrapy.settings import BaseSettings

from newsreel import __version__
from newsreel.configuration import Configuration, check_contact, load_configuration, load_sources


def settings_of(configuration: Configuration) -> dict[str, Any]:
    """Give the settings that a configuration means."""
    contact = configuration.contact
    return {
        "NEWSREEL_DATABASE": configuration.database_url,
        "NEWSREEL_CATALOGUE": str(configuration.sources) if configuration.sources else None,
        "NEWSREEL_ALLOW_NETWORKS": list(configuration.allow_networks),
        "NEWSREEL_CONTACT": contact,
        "NEWSREEL_DELAY": configuration.delay,
        "NEWSREEL_KEEP_LOGS_DAYS": configuration.keep_logs_days,
        "NEWSREEL_KEEP_LOGS_RUNS": configuration.keep_logs_runs,
        "USER_AGENT": f"Newsreel/{__version__}" + (f" (+{contact})" if contact else ""),
    }


class ConfigurationAddon:
    """Sets what nobody set: under `scrapy crawl` that is everything, in a batch of ours nothing."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Fill in from the configuration."""
        if settings["NEWSREEL_DATABASE"]:
            return
        configuration = load_configuration({"sources": settings["NEWSREEL_CATALOGUE"]})
        check_contact(configuration, tuple(s for s in load_sources(configuration) if s.enabled))
        for name, value in settings_of(configuration).items():
            # An add-on's own rank is below the settings module, whose blanks these are.
            settings.set(name, value, priority="project")
