"""Group sheets for the tables: each group's tasks with room to write by hand, and the code to write on a phone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.web import pdf
from hmswiki.web.access import access
from hmswiki.web.context import read_session, settings
from hmswiki.web.page import in_section
from hmswiki.workshops import door_pages, group_forms, queries, words, workshop_pages
from hmswiki.workshops.door_pages import JoinView
from hmswiki.workshops.models import Member, Task, Workshop
from hmswiki.workshops.plan_views import managed
from hmswiki.workshops.views import SECTION, blueprint

A_SHEET = 18
"""So many lines to write on there are on a sheet, shared by all that is answered on it: a page is not much more."""
FEWEST, MOST = 3, 12
"""Lines for one answer."""


@dataclass(frozen=True)
class Answer:
    """Something that is answered: a model, a sub-heading, or the whole task where it has neither."""

    title: str
    hint: str | None


@dataclass(frozen=True)
class SheetPart:
    """A task on a sheet. `models` are answered one after the other; one without a name where there is one answer."""

    task: Task
    models: Sequence[str]
    answers: Sequence[Answer]
    lines: int


@dataclass(frozen=True)
class Sheet:
    """One group's. `name` is empty on the spare one."""

    name: str
    members: Sequence[Member]


@dataclass(frozen=True)
class SheetsPage:
    workshop: Workshop
    when: str
    sheets: Sequence[Sheet]
    parts: Sequence[SheetPart]
    """The same on every sheet."""
    join: JoinView | None
    pdf: bool


@blueprint.get("/workshops/<key>/sheets")
@access(Permission.MANAGE_WORKSHOPS)
def sheets(key: str) -> str:
    """All groups' sheets, to be printed; with `group` that one's alone."""
    in_section(SECTION)
    return render_template("hmswiki/workshops/sheets.html", page=_page(key))


@blueprint.get("/workshops/<key>/sheets.pdf")
@access(Permission.MANAGE_WORKSHOPS)
def sheets_pdf(key: str) -> Response:
    """The same as PDF."""
    page = _page(key)
    day = page.workshop.starts_at.astimezone(settings().zone).date()
    title = re.sub(r"[^A-Za-z0-9]+", "-", page.workshop.title).strip("-").lower() or "workshop"
    return pdf.pdf_response(
        "hmswiki/workshops/sheets_pdf.html", f"{title[:40]}-{day}.pdf", page=page, now=clock.now()
    )  # fmt: skip


def _page(key: str) -> SheetsPage:
    session = read_session()
    workshop = managed(session, key)
    found = [Sheet(row.name, row.members) for row in workshop_pages.group_rows(session, workshop)]
    number = group_forms.number_in(request.args.get("group"))
    if number is not None:
        one = queries.group(session, workshop, number)
        found = [Sheet(words.group_name(one), queries.members(session, workshop).get(one.id, []))]
    else:
        found.append(Sheet("", ()))
    return SheetsPage(
        workshop, words.when(workshop), found, _parts(session, workshop), door_pages.join_view(session, workshop),
        pdf.available(),
    )  # fmt: skip


def _parts(session: Session, workshop: Workshop) -> list[SheetPart]:
    tasks = queries.tasks(session, workshop)
    answers = {
        task.id: [Answer(one.title, one.hint) for one in queries.prompts_of(task)] for task in tasks
    }  # fmt: skip
    count = sum(len(answers[task.id]) * max(1, len(task.models)) for task in tasks)
    lines = max(FEWEST, min(MOST, A_SHEET // max(1, count)))
    return [SheetPart(task, task.models or [""], answers[task.id], lines) for task in tasks]
