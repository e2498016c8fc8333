"""Kills crawls, parse workers and services, and looks each time whether anything is broken.

    python -m benchmarks.killing [--kills 200] [--seed N] [--point NAME]

The sample newsroom is crawled into fresh databases, over and over, first one edition and then the next. One kill in
three comes at a random time, from without; the others at points (`python -m benchmarks.dying` lists them), in the
middle of storing, indexing, counting or scheduling, where the process kills itself. `--point` takes one point only.

After each kill the database must be whole: no committed article lost, none twice, the index complete, the counters
equal to a recount, no due time run twice. In the end of each edition everything that a crawl without kills finds must
be stored, and every due time met. A service must be ready again within five seconds, and end within ten on SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.dying.points import POINTS, resolve
from benchmarks.invariants import Kept, articles, broken, open_dues
from benchmarks.striking import EDITIONS, Tally, stop, strike_after, strike_at
from benchmarks.subject import DEADLINE, LOOK, Subject
from newsreel.demo.server import Newsroom

BY_TIME = ("crawl", "worker", "service", "crawl of a service", "service and crawls")
# One strike in so many comes at a time, the others at points.
TIMED = 3
# So many strikes in an edition at most; fewer where nothing is left to be crawled.
STRIKES = {1: 7, 2: 4}
READY, END = 5.0, 10.0
# Often enough that a service of a few seconds has something to do.
INTERVAL = "15s"
# A point that was tried so often and never reached is out of reach.
TRIES = 8


def complain(found: Sequence[str], what: str, subject: Subject) -> None:
    """End with what is broken."""
    if found:
        kept = Path(tempfile.mkdtemp(prefix="newsreel-broken-"))
        subject.engine.dispose()
        for file in subject.folder.glob("newsreel.db*"):
            (kept / file.name).write_bytes(file.read_bytes())
        (kept / "log").write_bytes(subject.log.read_bytes())
        raise SystemExit(f"{what}: " + "; ".join(found) + f"; the database is kept in {kept}")


def settle(subject: Subject, tally: Tally, what: str) -> None:
    """Run the service until every due time that is open by now is met."""
    left = {line.partition(" is still ")[0] for line in open_dues(subject.engine)}
    if not left:
        return
    process, seconds = subject.serve()
    tally.started(seconds)
    deadline = time.monotonic() + DEADLINE
    while still := left & {line.partition(" is still ")[0] for line in open_dues(subject.engine)}:
        if time.monotonic() > deadline:
            complain(sorted(still), what, subject)
        time.sleep(10 * LOOK)
    stop(subject, process, tally)
    subject.wait()


def one_round(
    subject: Subject, newsroom: Newsroom, wanted: dict[int, Any], length: float, ask: Strikes, tally: Tally
) -> None:
    """Crawl both editions into one database under strikes, and complain about all that is not as it must be."""
    kept: Kept = frozenset()
    for edition in EDITIONS:
        newsroom.publish(edition)
        for number in range(STRIKES[edition]):
            name = ask.next(edition if number or edition != EDITIONS[0] else 0)
            if name in POINTS:
                is_over = strike_at(subject, name, edition, ask.choice, tally)
            else:
                is_over = strike_after(subject, name, ask.choice.uniform(0.1, length * 0.9), ask.choice, tally)
            complain(list(broken(subject.engine, kept)), f"after {name}", subject)
            kept = frozenset(articles(subject.engine))
            if is_over or tally.killed.total() >= ask.kills:
                break
        end = f"the end of edition {edition}"
        settle(subject, tally, end)
        subject.pass_time()
        subject.crawl()
        complain(list(broken(subject.engine, kept)), end, subject)
        kept = frozenset(found := articles(subject.engine))
        if found != wanted[edition]:
            missing = sorted(set(wanted[edition]) - set(found))[:3]
            more = sorted(set(found) - set(wanted[edition]))[:3]
            both = wanted[edition].keys() & found.keys()
            differing = sorted(
                (key, wanted[edition][key], found[key]) for key in both if wanted[edition][key] != found[key]
            )
            complain([f"missing {missing}, too many {more}, differing {differing[:3]}"], end, subject)


@dataclass(slots=True)
class Strikes:
    """Chooses what is struck next: by turns something at a time, and a point that was not tried yet or any."""

    choice: random.Random
    kills: int
    only: str | None = None
    waiting: list[str] = field(default_factory=list)
    number: int = 0

    def next(self, edition: int) -> str:
        """Give a point that this edition comes to, or what is killed from without; 0 stands for a new database."""
        if self.only is not None:
            return self.only
        # Those that are come to at such a moment only have precedence.
        own = [name for name in self.waiting if POINTS[name].edition == edition != 1]
        if own:
            self.waiting.remove(own[0])
            return own[0]
        self.number += 1
        if self.number % TIMED == 0:
            return self.choice.choice(BY_TIME)
        usual = [name for name in self.waiting if POINTS[name].edition == 1]
        if not usual:
            self.waiting = self.choice.sample(sorted(POINTS), len(POINTS))
            return self.next(edition)
        self.waiting.remove(usual[-1])
        return usual[-1]


def on_air() -> Newsroom:
    """Give the sample newsroom without the pauses that an outlet of it asks for."""
    newsroom = Newsroom(0)
    newsroom.outlets = tuple(
        replace(outlet, robots=re.sub(r"(?mi)^crawl-delay:.*\n?", "", outlet.robots), interval=INTERVAL)
        for outlet in newsroom.outlets
    )
    return newsroom


def whole(place: Path, catalogue: Path, newsroom: Newsroom) -> tuple[dict[int, Any], float]:
    """Crawl without kills: give what is stored after each edition, and the seconds of the first crawl."""
    wanted: dict[int, Any] = {}
    lengths = []
    with Subject(place / "whole", catalogue) as subject:
        for edition in EDITIONS:
            newsroom.publish(edition)
            if edition != EDITIONS[0]:
                subject.pass_time()
            begun = time.monotonic()
            subject.crawl()
            lengths.append(time.monotonic() - begun)
            wanted[edition] = articles(subject.engine)
            complain(list(broken(subject.engine, frozenset())), f"edition {edition} without kills", subject)
    return wanted, lengths[0]


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def report(tally: Tally) -> None:
    """Print what was killed where, how often of how many tries, and how fast services were."""
    for name in [*BY_TIME, *POINTS]:
        if tally.tried[name]:
            say(f"{tally.killed[name]:4} of {tally.tried[name]:3}  {name}")
    say(f"slowest start of a service {tally.ready:.1f} s (goal: {READY:.0f} s)")
    say(f"slowest end of a service on SIGTERM {tally.ended:.1f} s (goal: {END:.0f} s)")


def judge(tally: Tally) -> None:
    """Say what came of it; end with what is out of reach or too slow."""
    points = sum(tally.killed[name] for name in POINTS)
    say(f"{tally.killed.total()} kills, {points} of them at points: nothing lost, nothing twice, all counters right")
    never = [name for name in POINTS if tally.tried[name] >= TRIES and not tally.killed[name]]
    if never:
        raise SystemExit(f"never reached: {', '.join(never)}; see benchmarks/dying/points.py")
    if tally.ready > READY or tally.ended > END:
        raise SystemExit("a service took too long to start or to end")


def strike(ask: Strikes, tally: Tally) -> None:
    """Go round after round until there were enough kills."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="newsreel-killing-") as place, on_air() as newsroom:
        catalogue = Path(place) / "sources.toml"
        catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
        wanted, length = whole(Path(place), catalogue, newsroom)
        say(f"without kills: {', '.join(str(len(kept)) for kept in wanted.values())} articles, {length:.1f} s")
        rounds = 0
        while tally.killed.total() < ask.kills:
            rounds += 1
            with Subject(Path(place) / f"round{rounds}", catalogue) as subject:
                one_round(subject, newsroom, wanted, length, ask, tally)
            say(
                f"round {rounds}, {time.monotonic() - begun:.0f} s: {tally.killed.total()} kills of "
                f"{tally.tried.total()} strikes; start {tally.ready:.1f} s, end {tally.ended:.1f} s; "
                f"load {os.getloadavg()[0]:.1f}"
            )


def main() -> None:
    """Kill, look, and print what was killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--point", choices=sorted(POINTS), help="strike at this point only")
    options = parser.parse_args()
    for point in POINTS.values():
        resolve(point.target)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("ended by SIGTERM"))
    ask = Strikes(random.Random(options.seed), options.kills, options.point)
    say(f"seed {options.seed}")
    tally = Tally()
    try:
        strike(ask, tally)
    finally:
        report(tally)
    judge(tally)


if __name__ == "__main__":
    main()
