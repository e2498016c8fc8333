"""The JSON API below /api/v1: what it answers, how it is described, and what is common to all of it.

Its answers are plain values written as JSON at once; the types of `*_values` describe them, and a test holds every
answer against that description.
"""

from fastapi import APIRouter

from newsreel.web.api import articles, crawl, marking, runs, sources, statistics, versions

ROUTERS: tuple[APIRouter, ...] = (
    articles.router,
    versions.router,
    marking.router,
    sources.router,
    crawl.router,
    runs.router,
    statistics.router,
)
