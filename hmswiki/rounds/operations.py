"""What is done with a round: begun, answered, photographed, handed in, corrected, signed, given up. Never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.checklists import queries as checklist_queries
from hmswiki.checklists import supplement_queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.template import Kind
from hmswiki.foundation import events, files
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation.models import Area, Person, Unit
from hmswiki.rounds import asked as asking
from hmswiki.rounds import doing, findings, queries, rules
from hmswiki.rounds.answering import Incoming, Refused
from hmswiki.rounds.models import Answer, Photo, Round
from hmswiki.rounds.photos import MEDIA_TYPE, Prepared
from hmswiki.schedules.models import ScheduleRecord

MAX_REASON = 1_000


# --- Beginning and giving up --------------------------------------------------------------------------------


def start(
    session: Session,
    *,
    checklist: ChecklistRecord,
    unit: Unit,
    area: Area | None = None,
    person: Person | None = None,
    schedule: ScheduleRecord | None = None,
    occurrence: str | None = None,
    by: Actor | None,
    at: datetime,
    today: date,
    on_paper: bool = False,
    done_on: date | None = None,
    key: str | None = None,
) -> Round:
    """Begin a round, or join the one that runs there for the same occasion. Raises Refusal.

    Of a schedule's occurrence there is one round a subject: where it was handed in already, that one is given.
    `on_paper`: what was written on paper on the day `done_on` is typed in; it has a round of its own. `key`: of a
    round that is begun, where whoever asks must know it beforehand.
    """
    doing.demand_doing(
        session, by, unit=unit, area=area, person=person, schedule_id=schedule.id if schedule else None,
        occurrence=occurrence, day=today, known_at=at,
    )  # fmt: skip
    if schedule is not None and (occurrence is None or schedule.checklist_id != checklist.id):
        raise Refusal(N_("The plan does not ask for this checklist then. Start the round from its page."))
    if on_paper:
        _check_paper_day(done_on, today)
    # Two who begin at the same moment: the second waits, and joins.
    session.execute(select(ChecklistRecord.id).where(ChecklistRecord.id == checklist.id).with_for_update())
    slot, running = None, None
    if schedule is not None and occurrence is not None:
        slot = queries.slot(schedule.id, occurrence, doing.subject_of(unit, area, person).slot)
        running = _of_slot(session, slot)
    elif not on_paper:
        running = _at_place(session, checklist, unit, area, person)
    if running is not None:
        if on_paper and (running.done_on != done_on or not running.on_paper):
            raise Conflict(
                N_("There is a round for this already, and the one on the paper would be a second. Open that one and "
                   "answer in it, or type the paper in as a round of its own.")
            )  # fmt: skip
        return running
    day = done_on if on_paper and done_on is not None else today
    asked, edition_id = _asked(session, checklist, unit, day=day, today=today, at=at)
    found = Round(
        key=key or str(uuid4()), checklist_id=checklist.id, edition_id=edition_id, asked=asking.as_data(asked),
        schedule_id=schedule.id if schedule else None, occurrence=occurrence if schedule else None, slot=slot,
        unit_id=unit.id, area_id=area.id if area else None, person_id=person.id if person else None,
        started_at=at, started_by_id=by.person_id if by else None, on_paper=on_paper,
        done_on=done_on if on_paper else None,
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def _check_paper_day(done_on: date | None, today: date) -> None:
    if done_on is None:
        raise Refusal(N_("Write the day that stands on the paper."), field="done_on")
    if done_on > today:
        raise Refusal(
            N_("%(day)s lies ahead, and what is typed in was done already. Write the day that stands on the paper."),
            field="done_on", day=done_on,
        )  # fmt: skip
    if done_on.year < 1950:
        raise Refusal(N_("%(day)s cannot be right. Write the day that stands on the paper."), field="done_on",
                      day=done_on)  # fmt: skip


def _of_slot(session: Session, slot: str) -> Round | None:
    return session.scalar(select(Round).where(Round.slot == slot, Round.abandoned_at.is_(None)))


def _at_place(
    session: Session, checklist: ChecklistRecord, unit: Unit, area: Area | None, person: Person | None
) -> Round | None:
    """The round that somebody has begun there without being asked, and not handed in."""
    return session.scalar(
        select(Round)
        .where(
            Round.checklist_id == checklist.id, Round.schedule_id.is_(None), Round.unit_id == unit.id,
            Round.area_id == area.id if area else Round.area_id.is_(None),
            Round.person_id == person.id if person else Round.person_id.is_(None),
            Round.handed_in_at.is_(None), Round.abandoned_at.is_(None), Round.on_paper.is_(False),
        )
        .order_by(Round.id)
    )  # fmt: skip


def _asked(
    session: Session, checklist: ChecklistRecord, unit: Unit, *, day: date, today: date, at: datetime
) -> tuple[asking.Asked, int]:  # fmt: skip
    if checklist.retired_on is not None and checklist.retired_on <= day:
        raise Refusal(
            N_("The checklist was withdrawn on %(day)s, and no new round is begun with it."), day=checklist.retired_on
        )
    # Years back there may have been none: then it was written on the first that there was, or is typed into today's.
    for when in dict.fromkeys((day, today)):
        adapted = supplement_queries.adapted(session, checklist, unit, day=when, known_at=at)
        edition = checklist_queries.edition_on(session, checklist.id, when)
        if adapted is not None and edition is not None:
            asked = asking.from_adapted(adapted)
            if not asked.sections:
                break
            return asked, edition.id
    raise Refusal(N_("The checklist asks nothing there yet. A round can begin once an edition is in force."))


def abandon(session: Session, round: Round, *, reason: str, by: Actor, at: datetime, today: date) -> None:
    """Give up a round that was not handed in. What was answered stays, and another may be begun in its place."""
    found = _running(session, round, by=by, at=at, today=today)
    found.abandoned_because = _reason(reason)
    found.abandoned_at, found.abandoned_by_id = at, by.person_id


def _running(session: Session, round: Round, *, by: Actor | None, at: datetime, today: date) -> Round:
    """The round, held, when it runs and `by` may do it. Raises Conflict, NotAllowed."""
    found = queries.find(session, round.key, hold=True)
    doing.demand_doing_of(session, by, found, day=today, known_at=at)
    check_runs(found)
    return found


def check_runs(round: Round) -> None:
    """Raises Conflict where nothing more can be answered in it."""
    if round.abandoned_at is not None:
        raise Conflict(
            N_("The round was given up on %(when)s. What you have typed is kept here: start a new round for it."),
            when=round.abandoned_at,
        )  # fmt: skip
    if round.handed_in_at is not None:
        raise Conflict(
            N_("%(name)s handed the round in on %(when)s, so it can no longer be changed. What you have typed is kept "
               "here. Add it as a correction, and say why."),
            name=round.handed_in_by.name if round.handed_in_by else "–", when=round.handed_in_at,
        )  # fmt: skip


def _reason(text: str) -> str:
    reason = rules.plain(text)
    if not reason:
        raise Refusal(N_("Say why. It stands beside what you change."), field="reason")
    if len(reason) > MAX_REASON:
        raise Refusal(
            N_("This is %(length)s characters, and the limit is %(limit)s. Shorten it."),
            field="reason", length=len(reason), limit=MAX_REASON,
        )  # fmt: skip
    return reason


# --- Answering ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Which answers are saved, by key, and which are not, with the reason. Each is a fact of its own."""

    saved: Sequence[str]
    refused: Sequence[Refused]
    handed_in: bool = False
    """Whether the round was handed in before they came."""


