"""A page of an old site: nested tables, font elements, paragraphs made of line breaks, a date only in the text."""

from __future__ import annotations

from html import escape

from newsreel.demo.shells.furniture import Sheet, fill, teasers


def page(sheet: Sheet) -> str:
    """Return the page of a story; a page that is no article has neither byline nor date."""
    story = sheet.story
    about = f'<meta name="description" content="{escape(story.description)}">' if story.description else ""
    return fill(
        "tables",
        sheet,
        description_element=about,
        byline_and_day=_byline_and_day(sheet) if story.outcome == "new" else "",
        picture=_picture(sheet),
        also=teasers(sheet, 4, lambda path, headline, _: f'<a href="{path}">{headline}</a><br><br>\n'),
    )


def _byline_and_day(sheet: Sheet) -> str:
    """Return the lines under the headline."""
    story = sheet.story
    byline = f"By {escape(' and '.join(story.authors))}<br>" if story.authors else ""
    day = f"{story.published:%B} {story.published.day}, {story.published.year}"
    return f'<font face="Arial, Helvetica" size="1" color="#666666">{byline}{day}</font>'


def _picture(sheet: Sheet) -> str:
    """Return the picture in a small table of its own, its caption and credit below."""
    picture = sheet.story.image
    if picture is None:
        return ""
    return (
        '<table width="220" align="right" border="0" cellspacing="0" cellpadding="4"><tr><td>'
        f'<img src="{picture.url}" width="212" height="150" border="0" alt=""></td></tr><tr><td>'
        f'<font face="Arial, Helvetica" size="1"><i>{escape(picture.caption or "")}</i><br>'
        f"{escape(picture.credit or '')}</font></td></tr></table>"
    )
