"""Hostile markup in what is told of sources: their names, health, runs, logs, doors and plans. Nothing runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import pytest
from browser import Windows
from browsing import NOW, Clock
from browsing import Browser as Browsing
from fastapi import FastAPI
from payloads import OWN
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine
from stage import Stage
from stories import article, begin, database, end, record, visit

from newsreel.configuration import Configuration, load_configuration
from newsreel.discovery.findings import Findings, Sample, Taken, findings_json
from newsreel.discovery.site import FoundDoor
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
def app(engine: Engine, tmp_path: Path) -> FastAPI:
    shipped = tmp_path / "outlets.toml"
    shipped.write_text("\n".join(_outlet(n, payload) for n, payload in enumerate(OWN)), encoding="utf-8")
    (tmp_path / "newsreel.toml").write_text('contact = "mailto:desk@harbour.example"\n')
    configuration = load_configuration({"data_dir": tmp_path, "sources": str(shipped)}, {})
    return application(Doors(engine, clock=Clock(), configuration=lambda: configuration))


@pytest.fixture
def stage(engine: Engine, app: FastAPI, chromium: Browser) -> Iterator[Stage]:
    with WebServer(app, "127.0.0.1", 0) as server:
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
        for page in ("", "?range=24h", "/runs", f"/run/{run}?lines=all", "/edit", "/progress", "/changed?what=added")
    ]
    stage.look("/", "/sources", "/sources?range=90d&sort=name", *pages[::11])
    stage.read(pages)
    stage.read([f"/sources?state={state}" for state in STATES])


def test_what_a_site_says_of_itself_runs_nowhere(stage: Stage, app: FastAPI) -> None:
    texts = [text.replace("\0", "") for text in OWN]
    door = partial(FoundDoor, "feed", entries=4, newest=NOW, per_day=3.0, chosen=True)
    found = Findings(
        address=texts[0],
        home="https://moss.example/",
        name="".join(texts[:3]),
        language="en",
        has_robots=True,
        forbidden=tuple(texts),
        doors=tuple(door(f"https://moss.example/{text}", why=text) for text in texts),
        samples=tuple(
            Sample(
                text, text, (text,), NOW, text, 9, text, text, text, (Taken(text, text),), outcome=outcome, detail=text
            )
            for text in texts
            for outcome in (None, text)
        ),
        detail=texts[1],
    )
    lines = [*({"step": text} for text in texts), {"findings": findings_json(found)}]
    said = "\n".join(json.dumps(line) for line in lines)

    def start(address: str, configuration: Configuration) -> subprocess.Popen[str]:
        # It ends when it is told to: the steps are seen before.
        script = f"import sys, time\nprint({said!r}, flush=True)"
        return subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    app.state.background.trials.start = start
    page = stage.page
    page.goto("/sources/add")
    page.get_by_label("Site address").fill("https://moss.example/")
    page.get_by_role("button", name="Look").click()
    expect(page.locator("#samples")).to_be_visible()
    stage.look(page.url.removeprefix(stage.windows.origin))
    assert page.locator("li.story").count() == len(texts)
    page.get_by_role("button", name="Add source").click()
    stage.look(page.url.removeprefix(stage.windows.origin))


def test_what_is_typed_for_a_source_runs_nowhere(stage: Stage) -> None:
    visitor = Browsing(int(stage.windows.origin.rpartition(":")[2]))
    for text in OWN:
        plain = text.replace("\0", "")
        stage.read([f"/sources/add?address={quote(plain, safe='')}", f"/sources/add?look={quote(plain, safe='')}"])
        stage.parse(
            visitor.submit("/sources/add", "/sources/add", address=plain),
            visitor.submit("/sources/add", "/sources/add/save", name=plain, home=plain, feeds=plain, interval=plain),
            visitor.submit("/source/s0/edit", "/source/s0/edit", name=plain, home=plain, feeds=plain, interval=plain),
            visitor.submit("/source/s0/edit", "/source/s0/pause", note=plain),
            visitor.get("/source/s0"),
            visitor.submit("/sources/import", "/sources/import/save", text=plain, chosen="0"),
            visitor.submit("/sources/import", "/sources/import/save", text=_opml(plain), chosen="9"),
            visitor.submit("/sources/add", "/sources/undo", undo=plain[:100]),
        )


def _opml(text: str) -> str:
    written = quoteattr(text)
    entry = f'<outline text={written} title={written} type="rss" xmlUrl="https://x.example/f" htmlUrl={written}/>'
    return f'<opml version="2.0"><head><title>{escape(text)}</title></head><body>{entry}</body></opml>'
