"""What is to be paused before the service sees it is not paused where writing the catalogue fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from stories import HOUR, NOW, database

from newsreel.curation.pausing import paused_first
from newsreel.errors import ConfigurationError
from storage import health


def test_sources_are_paused_while_the_catalogue_is_written_and_after_it(tmp_path: Path) -> None:
    engine = database(tmp_path)
    with paused_first(engine, ["tide"], lambda: NOW):
        assert health.paused(engine, "tide") is not None
    assert health.paused(engine, "tide") is not None


def test_where_writing_fails_they_are_as_they_were_before(tmp_path: Path) -> None:
    engine = database(tmp_path)
    health.pause(engine, "reef", NOW - HOUR, "for a while")
    with pytest.raises(ConfigurationError), paused_first(engine, ["tide", "reef"], lambda: NOW):
        raise ConfigurationError("the file cannot be written")
    assert health.paused(engine, "tide") is None
    assert health.paused(engine, "reef") == (NOW - HOUR, "for a while")