def answer(
    session: Session, key: str, incoming: Sequence[Incoming], *, by: Actor | None, at: datetime, today: date
) -> Outcome:
    """Record answers in the round with this key. One that is sent again is saved already.

    Raises Conflict when it is handed in or given up, NotAllowed, NotFound.
    """
    round = queries.find(session, key, share=True)
    doing.demand_doing_of(session, by, round, day=today, known_at=at)
    earlier = _known_keys(session, incoming)
    try:
        check_runs(round)
    except Conflict as ended:
        # What came before it ended is still said to be saved.
        saved = [each.key for each in incoming if earlier.get(each.key) == round.id]
        if not saved:
            raise
        late = [Refused(each.key, each.item, ended, each.finding) for each in incoming if each.key not in saved]
        return Outcome(saved, late, round.handed_in_at is not None)
    return _record(session, round, incoming, earlier, by=by, at=at, reason=None)


def _record(
    session: Session, round: Round, incoming: Sequence[Incoming], earlier: Mapping[str, int], *,
    by: Actor | None, at: datetime, reason: str | None,
) -> Outcome:  # fmt: skip
    asked = queries.asked_of(round)
    saved: list[str] = []
    refused: list[Refused] = []
    rows: dict[str, Answer] = {}
    finding_ids = _finding_ids(session, round, incoming)
    moments = _moments(round, incoming, at)
    for each, moment in zip(incoming, moments, strict=True):
        if each.key in earlier or each.key in rows:
            if each.key in earlier and earlier[each.key] != round.id:
                refused.append(Refused(each.key, each.item, _used_elsewhere(), each.finding))
            else:
                saved.append(each.key)
            continue
        try:
            rows[each.key] = _answer(session, round, asked, each, finding_ids, at=at, moment=moment)
        except Refusal as refusal:
            refused.append(Refused(each.key, each.item, refusal, each.finding))
            continue
        rows[each.key].by_id = by.person_id if by else None
        rows[each.key].reason = reason
        saved.append(each.key)
    _add_each_once(session, list(rows.values()))
    return Outcome(saved, refused)


