"""robots.txt as RFC 9309 reads it, also where Protego alone would read it otherwise."""

from __future__ import annotations

import pytest

from newsreel.middlewares.robotstxt import MAX_BYTES, decode, product_token, read_robots

SITE = "https://harbour.example"
ALL = "User-agent: *\n"

# robots.txt, path, allowed
PATTERNS = [
    ("", "/a", True),
    (ALL + "Disallow:", "/a", True),
    (ALL + "Disallow: /", "/", False),
    (ALL + "Disallow: /", "/robots.txt", True),
    (ALL + "Disallow: /a", "/abc", False),
    (ALL + "Disallow: /a/", "/a", True),
    (ALL + "Disallow: /A", "/a", True),
    (ALL + "Disallow: /a\nAllow: /a/b", "/a/b", True),
    (ALL + "Allow: /a\nDisallow: /a/b", "/a/b", False),
    (ALL + "Disallow: /a/b\nAllow: /a", "/a/b/c", False),
    (ALL + "Disallow: /page\nAllow: /page", "/page", True),
    (ALL + "Allow: /page\nDisallow: /*.html", "/page.html", False),
    (ALL + "Disallow: /*.gif$", "/a/b.gif", False),
    (ALL + "Disallow: /*.gif$", "/a/b.gif?x", True),
    (ALL + "Disallow: /a$", "/a", False),
    (ALL + "Disallow: /a$", "/ab", True),
    (ALL + "Disallow: /*?print=", "/story?print=1", False),
    (ALL + "Disallow: /a*b*c", "/a-b-x-c-d", False),
    (ALL + "Disallow: /caf%C3%A9", "/café", False),
    (ALL + "Disallow: /café", "/caf%c3%a9/menu", False),
    (ALL + "Disallow: /a%3cd", "/a%3Cd", False),
    (ALL + "Disallow: /~desk", "/%7Edesk", False),
    (ALL + "Disallow: /a # not the drafts", "/a", False),
    (ALL + "Disallow: private", "/private", True),
]
# robots.txt, allowed at /a for newsreel
GROUPS = [
    ("User-agent: newsreel\nDisallow: /", False),
    ("User-agent: NewsReel\nDisallow: /", False),
    ("user-agent:newsreel\ndisallow:/", False),
    ("User-agent: newsreel/2.0 (any)\nDisallow: /", False),
    ("User-agent: newsreel*\nDisallow: /", False),
    # Not our token, though Protego would find each of these in our user agent.
    ("User-agent: news\nDisallow: /", True),
    ("User-agent: harbour.example\nDisallow: /", True),
    ("User-agent: mailto\nDisallow: /", True),
    ("User-agent: newsreel-images\nDisallow: /", True),
    # Our own group counts alone, wherever it stands, and all of them together.
    ("User-agent: *\nDisallow: /\n\nUser-agent: newsreel\nAllow: /", True),
    ("User-agent: newsreel\nDisallow: /b\n\nUser-agent: *\nDisallow: /", True),
    ("User-agent: newsreel\nDisallow: /b\n\nUser-agent: other\nAllow: /\n\nUser-agent: newsreel\nDisallow: /a", False),
    ("User-agent: *\nDisallow: /b\n\nUser-agent: *\nDisallow: /a", False),
    # Several user agents share a group; empty lines and lines that are no rules do not part them.
    ("User-agent: other\nUser-agent: newsreel\nDisallow: /", False),
    ("User-agent: newsreel\n\n\nUser-agent: other\n\nDisallow: /", False),
    ("User-agent: newsreel\nSitemap: https://harbour.example/s.xml\nUser-agent: other\nDisallow: /", False),
    ("User-agent: newsreel\nNoindex: /b\nUser-agent: other\nDisallow: /", False),
    ("User-agent: newsreel\nCrawl-delay: 5\nUser-agent: other\nDisallow: /", False),
    # A rule parts them, an empty one too.
    ("User-agent: newsreel\nDisallow:\nUser-agent: other\nDisallow: /", True),
    # Rules before any user agent are nobody's.
    ("Disallow: /\nUser-agent: newsreel\nDisallow: /b", True),
    ("User-agent:\nDisallow: /", True),
    # Spellings that are meant well.
    ("Useragent: newsreel\nDissallow: /", False),
    ("User agent newsreel\nDisalow /", False),
    ("<html><body>User-agent: * Disallow: /</body></html>", True),
]
BYTES = [
    b"User-agent: *\nDisallow: /a",
    b"User-agent: *\r\nDisallow: /a\r\n",
    b"User-agent: *\rDisallow: /a\r",
    b"\xef\xbb\xbfUser-agent: *\nDisallow: /a",
    "\ufeffUser-agent: *\r\nDisallow: /a".encode("utf-16-le"),
    "\ufeffUser-agent: *\r\nDisallow: /a".encode("utf-16-be"),
    "User-agent: *\r\nDisallow: /a".encode("utf-16-le"),
    "User-agent: *\r\nDisallow: /a".encode("utf-16-be"),
    b"# caf\xe9\nUser-agent: *\nDisallow: /a",
    b"\0\0\nUser-agent: *\nDisallow: /a",
    # Line ends for Python, and for Protego, but not for the RFC.
    "User-agent: *\n# one\u2028Allow: /a\x85Allow: /a\nDisallow: /a".encode(),
    b"User-agent: *\nDisallow: /a\nAllow: /b\x0bc",
]


