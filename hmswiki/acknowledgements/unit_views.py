"""Pages of a unit: where it stands, its answers, names, and the questions of its people."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.acknowledgements import confirming, operations, queries, unit_pages, unit_queries, unit_rules
from hmswiki.acknowledgements.confirming import Said
from hmswiki.acknowledgements.confirming_rules import Method
from hmswiki.acknowledgements.coverage import ConfirmationFact, Standing
from hmswiki.acknowledgements.models import ConfirmationAnswer
from hmswiki.acknowledgements.unit_forms import (
    ConfirmForm,
    NamesForm,
    NewcomersForm,
    ReplyForm,
    WithdrawConfirmationForm,
    person_id,
)
from hmswiki.acknowledgements.unit_pages import Forecast
from hmswiki.acknowledgements.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import GRANTS, Permission
from hmswiki.guidelines import queries as guideline_queries
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Unit
from hmswiki.web import parsing
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.failures import wants_json
from hmswiki.web.page import in_section
from hmswiki.web.words import _, ngettext, number, say

# Ids as addresses carry them; a larger one is none.
_ID = "int(max=2147483647)"


@blueprint.get("/units")
@access(Permission.SEE_COVERAGE)
def my_unit() -> BaseResponse:
    """The reader's first unit by role, else the one they are employed in."""
    who = known_actor()
    ids = [holding.unit_id for holding in who.holdings if holding.role in _unit_roles()]
    if who.unit_id is not None:
        ids.append(who.unit_id)
    if not ids:
        raise NotAllowed(
            N_("You have no unit: you are employed in none and hold no role in one. "
               "The administrator can put you into the register.")
        )  # fmt: skip
    found = organisation_queries.units_by_id(read_session(), ids[:1])[ids[0]]
    return redirect(url_for(".unit", code=found.code), 303)


def _unit_roles() -> frozenset[str]:
    grant = GRANTS[Permission.SEE_COVERAGE]
    return frozenset(grant.roles | grant.everywhere)


@blueprint.get("/units/<path:code>")
@access(Permission.SEE_COVERAGE)
def unit(code: str) -> str:
    """Where the unit stands today, or on `?as_of=`, which is for reading only."""
    return _page(_unit(read_session(), code))


def _unit(session: Session, code: str, permission: Permission = Permission.SEE_COVERAGE) -> Unit:
    found = organisation_queries.unit(session, code)
    authorise(permission, within=found)
    return found


def _page(
    unit: Unit,
    form: ConfirmForm | None = None,
    newcomers_form: NewcomersForm | None = None,
    given: Forecast | None = None,
) -> str:
    typed = form is not None or newcomers_form is not None
    page = unit_pages.unit_page(
        read_session(), unit, known_actor(), day=today() if typed else parsing.as_of(), today=today(),
        known_at=clock.now(), form=form, newcomers_form=newcomers_form, given=given,
    )  # fmt: skip
    if page.is_own:
        in_section("acknowledgements.my_unit")
    return render_template("hmswiki/acknowledgements/unit.html", page=page)


@blueprint.get("/units/<path:code>/names", endpoint="no_names")
@blueprint.get("/units/<path:code>/confirmations")
@blueprint.get("/units/<path:code>/confirmations/forecast", endpoint="no_forecast")
@blueprint.get("/units/<path:code>/confirmations/newcomers", endpoint="no_newcomers")
@access(Permission.SEE_COVERAGE)
def confirmations(code: str) -> BaseResponse:
    """A form's address that was kept or reloaded leads back to the unit."""
    return redirect(url_for(".unit", code=code), 303)


# --- Confirming -------------------------------------------------------------------------------------------


