"""What was found out about a site before anything is saved, as values and as JSON from one process to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from newsreel.discovery.site import FoundDoor
from newsreel.errors import InputError


@dataclass(frozen=True, slots=True)
class Taken:
    """What cleaning removed from a sample, and by which rule."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Sample:
    """An article that was read and cleaned; `outcome` is its code where it could not be, `detail` why in words."""

    url: str
    headline: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    language: str | None = None
    words: int = 0
    summary: str = ""
    text: str = ""
    rating: str | None = None
    removed: tuple[Taken, ...] = ()
    from_feed: bool = False
    outcome: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """A site as it was found at `address`: where it lists its articles, what robots.txt says, and sample articles.

    `problem` is the code of what kept it from being read, `detail` the same in words; `pause` is what robots.txt asks
    between two requests, in seconds, `forbidden` the patterns that it forbids; `seconds` is how long it took to read
    and clean the samples.
    """

    address: str
    home: str
    name: str
    language: str | None = None
    has_robots: bool = False
    forbidden: tuple[str, ...] = ()
    pause: float | None = None
    doors: tuple[FoundDoor, ...] = ()
    samples: tuple[Sample, ...] = ()
    seconds: float = 0.0
    problem: str | None = None
    detail: str | None = None

    @property
    def articles(self) -> tuple[Sample, ...]:
        """The samples that are articles."""
        return tuple(sample for sample in self.samples if sample.outcome is None)

    @property
    def per_day(self) -> float | None:
        """How many articles a day the chosen doors bring, as far as that is known; they name mostly the same ones."""
        return max((door.per_day for door in self.doors if door.chosen and door.per_day is not None), default=None)


def findings_json(findings: Findings) -> dict[str, Any]:
    """Give findings as one JSON object."""
    plain: dict[str, Any] = _plain(asdict(findings))
    return plain


def findings_from(values: Mapping[str, Any]) -> Findings:
    """Read back what `findings_json` gave; InputError for anything else."""
    try:
        doors = tuple(FoundDoor(**door | {"newest": _time(door["newest"])}) for door in values["doors"])
        samples = tuple(_sample(sample) for sample in values["samples"])
        forbidden = tuple(values["forbidden"])
        return Findings(**{**values, "doors": doors, "samples": samples, "forbidden": forbidden})
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"these are no findings about a site: {error}") from error


def _sample(values: dict[str, Any]) -> Sample:
    parts = {"authors": tuple(values["authors"]), "published": _time(values["published"])}
    return Sample(**values | parts | {"removed": tuple(Taken(**taken) for taken in values["removed"])})


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, datetime) else value