@pytest.mark.parametrize(("text", "path", "allowed"), PATTERNS)
def test_the_longest_pattern_decides(text: str, path: str, allowed: bool) -> None:
    assert read_robots(text, "newsreel").allows(SITE + path) is allowed


@pytest.mark.parametrize(("text", "allowed"), GROUPS)
def test_the_groups_for_our_product_token_count_else_those_for_everybody(text: str, allowed: bool) -> None:
    assert read_robots(text, "newsreel").allows(SITE + "/a") is allowed


@pytest.mark.parametrize("body", BYTES)
def test_it_is_read_in_whatever_bytes_it_comes(body: bytes) -> None:
    robots = read_robots(decode(body), "newsreel")
    assert (robots.allows(SITE + "/a"), robots.allows(SITE + "/b")) == (False, True)


def test_bytes_that_are_no_utf_8_match_the_address_that_has_them_escaped() -> None:
    robots = read_robots(decode(b"User-agent: *\nDisallow: /caf\xe9/"), "newsreel")
    assert (robots.allows(SITE + "/caf%E9/x"), robots.allows(SITE + "/caf/x")) == (False, True)


def test_no_more_than_512_kib_count_and_no_half_line() -> None:
    head = ALL.encode() + b"Disallow: /a\n"
    padding = b"#" * (MAX_BYTES - len(head) - len(b"\nDisallow: /"))
    robots = read_robots(decode(head + padding + b"\nDisallow: /b\nDisallow: /c\n"), "newsreel")
    # What was cut is not taken for "Disallow: /".
    assert [robots.allows(SITE + path) for path in ("/a", "/b", "/c", "/d")] == [False, True, True, True]
    whole = read_robots(decode((head + padding + b"\nDisallow: /b\n")[:MAX_BYTES]), "newsreel")
    assert not whole.allows(SITE + "/a")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (ALL + "Crawl-delay: 5", 5.0),
        (ALL + "crawl-delay : 0.5\nDisallow: /a", 0.5),
        (ALL + "Crawl-delay: 5\nDisallow: /b\n\nUser-agent: newsreel\nDisallow: /a", None),
        # By the RFC these are one group: a line that it does not know, and an empty one, end none.
        (ALL + "Crawl-delay: 5\n\nUser-agent: newsreel\nDisallow: /a", 5.0),
        (ALL + "Disallow: /a\n\nUser-agent: newsreel\nCrawl-delay: 7\nDisallow: /a", 7.0),
        ("User-agent: newsreel\nCrawl-delay: 3\nDisallow: /a\n\nUser-agent: newsreel\nCrawl-delay: 9\nAllow: /", 9.0),
        (ALL + "Crawl-delay: soon", None),
        (ALL + "Crawl-delay: -1", None),
        (ALL + "Crawl-delay: inf", None),
        (ALL + "Crawl-delay: 86400", 86400.0),
        ("Crawl-delay: 5", None),
    ],
)
def test_the_pause_that_it_asks_us_for(text: str, delay: float | None) -> None:
    assert read_robots(text, "newsreel").crawl_delay == delay


@pytest.mark.parametrize(
    ("agent", "token"),
    [("Newsreel/0.1 (+mailto:desk@harbour.example)", "newsreel"), ("News_Reel-x 1", "news_reel-x"), ("/1", "")],
)
def test_our_product_token(agent: str, token: str) -> None:
    assert product_token(agent) == token
