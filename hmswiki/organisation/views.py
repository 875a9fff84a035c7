"""The organisation's front page, the language choice, and what its other pages share."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Permission, Role
from hmswiki.organisation import operations, register
from hmswiki.organisation.forms import RegisterForm
from hmswiki.organisation.models import Unit
from hmswiki.web.access import access, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import actor, read_session, transaction
from hmswiki.web.navigation import local_path
from hmswiki.web.page import in_section, role_in_running_text
from hmswiki.web.parsing import as_of, page_number
from hmswiki.web.words import _, wording

blueprint = FeatureBlueprint("organisation", __name__, url_prefix="/organisation")


@blueprint.post("/language")
@access(Permission.ANYONE)
def choose_language() -> Response:
    """Remember the language: with the person, and in the browser for pages before sign-in."""
    chosen = request.form.get("language", "")
    response = make_response(redirect(local_path(request.form.get("next")), 303))
    if chosen in LANGUAGES:
        who = actor()
        if who is not None:
            with transaction() as session:
                operations.choose_language(session, who.person_id, chosen)
        response.set_cookie(
            "hmswiki_language",
            chosen,
            max_age=365 * 86400,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure,
        )
    return response


@blueprint.get("/")
@access(Permission.SEE_ORGANISATION)
def index() -> str:
    """The tree on a day, and who stands outside it."""
    in_section("organisation.index")
    day, session = as_of(), read_session()
    known = clock.now()
    lines = register.tree(session, day=day, known_at=known)
    outside = register.people(session, without_unit=True, day=day, known_at=known, size=SHOWN_OUTSIDE)
    return render_template(
        "hmswiki/organisation/index.html",
        day=day,
        lines=lines,
        employed=sum(line.here for line in lines),
        open_units=sum(line.state == "open" for line in lines),
        vacant=sum(len(line.vacant) for line in lines),
        outside=outside,
        in_running_text=in_running_text,
    )


SHOWN_OUTSIDE = 10
"""So many people without a unit are named on the front page; a link leads to all."""


@blueprint.get("/people")
@access(Permission.SEE_ORGANISATION)
def people() -> str:
    """Everybody in the register, or those whose name or id has what was searched for."""
    in_section("organisation.index")
    day = as_of()
    text = " ".join(request.args.get("q", "").replace("\0", " ").split())[:100]
    without_unit = request.args.get("without_unit") == "1"
    page = register.people(
        read_session(), text=text, without_unit=without_unit, day=day, known_at=clock.now(), number=page_number()
    )
    kept = {
        "q": text or None,
        "without_unit": "1" if without_unit else None,
        "as_of": request.args.get("as_of") or None,
    }
    return render_template(
        "hmswiki/organisation/people.html",
        day=day, text=text, without_unit=without_unit, page=page, pager=pager(page, ".people", **kept),
    )  # fmt: skip


def in_running_text(roles: Iterable[Role]) -> str:
    """Roles in the middle of a sentence: "unit leader, HSE coordinator"."""
    return ", ".join(role_in_running_text(role) for role in roles)


# --- what the other pages share --------------------------------------------------------------------------


@dataclass(frozen=True)
class Pager:
    """Links between the pages of a long list. A step is (number, address), None where some are left out."""

    number: int
    previous: str | None
    next: str | None
    steps: Sequence[tuple[int, str] | None]


def pager(page: register.Page[Any], endpoint: str, **arguments: Any) -> Pager | None:
    """None where everything is on one page."""
    if page.last == 1:
        return None

    def address(number: int) -> str:
        return url_for(endpoint, page=number if number > 1 else None, **arguments)

    near = sorted({1, page.last, *range(max(1, page.number - 1), min(page.last, page.number + 1) + 1)})
    steps: list[tuple[int, str] | None] = []
    for before, number in zip([0, *near], near, strict=False):
        if number > before + 1:
            steps.append(None)
        steps.append((number, address(number)))
    return Pager(
        page.number,
        address(page.number - 1) if page.number > 1 else None,
        address(page.number + 1) if page.number < page.last else None,
        steps,
    )


@dataclass(frozen=True)
class Crumb:
    """A step on the way to a page."""

    label: str
    href: str


def crumbs(*more: Crumb, above: Sequence[Unit] = ()) -> list[Crumb]:
    """The way from the organisation's front page down through the units."""
    units = [Crumb(wording(unit.name), url_for(".unit", code=unit.code)) for unit in above]
    return [Crumb(_("Organisation"), url_for(".index")), *units, *more]


@dataclass(frozen=True)
class ActionPage:
    """A page with one form: what templates/action.html is filled from."""

    title: str
    submit: str
    form: RegisterForm
    crumbs: Sequence[Crumb]
    back: str
    lead: str = ""
    notices: Sequence[str] = ()
    danger: bool = False
    employments: Sequence[register.FactLine] = ()
    roles: Sequence[register.FactLine] = ()

    @property
    def fields(self) -> list[Any]:
        return self.form.fields_in_order()


def answer(
    form: RegisterForm,
    *,
    then: str,
    act: Callable[[Session], str],
    show: Callable[[], ActionPage],
    permission: Permission = Permission.EDIT_ORGANISATION,
) -> Response:
    """Show the page; or, when it was sent, do it in one transaction, say so and go on to `then`.

    What is refused is shown again as it was typed, with the reason.
    """
    in_section("organisation.index")
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction(form.submission_id, then=then) as session:
                    authorise(permission)
                    said = act(session)
            except (NotAllowed, NotFound):
                raise
            except Refusal as refusal:
                form.take(refusal)
                status = refusal.status
            else:
                flash(said, "success")
                return redirect(then, 303)
    return make_response(render_template("hmswiki/organisation/action.html", page=show()), status)
