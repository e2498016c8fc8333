"""Who asks: what a request may do, and the token that its forms carry.

The token is made from a secret that only this browser's cookie holds, so that another page cannot know it. It is
written differently each time, since compressed pages would otherwise betray it by their length.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from fastapi import Request, Response

from newsreel.web.callers import address_of, is_local, is_secure
from newsreel.web.doors import Doors
from storage import tokens
from storage.preferences import Preferences
from storage.sessions import LASTS, Session, standing
from storage.tokens import Token

SESSION_COOKIE = "newsreel_session"
VISITOR_COOKIE = "newsreel_visitor"
_SIZE = 32
_SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's standing.

    `may_read` and `may_write` tell what it may do; `session` is set after a log-in, `bearer` for a program's token,
    neither on a machine that needs no log-in. `secret` is the cookie's value that forms' tokens are made from, `new`
    if it is not yet sent; `secure` whether the browser came over https; `address` is where it comes from.
    """

    may_read: bool
    may_write: bool
    secret: str
    new: bool = False
    session: Session | None = None
    bearer: Token | None = None
    has_password: bool = False
    secure: bool = False
    address: str = "unknown"
    preferences: Preferences = field(default_factory=Preferences)

    @property
    def token(self) -> str:
        """Give a token for a form."""
        mask = secrets.token_bytes(_SIZE)
        masked = bytes(a ^ b for a, b in zip(mask, self._mac(), strict=True))
        return base64.urlsafe_b64encode(mask + masked).decode()

    def accepts(self, token: str) -> bool:
        """Tell whether a form's token was made for this visit."""
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except ValueError:
            return False
        if len(raw) != 2 * _SIZE:
            return False
        found = bytes(a ^ b for a, b in zip(raw[:_SIZE], raw[_SIZE:], strict=True))
        return hmac.compare_digest(found, self._mac())

    def _mac(self) -> bytes:
        return hmac.digest(self.secret.encode(), b"newsreel form", hashlib.sha256)


# Of a request that was answered before anybody asked who sent it.
STRANGER = Visit(may_read=False, may_write=False, secret="")


def find_visit(request: Request, doors: Doors) -> Visit:
    """Find out who asks: a program with a token, a browser with a session, or someone at this very machine."""
    secure, address = is_secure(request, doors), address_of(request, doors)
    if (given := bearer_of(request)) is not None:
        known = tokens.check(doors.engine, given)
        may_write = known is not None and known.may_write
        return Visit(known is not None, may_write, "", bearer=known, secure=secure, address=address)
    cookie = request.cookies.get(SESSION_COOKIE)
    found = standing(doors.engine, cookie, doors.clock())
    inside = found.session is not None or (not found.has_password and is_local(request, doors))
    secret = cookie if found.session is not None and cookie else request.cookies.get(VISITOR_COOKIE, "")
    new = len(secret) < _SHORTEST_SECRET
    return Visit(
        may_read=inside,
        may_write=inside,
        secret=secrets.token_urlsafe(32) if new else secret,
        new=new,
        session=found.session,
        has_password=found.has_password,
        secure=secure,
        address=address,
        preferences=found.preferences,
    )


def bearer_of(request: Request) -> str | None:
    """Give the token that a program sends; only the API and its description take them."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not request.url.path.startswith(("/api/", "/openapi.json")):
        return None
    return given.strip()


def visit_of(request: Request) -> Visit:
    """Give the visit that the access rules found for a request."""
    visit: Visit = request.scope.get("newsreel.visit", STRANGER)
    return visit


def keep_visitor(answer: Response, visit: Visit) -> None:
    """Send a new visitor's cookie along."""
    if visit.new:
        answer.set_cookie(VISITOR_COOKIE, visit.secret, httponly=True, samesite="lax", secure=visit.secure)


def keep_session(answer: Response, secret: str, visit: Visit) -> None:
    """Send a session's cookie along."""
    age = int(LASTS.total_seconds())
    answer.set_cookie(SESSION_COOKIE, secret, age, httponly=True, samesite="lax", secure=visit.secure)


def drop_session(answer: Response, visit: Visit) -> None:
    """Take the session's cookie back."""
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=visit.secure)
