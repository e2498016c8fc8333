"""What becomes of links whose visits ended: their columns, from the outcome and what the page said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from newsreel.items import FETCH_CODES, Visit
from storage import schema
from storage.handing import hand_over
from storage.tries import rest

# Built once: that takes longer than running it.
_CHANGE = update(schema.links).where(schema.links.c.id == bindparam("its_id"))


def fetch_facts(visit: Visit) -> dict[str, Any]:
    """Give what a visit says of its link beside the outcome: the ages of revisits, validators, when to try again."""
    facts: dict[str, Any] = {"told": visit.retry_at}
    if visit.page is not None or visit.outcome == "unchanged":
        # A text from a feed has no page to ask for again.
        facts["ages"] = visit.revisits
    if visit.page is not None:
        facts["etag"] = visit.page.headers.get("etag")
        facts["last_modified"] = visit.page.headers.get("last-modified")
    return facts


def ended(
    link: Any,
    run_id: int,
    outcome: str,
    now: datetime,
    told: datetime | None = None,
    revisit_at: datetime | None = None,
    **values: Any,
) -> dict[str, Any]:
    """Give the columns of a link that was dealt with in a run, for `change`; `told` is when its host wants it tried.

    `revisit_at` is when its article is looked at again.
    """
    values |= {"its_id": link.id, "outcome": outcome, "run_outcome": outcome, "run_id": run_id}
    if outcome not in FETCH_CODES:
        # What the source said is needed no more once the link is dealt with.
        done = {"attempts": 0, "state": "done", "retry_at": None, "hint": None, "fetched_at": now}
        return values | done | {"revisit_at": revisit_at}
    attempts = link.attempts + 1
    state, retry_at = rest(attempts, outcome, now, told)
    values |= {"attempts": attempts, "state": state, "retry_at": retry_at}
    return values | ({"hint": None, "fetched_at": now} if state == "gone" else {})


def change(connection: Connection, links: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of links, as `ended` gives them."""
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for values in links:
        alike[tuple(sorted(values))].append(values)
    for rows in alike.values():
        hand_over(connection, _CHANGE, rows)
