"""Addresses are spelled one way, keep their host, and are told apart by what they name."""

from __future__ import annotations

import doctest
import ipaddress
import json
import re
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from w3lib.url import safe_url_string

from newsreel import urls
from newsreel.urls import (
    canonicalise,
    host_of,
    is_home,
    is_web,
    origin_of,
    resolve,
    same_site,
    sibling_keys,
    site_of,
    url_key,
)

WHATWG = Path(__file__).parents[2] / "shared" / "suites" / "whatwg-url.tar.gz"


def requested_host(url: str) -> str | None:
    """The host that Scrapy would connect to; None if it would make no request."""
    try:
        return urlsplit(Request(url).url).hostname
    except ValueError:
        return None


def same_address(host: str | None, other: str | None) -> bool:
    """Tell whether two hosts are one, however an IPv6 address is spelled."""
    if host and other and ":" in host and ":" in other:
        return ipaddress.ip_address(host) == ipaddress.ip_address(other)
    return host == other


def test_docstring_examples() -> None:
    result = doctest.testmod(urls)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a?utm_source=rss&utm_medium=x", "https://example.com/a"),
        ("https://example.com/a?id=3&fbclid=z&gclid=y&UTM_Campaign=q", "https://example.com/a?id=3"),
        ("https://example.com/a?utm%5Fsource=rss", "https://example.com/a"),
        ("https://example.com/a?at_medium=RSS&at_campaign=feeds", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
        ("https://example.com/?p=123", "https://example.com/?p=123"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com/caf\u00e9", "https://example.com/caf%C3%A9"),
        ("https://example.com/caf%c3%a9", "https://example.com/caf%C3%A9"),
        ("https://m\u00fcller.example/", "https://xn--mller-kva.example/"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("http://[0:0:0:0:0:0:0:1]:80/a", "http://[::1]/a"),
        ("https://user:pw@example.com/a", "https://user:pw@example.com/a"),
        ("mailto:desk@example.com", "mailto:desk@example.com"),
        (" javascript:void(0) ", "javascript:void(0)"),
        ("/only/a/path", "/only/a/path"),
        ("http://[::1", "http://[::1"),
        ("http://example.com:99999/", "http://example.com:99999/"),
        ("http://", "http://"),
        ("", ""),
    ],
)
def test_canonicalise(url: str, spelled: str) -> None:
    assert canonicalise(url) == spelled


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("http://example.com/a", "https://example.com/a"),
        ("https://www.example.com/a", "https://example.com/a"),
        ("https://example.com/a/", "https://example.com/a"),
        ("https://example.com/", "https://example.com"),
        ("https://example.com/a/amp", "https://example.com/a"),
        ("https://example.com/a/amp/", "https://example.com/a/"),
        ("https://example.com/a?amp=1", "https://example.com/a"),
        ("https://example.com/a?outputType=amp&id=2", "https://example.com/a?id=2"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a?utm_source=x#top", "https://example.com/a"),
    ],
)
def test_url_key_folds(url: str, other: str) -> None:
    assert url_key(url) == url_key(other)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://m.example.com/a"),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/amp", "https://example.com/"),
        ("https://example.com/amp-up", "https://example.com/"),
        ("https://example.com/a?amp=2", "https://example.com/a"),
        ("https://example.com:8080/a", "https://example.com/a"),
        ("https://www.com/a", "https://com/a"),
        ("https://example.com/a", "https://example.org/a"),
    ],
)
def test_url_key_keeps_apart(url: str, other: str) -> None:
    assert url_key(url) != url_key(other)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://news.example.co.uk/", "example.co.uk"),
        ("https://alice.blogspot.com/", "alice.blogspot.com"),
        ("http://127.0.0.1:8177/a", "127.0.0.1"),
        ("http://[::1]:8177/a", "::1"),
        ("http://localhost/", "localhost"),
        ("https://co.uk/", "co.uk"),
        ("mailto:desk@example.com", ""),
        ("no address", ""),
    ],
)
def test_site_of(url: str, site: str) -> None:
    assert site_of(url) == site


