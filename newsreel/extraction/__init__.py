"""Turns a fetched page, or a feed's entry, into a candidate: metadata and the body as plain blocks."""

from newsreel.extraction.feedtext import extract_feed_entry
from newsreel.extraction.page import extract
from newsreel.extraction.paging import join_parts

__all__ = ["extract", "extract_feed_entry", "join_parts"]
