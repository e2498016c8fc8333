"""On simulated histories faults are found within three crawls, and healthy sources raise hardly an alarm.

`tests/histories.py` makes the histories; what this prints is the parameters and the figures (pytest -s). With other
seeds: python tests/test_health_simulated.py 21 22 23
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from statistics import median

from histories import BEGIN, FAULTS, PROFILES, Fault, Look, Profile, Simulation

SEED = 20261120
MONTHS = 10
SOURCES_EACH = 1
WITHIN = 3


@dataclass
class Tally:
    """How a fault was found: `delays` in crawls since it began, `late` by the names of those that missed it."""

    found: int = 0
    of: int = 0
    hidden: int = 0
    delays: list[int] = field(default_factory=list)
    late: Counter[str] = field(default_factory=Counter)


def say(line: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(line + "\n")


def alarms(profile: Profile, seed: object, days: float) -> tuple[list[Look], int]:
    """Let a healthy source live; give the looks at which it was first called ill."""
    before = "ok"
    raised = []
    looks = 0
    for look in Simulation(profile, seed).run(days):
        looks += 1
        if look.health.state != "ok" and before == "ok":
            raised.append(look)
        before = look.health.state
    return raised, looks


def find(profile: Profile, fault: Fault, seed: object, offset: float) -> tuple[int | None, int | None]:
    """Give when a fault became observable and when it was found, in crawls since it began.

    For faults of pages those crawls count that brought pages.
    """
    slow = profile.rate < 1
    weeks = 56 if slow else 10
    life = Simulation(profile, seed, fault, BEGIN + timedelta(weeks=weeks, hours=offset))
    observable = None
    crawls = 0
    # Of the time before the fault, only the last days are looked at: the history is there all the same.
    for look in life.run(weeks * 7 + 150, 600, weeks * 7 - 5):
        if not life.faulty(look.at):
            continue
        crawls += fault.change is None or life.crawls[-1].pages is not None
        if observable is None and life.observable():
            observable = crawls
        if look.health.state in fault.states:
            return observable or crawls, crawls
        if observable is not None and crawls >= observable + WITHIN - 1:
            return observable, None
    return observable, None


def measure_alarms(seed: int) -> float:
    """Give the false alarms of healthy sources in a hundred source-months."""
    say(f"\nseed {seed}, {SOURCES_EACH} sources of each of {len(PROFILES)} profiles, {MONTHS} months each")
    total = looks = 0
    for i, profile in enumerate(PROFILES):
        for j in range(SOURCES_EACH):
            raised, n = alarms(profile, (seed, 1, i, j), MONTHS * 30)
            total, looks = total + len(raised), looks + n
            for look in raised:
                say(f"  {profile.name}, {look.at:%Y-%m-%d}: {look.health.state}: {look.health.reason}")
        say(f"  {profile}")
    months = MONTHS * SOURCES_EACH * len(PROFILES)
    say(f"{total} false alarms in {months} source-months, {looks} crawls: {total / months * 100:.2f} per 100")
    return total / months * 100


def measure_faults(seed: int) -> dict[str, Tally]:
    """Give how each fault was found."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for i, fault in enumerate(FAULTS):
        for j, profile in enumerate(PROFILES):
            # One feed of several needs several.
            source = replace(profile, doors=max(2, profile.doors)) if fault.doors not in (0.0, 1.0) else profile
            observable, found = find(source, fault, (seed, 2, i, j), 13 * j % 50)
            tally = tallies[fault.name]
            if observable is None:
                tally.hidden += 1
                continue
            tally.of += 1
            if found is None:
                tally.late[profile.name] += 1
            else:
                tally.found += 1
                tally.delays.append(found)
    say(f"\nseed {seed}; faults begin after 10 weeks (slow sources: 56)")
    for fault in FAULTS:
        tally = tallies[fault.name]
        say(
            f"  {fault.name:32} {tally.found} of {tally.of} in time, {tally.hidden} never observable, "
            f"found after {median(tally.delays or [0]):g} crawls, late: {dict(tally.late)}; {fault}"
        )
    found, of = sum(t.found for t in tallies.values()), sum(t.of for t in tallies.values())
    say(f"{found} of {of} faults found within {WITHIN} crawls: {found / of:.1%}")
    return tallies


def test_healthy_sources_raise_at_most_one_alarm_in_a_hundred_months() -> None:
    assert measure_alarms(SEED) <= 1.0


def test_faults_are_found_within_three_crawls() -> None:
    tallies = measure_faults(SEED)
    found, of = sum(tally.found for tally in tallies.values()), sum(tally.of for tally in tallies.values())
    assert found / of >= 0.95
    assert of >= 0.95 * len(FAULTS) * len(PROFILES)
    assert all(tallies[fault.name].found >= 0.7 * len(PROFILES) for fault in FAULTS)


if __name__ == "__main__":
    for number in sys.argv[1:]:
        measure_alarms(int(number))
        measure_faults(int(number))
