"""Reads a catalogue file into sources; all its errors come in one message, each with file, outlet and key."""

from __future__ import annotations

import math
import re
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar, get_args

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import XPathError

from newsreel.errors import CatalogueError
from newsreel.sources.cron import cron_problem
from newsreel.sources.lengths import keeping, keeping_problem, length, length_problem
from newsreel.sources.tables import Table, mapping
from newsreel.sources.values import REVISITS, BodyFrom, Listing, OutletRules, Quiet, Source, Status
from newsreel.urls import LONGEST_KEY, is_door, is_web, resolve

LONGEST_DELAY = 600.0
MOST_REVISITS = 20

_KEYS = tuple(field.name for field in fields(Source) if field.name != "id")
_SLUG = re.compile(r"(?=.{1,100}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

Word = TypeVar("Word", bound=str)


def shipped_catalogue() -> Path:
    """The catalogue that comes with Newsreel."""
    return Path(__file__).parents[1] / "sources.toml"


def load_catalogue(file: Path) -> tuple[Source, ...]:
    """Every outlet of a catalogue in its order, the disabled ones too.

    Raises CatalogueError, with a line for each error that the file has.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CatalogueError(f"{file}: the catalogue cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: the catalogue is not UTF-8 (byte {error.start})") from error
    return read_catalogue(text, str(file))


def read_catalogue(text: str, file: str) -> tuple[Source, ...]:
    """Every outlet of a catalogue's text; `file` is its name in errors.

    Raises CatalogueError, with a line for each error that the text has.
    """
    problems: list[str] = []
    document = Table(_document(text, file), "key ", problems)
    document.only(["outlet"])
    outlets = document.table("outlet")
    if not outlets.values and not problems:
        document.note("outlet", "there is no outlet; begin one with [outlet.its-name]")
    sources = [_source(slug, values, problems) for slug, values in outlets.values.items()]
    if problems:
        raise CatalogueError("\n".join(f"{file}: {problem}" for problem in problems))
    return tuple(sources)


def read_outlet(slug: str, values: Mapping[str, object]) -> Source:
    """One outlet from the values of its keys, as a catalogue has them.

    Raises CatalogueError, with a line for each error, which begins with "outlet SLUG, key KEY".
    """
    problems: list[str] = []
    source = _source(slug, dict(values), problems)
    if problems:
        raise CatalogueError("\n".join(problems))
    return source


def _document(text: str, file: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{file}: {_syntax_problem(text, str(error))}") from error
    except RecursionError as error:
        raise CatalogueError(f"{file}: tables or lists inside one another too deeply") from error


def _syntax_problem(text: str, message: str) -> str:
    """A syntax error in words, with the outlet and the key that the parser was at."""
    twice = re.match(r"Cannot declare \('outlet', '([^']*)'\) twice \(at (line \d+)", message)
    if twice:
        return f"outlet {twice[1]}: is declared twice, again in {twice[2]}"
    at = re.search(r"\(at line (\d+), column \d+\)", message)
    lines = text.splitlines()
    place = ""
    for line in lines[: int(at[1]) if at else len(lines)]:
        table = re.match(r"\s*\[+\s*outlet\s*\.\s*\"?([^\]\".]+)", line)
        key = re.match(r"\s*([\w-]+)\s*(?:=|$)", line)
        if table:
            place = f"outlet {table[1].strip()}: "
        elif key and place:
            place = f"{place.partition(',')[0].rstrip(': ')}, key {key[1]}: "
    return f"{place}this is not TOML: {message}"


def _source(slug: str, values: object, problems: list[str]) -> Source:
    table = Table(mapping(values), f"outlet {slug}, key ", problems)
    if not _SLUG.fullmatch(slug):
        problems.append(f"outlet {slug}: an outlet's name has lower-case letters, digits and hyphens only, 100 at most")
    if not isinstance(values, dict):
        problems.append(f"outlet {slug}: must be a table; begin it with [outlet.{slug}]")
        return Source(slug, slug, "")
    table.only(_KEYS)
    table.need("name")
    table.need("home")
    home = table.text("home", _address_problem) or ""
    base = home or "https://missing.invalid/"
    body: BodyFrom = _word(table, "body", get_args(BodyFrom)) or "page"
    cron = table.text("cron", cron_problem)
    source = Source(
        id=slug,
        name=table.text("name") or slug,
        home=resolve(base, home) or home,
        feeds=_addresses(table, "feeds", base),
        sitemaps=_addresses(table, "sitemaps", base),
        listings=tuple(_listing(entry, base) for entry in table.tables("listings")),
        language=table.text("language", _language_problem),
        interval=_interval(table),
        cron=" ".join(cron.split()) if cron else None,
        timezone=table.text("timezone", _timezone_problem) or "UTC",
        quiet=_quiet(table),
        delay=_delay(table),
        body=body,
        revisits=_revisits(table),
        keep_pages=_keep(table, "keep_pages"),
        keep_articles=_keep(table, "keep_articles"),
        keep_revisions=_keep(table, "keep_revisions"),
        enabled=table.value("enabled", bool) is not False,
        status=_word(table, "status", get_args(Status)),
        verified_on=table.value("verified_on", date),
        note=table.text("note"),
        rules=_rules(table.table("rules")),
    )
    if "interval" in table.values and "cron" in table.values:
        table.note("cron", "an outlet has an interval or a cron expression, not both")
    if not table.values.keys() & {"feeds", "sitemaps", "listings"} or not (
        table.values.get("feeds") or table.values.get("sitemaps") or table.values.get("listings")
    ):
        table.note("feeds", "there is no feed, sitemap or listing; an outlet needs one at least")
    elif body == "feed" and not table.values.get("feeds"):
        table.note("body", 'is "feed", but there is no feed')
    return source


def _listing(table: Table, base: str) -> Listing:
    table.only(("url", "links", "next"))
    table.need("url")
    table.need("links")
    url = table.text("url", lambda text: _relative_problem(base, text)) or ""
    links, following = table.text("links", _selector_problem), table.text("next", _selector_problem)
    return Listing(url=resolve(base, url) or "", links=links or "", next=following)


def _rules(table: Table) -> OutletRules:
    table.only(field.name for field in fields(OutletRules))
    return OutletRules(
        body=table.text("body", _selector_problem),
        drop=table.texts("drop", _selector_problem),
        lines=table.texts("lines"),
        next_page=table.text("next_page", _selector_problem),
    )


def _addresses(table: Table, key: str, base: str) -> tuple[str, ...]:
    texts = table.texts(key, lambda text: _relative_problem(base, text))
    return tuple(dict.fromkeys(url for text in texts if (url := resolve(base, text))))


def _interval(table: Table) -> timedelta | None:
    text = table.text("interval", length_problem)
    return length(text) if text else None


def _revisits(table: Table) -> tuple[timedelta, ...]:
    if "revisits" not in table.values:
        return REVISITS
    ages = {length(text) for text in table.texts("revisits", length_problem)}
    if len(ages) > MOST_REVISITS:
        table.note("revisits", f"has {len(ages)} ages; {MOST_REVISITS} at most")
    return tuple(sorted(ages))


def _keep(table: Table, key: str) -> timedelta | None:
    text = table.text(key, keeping_problem)
    return keeping(text) if text else None


def _quiet(table: Table) -> Quiet | None:
    text = table.text("quiet", _quiet_problem)
    match = _QUIET.fullmatch(text) if text else None
    if match is None:
        return None
    start, start_minute, end, end_minute = map(int, match.groups())
    return Quiet(time(start, start_minute), time(end, end_minute))


def _delay(table: Table) -> float | None:
    delay = table.value("delay", float, int)
    if delay is None:
        return None
    if not (math.isfinite(delay) and 0 <= delay <= LONGEST_DELAY):
        table.note("delay", f"must be a number of seconds from 0 to {LONGEST_DELAY:.0f}, and is {delay}")
    return float(delay)


def _word(table: Table, key: str, words: tuple[Word, ...]) -> Word | None:
    text = table.text(key, lambda text: None if text in words else _choice(text, words))
    return next((word for word in words if word == text), None)


def _choice(text: str, words: tuple[str, ...]) -> str:
    close = get_close_matches(text, words, n=1)
    guess = f'; did you mean "{close[0]}"?' if close else ""
    return f'"{text}" is none of {", ".join(words)}{guess}'


def _address_problem(text: str) -> str | None:
    return None if is_web(text) else f'"{text}" is not an http or https address'


def _relative_problem(base: str, text: str) -> str | None:
    address = resolve(base, text)
    if address is not None:
        return None if is_door(address) else f'"{text[:60]}..." is longer than the {LONGEST_KEY} bytes that it may have'
    return f'"{text}" is neither an http or https address nor a path below the home page'


def _language_problem(text: str) -> str | None:
    return None if _LANGUAGE.fullmatch(text) else f'"{text}" is not a language tag such as "en" or "pt-BR"'


def _quiet_problem(text: str) -> str | None:
    match = _QUIET.fullmatch(text)
    if match is None:
        return f'"{text}" are no quiet hours; write them from 00:00 to 23:59, such as "23:00-06:00"'
    if match.groups()[:2] == match.groups()[2:]:
        return f'"{text}" begin and end at the same time; give enabled = false to leave an outlet out'
    return None


def _timezone_problem(text: str) -> str | None:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        close = get_close_matches(text, sorted(zoneinfo.available_timezones()), n=1)
        guess = f'; did you mean "{close[0]}"?' if close else '; write a name such as "Europe/London"'
        return f'there is no time zone "{text}"{guess}'
    return None


def _selector_problem(text: str) -> str | None:
    try:
        CSSSelector(text, translator="html")
    except (SelectorError, XPathError) as error:
        return f'"{text}" is not a CSS selector ({error})'
    return None
