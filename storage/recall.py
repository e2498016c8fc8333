"""Keeps in this process what was read of sources until what they hold changes, so that it is as true as a fresh look.

Each source has a mark, a random number; the transaction that changes what a source holds replaces it. Whoever reads
finds the marks in the same snapshot as the rest: what was kept under a mark is what the database holds under it. A
source without a mark has held nothing yet, or was removed and came back: nothing is kept of it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select, update

from storage import schema

# So many windows of time are kept at once; those not asked for longest go first.
WINDOWS = 24
_CHUNK = 400
Value = TypeVar("Value")
Marks = Mapping[str, int | None]

_S = schema.sources.c
_MARKS = select(_S.source, _S.mark).order_by(_S.source)
_MARK = (
    update(schema.sources).where(_S.source.in_(bindparam("some", expanding=True))).values(mark=bindparam("new_mark"))
)


def new_mark() -> int:
    """Give a mark that no source has had."""
    return secrets.randbits(62)


def mark(connection: Connection, sources: Collection[str]) -> None:
    """Mark sources anew, in the transaction that changes what they hold."""
    names = sorted(sources)
    for start in range(0, len(names), _CHUNK):
        connection.execute(_MARK, {"some": names[start : start + _CHUNK], "new_mark": new_mark()})


def marks_of(connection: Connection) -> dict[str, int | None]:
    """Read the marks of all sources."""
    return {row.source: row.mark for row in connection.execute(_MARKS).all()}


class _Windows(Generic[Value]):
    """The last windows asked for, for each database."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: WeakKeyDictionary[Engine, OrderedDict[Hashable, Value]] = WeakKeyDictionary()

    def find(self, engine: Engine, window: Hashable) -> Value | None:
        with self._lock:
            mine = self._kept.get(engine)
            return None if mine is None else mine.get(window)

    def keep(self, engine: Engine, window: Hashable, value: Value) -> None:
        with self._lock:
            mine = self._kept.setdefault(engine, OrderedDict())
            mine[window] = value
            mine.move_to_end(window)
            while len(mine) > WINDOWS:
                mine.popitem(last=False)


class OfEach(Generic[Value]):
    """Keeps a value of each source for windows of time."""

    def __init__(self) -> None:
        self._windows: _Windows[Mapping[str, tuple[int, Value]]] = _Windows()

    def get(
        self,
        engine: Engine,
        window: Hashable,
        marks: Marks,
        read: Callable[[Sequence[str]], Mapping[str, Value]],
    ) -> dict[str, Value]:
        """Give the value of each source that has an entry in `marks`; `read` gives those of sources that changed."""
        known = self._windows.find(engine, window) or {}
        found = {}
        for source, now in marks.items():
            kept = known.get(source)
            if kept is not None and kept[0] == now:
                found[source] = kept[1]
        if len(found) < len(marks):
            found |= read([source for source in marks if source not in found])
            sure = {source: (now, found[source]) for source, now in marks.items() if now is not None}
            self._windows.keep(engine, window, sure)
        return found


class OfAll(Generic[Value]):
    """Keeps a value of all sources together for windows of time."""

    def __init__(self) -> None:
        self._windows: _Windows[tuple[Marks, Value]] = _Windows()

    def get(self, engine: Engine, window: Hashable, marks: Marks, read: Callable[[], Value]) -> Value:
        """Give the value; `read` gives it where a source changed, came or went."""
        known = self._windows.find(engine, window)
        if known is not None and known[0] == marks:
            return known[1]
        value = read()
        if None not in marks.values():
            self._windows.keep(engine, window, (dict(marks), value))
        return value
