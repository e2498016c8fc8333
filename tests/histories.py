"""Simulated sources: how they publish and fare, and faults of known size, from a seed.

A `Profile` says how a healthy source behaves, with all that makes one hard to judge: nights, weekends, holidays, days
on which everything happens, runs of odd pages, a slow drift, flaky servers. A `Fault` begins at a crawl. `simulate`
gives what the store would hand to the judgement after each crawl.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp, log, pi, sqrt

import numpy as np

from newsreel.health import Crawl, Door, Episode, Health, History, Pages, hour_of, judge

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
# A risk of exp(-12) a look, and this many standard deviations: a detector that finds 95%.
NATS = 12.0
POWER = 1.645
# How far the lengths of one crawl lie together off the usual, as a logarithm.
CRAWL_SPREAD = 0.1
# The shape of the gamma by which days differ: a spread of 35%.
DAYS_SHAPE = 8
# Days; sources with so many articles a day make none.
LONGEST_PAUSE = 2.0
LARGE = 20.0
# What the store hands over.
LAST_CRAWLS = 60
LAST_WITH_PAGES = 150
WEEKS = 26
WEEK = {
    "even": np.ones(168),
    "nights": np.tile(np.r_[np.full(7, 0.05), np.full(16, 1.0), 0.3], 7),
    "weekdays": np.r_[np.tile(np.r_[np.zeros(8), np.full(10, 1.0), np.full(6, 0.1)], 5), np.zeros(48)],
    "quiet weekends": np.r_[np.tile(np.r_[np.full(6, 0.1), np.full(18, 1.0)], 5), np.full(48, 0.25)],
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A healthy source. Rates are articles a day, spacings hours, the rest shares, unless said otherwise."""

    name: str
    rate: float
    week: str
    spacing: float
    author: float = 0.95
    date: float = 0.98
    no_text: float = 0.02
    odd: float = 0.08
    unfetched: float = 0.02
    walled: float = 0.0
    paywall: float = 0.03
    words: float = 420
    word_spread: float = 0.6  # of one article's length, as a logarithm
    removed: float = 0.05
    removed_spread: float = 0.7
    cluster: float = 0.04  # correlation between the pages of one crawl
    flaky: float = 0.01  # crawls in which a door fails
    busy: float = 0.03  # days on which three times as much is published
    holidays: float = 1.0  # a month
    holiday_rate: float = 0.0
    drift: float = 0.15  # of shares, volume and length, over half a year
    doors: int = 1
    dated: bool = True  # else arrivals are spread over the time since the last crawl


