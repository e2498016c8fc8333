"""Tells an article's kind, and sets its flags and the fields that go with the kind."""

from __future__ import annotations

from newsreel.cleaning import classify
from newsreel.items import Visit


class ClassifyPipeline:
    """Adds kind, flags, rating, slides, list items and live updates."""

    def process_item(self, item: Visit) -> Visit:
        """Classify the article of a visit that has one."""
        if item.article is not None and item.candidate is not None:
            item.article = classify(item.article, item.candidate)
        return item