def test_same_site() -> None:
    assert same_site("https://www.example.com/a", "http://feeds.example.com/b")
    assert not same_site("https://example.com/", "https://example.com.evil.example/")
    assert not same_site("http://127.0.0.1/", "http://127.0.0.2/")
    assert not same_site("nothing", "nothing")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a", True),
        ("http://127.0.0.1:8177/", True),
        ("http://[::1]/", True),
        ("https://under_score.example.com/", True),
        ("https://example.com@evil.example/", False),
        ("https://user:pw@example.com/", False),
        ("ftp://example.com/a", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.com/a", False),
        ("http:///a", False),
        ("http://exa mple.com/", False),
        ("http://example..com/", False),
        ("http://2130706433/", False),
        ("http://0x7f.1/", False),
        ("http://127.1/", False),
        ("http://[fe80::1%25eth0]/", False),
        ("http://example.com:port/", False),
        ("https://example.com/" + "a" * 9000, False),
        ("", False),
    ],
)
def test_is_web(url: str, expected: bool) -> None:
    assert is_web(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", True),
        ("https://example.com/?utm_source=x", True),
        ("https://example.com/index.html", True),
        ("https://example.com/?amp=1", True),
        ("https://example.com/?p=12", False),
        ("https://example.com/news", False),
        ("nothing", False),
    ],
)
def test_is_home(url: str, expected: bool) -> None:
    assert is_home(url) is expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("story", "https://example.com/news/story"),
        ("/story?a=1#x", "https://example.com/story?a=1#x"),
        ("../story", "https://example.com/story"),
        ("//other.example/a", "https://other.example/a"),
        ("http://other.example/a b", "http://other.example/a%20b"),
        (" /sto\nry ", "https://example.com/story"),
        ("\\\\other.example\\a?b\\c", "https://other.example/a?b%5Cc"),
        ("http://good.example\\@evil.example/", "http://good.example/@evil.example/"),
        ("?page=2", "https://example.com/news/?page=2"),
        ("", None),
        ("#comments", None),
        ("javascript:void(0)", None),
        ("mailto:desk@example.com", None),
        ("tel:+1", None),
        ("https://user@example.com/", None),
        ("http://[::1", None),
        ("/" + "a" * 9000, None),
    ],
)
def test_resolve(href: str, expected: str | None) -> None:
    assert resolve("https://example.com/news/", href) == expected


# fmt: off
HOSTS = st.one_of(st.text(max_size=10), st.sampled_from([
    "Example.com", "www.example.co.uk", "127.0.0.1", "[::1]", "[0::1]", "m\u00fcller.example", "u:p%40@h.example",
    "a.b.", "\u00df.example", "host:80", "host:0443", "host:0", "x%2fy",
]))
# fmt: on
PIECES = st.sampled_from(
    ["a", "..", ".", "", "%2e", "%2F", "%25", "%41", "%zz", ";x", "amp", "\\", "\u00e9", "%ff", "#"]
)
PAIRS = st.sampled_from(
    ["utm_source=x", "a=1", "b", "=", "amp=1", "a=%26", "%61=2", "+", "a=b=c", "\u00e9=\u00fc", "?", "%"]
)
ADDRESSES = st.one_of(
    st.text(),
    st.builds(
        lambda scheme, host, path, query: f"{scheme}{host}/{'/'.join(path)}?{'&'.join(query)}",
        st.sampled_from(["http://", "https://", "HTTP://", "http:\\\\", "http:/", "//", "", "ftp://", "javascript:"]),
        HOSTS,
        st.lists(PIECES, max_size=5),
        st.lists(PAIRS, max_size=5),
    ),
)


@given(ADDRESSES)
def test_canonicalise_is_idempotent_and_keeps_the_host(url: str) -> None:
    spelled = canonicalise(url)
    assert canonicalise(spelled) == spelled
    assert url_key(spelled) == url_key(url)
    assert same_address(requested_host(spelled), requested_host(url))
    assert is_web(spelled) or not is_web(url)


@given(ADDRESSES, ADDRESSES)
def test_odd_input_raises_nothing(base: str, href: str) -> None:
    for question in (host_of, site_of, is_web, is_home):
        question(href)
    same_site(base, href)
    url = resolve(base, href)
    assert url is None or (is_web(url) and resolve(base, url) == url == safe_url_string(url))


@pytest.mark.shared
@pytest.mark.skipif(not WHATWG.exists(), reason="needs suites/whatwg-url.tar.gz")
def test_whatwg_cases_keep_their_host() -> None:
    with tarfile.open(WHATWG) as archive:
        member = archive.extractfile("./url/tests/urltestdata.json")
        assert member is not None
        cases = [case for case in json.load(member) if isinstance(case, dict)]
    assert len(cases) == 869
    standard = led = 0
    for case in cases:
        url, base = case["input"], case["base"]
        spelled = canonicalise(url)
        assert canonicalise(spelled) == spelled, case
        assert same_address(requested_host(spelled), requested_host(url)), case
        assert url_key(spelled) == url_key(url), case
        for question in (site_of, is_home, origin_of, sibling_keys):
            question(url)
        resolved = resolve(base or "about:blank", url)
        if resolved is not None:
            assert is_web(resolved), case
            # A link leads where a browser goes, but for a site's own addresses that begin with three slashes.
            host = (case.get("hostname") or requested_host(resolved)).strip("[]")
            own = re.match(r"[/\\\\]{3}", url) and same_address(requested_host(resolved), requested_host(base))
            asked = (requested_host(resolved) or "").rstrip(".")
            assert own or same_address(asked, host) or "\u00df" in url, case
            led += 1
        if base is not None:
            continue
        if case.get("protocol") in {"http:", "https:"} and is_web(url):
            # What a browser takes for the host is where we go; "\u00df" is a letter that IDNA 2003 reads otherwise.
            host = case["hostname"].strip("[]")
            assert same_address(host_of(spelled), host) or "\u00df" in url, case
            standard += 1
    assert standard > 80
    assert led > 150
