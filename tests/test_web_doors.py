"""Who may see and change what: deny by default, log-in, tokens, and changes only from pages of our own."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
import tour
from browsing import NOW, Browser, Clock
from sqlalchemy import Engine

from newsreel.errors import ConfigurationError
from newsreel.web import LOCAL_NAMES, Doors, WebServer, application, check_bind, passwords
from newsreel.web.access import Need, need_of
from storage import accounts, attempts, feed_keys, sessions, tokens
from storage.database import open_database, sqlite_url

PASSWORD = "a reel of five hundred feet"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(sqlite_url(tmp_path / "newsreel.db"), busy_timeout=5)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(engine: Engine, clock: Clock) -> Iterator[WebServer]:
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as server:
        yield server


@pytest.fixture(scope="module")
def hashed() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def locked(engine: Engine, server: WebServer, hashed: str) -> WebServer:
    """A server whose owner has set a password."""
    accounts.set_password(engine, hashed, NOW)
    return server


def logged_in(server: WebServer, **headers: str) -> Browser:
    browser = Browser(server.port, headers)
    answer = browser.submit("/login", "/login", password=PASSWORD)
    assert answer.status == 303, answer.text
    return browser


def routes(engine: Engine) -> list[tuple[str, str]]:
    """Every method and address that the application answers, with something in the place of each parameter."""
    found = []
    for path, route in tour.routes(application(Doors(engine))):
        found += [(method, re.sub(r"\{(\w+)(:\w+)?\}", "1", path)) for method in sorted(route.methods)]
    return found


# --- deny by default -------------------------------------------------------------------------------------------------


def test_without_log_in_every_address_is_shut_but_those_of_the_table(locked: WebServer, engine: Engine) -> None:
    stranger = Browser(locked.port, {"X-Forwarded-For": "192.0.2.1"})
    asked = routes(engine)
    assert ("GET", "/latest") in asked
    assert ("POST", "/logout-everywhere") in asked
    for method, path in [*asked, ("GET", "/nowhere"), ("POST", "/nowhere"), ("GET", "/api/v1/x"), ("PUT", "/feeds/x")]:
        answer = stranger.ask(method, path)
        open_to_all = path.startswith(("/login", "/static/")) or path in ("/healthz", "/readyz")
        if not open_to_all:
            refused = answer.status in (401, 403) or answer.headers.get("location", "").startswith("/login")
            assert refused, f"{method} {path} gives {answer.status}"
            assert "newsreel_session" not in answer.headers.get("set-cookie", "")


def test_the_open_addresses_are_these_and_no_others(engine: Engine) -> None:
    free = {path for method, path in routes(engine) if need_of(method, path) in (Need.OPEN, Need.LOGIN)}
    assert free == {"/healthz", "/readyz", "/login", "/static/1/1"}


def test_on_this_machine_without_a_password_no_log_in_is_needed(server: WebServer) -> None:
    assert Browser(server.port).get("/latest").status == 200
    assert Browser(server.port).get("/login").headers["location"] == "/"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_through_a_proxy_nothing_is_open_without_a_password(server: WebServer, header: str) -> None:
    answer = Browser(server.port, {header: "127.0.0.1"}).get("/latest")
    assert answer.status == 403
    assert "newsreel password" in answer.text
    assert Browser(server.port, {header: "127.0.0.1"}).get("/metrics").status == 401


def test_another_name_of_this_machine_is_not_this_machine(engine: Engine) -> None:
    doors = Doors(engine, (*LOCAL_NAMES, "news.example"))
    with WebServer(application(doors), "127.0.0.1", 0) as server:
        assert Browser(server.port, {"Host": "news.example"}).get("/latest").status == 403
        assert Browser(server.port, {"Host": f"localhost:{server.port}"}).get("/latest").status == 200


def test_a_public_bind_needs_a_password() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(ConfigurationError, match="newsreel password"):
            check_bind(host, has_password=False)
        check_bind(host, has_password=True)
    for host in ("127.0.0.1", "::1", "localhost"):
        check_bind(host, has_password=False)


def test_a_page_served_to_all_networks_is_shut_when_its_password_is_removed(engine: Engine, hashed: str) -> None:
    accounts.set_password(engine, hashed, NOW)
    with WebServer(application(Doors(engine, host="0.0.0.0")), "127.0.0.1", 0) as server:
        browser = logged_in(server)
        assert browser.get("/latest").status == 200
        assert accounts.remove_password(engine)
        assert browser.get("/latest").status == 403


# --- log-in ----------------------------------------------------------------------------------------------------------


def test_the_password_opens_the_page_that_was_asked_for(locked: WebServer) -> None:
    browser = Browser(locked.port)
    asked = browser.get("/latest?kind=review")
    assert asked.status == 303
    assert asked.headers["location"] == "/login?next=/latest%3Fkind%3Dreview"
    answer = browser.submit(asked.headers["location"], "/login", password=PASSWORD, next="/latest?kind=review")
    assert (answer.status, answer.headers["location"]) == (303, "/latest?kind=review")
    assert browser.get("/latest").status == 200
    cookie = next(each for each in answer.cookies if each.startswith("newsreel_session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "//[evil"]
)
def test_log_in_leads_nowhere_else(locked: WebServer, elsewhere: str) -> None:
    answer = Browser(locked.port).submit("/login", "/login", password=PASSWORD, next=elsewhere)
    assert answer.headers["location"] == "/"
    assert Browser(locked.port).get(f"/login?next={quote(elsewhere)}").status == 200


def test_only_hashes_of_secrets_are_kept(locked: WebServer, engine: Engine) -> None:
    browser = logged_in(locked)
    token = tokens.create(engine, "phone", False, NOW)
    key = feed_keys.create(engine, "/feeds/all", NOW)
    engine.dispose()
    stored = b"".join(file.read_bytes() for file in Path(str(engine.url.database)).parent.iterdir())
    for secret in (PASSWORD, browser.cookies["newsreel_session"], token, key):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_log_out_ends_the_session_and_not_only_the_cookie(locked: WebServer) -> None:
    browser = logged_in(locked)
    thief = Browser(locked.port, cookies=dict(browser.cookies))
    assert thief.get("/latest").status == 200
    assert browser.submit("/latest", "/logout").headers["location"] == "/login"
    assert "newsreel_session" not in browser.cookies
    assert thief.get("/latest").status == 303


def test_log_out_everywhere_ends_all_sessions(locked: WebServer) -> None:
    phone, desk = logged_in(locked), logged_in(locked)
    desk.submit("/latest", "/logout-everywhere")
    assert phone.get("/latest").status == 303


def test_a_session_ends_in_time_and_with_the_password(locked: WebServer, engine: Engine, clock: Clock) -> None:
    browser = logged_in(locked)
    clock.passes(days=29)
    assert browser.get("/latest").status == 200
    clock.passes(days=1)
    assert browser.get("/latest").status == 303
    browser = logged_in(locked)
    accounts.set_password(engine, passwords.hashed("another password"), NOW)
    assert browser.get("/latest").status == 303
    assert sessions.alive(engine, clock()) == []


def test_a_session_is_new_at_each_log_in(locked: WebServer) -> None:
    browser = Browser(locked.port, cookies={"newsreel_session": "x" * 43})
    browser.submit("/login", "/login", password=PASSWORD)
    assert browser.cookies["newsreel_session"] != "x" * 43


def test_after_five_wrong_passwords_the_right_one_waits_too(locked: WebServer, engine: Engine, clock: Clock) -> None:
    browser = Browser(locked.port)
    for _ in range(attempts.OF_ADDRESS):
        assert browser.submit("/login", "/login", password="wrong").status == 401
    clock.passes(minutes=6)
    answer = browser.submit("/login", "/login", password=PASSWORD)
    assert answer.status == 429
    assert answer.headers["retry-after"] == str(9 * 60 + 1)
    assert "in 9 min" in answer.text
    # It is in the database: a service that starts anew knows of it.
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as other:
        assert Browser(other.port).submit("/login", "/login", password=PASSWORD).status == 429
    clock.passes(minutes=9)
    assert browser.submit("/login", "/login", password=PASSWORD).status == 303
    assert browser.get("/latest").status == 200


def test_attempts_from_many_addresses_are_limited_in_all(engine: Engine, clock: Clock) -> None:
    for n in range(attempts.IN_ALL):
        assert attempts.reserve(engine, f"192.0.2.{n}", clock()) is None
    assert attempts.reserve(engine, "198.51.100.1", clock()) == NOW + attempts.WINDOW


def test_one_household_of_ipv6_is_one_address(engine: Engine, clock: Clock) -> None:
    for n in range(attempts.OF_ADDRESS):
        assert attempts.reserve(engine, f"2001:db8::{n}", clock()) is None
    assert attempts.reserve(engine, "2001:db8::ffff", clock()) is not None
    assert attempts.reserve(engine, "2001:db8:0:1::1", clock()) is None


def test_an_address_in_a_header_counts_from_a_trusted_proxy_only(engine: Engine, clock: Clock, hashed: str) -> None:
    accounts.set_password(engine, hashed, NOW)
    with WebServer(application(Doors(engine, clock=clock)), "127.0.0.1", 0) as server:
        for n in range(attempts.OF_ADDRESS):
            Browser(server.port, {"X-Forwarded-For": f"192.0.2.{n}"}).submit("/login", "/login", password="wrong")
        liar = Browser(server.port, {"X-Forwarded-For": "192.0.2.99"})
        assert liar.submit("/login", "/login", password=PASSWORD).status == 429
    with WebServer(application(Doors(engine, clock=clock, trusted_proxies=("127.0.0.0/8",))), "127.0.0.1", 0) as server:
        proxied = logged_in(server, **{"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"})
        assert sessions.alive(engine, clock())[0].address == "198.51.100.7"
        token = proxied.get("/latest").token
        plain = proxied.post("/look", {"csrf": token} | LOOK, Origin=f"http://127.0.0.1:{server.port}")
        assert plain.status == 403, "a page that came without https may not change one that came with it"
        answer = proxied.submit("/latest", "/logout")
        assert all("Secure" in cookie for cookie in answer.cookies)


# --- changes ---------------------------------------------------------------------------------------------------------

LOOK = {"theme": "dark", "size": "l"}


def test_a_form_works_with_its_token_and_not_without(server: WebServer) -> None:
    browser = Browser(server.port)
    token = browser.get("/latest").token
    assert browser.post("/look", {"csrf": token} | LOOK).status == 303
    assert 'data-theme="dark" data-size="l"' in browser.get("/latest").text
    for wrong in ("", "x", token[:-8] + "AAAAAAA=", Browser(server.port).get("/latest").token):
        assert browser.post("/look", {"csrf": wrong} | LOOK).status == 403, wrong
    assert Browser(server.port).post("/look", {"csrf": token} | LOOK).status == 403


def test_the_token_may_come_in_a_header_or_with_a_file(server: WebServer) -> None:
    browser = Browser(server.port)
    token = browser.get("/latest").token
    assert browser.post("/look", LOOK, X_CSRF_Token=token).status == 303
    parts = {"csrf": token} | LOOK
    body = "".join(f'--q\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items())
    kind = "multipart/form-data; boundary=q"
    assert browser.ask("POST", "/look", f"{body}--q--\r\n".encode(), Content_Type=kind).status == 303
    body = body.replace(token, "x")
    assert browser.ask("POST", "/look", f"{body}--q--\r\n".encode(), Content_Type=kind).status == 403
    # No form at all.
    assert browser.ask("POST", "/look", b"x", Content_Type="multipart/form-data").status == 403
    large = body.replace("x", "x" * 2_000_000, 1)
    assert browser.ask("POST", "/look", f"{large}--q--\r\n".encode(), Content_Type=kind).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
)
def test_another_page_of_this_machine_cannot_post_even_with_a_token(server: WebServer, headers: dict[str, str]) -> None:
    browser = Browser(server.port)
    token = browser.get("/latest").token
    answer = browser.post("/look", {"csrf": token} | LOOK, **{k.replace("-", "_"): v for k, v in headers.items()})
    assert answer.status == 403
    assert "Nothing was changed" in answer.text


def test_a_page_of_ours_may_post(server: WebServer) -> None:
    browser = Browser(server.port)
    token = browser.get("/latest").token
    own = f"http://127.0.0.1:{server.port}"
    for headers in ({"Origin": own}, {"Origin": "null", "Sec_Fetch_Site": "same-origin"}, {}):
        assert browser.post("/look", {"csrf": token} | LOOK, **headers).status == 303


def test_log_in_needs_the_token_of_its_form(locked: WebServer) -> None:
    assert Browser(locked.port).post("/login", {"password": PASSWORD}).status == 403


def test_what_is_too_large_is_refused(server: WebServer) -> None:
    answer = Browser(server.port).post("/look", {"csrf": "x" * (5 * 1024 * 1024)})
    assert answer.status == 413


def test_asking_changes_nothing(locked: WebServer, engine: Engine) -> None:
    browser = logged_in(locked)
    with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as watcher:

        def version() -> int:
            return int(watcher.execute("PRAGMA data_version").fetchone()[0])

        before = version()
        for method, path in routes(engine):
            if method == "GET":
                assert browser.get(path).status != 500
                assert browser.ask("HEAD", path).status != 500
        assert version() == before
        browser.submit("/settings", "/settings/tokens", name="to see that a change is seen")
        assert version() != before
    assert browser.get("/logout").status == 405


# --- tokens and keys -------------------------------------------------------------------------------------------------


def test_a_token_is_for_the_api_alone(locked: WebServer, engine: Engine) -> None:
    reader = tokens.create(engine, "phone", False, NOW)
    writer = tokens.create(engine, "script", True, NOW)
    asked = Browser(locked.port)
    for secret, status in ((reader, 404), (writer, 404), (reader[:-1], 401), ("", 401)):
        answer = asked.get("/api/v1/nowhere", Authorization=f"Bearer {secret}")
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert json.loads(answer.text)["status"] == status
    assert asked.get("/api/v1/nowhere").headers["www-authenticate"] == "Bearer"
    # A program has no form's token; writing is refused to the one that only reads.
    assert asked.ask("POST", "/api/v1/nowhere", Authorization=f"Bearer {reader}").status == 403
    assert asked.ask("POST", "/api/v1/nowhere", Authorization=f"Bearer {writer}").status == 404
    assert asked.get("/latest", Authorization=f"Bearer {writer}").status == 303


def test_a_token_is_shown_once_and_can_be_revoked(locked: WebServer, engine: Engine) -> None:
    browser = logged_in(locked)
    made = browser.submit("/settings", "/settings/tokens", name="kitchen screen", may_write="true")
    secret = re.search(r"newsreel_[\w-]{43}", made.text)
    assert secret
    program = Browser(locked.port)
    assert program.get("/api/v1/nowhere", Authorization=f"Bearer {secret[0]}").status == 404
    page = browser.get("/settings")
    assert secret[0] not in page.text
    assert "kitchen screen" in page.text
    number = tokens.listed(engine)[0].id
    assert browser.submit("/settings", f"/settings/tokens/{number}/revoke").status == 303
    assert program.get("/api/v1/nowhere", Authorization=f"Bearer {secret[0]}").status == 401
    assert browser.submit("/settings", f"/settings/tokens/{number}/revoke").status == 404


def test_a_tokens_last_use_is_noted_once_an_hour(locked: WebServer, engine: Engine, clock: Clock) -> None:
    secret = tokens.create(engine, "phone", False, NOW)
    program = Browser(locked.port)

    assert tokens.listed(engine)[0].used_at is None
    program.get("/api/v1/nowhere", Authorization=f"Bearer {secret}")
    # It is noted when the answer is already sent: ask the server other things until it came to it.
    asked = 0
    while tokens.listed(engine)[0].used_at is None and asked < 500:
        program.get("/healthz")
        asked += 1
    assert tokens.listed(engine)[0].used_at == NOW
    assert not tokens.needs_note(tokens.listed(engine)[0], clock())
    clock.passes(hours=1)
    assert tokens.needs_note(tokens.listed(engine)[0], clock())


def test_a_feeds_key_opens_that_feed_alone_until_it_is_revoked(locked: WebServer, engine: Engine) -> None:
    key = feed_keys.create(engine, "/feeds/source/tide?q=moon", NOW)
    reader = Browser(locked.port)
    # No feed is served at these addresses by this application: 404 is said behind the door, 401 and 403 before it.
    assert reader.get(f"/feeds/source/tide.atom?key={key}&q=moon").status == 404
    assert reader.get(f"/feeds/source/tide.json?q=moon&key={key}").status == 404
    for other in (f"/feeds/all.atom?key={key}", f"/feeds/source/tide.atom?key={key}", "/feeds/all.atom?key=x"):
        assert reader.get(other).status == 403, other
    assert reader.get("/feeds/all.atom").status == 401
    assert reader.get(f"/latest?key={key}&q=moon").status == 303
    assert feed_keys.revoke(engine, feed_keys.listed(engine)[0].id, NOW)
    assert reader.get(f"/feeds/source/tide.atom?key={key}&q=moon").status == 403


@pytest.mark.parametrize("short", ["", "too short", "x" * 1001])
def test_a_password_has_a_length(short: str) -> None:
    with pytest.raises(ConfigurationError, match="10 to 1000"):
        passwords.hashed(short)


def test_letters_written_in_two_ways_are_one_password(hashed: str) -> None:
    stored = passwords.hashed("caf\u00e9 in the lobby")
    assert passwords.matches(stored, "cafe\u0301 in the lobby")
    assert not passwords.matches(hashed, "x" * 100_000)
