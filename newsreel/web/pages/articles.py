"""One article: its clean text, what cleaning removed at its place, and what its outlet changed."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from newsreel.cleaning import proof
from newsreel.export.hypertext import body_html
from newsreel.items import Article, Block, Removal
from newsreel.web import reasons
from newsreel.web.anatomy import beside_slides, beside_updates, changed_words, folded, updates_in_order
from newsreel.web.api.articles import find_article
from newsreel.web.doors import doors_of
from newsreel.web.pages.pictures import pictures_of
from newsreel.web.problems import Fault
from newsreel.web.rendering import page
from storage import marks
from storage.articles import Articles, Stored
from storage.company import copies
from storage.listing import Asked, newest
from storage.revisions import change, versions

router = APIRouter()


@router.get("/article/{number:int}")
def clean(request: Request, number: int, order: Literal["newest", "oldest"] = "newest") -> Response:
    """Show an article's clean text."""
    doors = doors_of(request)
    stored = find_article(doors, number)
    article = stored.article
    blocks: tuple[Block, ...] = article.blocks
    if article.live_updates:
        blocks = beside_updates(blocks, article.live_updates)
    elif article.slides:
        blocks = beside_slides(blocks, article.slides)
    store = Articles(doors.engine)
    older = newest(doors.engine, Asked(), 1, before=number).articles
    newer = newest(doors.engine, Asked(), 1, after=number).articles
    return _page(
        request,
        "article.html",
        stored,
        body=Markup(body_html(blocks)),
        updates=updates_in_order(article.live_updates, oldest_first=order == "oldest"),
        order=order,
        pictures=pictures_of(request, stored.id, article),
        appearances=store.appearances(stored.id),
        copies=copies(doors.engine, [_group(stored)]).get(_group(stored), ()),
        older=older[0].id if older else None,
        # Without one after this, the list begins again from its end.
        newer=newer[0].id if newer and newer[0].id > number else None,
    )


@router.get("/article/{number:int}/removals")
def removals(request: Request, number: int) -> Response:
    """Show an article's text with every removed line struck through at its place."""
    stored = find_article(doors_of(request), number)
    article = stored.article
    sheet = proof(article.blocks, article.removals)
    rules = Counter(removal.rule for removal in article.removals)
    gone = sum(len(removal.text.split()) for removal in article.removals)
    return _page(
        request,
        "removals.html",
        stored,
        lines=_joined(sheet.lines),
        in_order=sheet.in_order,
        rules=rules.most_common(),
        reason=reasons.reason,
        is_moved=reasons.is_moved,
        gone=gone,
        whole=gone + article.word_count,
    )


@router.get("/article/{number:int}/changes")
def changes(
    request: Request,
    number: int,
    older: Annotated[int | None, Query(alias="from", ge=1)] = None,
    newer: Annotated[int | None, Query(alias="to", ge=1)] = None,
) -> Response:
    """Show what an outlet changed between two versions of an article; the last two where none are named."""
    stored = find_article(doors_of(request), number)
    known = versions(doors_of(request).engine, number)
    numbers = [version.version for version in known]
    newer = newer or numbers[-1]
    older = older or max((each for each in numbers if each < newer), default=newer)
    if older not in numbers or newer not in numbers:
        raise Fault(404, f"Of article {number} these versions are kept: {', '.join(map(str, numbers))}.")
    found = change(known[numbers.index(older)], known[numbers.index(newer)])
    return _page(
        request,
        "changes.html",
        stored,
        versions=known,
        change=found,
        summary=changed_words(found.lines),
        headline_changed=found.before.headline != found.after.headline,
        pieces=folded(found.lines),
    )


def _page(request: Request, name: str, stored: Stored, **values: Any) -> Response:
    """Give a page about an article, with what all three of them show."""
    mark = marks.marks_of(doors_of(request).engine, [stored.id]).get(stored.id, marks.NONE)
    article: Article = stored.article
    return page(request, name, id=stored.id, stored=stored, article=article, mark=mark, back=request.url.path, **values)


def _group(stored: Stored) -> int:
    return int(stored.article.duplicate_of or stored.id)


def _joined(lines: tuple[Block | Removal, ...]) -> list[tuple[Markup | None, Removal | None]]:
    """Give lines as HTML, those that stayed and follow each other as one piece, since lists and tables are several."""
    pieces: list[tuple[Markup | None, Removal | None]] = []
    kept: list[Block] = []
    for line in (*lines, None):
        if isinstance(line, Block):
            kept.append(line)
            continue
        if kept:
            pieces.append((Markup(body_html(kept)), None))
            kept = []
        if line is not None:
            pieces.append((None, line))
    return pieces
