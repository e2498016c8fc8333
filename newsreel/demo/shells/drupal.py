"""A page of a site that wraps every field: microdata instead of scripts, menus and blocks, a soft error page."""

from __future__ import annotations

from html import escape

from newsreel.demo.shells.furniture import Sheet, fill, teasers
from newsreel.demo.shells.metadata import open_graph


def page(sheet: Sheet) -> str:
    """Return the page of a story; one that is gone says so in a page of its own, with a good status."""
    gone = sheet.story.outcome == "soft-404"
    return fill(
        "drupal",
        sheet,
        title="Seite nicht gefunden" if gone else escape(sheet.story.headline),
        metadata="" if gone else _head(sheet),
        content=f'<div class="block block-system-main-block">{sheet.body}</div>' if gone else _node(sheet),
        latest=teasers(
            sheet, 5, lambda path, headline, _: f'<div class="views-row"><a href="{path}">{headline}</a></div>'
        ),
    )


def _head(sheet: Sheet) -> str:
    """Return the meta elements of a story."""
    return f'<link rel="canonical" href="{sheet.edition.base}{sheet.story.path}">\n{open_graph(sheet)}'


def _node(sheet: Sheet) -> str:
    """Return a story, field by field."""
    story = sheet.story
    day = f"{story.published:%d.%m.%Y}"
    fields = [
        _field("rubrik", f'<span itemprop="articleSection">{escape(story.section or "")}</span>'),
        f'<h1 class="page-title"><span itemprop="headline">{escape(story.headline)}</span></h1>',
        _field("vorspann", f'<p itemprop="description">{escape(story.description or "")}</p>'),
        _byline(sheet),
        _field("datum", f'<time itemprop="datePublished" datetime="{story.published.isoformat()}">{day}</time>'),
        _picture(sheet),
        f'<div class="field field--name-field-absaetze field__items" itemprop="articleBody">\n{sheet.body}\n</div>',
        _rating(sheet),
        _field("schlagworte", ", ".join(f'<a href="/tags">{escape(word)}</a>' for word in story.keywords)),
    ]
    inside = "\n".join(filter(None, fields))
    return (
        '<article class="node node--type-artikel node--view-mode-full" itemscope '
        f'itemtype="https://schema.org/{story.schema}">\n<div class="node__content">\n{inside}\n</div>\n</article>'
    )


def _field(name: str, inside: str) -> str:
    """Wrap a field."""
    return f'<div class="field field--name-field-{name} field--label-hidden field__item">{inside}</div>'


def _byline(sheet: Sheet) -> str:
    """Return the writers, nothing where the story is not signed."""
    people = " / ".join(
        '<span itemprop="author" itemscope itemtype="https://schema.org/Person">'
        f'<span itemprop="name">{escape(name)}</span></span>'
        for name in sheet.story.authors
    )
    return _field("autor", people) if people else ""


def _picture(sheet: Sheet) -> str:
    """Return the main picture, which the body of a picture page already shows."""
    picture = sheet.story.image
    if picture is None or picture.url in sheet.story.body:
        return ""
    return (
        f'<figure class="media media--type-image"><img itemprop="image" src="{picture.url}" alt="" width="1600">'
        f"<figcaption>{_field('caption', escape(picture.caption or ''))}"
        f"{_field('copyright', 'Foto: ' + escape(picture.credit)) if picture.credit else ''}</figcaption></figure>"
    )


def _rating(sheet: Sheet) -> str:
    """Return a review's score as machines read it; the body prints it for people."""
    verdict = sheet.story.review
    if verdict is None or verdict.best is None:
        return ""
    return (
        '<span itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">'
        f'<meta itemprop="ratingValue" content="{escape(verdict.value)}">'
        f'<meta itemprop="bestRating" content="{escape(verdict.best)}"></span>'
    )
