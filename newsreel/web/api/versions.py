"""What cleaning removed from an article, and what its outlet changed, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from newsreel.revisions import Line
from newsreel.web import reasons
from newsreel.web.anatomy import changed_words
from newsreel.web.api import article_values as values
from newsreel.web.api.answers import answer, time
from newsreel.web.api.articles import Number, find_article
from newsreel.web.api.asking import only_known
from newsreel.web.doors import doors_of
from newsreel.web.problems import Fault
from storage.revisions import Version, change
from storage.revisions import versions as all_versions

router = APIRouter(prefix="/api/v1", tags=["Articles"], dependencies=[Depends(only_known)])

VersionNumber = Annotated[int | None, Query(ge=1, lt=2**31)]


@router.get("/articles/{id}/removals", response_model=values.Removals, summary="What was removed")
def removals(request: Request, number: Number) -> Response:
    """Give what cleaning took out of an article, each with its rule and the reason."""
    article = find_article(doors_of(request), number).article
    items = [
        {"rule": cut.rule, "text": cut.text, "where": cut.where}
        | {"reason": reasons.reason(cut.rule), "moved": reasons.is_moved(cut.rule)}
        for cut in article.removals
    ]
    return answer(request, {"items": items})


@router.get("/articles/{id}/revisions", response_model=values.Revisions, summary="All versions")
def revisions(request: Request, number: Number) -> Response:
    """Give the versions of an article that are kept, with their texts, the oldest first."""
    items = [_mark(each) | {"headline": each.headline, "articleBody": each.text} for each in _versions(request, number)]
    return answer(request, {"items": items})


@router.get("/articles/{id}/changes", response_model=values.Changes, summary="What the outlet changed")
def changes(
    request: Request,
    number: Number,
    older: Annotated[VersionNumber, Query(alias="from", description="The older version; else the one before.")] = None,
    newer: Annotated[VersionNumber, Query(alias="to", description="The newer version; else the present one.")] = None,
) -> Response:
    """Give what differs between two versions, word by word; of an article with one version, nothing."""
    known = _versions(request, number)
    numbers = [each.version for each in known]
    newer = newer or numbers[-1]
    older = older or max((each for each in numbers if each < newer), default=newer)
    if older not in numbers or newer not in numbers:
        raise Fault(404, f"Of article {number} these versions are kept: {', '.join(map(str, numbers))}.")
    found = change(known[numbers.index(older)], known[numbers.index(newer)])
    body = {
        "before": _mark(found.before),
        "after": _mark(found.after),
        "summary": changed_words(found.lines),
        "headline": _lines(found.headline),
        "lines": _lines(found.lines),
    }
    return answer(request, body)


def _versions(request: Request, number: int) -> list[Version]:
    doors = doors_of(request)
    return all_versions(doors.engine, find_article(doors, number).id)


def _mark(version: Version) -> dict[str, Any]:
    return {"version": version.version, "since": time(version.since)}


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return [
        {
            "operation": line.operation,
            "spans": [{"operation": span.operation, "text": span.text} for span in line.spans],
        }
        for line in lines
    ]
