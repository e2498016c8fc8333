"""The catalogue: outlets as data, read from TOML and checked key by key."""

from __future__ import annotations

from newsreel.sources.catalogue import load_catalogue, read_catalogue, read_outlet, shipped_catalogue
from newsreel.sources.cron import cron_problem
from newsreel.sources.lengths import FOR_EVER, keeping, keeping_problem
from newsreel.sources.values import BodyFrom, Listing, OutletRules, Quiet, Source, Status

__all__ = [
    "FOR_EVER",
    "BodyFrom",
    "Listing",
    "OutletRules",
    "Quiet",
    "Source",
    "Status",
    "cron_problem",
    "keeping",
    "keeping_problem",
    "load_catalogue",
    "read_catalogue",
    "read_outlet",
    "shipped_catalogue",
]
