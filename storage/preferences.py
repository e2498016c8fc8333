"""What the reader chose: how the page looks, and whether pictures of outlets may be shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, Engine, select

from storage import schema
from storage.counting import upsert
from storage.database import reading, writing


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of this installation.

    A browser's own theme and text size come before these. `images` lets outlets' pictures be loaded through the fetch
    door; `keys` are the shortcuts of single keys; `compact` leaves the lines below headlines out of lists.
    """

    theme: str = "auto"
    size: str = "m"
    images: bool = False
    keys: bool = True
    compact: bool = False


_KINDS: dict[str, type[Any]] = {each.name: type(each.default) for each in fields(Preferences)}


def preferences(engine: Engine) -> Preferences:
    """Give the choices in force."""
    with reading(engine, "read the preferences") as connection:
        return find(connection)


def find(connection: Connection) -> Preferences:
    """Give the choices in force within a transaction; what this version does not know is left out."""
    t = schema.preferences.c
    stored: dict[str, Any] = {
        name: value for name, value in connection.execute(select(t.name, t.value)) if name in _KINDS
    }
    usable: dict[str, Any] = {name: value for name, value in stored.items() if type(value) is _KINDS[name]}
    return Preferences(**usable)


def save(engine: Engine, chosen: Preferences) -> None:
    """Keep choices."""
    with writing(engine, "save the preferences") as connection:
        for name, value in asdict(chosen).items():
            statement = upsert(connection, schema.preferences).values(name=name, value=value)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
