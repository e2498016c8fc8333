"""Pages that would crash, stall or flood a parser end in a candidate or a named rejection, and the pool goes on."""

from __future__ import annotations

import random
import re
import tarfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsreel.cli.inputs import Input
from newsreel.cli.washing import wash
from newsreel.errors import PageRejected
from newsreel.extraction import extract
from newsreel.items import Candidate, Page
from newsreel.parsing import ParsePool

SUITES = Path(__file__).parents[2] / "shared" / "suites"
DEADLINE = 60.0
# What one page may take here; most take some hundredths of it.
SECONDS = 20.0
URL = "https://reel.example/2026/05/01/the-keeper-returns"
LINE = "The keeper of the lighthouse returns for a second season, and this time the storm is real, the makers said."
STORY = "".join(f"<p>{number}: {LINE}</p>" for number in range(6))
HEAD = "<!doctype html><html><head><title>Keeper returns</title></head><body><article><h1>Keeper returns</h1>"
PLAIN = (HEAD + STORY).encode()


def page(body: bytes, content_type: str = "text/html") -> Page:
    return Page(URL, URL, 200, {"content-type": content_type}, body, datetime(2026, 5, 2, tzinfo=UTC))


def result_of(body: bytes) -> str:
    """Give the code of the rejection, or "story" for a candidate that has all of the story's lines, else "no story"."""
    try:
        return story_in(extract(page(body)))
    except PageRejected as error:
        return error.code


def story_in(candidate: Candidate) -> str:
    texts = [block.text for block in candidate.blocks]
    return "story" if all(f"{number}: {LINE}" in texts for number in range(6)) else "no story"


def attributes(count: int, value: str = "1") -> str:
    return " ".join(f'a{number}="{value}"' for number in range(count))


