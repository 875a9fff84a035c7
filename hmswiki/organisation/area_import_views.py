"""The page on which many areas are added at once."""

from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_importing
from hmswiki.organisation.area_forms import ImportAreasForm, kind_name
from hmswiki.organisation.area_importing import LineRefused, SheetRow
from hmswiki.organisation.area_views import area_crumbs, blueprint
from hmswiki.organisation.views import Crumb
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import _, ngettext, say

NAMED_AT_MOST = 20
"""So many lines are named above the form; the rest are counted."""
SHOWN_ROWS = 200


@dataclass(frozen=True)
class ImportPage:
    """The form, and the rows as they were understood; `ready`: all of them can be added."""

    form: ImportAreasForm
    rows: list[SheetRow]
    ready: bool
    crumbs: list[Crumb]

    @property
    def shown(self) -> list[SheetRow]:
        return self.rows[:SHOWN_ROWS]


@blueprint.route("/area-import", methods=["GET", "POST"])
@access(Permission.MANAGE_AREAS)
def import_areas() -> Response:
    """Paste a sheet, look it through, add all its areas or none."""
    in_section("organisation.index")
    form = ImportAreasForm(data={"opened": today()})
    rows: list[SheetRow] = []
    status, ready = 200, False
    if form.is_submitted():
        status = 422
        if form.validate() and _take_file(form):
            rows, problems = area_importing.read_sheet(form.rows.data or "")
            if rows and not problems and request.form.get("step") == "add":
                done = _add(form, rows)  # asks first whether it was done already, then looks through as well
                if done is not None:
                    return done
            problems += area_importing.look_through(read_session(), rows)
            if not rows and not problems:
                form.problems.append(_("There is no row yet. Paste them, one area a line."))
            elif not problems and not form.problems:
                status, ready = 200, True
            _name(form, sorted(problems, key=lambda problem: problem.line))
    page = ImportPage(form, rows, ready, area_crumbs())
    return make_response(
        render_template("hmswiki/organisation/area_import.html", page=page, kind_name=kind_name), status
    )


def _take_file(form: ImportAreasForm) -> bool:
    """Put an uploaded file's text into the field where nothing was pasted. False: it is no text."""
    upload: Any = form.file.data
    if (form.rows.data or "").strip() or not upload:
        form.rows.data = form.rows.data or ""
        return True
    try:
        form.rows.data = upload.read().decode("utf-8-sig").replace("\r\n", "\n").replace("\0", "")
    except UnicodeDecodeError:
        form.rows.data = ""
        form.problems.append(_("The file is not in UTF-8. Save it as “CSV UTF-8”, or paste the rows instead."))
        return False
    return True


def _add(form: ImportAreasForm, rows: list[SheetRow]) -> Response | None:
    then = url_for(".index")
    try:
        with transaction(form.submission_id, then=then) as session:
            count = area_importing.add_areas(
                session, rows, opened=form.opened.data, by=known_actor(), today=today(), at=clock.now()
            )
    except LineRefused as refusal:
        if not area_importing.look_through(read_session(), rows):  # else all of it is named below
            _name(form, [refusal])
        return None
    flash(ngettext("One area is added.", "%(num)s areas are added.", count), "success")
    return redirect(then, 303)


def _name(form: ImportAreasForm, problems: list[LineRefused]) -> None:
    """Say what is wrong above the form, line by line."""
    for problem in problems[:NAMED_AT_MOST]:
        form.problems.append(_("Line %(line)s: %(problem)s", line=problem.line, problem=say(problem)))
    more = len(problems) - NAMED_AT_MOST
    if more > 0:
        form.problems.append(ngettext("And %(num)s more.", "And %(num)s more.", more))
