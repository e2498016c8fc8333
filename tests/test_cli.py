"""The commands, as a user types them: what they print, where, and their exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from newsreel.cli.application import app
from newsreel.errors import NewsreelError
from newsreel.items import Article, Author, Block, Link, Page, Removal, Visit
from newsreel.urls import url_key
from storage import runs
from storage.database import open_database, sqlite_url, writing
from storage.links import DoorReading, LinkWriter
from storage.recording import record_all
from storage.schedules import expect

NOW = datetime.now(UTC)
SHARED = Path(__file__).parents[2] / "shared"


def article(number: int, **changes: object) -> Article:
    """An invented article of the outlet `reel`."""
    url = f"https://reel.example/story-{number}"
    plain = Article(
        url=url,
        source_id="reel",
        source_name="The Reel",
        headline=f"=Harbour lights, part {number}",
        blocks=(
            Block("p", f"The lamp keeper spoke for the {number}th time."),
            Block("p", "Then the harbour went dark."),
        ),
        canonical_url=url,
        requested_url=url,
        date_downloaded=NOW,
        authors=(Author("Ida Brandt"),),
        in_language="en",
        word_count=13,
        content_hash=f"hash-{number}",
        removals=(Removal("ad.marker", "Advertisement", "2/3 p"),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with one run of the outlet `reel`: three articles, one of them sponsored."""
    engine = open_database(f"sqlite:///{tmp_path / 'newsreel.db'}")
    articles = [article(1), article(2, kind="review"), article(3, flags=("sponsored",))]
    links = [Link(a.url, "feed", "https://reel.example/feed") for a in articles]
    with writing(engine) as connection:
        run_id = runs.start(connection, "reel", "manual", None, NOW)
        writer = LinkWriter(connection, run_id, "reel", NOW)
        writer.door(DoorReading("https://reel.example/feed", "feed", "read", found=3))
        writer.discover(links)
        visits = [
            Visit(run_id, "reel", link, url_key(link.url), page=Page(a.url, a.url, 200, {}, b"<p>", NOW), article=a)
            for link, a in zip(links, articles, strict=True)
        ]
        record_all(connection, visits, NOW)
        runs.finish(connection, run_id, "reel", "finished", {"downloader/response_count": 4}, NOW)
    engine.dispose()
    return tmp_path


def newsreel(*arguments: object, data: Path) -> Result:
    """Run a command in this process."""
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(app, [*words, "--data-dir", str(data)], catch_exceptions=True)


def rows(result: Result) -> list[dict[str, object]]:
    """Read a command's JSON."""
    assert result.exit_code == 0, result.output
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def test_articles_list_in_every_format(data: Path) -> None:
    listed = rows(newsreel("articles", "list", "--format", "json", data=data))
    assert [row["headline"] for row in listed] == [f"=Harbour lights, part {n}" for n in (3, 2, 1)]
    lines = newsreel("articles", "list", "--format", "jsonl", data=data).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [3, 2, 1]
    table = list(csv.reader(io.StringIO(newsreel("articles", "list", "--format", "csv", data=data).stdout)))
    assert table[0][-1] == "headline"
    assert table[1][-1] == "'=Harbour lights, part 3", "no spreadsheet may take it for a formula"
    assert "Harbour lights" in newsreel("articles", "list", data=data).stdout


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--kind", "review"), [2]),
        (("--source", "nobody"), []),
        (("--since", "1h"), [3, 2, 1]),
        (("--since", "2999-01-01"), []),
        (("--limit", "1"), [3]),
    ],
)
def test_articles_are_filtered(data: Path, options: tuple[str, ...], numbers: list[int]) -> None:
    assert [row["id"] for row in rows(newsreel("articles", "list", *options, "--format", "json", data=data))] == numbers


def test_search_finds_words_and_phrases(data: Path) -> None:
    assert len(rows(newsreel("articles", "search", '"harbour went" keep*', "--format", "json", data=data))) == 3
    assert rows(newsreel("articles", "search", "harbour -lamp", "--format", "json", data=data)) == []
    assert rows(newsreel("articles", "search", '"((( AND "', "--format", "json", data=data)) == []
    assert (
        len(rows(newsreel("articles", "search", "kind:review", "--order", "rank", "--format", "json", data=data))) == 1
    )


