"""The errors of Newsreel: what was tried, on what, and what to do.

NewsreelError                 anything below; the command line prints it and exits with status 1
├── ConfigurationError        a file, variable or option that cannot be used
│   └── CatalogueError        an error in a catalogue: names file, outlet and key
├── UnknownSource             a source that the catalogue does not have
├── SourceBusy                another crawl holds the source
├── FetchFailed               a page that could not be fetched; carries its outcome code
├── InputError                a file or page that cannot be read: WARC, HTML, text
│   └── PageRejected          a page that is no article; carries its outcome code
├── QueryError                a search, or the mark of a page of its results, that cannot be understood
└── StorageError              the database cannot do what was asked
    ├── DatabaseTooNew        written by a newer Newsreel
    ├── SchemaTooOld          written by an older one, on a server where only the owner changes the schema
    └── DatabaseBusy          another process holds the lock for too long
"""

from __future__ import annotations

from datetime import datetime


class NewsreelError(Exception):
    """Something was tried and cannot be done; the message says what, on what, and what to do."""


class ConfigurationError(NewsreelError):
    """A configuration file, environment variable or option cannot be used."""


class CatalogueError(ConfigurationError):
    """A catalogue has an error; the message names file, outlet and key."""


class UnknownSource(NewsreelError):
    """A source was named that the catalogue does not have."""


class SourceBusy(NewsreelError):
    """Another crawl holds the source."""


class FetchFailed(NewsreelError):
    """A fetch ended without a page. `code` is its outcome code, or "waiting" where it was not even tried.

    `retry_at` is when the host said that it may be asked again.
    """

    def __init__(self, code: str, detail: str, retry_at: datetime | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.retry_at = retry_at


class InputError(NewsreelError):
    """A file or page cannot be read."""


class PageRejected(InputError):
    """A page is no article, or cannot be parsed within its budget; `code` is its outcome code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[PageRejected], tuple[str, str]]:
        return type(self), (self.code, self.detail)


class DeliveryFailed(NewsreelError):
    """A message for the owner could not be sent."""


class QueryError(NewsreelError):
    """A search cannot be understood; the message quotes the part and says what is possible."""


class StorageError(NewsreelError):
    """The database cannot do what was asked."""


class DatabaseTooNew(StorageError):
    """The database was written by a newer Newsreel."""


class SchemaTooOld(StorageError):
    """The database on a server has an older schema, which `newsreel db upgrade` changes."""


class DatabaseBusy(StorageError):
    """Another process holds the database's lock for too long."""
