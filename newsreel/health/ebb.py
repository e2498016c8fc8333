"""Finds a lasting drop of volume, such as to the half: too small for a few days to tell it from chance.

The last weeks are cut into stretches in which equally many articles are due, a publishing day or more each. The mean
of the latest ones, as logarithms of what came over what was due, is compared with the mean of those before them.
Days on which everything or nothing happens count only so much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log, sqrt

import numpy as np

from newsreel.health.rhythm import Floats, Rhythm, day_of_hour, moment_of_hour
from newsreel.health.values import Finding

SIGNAL = "drop"
# So many articles at least are due in a stretch: of fewer, chance makes too much.
LEAST_DUE = 6.0
# The latest stretches that are compared, and how many earlier ones it takes.
SHORTEST = 14
LONGEST = 45
LEAST_USUAL = 26
# One stretch counts as so much off at most, as a logarithm.
LOWEST = -1.0
HIGHEST = 0.6
# What is told: less than this part of the usual, and so many standard errors.
PART = 0.6
ERRORS = 6.0
LEAST_SPREAD = 0.3
# So many stretches near the usual end it.
BACK = 6
BACK_PART = 0.8


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches, the newest first: how far each is off as a logarithm, what came, what was due, when it begins."""

    off: Floats
    found: Floats
    due: Floats
    begins: Sequence[int]


def stretches(found: Floats, wanted: Floats, rhythm: Rhythm, end: int) -> Stretches:
    """Cut the hours before `end` into stretches; place j of the sums stands for the last j + 1 hours."""
    size = max(LEAST_DUE, rhythm.day)
    number = int(wanted[-1] // size)
    cuts = np.searchsorted(wanted, size * np.arange(1, number + 1) - 1e-9)
    came = np.diff(found[cuts], prepend=0.0)
    due = np.diff(wanted[cuts], prepend=0.0)
    off = np.clip(np.log((came + 0.5) / (due + 0.5)), LOWEST, HIGHEST)
    return Stretches(off, came, due, [end - int(cut) - 1 for cut in cuts])


def lasting_drop(cut: Stretches, earliest: int, told_since: int | None) -> Finding | None:
    """Say that far fewer articles come than before, or that this, told before, is not over yet.

    Stretches from before the hour `earliest` are not told again; what is usual is what came before `told_since`.
    """
    if told_since is not None:
        return _not_over(cut, told_since)
    recent = sum(begin >= earliest for begin in cut.begins)
    sums, squares = np.cumsum(cut.off), np.cumsum(cut.off**2)
    best: tuple[float, int] | None = None
    for n in range(SHORTEST, min(LONGEST, recent, len(cut.off) - LEAST_USUAL) + 1):
        m = len(cut.off) - n
        usual = (sums[-1] - sums[n - 1]) / m
        shift = sums[n - 1] / n - usual
        if shift > log(PART):
            continue
        spread = max(LEAST_SPREAD, sqrt(max(0.0, (squares[-1] - squares[n - 1]) / m - usual**2)))
        errors = -shift / spread / sqrt(1 / n + 1 / m)
        if errors >= ERRORS and (best is None or errors > best[0]):
            best = (errors, n)
    return None if best is None else _drop(cut, best[1], best[1])


def _not_over(cut: Stretches, since: int) -> Finding | None:
    ill = sum(begin >= since for begin in cut.begins)
    if len(cut.off) - ill < LEAST_USUAL or not ill:
        return None
    latest = min(BACK, ill)
    if ill >= BACK and cut.off[:latest].mean() - cut.off[ill:].mean() >= log(BACK_PART):
        return None
    return _drop(cut, max(1, ill), ill)


def _drop(cut: Stretches, n: int, healthy_from: int) -> Finding:
    usual = exp(cut.off[healthy_from:].mean())
    since: datetime = moment_of_hour(cut.begins[n - 1])
    reason = (
        f"far fewer articles than usual for the weekday: {cut.found[:n].sum():.0f} new links since "
        f"{day_of_hour(since)}; by its own rhythm {cut.due[:n].sum() * usual:.0f}"
    )
    return Finding("quiet", SIGNAL, reason, since)
