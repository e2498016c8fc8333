"""The points at which a process can be made to kill itself, and how a process is armed for one of them."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

ROOT = Path(__file__).parents[2]
# What is set in the environment of a process arms it and all that it starts.
VARIABLE = "DYING_AT"

Place = Literal["crawl", "worker", "service"]


@dataclass(frozen=True, slots=True)
class Point:
    """A function of the program, as module:name, whose n-th call is the last; n is 1 to `most`.

    `edition` is the edition of the sample newsroom that calls it first; 0 where only a new database does.
    """

    place: Place
    target: str
    when: Literal["before", "after"] = "before"
    most: int = 1
    edition: int = 1


# What each point is called; `most` is what a crawl of the sample newsroom reaches when it is new to the database.
POINTS: Mapping[str, Point] = {
    "a step of the schema": Point("crawl", "alembic.runtime.migration:HeadMaintainer.update_to_step", "after", 6, 0),
    "a run begins": Point("crawl", "storage.runs:start", "after", 6),
    "a lease is taken": Point("crawl", "storage.leases:take", "after", 6),
    "links are found": Point("crawl", "storage.links:LinkWriter.discover", "after", 6),
    "a door was read": Point("crawl", "storage.links:LinkWriter.door", "before", 6),
    "robots.txt is kept": Point("crawl", "storage.hosts:keep_robots", "before", 4, 0),
    "a batch is looked at": Point("crawl", "storage.survey:survey", "after", 2),
    "a visit is recorded": Point("crawl", "storage.recording:Recorder.record", "before"),
    "new visits are recorded": Point("crawl", "storage.recording:Recorder.record_new", "before", 2),
    "new visits were recorded": Point("crawl", "storage.recording:Recorder.record_new", "after", 2),
    "visits without an article were recorded": Point("crawl", "storage.recording:Recorder.record_plain", "after", 2),
    "articles were written": Point("crawl", "storage.writing:ArticleWriter.insert_all", "after", 2),
    "an article is replaced": Point("crawl", "storage.writing:ArticleWriter.replace", "before", 2, 2),
    "before the index": Point("crawl", "storage.indexing:add_all", "before", 2),
    "after the index": Point("crawl", "storage.indexing:add_all", "after", 2),
    "out of the index": Point("crawl", "storage.indexing:remove", "after", 2, 2),
    "the index takes what waits": Point("crawl", "storage.indexing:settle", "before", 3),
    "the index took what waited": Point("crawl", "storage.indexing:settle", "after", 3),
    "an appearance is kept": Point("crawl", "storage.writing:ArticleWriter.appear", "before"),
    "appearances are kept": Point("crawl", "storage.writing:ArticleWriter.appear_all", "before", 2),
    "links are finished": Point("crawl", "storage.endings:change", "after", 3),
    "raw pages were kept": Point("crawl", "storage.pages:keep_pages", "after", 3),
    "counters are bumped": Point("crawl", "storage.counting:bump", "before", 30),
    "counters were bumped": Point("crawl", "storage.counting:bump", "after", 30),
    "figures are written": Point("crawl", "storage.counting:Book.write", "before", 3),
    "figures were written": Point("crawl", "storage.counting:Book.write", "after", 3),
    "signatures were kept": Point("crawl", "storage.near:enter_all", "after", 2),
    "articles are filed": Point("crawl", "storage.filing:file_new", "before", 2),
    "memory is learned": Point("crawl", "storage.memory:learn_all", "before", 2),
    "memory was learned": Point("crawl", "storage.memory:learn_all", "after", 2),
    "a text is cleaned again": Point("crawl", "storage.recleaning:recast", "before", 4),
    "a text was cleaned again": Point("crawl", "storage.recleaning:recast", "after", 4),
    "before a commit": Point("crawl", "sqlalchemy.engine.default:DefaultDialect.do_commit", "before", 30),
    "after a commit": Point("crawl", "sqlalchemy.engine.default:DefaultDialect.do_commit", "after", 30),
    "a log is kept": Point("crawl", "storage.run_logs:keep", "after", 4),
    "a run ends": Point("crawl", "storage.runs:finish", "before", 5),
    "the rhythm was learned": Point("crawl", "storage.rhythm:learn", "after", 5),
    "a run's figures are kept": Point("crawl", "storage.health:record_figures", "before", 5),
    "a run has ended": Point("crawl", "storage.runs:finish", "after", 5),
    "a page is parsed": Point("worker", "newsreel.extraction.parse:parse", "before", 8),
    "a page is extracted": Point("worker", "newsreel.extraction.page:extract", "after", 8),
    "a feed's text is extracted": Point("worker", "newsreel.extraction.feedtext:extract_feed_entry", "before", 4),
    "a due time is claimed": Point("service", "storage.schedules:claim", "before", 8),
    "a due time was claimed": Point("service", "storage.schedules:claim", "after", 8),
    "claims are to be started": Point("service", "newsreel.crawling.claiming:startable", "before", 2),
    "a crawl is started": Point("service", "newsreel.crawling.in_force:InForce.for_crawls", "after"),
    "claims are handed over": Point("service", "storage.schedules:hand_over", "before"),
    "claims were handed over": Point("service", "storage.schedules:hand_over", "after"),
    "a sign of life is given": Point("service", "storage.beats:beat", "before", 3),
    "claims are settled": Point("service", "storage.schedules:settle", "after", 8),
    "a service commits": Point("service", "sqlalchemy.engine.default:DefaultDialect.do_commit", "before", 20),
    "a service has committed": Point("service", "sqlalchemy.engine.default:DefaultDialect.do_commit", "after", 20),
}


def resolve(target: str) -> Callable[..., Any]:
    """Give the function that a target names; LookupError where the program has no such function any more."""
    module, _, name = target.partition(":")
    try:
        found = functools.reduce(getattr, name.split("."), importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise LookupError(f"benchmarks/dying/points.py: there is no {target} ({error}); name its successor") from error
    if not callable(found):
        raise LookupError(f"benchmarks/dying/points.py: {target} is no function")
    return found


def armed(name: str, number: int, mark: Path) -> dict[str, str]:
    """Give the variables that let the first process that calls a point for the `number`-th time kill itself there.

    Only one of them dies: it makes the file `mark`, with its process number.
    """
    resolve(POINTS[name].target)
    path = [str(Path(__file__).with_name("site")), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(path), VARIABLE: json.dumps([name, number, str(mark)])}


def arm(orders: str) -> None:
    """Wrap the point's function as soon as its module is loaded, before any other module takes it from there."""
    name, number, mark = json.loads(orders)
    point = POINTS[name]
    module, _, path = point.target.partition(":")
    sys.meta_path.insert(0, _Finder(module, lambda loaded: _wrap(loaded, path, point, number, mark)))


