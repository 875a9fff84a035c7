"""Rows to CSV and XLSX, for people who open them in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from typing import Any

from flask import Response

from hmswiki.foundation.errors import N_, NotFound
from hmswiki.web.context import settings

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


def has_xlsx() -> bool:
    """Whether XLSX can be written: XlsxWriter comes with `hmswiki[xlsx]`."""
    return find_spec("xlsxwriter") is not None


# What a cell of a spreadsheet holds.
_LONGEST_CELL = 32_767
_WIDEST = 60
_FIRST_DAY = date(1900, 3, 1)  # before it spreadsheets count the days differently


def xlsx(rows: Iterable[Sequence[Any]], header: Sequence[str], *, sheet: str = "") -> bytes:
    """A workbook with one sheet. Texts stay texts whatever they begin with; numbers and dates are such.

    `sheet`: its name, as far as a spreadsheet takes it. Raises NotFound where XlsxWriter is not installed.
    """
    if not has_xlsx():
        raise NotFound(
            N_("This site does not write XLSX files. Take the CSV file: a spreadsheet opens it too. "
               "Whoever runs the site can install hmswiki[xlsx].")
        )  # fmt: skip
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet("".join(letter for letter in sheet if letter not in "[]:*?/\\'")[:31] or None)
    bold, plain = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"})
    widths = [len(title) for title in header]
    for column, title in enumerate(header):
        page.write_string(0, column, title, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            widths[column] = max(widths[column], len(str(value)) if value is not None else 0)
            if value is None:
                continue
            if isinstance(value, bool):
                page.write_boolean(number, column, value, plain)
            elif isinstance(value, int | float):
                page.write_number(number, column, value, plain)
            elif isinstance(value, datetime):
                page.write_datetime(number, column, value.astimezone(settings().zone).replace(tzinfo=None), moment)
            elif isinstance(value, date) and value >= _FIRST_DAY:
                page.write_datetime(number, column, value, day)
            else:
                page.write_string(number, column, str(value)[:_LONGEST_CELL], plain)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(width, 6), _WIDEST) + 2)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def xlsx_response(file_name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "") -> Response:
    """An XLSX file to keep. `file_name` is plain ASCII and carries the dates it answers for."""
    response = Response(
        xlsx(rows, header, sheet=sheet),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def stamp(moment: datetime) -> str:
    """A time as it can stand in a file name: 20260131T110000Z."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
