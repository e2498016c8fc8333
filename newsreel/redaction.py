"""Takes secrets out of text that leaves the program: log lines, error messages, what is stored of a crawl's log.

Two ways, one after the other: values that are known to be secret are taken out wherever they stand, and what stands
where secrets stand (a password in an address, a parameter or header of such a name) is taken out unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
# A known secret that is shorter would take half of every text with it.
SHORTEST = 4

_WORDS = re.compile(
    r"key|apikey|token|password|passwd|passphrase|passcode|pwd|pass|secret|signature|sig|session|sessionid|sid|auth|"
    r"authorization|credentials?|jwt|bearer|cookie"
)
# These make a name secret wherever they stand in it; before a colon, where prose has names too, only these do.
_STEMS = re.compile(
    r"token|password|passwd|passphrase|secret|api[-_.]?key|signature|authorization|credential|cookie|sess?id"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HEADER = re.compile(r"(?i)(?:proxy-)?authorization|(?:set-)?cookie2?")

_WEB_USERINFO = re.compile(r"(?i)\b(https?://[^\s/?#@:]{0,200}:)[^\s/?#]{0,500}@")
# Addresses of databases may hold a slash in the password; on the web an @ behind a slash is an account in a path.
_OTHER_USERINFO = re.compile(r"(?i)\b((?!https?:)[a-z][a-z0-9+.-]{0,30}://[^\s/?#@:]{0,200}:)\S{0,500}@")
_USER_ONLY = re.compile(r"(?i)\b(https?://)[^\s/?#@:]{1,500}@")
_BEARER = re.compile(r"(?i)\b(bearer\s{1,4})[\w.~+/=-]{8,}")
_NAMED = re.compile(
    r"""(?:%(?:25)*(?:3[fF]|26|3[bB]|23|5[bB])|(?<![\w.-]))(?P<open>["'])?(?P<name>[\w.-]{1,80})"""
    r"""(?P<close>["'\]]{0,2})(?:%(?:25)*5[dD])?"""
    r"\s{0,4}(?P<sign>=>|=|:|,|%(?:25)*3[dD])\s{0,4}"
)
_STRING = re.compile(r"""[bBuU]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_STRINGS = re.compile(r"""[\[(]\s*(?:[bBuU]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')[\s,]*)+[\])]""")
_HARMLESS = re.compile(r"(?:true|false|none|null)(?![^\s,;)\]}])", re.IGNORECASE)
_PUNCTUATION = ".,:;)]}'"
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_REST_OF_VALUE = re.compile(r"""["'][^\r\n]*|[^\s&"<>]*""")


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Give a text without its secrets, `***` in their place.

    `secrets` are values known to be secret, of four characters or more. Taken out as well: passwords in addresses,
    parameters and settings whose names say that they are secret, and what the headers Authorization and Cookie carry.

    >>> redact("GET https://ada:pea@feeds.example/rss?page=2&api_key=f00 timed out")
    'GET https://ada:***@feeds.example/rss?page=2&api_key=*** timed out'
    >>> redact("Cookie: sid=1; theme=dark")
    'Cookie: ***'
    """
    for form in _forms(secrets):
        text = text.replace(form, HIDDEN)
    if "://" in text:
        text = _WEB_USERINFO.sub(rf"\1{HIDDEN}@", text)
        text = _OTHER_USERINFO.sub(rf"\1{HIDDEN}@", text)
        text = _USER_ONLY.sub(rf"\1{HIDDEN}@", text)
    return _without_named(_BEARER.sub(rf"\1{HIDDEN}", text))


def redact_value(value: Any, secrets: Collection[str] = (), name: str = "") -> Any:
    """Give a plain value without its secrets, however deep; `name` is that under which it stands."""
    if name and is_secret_name(name) and value not in (None, "", True, False):
        return HIDDEN
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, Mapping):
        return {key: redact_value(inner, secrets, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(inner, secrets) for inner in value]
    return value


def is_secret_name(name: str) -> bool:
    """Tell whether a parameter, setting or header of this name carries a secret.

    >>> [is_secret_name(name) for name in ("access_token", "X-Amz-Signature", "sessionId", "monkey", "keywords")]
    [True, True, True, False, False]
    """
    if _STEMS.search(name.lower()):
        return True
    return any(_WORDS.fullmatch(word.lower()) for word in _WORD.findall(name))


def secrets_in(name: str, value: Any) -> frozenset[str]:
    """Give the secrets that a setting holds: itself where its name says so, passwords of the addresses in it.

    >>> sorted(secrets_in("database", "postgresql://ada:p%40ss@db.example/news"))
    ['p%40ss', 'p@ss']
    """
    if isinstance(value, Mapping):
        return frozenset().union(*(secrets_in(str(key), inner) for key, inner in value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset().union(*(secrets_in(name, inner) for inner in value))
    if not isinstance(value, str) or not value:
        return frozenset()
    found = {value} if is_secret_name(name) else set()
    for pattern in (_WEB_USERINFO, _OTHER_USERINFO):
        if match := pattern.match(value):
            password = value[match.end(1) : match.end() - 1]
            found |= {password, unquote(password)}
    if "://" in value:
        pairs = [pair.partition("=") for pair in re.split("[&;]", urlsplit(value).query)]
        values = [given for key, _, given in pairs if is_secret_name(key)]
        found |= {form for given in values for form in (given, unquote(given))}
    return frozenset(secret for secret in found if secret)


def printable(text: str) -> str:
    """Give a text without characters that would steer a terminal; lines and tabs stay.

    >>> printable("a\\x1b[2Jb\\r\\n")
    'a\\\\x1b[2Jb\\\\x0d\\n'
    """
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda match: f"\\x{ord(match[0]):02x}", text)


def _forms(secrets: Collection[str]) -> list[str]:
    """Give the secrets as they may be written in addresses, JSON and Python, the longest first."""
    forms: set[str] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST:
            forms |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
            forms |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return sorted(forms - {HIDDEN}, key=len, reverse=True)


def _without_named(text: str) -> str:
    """Hide what stands behind a secret's name."""
    parts: list[str] = []
    done = 0
    at = 0
    while match := _NAMED.search(text, at):
        end = _end_of_value(text, match)
        at = max(match.end(), end or 0)
        if end is not None:
            opening, closing = _quotes(text[match.end() : end])
            parts += [text[done : match.end()], opening, HIDDEN, closing]
            done = end
    return "".join(parts) + text[done:]


def _end_of_value(text: str, match: re.Match[str]) -> int | None:
    """Tell where the value behind a name ends; None where the name is no secret's."""
    name, sign, start = match["name"], match["sign"], match.end()
    quoted = bool(match["open"] or match["close"])
    if sign == "," and not quoted:
        return None
    if _HEADER.fullmatch(name):
        return _behind(text, start, _REST_OF_LINE)
    prose = sign in (":", ",") and not quoted
    secret = _STEMS.search(name.lower()) if prose else is_secret_name(name)
    return _behind(text, start, _REST_OF_VALUE) if secret and not _HARMLESS.match(text, start) else None


def _behind(text: str, start: int, rest: re.Pattern[str]) -> int:
    for pattern in (_STRINGS, _STRING, rest):
        if found := pattern.match(text, start):
            break
    else:
        return start
    if pattern is _REST_OF_VALUE and found[0][:1] not in ("'", '"'):
        # The sentence goes on behind it.
        return start + len(found[0].rstrip(_PUNCTUATION))
    return found.end()


def _quotes(value: str) -> tuple[str, str]:
    """Give the quotes around a value, so that what is hidden stays well-formed."""
    if _STRINGS.fullmatch(value):
        return "['", "']"
    match = re.fullmatch(r"""([bBuU]?["'])(?:.*)(["'])""", value, re.DOTALL)
    return (match[1], match[2]) if match else ("", "")
