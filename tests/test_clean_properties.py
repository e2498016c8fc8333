"""Whatever the page or text: no word is invented, no order changed, no sentence lost, and clean text stays as it is."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring

from newsreel.cleaning import classify, clean, clean_text, fingerprints, load_rules
from newsreel.extraction import extract
from newsreel.items import Article, Candidate, Page, body_text

RULES = load_rules(None)
NOW = datetime(2026, 5, 2, tzinfo=UTC)
URL = "https://reel.example/2026/05/01/the-keeper-returns"
HEADLINE = "The Keeper of Morrow Island Returns for Another Season"
# Making a failing page smaller takes minutes.
EXAMPLES = settings(max_examples=40, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))

MARKERS = (
    "Advertisement", "ADVERTISEMENT", "- Advertisement -", "Story continues below advertisement", "Article continues below",
    "Story continues below", "Scroll to continue reading", "Anzeige", "Werbung", "Weiter nach der Werbung", "Publicité",
    "La suite après cette publicité", "Publicidad", "PUBLICIDAD", "La nota continúa después de la publicidad", "Pubblicità",
    "Continua dopo la pubblicità", "Publicidade", "Continua após a publicidade", "View this post on Instagram",
    "Sign up for our free newsletter", "Related stories", "Leave a comment", "Instagram/@morrowisland", "Photo: Ada Moss/Getty Images",
)  # fmt: skip
SUBJECTS = (
    "The keeper", "Ada Moss", "A former producer", "The festival's jury", "Her brother Tom", "The second unit", "An old advertisement",
    "The story", "The photo editor", "Der Hauptdarsteller", "La réalisatrice", "El guionista", "Il regista", "A atriz", "The writer",
    "The newsletter of the fan club", "No one on Instagram", "The sponsor of the prize",
)  # fmt: skip
DEEDS = (
    "walked out of the first screening", "signed up for a third season", "shared the picture with the crew", "said that it was over",
    "read the script in one night", "followed the ship to the island", "sold 40 tickets for $9.50 each", "will return in October 2027",
    "verließ die Premiere ohne ein Wort", "a quitté le plateau avant midi", "volvió al rodaje con su hija", "ha scritto la canzone a Roma",
    "voltou ao estúdio depois da chuva", "answered every comment by hand", "paid for the advertising himself", "saw the film twice",
)  # fmt: skip
CLAUSES = (
    "although the storm had not yet passed", "as three people who were there recall", "and nobody could tell whether it was a joke",
    "which is more than the studio had hoped for", "while the band played on the lower deck", "“and I would do it again,” she added",
    "weil die Insel schon geräumt war", "parce que la lumière baissait trop vite", "porque nadie esperaba tanta gente",
    "mentre la troupe dormiva nel faro", "embora ninguém tivesse pedido", "courtesy of a friend at the harbour office",
)  # fmt: skip


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """A sentence of prose, 60 to 200 characters long."""
    parts = [f"{draw(st.sampled_from(SUBJECTS))} {draw(st.sampled_from(DEEDS))}"]
    parts += draw(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=2, unique=True))
    text = ", ".join(parts) + draw(st.sampled_from([".", ".", "!", "?"]))
    assume(60 <= len(text) <= 200)
    return text


PROSE = st.lists(sentences(), min_size=5, max_size=9, unique=True)
MIXED = st.tuples(PROSE, st.lists(st.tuples(st.integers(0, 8), st.sampled_from(MARKERS)), min_size=1, max_size=5))


def page_of(body: str, headline: str = HEADLINE, url: str = URL) -> Page:
    head = (
        f"<title>{html.escape(headline)}</title><meta property='og:type' content='article'>"
        "<meta property='article:published_time' content='2026-05-01T08:00:00+00:00'>"
    )
    source = f"<!doctype html><html lang='en'><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"
    return Page(url, url, 200, {"content-type": "text/html"}, source.encode(), NOW)


def story_of(lines: Sequence[str], headline: str = HEADLINE) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"<main><article><h1>{html.escape(headline)}</h1>{paragraphs}</article></main>"


def cleaned(candidate: Candidate, memory: Counter[int] | None = None, pages: int = 0) -> Article:
    found = replace(candidate, reject=None)
    article = clean(found, "reel", "The Reel", RULES, memory or {}, pages, candidate.url, NOW)
    return classify(article, found)


def clean_page(body: str) -> Article:
    return cleaned(extract(page_of(body)))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def page_words(body: str) -> list[str]:
    return words_of(" ".join(map(str, document_fromstring(body).itertext())))


def mixed(prose: list[str], markers: list[tuple[int, str]]) -> list[str]:
    """Put markers between the sentences, never after the last: there is nothing left to be parted from."""
    lines = list(prose)
    for place, marker in markers:
        lines.insert(min(place, len(lines) - 1), marker)
    return lines


@st.composite
def pages(draw: st.DrawFn) -> str:
    """A page with a story of many kinds of lines, and furniture around it."""
    escaped = sentences().map(html.escape)
    few = st.lists(escaped, min_size=2, max_size=4)
    names = st.sampled_from(
        ["Ada Moss", "Tom Reed", "The storm", "Morrow Island", "A second chance", "The harbour at night"]
    )
    pieces = st.one_of(
        escaped.map(lambda text: f"<p>{text}</p>"),
        escaped.map(lambda text: f"<p>{text.replace(' ', ' <em>', 1).replace(' ', ' </em>', 2)}</p>"),
        escaped.map(lambda text: f"<p>{text} <a href='/tom'>Tom Reed</a> was there too.</p>"),
        escaped.map(lambda text: f"<blockquote><p>“{text}”</p></blockquote>"),
        escaped.map(lambda text: f"<div>{text}<br><br>{text[::-1].swapcase()}.</div>"),
        few.map(lambda texts: f"<ol start='3'>{''.join(f'<li>{text}</li>' for text in texts)}</ol>"),
        few.map(lambda texts: f"<ul>{''.join(f'<li>{text}</li>' for text in texts)}</ul>"),
        names.map(lambda name: f"<h2>{name}</h2>"),
        st.lists(names, min_size=2, max_size=4).map(
            lambda rows: f"<table><tr><th>Part</th><th>Player</th></tr>{''.join(f'<tr><td>{row}</td><td>{row} too</td></tr>' for row in rows)}</table>"
        ),
        names.map(lambda name: f"<figure><img src='/a.jpg'><figcaption>{name} on the pier</figcaption></figure>"),
        st.sampled_from(MARKERS).map(lambda marker: f"<p>{marker}</p>"),
        names.map(lambda name: f"<div class='related'><h3>Related</h3><ul><li><a href='/{name[0]}'>{name}, the whole story</a></li></ul></div>"),
    )  # fmt: skip
    story = "".join([f"<p>{text}</p>" for text in draw(few)] + draw(st.lists(pieces, min_size=2, max_size=12)))
    title = f"<h1>{HEADLINE}</h1>"
    before = draw(
        st.sampled_from(
            ["", "<nav><a href='/'>Home</a> <a href='/tv'>Television</a></nav>", "<header>The Reel</header>"]
        )
    )
    after = draw(
        st.sampled_from(
            [
                "",
                "<footer>© 2026 The Reel</footer>",
                "<section class='comments'><h3>Comments</h3><p>First!</p></section>",
            ]
        )
    )
    shell = draw(
        st.sampled_from(
            ["<main><article>{}</article></main>", "<div class='page'><div class='entry-content'>{}</div></div>", "{}"]
        )
    )
    return before + shell.format(title + story) + after  # fmt: skip


@EXAMPLES
@given(pages())
def test_no_word_is_invented_and_the_order_is_the_pages(body: str) -> None:
    article = clean_page(body)
    found = words_of(" ".join(block.text for block in article.blocks))
    assert found
    assert not Counter(found) - Counter(page_words(body))
    rest = iter(page_words(body))
    assert all(word in rest for word in found)


@EXAMPLES
@given(pages())
def test_clean_text_is_given_back_as_it_is(body: str) -> None:
    text = body_text(clean_page(body).blocks)
    again = clean_text(text, RULES)
    assert body_text(again.blocks) == text
    assert again.removals == ()


@EXAMPLES
@given(pages())
def test_a_page_of_clean_text_gives_it_back(body: str) -> None:
    text = body_text(clean_page(body).blocks)
    assert body_text(clean_page(story_of(text.split("\n\n"))).blocks) == text


@EXAMPLES
@given(MIXED)
def test_markers_go_and_what_they_part_stays(mix: tuple[list[str], list[tuple[int, str]]]) -> None:
    prose, markers = mix
    lines = mixed(prose, markers)
    assert [block.text for block in clean_text("\n".join(lines), RULES).blocks] == prose
    assert [block.text for block in clean_page(story_of(lines)).blocks] == prose


@pytest.mark.parametrize("marker", MARKERS)
def test_each_marker_goes_wherever_it_stands(marker: str) -> None:
    prose = [f"{SUBJECTS[i]} {DEEDS[i]}, {CLAUSES[i]}, {CLAUSES[i + 4]}." for i in range(5)]
    for place in range(len(prose)):
        lines = [*prose[:place], marker, *prose[place:]]
        assert [block.text for block in clean_text("\n\n".join(lines), RULES).blocks] == prose
        assert [block.text for block in clean_page(story_of(lines)).blocks] == prose


@EXAMPLES
@given(PROSE)
def test_no_sentence_is_lost_from_text_without_markers(prose: list[str]) -> None:
    result = clean_text("\n\n".join(prose), RULES)
    assert [block.text for block in result.blocks] == prose
    assert result.removals == ()
    assert [block.text for block in clean_page(story_of(prose)).blocks] == prose


SPEECH = st.sampled_from(
    [
        "I will never sail again",
        "We won",
        "Not for a million",
        "Nobody asked me whether I wanted to go back to the island",
        "Yes",
    ]
)
QUOTED = st.tuples(SPEECH, st.sampled_from(["“{}.”", '"{}."', "„{}.“", "« {} ! »", "‘{}.’", "'{},' she said.", "“{}!” he said", "»{}«"])).map(
    lambda pair: pair[1].format(pair[0])
)  # fmt: skip


@EXAMPLES
@given(st.lists(QUOTED, min_size=1, max_size=3, unique=True), st.lists(PROSE, min_size=6, max_size=6))
def test_the_memory_never_takes_a_quotation(quotes: list[str], stories: list[list[str]]) -> None:
    candidates = [
        extract(page_of(story_of([*prose[:2], *quotes, *prose[2:]], f"{HEADLINE} {number}"), url=f"{URL}-{number}"))
        for number, prose in enumerate(stories)
    ]
    seen = Counter(mark for candidate in candidates for mark in fingerprints(candidate))
    for candidate in candidates:
        article = cleaned(candidate, seen - Counter(fingerprints(candidate)), len(candidates) - 1)
        assert set(quotes) <= {block.text for block in article.blocks}


@EXAMPLES
@given(st.lists(PROSE, min_size=3, max_size=5))
def test_a_live_blog_keeps_the_pages_order_and_lists_its_entries_by_time(entries: list[list[str]]) -> None:
    texts = [[f"Entry {number}: {line}" for line in lines] for number, lines in enumerate(entries)]
    parts = []
    for number, lines in enumerate(texts):
        time = (NOW - timedelta(hours=20 + number)).isoformat()
        paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        parts.append(f"<div class='live-update'><time datetime='{time}'></time>{paragraphs}</div>")
    article = clean_page(f"<main><article><h1>Live: {HEADLINE}</h1>{''.join(parts)}</article></main>")
    assert [block.text for block in article.blocks] == [line for lines in texts for line in lines]
    assert article.kind == "live-blog"
    assert [update.text for update in article.live_updates] == ["\n\n".join(lines) for lines in reversed(texts)]
