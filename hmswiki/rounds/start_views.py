"""Where rounds begin: a button, a paper form to print, and what was written on paper typed in."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import uuid4, uuid5

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists import supplement_queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.words import condition_line
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.rounds import asked as asking
from hmswiki.rounds import doing, operations, queries
from hmswiki.rounds import due as dues
from hmswiki.rounds.forms import PaperForm, StartForm
from hmswiki.rounds.models import Finding
from hmswiki.rounds.round_pages import options_of
from hmswiki.rounds.views import MENU, View, blueprint
from hmswiki.schedules import queries as schedule_queries
from hmswiki.schedules import slot_operations
from hmswiki.schedules.models import Reach, ScheduleRecord
from hmswiki.schedules.subjects import Subject
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import wording


class Occasion(NamedTuple):
    """What a round is begun for."""

    checklist: ChecklistRecord
    unit: Unit
    area: Area | None
    person: Person | None
    schedule: ScheduleRecord | None
    occurrence: str | None


@blueprint.post("/rounds")
@access(Permission.SIGNED_IN)
def start() -> Response:
    """Begin a round of the checklist `checklist` in an area or a unit, for a plan's occurrence or of one's own accord.

    Joins the one that runs there.
    """
    form = StartForm()
    with transaction() as session:
        occasion = _occasion(session, form, request.form.get("checklist", ""))
        round = operations.start(session, **occasion._asdict(), by=known_actor(), at=clock.now(), today=today())
        key = round.key
    return redirect(url_for(".show", key=key), 303)


def _occasion(session: Session, form: StartForm, checklist: str) -> Occasion:
    record = checklist_queries.checklist(session, checklist)
    person = _person(session, form.person.data) if form.person.data else None
    # Whoever is asked for themselves answers for no area, and for no unit but where they are asked.
    area = area_queries.area(session, form.area.data) if form.area.data and person is None else None
    unit = _unit(session, form.unit.data or "" if person is None else "", area)
    if not form.schedule.data:
        waiting, which = _what_waits(session, record, unit, area, person)
        unit = unit if form.unit.data else _as_asked(session, waiting, unit, area)
        return Occasion(record, unit, area, person, waiting, which)
    schedule = schedule_queries.schedule(session, form.schedule.data)
    unit = unit if form.unit.data else _as_asked(session, schedule, unit, area)
    slot = doing.subject_of(unit, area, person).slot
    at_hand = slot_operations.asked(session, schedule, slot, day=today(), known_at=clock.now())
    occurrence = slot_operations.occurrence_of(
        session, schedule, at_hand.subject, form.occurrence.data or "", today=today(), known_at=clock.now()
    )
    if person is not None and unit.id not in at_hand.subject.units:
        unit = session.get_one(Unit, at_hand.subject.units[0])
    return Occasion(record, unit, area, person, schedule, occurrence.key)


def _person(session: Session, given: str) -> Person:
    """The reader ("me"), or whom a slot names: one whose round was handed to the reader. Who may is decided later."""
    named = Subject.read(given)
    id = named.person_id if named is not None else known_actor().person_id
    found = session.get(Person, id) if id is not None else None
    if found is None:
        raise NotFound(N_("The schedule does not ask this unit, area or person today."))
    return found


def _what_waits(
    session: Session, checklist: ChecklistRecord, unit: Unit, area: Area | None, person: Person | None
) -> tuple[ScheduleRecord, str] | tuple[None, None]:
    """The plan's occurrence that waits for a round of the checklist there: who comes by the door does that one."""
    if person is not None:
        found = dues.of_person(session, known_actor(), today=today(), known_at=clock.now())
    elif area is not None:
        found = dues.of_area(session, area, today=today(), known_at=clock.now())
    else:
        found = dues.of_units(session, [unit], today=today(), known_at=clock.now())
    slot = doing.subject_of(unit, area, person).slot
    for one in found:
        if one.waits and one.schedule.checklist_id == checklist.id and one.subject.slot == slot:
            return one.schedule, one.occurrence.key
    return None, None


def _unit(session: Session, code: str, area: Area | None) -> Unit:
    """The unit that answers for the round: as given, else of the area the reader's own or the first, else one's own."""
    own = session.get(Unit, known_actor().unit_id) if known_actor().unit_id is not None else None
    if area is not None:
        units = area_queries.units_of(session, [area.id], day=today(), known_at=clock.now())[area.id]
        named = next((unit for unit in units if unit.code == code), None)
        found = named or next((unit for unit in units if unit == own), None) or next(iter(units), None)
        if found is None:
            raise Refusal(
                N_("The area belongs to no unit, so nobody answers for a round there. Give it to a unit first."),
                field="area",
            )
        return found
    if code:
        return organisation.unit(session, code)
    if own is None:
        raise NotFound(N_("Say which unit it is for. You are employed in none, so there is none to take instead."))
    return own


