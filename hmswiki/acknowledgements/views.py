"""A person's own pages: what is asked of me, what I answer, and everything recorded about me."""

from datetime import timedelta

from flask import Response as JsonResponse
from flask import current_app, flash, json, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.acknowledgements import masking, operations, queries, record_queries, staff_queries, unit_pages
from hmswiki.acknowledgements.forms import AcknowledgeForm, PlainForm, QuestionForm, WithdrawForm
from hmswiki.acknowledgements.models import QuestionKind
from hmswiki.acknowledgements.personal_pages import (
    HomePage,
    MyQuestionPage,
    MyRecordPage,
    QuestionPage,
    SupersededPage,
    greeting,
)
from hmswiki.acknowledgements.staff_queries import Helpers
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotAllowed, NotFound, Refusal, Superseded
from hmswiki.foundation.permissions import Actor, Permission, Role
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.guidelines.queries import bodies
from hmswiki.guidelines.queries import guideline as find_guideline
from hmswiki.guidelines.reading_pages import Changes
from hmswiki.guidelines.rules import changes_between, in_force
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, settings, state, today, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language, wording

blueprint = FeatureBlueprint("acknowledgements", __name__)

View = Response | str

# How long an answered question stays on Min side.
_ANSWERS_STAND = timedelta(days=60)


# --- Min side -----------------------------------------------------------------------------------------------


@blueprint.get("/")
@access(Permission.SIGNED_IN)
def home() -> str:
    """What is asked of me, and by when."""
    session, who, now = read_session(), known_actor(), clock.now()
    unit = session.get(Unit, who.unit_id) if who.unit_id is not None else None
    mine = _answered_for(session, who)
    page = HomePage(
        greeting=greeting(now.astimezone(settings().zone).hour, who.name),
        unit=unit,
        tasks=staff_queries.tasks(session, who, day=today(), known_at=now, language=current_language()),
        helpers=_helpers(session),
        questions=staff_queries.questions(session, who.person_id, since=now - _ANSWERS_STAND),
        my_unit_href=url_for(".unit", code=mine.code) if mine is not None else None,
        my_unit_line=unit_pages.line_of(session, mine, who, day=today(), known_at=now) if mine is not None else "",
        open_questions=staff_queries.open_questions(session, who),
        other_tasks=state().wiki.tasks_waiting(today=today()),
    )
    return render_template("hmswiki/acknowledgements/home.html", page=page)


def _answered_for(session: Session, who: Actor) -> Unit | None:
    """The first unit that the person answers for, today."""
    ids = [held.unit_id for held in who.holdings if held.role in (Role.UNIT_LEADER, Role.HSE_COORDINATOR)]
    found = session.get(Unit, ids[0]) if ids else None
    return found if found is not None and found.open_on(today()) else None


def _where(endpoint: str) -> str | None:
    """The address of a page that may not be there: a host has its own accounts, say."""
    full = f"hmswiki.{endpoint}"
    return url_for(full) if full in current_app.view_functions else None


def _helpers(session: Session) -> Helpers | None:
    """Whom the person may ask; None without a unit."""
    who = known_actor()
    if who.unit_path is None:
        return None
    return staff_queries.helpers(session, who.unit_path, day=today(), known_at=clock.now())


# --- I have read and understood -----------------------------------------------------------------------------


@blueprint.post("/guidelines/<slug>/acknowledgements")
@access(Permission.ACKNOWLEDGE)
def acknowledge(slug: str) -> View:
    """Record that the person has read and understood the edition that was on the screen."""
    in_section("guidelines.index")
    form = AcknowledgeForm(request.form)
    if not form.validate():
        raise BadRequest(
            N_("The form does not say which edition was on the screen. Open the guideline again and use its button.")
        )
    edition_id = int(form.edition.data or 0)
    then = url_for("hmswiki.guidelines.show", slug=slug, _anchor="acknowledge")
    try:
        with transaction(form.submission_id, then=then) as session:
            edition = _edition(session, slug, edition_id)
            operations.acknowledge(session, edition, by=known_actor(), at=clock.now(), on=today())
    except Superseded as refusal:
        return make_response(_superseded(slug, edition_id), refusal.status)
    return redirect(url_for("hmswiki.guidelines.show", slug=slug, next=_next_to_read(slug), _anchor="acknowledge"), 303)


