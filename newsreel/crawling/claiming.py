"""From the catalogue and what is kept of its schedule to claims: what is due, what may start now, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from newsreel.schedule import describe, is_adaptive, next_due, plan, quiet_hours
from newsreel.sources import Source
from storage import leases, requests, rhythm, schedules
from storage.database import reading, writing
from storage.schedules import Claim, Expectation

Catalogue = Mapping[str, Source]

_ADAPTIVE = "adaptive"


def claim_due(engine: Engine, catalogue: Catalogue, queued: Sequence[Claim], now: datetime, most: int) -> list[Claim]:
    """Claim what was asked for, then what is due, the longest due first, and keep when each source is due next.

    A source is left for later while it, or another one on a host of its own, is being crawled. A paused one is crawled
    only if that was asked for.
    """
    ours = frozenset(claimed.source for claimed in queued)
    with reading(engine, "read the schedule") as connection:
        kept = schedules.expectations(connection)
        unavailable, busy = _under_way(connection, catalogue, ours, now)
        asked = requests.waiting(connection)
        paused = schedules.paused(connection)
        free = [
            source
            for source in catalogue.values()
            if source.enabled and source.id not in unavailable | paused and source.id not in asked
        ]
        paces = rhythm.paces(connection, [s for s in free if _needs_pace(s, kept.get(s.id), now)])
    wished = [
        (Claim(name, due_at), source)
        for name, due_at in asked.items()
        if _crawled(catalogue, name) and name not in unavailable and not (source := catalogue[name]).hosts & busy
    ]
    strays = [Claim(name, due_at) for name, due_at in asked.items() if not _crawled(catalogue, name)]
    due: list[tuple[Claim, Source]] = []
    changed: list[tuple[str, datetime, str]] = []
    for source in free:
        known = kept.get(source.id)
        pace = paces.get(source.id)
        fixed = _fixed(source, known)
        plan_ = plan(source, known.last_due_at if known else None, now, fixed, pace)
        if plan_.reason != "waiting" and not source.hosts & busy:
            wanted = Claim(source.id, plan_.due_at, plan_.merged, merged_from=plan_.merged_from)
            due.append((wanted, source))
        elif plan_.reason == "waiting" and known and known.last_due_at is not None:
            words = describe(source)
            if is_adaptive(source):
                words = known.plan or "" if fixed else next_due(source, known.last_due_at, now, pace).plan
            if (known.next_due_at, known.plan) != (plan_.due_at, words):
                changed.append((source.id, plan_.due_at, words))
    due = [*wished, *sorted(due, key=lambda pair: pair[0].due_at)][: max(0, most)]
    if not due and not changed and not strays:
        return []
    claims: list[Claim] = []
    with writing(engine, "claim due sources") as connection:
        # Another service may have been quicker.
        _, busy = _under_way(connection, catalogue, ours, now)
        for wanted, source in due:
            claim = schedules.claim_requested if source.id in asked else schedules.claim
            if not source.hosts & busy and claim(connection, wanted, now):
                claims.append(wanted)
                following = next_due(source, wanted.due_at, now, paces.get(source.id))
                schedules.expect(connection, source.id, following.at, following.plan)
        schedules.drop(connection, strays)
        for name, at, words in changed:
            schedules.expect(connection, name, at, words)
    return claims


def startable(engine: Engine, catalogue: Catalogue, queued: Sequence[Claim], now: datetime) -> list[Claim]:
    """Give the claims of the queue that may start now, together in one process.

    Not those whose source, or a host of it, is being crawled by another one, nor in the source's quiet hours.
    """
    with reading(engine, "see which sources are being crawled") as connection:
        held = leases.held(connection, now)
        promised = schedules.open_sources(connection)
    busy = _busy_hosts(catalogue, held, promised - {claimed.source for claimed in queued})
    return [
        claimed
        for claimed in queued
        if claimed.source not in held
        and not (source := catalogue[claimed.source]).hosts & busy
        and quiet_hours(source, now) is None
    ]


def settle(
    engine: Engine, catalogue: Catalogue, claims: Sequence[Claim], now: datetime, *, stopped: bool
) -> list[Claim]:
    """Close the claims of processes that ended, and fix when adaptive sources are due next; give those to try again."""
    with writing(engine, "settle claims") as connection:
        again = [schedules.settle(connection, claimed, now, stopped=stopped) for claimed in claims]
        unavailable = schedules.unavailable(connection, now)
        for claimed in claims:
            source = catalogue.get(claimed.source)
            if source is None or not is_adaptive(source) or source.id in unavailable:
                continue
            pace = rhythm.paces(connection, [source])[source.id]
            following = next_due(source, claimed.due_at, now, pace)
            schedules.expect(connection, source.id, following.at, following.plan)
    return [claimed for claimed in again if claimed is not None]


def drop_strangers(engine: Engine, catalogue: Catalogue, claims: Sequence[Claim]) -> list[Claim]:
    """Close the claims of sources that were removed or disabled; give the others."""
    gone = [claimed for claimed in claims if not _crawled(catalogue, claimed.source)]
    if gone:
        with writing(engine, "drop claims of sources that are not crawled any more") as connection:
            schedules.drop(connection, gone)
    return [claimed for claimed in claims if claimed not in gone]


def _crawled(catalogue: Catalogue, name: str) -> bool:
    return name in catalogue and catalogue[name].enabled


def _fixed(source: Source, known: Expectation | None) -> datetime | None:
    """Give the next due time that is kept, unless it comes from a schedule that the source had before."""
    if known is None or (is_adaptive(source) and not (known.plan or "").startswith(_ADAPTIVE)):
        return None
    return known.next_due_at


def _needs_pace(source: Source, known: Expectation | None, now: datetime) -> bool:
    if not is_adaptive(source) or known is None or known.last_due_at is None:
        return False
    fixed = _fixed(source, known)
    return fixed is None or fixed <= now or known.last_due_at > now


def _under_way(
    connection: Connection, catalogue: Catalogue, ours: Collection[str], now: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    """Give the sources and the hosts that are being crawled or about to be, but for hosts of `ours`, not started."""
    held = leases.held(connection, now)
    promised = schedules.open_sources(connection)
    return promised.union(held, ours), _busy_hosts(catalogue, held, promised.difference(ours))


def _busy_hosts(catalogue: Catalogue, held: Mapping[str, frozenset[str]], promised: Collection[str]) -> frozenset[str]:
    hosts = [catalogue[name].hosts for name in promised if name in catalogue]
    return frozenset().union(*hosts, *held.values())