@blueprint.post("/units/<path:code>/confirmations")
@access(Permission.CONFIRM_FOR_UNIT)
def confirm(code: str) -> BaseResponse:
    form = ConfirmForm()
    status = 422
    if form.validate():
        then = url_for(".unit", code=code, done=form.slugs, _anchor="form")
        try:
            with transaction(form.submission_id, then=then) as session:
                unit = _unit(session, code, Permission.CONFIRM_FOR_UNIT)
                confirming.confirm_several(
                    session, unit, _said(session, form), by=known_actor(), at=clock.now(), today=today()
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            return redirect(then, 303)
    unit = _unit(read_session(), code, Permission.CONFIRM_FOR_UNIT)
    return make_response(_page(unit, form, given=_forecast(unit, form)), status)


def _said(session: Session, form: ConfirmForm) -> list[Said]:
    """What the form says, of each guideline it covers."""
    yes = form.is_yes
    return [
        Said(
            edition=unit_queries.edition_told(session, slug, form.edition(slug), form.informed_on.data or today()),
            informed_on=form.informed_on.data or today(),
            answer=ConfirmationAnswer(form.answer.data),
            excepted=frozenset(form.excepted.data or ()) if yes else frozenset(),
            method=Method(form.method.data) if yes else None,
            newcomer_routine=form.newcomer_routine.data,
            note=form.note.data,
        )
        for slug in form.slugs
    ]


@blueprint.post("/units/<path:code>/confirmations/forecast")
@access(Permission.CONFIRM_FOR_UNIT)
def forecast(code: str) -> BaseResponse:
    """What the numbers would be after saving: as JSON, or the page again with everything as it was typed."""
    unit = _unit(read_session(), code, Permission.CONFIRM_FOR_UNIT)
    form = ConfirmForm()
    form.validate()
    found = _forecast(unit, form)
    if not wants_json():
        return make_response(_page(unit, form, given=found))
    answer: dict[str, Any] = {"sentences": list(found.sentences), "button": found.button, "problem": found.problem}
    if request.form.get("people") and form.informed_on.data and form.informed_on.data <= today():
        people = unit_pages.employed(read_session(), unit, form.informed_on.data, clock.now())
        answer["people"] = [{"id": person.id, "name": person.name} for person in people]
        answer["hint"] = unit_pages.everyone_but(len(people))
    response: Response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


def _forecast(unit: Unit, form: ConfirmForm) -> Forecast:
    session, now = read_session(), clock.now()
    if any(field.errors for field in form):
        return Forecast([], _("Save the answer"), _("Correct what is marked, and we can work out the numbers."))
    try:
        said = _said(session, form)
        for one in said:
            confirming.check(session, unit, one, at=now, today=today())
    except Refusal as refusal:
        return Forecast([], _("Save the answer"), say(refusal))
    on = unit_pages.ground(session, unit, known_actor(), day=today(), known_at=now, guidelines=form.slugs)
    return unit_pages.forecast(on, _facts(unit, said))


def _facts(unit: Unit, all_said: list[Said]) -> Mapping[int, ConfirmationFact]:
    return {
        said.edition.guideline_id: unit_pages.confirmation_fact(
            unit, said.edition.id, said.informed_on, at=clock.now(), answer=said.answer, excepted=said.excepted
        )
        for said in all_said
    }


@blueprint.post("/units/<path:code>/confirmations/newcomers")
@access(Permission.CONFIRM_FOR_UNIT)
def confirm_newcomers(code: str) -> BaseResponse:
    """These newcomers were told at start-up."""
    form = NewcomersForm(prefix="new-")
    status = 422
    if form.validate():
        then = url_for(".unit", code=code, _anchor="new")
        try:
            with transaction(form.submission_id, then=then) as session:
                unit = _unit(session, code, Permission.CONFIRM_FOR_UNIT)
                if not form.guidelines.data:
                    raise Refusal(N_("Choose at least one guideline they were told about."), field="guidelines")
                all_said = [
                    Said(
                        edition=unit_queries.edition_told(
                            session, slug, form.edition(slug), form.informed_on.data or today()
                        ),
                        informed_on=form.informed_on.data or today(),
                        only=frozenset(form.only.data or ()),
                        method=Method.STARTUP,
                    )
                    for slug in dict.fromkeys(form.guidelines.data)
                ]
                confirming.confirm_several(
                    session, unit, all_said, by=known_actor(), at=clock.now(), today=today()
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            people = len(set(form.only.data or ()))
            flash(
                ngettext("One newcomer is recorded as told at start-up.",
                         "%(count)s newcomers are recorded as told at start-up.", people, count=number(people)),
                "success",
            )  # fmt: skip
            return redirect(then, 303)
    unit = _unit(read_session(), code, Permission.CONFIRM_FOR_UNIT)
    return make_response(_page(unit, newcomers_form=form), status)


@blueprint.route(f"/units/<path:code>/confirmations/<{_ID}:id>/withdraw", methods=["GET", "POST"])
@access(Permission.CONFIRM_FOR_UNIT)
def withdraw_confirmation(code: str, id: int) -> BaseResponse:
    """Take a confirmation back with a reason; the page says what becomes of the numbers."""
    form = WithdrawConfirmationForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            then = url_for(".unit", code=code, _anchor="answers")
            try:
                with transaction(form.submission_id, then=then) as session:
                    unit = _unit(session, code, Permission.CONFIRM_FOR_UNIT)
                    given = unit_queries.confirmation(session, unit, id)
                    told = given.answer == ConfirmationAnswer.INFORMED
                    confirming.withdraw_confirmation(
                        session, given, reason=form.reason.data or "",
                        by=known_actor(), at=clock.now(),
                    )  # fmt: skip
            except (NotAllowed, NotFound):
                raise
            except Refusal as refusal:
                form.take(refusal)
                status = refusal.status
            else:
                flash(
                    _("The confirmation is withdrawn. It stays in the list with your reason.")
                    if told
                    else _("The answer is withdrawn. It stays in the list with your reason."),
                    "success",
                )
                return redirect(then, 303)
    session = read_session()
    unit = _unit(session, code, Permission.CONFIRM_FOR_UNIT)
    page = unit_pages.withdraw_page(
        session, unit, unit_queries.confirmation(session, unit, id), known_actor(), form,
        day=today(), known_at=clock.now(),
    )  # fmt: skip
    in_section("acknowledgements.my_unit")
    return make_response(render_template("hmswiki/acknowledgements/unit_withdraw.html", page=page), status)


# --- Names ------------------------------------------------------------------------------------------------


@blueprint.post("/units/<path:code>/names")
@access(Permission.SEE_INDIVIDUAL_COVERAGE)
def names(code: str) -> BaseResponse:
    """Names, written down as looked up before they are shown."""
    form = NamesForm()
    now = clock.now()
    with transaction(form.submission_id, then=url_for(".unit", code=code)) as session:
        unit = _unit(session, code, Permission.SEE_INDIVIDUAL_COVERAGE)
        page = _looked_up(session, unit, form)
    in_section("acknowledgements.my_unit")
    response = make_response(
        render_template("hmswiki/acknowledgements/unit_names.html", page=page, unit=unit, looked_at=now)
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _looked_up(session: Session, unit: Unit, form: NamesForm) -> unit_pages.NamesPage:
    by, now = known_actor(), clock.now()
    match form.what.data:
        case "missing" | "acknowledged":
            guideline = guideline_queries.guideline(session, form.guideline.data or "")
            lookup = confirming.look_up_standing(
                session, unit, guideline, Standing(form.what.data), by=by, at=now, today=today()
            )  # fmt: skip
            return unit_pages.NamesPage(form.what.data, guideline, sorted(lookup.people, key=unit_pages.by_alphabet))
        case "excepted":
            try:
                id = person_id(form.confirmation.data)
            except ValueError:
                raise NotFound(
                    N_("The unit has given no such confirmation. Its page lists those it has given.")
                ) from None
            confirmation = unit_queries.confirmation(session, unit, id)
            lookup = confirming.look_up_excepted(session, confirmation, by=by, at=now)
            return unit_pages.NamesPage(
                "excepted",
                confirmation.edition.guideline,
                sorted(lookup.people, key=unit_pages.by_alphabet),
                informed_on=confirmation.informed_on,
            )
        case "newcomers":
            on = queries.facts(session, as_of=today(), known_at=now, under=unit)
            new = [one.person_id for one in unit_rules.newcomers(on, unit.id, today())]
            found = confirming.look_up_newcomers(session, unit, new, by=by, at=now, today=today())
            return unit_pages.NamesPage("newcomers", None, newcomers=found)
    raise BadRequest(N_("The form does not say whose names are asked for. Go back and use the button."))


# --- Questions --------------------------------------------------------------------------------------------


@blueprint.get("/units/<path:code>/questions")
@access(Permission.ANSWER_QUESTIONS)
def unit_questions(code: str) -> str:
    """What the unit's people have asked; the answered ones are folded away."""
    return _questions(_unit(read_session(), code, Permission.ANSWER_QUESTIONS), {})


@blueprint.post(f"/units/<path:code>/questions/<{_ID}:id>")
@access(Permission.ANSWER_QUESTIONS)
def answer_question(code: str, id: int) -> BaseResponse:
    form = ReplyForm(prefix=f"q{id}-")
    status = 422
    if form.validate():
        then = url_for(".unit_questions", code=code, _anchor=f"question-{id}")
        try:
            with transaction(form.submission_id, then=then) as session:
                unit = _unit(session, code, Permission.ANSWER_QUESTIONS)
                question = unit_queries.question(session, unit, id)
                operations.reply(session, question, text=form.text.data or "", by=known_actor(), at=clock.now())
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("Your answer is saved. The person who asked sees it on their own page."), "success")
            return redirect(then, 303)
    unit = _unit(read_session(), code, Permission.ANSWER_QUESTIONS)
    unit_queries.question(read_session(), unit, id)
    return make_response(_questions(unit, {id: form}), status)


def _questions(unit: Unit, typed: Mapping[int, ReplyForm]) -> str:
    page = unit_pages.questions_page(read_session(), unit, typed)
    in_section("acknowledgements.my_unit")
    return render_template("hmswiki/acknowledgements/unit_questions.html", page=page)
