"""Who asks: what a request may do, and the token that its forms carry.

The token is made from a secret that only this browser's cookie holds, so that another page cannot know it. It is
written differently each time, since compressed pages would otherwise betray it by their length.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from fastapi import Request, Response

VISITOR_COOKIE = "newsreel_visitor"
_SIZE = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's standing. `secret` is the cookie's value that forms' tokens are made from; `new` if not yet sent.

    `may_read` tells whether pages may be shown; `secure` whether the browser came over https.
    """

    may_read: bool
    secret: str
    new: bool = False
    logged_in: bool = False
    has_password: bool = False
    secure: bool = False

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
_STRANGER = Visit(may_read=False, secret="")


def visit_of(request: Request) -> Visit:
    """Give the visit that the access rules found for a request."""
    visit: Visit = request.scope.get("newsreel.visit", _STRANGER)
    return visit


def keep_visitor(answer: Response, visit: Visit) -> None:
    """Send a new visitor's cookie along."""
    if visit.new:
        answer.set_cookie(VISITOR_COOKIE, visit.secret, httponly=True, samesite="lax", secure=visit.secure, path="/")
