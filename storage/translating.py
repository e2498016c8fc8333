"""The driver's errors as ours: what was tried, on which database, and what to do."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from newsreel.errors import DatabaseBusy, StorageError

# What the drivers say when another process holds a lock for too long; the others let it go on.
_BUSY = ("locked", "busy", "lock timeout", "deadlock detected")
_HINTS = {
    "readonly": "; make it and its directory writable for this user",
    "unable to open": "; see that its directory exists and is writable for this user",
    "disk is full": "; free some space and run again, nothing that was committed is lost",
    "No space left": "; free some space and run again, nothing that was committed is lost",
    "connection failed": "; see that the server runs, and that address, user and password are right",
}
_MOST = 500


def name_of(url: URL) -> str:
    """Give a database's name for messages: the file's path, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    # A password may also stand behind the question mark.
    return without_password(url.render_as_string())


def without_password(url: str) -> str:
    """Give an address, however malformed, without the password in it.

    >>> without_password("postgresql://ada:a@b:c/d@host/x?password=secret&sslmode=require")
    'postgresql://ada:***@host/x?password=***&sslmode=require'
    """
    return re.sub(r"(?i)(passw(?:or)?d=)[^&\s]*", r"\1***", re.sub(r"(?<=:)(?!//).*(?=@)", "***", url))


def hint(text: str) -> str:
    """Give what to do about an error that a driver words like `text`; nothing where that is unknown."""
    return next((hint for words, hint in _HINTS.items() if words in text), "")


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn the driver's errors into StorageError, saying `what` was tried."""
    try:
        yield
    except OperationalError as error:
        text = _told(error)
        if any(words in text for words in _BUSY):
            raise DatabaseBusy(
                f"cannot {what}: another process holds the database's lock for too long; try again when it ends"
            ) from error
        raise StorageError(f"cannot {what}: {text}{hint(text)}") from error
    except SQLAlchemyError as error:
        raise StorageError(f"cannot {what}: {_told(error)}") from error
    except sqlite3.Error as error:
        raise StorageError(f"cannot {what}: {error}{hint(str(error))}") from error


def _told(error: SQLAlchemyError) -> str:
    """Give a driver's own words, without the statement and its values, which may be ten megabytes."""
    text = str(getattr(error, "orig", None) or error)
    return text if len(text) <= _MOST else text[:_MOST] + " ..."
