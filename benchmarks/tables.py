"""Prints the benchmark's figures: as a table for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from benchmarks.intervals import Interval, bootstrap_gain
from benchmarks.measuring import Figures, Result
from benchmarks.scoring import pool
from benchmarks.worst import explain

HEADS = ("F1", "", "exact", "", "recall", "leak", "title", "authors", "date", "ms", "ms*", "empty", "failed", "worst")
Groups = Mapping[str, Mapping[str, Figures]]


def as_text(title: str, pages: int, rows: Mapping[str, Figures]) -> str:
    """Lay out one group's figures for a terminal."""
    lines = [("extractor", *HEADS), *((name, *_cells(row)) for name, row in rows.items())]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    laid_out = ("  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in lines)
    return f"\n{title}, {pages} pages\n" + "".join(line.rstrip() + "\n" for line in laid_out)


def as_markdown(title: str, pages: int, rows: Mapping[str, Figures]) -> str:
    """Lay out one group's figures as a table of a Markdown page."""
    lines = [("extractor", *HEADS), *((name, *_cells(row)) for name, row in rows.items())]
    # The intervals share a cell with their figures.
    merged = [(a, f"{b} {c}".strip(), f"{d} {e}".strip(), *rest) for a, b, c, d, e, *rest in lines]
    body = "".join("| " + " | ".join(line) + " |\n" for line in merged[1:])
    rule = "|---" + "|--:" * (len(merged[0]) - 1) + "|\n"
    return f"\n**{title}** ({pages} pages)\n\n| " + " | ".join(merged[0]) + " |\n" + rule + body


def as_json(groups: Groups, versions: Mapping[str, str]) -> str:
    """Give all groups' figures for machines."""
    table = {
        title: {name: _flat(row) | {"version": versions.get(name, "")} for name, row in rows.items()}
        for title, rows in groups.items()
    }
    return json.dumps(table, indent=1) + "\n"


def gains(title: str, name: str, results: Mapping[str, Sequence[Result]], numbers: Sequence[int]) -> str:
    """Say how much more each line has than the line `name` over the pages with these numbers."""
    others = [results[name][number].judged for number in numbers]
    publishers = [results[name][number].example.publisher for number in numbers]
    lines = []
    for row in (row for row in results if row != name):
        judged = [results[row][number].judged for number in numbers]
        intervals, score, other = bootstrap_gain(judged, others, publishers), pool(judged), pool(others)
        if intervals is not None:
            f1, exact = (score.f1 or 0) - (other.f1 or 0), (score.exact or 0) - (other.exact or 0)
            lines.append(f"- {row}: F1 {_gain(f1, intervals[0])}, exact {_gain(exact, intervals[1])}\n")
    return f"\n{title}, more than {name}:\n\n" + "".join(lines) if lines else ""


def worst_pages(row: str, results: Sequence[Result], count: int) -> str:
    """List the pages with the lowest F1, and what the loss of all pages comes from."""
    judged = [result for result in results if result.judged.f1 is not None]
    reasons = [explain(result.judged.reading, result.answer.text) for result in judged]
    losses = [1 - (result.judged.f1 or 0) for result in judged]
    order = sorted(range(len(judged)), key=lambda number: -losses[number])
    lines = [f"\n{row}: the loss by its reason"]
    of_kind: dict[str, list[float]] = {}
    for reason, loss in zip(reasons, losses, strict=True):
        of_kind.setdefault(reason.kind, []).append(loss)
    for kind, found in sorted(of_kind.items(), key=lambda pair: -sum(pair[1])):
        lines.append(f"  {kind:20}{len(found):5} pages  {sum(found) / (sum(losses) or 1):5.1%} of the loss")
    lines.append(f"{row}: the worst pages")
    for number in order[:count]:
        result, reason = judged[number], reasons[number]
        example = result.example
        lines.append(
            f"  {result.judged.f1:.3f}  {example.corpus}/{example.id}  {reason.kind}: lost {len(reason.lost)} lines "
            f"({reason.lost_words} words), extra {len(reason.extra)} ({reason.extra_words})"
        )
        lines += [
            f"         {sign} {found[0][:100]}" for sign, found in (("-", reason.lost), ("+", reason.extra)) if found
        ]
    return "\n".join(lines) + "\n"


def _cells(row: Figures) -> Iterator[str]:
    score = row.score
    yield from (_share(score.f1), _between(row.f1), _share(score.exact), _between(row.exact), _share(score.recall))
    yield from (_share(score.leak), _share(score.title), _share(score.authors), _share(score.date))
    yield from (_time(row.milliseconds), _time(row.usual_milliseconds))
    yield from (str(score.empty), str(sum(row.failures.values())), _share(row.worst))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def _between(interval: Interval | None) -> str:
    return "" if interval is None else f"({_share(interval.low)} to {_share(interval.high)})"


def _gain(value: float, interval: Interval) -> str:
    return f"{value:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})"


def _time(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _flat(row: Figures) -> dict[str, object]:
    return asdict(row.score) | {
        "f1_interval": [row.f1.low, row.f1.high] if row.f1 else None,
        "exact_interval": [row.exact.low, row.exact.high] if row.exact else None,
        "loss_of_worst_fifteenth": row.worst,
        "milliseconds": row.milliseconds,
        "usual_milliseconds": row.usual_milliseconds,
        "failures": row.failures,
    }