def test_search_goes_on_where_a_page_ended(data: Path) -> None:
    asked = ("articles", "search", "harbour", "--limit", "2", "--format", "json")
    first = newsreel(*asked, data=data)
    more = next(word for word in first.stderr.split() if word.startswith("--cursor="))
    second = newsreel(*asked, more, data=data)
    assert len({row["id"] for row in (*rows(first), *rows(second))}) == 3
    assert "--cursor" not in second.stderr


def test_a_search_that_cannot_be_understood_is_a_wrong_use(data: Path) -> None:
    for query in ("kind:nonsense", "before:yesterdayish"):
        refused = newsreel("articles", "search", query, data=data)
        assert refused.exit_code == 2
        assert query.partition(":")[2] in refused.stderr


@pytest.mark.parametrize("wanted", ["1", "https://www.reel.example/story-1?utm_source=x"])
def test_article_is_shown_with_what_was_removed(data: Path, wanted: str) -> None:
    shown = newsreel("articles", "show", wanted, "--removed", data=data)
    assert "The lamp keeper spoke for the 1th time.\n\nThen the harbour went dark." in shown.stdout
    assert "[ad.marker] 2/3 p: Advertisement" in shown.stdout
    beside = [
        re.split(r"\s{2,}", line.strip()) for line in shown.stdout.split("clean")[-1].splitlines() if line.strip()
    ]
    assert [right for _, right in beside] == [
        "The lamp keeper spoke for the 1th time.",
        "[ad.marker]",
        "Then the harbour went dark.",
    ]
    assert (
        json.loads(newsreel("articles", "show", wanted, "--json", data=data).stdout)["articleBody"].count("\n\n") == 1
    )


def test_missing_article_is_an_error_that_says_what_to_do(data: Path) -> None:
    failed = newsreel("articles", "show", "99", data=data)
    assert isinstance(failed.exception, NewsreelError)
    assert "newsreel articles list" in str(failed.exception)


