"""Crawls that kill themselves in the middle of storing, counting and parsing leave nothing broken: the kill test, short."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.dying.points import POINTS, armed, resolve
from benchmarks.invariants import articles, broken
from benchmarks.subject import Subject
from newsreel.demo.server import Newsroom

OUTLETS = ("demo-morning-reel", "demo-long-read")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    newsroom = Newsroom(0)
    newsroom.outlets = tuple(outlet for outlet in newsroom.outlets if outlet.slug in OUTLETS)
    with newsroom:
        yield newsroom


@pytest.mark.parametrize("target", sorted({point.target for point in POINTS.values()}))
def test_the_program_has_every_point(target: str) -> None:
    assert callable(resolve(target))


@pytest.mark.parametrize("target", ["storage.recording:Recorder.forget", "storage.gone:learn"])
def test_a_point_that_is_gone_is_named(target: str) -> None:
    with pytest.raises(LookupError, match=f"there is no {target}"):
        resolve(target)


def test_kills_at_points_lose_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    catalogue = tmp_path / "sources.toml"
    catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
    kept: frozenset[tuple[str, str]] = frozenset()
    with Subject(tmp_path / "data", catalogue) as subject:
        for name, number in (("articles were written", 1), ("counters were bumped", 3), ("a page is extracted", 3)):
            mark = tmp_path / name
            status = subject.begin("crawl", "--all", variables=armed(name, number, mark)).wait()
            subject.wait()
            assert mark.exists(), subject.said()
            # A worker's death is no matter to its crawl.
            assert status == (0 if POINTS[name].place == "worker" else -signal.SIGKILL), subject.said()
            assert list(broken(subject.engine, kept)) == []
            kept = frozenset(found := articles(subject.engine))
    wanted = [outlet.crawls[0].counts["new"] for outlet in newsroom.outlets]
    assert [sum(source == outlet.slug for source, _ in found) for outlet in newsroom.outlets] == wanted
    assert {version for version, _ in found.values()} == {1}
