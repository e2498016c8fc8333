"""Hostile markup in what is told of sources: their names, health, runs, logs, doors and plans. Nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browser import Windows
from browsing import NOW, Clock
from payloads import OWN
from playwright.sync_api import Browser
from sqlalchemy import Engine
from stage import Stage
from stories import article, begin, database, end, record, visit

from newsreel.configuration import Configuration
from newsreel.health import STATES
from newsreel.items import Removal
from newsreel.web import Doors, WebServer, application
from storage import schema
from storage.database import writing
from storage.links import DoorReading, LinkWriter
from storage.run_logs import LogLine, Report, Resources, keep

pytestmark = pytest.mark.browser
HOUR = timedelta(hours=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def stage(engine: Engine, tmp_path: Path, chromium: Browser) -> Iterator[Stage]:
    shipped = tmp_path / "outlets.toml"
    shipped.write_text("\n".join(_outlet(n, payload) for n, payload in enumerate(OWN)), encoding="utf-8")
    configuration = Configuration(tmp_path, sources=shipped)
    doors = Doors(engine, clock=Clock(), configuration=lambda: configuration)
    with WebServer(application(doors), "127.0.0.1", 0) as server:
        windows = Windows(chromium, f"http://127.0.0.1:{server.port}")
        yield Stage(engine, windows)
        windows.check()


def _outlet(n: int, payload: str) -> str:
    """Give a source of the catalogue whose name and note are a payload."""
    text = json.dumps(payload.replace("\0", "").replace("\u2028", " "))
    return f'[outlet.s{n}]\nname = {text}\nhome = "https://s{n}.example/"\nfeeds = ["https://s{n}.example/f"]\nnote = {text}\n'


def _tell(engine: Engine, n: int, payload: str) -> int:
    """Let everything that is told of a source be a payload; give the number of its run."""
    source, door = f"s{n}", f"https://s{n}.example/{payload}"
    run = begin(engine, source, NOW - HOUR)
    with writing(engine) as connection:
        writer = LinkWriter(connection, run, source, NOW - HOUR)
        writer.door(DoorReading(door, "feed", payload, problem=payload))
        line = LogLine(1, NOW - HOUR, "WARNING", payload, payload)
        keep(connection, [Report(run, source, [line], 1, {}, Resources(1.0, 1.0, 1.0, 1, 1, 1, 1))], NOW)
    cut = (Removal(payload, payload, payload),)
    changes = {"source_name": payload, "headline": payload}
    record(
        engine,
        visit(run, article("/a", source, removals=cut, **changes), source),
        visit(run, article("/b", source, removals=cut, **changes), source),
        visit(run, f"https://{source}.example/gone", source, outcome="http-4xx", detail=payload),
        now=NOW - HOUR,
    )
    end(engine, run, source, NOW - HOUR / 2, payload)
    state = STATES[n % len(STATES)]
    told = {"source": source, "state": state, "reason": payload, "since": NOW - 5 * HOUR, "signals": ["doors"]}
    with writing(engine) as connection:
        health = schema.health
        connection.execute(health.delete().where(health.c.source == source))
        connection.execute(health.insert().values(notes=[payload], judged_at=NOW, **told))
        connection.execute(schema.health_changes.insert().values(before="ok", at=NOW, **told))
        sources, runs = schema.sources, schema.runs
        connection.execute(
            sources.update()
            .where(sources.c.source == source)
            .values(plan=f"every hour: {payload}", next_due_at=NOW + HOUR)
        )
        connection.execute(runs.update().where(runs.c.source == source).values(reason=payload, trigger=payload))
    return run


def test_what_is_told_of_sources_runs_nowhere(stage: Stage) -> None:
    runs = [_tell(stage.engine, n, payload.replace("\0", "")) for n, payload in enumerate(OWN)]
    pages = [
        f"/source/s{n}{page}"
        for n, run in enumerate(runs)
        for page in ("", "?range=24h", "/runs", f"/run/{run}", f"/run/{run}?lines=all")
    ]
    stage.look("/", "/sources", "/sources?range=90d&sort=name", *pages[::11])
    stage.read(pages)
    stage.read([f"/sources?state={state}" for state in STATES])
