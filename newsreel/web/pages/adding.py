"""A new source from an address: what is found there is shown before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from newsreel.configuration import Configuration, written_sources
from newsreel.curation import own, pauses, proposals, saying
from newsreel.curation.addresses import web_address
from newsreel.errors import ConfigurationError, InputError, NewsreelError
from newsreel.sources import Source, read_outlet
from newsreel.web.background import background_of
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from newsreel.web.rendering import ENVIRONMENT, page
from newsreel.web.streams import Moment
from newsreel.web.trials import Trial

router = APIRouter()

LONGEST_ADDRESS = 2_000
MOST_DOORS = 20
RHYTHMS = (("", "As it publishes"), ("15m", "Every 15 minutes"), ("1h", "Every hour"), ("1d", "Once a day"))

Text = Annotated[str, Form(max_length=LONGEST_ADDRESS)]
Texts = Annotated[list[str] | None, Form(max_length=MOST_DOORS)]


def configuration_of(request: Request) -> Configuration:
    """Give the configuration in force; a page that stands alone has none, and cannot change anything."""
    read = doors_of(request).configuration
    if read is None:
        raise Fault(503, "This page was started without a configuration, so it cannot change sources.")
    return read()


@router.get("/sources/add")
def ask(request: Request, look: str = "", address: str = "") -> Response:
    """Ask for an address, or show how far the look at one is and what it found."""
    trial = background_of(request).trials.get(look) if look else None
    if look and trial is None:
        return _show(request, address=address, error="What was found is not kept any more. Look again.")
    return _show(request, address=trial.address if trial else address, trial=trial)


@router.post("/sources/add")
def look(request: Request, address: Text) -> Response:
    """Begin to look at an address."""
    configuration = configuration_of(request)
    typed = address.strip()
    try:
        wanted = web_address(typed)
        known = written_sources(configuration)
    except NewsreelError as error:
        return _show(request, 422, address=typed, error=f"{error}. Nothing was saved.")
    if (twin := proposals.same_outlet(known, [wanted])) is not None:
        return _show(request, 409, address=typed, twin=twin)
    trial = background_of(request).trials.begin(typed, configuration)
    if trial is None:
        busy = "Two sites are being looked at already. Try again when they are done, in a minute at most."
        return _show(request, 429, address=typed, error=busy)
    return RedirectResponse(f"/sources/add?look={trial.id}", 303)


@router.get("/sources/add/{look}/progress")
def follow(request: Request, look: str) -> Response:
    """Tell the steps of a look as they are made."""
    background = background_of(request)
    trial = background.trials.get(look)
    if trial is None:
        raise Fault(404, "This look is not kept any more.")
    template = ENVIRONMENT.get_template("_steps.html")

    def now() -> Moment:
        return Moment(template.render(steps=tuple(trial.steps)), trial.is_over)

    return background.streams.answer(now, every=0.3)


@router.post("/sources/add/save")
def save(
    request: Request,
    name: Text,
    home: Text,
    feeds: Texts = None,
    sitemaps: Texts = None,
    language: Text = "",
    body: Text = "page",
    interval: Text = "",
    look: Text = "",
    paused: Annotated[bool, Form()] = False,
) -> Response:
    """Write a source into the owner's catalogue; where it is to be paused, it is so before anybody sees it."""
    configuration = configuration_of(request)
    doors = doors_of(request)
    trial = background_of(request).trials.get(look)
    typed: dict[str, object] = {
        "name": name.strip(),
        "home": home,
        "feeds": feeds or [],
        "sitemaps": sitemaps or [],
        "body": body,
    }
    typed |= {key: value for key, value in (("language", language), ("interval", interval)) if value}
    try:
        known = written_sources(configuration)
        slug = proposals.slug_for(name, home, {source.id for source in known})
        source = read_outlet(slug, typed)
        twin = proposals.same_outlet(known, (*source.feeds, *source.sitemaps))
        if twin is not None:
            return _show(request, 409, address=home, twin=twin)
        with pauses.placed(doors.engine, [source], doors.clock(), paused=paused):
            written = own.put(configuration, [source])
    except (ConfigurationError, InputError) as error:
        wrong = _plain(str(error))
        return _show(request, 422, address=home, trial=trial, error=f"{wrong} Nothing was saved.", typed=typed)
    mark = background_of(request).keep(written)
    return RedirectResponse(f"/source/{source.id}/changed?what={'paused' if paused else 'added'}&undo={mark}", 303)


def _show(
    request: Request,
    status: int = 200,
    *,
    address: str = "",
    trial: Trial | None = None,
    error: str = "",
    twin: Source | None = None,
    typed: dict[str, object] | None = None,
) -> Response:
    doors = doors_of(request)
    findings = trial.findings if trial else None
    draft: Source | None = None
    remarks: Sequence[saying.Remark] = ()
    if trial is not None and trial.error:
        error = error or f"{trial.error} Nothing was saved."
    if findings is not None:
        if findings.problem is not None:
            error = error or f"{saying.problem_of(findings)} Nothing was saved."
        else:
            known = written_sources(configuration_of(request))
            draft = proposals.draft(findings, {source.id for source in known})
            twin = twin or proposals.same_outlet(known, (*draft.feeds, *draft.sitemaps))
            remarks = saying.remarks(findings, doors.clock(), proposals.neighbours(known, draft.home))
    if draft is not None and typed:
        draft = replace(draft, name=str(typed.get("name") or draft.name))
    return page(
        request,
        "add.html",
        status,
        address=address,
        trial=trial,
        findings=findings,
        draft=draft,
        remarks=remarks,
        error=error,
        twin=twin,
        typed=typed or {},
        rhythms=_rhythms(findings.per_day if findings else None),
        door_words=saying.door_words,
        path_of=saying.path_of,
        number=saying.number,
    )


def _rhythms(per_day: float | None) -> list[tuple[str, str]]:
    first, *others = RHYTHMS
    word = f"{first[1]} (about {round(per_day)} a day)" if per_day and per_day >= 1 else first[1]
    return [(first[0], word), *others]


def _plain(error: str) -> str:
    """Give the catalogue's errors without the place in a file, which is a form here."""
    lines = [line.partition(": ")[2] or line if line.startswith("outlet ") else line for line in error.split("\n")]
    return " ".join(line[:1].upper() + line[1:] + "." for line in lines)
