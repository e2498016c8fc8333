"""What is known of an article apart from its lines, in the form that lines are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from newsreel.cleaning.characters import letters, plain
from newsreel.items import Candidate


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the article apart from its lines: needed to see what a line repeats."""

    headlines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    description: str = ""
    keep_captions: bool = False


def subject_of(candidate: Candidate, source_name: str = "") -> Subject:
    """Gather what a candidate's metadata say into the form that judging compares with."""
    headlines = tuple(letters(text) for text in (candidate.headline, candidate.alternative_headline) if text)
    labels = (candidate.section, candidate.site_name, source_name, *candidate.keywords)
    authors = tuple(plain(author.name).lower() for author in candidate.authors if len(author.name) > 3)
    return Subject(
        headlines, authors, tuple(letters(label) for label in labels if label), letters(candidate.description or "")
    )