class _Finder(MetaPathFinder):
    """Finds one module as it is found anyhow, and has it changed when it is loaded."""

    def __init__(self, name: str, change: Callable[[ModuleType], None]) -> None:
        self.name = name
        self.change = change

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        """Give the module's own spec."""
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        loader: Any = spec.loader if spec is not None else None
        if loader is None:
            raise ImportError(f"benchmarks/dying/points.py: there is no module {fullname}")
        load = loader.exec_module

        def load_and_change(module: ModuleType) -> None:
            load(module)
            self.change(module)

        loader.exec_module = load_and_change
        return spec


def _wrap(module: ModuleType, path: str, point: Point, number: int, mark: str) -> None:
    *owners, last = path.split(".")
    owner: Any = functools.reduce(getattr, owners, module)
    function = getattr(owner, last)
    calls = itertools.count(1)

    @functools.wraps(function)
    def dying(*arguments: Any, **named: Any) -> Any:
        is_last = next(calls) == number
        if is_last and point.when == "before":
            _die(mark)
        result = function(*arguments, **named)
        if is_last and point.when == "after":
            _die(mark)
        return result

    setattr(owner, last, dying)


def _die(mark: str) -> None:
    try:
        file = os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        # Another one died for this.
        return
    os.write(file, str(os.getpid()).encode())
    os.close(file)
    os.kill(os.getpid(), signal.SIGKILL)