def _known_keys(session: Session, incoming: Sequence[Incoming]) -> dict[str, int]:
    """The rounds in which answers with these keys were recorded already."""
    keys = [each.key for each in incoming]
    rows = session.execute(select(Answer.key, Answer.round_id).where(Answer.key.in_(keys)))
    return {row.key: row.round_id for row in rows}


def _used_elsewhere() -> Refusal:
    return Refusal(N_("This answer belongs to another round. Open the round again, and give it anew."))


def _moments(round: Round, incoming: Sequence[Incoming], at: datetime) -> list[datetime]:
    if round.on_paper and round.done_on is not None and round.handed_in_at is None:
        return [min(datetime.combine(round.done_on, time(12), UTC), at)] * len(incoming)
    return rules.moved_back([each.answered_at for each in incoming], at)


def _finding_ids(session: Session, round: Round, incoming: Sequence[Incoming]) -> dict[str, int]:
    """The ids of earlier findings that are asked about in this round, where an answer is about one."""
    if all(each.finding is None for each in incoming):
        return {}
    return {finding.key: finding.id for finding in queries.earlier_findings(session, round)}


def _answer(
    session: Session, round: Round, asked: asking.Asked, each: Incoming, finding_ids: Mapping[str, int], *,
    at: datetime, moment: datetime,
) -> Answer:  # fmt: skip
    """The row, when the answer can be one. Raises Refusal."""
    row = Answer(key=each.key, round_id=round.id, answered_at=moment, recorded_at=at)
    row.note = rules.checked_note(each.note)
    if each.finding is not None:
        if each.finding not in finding_ids:
            raise Refusal(N_("The round does not ask about this finding any more. Open the round again."))
        row.finding_id = finding_ids[each.finding]
        row.value = rules.checked_still(each.value)
        return row
    item = asked.by_key.get(each.item or "")
    if item is None:
        raise Refusal(N_("The round has no such item. Open the round again; what you typed stays on the phone."))
    row.item = item.key
    # A photo is an answer of its own; here only what is said beside it.
    row.value = None if item.item.kind is Kind.PHOTO else rules.checked_value(item.item, each.value)
    details = rules.checked_details(each.details)
    _check_planned(session, round, details)
    row.finding = details
    return row


def _check_planned(session: Session, round: Round, details: Mapping[str, Any] | None) -> None:
    planned = rules.planned(details)
    if planned is None:
        return
    if planned.role is Role.AREA_OWNER and round.area_id is None:
        raise Refusal(N_("This round is of a unit, and no area owner answers for it. Choose somebody else."))
    if planned.responsible is not None:
        findings.responsible(session, planned.responsible)


def _add_each_once(session: Session, rows: Sequence[Answer]) -> None:
    """Another transaction may be about to record the same answer: then that one's is kept, and ours is none."""
    if not rows:
        return
    try:
        with session.begin_nested():
            session.add_all(rows)
            session.flush()
        return
    except IntegrityError:
        copies = [_copy(row) for row in rows]
    for copy in copies:
        try:
            with session.begin_nested():
                session.add(copy)
                session.flush()
        except IntegrityError:
            if session.scalar(select(Answer.id).where(Answer.key == copy.key)) is None:
                raise


def _copy(row: Answer) -> Answer:
    return Answer(**{column.key: getattr(row, column.key) for column in Answer.__table__.columns if column.key != "id"})


# --- Photos -------------------------------------------------------------------------------------------------


def add_photo(
    session: Session, key: str, *, photo_key: str, item: str, prepared: Prepared, taken_at: datetime,
    by: Actor | None, at: datetime, today: date,
) -> Photo:  # fmt: skip
    """Keep a photo at an item of the round with this key. The same photo sent again is the same photo.

    Raises Conflict when the round is handed in or given up, NotAllowed, NotFound, Refusal.
    """
    round = queries.find(session, key, hold=True)
    doing.demand_doing_of(session, by, round, day=today, known_at=at)
    earlier = session.scalar(select(Photo).where(Photo.key == photo_key))
    if earlier is not None and earlier.round_id == round.id:
        return earlier
    if earlier is not None:
        raise Conflict(N_("This photo belongs to another round. Take it again."), field="photo")
    check_runs(round)
    return _keep_photo(session, round, photo_key, item, prepared, taken_at, by=by, at=at)


