"""No secret leaves in a text, and what is no secret stays readable."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newsreel.redaction import HIDDEN, is_secret_name, printable, redact, redact_value, secrets_in

NAMES = [
    "token", "key", "apikey", "api_key", "password", "signature", "sig", "access_token", "session", "client_secret",
    "X-Amz-Signature", "sessionid", "PHPSESSID", "refreshToken", "passwd", "pwd", "auth", "user[password]", "jwt",
]  # fmt: skip
HEADERS = ["Authorization", "authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "cookie"]

# What may stand in an address as it is, and what a header may carry.
in_address = st.text("abcdefXYZ0123456789-._~!$*+()%", min_size=6, max_size=40)
in_header = st.text("abcdefXYZ0123456789-._~ =;,/+:", min_size=6, max_size=40).map(str.strip)
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=6, max_size=40)
around = st.text("ghijklmnopqrstuvw ,.\n<>()", max_size=30)

FORMS: dict[str, tuple[st.SearchStrategy[str], Callable[[str, str, str], str]]] = {
    # what stands around it, the name and the secret
    "password in an address": (in_address, lambda name, header, s: f"https://ada:{s}@feeds.example/rss"),
    "token as a user": (in_address, lambda name, header, s: f"<GET https://{s}@feeds.example/rss>"),
    "password of a database": (in_address, lambda name, header, s: f"postgresql+psycopg://ada:{s}@db.example:5432/news"),
    "password with a slash": (in_address, lambda name, header, s: f"smtps://ada:/{s}/@mail.example"),
    "first parameter": (in_address, lambda name, header, s: f"https://a.example/feed?{name}={s}&page=2"),
    "later parameter": (in_address, lambda name, header, s: f"https://a.example/feed?page=2&{name}={s}"),
    "parameter in HTML": (in_address, lambda name, header, s: f"?page=2&amp;{name}={s}&amp;x=1"),
    "parameter of a fragment": (in_address, lambda name, header, s: f"https://a.example/#{name}={s}"),
    "address inside an address": (
        in_address,
        lambda name, header, s: f"https://a.example/?next={quote(f'https://b.example/?{name}={s}', safe='')} ok",
    ),
    "setting": (in_address, lambda name, header, s: f"newsreel.toml: {name} = {s!r}: expected int"),
    "JSON": (anything, lambda name, header, s: json.dumps({"a": 1, name: s, "b": 2})),
    "JSON as written by Python": (anything, lambda name, header, s: str({"a": 1, name: s})),
    "header": (in_header, lambda name, header, s: f"{header}: {s}\r\nAccept: text/html"),
    "header as Scrapy shows it": (in_header, lambda name, header, s: f"{{{header.encode()!r}: [{s.encode()!r}]}}"),
    "header in a pair": (in_header, lambda name, header, s: str([(header, s), ("Accept", "x")])),
    "bearer": (st.text("abcXYZ0189-._~+/=", min_size=8), lambda name, header, s: f"sent Bearer {s} to the outlet"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_secret_never_survives_where_secrets_stand(form: str, data: st.DataObject) -> None:
    secrets, write = FORMS[form]
    secret = data.draw(secrets.filter(lambda s: len(s) >= 6 and "***" not in s))
    before, after = data.draw(around), data.draw(around)
    # What stands there anyway may stay.
    assume(not any(secret[len(secret) // 2 :] in text for text in (before, after)))
    text = write(data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(HEADERS)), secret)
    hidden = redact(f"{before} {text} {after}")
    assert HIDDEN in hidden
    written = (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1])
    assert not [each for each in written if each in hidden]
    # A secret is not cut in two either: no half of it is left.
    assert secret[len(secret) // 2 :].rstrip(".,:;)]}'") not in hidden or len(secret) < 12
    assert redact(hidden) == hidden


@settings(max_examples=300, deadline=None)
@given(secret=st.text(min_size=4, max_size=30), before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_known_secret_never_survives_anywhere(secret: str, before: str, after: str) -> None:
    if secret in HIDDEN * 2 or not secret.isprintable():
        return
    for written in (secret, json.dumps({"a": secret}), repr(secret), quote(secret), quote(secret, safe="")):
        hidden = redact(before + written + after, [secret])
        assert secret not in hidden.replace(HIDDEN, "\0")
        assert written not in hidden


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_redacted_twice(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "https://tide.example/2026/11/the-key-to-the-harbour?page=2&author=ada",
        "https://social.example:443/@harbour/posts",
        "the cookie, the token and the key, said Basic Instinct's director",
        "outlet tide, key feeds[1]: no address",
        "mailto:desk@harbour.example",
        "COOKIES_ENABLED=False",
        "sqlite:////home/ada/newsreel.db",
        "postgresql://ada@db.example/news",
        "keywords=tide monkey=3 tone=5",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_the_text_around_a_secret_stays() -> None:
    assert redact("https://a.example/?token=t0p&page=2: the server took longer than 30 s") == (
        "https://a.example/?token=***&page=2: the server took longer than 30 s"
    )
    assert (
        redact("a.example/?sig=f00: refused, and 'b?key=1', too") == "a.example/?sig=***: refused, and 'b?key=***', too"
    )


def test_a_hostile_text_is_redacted_in_time_that_grows_with_its_length() -> None:
    for piece in ("a://b:", "token", "a=b,", "%25", "token=['a',", "x.", "'", "token='", "Cookie: ["):
        assert isinstance(redact(piece * (20_000 // len(piece))), str)


@pytest.mark.parametrize("name", [*NAMES, "smtp_password", "webhookSecret", "X-Api-Key"])
def test_secret_names_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["page", "keywords", "monkey", "host", "author", "tone", "passage", "significant"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_values_are_redacted_however_deep() -> None:
    value = {"url": "https://a.example/?key=f00", "smtp": {"password": "pea", "port": 25}, "tokens": ["a"], "on": True}
    assert redact_value(value) == {
        "url": "https://a.example/?key=***",
        "smtp": {"password": HIDDEN, "port": 25},
        "tokens": HIDDEN,
        "on": True,
    }


@pytest.mark.parametrize(
    ("name", "value", "secrets"),
    [
        ("database", "postgresql+psycopg://ada:pea%2Fpod@db.example/news", {"pea%2Fpod", "pea/pod"}),
        ("database", "postgresql://db.example/news?user=ada&password=peapod", {"peapod"}),
        ("database", "sqlite:////home/ada/newsreel.db", set()),
        ("smtp", {"host": "mail.example", "password": "peapod"}, {"peapod"}),
        ("webhooks", [{"url": "https://hook.example/?token=t0p", "secret": "signed"}], {"t0p", "signed"}),
        ("smtp_password", "peapod", {"peapod"}),
        ("delay", 2.0, set()),
        ("contact", None, set()),
    ],
)
def test_settings_give_up_their_secrets(name: str, value: object, secrets: set[str]) -> None:
    assert secrets_in(name, value) == secrets


def test_characters_that_steer_a_terminal_are_shown() -> None:
    assert printable("tide\x1b]0;owned\x07\x9b2J\tend\n") == "tide\\x1b]0;owned\\x07\\x9b2J\tend\n"
