"""Rows to CSV, for people who open it in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import Response

# A cell that begins so is a formula to a spreadsheet. Tab and return count too: they are skipped there.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: Any) -> str:
    """A value as text that stays text: what would be a formula gets an apostrophe before it.

    Numbers are written as numbers, also negative ones.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV by RFC 4180, lines ended by CR LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([cell(value) for value in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def csv_response(file_name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A CSV file to keep. `file_name` is plain ASCII and carries the dates it answers for."""
    # The mark at the start tells spreadsheets that it is UTF-8.
    body = "\N{ZERO WIDTH NO-BREAK SPACE}" + to_csv(header, rows)
    response = Response(body.encode("utf-8"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def stamp(moment: datetime) -> str:
    """A time as it can stand in a file name: 20260131T110000Z."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
