"""The rows of the dashboard's table as HTML, each written at once: a template takes five times as long over hundreds.

What comes from outside, names and reasons, passes `escape`; the rest are numbers and words of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from urllib.parse import quote

from markupsafe import Markup, escape

from newsreel.web import plots
from newsreel.web.newsroom import Row, lag_words, share_words
from newsreel.web.wording import ago, first_upper


def table_rows(rows: Iterable[Row], now: datetime, span: str) -> Markup:
    """Give the rows; `span` says what the points of their small lines are."""
    return Markup("\n".join([_row(row, now, span) for row in rows]))


def _row(row: Row, now: datetime, span: str) -> str:
    each = row.line
    state = _state(each.state) if each.state else '<span class="soft">new</span>'
    again = f' <span class="thin">{state}</span>' if each.state else ""
    why = f'<span class="why">{escape(first_upper(each.reason))}.</span>' if each.reason and each.state != "ok" else ""
    return (
        f'<tr><td class="wide">{state}</td>\n'
        f'<th scope="row"><a href="/source/{_path(each.source)}">{escape(row.name)}</a>{again}{why}</th>\n'
        f'<td class="num">{each.today:,}</td>\n'
        f'<td class="num">{_small_line(each.series.values, span) if each.articles else _NONE}</td>\n'
        f'<td class="num wide">{lag_words(each.lag_seconds)}</td>\n'
        f'<td class="num wide">{share_words(each.removed)}</td>\n'
        f'<td class="num wide far">{share_words(row.fields)}</td>\n'
        f'<td class="num wide far">{ago(each.last_run_at, now) if each.last_run_at else "never"}</td>\n'
        f'<td class="num wide">{_next(row, now)}</td></tr>'
    )


_NONE = '<span class="soft">none</span>'


def _small_line(values: tuple[int, ...], span: str) -> str:
    path, x, y = plots.spark(values)
    return (
        f'<svg class="spark" viewBox="0 0 {plots.SPARK_WIDTH} {plots.SPARK_HEIGHT}" role="img" '
        f'aria-label="{escape(span)}: {", ".join(map(str, values))}">'
        f'<path class="cl" d="{path}"/><circle class="c1" cx="{x}" cy="{y}" r="2"/></svg>'
    )


def _next(row: Row, now: datetime) -> str:
    at = row.line.next_due_at
    if row.line.state == "paused":
        return "paused"
    return "–" if at is None else "due" if at <= now else ago(at, now)


@cache
def _state(name: str) -> str:
    """Give a state as `_parts.html` writes it: shape, word and colour."""
    shape = f'<svg viewBox="0 0 12 12" aria-hidden="true"><use href="#s-{escape(name)}"/></svg>'
    return f'<span class="state {escape(name)}">{shape}{escape(name)}</span>'


def _path(source: str) -> str:
    return str(escape(quote(source, safe="")))