PROFILES = (
    Profile("trade daily", 28, "quiet weekends", 3, holiday_rate=0.25, doors=3),
    Profile("wire", 60, "even", 3, author=0.7, cluster=0.08, holiday_rate=0.4, word_spread=0.7),
    Profile("weekday paper", 10, "weekdays", 4, paywall=0.25),
    Profile("night owl", 14, "nights", 3, odd=0.2, holiday_rate=0.3),
    Profile("blog", 3, "nights", 8, author=0.99, date=1.0, removed=0.1),
    Profile("slow magazine", 2 / 7, "weekdays", 24, words=1500, author=1.0),
    Profile("gallery site", 18, "even", 4, odd=0.3, no_text=0.1, author=0.55, words=180, holiday_rate=0.3),
    Profile("flaky gazette", 8, "quiet weekends", 4, flaky=0.06, unfetched=0.12, dated=False),
    Profile("gossip parlour", 40, "quiet weekends", 3, removed=0.15, busy=0.06, holiday_rate=0.3, date=0.85),
    Profile("local stage", 4, "weekdays", 6, author=0.8, dated=False, walled=0.02),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: the profile's changed values, or a part of fetching. `states` are those that tell it."""

    name: str
    states: tuple[str, ...]
    change: Callable[[Profile], Profile] | None = None
    volume: float = 1.0
    doors: float = 0.0  # the share of doors that can no longer be read, at least one
    code: str = "http-4xx"
    stop: bool = False


FAULTS = (
    Fault("feed dead", ("failing",), doors=1.0),
    Fault("one feed of several dead", ("failing",), doors=0.3),
    Fault("robots.txt forbids the feed", ("blocked",), doors=1.0, code="robots"),
    Fault("60% of pages refused", ("failing",), lambda p: replace(p, unfetched=0.6)),
    Fault("bot wall on 70% of pages", ("blocked",), lambda p: replace(p, walled=0.7)),
    Fault("paywall on 70% of articles", ("blocked",), lambda p: replace(p, paywall=0.7)),
    Fault("authors lost", ("degraded",), lambda p: replace(p, author=0.03)),
    Fault("dates lost on 80%", ("degraded",), lambda p: replace(p, date=0.2)),
    Fault("body lost on 60%", ("degraded",), lambda p: replace(p, no_text=0.6)),
    Fault("half of the links no articles", ("degraded",), lambda p: replace(p, odd=max(0.55, p.odd + 0.35))),
    Fault("length halved", ("degraded",), lambda p: replace(p, words=p.words / 2)),
    Fault("removed share tripled", ("degraded",), lambda p: replace(p, removed=p.removed * 3)),
    Fault("silent", ("quiet",), volume=0.0),
    Fault("volume down to 15%", ("quiet",), volume=0.15),
    Fault("volume halved", ("quiet",), volume=0.5),
    Fault("volume five times", ("degraded",), volume=5.0),
    Fault("crawls stop", ("late",), stop=True),
)


@dataclass(frozen=True, slots=True)
class Look:
    """A judgement after crawl `n` (or, where crawls stopped, when one was missing)."""

    n: int
    at: datetime
    health: Health


class Simulation:
    """One source's life, crawl by crawl, judged after each; the fault begins after `fault_at`."""

    def __init__(self, profile: Profile, seed: object, fault: Fault | None = None, fault_at: datetime | None = None):
        self.profile = profile
        self.fault = fault
        self.fault_at = fault_at
        self.rng = np.random.default_rng(seed)  # type: ignore[arg-type]
        self.crawls: list[Crawl] = []
        self.with_pages: list[Crawl] = []
        self.arrivals: list[tuple[int, int]] = []
        self.week = WEEK[profile.week] / WEEK[profile.week].sum() * 168
        self.episodes: list[Episode] = []
        self.doors = [Door("feed", f"https://{i}.example/feed", failures=0) for i in range(profile.doors)]
        self.day: tuple[int, float] = (-1, 1.0)
        self.holiday_until = -1
        self.queued: list[int] = []
        self.seen = 0
        self.nats = 0.0
        self.nats_sd = 0.0
        self.missing = 0.0

    def faulty(self, now: datetime) -> bool:
        return self.fault is not None and self.fault_at is not None and now >= self.fault_at

    def now_profile(self, now: datetime) -> Profile:
        """Give the profile with the drift up to now, and the fault."""
        p = self.profile
        age = (now - BEGIN) / timedelta(days=182) * p.drift
        p = replace(
            p, author=p.author * (1 - age), words=p.words * (1 - age), rate=p.rate * (1 - age), odd=p.odd * (1 + age)
        )
        if self.faulty(now) and self.fault is not None and self.fault.change is not None:
            p = self.fault.change(p)
        return p

    def publish(self, first: int, last: int) -> None:
        """Let the hours from `first` to `last` pass."""
        if last <= first:
            return
        hours = np.arange(first, last)
        rate = self.now_profile(BEGIN + timedelta(hours=first)).rate / 24
        expected = rate * self.week[hours % 168]
        factors = np.array([self.factor(day) for day in range(first // 24, (last - 1) // 24 + 1)])
        if self.fault is not None and self.fault_at is not None:
            ill = hours >= (self.fault_at - BEGIN) / timedelta(hours=1)
            self.missing += float(expected[ill].sum())
            expected = np.where(ill, expected * self.fault.volume, expected)
        numbers = self.rng.poisson(expected * factors[hours // 24 - first // 24])
        self.queued += np.repeat(hours, numbers).tolist()

    def factor(self, day: int) -> float:
        """Give how busy a day is: a holiday, an ordinary one, or one on which everything happens."""
        p = self.profile
        if day > self.day[0]:
            busy = 3.0 if self.rng.random() < p.busy else float(self.rng.gamma(DAYS_SHAPE, 1 / DAYS_SHAPE))
            if self.holiday_until < day - 7 and self.rng.random() < p.holidays / 30:
                # One holiday in four has a second day; they lie a week apart.
                self.holiday_until = day + int(self.rng.random() < 0.25)
            self.day = (day, p.holiday_rate if day <= self.holiday_until else busy)
        return self.day[1]

    def crawl(self, now: datetime, hour: int) -> None:
        """Crawl: read the doors, take what was published, fetch the pages."""
        p = self.now_profile(now)
        dead = 0
        if self.faulty(now) and self.fault is not None and self.fault.doors:
            dead = max(1, int(self.fault.doors * len(self.doors)))
        flaky = int(self.rng.integers(len(self.doors))) if self.rng.random() < p.flaky else -1
        for i, door in enumerate(self.doors):
            if i < dead or i == flaky:
                code = self.fault.code if i < dead and self.fault is not None else "timeout"
                since = door.failing_since if door.failures else now
                problem = f"{door.url} gave {code}"
                self.doors[i] = replace(
                    door, outcome=code, problem=problem, failures=door.failures + 1, failing_since=since
                )
            else:
                self.doors[i] = Door("feed", door.url)
        failed = sum(door.failures > 0 for door in self.doors)
        outcome = "failed" if failed == len(self.doors) else "partial" if failed else "ok"
        pages = None
        if outcome != "failed":
            hours = self.queued if p.dated else np.linspace(self.seen, hour, len(self.queued)).astype(int).tolist()
            self.seen = hour
            counts = sorted(Counter(hours).items())
            self.arrivals += [(hour_of(BEGIN) + at, n) for at, n in counts]
            pages = self.fetch(p, len(self.queued)) if self.queued else None
            self.queued = []
        crawl = Crawl(now, now + timedelta(minutes=3), outcome, failed, pages)  # type: ignore[arg-type]
        self.crawls.append(crawl)
        if pages is not None:
            self.with_pages.append(crawl)

    def fetch(self, p: Profile, n: int) -> Pages:
        """Fetch and clean n pages."""
        rng = self.rng

        def some(of: int, share: float) -> int:
            if not of or share <= 0 or share >= 1:
                return of if share >= 1 else 0
            rho = p.cluster
            return int(rng.binomial(of, rng.beta(share * (1 / rho - 1), (1 - share) * (1 / rho - 1))))

        unfetched = some(n, p.unfetched)
        walled = some(n - unfetched, p.walled)
        parsed = n - unfetched - walled
        no_text = some(parsed, p.no_text)
        odd = some(parsed - no_text, p.odd)
        stored = parsed - no_text - odd
        codes = {
            "timeout": unfetched,
            "bot-wall": walled,
            "no-text": no_text,
            "not-article": odd,
            "new": stored,
        }
        lengths = p.words * np.exp(rng.normal(0, p.word_spread, stored) + rng.normal(0, CRAWL_SPREAD))
        shares = np.minimum(0.8, p.removed * np.exp(rng.normal(-(p.removed_spread**2) / 2, p.removed_spread, stored)))
        chars = lengths * 6
        return Pages(
            codes={code: k for code, k in codes.items() if k},
            stored=stored,
            with_author=some(stored, p.author),
            with_date=some(stored, p.date),
            paywalled=some(stored, p.paywall),
            words=float(np.median(lengths)) if stored else None,
            chars=int((chars * (1 - shares)).sum()),
            removed=int((chars * shares).sum()),
        )

    def history(self, now: datetime, due: datetime | None = None) -> History:
        """Give what the store would."""
        recent = self.crawls[-LAST_CRAWLS:]
        older = [crawl for crawl in self.with_pages[-LAST_WITH_PAGES:] if crawl.started_at < recent[0].started_at]
        first = bisect_left(self.arrivals, (hour_of(now) - WEEKS * 168, 0))
        spacing = timedelta(hours=self.profile.spacing)
        return History(
            crawls=[*older, *recent],
            arrivals=self.arrivals[first:],
            doors=tuple(self.doors),
            episodes=tuple(self.episodes[-20:]),
            last_due_at=now if due is None else due - spacing,
            next_due_at=now + spacing if due is None else due,
        )

    def look(self, now: datetime, due: datetime | None = None) -> Look:
        """Judge, and keep a change of state."""
        health = judge(self.history(now, due), now)
        present = self.episodes[-1] if self.episodes else None
        if present is None or present.state != health.state:
            if present is not None:
                self.episodes[-1] = replace(present, until=now)
            self.episodes.append(Episode(health.state, health.since, None, health.signals))
        else:
            self.episodes[-1] = replace(present, signals=health.signals)
        return Look(len(self.crawls), now, health)

    def observe(self) -> None:
        """Add to what a detector that knows the profile and the fault could have learned since the fault began."""
        fault, healthy = self.fault, self.now_profile_without_fault()
        if fault is None or self.crawls[-1].pages is None or fault.change is None:
            return
        ill = fault.change(healthy)
        pages = self.crawls[-1].pages
        tried = sum(pages.codes.values())
        parsed = tried - pages.codes.get("timeout", 0) - pages.codes.get("bot-wall", 0)
        for name, n in (
            ("unfetched", tried),
            ("walled", tried),
            ("no_text", parsed),
            ("odd", parsed),
            ("author", pages.stored),
            ("date", pages.stored),
            ("paywall", pages.stored),
        ):
            p, q = getattr(ill, name), min(0.999, max(0.001, getattr(healthy, name)))
            if p != getattr(healthy, name):
                gain = (log(p / q), log((1 - p) / (1 - q)))
                mean = p * gain[0] + (1 - p) * gain[1]
                # Pages of one crawl resemble each other: they are worth fewer.
                worth = n / (1 + max(0, n - 1) * healthy.cluster)
                self.nats += worth * mean
                self.nats_sd += worth * (p * (gain[0] - mean) ** 2 + (1 - p) * (gain[1] - mean) ** 2)
        if n := pages.stored:
            # The variance of the median of n lengths, and of the share that is cut from n texts.
            variances = {
                "words": healthy.word_spread**2 * (pi / 2 if n > 2 else 1) / n + CRAWL_SPREAD**2,
                "removed": (exp(healthy.removed_spread**2) - 1) * exp(healthy.word_spread**2) / n,
            }
            for name, variance in variances.items():
                if getattr(ill, name) != getattr(healthy, name):
                    shift = log(getattr(ill, name) / getattr(healthy, name))
                    self.nats += shift**2 / variance / 2
                    self.nats_sd += shift**2 / variance

    def now_profile_without_fault(self) -> Profile:
        """Give the profile as it would be without the fault."""
        fault, self.fault = self.fault, None
        try:
            return self.now_profile(self.crawls[-1].started_at)
        finally:
            self.fault = fault

    def observable(self) -> bool:
        """Tell whether a detector that knows the source's true figures could have found the fault.

        It takes the same risk of a false alarm, and finds 95%. A fault of fetching is observable at once. A silence has
        to say as much beyond the longest pause that a healthy source makes (large ones are never silent for a day); a
        drop or a surge has to last a week, since healthy sources have holidays and busy days.
        """
        fault = self.fault
        if fault is None:
            return False
        if fault.change is not None:
            return self.nats - POWER * sqrt(self.nats_sd) >= NATS
        if fault.volume == 1.0:
            return True
        healthy = self.now_profile_without_fault()
        week = WEEK[healthy.week].reshape(7, 24).sum(axis=1)
        day = healthy.rate * 7 * float(week[week >= 0.3 * week.max()].mean() / week.sum())
        r = fault.volume
        usual, left = day, day * r
        # Two negative binomials: the days of a healthy source differ by a gamma of this shape.
        ratio = log(left * (DAYS_SHAPE + usual) / (usual * (DAYS_SHAPE + left))) if r else 0.0
        gain = left * ratio + DAYS_SHAPE * log((DAYS_SHAPE + usual) / (DAYS_SHAPE + left))
        variance = ratio**2 * (left + left**2 / DAYS_SHAPE)
        days = self.missing / day
        outlasted = 1.5 if r == 0.0 and day >= LARGE else LONGEST_PAUSE + NATS / gain if r == 0.0 else 7.0
        return days * gain - POWER * sqrt(days * variance) >= NATS and days >= outlasted

    def run(self, days: float, most_after: int = 10**9, unseen: float = 0) -> Iterator[Look]:
        """Live for so many days, and judge after each crawl but those of the first `unseen` days.

        Ends `most_after` crawls after the fault began.
        """
        hour, end = 0, int(days * 24)
        at = float(self.rng.uniform(0, self.profile.spacing))
        after = 0
        while at < end:
            now = BEGIN + timedelta(hours=at)
            faulty = self.faulty(now)
            if faulty and self.fault is not None and self.fault.stop:
                yield self.look(now, self.crawls[-1].started_at + timedelta(hours=self.profile.spacing))
            else:
                self.publish(hour, int(at))
                hour = max(hour, int(at))
                self.crawl(now, int(at) - 1 if at >= 1 else 0)
                if faulty:
                    self.observe()
                if at >= unseen * 24:
                    yield self.look(now)
            after += faulty
            if after > most_after:
                return
            at += self.profile.spacing * float(self.rng.uniform(0.95, 1.05))
