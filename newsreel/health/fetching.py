"""Finds crawls that do not come, die, or cannot read what the source is known by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, log

from newsreel.health.trouble import Trouble
from newsreel.health.values import Crawl, Door, Finding, History

# So many failures in a row are told; a source whose crawls often fail needs more to stand out.
FAILURES = 3
MOST_FAILURES = 8
RISK = 1e-4
# What an overloaded or unreachable server gives, and what passes by itself; any other answer is no accident.
PASSING = frozenset({"timeout", "refused", "dns", "tls", "http-5xx", "rate-limited", "truncated", "robots-unreachable"})
# Of earlier crawls only those that brought pages are known: their failures are not.
PAST = 57
# So many crawls without a failure end it.
BACK = 2
# A crawl may wait for another one of its host, and a claimed one for the end of the source's quiet hours.
LEAST_GRACE = timedelta(hours=3)
MOST_GRACE = timedelta(hours=6)
CLAIMED_GRACE = timedelta(hours=18)


def failures_needed(crawls: Sequence[Crawl], doors: int) -> int:
    """Give how many failures of one door in a row are more than chance, by how often one of them failed before."""
    streak = 0
    for crawl in reversed(crawls):
        if not _bad(crawl):
            break
        streak += 1
    past = crawls[: len(crawls) - streak][-PAST:]
    share = (sum(_bad(crawl) for crawl in past) + 1) / (len(past) + 20) / max(1, doors)
    return max(FAILURES, min(MOST_FAILURES, ceil(log(RISK) / log(share))))


def _bad(crawl: Crawl) -> bool:
    return crawl.outcome in ("failed", "died") or crawl.doors_failed > 0


def broken(history: History, trouble: Trouble) -> list[Finding]:
    """Give findings on doors that cannot be read and crawls that died."""
    crawls = history.crawls
    if not crawls:
        return []
    needed = failures_needed(crawls, len(history.doors))
    findings = [_forbidden(door) for door in history.doors if door.outcome == "robots" and door.failures]
    failing = [
        door
        for door in history.doors
        if door.failures >= (needed if door.outcome in PASSING else FAILURES) and door.outcome != "robots"
    ]
    if failing:
        findings.append(_failing(failing, len(history.doors)))
    last = crawls[-FAILURES:]
    if len(last) == FAILURES and all(crawl.outcome == "died" for crawl in last):
        findings.append(
            Finding("failing", "died", f"the last {FAILURES} crawls died with their processes", last[0].started_at)
        )
    for signal in ("doors", "robots", "died"):
        if signal in trouble.signals and not any(f.signal == signal for f in findings):
            bad = [crawl for crawl in crawls[-BACK:] if _bad(crawl) or not crawl.doors_read]
            if bad or len(crawls) < BACK:
                findings.append(_not_over(signal, history.doors, bad[0].started_at if bad else crawls[-1].started_at))
    return findings


def _forbidden(door: Door) -> Finding:
    assert door.failing_since is not None
    return Finding("blocked", "robots", f"robots.txt forbids its {door.kind} {door.url}", door.failing_since)


def _failing(failing: Sequence[Door], doors: int) -> Finding:
    worst = max(failing, key=lambda door: door.failures)
    since = min(door.failing_since for door in failing if door.failing_since is not None)
    which = f"{len(failing)} of {doors} doors" if doors > 1 else f"its {worst.kind}"
    problem = worst.problem or f"{worst.url}: {worst.outcome}"
    reason = f"{which} cannot be read, {worst.failures} times in a row: {problem}"
    return Finding("blocked" if worst.outcome == "rate-limited" else "failing", "doors", reason, since)


def _not_over(signal: str, doors: Sequence[Door], since: datetime) -> Finding:
    state = "blocked" if signal == "robots" else "failing"
    problem = next(
        (door.problem for door in doors if door.failures and door.problem), "the last crawls did not go well"
    )
    return Finding("blocked" if state == "blocked" else "failing", signal, f"not over yet: {problem}", since)


def late(history: History, now: datetime) -> Finding | None:
    """Say whether the source was due long ago: a crawl's spacing, three hours at least and six at most."""
    due = history.next_due_at
    if due is None:
        return None
    spacing = due - history.last_due_at if history.last_due_at is not None else LEAST_GRACE
    grace = CLAIMED_GRACE if history.claimed else min(MOST_GRACE, max(LEAST_GRACE, spacing))
    told = bool(history.episodes) and "schedule" in history.episodes[-1].signals
    asked = due if told or history.watched_from is None else max(due, history.watched_from)
    if now - asked <= grace:
        return None
    return Finding("late", "schedule", f"due since {due:%Y-%m-%d %H:%M} UTC, and no crawl has come", due)