def test_export_leaves_sponsored_posts_out_unless_asked_for(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "articles.jsonl"
    assert newsreel("export", "--format", "jsonl", "--out", out, data=data).exit_code == 0
    assert [json.loads(line)["version"] for line in out.read_text(encoding="utf-8").splitlines()] == [1, 1]
    everything = newsreel("export", "--format", "jsonl", "--out", "-", "--sponsored", data=data)
    assert len(everything.stdout.splitlines()) == 3
    assert newsreel("export", "--format", "txt", "--out", tmp_path / "texts", data=data).exit_code == 0
    assert len(list((tmp_path / "texts").iterdir())) == 2
    limited = newsreel("export", "--format", "csv", "--out", "-", "--limit", 1, "--sponsored", data=data)
    assert len(list(csv.reader(io.StringIO(limited.stdout)))) == 2


def test_statistics_come_from_the_counters(data: Path) -> None:
    [row] = rows(newsreel("stats", "--source", "reel", "--format", "json", data=data))
    assert (row["found"], row["new"], row["words"], row["last"]) == (3, 3, 13.0, "ok")
    assert row["outcomes"] == {"new": 3}
    assert row["author"] == 1.0
    assert row["date"] == 0.0
    assert row["removedBy"]
    assert (row["near-dup"], row["first"]) == (0, 0)
    table = newsreel("stats", data=data)
    assert "reel" in table.stdout
    assert "have never run" in table.stderr


def test_runs_are_listed_and_shown(data: Path) -> None:
    [run] = rows(newsreel("runs", "list", "--format", "json", data=data))
    assert (run["state"], run["outcome"], run["found"]) == ("done", "ok", 3)
    assert "downloader/response_count" in newsreel("runs", "show", 1, data=data).stdout
    assert isinstance(newsreel("runs", "show", 7, data=data).exception, NewsreelError)


def test_sources_are_listed_and_shown(data: Path) -> None:
    listed = rows(newsreel("sources", "list", "--all", "--format", "json", data=data))
    assert len(listed) >= 50
    [shown] = rows(newsreel("sources", "show", "variety", "--format", "json", data=data))
    assert shown["last"] == "never run"
    assert shown["schedule"] == "adaptive"
    missed = newsreel("sources", "show", "varietty", data=data)
    assert "variety" in str(missed.exception)


def test_an_adaptive_schedule_is_shown_with_the_reason(data: Path) -> None:
    why = "adaptive, 50 min: about 1.2 articles are expected by then, 24 a day"
    engine = open_database(sqlite_url(data / "newsreel.db"))
    with writing(engine) as connection:
        expect(connection, "variety", datetime(2026, 11, 20, 12, 30, tzinfo=UTC), why)
    engine.dispose()
    [listed] = [
        row for row in rows(newsreel("sources", "list", "--format", "json", data=data)) if row["source"] == "variety"
    ]
    [shown] = rows(newsreel("sources", "show", "variety", "--format", "json", data=data))
    for row in (listed, shown):
        assert (row["schedule"], row["why"]) == ("adaptive, 50 min", why)
    assert "articles a week" in shown["rhythm"]
    text = " ".join(newsreel("sources", "show", "variety", data=data).stdout.split())
    assert "24 a day" in text
    assert "little is known yet" in text


def test_quiet_hours_are_shown(data: Path) -> None:
    own = '[outlet.reel]\nname = "The Reel"\nhome = "https://reel.example/"\nfeeds = ["/feed"]\ninterval = "2h"\n'
    (data / "sources.toml").write_text(own + 'quiet = "23:00-06:00"\n', encoding="utf-8")
    [shown] = rows(newsreel("sources", "show", "reel", "--format", "json", data=data))
    assert (shown["schedule"], shown["quiet"]) == ("every 2 h, quiet 23:00 to 06:00 (UTC)", "23:00 to 06:00 (UTC)")


def test_own_outlets_are_added_to_the_shipped_ones(data: Path) -> None:
    own = '[outlet.reel]\nname = "The Reel"\nhome = "https://reel.example/"\nfeeds = ["/feed"]\n'
    (data / "sources.toml").write_text(own, encoding="utf-8")
    listed = rows(newsreel("sources", "list", "--format", "json", data=data))
    assert {"variety", "reel"} <= {row["source"] for row in listed}
    alone = rows(newsreel("sources", "list", "--sources", data / "sources.toml", "--format", "json", data=data))
    assert [row["source"] for row in alone] == ["reel"]


def test_catalogue_error_names_file_outlet_and_key(data: Path) -> None:
    broken = data / "broken.toml"
    broken.write_text(
        '[outlet.reel]\nname = "The Reel"\nhome = "https://reel.example/"\nfeds = ["/feed"]\n', encoding="utf-8"
    )
    failed = newsreel("sources", "list", "--sources", broken, data=data)
    assert all(word in str(failed.exception) for word in (str(broken), "reel", "feds", "feeds"))


def test_init_writes_a_configuration_once(tmp_path: Path) -> None:
    assert newsreel("init", "--contact", "crawler@reel.example", data=tmp_path).exit_code == 0
    assert 'contact = "crawler@reel.example"' in (tmp_path / "newsreel.toml").read_text(encoding="utf-8")
    assert "already" in str(newsreel("init", "--contact", "me@reel.example", data=tmp_path).exception)
    assert "e-mail" in str(newsreel("init", "--contact", "me", "--force", data=tmp_path).exception)


def test_live_catalogue_is_not_crawled_without_a_contact(tmp_path: Path) -> None:
    failed = newsreel("crawl", "variety", data=tmp_path)
    assert "newsreel init" in str(failed.exception)


@pytest.mark.parametrize(
    "arguments",
    [("crawl",), ("crawl", "variety", "--all"), ("stats", "--since", "soon"), ("articles", "list", "--kind", "poem")],
)
def test_wrong_usage_has_status_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert newsreel(*arguments, data=tmp_path).exit_code == 2


def test_doctor_says_what_is_wrong_and_what_mends_it(data: Path) -> None:
    found = newsreel("doctor", "--format", "json", data=data)
    checks = {row["check"]: row for row in json.loads(found.stdout)}
    assert checks["database"]["ok"]
    assert not checks["contact"]["ok"]
    assert "newsreel init" in checks["contact"]["mend"]
    assert found.exit_code == 1
    newsreel("init", "--contact", "crawler@reel.example", data=data)
    assert newsreel("doctor", data=data).exit_code == 0


def test_errors_go_to_stderr_with_status_1(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "newsreel", "articles", "list", "--data-dir", str(blocked / "data")],
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("NEWSREEL_")},
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("newsreel: ")
    assert str(blocked) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_clean_takes_html_and_text_and_says_what_it_removed(tmp_path: Path) -> None:
    story = "".join(
        f"<p>The ferry left pier {n} at dawn, and nobody on deck said a word about the fire.</p>" for n in range(9)
    )
    page = tmp_path / "page.html"
    page.write_text(
        f"<html><head><title>Ferry fire</title></head><body><article><h1>Ferry fire</h1>{story}<p>Advertisement</p></article>",
        encoding="utf-8",
    )
    cleaned = newsreel("clean", page, "--url", "https://reel.example/ferry", "--format", "json", data=tmp_path)
    answer = json.loads(cleaned.stdout)
    assert answer["headline"] == "Ferry fire"
    assert answer["articleBody"].count("The ferry left pier") == 9
    assert "Advertisement" not in answer["articleBody"]
    text = tmp_path / "text.txt"
    text.write_text("First line of it.\n\nAdvertisement\n\n\n\n\nSecond line of it.\n", encoding="utf-8")
    plain = newsreel("clean", text, data=tmp_path)
    assert plain.stdout == "First line of it.\n\nSecond line of it.\n"
    assert "[ad.marker]" in plain.stderr