def around(opening: str, count: int, closing: str = "") -> bytes:
    return f"{HEAD}{opening * count}{STORY}{closing * count}".encode()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "2,001 attributes": (f"{HEAD}<p {attributes(2001)}>x</p>{STORY}".encode(), "parse-memory"),
    "1,990 attributes": (f"{HEAD}<p {attributes(1990)}>x</p>{STORY}".encode(), "story"),
    "attributes with < in their values": (f"{HEAD}<p {attributes(4000, '<')}>x</p>{STORY}".encode(), "parse-memory"),
    "attributes in UTF-16": (f"\ufeff{HEAD}<p {attributes(2500)}>x</p>{STORY}".encode("utf-16-le"), "parse-memory"),
    "attributes of a closing tag": (f"{HEAD}<p>x</p {attributes(2500)}>{STORY}".encode(), "story"),
    "nesting of 900": (around("<div>", 900, "</div>"), "story"),
    "nesting of 1,100": (around("<div>", 1100, "</div>"), "parse-memory"),
    "5,000 nested spans": (around("<span>", 5000, "</span>"), "parse-memory"),
    "200,000 unclosed div": (around("<div>x", 200_000), "parse-memory"),
    "200,000 unclosed b": (around("<b>x", 200_000), "parse-memory"),
    "200,000 unclosed p": (around("<p>x", 200_000), "parse-memory"),
    "200,000 unclosed li": (around("<li>x", 200_000), "parse-memory"),
    "200,000 unclosed svg": (around("<svg>", 200_000), "parse-memory"),
    "200,000 unclosed CDATA": (around("<![CDATA[", 200_000), "story"),
    "1,000,000 <": (f"{HEAD}{STORY}{'<' * 1_000_000}".encode(), "story"),
    "an open comment": (f"{HEAD}{STORY}<!-- {'x' * 3_000_000}".encode(), "story"),
    "an open attribute": (f'{HEAD}{STORY}<a href="{"x" * 3_000_000}'.encode(), "story"),
    "5 MB in one text": (f"{HEAD}{STORY}<p>{(LINE + ' ') * 48_000}</p>".encode(), "story"),
    "5 MB in one word": (f"{HEAD}{STORY}<p>{'x' * 5_000_000}</p>".encode(), "story"),
    "5 MB of white space": (f"{HEAD}{STORY}<p>{' ' * 5_000_000}</p>".encode(), "story"),
    "5 MB of class names": (f"{HEAD}<div class='{'a b ' * 1_250_000}'>{STORY}</div>".encode(), "story"),
    "100,000 links in a line": (f"{HEAD}{STORY}<p>{'<a href=/x>a link</a> ' * 100_000}</p>".encode(), "story"),
    "100,000 links in a list": (f"{HEAD}{STORY}<ul>{'<li><a href=/x>a link</a>' * 100_000}".encode(), "parse-memory"),
    "20,000 posts": (
        f"{HEAD}{STORY}{'<blockquote class=twitter-tweet><a href=//twitter.com/x/status/1>x</a></blockquote>' * 20_000}".encode(),
        "story",
    ),
    "JSON-LD of 1,000,000 brackets": (f"<script type='application/ld+json'>{'[' * 990_000}</script>".encode() + PLAIN, "story"),
    "JSON-LD nested by keys": (b"<script type='application/ld+json'>" + b'{"a":' * 30_000 + b"</script>" + PLAIN, "story"),
    "null bytes in the text": (PLAIN.replace(b"keeper", b"kee\0per"), "story"),
    "null bytes in tags": (PLAIN.replace(b"<p>", b"<\0p>"), "story"),
    "mostly null bytes": (b"\0" * 100_000 + PLAIN, "not-html"),
    "bytes of lone surrogates": (PLAIN.replace(b"</p>", b"</p><i>\xed\xa0\x80 \xed\xbf\xbf</i><p></p>"), "story"),
    "references to no character": (PLAIN.replace(b"</h1>", b" &#xD800;&#0;&#x110000;&#xFFFFFFFFFF;&#12345678901;</h1>"), "story"),
    "an unknown charset": (b'<meta charset="no-such-charset">' + PLAIN, "story"),
    "a charset that is a codec of bytes": (b'<meta charset="base64">' + PLAIN, "story"),
    "a charset that is not the page's": (b'<meta charset="utf-16">' + PLAIN, "story"),
    "a charset of seven bits": (b'<meta charset="utf-7">' + PLAIN, "story"),
    "an odd number of bytes in UTF-16": (f"\ufeff{HEAD}{STORY}<p>".encode("utf-16-le") + b"\x00", "story"),
    "addresses that are none": (b"<base href='http://[::1'><a href='http://[x'>x</a><img src='//[a'>" + PLAIN, "story"),
    "dates that are none": (f"{HEAD}<time datetime='99999-99-99T99:99+99:99'>x</time><time datetime='{'9' * 5000}'></time>{STORY}".encode(), "story"),
    "list numbers that are none": (f"{HEAD}<ol start='²' reversed><li value='-5'>x<li value='99999999999999999'>y</ol>{STORY}".encode(), "story"),
    "an empty body": (b"", "not-html"),
    "white space": (b" \n\t\r ", "not-html"),
    "nothing but a doctype": (b"<!doctype html>", "not-html"),
    "an empty page": (b"<html><body></body></html>", "no story"),
    "a frameset": (b"<html><frameset><frame src=a></frameset></html>", "no story"),
    "nothing but a script": (f"<html><body><script>document.write('{STORY}')</script></body></html>".encode(), "no story"),
    "an open script": (f"<html><body><script>{'x<p>' * 200_000}".encode(), "no story"),
    "all bytes": (bytes(range(256)) * 2000, "not-html"),
    "all bytes in a page": (b"<html><body>" + bytes(range(256)) * 2000, "no story"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[ParsePool]:
    pool = ParsePool(workers=1)
    yield pool
    pool.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_soon_and_by_name(pool: ParsePool, name: str) -> None:
    body, expected = HOSTILE[name]
    began = time.monotonic()
    try:
        result = story_in(pool.submit(extract, page(body)).result(DEADLINE))
    except PageRejected as error:
        result = error.code
    took = time.monotonic() - began
    assert result == expected
    assert took < SECONDS
    assert story_in(pool.submit(extract, page(PLAIN)).result(DEADLINE)) == "story"


def test_clean_names_the_rejections_and_goes_on(tmp_path: Path) -> None:
    names = ["2,001 attributes", "nesting of 1,100", "5,000 nested spans", "200,000 unclosed p", "an empty body", "nothing but a script"]  # fmt: skip
    inputs = []
    for number, body in enumerate([HOSTILE[name][0] for name in names] + [PLAIN]):
        file = tmp_path / f"{number}.html"
        file.write_bytes(body)
        inputs.append(Input(file.name, file, "html", URL))
    answers = wash(inputs, workers=1)
    assert [answer.error for answer in answers] == [None] * 7
    assert [answer.rejected for answer in answers[:5]] == ["parse-memory"] * 4 + ["not-html"]
    assert answers[5].rejected is not None
    assert answers[5].text == ""
    assert answers[6].text.count(LINE) == 6


def test_half_a_character_in_json_ld_does_not_reach_the_article() -> None:
    data = r'{"@type": "NewsArticle", "headline": "Keeper returns", "alternativeHeadline": "A storm \ud800 and \ud83d\ude00", "author": {"name": "Ada \udc00 Moss"}, "keywords": ["\\ud800"]}'
    source = f"<script type='application/ld+json'>{data}</script>".encode() + PLAIN
    candidate = extract(page(source))
    assert "\U0001f600" in (candidate.alternative_headline or "")
    assert not re.search("[\ud800-\udfff]", str(candidate))
    assert not re.search(r"\\ud[89a-f]", repr(replace(candidate, keywords=())))
    assert candidate.keywords == (r"\ud800",)


def suite_members(name: str, ending: str) -> Iterator[bytes]:
    with tarfile.open(SUITES / name) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(ending) else None
            if file is not None:
                yield file.read()


@pytest.mark.shared
@pytest.mark.skipif(not (SUITES / "html5lib-tests.tar.gz").exists(), reason="the suites beside the project are missing")
def test_the_pages_of_a_parsers_suite() -> None:
    bodies = [
        part.split(b"\n#errors")[0]
        for text in suite_members("html5lib-tests.tar.gz", ".dat")
        for part in re.split(rb"(?:^|\n)#data\n", text)[1:]
    ]
    assert len(bodies) > 1500
    codes = {result_of(body) for body in bodies}
    assert codes <= {"no story", "not-html", "parse-memory"}
    # Behind a story, the same pages must not lose it to a crash.
    assert {result_of(PLAIN + body) for body in bodies[::4]} <= {"story", "no story", "not-html", "parse-memory"}


@pytest.mark.shared
@pytest.mark.skipif(not (SUITES / "fuzz-dicts.tar.gz").exists(), reason="the suites beside the project are missing")
def test_pages_of_random_tokens() -> None:
    tokens = [
        match.encode().decode("unicode_escape").encode("latin-1")
        for text in suite_members("fuzz-dicts.tar.gz", ".dict")
        for match in re.findall(r'^[^#"\n]*"(.*)"\s*$', text.decode(), re.M)
    ]
    assert len(tokens) > 400
    chance = random.Random(3)
    between = [b"", b" ", b"x", b'="a" ', b">", b"<p>words of a story, told at length and with a point."]
    for _ in range(200):
        body = b"".join(
            chance.choice(tokens) + chance.choice(between) for _ in range(chance.randint(5, 150))
        )  # fmt: skip
        assert result_of(b"<p>" + body) in ("no story", "not-html", "parse-memory")
        assert result_of(PLAIN + body) in ("story", "no story", "not-html", "parse-memory")
