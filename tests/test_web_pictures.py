"""Pictures of articles by proxy: only where they are allowed, only stored ones, only from open networks, and bounded."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Browser, Clock
from hostile import Answer, HostileWeb, Site, Wire, answer, moved, raw, without_end
from sqlalchemy import Engine
from stories import article, database, store

from newsreel.configuration import Configuration
from newsreel.errors import FetchFailed
from newsreel.items import Image, Slide
from newsreel.web import Doors, WebServer, application
from newsreel.web.pictures import LARGEST, fetch
from storage import preferences
from storage.preferences import Preferences

NETWORK = "127.79.0.0/16"
PNG = b"\x89PNG\r\n\x1a\n" + b"not looked at"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def drip(head: bytes) -> Answer:
    def reply(wire: Wire, asked: object) -> None:
        wire.send(head)
        wire.drip(b"x" * 10_000)

    return reply


PAGES: dict[str, Answer] = {
    "/a.png": answer(PNG, kind="image/png"),
    "/b.png": answer(PNG + b"b", kind="text/html"),
    "/svg": answer(SVG, kind="image/png"),
    "/page": answer("<script>alert(1)</script>", kind="image/png"),
    "/gone": answer("gone", 404),
    "/busy": answer("busy", 503),
    "/moved": moved("/a.png"),
    "/circle": moved("/circle"),
    "/inside": moved("http://127.0.0.1:1/a.png"),
    "/file": moved("file:///etc/passwd"),
    "/bracket": moved("http://[::1/a.png"),
    "/short": answer(PNG, kind="image/png", length=1000),
    "/large": answer(PNG, kind="image/png", length=LARGEST + 1),
    "/packed": answer(PNG, kind="image/png", Content_Encoding="gzip"),
    "/endless": without_end(b"HTTP/1.1 200 OK\r\n\r\n" + PNG, b"x" * 65536),
    "/garbage": raw(b"what is this\r\n\r\n"),
}


@pytest.fixture(scope="module")
def web() -> Iterator[HostileWeb]:
    with HostileWeb(NETWORK) as web:
        yield web


@pytest.fixture(scope="module")
def site(web: HostileWeb) -> Site:
    return web.add("pictures", PAGES)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def reader(engine: Engine, tmp_path: Path, site: Site) -> Iterator[Browser]:
    """A browser whose owner allows pictures, and the network of the tests' outlets."""
    preferences.save(engine, Preferences(images=True))
    images = tuple(Image(f"{site.base}{path}") for path in PAGES)
    store(engine, article("/shown", main_image=images[0], images=images))
    store(engine, article("/slides", kind="gallery", slides=(Slide(None, None, images[1].url),)))
    configuration = Configuration(tmp_path, contact="mailto:desk@harbour.example", allow_networks=(NETWORK,))
    doors = Doors(engine, clock=Clock(), configuration=lambda: configuration)
    with WebServer(application(doors), "127.0.0.1", 0) as server:
        yield Browser(server.port)


def shown(text: str) -> list[str]:
    return re.findall(r'<img class="shot" src="([^"]+)"', text)


def test_pictures_are_shown_where_they_are_allowed(reader: Browser, engine: Engine, site: Site) -> None:
    page = reader.get("/article/1").text
    assert site.base in page, "where it comes from is said"
    picture = reader.get(shown(page)[0])
    assert (picture.status, picture.text.encode("utf-8", "replace")[-13:]) == (200, PNG[-13:])
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert picture.headers["cache-control"].startswith("private, max-age=")
    assert "sandbox" in picture.headers["content-security-policy"]
    # What an answer calls itself does not count.
    slides = reader.get("/article/2").text
    assert reader.get(shown(slides)[0]).headers["content-type"] == "image/png"
    preferences.save(engine, Preferences(images=False))
    assert shown(reader.get("/article/1").text) == []
    assert reader.get(shown(page)[0]).status == 403


def test_only_a_stored_picture_has_an_address_and_only_for_this_browser(reader: Browser, engine: Engine) -> None:
    address = shown(reader.get("/article/1").text)[0]
    other = Browser(reader.port)
    assert other.get(address).status == 404
    assert shown(other.get("/article/1").text)[0] != address
    for wrong in (
        address[:-1] + "x",
        address.replace("/1/", "/2/"),
        address.replace("/1/", "/9/"),
        "/picture/1/%C3%A9",
    ):
        assert reader.get(wrong).status == 404, wrong
    foreign = reader.get(address, Sec_Fetch_Site="cross-site")
    assert foreign.status == 403


def test_hosts_learn_nothing_of_the_browser(reader: Browser, web: HostileWeb) -> None:
    reader.get(shown(reader.get("/article/1").text)[0], Accept_Language="de", User_Agent="Kiosk", Referer="http://x/")
    asked = web.asked("pictures", "/a.png")[-1]
    assert set(asked.headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert asked.headers["user-agent"].endswith("(+mailto:desk@harbour.example)")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/svg", "not-html"),
        ("/page", "not-html"),
        ("/gone", "http-4xx"),
        ("/busy", "http-5xx"),
        ("/circle", "redirect"),
        ("/inside", "private-address"),
        ("/file", "redirect"),
        ("/bracket", "redirect"),
        ("/short", "truncated"),
        ("/large", "too-large"),
        ("/packed", "too-large"),
        ("/endless", "too-large"),
        ("/garbage", "refused"),
    ],
)
def test_what_is_no_picture_is_refused(site: Site, path: str, code: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        fetch(site.base + path, [NETWORK])
    assert failed.value.code == code, failed.value.detail


def test_a_port_that_is_open_to_it_is_asked_for_pictures_only(site: Site) -> None:
    with pytest.raises(FetchFailed):
        fetch(site.base.replace("http:", "ftp:"), [NETWORK])


def test_redirects_are_followed(site: Site) -> None:
    assert fetch(site.base + "/moved", [NETWORK]).content == PNG


def test_private_networks_are_shut_however_they_are_spelt(web: HostileWeb, site: Site) -> None:
    before = len(web.asked("pictures"))
    port = site.base.rpartition(":")[2]
    for host in (
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "10.0.0.1",
        "0",
        site.host,
    ):
        with pytest.raises(FetchFailed) as failed:
            fetch(f"http://{host}:{port}/a.png")
        assert failed.value.code in ("private-address", "dns"), host
    assert len(web.asked("pictures")) == before


@pytest.mark.parametrize(
    "address", ["", "x", "javascript:alert(1)", "http://", "http://[::1", "http://a:99999/", "ftp://a/b"]
)
def test_other_addresses_than_those_of_the_web_are_refused(address: str) -> None:
    with pytest.raises(FetchFailed):
        fetch(address)


def test_a_picture_that_cannot_be_had_is_said_and_not_cached(reader: Browser) -> None:
    page = reader.get("/article/1").text
    number = list(PAGES).index("/gone")
    answer = reader.get(shown(page)[number])
    assert (answer.status, answer.headers["content-type"]) == (502, "text/plain; charset=utf-8")
    assert "status 404" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n" + PNG, b""])
def test_a_host_that_drips_is_cut_off(web: HostileWeb, head: bytes) -> None:
    site = web.add(f"drip {head!r}", {"/a": drip(head)})
    with pytest.raises(FetchFailed) as failed:
        fetch(site.base + "/a", [NETWORK], deadline=0.3)
    assert failed.value.code == "timeout"


def test_nobody_at_a_port_is_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchFailed) as failed:
        fetch(f"http://127.0.0.1:{port}/a.png", ["127.0.0.0/8"])
    assert failed.value.code == "refused"
