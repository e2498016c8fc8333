"""What a host said is kept for all crawls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stories import HOUR, NOW, database

from storage.database import reading, writing
from storage.hosts import HostState, host_state, keep_host

HOST = "https://tide.example:8443"


def test_an_unknown_host_has_said_nothing(tmp_path: Path) -> None:
    with reading(database(tmp_path)) as connection:
        assert host_state(connection, HOST) == HostState(HOST)


def test_a_host_s_last_word_counts(tmp_path: Path) -> None:
    engine = database(tmp_path)
    full = HostState(HOST, NOW + HOUR, 2.5, 3, "ok", "User-agent: *\nDisallow: /\ud800", NOW)
    for state in (full, HostState("https://reef.example", failures=1)):
        with writing(engine) as connection:
            keep_host(connection, state)
    with reading(engine) as connection:
        assert host_state(connection, HOST) == replace(full, robots_body="User-agent: *\nDisallow: /?")
    with writing(engine) as connection:
        keep_host(connection, HostState(HOST))
    with reading(engine) as connection:
        assert host_state(connection, HOST) == HostState(HOST)
        assert host_state(connection, "https://reef.example").failures == 1
