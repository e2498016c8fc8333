"""One round of telling: new changes and the day's digest go into the outbox, what is due in it goes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from newsreel.delivery.sending import Send, senders
from newsreel.errors import DeliveryFailed
from newsreel.telling import AlertSettings, digest_message
from storage import outbox
from storage.database import reading, writing
from storage.digests import day_of

logger = logging.getLogger(__name__)

# A digest that could not be made for so long after its time is not made any more.
DIGEST_LATE = timedelta(hours=12)
_DAY = timedelta(days=1)


class Courier:
    """Does rounds; a message is marked as sent after it was, so that a kill repeats it rather than loses it."""

    def __init__(self, engine: Engine, make_senders: Callable[[AlertSettings], Mapping[str, Send]] = senders) -> None:
        self.engine = engine
        self.make_senders = make_senders

    def round(self, settings: AlertSettings, sources: int, now: datetime) -> None:
        """Put into the outbox what happened, and send what is due. `sources` is how many are crawled."""
        if not settings.channels:
            return
        with reading(self.engine, "look for changes to tell") as connection:
            news = outbox.untold(connection, settings.channels, now)
        due = digest_due(settings, now)
        with reading(self.engine, "look for the digest") as connection:
            key = f"digest-{due:%Y-%m-%d}" if due else ""
            wants_digest = due is not None and not outbox.holds(connection, key)
            digest = day_of(connection, due.date(), due.astimezone(UTC), sources) if wants_digest and due else None
        if news or digest:
            with writing(self.engine, "put messages into the outbox") as connection:
                outbox.put_changes(connection, news, now)
                if digest is not None:
                    outbox.put(connection, settings.channels, key, digest_message(digest), now)
        self._send(settings, now)

    def _send(self, settings: AlertSettings, now: datetime) -> None:
        with reading(self.engine, "look into the outbox") as connection:
            waiting = outbox.waiting(connection, settings.channels, now)
        ways = self.make_senders(settings) if waiting else {}
        broken: set[str] = set()
        for letter in waiting:
            if letter.channel in broken:
                continue
            problem = None
            try:
                ways[letter.channel](letter.message, letter.name, now)
            except DeliveryFailed as error:
                # The others of this channel wait for the next round: its server is away.
                broken.add(letter.channel)
                problem = str(error)
                logger.error("%s", error)
            with writing(self.engine, "mark a message") as connection:
                outbox.mark(connection, letter, now, problem)


def digest_due(settings: AlertSettings, now: datetime) -> datetime | None:
    """Give the time, in the owner's zone, of the latest digest that is due; None where none is, or it is too late."""
    if settings.digest is None:
        return None
    zone = ZoneInfo(settings.timezone)
    for day in (now.astimezone(zone).date(), now.astimezone(zone).date() - _DAY):
        due = datetime.combine(day, settings.digest, zone)
        if timedelta(0) <= now - due.astimezone(UTC) <= DIGEST_LATE:
            return due
    return None
