"""Figures for Prometheus, read from the database when they are asked for. No label grows with what is crawled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from storage.beats import last_beat
from storage.figures import RUN_STATES, Figures, figures

DAY = timedelta(days=1)


def registry(engine: Engine, clock: Callable[[], datetime]) -> CollectorRegistry:
    """Give a registry with the service's figures and those of its process."""
    made = CollectorRegistry()
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    made.register(_Newsreel(engine, clock))
    return made


class _Newsreel(Collector):
    """Reads the figures anew for each scrape."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.engine = engine
        self.clock = clock

    def describe(self) -> list[Metric]:
        """Name nothing before it is asked for: the registry would read the database for it."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the figures."""
        now = self.clock()
        found: Figures = figures(self.engine, now - DAY)
        yield GaugeMetricFamily("newsreel_articles", "Articles stored.", found.articles)
        outcomes = GaugeMetricFamily(
            "newsreel_outcomes_last_day", "Links by outcome, of the hours of the last day.", labels=["outcome"]
        )
        for name, number in sorted(found.outcomes.items()):
            outcomes.add_metric([name], number)
        yield outcomes
        runs = GaugeMetricFamily("newsreel_runs_last_day", "Runs begun in the last day, by state.", labels=["state"])
        for state in RUN_STATES:
            runs.add_metric([state], found.runs.get(state, 0))
        yield runs
        sources = GaugeMetricFamily("newsreel_sources", "Sources ever crawled, by their last run.", labels=["outcome"])
        for outcome, number in sorted(found.sources.items()):
            sources.add_metric([outcome], number)
        yield sources
        if (beat := last_beat(self.engine)) is not None:
            age = (now - beat.beat_at).total_seconds()
            yield GaugeMetricFamily("newsreel_service_silence_seconds", "Since the service's last sign of life.", age)
            yield GaugeMetricFamily("newsreel_crawl_processes", "Crawl processes under way.", beat.crawls)
