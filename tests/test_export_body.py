"""Bodies as HTML and Markdown keep every word and let nothing through as markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt

from newsreel.export import article_markdown, body_html, body_markdown
from newsreel.items import Article, Author, Block

MARKDOWN = MarkdownIt("commonmark").enable("table")

p = Block("p", "It opened on Friday.")


def li(text: str, marker: str | None = None, level: int = 1) -> Block:
    """A list item."""
    return Block("li", text, level=level, marker=marker)


@pytest.mark.parametrize(
    ("blocks", "as_html", "as_markdown"),
    [
        ([], "", ""),
        ([p, p], "<p>It opened on Friday.</p>\n<p>It opened on Friday.</p>", f"{p.text}\n\n{p.text}"),
        ([Block("p", "Ada\nMoss")], "<p>Ada<br>Moss</p>", "Ada\\\nMoss"),
        ([Block("heading", "Cast", level=3)], "<h3>Cast</h3>", "### Cast"),
        ([Block("heading", "Cast")], "<h2>Cast</h2>", "## Cast"),
        ([Block("heading", "Echo", level=2, marker="3.")], "<h2>3. Echo</h2>", "## 3\\. Echo"),
        ([Block("p", "<b>&amp;</b>")], "<p>&lt;b&gt;&amp;amp;&lt;/b&gt;</p>", "\\<b\\>\\&amp;\\</b\\>"),
        ([li("a"), li("b")], "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ([li("a", "1."), li("b", "2.")], '<ol><li value="1">a</li><li value="2">b</li></ol>', "1. a\n2. b"),
        ([li("a", "10."), li("b", "9.")], '<ol><li value="10">a</li><li value="9">b</li></ol>', "10\\. a\n\n9\\. b"),
        ([li("a", "IV.")], "<ul><li>IV. a</li></ul>", "- IV. a"),
        (
            [li("a", "1."), li("b", level=2), li("c", level=2), li("d", "2.")],
            '<ol><li value="1">a<ul><li>b</li><li>c</li></ul></li><li value="2">d</li></ol>',
            "1. a\n   - b\n   - c\n2. d",
        ),
        ([li("a", level=2), li("b")], "<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ([li("a"), li("b", "1.")], '<ul><li>a</li></ul><ol><li value="1">b</li></ol>', "- a\n1. b"),
        (
            [Block("quote", "One."), Block("quote", "Two.")],
            "<blockquote><p>One.</p><p>Two.</p></blockquote>",
            "> One.\n>\n> Two.",
        ),
        ([Block("pre", "a\n ```\n  b<")], "<pre>a\n ```\n  b&lt;</pre>", "````\na\n ```\n  b<\n````"),
        (
            [Block("row", "Film | Week"), Block("row", "Echo | 3 | new")],
            "<table><tr><td>Film</td><td>Week</td></tr><tr><td>Echo</td><td>3</td><td>new</td></tr></table>",
            "| Film | Week |  |\n| --- | --- | --- |\n| Echo | 3 | new |",
        ),
        ([Block("caption", "At sea")], "<figure><figcaption>At sea</figcaption></figure>", "*At sea*"),
    ],
)
def test_forms(blocks: list[Block], as_html: str, as_markdown: str) -> None:
    assert body_html(blocks) == as_html
    assert body_markdown(blocks) == as_markdown


@pytest.mark.parametrize(
    "text",
    [
        "# 1 at the box office",
        "Number one in C #",
        "###",
        "- 5 degrees",
        "+1",
        "1. was not the charm",
        "2024) it was",
        "*Echo* and _Echo_ and __init__ and ~~gone~~",
        "[Read](http://example.org) ![x](y)",
        "<script>alert(1)</script> &lt; &#60; & so on",
        "`code` ``more``",
        "back\\slash \\* end\\",
        "> he said",
        "A\n===\nB\n---\nC",
        "a | b\n--- | ---\nc | d",
        "***",
        "[x]: http://example.org",
        "    four spaces",
        "https://example.org/a_b_c",
        "two\u2028lines\u00a0here",
    ],
)
@pytest.mark.parametrize("kind", ["p", "heading", "li", "quote", "caption"])
def test_markdown_shows_the_text_as_it_is(kind: str, text: str) -> None:
    blocks = [Block(kind, text, level=1), Block("p", "end")]  # type: ignore[arg-type]
    page = html.fromstring(f"<div>{MARKDOWN.render(body_markdown(blocks))}</div>")
    assert words(shown(page)) == words(f"{text} end")
    assert page.xpath("count(.//script | .//a | .//img | .//code)") == 0
    assert page.xpath("count(.//p | .//h1 | .//li)") == (3 if kind == "quote" else 2) - (kind == "quote")


TEXT = st.text(st.sampled_from("ab1 .)-+#*_[]()<>&;`~|\\=:!\n\u2028é"), min_size=1, max_size=30).filter(str.strip)
BLOCK = st.builds(
    Block,
    st.sampled_from(["p", "heading", "li", "quote", "pre", "row", "caption"]),
    TEXT.map(str.strip),
    level=st.integers(0, 4),
    marker=st.sampled_from([None, None, "1.", "2.", "3.", "10)", "IV.", "•"]),
)


@given(st.lists(BLOCK, max_size=8))
def test_no_word_is_lost(blocks: list[Block]) -> None:
    text = " ".join(f"{'' if block.kind in {'pre', 'row'} else block.marker or ''} {block.text}" for block in blocks)
    from_html = html.fromstring(f"<div>{body_html(blocks)}</div>")
    from_markdown = html.fromstring(f"<div>{MARKDOWN.render(body_markdown(blocks))}</div>")
    assert letters(shown(from_html)) == letters(text)
    assert letters(shown(from_markdown)) == letters(text)


def shown(element: etree._Element) -> str:
    """The text that a reader sees, the numbers of lists included."""
    for items in element.iter("ol"):
        for number, item in enumerate(items.iterchildren("li"), int(items.get("start", 1))):
            item.text = f"{item.get('value', number)} {item.text or ''}"
    return "".join(map(str, element.itertext()))


def letters(text: str) -> str:
    """All but white space and what stands between a number, a cell and its text."""
    return re.sub(r"[\s|.)]", "", text)


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


def test_article_as_markdown() -> None:
    article = Article(
        url="https://example.org/a b>c",
        source_id="tide",
        source_name="The [Tide]",
        headline="*Echo* returns",
        blocks=(p,),
        canonical_url="",
        requested_url="",
        date_downloaded=datetime(2026, 5, 2, tzinfo=UTC),
        authors=(Author("Ada_Moss"), Author("Bo")),
        date_published=datetime(2026, 5, 1),  # noqa: DTZ001 (a day alone has no zone)
    )
    assert article_markdown(article) == (
        "# \\*Echo\\* returns\n\nAda\\_Moss, Bo · 2026-05-01 · [The \\[Tide\\]](<https://example.org/abc>)\n\n"
        "It opened on Friday.\n"
    )
