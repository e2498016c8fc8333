"""The catalogue in force, read again when one of its files changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from newsreel.configuration import Configuration, load_sources
from newsreel.sources import Source
from newsreel.sources.catalogue import shipped_catalogue
from newsreel.web.doors import Doors


@dataclass(slots=True)
class _Read:
    """What was read, and how its files were then."""

    stamp: object = None
    sources: dict[str, Source] = field(default_factory=dict)


_read = _Read()


def catalogue(doors: Doors) -> dict[str, Source]:
    """Give all sources of the catalogue by their ids, the disabled ones too; none without a configuration.

    Raises CatalogueError where a file has an error.
    """
    if doors.configuration is None:
        return {}
    configuration = doors.configuration()
    stamp = _stamp(configuration)
    if _read.stamp != stamp:
        # Two requests at once read it twice, and both are right.
        _read.sources = {source.id: source for source in load_sources(configuration)}
        _read.stamp = stamp
    return _read.sources


def _stamp(configuration: Configuration) -> object:
    files = (configuration.sources or shipped_catalogue(), configuration.own_sources)
    kept = (configuration.keep_pages, configuration.keep_articles, configuration.keep_revisions)
    return kept, *((file, *_state(file)) for file in files)


def _state(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
