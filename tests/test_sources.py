"""The catalogue: what it may say, and every error with its file, outlet and key."""

from __future__ import annotations

import doctest
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger

from newsreel.errors import CatalogueError
from newsreel.sources import (
    Listing,
    OutletRules,
    Quiet,
    Source,
    cron,
    cron_problem,
    load_catalogue,
    shipped_catalogue,
)
from newsreel.sources.writing import catalogue_text
from newsreel.urls import is_web, same_site

SMALLEST = '[outlet.gazette]\nname = "Gazette"\nhome = "https://gazette.example/"\nfeeds = ["/feed"]\n'


def write(folder: Path, text: str) -> Path:
    """A catalogue file with this text."""
    file = folder / "sources.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_smallest_outlet(tmp_path: Path) -> None:
    assert load_catalogue(write(tmp_path, SMALLEST)) == (
        Source("gazette", "Gazette", "https://gazette.example/", feeds=("https://gazette.example/feed",)),
    )


def test_every_key(tmp_path: Path) -> None:
    text = """
        [outlet.gazette]
        name = "Gazette"
        home = "https://gazette.example/film/"
        feeds = ["feed", "/feed", "https://feeds.example/gazette", "/feed"]
        sitemaps = ["/news.xml?page=1"]
        listings = [{ url = "latest", links = "h2 > a", next = "a.next" }, { url = "/old", links = ".card" }]
        language = "en-GB"
        cron = "0  6 * * mon-fri"
        timezone = "Europe/London"
        quiet = "23:00 - 06:30"
        delay = 5
        body = "best"
        enabled = false
        status = "listed"
        verified_on = 2026-03-01
        note = "A note."
        rules = { body = "div.body", drop = ["aside", ".promo"], lines = ["Read on!"], next_page = "a[rel=next]" }
    """
    assert load_catalogue(write(tmp_path, text)) == (
        Source(
            id="gazette",
            name="Gazette",
            home="https://gazette.example/film/",
            feeds=(
                "https://gazette.example/film/feed",
                "https://gazette.example/feed",
                "https://feeds.example/gazette",
            ),
            sitemaps=("https://gazette.example/news.xml?page=1",),
            listings=(
                Listing("https://gazette.example/film/latest", "h2 > a", "a.next"),
                Listing("https://gazette.example/old", ".card"),
            ),
            language="en-GB",
            cron="0 6 * * mon-fri",
            timezone="Europe/London",
            quiet=Quiet(time(23), time(6, 30)),
            delay=5.0,
            body="best",
            enabled=False,
            status="listed",
            verified_on=date(2026, 3, 1),
            note="A note.",
            rules=OutletRules("div.body", ("aside", ".promo"), ("Read on!",), "a[rel=next]"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1d12h", timedelta(hours=36)),
        ("45s", timedelta(0, 45)),
    ],
)
def test_interval(tmp_path: Path, text: str, interval: timedelta) -> None:
    assert load_catalogue(write(tmp_path, f'{SMALLEST}interval = "{text}"'))[0].interval == interval


def test_byte_order_mark_and_dos_lines_are_read(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode())
    assert load_catalogue(file)[0].id == "gazette"


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ('feed = ["/x"]', "feed", 'no such key; did you mean "feeds"?'),
        ("flavour = 1", "flavour", "The keys are name, home, feeds,"),
        ("note = 3", "note", "must be a text, and is a number"),
        ('enabled = "yes"', "enabled", "must be true or false, and is a text"),
        ('sitemaps = "/sitemap.xml"', "sitemaps", "must be a list, and is a text"),
        ('sitemaps = ["/a", 5]', "sitemaps[2]", "must be a text, and is a number"),
        ('sitemaps = ["ftp://gazette.example/a"]', "sitemaps[1]", "neither an http or https address nor a path"),
        ("sitemaps = ['']", "sitemaps[1]", "must not be empty"),
        (f'sitemaps = ["/{"a" * 3000}"]', "sitemaps[1]", "is longer than the 2000 bytes"),
        ('listings = ["/latest"]', "listings[1]", "must be a table, and is a text"),
        ('listings = [{ url = "/latest" }]', "listings[1].links", "is missing"),
        ('listings = [{ links = "a" }]', "listings[1].url", "is missing"),
        ('listings = [{ url = "/l", links = "a", nxt = "a" }]', "listings[1].nxt", 'did you mean "next"?'),
        ('listings = [{ url = "/l", links = "a[" }]', "listings[1].links", "is not a CSS selector"),
        ('listings = [{ url = "/l", links = "a::attr(href)" }]', "listings[1].links", "is not a CSS selector"),
        ('listings = [{ url = "/l", links = "a", next = ">>" }]', "listings[1].next", "is not a CSS selector"),
        ('language = "English"', "language", "is not a language tag"),
        ('interval = "30"', "interval", "is not a length of time"),
        ('interval = "half an hour"', "interval", 'such as "30m"'),
        ("interval = 30", "interval", "must be a text"),
        ('interval = "0m"', "interval", "must be more than nothing"),
        ('interval = "9999999w"', "interval", "at most 366 days"),
        ('quiet = "23-6"', "quiet", 'such as "23:00-06:00"'),
        ('quiet = "22:00-24:00"', "quiet", "from 00:00 to 23:59"),
        ('quiet = "06:00-06:00"', "quiet", "begin and end at the same time"),
        ('interval = "1h"\ncron = "0 6 * * *"', "cron", "an interval or a cron expression, not both"),
        ('cron = "0 6 * *"', "cron", "4 fields instead of five"),
        ('timezone = "Europe/Londn"', "timezone", 'did you mean "Europe/London"?'),
        ('timezone = "../etc/passwd"', "timezone", "there is no time zone"),
        ('timezone = "Europe"', "timezone", "there is no time zone"),
        ("delay = -1", "delay", "from 0 to 600"),
        ("delay = inf", "delay", "from 0 to 600"),
        ("delay = true", "delay", "must be a number, and is true or false"),
        ('body = "feeds"', "body", 'is none of page, feed, best; did you mean "feed"?'),
        ('status = "ok"', "status", "is none of verified, listed, doubtful, barred"),
        ('verified_on = "2026-01-31"', "verified_on", "must be a date, written 2026-01-31 without quotes"),
        ("verified_on = 2026-01-31T10:00:00Z", "verified_on", "must be a date"),
        ("verified_on = 10:00:00", "verified_on", "and is a time"),
        ("rules = []", "rules", "must be a table, and is a list"),
        ('rules = { remove = ["a"] }', "rules.remove", "The keys are body, drop, lines, next_page"),
        ('rules = { drop = ["p", "a["] }', "rules.drop[2]", "is not a CSS selector"),
        ('rules = { body = "" }', "rules.body", "must not be empty"),
    ],
)
def test_error_names_file_outlet_and_key(tmp_path: Path, lines: str, key: str, words: str) -> None:
    file = write(tmp_path, f"{SMALLEST}{lines}\n")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: outlet gazette, key {key}: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "key outlet: ", "there is no outlet"),
        ("[outlet]", "key outlet: ", "there is no outlet"),
        ("outlet = 3", "key outlet: ", "must be a table"),
        ("[outlets.gazette]", "key outlets: ", 'did you mean "outlet"?'),
        ("[outlet]\ngazette = 3", "outlet gazette: ", "begin it with [outlet.gazette]"),
        (SMALLEST.replace("gazette]", "Gazette]"), "outlet Gazette: ", "lower-case letters, digits and hyphens"),
        (SMALLEST.replace("gazette]", '"../etc"]'), "outlet ../etc: ", "lower-case letters, digits and hyphens"),
        (SMALLEST + SMALLEST, "outlet gazette: ", "is declared twice, again in line 5"),
        (SMALLEST + 'note = "a"\nnote = "b"', "outlet gazette, key note: ", "Cannot overwrite a value"),
        (SMALLEST + 'note = "a', "outlet gazette, key note: ", "this is not TOML"),
        (SMALLEST + 'sitemaps = [\n  "/a",\n', "outlet gazette, key sitemaps: ", "this is not TOML"),
        ("name = ", "", "this is not TOML"),
        (SMALLEST.replace('name = "Gazette"\n', ""), "outlet gazette, key name: ", "is missing"),
        (SMALLEST.replace('home = "https://gazette.example/"\n', ""), "outlet gazette, key home: ", "is missing"),
        (
            SMALLEST.replace("https://gazette.example/", "/home"),
            "outlet gazette, key home: ",
            "is not an http or https",
        ),
        (SMALLEST.replace("gazette.example", "me@gazette.example"), "outlet gazette, key home: ", "is not an http"),
        (SMALLEST.replace('feeds = ["/feed"]', ""), "outlet gazette, key feeds: ", "no feed, sitemap or listing"),
        (SMALLEST.replace('["/feed"]', "[]"), "outlet gazette, key feeds: ", "no feed, sitemap or listing"),
        (
            SMALLEST.replace('feeds = ["/feed"]', 'sitemaps = ["/s"]\nbody = "feed"'),
            "outlet gazette, key body: ",
            "there is no feed",
        ),
        ("a = " + "[" * 5000, "", "too deeply"),
    ],
)
def test_error_of_the_file(tmp_path: Path, text: str, place: str, words: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(file)
    assert str(caught.value).startswith(f"{file}: {place}")
    assert words in str(caught.value).splitlines()[0]


def test_all_errors_come_together(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        SMALLEST + 'status = "ok"\nfeed = 1\n'
        '[outlet.herald]\nname = "Herald"\nhome = "herald"\nsitemaps = ["/a"]\n[outlets]\n',
    )
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(file)
    lines = str(caught.value).splitlines()
    assert [line.removeprefix(f"{file}: ").split(": ")[0] for line in lines] == [
        "key outlets",
        "outlet gazette, key feed",
        "outlet gazette, key status",
        "outlet herald, key home",
    ]


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="cannot be read: No such file"):
        load_catalogue(tmp_path / "missing.toml")
    with pytest.raises(CatalogueError, match="cannot be read: Is a directory"):
        load_catalogue(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(CatalogueError, match="is not UTF-8"):
        load_catalogue(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    "expression",
    ["0 6 * * *", "*/10 * * * *", "0,30 8-20/2 1 jan,jul *", "5 4 29 2 *", "0 0 31 1-12 *", "59 23 31 DEC *"],
)
def test_cron_that_can_be_used(expression: str) -> None:
    assert cron_problem(expression) is None
    # The program that computes the times takes it too.
    CronTrigger.from_crontab(expression, timezone="UTC")


@pytest.mark.parametrize("weekday", ["0", "7", "1-5", "mon-fri", "sun,wed", "*/2", "SAT"])
def test_cron_weekdays(weekday: str) -> None:
    assert cron_problem(f"0 6 * * {weekday}") is None


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "it has 0 fields"),
        ("@daily", "it has 1 fields"),
        ("0 0 6 * * *", "it has 6 fields"),
        ("60 * * * *", 'its minute "60" is not within 0 to 59'),
        ("* 24 * * *", 'its hour "24"'),
        ("* * 0 * *", 'its day of the month "0"'),
        ("* * * 13 *", 'its month "13" is not within 1 to 12, or jan'),
        ("* * * * 8", 'its weekday "8" is not within 0 to 7, or sun'),
        ("* * * * monday", 'its weekday "monday"'),
        ("mon * * * *", 'its minute "mon"'),
        ("30-10 * * * *", 'its minute "30-10" ends before it begins'),
        ("*/0 * * * *", 'its minute "*/0" is a step that cannot be'),
        ("5/10 * * * *", "is a step that cannot be"),
        ("1,,2 * * * *", 'its minute ""'),
        ("* * L * *", 'its day of the month "l"'),
        ("* * * * 5#2", 'its weekday "5#2" is not *, a number'),
        ("\u0661 * * * *", "is not *, a number"),
        ("0 0 31 2,4 *", "never comes"),
        ("0 0 1 * 1", "a day of the month and a weekday"),
    ],
)
def test_cron_that_cannot_be_used(expression: str, problem: str) -> None:
    assert problem in (cron_problem(expression) or "")


