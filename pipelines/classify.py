"""Tells an article's kind, and sets its flags and the fields that go with the kind."""

from __future__ import annotations

from newsreel.cleaning import classify, is_large
from newsreel.errors import PageRejected
from newsreel.items import Visit
from pipelines.faults import named_faults


class ClassifyPipeline:
    """Adds kind, flags, rating, slides, list items and live updates."""

    def process_item(self, item: Visit) -> Visit:
        """Classify the article of a visit that has one."""
        # A large one was classified by the worker that cleaned it.
        if item.article is None or item.candidate is None or is_large(item.candidate):
            return item
        try:
            with named_faults(item.candidate.url):
                item.article = classify(item.article, item.candidate)
        except PageRejected as error:
            item.article, item.outcome, item.detail = None, error.code, error.detail
        return item
