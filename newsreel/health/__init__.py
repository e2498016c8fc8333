"""Judges how a source is doing by its own past: pure, no clock and no database."""

from newsreel.health.judging import judge
from newsreel.health.rhythm import WEEKS, hour_of
from newsreel.health.values import STATES, Crawl, Door, Episode, Finding, Health, History, Pages, State

__all__ = [
    "STATES",
    "WEEKS",
    "Crawl",
    "Door",
    "Episode",
    "Finding",
    "Health",
    "History",
    "Pages",
    "State",
    "hour_of",
    "judge",
]
