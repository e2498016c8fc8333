"""Versions of an article: whether a change is worth one, and what differs between two. Pure."""

from newsreel.revisions.cosmetic import essence, is_cosmetic
from newsreel.revisions.difference import Line, Span, difference

__all__ = ["Line", "Span", "difference", "essence", "is_cosmetic"]
