"""The configuration and the catalogue that a running service goes by: read again when their files changed."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from newsreel.configuration import Configuration, check_contact, load_sources
from newsreel.errors import NewsreelError
from newsreel.sources import Source
from newsreel.sources.writing import catalogue_text

logger = logging.getLogger("newsreel.scheduler")

# Crawl processes read the catalogue from here: the one in force, also while the owner's file is broken.
COPY_NAME = "catalogue-in-force.toml"


class InForce:
    """Reads configuration and catalogue; what cannot be read leaves both as they were, and says so once."""

    def __init__(self, read: Callable[[], Configuration]) -> None:
        self.read = read
        self.configuration = read()
        self._marks = self._look()
        self.sources = self._load(self.configuration)
        self._written: Path | None = None

    def look(self) -> tuple[Source, ...]:
        """Give the sources in force, after reading again what changed since the last look."""
        marks = self._look()
        if marks == self._marks:
            return self.sources
        self._marks = marks
        try:
            configuration = self.read()
            if configuration.database_url != self.configuration.database_url:
                logger.error("another database takes effect when the service is started again")
                configuration = replace(configuration, database=self.configuration.database_url)
            sources = self._load(configuration)
        except NewsreelError as error:
            logger.error("what was changed cannot be used, what was read before stays in force: %s", error)
            return self.sources
        logger.info("configuration and catalogue were read again: %s", difference(self.sources, sources))
        # Where the new configuration names another catalogue the next look finds that, and reads once more.
        self.configuration, self.sources, self._written = configuration, sources, None
        return sources

    def for_crawls(self) -> Configuration:
        """Give the configuration for a crawl process, with a copy of the catalogue in force; OSError if it fails."""
        file = self.configuration.data_dir / COPY_NAME
        if self._written != file or not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(catalogue_text(self.sources), encoding="utf-8")
            new.replace(file)
            self._written = file
        return replace(self.configuration, sources=file)

    @staticmethod
    def _load(configuration: Configuration) -> tuple[Source, ...]:
        sources = load_sources(configuration)
        check_contact(configuration, tuple(source for source in sources if source.enabled))
        return sources

    def _look(self) -> Mapping[Path, str]:
        """Give what tells whether a file changed: its content, since a clock's time may stand still or go back."""
        configuration = self.configuration
        return {file: _mark(file) for file in (configuration.file, configuration.sources or configuration.own_sources)}


def difference(before: tuple[Source, ...], after: tuple[Source, ...]) -> str:
    """Say how a catalogue changed.

    >>> difference((Source("a", "A", ""), Source("b", "B", "")), (Source("b", "Bee", ""), Source("c", "C", "")))
    '2 sources; added: c; removed: a; changed: b'
    """
    old, new = ({source.id: source for source in sources} for sources in (before, after))
    kinds = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": [name for name in new if name in old and new[name] != old[name]],
    }
    return "; ".join(
        [f"{len(new)} sources", *(f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names)]
    )


def _mark(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        return type(error).__name__
