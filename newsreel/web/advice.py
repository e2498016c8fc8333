"""What to do about a source that is not well, by the signal that tells it."""

from __future__ import annotations

from newsreel.health import Health

_BY_SIGNAL = {
    "doors": "Open the address below in a browser. If it moved, give the new one in the catalogue; if the site is "
    "down, the next runs find out by themselves.",
    "robots": "The site's rules forbid this address, and Newsreel keeps to them. Name another feed or sitemap that "
    "they allow, or ask the outlet.",
    "died": "The crawl's process ended before it was done. The log of the last run says how far it came; too "
    "little memory is the usual cause.",
    "pages": "Look at the answers below: a site that is down comes back by itself, one that moved needs its new "
    "address.",
    "wall": "The site shows a challenge or a log-in instead of its pages. Newsreel does not get round that: ask "
    "the outlet, crawl it less often, or read its feed's text instead (body = feed).",
    "paywall": "Most articles are behind a paywall now; what stands before it is stored. Pause the source, or leave "
    "it so.",
    "body": "Pages come, but no text is found in them: the site was probably rebuilt. Open an article and its "
    "original; a rule of the outlet's own (rules.body) can name the new place. Pages are kept, and can be "
    "cleaned again.",
    "rejected": "Its links lead to pages that are no articles. A listing or sitemap may name other things now; see "
    "which below.",
    "words": "Open some of its newest articles and their originals. If sentences are missing, the site was "
    "probably rebuilt; pages are kept, and can be cleaned again.",
    "removed": "See below what is removed most often. If it belongs to the story, an outlet's own rule can keep it.",
    "author": "Open an article and its original: does it still name its author? Texts are whole all the same.",
    "date": "Open an article and its original: does it still give its date? Texts are whole all the same.",
    "volume": "Open the site: has it stopped, moved, or does its feed no longer name everything?",
    "schedule": "No crawl has come for it: is the service at work, and are others waiting for the same host?",
}


def advice(health: Health) -> str:
    """Say what to do about a source; nothing about one that is well, or that its owner paused.

    >>> from datetime import UTC, datetime
    >>> advice(Health("ok", "as usual", datetime(2026, 11, 20, tzinfo=UTC)))
    ''
    """
    if health.state in ("ok", "paused") or not health.signals:
        return ""
    return _BY_SIGNAL.get(health.signals[0], "")