def test_clean_answers_for_pages_that_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "pages.jsonl").write_text('{"id": "gone", "url": "https://reel.example/gone"}\n', encoding="utf-8")
    ended = newsreel("clean", folder, "--format", "jsonl", "--out", tmp_path / "out", data=tmp_path)
    [line] = (tmp_path / "out" / "pages.jsonl").read_text(encoding="utf-8").splitlines()
    assert "cannot be read" in json.loads(line)["error"]
    assert ended.exit_code == 1
    (folder / "pages.jsonl").write_text('{"id": "../../etc/passwd", "url": ""}\n', encoding="utf-8")
    assert "leads out" in str(newsreel("clean", folder, data=tmp_path).exception)
    assert "no such file" in str(newsreel("clean", tmp_path / "none.html", data=tmp_path).exception)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded pages and samples are not beside the project")
def test_text_that_another_scraper_stored_comes_out_clean(tmp_path: Path) -> None:
    sample = SHARED / "samples" / "000_8282297d0f103bb0.txt"
    cleaned = newsreel("clean", sample, "--format", "json", data=tmp_path)
    answer = json.loads(cleaned.stdout)
    lines = [line for line in sample.read_text(encoding="utf-8").split("\n") if line.strip()]
    kept = [line for line in lines if line != "Advertisement" and not line.startswith("Instagram/")]
    assert answer["articleBody"] == "\n\n".join(kept)
    assert len(kept) == 11
    assert [cut["rule"].partition(".")[0] for cut in answer["removals"]] == ["credit", "ad", "ad", "text"]


def test_rules_are_listed_and_pass_their_own_examples(tmp_path: Path) -> None:
    listed = rows(newsreel("rules", "list", "--family", "ad", "--format", "json", data=tmp_path))
    assert {str(row["rule"]).partition(".")[0] for row in listed} == {"ad"}
    assert newsreel("rules", "test", data=tmp_path).exit_code == 0
    tried = rows(newsreel("rules", "test", "Advertisement", "The lamp went dark.", "--format", "json", data=tmp_path))
    assert "ad.marker" in {row["rule"] for row in tried}
    assert {row["text"] for row in tried} == {"Advertisement"}


def test_statistics_by_rule(data: Path) -> None:
    [row] = rows(newsreel("stats", "--rules", "--format", "json", data=data))
    assert (row["source"], row["rule"], row["cuts"]) == ("reel", "ad.marker", 3)


