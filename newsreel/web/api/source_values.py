"""What the API says of sources, runs and statistics."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from newsreel.health import STATES
from newsreel.web.api.values import Bar, Next, Share, Time, Value, Volume

State = Literal[STATES]  # type: ignore[valid-type]
Outcome = Literal["ok", "partial", "failed"]


class Health(Value):
    """How a source is doing, and why."""

    state: State
    reason: str = Field(examples=["On time, text and fields as usual."])
    since: Time
    notes: list[str]
    signals: list[str]
    judged_at: Time


class HealthChange(Value):
    """A change of state."""

    state: State
    before: State | None
    reason: str
    since: Time
    at: Time


class HealthHistory(Value):
    """How a source is doing, and the last changes of that, the newest first."""

    health: Health | None = Field(description="Null before it was judged.")
    changes: list[HealthChange]


class Source(Value):
    """An outlet: what the catalogue says of it, and how it is doing."""

    id: str = Field(examples=["tide"])
    name: str = Field(examples=["Tide"])
    home: str | None = Field(examples=["https://tide.example/"])
    in_catalogue: bool = Field(description="False where only articles of it are left.")
    enabled: bool
    paused: bool
    language: str | None
    schedule: str | None = Field(description="How often it is crawled, in words.", examples=["every 30 min"])
    feeds: list[str]
    sitemaps: list[str]
    listings: list[str]
    note: str | None
    health: Health | None
    last_run: int | None = Field(description="The number of its last run.")
    last_outcome: Outcome | None
    last_success_at: Time | None
    next_due_at: Time | None
    next_due_because: str | None


class Sources(Value):
    """All sources, in the order of their ids."""

    items: list[Source]


class PauseOrResume(Value):
    """Whether the service leaves a source alone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"paused": True, "note": "relaunch"}]})

    paused: bool
    note: str | None = Field(None, max_length=200, description="Why it is paused.")


class Coverage(Value):
    """The shares of articles that have a field; null where there are none."""

    model_config = ConfigDict(extra="forbid")

    author: Share | None
    date: Share | None
    image: Share | None
    language: Share | None


class SourceLine(Value):
    """One source in a range of time; times are medians."""

    source: str = Field(examples=["tide"])
    state: State | None
    reason: str | None
    since: Time | None
    articles: int
    volume: Volume
    lag_seconds: float | None = Field(description="From being published to being stored.")
    words: float | None
    removed_share: Share | None = Field(description="Of the text, what cleaning took out.")
    coverage: Coverage
    last_success_at: Time | None
    next_due_at: Time | None


class RuleTotal(Value):
    """What a cleaning rule took out."""

    rule: str = Field(examples=["ad.marker"])
    cuts: int
    characters: int


class SourceStatistics(SourceLine):
    """One source in a range of time. `found` is the sum of `outcomes` and `waiting`."""

    range: str = Field(examples=["7d"])
    found: int
    waiting: int
    near_dup: int = Field(description="Articles whose text others had before.")
    first: int = Field(description="Texts on several outlets that this one published first.")
    outcomes: dict[str, int] = Field(examples=[{"new": 31, "unchanged": 4, "not-article": 2}])
    rules: list[RuleTotal] = Field(description="Those that took out most first.")
    lags: list[Bar] = Field(description="Articles by lag in seconds.")
    lengths: list[Bar] = Field(description="Articles by words.")


class Statistics(Value):
    """All sources in a range of time."""

    range: str = Field(examples=["7d"])
    ok: int = Field(description="Sources that are ok.")
    judged: int = Field(description="Sources whose state is known.")
    today: int = Field(description="Articles stored since midnight UTC.")
    articles: int
    lag_seconds: float | None
    removed_share: Share | None
    volume: Volume
    sources: list[SourceLine]


class Run(Value):
    """A crawl of one source."""

    id: int = Field(examples=[812])
    source: str = Field(examples=["tide"])
    trigger: str = Field(examples=["due"])
    state: Literal["running", "done", "died"]
    outcome: Outcome | None = Field(description="Null while it is under way.")
    reason: str | None = Field(examples=["finished"])
    started_at: Time
    finished_at: Time | None
    due_at: Time | None
    counts: dict[str, int] = Field(
        description="Links found, by what became of them, and other counters.",
        examples=[{"found": 12, "new": 9, "unchanged": 3}],
    )


class Crawl(Value):
    """How far a source's crawl is."""

    source: str = Field(examples=["tide"])
    state: Literal["asked", "starting", "running", "over", "never"] = Field(
        description="Asked for, taken up by the service, under way; over: `run` is the last one; never crawled."
    )
    due_at: Time | None = Field(description="When it was asked for or due; null where it is over.")
    run: Run | None = Field(description="The crawl, once it began.")


class RunPage(Value):
    """A page of runs, the newest first."""

    items: list[Run]
    next: Next


class Resources(Value):
    """What a run used."""

    wall_seconds: float
    cpu_seconds: float
    process_cpu_seconds: float
    peak_memory: int | None = Field(description="Of the whole crawl process, in bytes.")
    shared_by: int = Field(description="Up to so many runs shared the process.")
    requests: int
    bytes_down: int


class OneRun(Run):
    """A crawl of one source, with what it used."""

    resources: Resources | None = Field(description="Null where it is not kept any more.")


class LogLine(Value):
    """A line of a run's log."""

    n: int
    at: Time
    level: str = Field(examples=["WARNING"])
    logger: str
    text: str


class RunLog(Value):
    """The last lines of a run's log, the oldest first."""

    items: list[LogLine]
    left_out: int = Field(description="So many older lines are not kept.")