def _keep_photo(
    session: Session, round: Round, photo_key: str, item: str, prepared: Prepared, taken_at: datetime, *,
    by: Actor | None, at: datetime,
) -> Photo:  # fmt: skip
    asked = queries.asked_of(round)
    if item not in asked.by_key:
        raise Refusal(N_("The round has no such item. Open the round again; what you typed stays on the phone."))
    count = len(
        session.scalars(
            select(Photo.id).where(Photo.round_id == round.id, Photo.item == item, Photo.withdrawn_at.is_(None))
        ).all()
    )
    if count >= rules.MAX_PHOTOS:
        raise Refusal(
            N_("The item has %(count)s photos, and more are not kept. Take one away first."), field="photo", count=count
        )
    stored = files.keep(session, prepared.data, MEDIA_TYPE, at=at)
    photo = Photo(
        key=photo_key, round_id=round.id, item=item, sha256=stored.sha256, width=prepared.width,
        height=prepared.height, taken_at=min(taken_at, at), recorded_at=at, recorded_by_id=by.person_id if by else None,
    )  # fmt: skip
    session.add(photo)
    session.flush()
    return photo


def withdraw_photo(session: Session, photo: Photo, *, by: Actor, at: datetime, today: date) -> None:
    """Take a photo away. After handing in, it is shown no more, and that it was there stays known."""
    round = session.get_one(Round, photo.round_id)
    found = queries.find(session, round.key, hold=True)
    doing.demand_doing_of(session, by, found, day=today, known_at=at)
    photo.withdraw(by_id=by.person_id, at=at, reason=None)
    session.flush()


# --- Handing in ---------------------------------------------------------------------------------------------


class NotComplete(Refusal):
    """Something is missing: `missing` says what, item by item."""

    def __init__(self, missing: Sequence[rules.Missing]) -> None:
        self.missing = list(missing)
        super().__init__(
            N_("The round is not finished: %(count)s items are missing. They are listed at the top of the round."),
            count=len(self.missing),
        )


def hand_in(session: Session, key: str, *, by: Actor | None, at: datetime, today: date) -> Round:
    """End the round: nothing in it changes after this, findings are made of it, and actions where they are wanted.

    Raises NotComplete, Conflict when somebody has handed it in meanwhile, NotAllowed, NotFound.
    """
    round = queries.find(session, key, hold=True)
    doing.demand_doing_of(session, by, round, day=today, known_at=at)
    check_runs(round)
    filled = queries.filled(session, round)
    if filled.missing:
        raise NotComplete(filled.missing)
    if not filled.given and not filled.photos:
        raise Refusal(N_("Nothing has been answered yet. Answer what you have looked at, and hand it in then."))
    round.done_on = round.done_on or today
    round.handed_in_at, round.handed_in_by_id = at, by.person_id if by else None
    findings.conclude(session, filled, by=by, at=at, reason=None)
    session.flush()
    events.announce(
        session, events.round_handed_in, round_id=round.id, unit_id=round.unit_id, checklist_id=round.checklist_id
    )
    return round


def correct(
    session: Session,
    key: str,
    incoming: Sequence[Incoming],
    *,
    reason: str,
    by: Actor | None,
    at: datetime,
    today: date,
    photos: Sequence[tuple[str, str, Prepared]] = (),
) -> Outcome:
    """Add to a round that was handed in, with the reason. Findings follow; what was there before stays readable.

    `photos`: key, item and photo of each. Raises Refusal and records nothing where one answer cannot be.
    """
    round = queries.find(session, key, hold=True)
    doing.demand_doing_of(session, by, round, day=today, known_at=at)
    if round.handed_in_at is None:
        check_runs(round)
        raise Conflict(N_("The round is not handed in yet. Change the answer in the round itself."))
    why = _reason(reason)
    earlier = _known_keys(session, incoming)
    # A correction is later than all that it corrects, whatever a phone's clock says.
    now = [Incoming(e.key, e.item, e.finding, e.value, e.note, e.details, at) for e in incoming]
    outcome = _record(session, round, now, earlier, by=by, at=at, reason=why)
    for photo_key, item, prepared in photos:
        if session.scalar(select(Photo.id).where(Photo.key == photo_key)) is None:
            _keep_photo(session, round, photo_key, item, prepared, at, by=by, at=at)
    session.flush()
    findings.conclude(session, queries.filled(session, round), by=by, at=at, reason=why)
    session.flush()
    return outcome
