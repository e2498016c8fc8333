"""How hosts are doing, and what their robots.txt said, is kept for all crawls."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine
from stories import HOUR, NOW

from storage.database import reading, writing
from storage.hosts import HostState, RobotsState, host_state, keep_hosts, keep_robots, robots_state

HOST = "https://tide.example:8443"


def test_of_an_unknown_host_nothing_is_known(engine: Engine) -> None:
    with reading(engine) as connection:
        assert host_state(connection, HOST) == HostState(HOST)
        assert robots_state(connection, HOST) == RobotsState(HOST)


def test_a_host_s_last_word_counts(engine: Engine) -> None:
    full = HostState(HOST, NOW + HOUR, 3, NOW, 1.25)
    with writing(engine) as connection:
        keep_hosts(connection, [full, HostState("https://reef.example", failures=1)])
    with reading(engine) as connection:
        assert host_state(connection, HOST) == full
    with writing(engine) as connection:
        keep_hosts(connection, [HostState(HOST)])
    with reading(engine) as connection:
        assert host_state(connection, HOST) == HostState(HOST)
        assert host_state(connection, "https://reef.example").failures == 1


def test_its_robots_txt_and_its_pauses_are_kept_apart(engine: Engine) -> None:
    robots = RobotsState(HOST, 2.5, "ok", "User-agent: *\nDisallow: /\ud800", NOW, 2, NOW + HOUR, "timeout", "too slow")
    state = HostState(HOST, failures=3)
    with writing(engine) as connection:
        keep_robots(connection, robots)
        keep_hosts(connection, [state])
    with reading(engine) as connection:
        assert host_state(connection, HOST) == state
        assert robots_state(connection, HOST) == replace(robots, robots_body="User-agent: *\nDisallow: /\ufffd")
    with writing(engine) as connection:
        keep_robots(connection, RobotsState(HOST, robots_status="none", robots_at=NOW))
    with reading(engine) as connection:
        assert host_state(connection, HOST) == state
        assert robots_state(connection, HOST) == RobotsState(HOST, robots_status="none", robots_at=NOW)
