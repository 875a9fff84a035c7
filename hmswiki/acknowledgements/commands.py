"""`hmswiki coverage`: the rows of the rules' "As data"."""

import json
from datetime import date, datetime

import click

from hmswiki.acknowledgements import queries
from hmswiki.acknowledgements.coverage import Row
from hmswiki.foundation import clock
from hmswiki.guidelines.queries import guideline as find_guideline
from hmswiki.organisation.queries import unit as find_unit
from hmswiki.web.commands import Day, Moment, in_application, progress, result, with_offset
from hmswiki.web.context import read_session, today
from hmswiki.web.exports import to_csv

COLUMNS = (
    "guideline", "unit", "edition", "total", "acknowledged", "informed", "missing", "status", "due", "overdue",
)  # fmt: skip


@click.command()
@click.option("--as-of", type=Day(), help="The day that is asked about, YYYY-MM-DD. Left out: today.")
@click.option("--known-at", type=Moment(), help="As known at this time, by RFC 3339. Left out: now.")
@click.option("--unit", "units", multiple=True, metavar="CODE", help="Only this unit's rows; may be repeated.")
@click.option("--guideline", "slugs", multiple=True, metavar="SLUG", help="Only this guideline; may be repeated.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@in_application()
def coverage(
    as_of: date | None, known_at: datetime | None, units: tuple[str, ...], slugs: tuple[str, ...], form: str
) -> None:
    """Print who has been informed: one row per unit and guideline."""
    session = read_session()
    codes = {find_unit(session, code).code for code in units}
    for slug in slugs:
        find_guideline(session, slug)
    day = as_of or today()
    found = queries.coverage(
        session,
        as_of=day,
        known_at=with_offset(known_at) if known_at else clock.now(),
        guidelines=slugs or None,
    )
    if day > today():
        progress(f"{day} lies ahead: this is a forecast of what is known to hold then.")
    rows = [row for row in found.in_order() if not codes or row.unit in codes]
    if form == "json":
        result(json.dumps([row.as_data() for row in rows], ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(to_csv(COLUMNS, [list(row.as_data().values()) for row in rows]), nl=False)
    else:
        _print_table(rows)


def _print_table(rows: list[Row]) -> None:
    lines = [list(COLUMNS)] + [[_plain(value) for value in row.as_data().values()] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    for line in lines:
        cells = (
            text.rjust(width) if 3 <= column <= 6 else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        result("  ".join(cells).rstrip())


def _plain(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
