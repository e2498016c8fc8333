"""Counts the tries at a page on which a parser fails through a fault of ours, so that it is not tried for ever."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from newsreel.errors import StorageError
from storage import schema

PARSE_ERROR = "parse-error"
# Once in a run each; an update of Newsreel in between may mend it.
TRIES = 3


def stumble(connection: Connection, run_id: int, source: str, url_key: str, detail: str | None) -> bool:
    """Note that a page of this run made a parser fail; tell whether its link is to be given up now.

    Until then the link goes on waiting, without an outcome in this run.
    """
    t = schema.links
    query = select(t.c.id, t.c.attempts, t.c.outcome).where(t.c.source == source, t.c.url_key == url_key)
    row = connection.execute(query).first()
    if row is None:
        raise StorageError(
            f"cannot record {PARSE_ERROR} for {url_key}: {source} has no such link; was the source removed?"
        )
    # Failed fetches before it do not count.
    attempts = row.attempts + 1 if row.outcome == PARSE_ERROR else 1
    if attempts >= TRIES:
        return True
    values = {"attempts": attempts, "outcome": PARSE_ERROR, "detail": detail, "state": "waiting", "retry_at": None}
    connection.execute(update(t).where(t.c.id == row.id).values(run_id=run_id, run_outcome=None, **values))
    return False
