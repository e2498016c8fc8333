"""A source that is added is paused, or freed of an old pause, unless the catalogue cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from stories import HOUR, NOW, database

from newsreel.curation import pauses
from newsreel.errors import ConfigurationError
from newsreel.sources import Source
from storage import health

SOURCES = [Source(name, name.title(), f"https://{name}.example/") for name in ("tide", "reef")]


@pytest.mark.parametrize("paused", [True, False])
def test_sources_are_so_while_the_catalogue_is_written_and_after_it(tmp_path: Path, paused: bool) -> None:
    engine = database(tmp_path)
    health.pause(engine, "reef", NOW - HOUR, "for a while")
    with pauses.placed(engine, SOURCES, NOW, paused=paused):
        assert [health.paused(engine, each.id) is not None for each in SOURCES] == [paused, paused]
    assert [health.paused(engine, each.id) is not None for each in SOURCES] == [paused, paused]


@pytest.mark.parametrize("paused", [True, False])
def test_where_writing_fails_they_are_as_they_were_before(tmp_path: Path, paused: bool) -> None:
    engine = database(tmp_path)
    health.pause(engine, "reef", NOW - HOUR, "for a while")
    with pytest.raises(ConfigurationError), pauses.placed(engine, SOURCES, NOW, paused=paused):
        raise ConfigurationError("the file cannot be written")
    assert health.paused(engine, "tide") is None
    found = health.paused(engine, "reef")
    assert found is not None
    assert found[1] == "for a while"