def test_reclean_changes_what_todays_rules_would_have_done(data: Path) -> None:
    story = "".join(
        f"<p>The ferry left pier {n} at dawn, and nobody on deck said a word about the fire.</p>" for n in range(9)
    )
    meta = '<meta property="article:published_time" content="2026-11-01T10:00:00Z"><meta property="og:type" content="article">'
    html = f"<html><head>{meta}</head><body><article><h1>Harbour lights, part 1</h1>{story}<p>Advertisement</p></article></body></html>"
    engine = open_database(f"sqlite:///{data / 'newsreel.db'}")
    old = article(4)
    link = Link(old.url, "feed")
    with writing(engine) as connection:
        run_id = runs.start(connection, "reel", "manual", None, NOW)
        LinkWriter(connection, run_id, "reel", NOW).discover([link])
        page = Page(old.url, old.url, 200, {}, html.encode(), NOW)
        record_all(connection, [Visit(run_id, "reel", link, url_key(link.url), page=page, article=old)], NOW)
        runs.finish(connection, run_id, "reel", "finished", {}, NOW)
    engine.dispose()
    tried = newsreel("reclean", "--dry-run", data=data)
    assert "1 texts change" in tried.stderr
    assert "-The lamp keeper" in tried.stderr
    assert "The lamp keeper" in newsreel("articles", "show", 4, data=data).stdout
    assert newsreel("reclean", data=data).exit_code == 0
    shown = json.loads(newsreel("articles", "show", 4, "--json", data=data).stdout)
    assert shown["articleBody"].count("The ferry left pier") == 9
    assert shown["version"] == 2
    again = newsreel("reclean", "--dry-run", data=data)
    assert "0 texts change" in again.stderr
    assert [row["id"] for row in rows(newsreel("articles", "search", "ferry", "--format", "json", data=data))] == [4]


def test_health_is_listed_shown_and_paused(data: Path) -> None:
    own = '[outlet.reel]\nname = "The Reel"\nhome = "https://reel.example/"\nfeeds = ["/feed"]\n'
    (data / "own.toml").write_text(own, encoding="utf-8")
    options = ("--sources", data / "own.toml")

    def state(*command: object) -> list[str]:
        return [row["health"] for row in rows(newsreel(*command, *options, "--format", "json", data=data))]

    assert state("sources", "list") == state("sources", "show", "reel") == state("stats") == ["ok"]
    assert state("sources", "health") == []
    assert state("sources", "health", "--all") == ["ok"]
    paused = newsreel("sources", "pause", "reel", *options, data=data)
    assert (paused.stderr, paused.exit_code) == ("reel is paused\n", 0)
    assert "already" in newsreel("sources", "pause", "reel", *options, data=data).stderr
    assert state("sources", "list") == state("sources", "health") == ["paused"]
    [row] = rows(newsreel("sources", "health", *options, "--format", "json", data=data))
    assert (row["reason"], row["signals"]) == ("paused by its owner", ["paused"])
    assert "paused by its owner" in newsreel("sources", "health", *options, data=data).stdout
    assert newsreel("doctor", *options, data=data).exit_code == newsreel("doctor", data=data).exit_code
    assert "crawled again" in newsreel("sources", "resume", "reel", *options, data=data).stderr
    assert "not paused" in newsreel("sources", "resume", "reel", *options, data=data).stderr
    assert isinstance(newsreel("sources", "pause", "rel", *options, data=data).exception, NewsreelError)


def test_doctor_names_the_sources_that_are_not_well(data: Path) -> None:
    own = '[outlet.reel]\nname = "The Reel"\nhome = "https://reel.example/"\nfeeds = ["/feed"]\n'
    (data / "own.toml").write_text(own, encoding="utf-8")
    command = ("doctor", "--sources", data / "own.toml", "--format", "json")

    def finding() -> dict[str, object]:
        found = json.loads(newsreel(*command, data=data).stdout)
        return next(row for row in found if row["check"] == "sources")

    assert finding()["ok"] is True
    engine = open_database(f"sqlite:///{data / 'newsreel.db'}")
    with writing(engine) as connection:
        expect(connection, "reel", NOW - timedelta(days=1), "every 1 h")
    assert (finding()["ok"], finding()["mend"]) == (False, "newsreel sources health")
    assert finding()["detail"] == "1 not ok: reel late"
