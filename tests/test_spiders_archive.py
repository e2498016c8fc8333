"""The archive spider reads pages from WARC files instead of the network."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from crawl_process import Crawled, crawl, look
from hostile import story
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

CATALOGUE = """
[outlet.harbour]
name = "Harbour News"
home = "https://harbour.example/"
feeds = ["https://harbour.example/feed"]
[outlet.hill]
name = "Hill News"
home = "https://hill.example/"
feeds = ["https://hill.example/feed"]
"""
STORIES = 5


def archive(file: Path) -> list[int]:
    """Write stories of two outlets and a stranger, with things that are no pages; give where each record ends."""
    ends = []
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=file.suffix == ".gz")

        def put(url: str, body: bytes, status: str = "200 OK", kind: str = "text/html") -> None:
            head = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), length=len(body), http_headers=head
            )
            writer.write_record(record)
            ends.append(stream.tell())

        for number in range(STORIES):
            # Longer than what the reader gives at a time.
            page = story(f"harbour {number}", f"<script>{'//' * 40_000}</script>")
            put(f"https://harbour.example/tour/{number}", page.encode())
        put("https://harbour.example/", b"<p>home</p>")
        put("https://harbour.example/gone", b"<p>gone</p>", "404 Not Found")
        put("https://harbour.example/logo.png", b"\x89PNG", kind="image/png")
        put("https://elsewhere.example/a", story("elsewhere").encode())
        put("https://hill.example/tour/1", story("hill").encode())
    return ends


def read(folder: Path, file: Path, *options: str) -> Crawled:
    (folder / "outlets.toml").write_text(CATALOGUE, encoding="utf-8")
    done = crawl(folder, "--from-warc", str(file), *options, network=None)
    return look(folder, done.returncode, done.stderr)


@pytest.mark.parametrize("name", ["pages.warc", "pages.warc.gz"])
def test_the_pages_of_each_outlet_are_taken_and_nothing_else(name: str, tmp_path: Path) -> None:
    archive(tmp_path / name)
    crawled = read(tmp_path, tmp_path / name)
    assert crawled.status == 0, crawled.log
    assert crawled.outcomes("harbour") == ["new"] * STORIES
    assert crawled.outcomes("hill") == ["new"]
    assert set(crawled.links) == {"harbour", "hill"}
    assert "1 pages are of no outlet in the catalogue (elsewhere.example)" in crawled.log
    assert crawled.unaccounted() == []


@pytest.mark.parametrize(
    ("name", "cut", "kept"),
    [
        ("in-record.warc", lambda ends: (ends[1] + ends[2]) // 2, 2),
        ("in-headers.warc", lambda ends: ends[2] + 40, 3),
        ("in-record.warc.gz", lambda ends: (ends[1] + ends[2]) // 2, 2),
        ("in-first-bytes.warc.gz", lambda ends: ends[3] + 8, 4),
    ],
)
def test_a_file_that_breaks_off_gives_what_came_before_and_says_so(
    name: str, cut: Callable[[list[int]], int], kept: int, tmp_path: Path
) -> None:
    file = tmp_path / name
    ends = archive(file)
    file.write_bytes(file.read_bytes()[: cut(ends)])
    crawled = read(tmp_path, file, "harbour")
    assert crawled.outcomes("harbour") == ["new"] * kept
    assert crawled.doors["harbour"] == "truncated"
    assert "cannot be read further" in crawled.log
    assert crawled.unaccounted() == []
    assert crawled.status in (1, 3)


def test_a_limit_leaves_the_rest_waiting(tmp_path: Path) -> None:
    archive(tmp_path / "pages.warc.gz")
    first = read(tmp_path, tmp_path / "pages.warc.gz", "harbour", "--limit", "2")
    assert sorted(map(str, first.outcomes("harbour"))) == ["None"] * (STORIES - 2) + ["new"] * 2
    assert first.unaccounted() == []
    then = read(tmp_path, tmp_path / "pages.warc.gz", "harbour")
    assert then.outcomes("harbour") == ["new"] * STORIES
    assert then.unaccounted() == []


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.warc").write_text("not an archive\n", encoding="utf-8")
    (tmp_path / "outlets.toml").write_text(CATALOGUE, encoding="utf-8")
    done = crawl(tmp_path, "--from-warc", str(tmp_path / "notes.warc"), network=None)
    assert done.returncode == 1
    assert "notes.warc" in done.stderr
    assert "Traceback" not in done.stderr