def test_docstring_examples() -> None:
    result = doctest.testmod(cron)
    assert result.attempted
    assert not result.failed


def test_shipped_catalogue() -> None:
    sources = load_catalogue(shipped_catalogue())
    assert len(sources) >= 55
    assert len({source.name for source in sources}) == len({source.home for source in sources}) == len(sources)
    for source in sources:
        assert source.status, source.id
        assert source.language, source.id
        assert (source.interval, source.cron) == (None, None), "its own rhythm says when"
        assert source.home.startswith("https://"), source.id
        assert all(map(is_web, source.feeds + source.sitemaps)), source.id
        assert all(same_site(url, source.home) for url in source.sitemaps), source.id
        assert source.enabled or source.note, source.id
        assert source.status != "barred" or not source.enabled, source.id


@pytest.mark.parametrize("entry", ["", "every key", "shipped"])
def test_written_catalogue_reads_as_it_was(tmp_path: Path, entry: str) -> None:
    text = {
        "": SMALLEST.replace("Gazette", 'A \\"Gazette\\" \\u2028\\u007f\\\\ é'),
        "every key": SMALLEST
        + """interval = "1w2d30m"\nquiet = "00:30-05:00"\ntimezone = "Asia/Tokyo"\ndelay = 2.5\nbody = "best"
            language = "ja"\nenabled = false\nstatus = "listed"\nverified_on = 2026-03-01\nnote = "A\\nnote."
            sitemaps = ["/map.xml"]\nlistings = [{ url = "latest", links = "h2 > a" }]
            rules = { body = "div.body", drop = ["aside", ".promo"], lines = ["Read \\"on\\"!"] }\n""",
        "shipped": shipped_catalogue().read_text(encoding="utf-8"),
    }[entry]
    sources = load_catalogue(write(tmp_path, text))
    assert load_catalogue(write(tmp_path, catalogue_text(sources))) == sources


def test_hosts_of_a_source() -> None:
    doors = {"feeds": ("https://feeds.example/gazette",), "sitemaps": ("http://GAZETTE.example:8080/map.xml",)}
    source = Source("gazette", "Gazette", "https://www.gazette.example/", **doors)  # type: ignore[arg-type]
    assert source.hosts == {"gazette.example", "feeds.example"}
