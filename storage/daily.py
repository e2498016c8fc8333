"""What the service does once a day: the backup, and letting go of old hours of the statistics."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine

from newsreel.errors import StorageError
from storage import backup
from storage.counting import fold
from storage.holdings import oldest_hour

logger = logging.getLogger(__name__)

# How long after one that could not be made the next try comes.
PAUSE = timedelta(hours=1)


class DailyBackups:
    """Makes a backup a day of a SQLite database and keeps the last few; a server's database is left to its owner."""

    def __init__(self, engine: Engine) -> None:
        on_file = engine.dialect.name == "sqlite"
        self.database = Path(str(engine.url.database)).absolute() if on_file else None
        self._not_before: datetime | None = None

    def round(self, at: time | None, keep: int, now: datetime) -> Path | None:
        """Make the day's backup where it is due, and give it; StorageError where it cannot be made."""
        if self.database is None or at is None or (self._not_before is not None and now < self._not_before):
            return None
        last = max((each.made_at for each in backup.backups_of(self.database) if each.kind == "daily"), default=None)
        if not backup.daily_due(last, at, now):
            return None
        target = backup.folder_of(self.database) / backup.name_of(self.database, "daily", now, ".db.zst")
        try:
            size = backup.back_up(self.database, target)
        except StorageError:
            self._not_before = now + PAUSE
            raise
        self._not_before = None
        backup.prune(self.database, "daily", keep)
        logger.info("the day's backup is %s, %d MiB", target, size // 1024 // 1024)
        return target


class DailyFolding:
    """Lets go of the statistics of single hours once a day, when one more day is old enough."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._folded: datetime | None = None

    def round(self, now: datetime) -> int:
        """Fold what is due, and give how many rows went; StorageError where that cannot be done."""
        before = oldest_hour(now)
        if before == self._folded:
            return 0
        gone = fold(self.engine, now)
        self._folded = before
        return gone
