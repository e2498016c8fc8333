"""Templates to answers. Everything is escaped, and a name that is not defined is an error."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from newsreel import __version__
from newsreel.web import reading, wording
from newsreel.web.assets import address_of
from newsreel.web.doors import doors_of
from newsreel.web.looks import SIZES, THEMES, look_of
from newsreel.web.paths import path_of
from newsreel.web.visits import keep_visitor, visit_of


def ticked(text: str) -> Markup:
    """Give a text of ours as HTML, with what stands between backticks as code.

    >>> ticked("Send `<token>` along.")
    Markup('Send <code>&lt;token&gt;</code> along.')
    """
    parts = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(text.split("`"))
    )
    return Markup("").join(parts)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("newsreel.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset=address_of, version=__version__, themes=THEMES, sizes=SIZES)
    made.filters.update(
        ago=wording.ago,
        browser=wording.browser,
        iso=wording.iso,
        share=wording.share,
        span=wording.span,
        thousands=wording.thousands,
        reading_time=wording.reading_time,
        kind=wording.kind,
        kinds=wording.kinds,
        counted=wording.counted,
        first_upper=wording.first_upper,
        outward=reading.outward,
        host=reading.host_of,
        ticked=ticked,
        path=lambda text: quote(text, safe=""),
    )
    return made


ENVIRONMENT = _environment()


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Give a template as an answer.

    A template has, beside `values`: `visit` (who asks), `token` (which forms need), `look`, `here` (the path),
    `now`, `times` (writes times in the page's zone), `asset(name)`, and the filters of `newsreel.web.wording`.
    """
    doors = doors_of(request)
    visit = visit_of(request)
    now = doors.clock()
    text = ENVIRONMENT.get_template(name).render(
        visit=visit,
        token=visit.token,
        look=look_of(request),
        here=path_of(request),
        now=now,
        times=wording.Times(now, doors.zone),
        **values,
    )
    answer = HTMLResponse(text, status)
    keep_visitor(answer, visit)
    return answer
