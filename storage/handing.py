"""Hands many rows to the database in one statement, without SQLAlchemy's work on each of them.

A statement is put into the database's words once, and of its values only those are looked at whose type asks for it
(times, words from outside, plain values). For rows of a few numbers that work is more than the database's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Turn = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Wording:
    """A statement in the words of a database, and its values: their names, and what turns them into what is kept.

    `by_place` tells that the database takes the values of a row in this order, else by their names.
    """

    sql: str
    values: tuple[tuple[str, Turn | None], ...]
    by_place: bool


def hand_over(connection: Connection, statement: ClauseElement, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement for each of the rows, which all have the same names; a value that is missing is an error.

    The statement must be one that is built once, and no column of it may have a default that is not in the database.
    """
    if not rows:
        return
    wording = _wording(statement, connection.dialect, tuple(rows[0]))
    columns = [_turned(rows, name, turn) for name, turn in wording.values]
    ready: list[Any] = list(zip(*columns, strict=True))
    if not wording.by_place:
        names = [name for name, _ in wording.values]
        ready = [dict(zip(names, row, strict=True)) for row in ready]
    connection.exec_driver_sql(wording.sql, ready)


def _turned(rows: Sequence[Mapping[str, Any]], name: str, turn: Turn | None) -> list[Any]:
    if turn is None:
        return [row[name] for row in rows]
    kept: list[Any] = []
    last = object()
    for row in rows:
        value = row[name]
        # Most rows of a batch have the same time.
        kept.append(kept[-1] if value is last else turn(value))
        last = value
    return kept


@lru_cache(maxsize=200)
def _wording(statement: ClauseElement, dialect: Dialect, keys: tuple[str, ...]) -> _Wording:
    compiled = statement.compile(dialect=dialect, column_keys=list(keys))
    assert isinstance(compiled, SQLCompiler)
    in_order = compiled.positiontup
    names = tuple(compiled.binds if in_order is None else in_order)
    turns = (compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return _Wording(str(compiled), tuple(zip(names, turns, strict=True)), in_order is not None)
