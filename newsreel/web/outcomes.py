"""What became of links and runs, in words."""

from __future__ import annotations

from collections.abc import Mapping

from newsreel.items import FETCH_CODES
from storage.runs import RunRecord

WORDS: Mapping[str, str] = {
    "new": "new article",
    "updated": "new version of an article",
    "unchanged": "known, not changed",
    "dup-url": "known under another address",
    "dup-title": "known by its headline",
    "dup-body": "known by its text",
    "robots": "robots.txt forbids it",
    "robots-unreachable": "robots.txt could not be read",
    "private-address": "leads into a private network",
    "dns": "its host has no address",
    "tls": "no safe connection",
    "timeout": "no answer in time",
    "refused": "connection refused",
    "http-4xx": "gone or refused (4xx)",
    "http-5xx": "the server's fault (5xx)",
    "rate-limited": "asked to slow down (429)",
    "redirect": "led round and round",
    "too-large": "too large",
    "truncated": "broke off",
    "bad-encoding": "cannot be decoded",
    "not-html": "not a page",
    "parse-timeout": "took too long to read",
    "parse-memory": "needed too much memory to read",
    "parse-error": "a fault of ours while reading",
    "bot-wall": "a challenge instead of the page",
    "login": "asks for a log-in",
    "soft-404": "says that it is gone",
    "not-article": "not an article",
    "no-text": "without a text",
    "too-short": "too short a text",
}
TRIGGERS = {
    "schedule": "on schedule",
    "catch-up": "catching up",
    "manual": "by hand",
    "retry": "once more",
}
_STATES = {"ok": "ok", "partial": "degraded", "failed": "failing", "died": "failing", "running": "quiet"}


def outcome_words(code: str) -> str:
    """Say what a code means.

    >>> outcome_words("dns"), outcome_words("odd")
    ('its host has no address', 'odd')
    """
    return WORDS.get(code, code)


def run_word(run: RunRecord) -> str:
    """Give how a run ended, or that it is under way, as a word."""
    return run.state if run.state in ("died", "running") else run.outcome or run.state


def run_state(run: RunRecord) -> str:
    """Give the state whose shape and colour a run has."""
    return _STATES.get(run_word(run), "quiet")


def failed_of(run: RunRecord) -> int:
    """Count a run's links of which there is no page."""
    return sum(run.counts.get(code, 0) for code in FETCH_CODES)


def trigger_words(trigger: str) -> str:
    """Say what began a run."""
    return TRIGGERS.get(trigger, trigger)
