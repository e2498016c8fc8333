"""Puts the signals together: one state, the gravest, with its reason and since when."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsreel.health.fetching import broken, late
from newsreel.health.levels import shifted_levels
from newsreel.health.shares import changed_shares
from newsreel.health.trouble import split, trouble_of
from newsreel.health.values import STATES, Finding, Health, History
from newsreel.health.volume import changed_volume, still_silent

# How long the move of a feed is worth a note.
NEWS = timedelta(days=30)
# How long it is worth one that a feed overflowed.
RECENT = timedelta(days=7)


def judge(history: History, now: datetime) -> Health:
    """Judge a source by its own past.

    The present state (the last of `history.episodes`) is held until its signal is back to what is usual, so that
    states do not flap; a change that lasts four weeks becomes what is usual.
    """
    present = history.episodes[-1] if history.episodes else None
    notes = _notes(history, now)
    if history.paused_at is not None:
        reason = "paused by its owner" + (f": {history.pause_note}" if history.pause_note else "")
        return Health("paused", reason, history.paused_at, ("paused",), notes)
    findings = _findings(history, now)
    if not findings:
        since = present.since if present is not None and present.state == "ok" else now
        return Health("ok", "as usual" if history.crawls else "not crawled yet", since, (), notes)
    worst = max(findings, key=lambda finding: STATES.index(finding.state))
    since = worst.since
    if present is not None and present.state == worst.state:
        since = present.since
    others = [finding for finding in findings if finding is not worst]
    signals = tuple(finding.signal for finding in (worst, *others))
    return Health(worst.state, worst.reason, since, signals, (*(finding.reason for finding in others), *notes))


def _findings(history: History, now: datetime) -> list[Finding]:
    trouble = trouble_of(history.episodes, now)
    findings = broken(history, trouble)
    if (overdue := late(history, now)) is not None:
        findings.append(overdue)
    recent, usual = split(history.crawls, trouble)
    findings += changed_shares(recent, usual, trouble)
    findings += shifted_levels(recent, usual, trouble)
    volume = changed_volume(history.arrivals, history.crawls, trouble)
    present = history.episodes[-1] if history.episodes else None
    if volume is None and present is not None and present.state == "quiet" and "volume" in present.signals:
        volume = still_silent(history.arrivals, present.since)
    findings += [volume] if volume is not None else []
    return findings


def _notes(history: History, now: datetime) -> tuple[str, ...]:
    return (*_moves(history, now), *_losses(history, now))


def _losses(history: History, now: datetime) -> tuple[str, ...]:
    """Say that a feed was too short; a sitemap that is read names what it lost."""
    if any(door.kind == "sitemap" and not door.failures for door in history.doors):
        return ()
    recent = [crawl for crawl in history.crawls if now - crawl.started_at < RECENT]
    full = sum(crawl.overflowed > 0 for crawl in recent)
    if not full:
        return ()
    crawls = f"{full} of the last {len(recent)} crawls"
    return (f"a feed had overflowed in {crawls}: articles may be missing; a sitemap or a longer feed would name them",)


def _moves(history: History, now: datetime) -> tuple[str, ...]:
    return tuple(
        f"its {door.kind} {door.url} has moved for good to {door.moved_to}"
        for door in history.doors
        if door.moved_to is not None and door.moved_at is not None and now - door.moved_at < NEWS
    )
