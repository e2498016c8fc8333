"""A page is cut into lines: paragraphs, headings, lists with their numbers, quotations, rows, captions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.errors import PageRejected
from newsreel.extraction.blocks import blocks_of
from newsreel.extraction.cutting import cut
from newsreel.extraction.parse import parse
from newsreel.items import Block, Page


def blocks(body: str) -> list[Block]:
    url = "https://reel.example/story"
    source = f"<html><body>{body}</body></html>".encode()
    page = cut(parse(Page(url, url, 200, {}, source, datetime(2026, 5, 1, tzinfo=UTC))), url)
    return list(blocks_of(page, 0, list(range(len(page.lines)))))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>bold</b> and <a href=x>linked</a>, joined.</p>", [("p", "One bold and linked, joined.", None)]),
        ("<p>wonder<i>ful</i></p>", [("p", "wonderful", None)]),
        (
            "<p><b>The Gulls</b><i>Driftwood</i><span>Pier Records</span></p>",
            [("p", "The Gulls Driftwood Pier Records", None)],
        ),
        (
            "<p><span>T</span><span>he tide</span> turns, <b>Mac</b>Arthur said.</p>",
            [("p", "The tide turns, MacArthur said.", None)],
        ),
        ("<p>One.<br><br>Two.</p>", [("p", "One.", None), ("p", "Two.", None)]),
        ("<p>One line<br>goes on.</p>", [("p", "One line goes on.", None)]),
        (
            "<p>May 1: Rome<br>May 2: Pisa<br>May 3: Bari</p>",
            [("p", f"May {i}: {c}", None) for i, c in ((1, "Rome"), (2, "Pisa"), (3, "Bari"))],
        ),
        (
            "<div>Loose text<p>Inside.</p>after it</div>",
            [("p", "Loose text", None), ("p", "Inside.", None), ("p", "after it", None)],
        ),
        ("<h2>Title</h2>", [("heading", "Title", None)]),
        ("<ol><li>One<li>Two</ol>", [("li", "One", "1."), ("li", "Two", "2.")]),
        (
            "<ol start=5><li>One<li value=9>Two<li>Three</ol>",
            [("li", "One", "5."), ("li", "Two", "9."), ("li", "Three", "10.")],
        ),
        ("<ol reversed><li>C<li>B<li>A</ol>", [("li", "C", "3."), ("li", "B", "2."), ("li", "A", "1.")]),
        ("<ul><li><p>One</p></li><li>Two</li></ul>", [("li", "One", None), ("li", "Two", None)]),
        ("<ol><li><h3>Film</h3><p>Good.</p></li></ol>", [("heading", "Film", "1."), ("li", "Good.", None)]),
        ("<blockquote><p>Never again.</p></blockquote>", [("quote", "Never again.", None)]),
        ("<pre>one\n  two</pre>", [("pre", "one\n  two", None)]),
        ("<dl><dt>Director<dd>Ann Lee</dl>", [("p", "Director", None), ("p", "Ann Lee", None)]),
        ("<figure><img src=a.jpg><figcaption>Ann Lee</figcaption></figure>", [("caption", "Ann Lee", None)]),
        (
            "<table><tr><th>Film<th>Gross<tr><td>Dune<td>$9m</table>",
            [("row", "Film | Gross", None), ("row", "Dune | $9m", None)],
        ),
        ("<table><tr><td><p>A story.</p></td></tr></table>", [("p", "A story.", None)]),
        ("<p>Seen<span class=sr-only> (opens in a new tab)</span> here</p>", [("p", "Seen here", None)]),
        ("<p>Text<script>var x;</script><style>p{}</style><noscript>no</noscript></p>", [("p", "Text", None)]),
        ("<p>Text<!-- note --> goes on</p>", [("p", "Text goes on", None)]),
        ("<button>Buy</button><select><option>A</select><p>Text</p>", [("p", "Text", None)]),
        ("<p>no\u00a0break  \n space</p>", [("p", "no break space", None)]),
    ],
)
def test_cuts(html: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert [(block.kind, block.text, block.marker) for block in blocks(html)] == expected


def test_features() -> None:
    (heading, linked, item) = blocks(
        "<article class='postBody main'><h3>Title</h3><div id='related-box'><p><a href=x>All of it linked</a></p></div>"
        "<ul><li><ul><li><b>bold one</b></li></ul></li></ul></article>"
    )
    assert (heading.level, heading.path, heading.classes) == (3, "article/h3", "post body main/")
    assert (linked.link_share, linked.classes) == (1.0, "post body main/related box/")
    assert (item.level, item.bold) == (2, True)


def test_rejects_what_is_too_deep() -> None:
    with pytest.raises(PageRejected) as error:
        blocks("<div>" * 1100 + "text" + "</div>" * 1100)
    assert error.value.code == "parse-memory"