def _edition(session: Session, slug: str, edition_id: int) -> Edition:
    edition = session.get(Edition, edition_id)
    if edition is None or edition.guideline.slug != slug:
        raise NotFound(N_("There is no such edition of this guideline. Open the guideline again."))
    return edition


def _next_to_read(done: str) -> str | None:
    """The slug of what is to be acknowledged next."""
    tasks = staff_queries.tasks(
        read_session(), known_actor(), day=today(), known_at=clock.now(), language=current_language()
    )
    waiting = [one for one in tasks if one.obligation.by_name and not one.obligation.reached and one.slug != done]
    return waiting[0].slug if waiting else None


def _superseded(slug: str, edition_id: int) -> str:
    """What changed between the edition that was read and the one in force, and the question anew."""
    session = read_session()
    read = _edition(session, slug, edition_id)
    current = in_force(read.guideline.editions, today())
    assert current is not None, "an edition that is in force superseded the one that was read"
    language = current_language()
    texts = bodies(session, (read, current), language)
    sections = None
    if read.id in texts and current.id in texts:
        sections = changes_between(texts[read.id], texts[current.id])
    page = SupersededPage(
        guideline=read.guideline,
        read=read,
        current=current,
        changes=Changes.of(read.number, sections),
        language=language,
        summary=wording(current.summary),
        form=AcknowledgeForm(formdata=None, edition=str(current.id)),
    )
    return render_template("hmswiki/acknowledgements/superseded.html", page=page)


@blueprint.get("/guidelines/<slug>/unit-count")
@access(Permission.SIGNED_IN)
def unit_count(slug: str) -> str:
    """How many in the person's own unit are reached: a line that the guideline's page fetches when it is wanted."""
    session, who = read_session(), known_actor()
    guideline = find_guideline(session, slug)
    unit = session.get(Unit, who.unit_id) if who.unit_id is not None else None
    shown = None
    if unit is not None:
        found = queries.coverage(session, as_of=today(), known_at=clock.now(), under=unit, guidelines=[slug])
        tree = organisation.units_open_on(session, today(), under=unit)
        rows = {key: row for key, row in found.rows.items() if row.unit_id in {one.id for one in tree}}
        shown = masking.shown_to(who, rows, tree).get((guideline.id, unit.id))
    alone = request.headers.get("X-Requested-With") == "fetch"  # the page's script asks for the line and no more
    template = "_unit_count.html" if alone else "unit_count.html"
    return render_template(f"hmswiki/acknowledgements/{template}", guideline=guideline, unit=unit, shown=shown)


# --- I have not been informed; I have a question ------------------------------------------------------------


@blueprint.get("/guidelines/<slug>/question")
@access(Permission.SIGNED_IN)
def question(slug: str) -> str:
    """The form for a question to the unit's HSE coordinator."""
    return _question_page(find_guideline(read_session(), slug), QuestionForm(formdata=None))


@blueprint.post("/guidelines/<slug>/question")
@access(Permission.SIGNED_IN)
def ask(slug: str) -> View:
    """Send the question."""
    form, kind = QuestionForm(request.form), _kind()
    if form.validate():
        try:
            with transaction(form.submission_id, then=url_for(".home", _anchor="questions")) as session:
                asked = operations.ask(
                    session,
                    find_guideline(session, slug),
                    kind=kind,
                    text=form.text.data or "",
                    by=known_actor(),
                    at=clock.now(),
                    on=today(),
                )
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            return redirect(url_for(".my_question", question_id=asked.id), 303)
    return make_response(_question_page(find_guideline(read_session(), slug), form), 422)


def _kind() -> QuestionKind:
    text = request.args.get("kind", QuestionKind.QUESTION)
    try:
        return QuestionKind(text)
    except ValueError:
        raise BadRequest(
            N_("kind is “%(text)s”. It must be question or not_informed."), text=text[:20]
        ) from None  # fmt: skip