def _as_asked(session: Session, schedule: ScheduleRecord | None, unit: Unit, area: Area | None) -> Unit:
    """Of the units that share the area one that the plan asks, whoever goes the round: its items are the ones meant."""
    if schedule is None or area is None:
        return unit
    named = [(one.unit_id, Reach(one.reach)) for one in schedule.units]
    asked = {one.id for one in schedule_queries.units_reached(schedule_queries.tree(session), named, today())}
    sharing = area_queries.units_of(session, [area.id], day=today(), known_at=clock.now())[area.id]
    return unit if unit.id in asked else next((one for one in sharing if one.id in asked), unit)


# --- On paper -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PaperPage:
    """An empty form for a pen: what is asked in one place, and what the last round had found there."""

    checklist: ChecklistRecord
    asked: asking.Asked
    unit: Unit
    area: Area | None
    earlier: list[Finding]
    may_do: bool
    form: PaperForm

    @property
    def place(self) -> str:
        return wording(self.area.name if self.area is not None else self.unit.name)

    @staticmethod
    def options(item: asking.AskedItem) -> list[str]:
        return [option.label for option in options_of(item)]

    def condition(self, item: asking.AskedItem) -> str:
        """When it is to be answered at all; empty where it always is."""
        return condition_line(item.item, {one.key: one.item for one in self.asked.items})

    def item_text(self, key: str) -> str:
        item = self.asked.by_key.get(key)
        return wording(item.item.text) if item is not None else key


@blueprint.get("/checklists/<key>/paper")
@access(Permission.SIGNED_IN)
def paper(key: str) -> View:
    """The empty form, to print (`?area=` or `?unit=`)."""
    return _paper(key, PaperForm(formdata=None))


@blueprint.post("/checklists/<key>/paper")
@access(Permission.SIGNED_IN)
def type_in(key: str) -> View:
    """Begin to type in what was written on paper."""
    form = PaperForm()
    if not form.validate():
        return make_response(_paper(key, form), 422)
    # Of a plan's occurrence there is one round anyway. Of any other, the same form sent twice begins one.
    new_key = str(uuid5(form.submission_id, key) if form.submission_id is not None else uuid4())
    submission = None if form.schedule.data else form.submission_id
    try:
        with transaction(submission, then=url_for(".show", key=new_key)) as session:
            occasion = _occasion(session, form, key)
            if not form.schedule.data:
                occasion = _in_its_time(session, occasion, form.done_on.data)
            round = operations.start(
                session, **occasion._asdict(), on_paper=True, done_on=form.done_on.data, by=known_actor(),
                at=clock.now(), today=today(), key=new_key,
            )  # fmt: skip
            round_key = round.key
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.take(refusal)
        return make_response(_paper(key, form), refusal.status)
    return redirect(url_for(".show", key=round_key), 303)


def _in_its_time(session: Session, occasion: Occasion, day: date | None) -> Occasion:
    """For the plan that asked for it on the day that stands on the paper, where it was not done otherwise."""
    subject = doing.subject_of(occasion.unit, occasion.area, occasion.person)
    found = None
    if day is not None and day <= today():
        found = dues.asked_on(session, occasion.checklist, subject, day, today=today(), known_at=clock.now())
    return occasion._replace(
        schedule=found.schedule if found else None, occurrence=found.occurrence.key if found else None
    )  # fmt: skip


def _paper(key: str, form: PaperForm) -> str:
    session, now = read_session(), clock.now()
    checklist = checklist_queries.checklist(session, key)
    code = request.form.get("area") or request.args.get("area", "")
    area = area_queries.area(session, code) if code else None
    unit = _unit(session, request.form.get("unit") or request.args.get("unit", ""), area)
    adapted = supplement_queries.adapted(session, checklist, unit, day=today(), known_at=now)
    if adapted is None:
        raise NotFound(N_("No edition of the checklist is in force, so there is nothing to print."))
    page = PaperPage(
        checklist, asking.from_adapted(adapted), unit, area,
        list(_last_findings(session, checklist, unit, area)), _may_do(session, unit, area), form,
    )  # fmt: skip
    in_section(MENU)
    return render_template("hmswiki/rounds/paper.html", page=page)


def _may_do(session: Session, unit: Unit, area: Area | None) -> bool:
    try:
        doing.demand_doing(
            session, known_actor(), unit=unit, area=area, person=None, schedule_id=None, occurrence=None,
            day=today(), known_at=clock.now(),
        )  # fmt: skip
    except NotAllowed:
        return False
    return True


def _last_findings(session: Session, checklist: ChecklistRecord, unit: Unit, area: Area | None) -> list[Finding]:
    """Only for those who may see the rounds there: the form itself is for everybody."""
    try:
        doing.demand_seeing_at(session, known_actor(), unit, area, day=today(), known_at=clock.now())
    except NotAllowed:
        return []
    return list(queries.last_findings(session, checklist, unit=unit, area=area))
