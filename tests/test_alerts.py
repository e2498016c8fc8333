"""The owner is told each change once and of each day, over real sockets, and again after what failed."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from email import message_from_string
from email.message import Message as Letter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import feedparser
import pytest
from sqlalchemy import Engine, insert
from stories import NOW, begin, database
from typer.testing import CliRunner

from newsreel.cli.application import app
from newsreel.configuration import load_configuration
from newsreel.delivery import Courier, senders
from newsreel.errors import ConfigurationError, DeliveryFailed
from newsreel.telling import AlertSettings, Mail, Message, Webhook, atom, signed_headers
from storage import outbox, schema
from storage.counting import bump
from storage.database import reading, writing

SECRET = "a secret of some length"


class Receiver(HTTPServer):
    """A webhook's receiver; answers with `status`, and keeps what it is sent."""

    status = 204
    location: str | None = None

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.got: list[tuple[dict[str, str], bytes]] = []


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        letters: list[str] = self.server.letters  # type: ignore[attr-defined]
        refuses: bool = self.server.refuses  # type: ignore[attr-defined]

        def say(line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "DATA":
                say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                letters.append("\n".join(lines))
                say("250 kept")
            elif word == "RCPT" and refuses:
                say("550 nobody here")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 mail.example")


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that keeps letters."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.letters: list[str] = []
        self.refuses = False


def serving(server: socketserver.BaseServer) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    yield from serving(Receiver())


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    yield from serving(MailServer())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = database(tmp_path)
    yield engine
    engine.dispose()


def change(engine: Engine, source: str, state: str, before: str | None = "ok", at: datetime = NOW) -> None:
    with writing(engine) as connection:
        reason = f"{source} has a reason to be {state}"
        values = {"source": source, "state": state, "signals": ["x"], "reason": reason, "since": at}
        connection.execute(insert(schema.health_changes).values(**values, before=before, at=at))


def webhook(receiver: Receiver, **more: Any) -> AlertSettings:
    return AlertSettings(webhook=Webhook(f"http://127.0.0.1:{receiver.server_port}/hook", SECRET), **more)


def by_mail(server: MailServer) -> AlertSettings:
    port = server.server_address[1]
    return AlertSettings(Mail(("owner@reel.example",), "newsreel@reel.example", "127.0.0.1", port, "none"))


def subjects(receiver: Receiver) -> list[str]:
    return [json.loads(body)["data"]["subject"] for _, body in receiver.got]


def test_each_change_is_told_once_in_order(engine: Engine, receiver: Receiver) -> None:
    courier = Courier(engine)
    change(engine, "tide", "failing")
    change(engine, "gull", "quiet")
    change(engine, "new", "ok", before=None)
    for minutes in (0, 1, 2):
        courier.round(webhook(receiver), 3, NOW + timedelta(minutes=minutes))
    change(engine, "tide", "ok", before="failing", at=NOW + timedelta(minutes=2))
    Courier(engine).round(webhook(receiver), 3, NOW + timedelta(minutes=3))
    wanted = ["Newsreel: tide is failing", "Newsreel: gull is quiet", "Newsreel: tide is ok"]
    assert subjects(receiver) == wanted


def test_a_webhook_message_is_signed(engine: Engine, receiver: Receiver) -> None:
    change(engine, "tide", "blocked")
    Courier(engine).round(webhook(receiver), 1, NOW)
    headers, body = receiver.got[0]
    wanted = signed_headers(SECRET, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == wanted["webhook-signature"]
    assert headers["webhook-signature"] != signed_headers("another", "1", 2, body)["webhook-signature"]
    values = json.loads(body)
    assert values["type"] == "newsreel.change"
    assert values["data"]["source"] == "tide"
    assert values["data"]["state"] == "blocked"
    assert SECRET.encode() not in body


def test_the_signature_is_that_of_the_specification() -> None:
    # The specification's own example.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_failed_is_sent_later_then_given_up(engine: Engine, receiver: Receiver) -> None:
    courier, now = Courier(engine), NOW
    receiver.status = 500
    change(engine, "tide", "failing")
    courier.round(webhook(receiver), 1, now)
    courier.round(webhook(receiver), 1, now + timedelta(seconds=59))
    assert len(receiver.got) == 1
    receiver.status = 204
    courier.round(webhook(receiver), 1, now + timedelta(minutes=1))
    assert len(receiver.got) == 2
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert [letter.state for letter in outbox.newest(engine, 5)] == ["sent"]
    receiver.status = 500
    change(engine, "tide", "quiet", at=now)
    for _ in range(20):
        now += timedelta(hours=13)
        courier.round(webhook(receiver), 1, now) if now - NOW < timedelta(days=20) else None
    letter = outbox.newest(engine, 1)[0]
    assert (letter.state, letter.attempts) == ("given-up", len(outbox.PAUSES) + 1)
    assert "answered 500" in str(letter.problem)


def test_a_redirect_is_not_followed(engine: Engine, receiver: Receiver) -> None:
    receiver.status, receiver.location = 307, f"http://127.0.0.1:{receiver.server_port}/elsewhere"
    send = senders(webhook(receiver))["webhook"]
    with pytest.raises(DeliveryFailed, match="answered 307"):
        send(Message("trial", "s", "t", {}), "n", NOW)
    assert len(receiver.got) == 1


def test_mail_reaches_the_owner_and_a_refusal_is_told(engine: Engine, mail_server: MailServer) -> None:
    change(engine, "tide", "degraded")
    Courier(engine).round(by_mail(mail_server), 1, NOW)
    letter: Letter = message_from_string(mail_server.letters[0])
    assert letter["Subject"] == "Newsreel: tide is degraded"
    assert letter["To"] == "owner@reel.example"
    assert "Tide has a reason to be degraded." in letter.get_payload()
    mail_server.refuses = True
    change(engine, "tide", "ok", before="degraded")
    Courier(engine).round(by_mail(mail_server), 1, NOW)
    assert "550" in str(outbox.newest(engine, 1)[0].problem)


def test_one_channel_that_fails_does_not_hold_the_other(engine: Engine, receiver: Receiver) -> None:
    dead = Mail(("owner@reel.example",), "newsreel@reel.example", "127.0.0.1", 1, "none")
    change(engine, "tide", "failing")
    Courier(engine).round(AlertSettings(dead, webhook(receiver).webhook), 1, NOW)
    assert subjects(receiver) == ["Newsreel: tide is failing"]
    states = {letter.channel: letter.state for letter in outbox.newest(engine, 5)}
    assert states == {"mail": "waiting", "webhook": "sent"}


def test_the_digest_comes_once_a_day_in_the_owners_zone(engine: Engine, receiver: Receiver) -> None:
    settings = webhook(receiver, digest=time(7, 30), timezone="Europe/Berlin")
    run_id = begin(engine)
    with writing(engine) as connection:
        bump(connection, "tide", run_id, NOW, {"stored": 12})
    courier = Courier(engine)
    due = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
    courier.round(settings, 4, due - timedelta(minutes=1))
    assert receiver.got == []
    for minutes in (0, 1, 600):
        courier.round(settings, 4, due + timedelta(minutes=minutes))
    courier.round(settings, 4, due + timedelta(days=1, hours=13))
    assert subjects(receiver) == ["Newsreel, 2026-11-21: 12 articles, 0 of 4 not ok"]
    assert json.loads(receiver.got[0][1])["data"]["articles"] == {"tide": 12}


def test_the_feed_of_changes_is_atom(engine: Engine) -> None:
    change(engine, "tide", "failing", at=NOW - timedelta(hours=1))
    change(engine, "gull\x0b<b>", "quiet")
    with reading(engine) as connection:
        found = outbox.told_changes(connection, NOW - timedelta(days=1), 10)
    feed = feedparser.parse(atom(found, NOW))
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["gull�<b> is quiet", "tide is failing"]
    assert len({entry.id for entry in feed.entries}) == 2


def test_alerts_are_set_up_in_the_owners_file_only(tmp_path: Path, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.server_port}/hook"
    file = tmp_path / "newsreel.toml"
    file.write_text(f'[alerts]\nwebhook_url = "{url}"\nwebhook_secret = "{SECRET}"\ndigest = "07:30"\n')
    environment = {"NEWSREEL_DATA_DIR": str(tmp_path), "NEWSREEL_ALERTS": "x", "NEWSREEL_WEBHOOK_URL": "http://evil"}
    configuration = load_configuration({}, environment)
    assert configuration.alerts.webhook == Webhook(url, SECRET)
    assert SECRET in configuration.secrets
    result = CliRunner().invoke(app, ["alerts", "test", "--data-dir", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert subjects(receiver) == ["Newsreel: a trial message"]
    receiver.status = 403
    result = CliRunner().invoke(app, ["alerts", "test", "--data-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "✗ webhook: the webhook answered 403" in result.output


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ('mail_too = ["a@b.example"]', "mail_to"),
        ('mail_to = ["a@b.example"]', "mail_from is missing"),
        ('mail_to = ["a@b.example"]\nmail_from = "no address"\nsmtp_host = "h"', "no e-mail address"),
        ('webhook_url = "http://x.example/"', "belong together"),
        (f'webhook_url = "ftp://x.example/"\nwebhook_secret = "{SECRET}"', "no http or https"),
        ('digest = "25:00"', "07:30"),
        ('timezone = "Mars/Olympus"', "no such zone"),
        ("smtp_port = 0", "missing"),
    ],
)
def test_what_is_wrong_in_the_table_is_named(tmp_path: Path, table: str, named: str) -> None:
    (tmp_path / "newsreel.toml").write_text(f"[alerts]\n{table}\n")
    with pytest.raises(ConfigurationError, match=named):
        load_configuration({"data_dir": tmp_path}, {})
