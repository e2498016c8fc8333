"""Says in words why cleaning removes a line, by the rule that did."""

from __future__ import annotations

_FAMILIES = {
    "ad": "a marker of advertising",
    "affiliate": "a shop's box or link",
    "bio": "about the author, not the story",
    "caption": "a picture's caption",
    "comments": "a call for comments",
    "contact": "how to reach the outlet",
    "credit": "moved to the picture's credit",
    "deck": "the standfirst a second time",
    "embed": "left over from an embedded post",
    "headline": "the headline a second time",
    "heading": "a heading with nothing under it",
    "label": "a label of the page",
    "legal": "a legal line",
    "line": "said before in the same text",
    "memory": "on other pages of this outlet too",
    "model": "not like a part of the story, by the model",
    "newsletter": "a call for a newsletter",
    "outlet": "a line that this outlet's own rules name",
    "paywall": "a call to subscribe",
    "promo": "the outlet's own promotion",
    "rating": "moved to the rating",
    "related": "leads to other stories",
    "share": "buttons for sharing",
    "tags": "the words it is filed under",
}
_MOVED = frozenset({"caption", "credit", "rating", "tags"})


def reason(rule: str) -> str:
    """Say why a rule removes a line.

    >>> reason("ad.marker-de"), reason("memory")
    ('a marker of advertising', 'on other pages of this outlet too')
    """
    return _FAMILIES.get(rule.partition(".")[0], "not part of the story")


def is_moved(rule: str) -> bool:
    """Tell whether what a rule removes from the text is shown elsewhere on the page.

    >>> is_moved("credit.photo"), is_moved("ad.marker")
    (True, False)
    """
    return rule.partition(".")[0] in _MOVED
