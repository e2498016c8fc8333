"""Tables as files: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from newsreel.export.lines import harmless
from newsreel.web.wording import iso


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Give a table as CSV (RFC 4180), the columns first; what a spreadsheet would take as a formula gets a "'"."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def json_file(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Give a table as JSON: a list of objects; times in UTC, null for what is not known."""
    return JSONResponse(
        [dict(zip(columns, (_plain(value) for value in row), strict=True)) for row in rows],
    )


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


def _cell(value: Any) -> str:
    value = _plain(value)
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else harmless(value)
