"""Edits one source: the form's values go through the catalogue's own loader, and only changed keys are written."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.curation import own
from newsreel.errors import CatalogueError, ConfigurationError
from newsreel.sources import Source, read_outlet
from newsreel.sources.writing import table_entries
from newsreel.web.background import background_of
from newsreel.web.pages.adding import RHYTHMS, configuration_of
from newsreel.web.pages.running import source_of
from newsreel.web.rendering import page

router = APIRouter()

LONGEST = 4_000
BODIES = (
    ("page", "The article's page"),
    ("best", "The page, or the feed where the page cannot be read"),
    ("feed", "The feed alone"),
)
# The keys that the form shows; all others stay as they are.
LINES = ("feeds", "sitemaps")
TEXTS = ("name", "home", "language", "interval", "cron", "timezone", "quiet", "body", "note")
_ERROR = re.compile(r"^outlet [^,:]+, key ([a-z_]+)[^:]*: (.*)$")

Text = Annotated[str, Form(max_length=LONGEST)]


@router.get("/source/{name}/edit")
def edit(request: Request, name: str) -> Response:
    """Show a source's values to be changed."""
    source = source_of(request, name)
    return _show(request, source, _shown(source))


@router.post("/source/{name}/edit")
def save(
    request: Request,
    name: str,
    mark: Text,
    title: Annotated[str, Form(alias="name", max_length=LONGEST)],
    home: Text,
    feeds: Text = "",
    sitemaps: Text = "",
    language: Text = "",
    rhythm: Text = "",
    interval: Text = "",
    cron: Text = "",
    timezone: Text = "",
    quiet: Text = "",
    delay: Text = "",
    body: Text = "page",
    note: Text = "",
    enabled: Annotated[bool, Form()] = False,
) -> Response:
    """Write what was changed into the owner's catalogue."""
    source = source_of(request, name)
    typed = {
        "name": title,
        "home": home,
        "feeds": feeds,
        "sitemaps": sitemaps,
        "language": language,
        "interval": {"own": interval, "cron": ""}.get(rhythm, rhythm),
        "cron": cron if rhythm == "cron" else "",
        "timezone": timezone,
        "quiet": quiet,
        "delay": delay,
        "body": body,
        "note": note,
    }
    shown = {**typed, "interval": interval or typed["interval"], "cron": cron, "rhythm": rhythm, "enabled": enabled}
    if mark != own.mark_of(source):
        stale = "It was changed elsewhere meanwhile. Nothing was saved; these are your values. Save again to keep them."
        return _show(request, source, shown, 409, error=stale)
    try:
        wanted = _source(source, typed, enabled=enabled)
        if wanted == source:
            return RedirectResponse(f"/source/{source.id}/changed?what=saved", 303)
        written = own.put(configuration_of(request), [wanted])
    except CatalogueError as error:
        wrong, rest = _by_field(str(error))
        what = "One value cannot be used." if len(wrong) == 1 else f"{len(wrong)} values cannot be used."
        return _show(request, source, shown, 422, wrong=wrong, error=f"{rest or what} Nothing was saved.")
    except ConfigurationError as error:
        return _show(request, source, shown, 422, error=f"{error}. Nothing was saved.")
    undo = background_of(request).keep(written)
    return RedirectResponse(f"/source/{source.id}/changed?what=saved&undo={undo}", 303)


def _source(old: Source, typed: dict[str, str], *, enabled: bool) -> Source:
    """Give the source with the values of the form; CatalogueError names what is wrong by its key."""
    values: dict[str, Any] = _values(old)
    for key in TEXTS:
        values[key] = typed[key].strip().replace("\r\n", "\n")
    for key in LINES:
        values[key] = [line.strip() for line in typed[key].splitlines() if line.strip()]
    values["enabled"] = enabled
    values.pop("delay", None)
    if text := typed["delay"].strip():
        try:
            values["delay"] = float(text)
        except ValueError:
            # The loader says what a delay must be.
            values["delay"] = text
    return read_outlet(old.id, {key: value for key, value in values.items() if value != ""})


def _values(source: Source) -> dict[str, Any]:
    """Give a source's keys as a catalogue has them."""
    return {key: tomllib.loads(f"value = {text}")["value"] for key, text in table_entries(source).items()}


def _shown(source: Source) -> dict[str, Any]:
    """Give what stands in the form."""
    values = _values(source)
    shown: dict[str, Any] = {key: str(values.get(key, "")) for key in TEXTS}
    shown |= {key: "\n".join(values.get(key, ())) for key in LINES}
    shown["interval"] = _short(shown["interval"])
    shown["delay"] = f"{source.delay:g}" if source.delay is not None else ""
    shown["body"], shown["enabled"] = source.body, source.enabled
    usual = {value for value, _ in RHYTHMS}
    shown["rhythm"] = "cron" if source.cron else shown["interval"] if shown["interval"] in usual else "own"
    return shown


def _short(interval: str) -> str:
    """Write a length as one would: without the parts that are nothing.

    >>> _short("0d900s"), _short("1d0s"), _short("0d5400s"), _short("2d3600s")
    ('15m', '1d', '90m', '2d1h')
    """
    match = re.fullmatch(r"(\d+)d(\d+)s", interval)
    if match is None:
        return interval
    days, seconds = int(match[1]), int(match[2])
    rest = f"{seconds // 3600}h" if seconds % 3600 == 0 else f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
    return (f"{days}d" if days else "") + (rest if seconds else "")


def _by_field(error: str) -> tuple[dict[str, str], str]:
    """Give the errors of the loader by the fields that they belong to, and what belongs to none."""
    wrong: dict[str, str] = {}
    rest = []
    known = {field.name for field in fields(Source)}
    for line in error.split("\n"):
        match = _ERROR.match(line)
        if match is not None and match[1] in known:
            wrong.setdefault(match[1], match[2][:1].upper() + match[2][1:] + ".")
        else:
            rest.append(line)
    return wrong, " ".join(rest)


def _show(
    request: Request,
    source: Source,
    shown: dict[str, Any],
    status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    error: str = "",
) -> Response:
    rhythms = [*RHYTHMS, ("own", "Another interval"), ("cron", "By a cron expression")]
    return page(
        request,
        "edit.html",
        status,
        source=source,
        shown=shown,
        wrong=wrong or {},
        error=error,
        mark=own.mark_of(source),
        rhythms=rhythms,
        bodies=BODIES,
        file=own.target(configuration_of(request)).name,
    )