def _question_page(guideline: Guideline, form: QuestionForm) -> str:
    in_section("guidelines.index")
    helpers = _helpers(read_session())
    if helpers is None:
        raise Refusal(
            N_("You are not registered in any unit, so there is no HSE coordinator to send this to. "
               "Ask an administrator to register you.")
        )  # fmt: skip
    page = QuestionPage(guideline, _kind(), form, helpers)
    return render_template("hmswiki/acknowledgements/question.html", page=page)


@blueprint.get("/my-questions/<int:question_id>")
@access(Permission.SIGNED_IN)
def my_question(question_id: int) -> str:
    """What I asked, and the answers."""
    in_section("acknowledgements.home")
    session = read_session()
    found = staff_queries.own_question(session, question_id, known_actor().person_id)
    [asked] = staff_queries.with_replies(session, [found])
    page = MyQuestionPage(asked, _helpers(session), PlainForm(formdata=None))
    return render_template("hmswiki/acknowledgements/my_question.html", page=page)


@blueprint.post("/my-questions/<int:question_id>/withdrawal")
@access(Permission.SIGNED_IN)
def withdraw_question(question_id: int) -> View:
    """Take the question back."""
    form = PlainForm(request.form)
    then = url_for(".my_question", question_id=question_id)
    with transaction(form.submission_id, then=then) as session:
        found = staff_queries.own_question(session, question_id, known_actor().person_id)
        operations.withdraw_question(session, found, by=known_actor(), at=clock.now())
    return redirect(then, 303)


# --- Mine opplysninger --------------------------------------------------------------------------------------


@blueprint.get("/my-record")
@access(Permission.SIGNED_IN)
def my_record() -> str:
    """Everything recorded about me, and who looked."""
    record = record_queries.my_record(read_session(), known_actor().person_id)
    return render_template(
        "hmswiki/acknowledgements/my_record.html", page=MyRecordPage(record, _where("accounts.sessions"))
    )


@blueprint.get("/my-record.json")
@access(Permission.SIGNED_IN)
def my_record_as_json() -> JsonResponse:
    """The same, to take away."""
    now, zone = clock.now(), settings().zone
    record = record_queries.my_record(read_session(), known_actor().person_id)
    text = json.dumps(record_queries.as_data(record, at=now, zone=zone), ensure_ascii=False, indent=2, sort_keys=False)
    response = JsonResponse(text + "\n", content_type="application/json; charset=utf-8")
    name = f"my-record-{now.astimezone(zone):%Y-%m-%d}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/my-record/acknowledgements/<int:acknowledgement_id>/withdrawal")
@access(Permission.SIGNED_IN)
def withdrawal(acknowledgement_id: int) -> str:
    """The form for taking back one's own word."""
    return _withdrawal_page(acknowledgement_id, WithdrawForm(formdata=None))


@blueprint.post("/my-record/acknowledgements/<int:acknowledgement_id>/withdrawal")
@access(Permission.SIGNED_IN)
def withdraw_acknowledgement(acknowledgement_id: int) -> View:
    """Take it back, with the reason."""
    form = WithdrawForm(request.form)
    if form.validate():
        then = url_for(".my_record", _anchor="acknowledgements")
        try:
            with transaction(form.submission_id, then=then) as session:
                found = staff_queries.own_acknowledgement(session, acknowledgement_id, known_actor().person_id)
                operations.withdraw_acknowledgement(
                    session, found, by=known_actor(), at=clock.now(), reason=form.reason.data or ""
                )
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("Your acknowledgement is withdrawn. It counts no more."), "success")
            return redirect(then, 303)
    return make_response(_withdrawal_page(acknowledgement_id, form), 422)


def _withdrawal_page(acknowledgement_id: int, form: WithdrawForm) -> str:
    found = staff_queries.own_acknowledgement(read_session(), acknowledgement_id, known_actor().person_id)
    return render_template("hmswiki/acknowledgements/withdrawal.html", acknowledgement=found, form=form)
