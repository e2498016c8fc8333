"""The owner's password: argon2id, one at a time, since each takes 64 MiB for a moment."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsreel.errors import ConfigurationError

SHORTEST = 10
LONGEST = 1000
_hasher = PasswordHasher()
_turn = threading.Lock()


def hashed(password: str) -> str:
    """Give the hash of a new password; ConfigurationError for one that is too short or too long."""
    text = _folded(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise ConfigurationError(f"the password has {len(text)} characters; take {SHORTEST} to {LONGEST}")
    with _turn:
        return _hasher.hash(text)


def matches(stored: str, password: str) -> bool:
    """Tell whether a password is the one of a hash."""
    text = _folded(password)
    if len(text) > LONGEST:
        return False
    try:
        with _turn:
            return _hasher.verify(stored, text)
    except VerificationError:
        return False
    except InvalidHashError as error:
        raise ConfigurationError("the stored password's hash is damaged; set it anew: newsreel password") from error


def outdated(stored: str) -> bool:
    """Tell whether a hash is weaker than those made today."""
    return _hasher.check_needs_rehash(stored)


def _folded(password: str) -> str:
    """Give one form to letters that keyboards write in several ways."""
    return unicodedata.normalize("NFKC", password)
