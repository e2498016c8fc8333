"""What a batch of crawls is asked to do, how far it is, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsreel.sources import Source


@dataclass(frozen=True, slots=True)
class Order:
    """What to crawl: `limit` articles a source, `warc` instead of the network, `dues` the time each was due."""

    sources: Sequence[Source]
    limit: int | None = None
    warc: Path | None = None
    trigger: str = "manual"
    dues: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Progress:
    """How far a batch is."""

    sources: int
    sources_done: int = 0
    queued: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Result:
    """How a batch ended: each source's run outcome, those refused with the reason, and whether it was interrupted."""

    outcomes: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def status(self) -> int:
        """The exit status: 0 ok, 1 nothing succeeded, 3 partly, 130 interrupted."""
        if self.interrupted:
            return 130
        values = set(self.outcomes.values())
        if values <= {"ok"} and not self.refused:
            return 0
        return 3 if values & {"ok", "partial"} else 1
