"""Changes one outlet in a catalogue's text: all other lines, and the comments in its own table, stay as they are."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from newsreel.errors import CatalogueError
from newsreel.sources.catalogue import read_catalogue
from newsreel.sources.values import Source
from newsreel.sources.writing import catalogue_text, table_entries


@dataclass(slots=True)
class _Statement:
    """Lines that belong together: a comment, the head of a table, a key with its value; `path` is the table's.

    `key` is the statement's own, None where it has none.
    """

    text: str
    path: tuple[str, ...]
    key: str | None = None


def with_outlet(text: str, source: Source) -> str:
    """Give a catalogue's text with an outlet as it is wanted: added at the end, or changed where it stands.

    Of its table only the lines of keys that change are written anew. Raises CatalogueError where the text is no
    catalogue, or is written in a way that cannot be changed line by line.
    """
    known = {each.id: each for each in read_catalogue(text, "the catalogue")} if _has_outlets(text) else {}
    old = known.get(source.id)
    if old is None:
        changed = _appended(text, source)
    elif old == source:
        return text
    else:
        changed = "".join(each.text for each in _changed(list(_statements(text)), old, source))
    _check(changed, known | {source.id: source}, source.id)
    return changed


def _has_outlets(text: str) -> bool:
    """Tell whether a text declares anything: a file of comments alone is empty, and no error."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _appended(text: str, source: Source) -> str:
    if text and not text.endswith("\n"):
        text += "\n"
    return text + ("\n" if text.strip() else "") + catalogue_text([source])


def _changed(statements: list[_Statement], old: Source, new: Source) -> Iterator[_Statement]:
    """Give the statements with the outlet's own ones changed where its values are."""
    own = ("outlet", new.id)
    before, after = table_entries(old), table_entries(new)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    todo = {key: f"{key} = {after[key]}\n" for key in after if key in changed}
    result: list[_Statement] = []
    last = 0
    for each in statements:
        key = each.path[2] if len(each.path) > 2 else each.key
        if each.path[:2] == own and key in changed:
            if each.path == own and key in todo:
                result.append(_Statement(todo.pop(key), own, key))
                last = len(result)
            continue
        result.append(each)
        if each.path == own and (each.key is not None or each.text.lstrip().startswith("[")):
            last = len(result)
    if todo and last and not result[last - 1].text.endswith("\n"):
        result[last - 1].text += "\n"
    yield from result[:last]
    yield from (_Statement(line, own) for line in todo.values())
    yield from result[last:]


def _statements(text: str) -> Iterator[_Statement]:
    """Cut a text of TOML into statements: a value may go on over several lines."""
    path: tuple[str, ...] = ()
    held: list[str] = []
    for line in text.splitlines(keepends=True):
        held.append(line)
        whole = "".join(held)
        try:
            values = tomllib.loads(whole)
        except tomllib.TOMLDecodeError:
            continue
        held = []
        if whole.lstrip().startswith("["):
            path = tuple(_walk(values))
            yield _Statement(whole, path)
        else:
            inner = tuple(_walk(values, len(values)))
            yield _Statement(whole, path, inner[0] if inner else None)
    if held:
        yield _Statement("".join(held), path)


def _walk(values: object, limit: int | None = None) -> Iterator[str]:
    """Give the names on the way into nested tables of one entry each."""
    while isinstance(values, dict) and len(values) == 1 and limit != 0:
        [(name, values)] = values.items()
        yield str(name)
        if isinstance(values, list):
            values = values[0] if values else None
        if limit is not None:
            limit -= 1


def _check(text: str, wanted: dict[str, Source], name: str) -> None:
    """See that a changed text says what it is meant to say, by the loader itself."""
    try:
        found = {each.id: each for each in read_catalogue(text, "the catalogue")}
    except CatalogueError as error:
        raise CatalogueError(_by_hand(name, str(error))) from error
    if found != wanted:
        raise CatalogueError(_by_hand(name, "other outlets would change with it"))


def _by_hand(name: str, why: str) -> str:
    return f"outlet {name}: its table cannot be changed line by line ({why}); edit the file by hand"
