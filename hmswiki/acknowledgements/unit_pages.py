"""What a unit's page shows: put together here, rendered by templates."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements import confirming, masking, queries, unit_queries, unit_rules
from hmswiki.acknowledgements.confirming import NewcomerStanding
from hmswiki.acknowledgements.confirming_rules import Method
from hmswiki.acknowledgements.coverage import ConfirmationFact, Count, Coverage, EditionFact, Facts, Row, evaluate
from hmswiki.acknowledgements.coverage_pages import begun_with, status_words
from hmswiki.acknowledgements.masking import SMALLEST_SHOWN, Shown
from hmswiki.acknowledgements.models import Confirmation, Question, Rollout
from hmswiki.acknowledgements.unit_forms import ConfirmForm, NewcomersForm, ReplyForm, WithdrawConfirmationForm
from hmswiki.acknowledgements.unit_queries import Answer
from hmswiki.acknowledgements.unit_rules import Effect, Urgency
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import GRANTS, Actor, Permission, Role, may
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Person, Unit
from hmswiki.organisation.queries import Contact
from hmswiki.web.context import settings
from hmswiki.web.page import role_name
from hmswiki.web.words import _, day, ngettext, number, percent, wording

CONTACT_ROLES = (Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE)


# --- What everything on the page stands on ----------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """A unit on a day, as one reader may see it."""

    unit: Unit
    units: Sequence[Unit]
    """All there are, in the organisation's own order."""
    day: date
    known_at: datetime
    facts: Facts
    coverage: Coverage
    shown: Mapping[int, Shown]
    """The unit's own rows, by guideline id."""
    rollouts: Sequence[Rollout]
    titles: Mapping[int, str]
    by_name: Mapping[int, Count]
    """By guideline id: where those stand who are asked by name."""


def ground(
    session: Session,
    unit: Unit,
    actor: Actor,
    *,
    day: date,
    known_at: datetime,
    guidelines: Collection[str] | None = None,
) -> Ground:
    """A fixed number of selects. Only what the reader may see is reckoned: what lies above hides nothing here."""
    units = organisation_queries.in_own_order(session.scalars(select(Unit)).all())
    top = _topmost(actor, unit, units)
    facts = queries.facts(session, as_of=day, known_at=known_at, under=top, guidelines=guidelines)
    coverage = evaluate(facts, day)
    # Rows above the topmost unit are not whole.
    inside = {one.id for one in units if top is None or one.path.startswith(top.path)}
    whole = {key: row for key, row in coverage.rows.items() if row.unit_id in inside}
    shown = masking.shown_to(actor, whole, units)
    rollouts = unit_queries.rollouts_reaching(session, unit, day=day)
    by_name: dict[int, Count] = {}
    if any(confirming.shows_names(rollout, day) for rollout in rollouts):
        named = evaluate(confirming.named_facts(facts, rollouts, day), day)
        by_name = {of: row.count for (of, where), row in named.rows.items() if where == unit.id}
    return Ground(
        unit=unit, units=units, day=day, known_at=known_at, facts=facts, coverage=coverage,
        shown={of: one for (of, where), one in shown.items() if where == unit.id},
        rollouts=rollouts,
        titles={rollout.guideline_id: wording(rollout.guideline.title) for rollout in rollouts},
        by_name=by_name,
    )  # fmt: skip


def _topmost(actor: Actor, unit: Unit, units: Sequence[Unit]) -> Unit | None:
    """The topmost unit above `unit` that the actor sees; None: the actor sees all."""
    grant = GRANTS[Permission.SEE_COVERAGE]
    if actor.holds(grant.everywhere):
        return None
    paths = {holding.path for holding in actor.holdings if holding.role in grant.roles}
    if actor.unit_path is not None:
        paths.add(actor.unit_path)
    above = [one for one in units if one.path in paths and unit.path.startswith(one.path)]
    return min(above, key=lambda one: len(one.path), default=None)


# --- The list of guidelines -------------------------------------------------------------------------------


@dataclass(frozen=True)
class GuidelineRow:
    """A guideline that is rolled out to the unit."""

    row: Row
    count: Count | None
    """None: the group is too small for this reader."""
    urgency: Urgency
    title: str
    by_name: Count | None
    """Those whose names may be looked up; None where nobody is asked by name, or the reader may not."""
    due_words: tuple[str, str]
    """(kind of status or nothing, words)."""
    status_words: str
    current: bool = False

    @property
    def slug(self) -> str:
        return self.row.guideline


def guideline_rows(on: Ground, *, names: bool, current: str | None = None) -> list[GuidelineRow]:
    """The worst first."""
    return [
        GuidelineRow(
            row=one.row, count=one.count, urgency=unit_rules.urgency(one, on.day), title=on.titles[of],
            by_name=on.by_name.get(of) if names else None, due_words=due_words(one, on.day),
            status_words=status_words(one.status), current=one.row.guideline == current,
        )
        for one in unit_rules.worst_first(on.shown.values(), on.day)
        if (of := one.row.guideline_id) in on.titles
    ]  # fmt: skip


def due_words(shown: Shown, on: date) -> tuple[str, str]:
    """(reached, soon, over or nothing; "Due Friday 26 January"): what stands beside a guideline's name."""
    urgency, due = unit_rules.urgency(shown, on), shown.due
    if urgency is Urgency.DONE:
        return "reached", _("Everybody is reached")
    if urgency is Urgency.NEARLY and shown.count is not None:
        return "reached", _("On target, %(share)s", share=percent(shown.count.reached, shown.count.total))
    kind = str(urgency) if urgency in (Urgency.OVER, Urgency.SOON) else ""
    if due is None:
        return kind, _("No due date")
    if due == on - timedelta(days=1):
        return kind, _("It was due yesterday")
    if due < on:
        return kind, _("Was due %(day)s", day=day(due, "full"))
    return kind, _("Due today") if due == on else _("Due %(day)s", day=day(due, "full"))


def answer_words(answer: Answer, *, counts: bool) -> str:
    """What the unit answered: "Informed at an all-staff meeting, 3 excepted"; how many only with `counts`."""
    if answer.answer == "not_informed":
        return str(_("Answered: not informed"))
    if answer.answer == "unknown":
        return str(_("Answered: we do not know"))
    said = str(
        {
            Method.ALL_STAFF_MEETING: _("Informed at an all-staff meeting"),
            Method.SECTION_MEETING: _("Informed at section meetings"),
            Method.EMAIL: _("Informed by e-mail"),
            Method.STARTUP: _("Informed at start-up"),
        }.get(answer.method or "", _("Informed"))  # type: ignore[call-overload]
    )
    if not counts and answer.names_only:
        return str(_("%(informed)s, some of the employees", informed=said))
    if not counts and answer.excepted:
        return str(_("%(informed)s, with exceptions", informed=said))
    if answer.names_only:
        said += ngettext(": one person", ": %(num)s people", answer.only)
    elif answer.excepted:
        said += ngettext(", one person excepted", ", %(num)s people excepted", answer.excepted)
    return said


def lead(rows: Sequence[GuidelineRow], on: date) -> str:
    """The page's answer in two or three sentences."""
    if not rows:
        return str(_("No guideline is rolled out to this unit. When one is, it stands here."))
    if all(row.urgency is Urgency.DONE for row in rows):
        return str(_("Everybody has been reached about every guideline."))
    worst = rows[0]
    if worst.urgency in (Urgency.NEARLY, Urgency.DONE):
        return str(_("Nearly everybody has been reached about every guideline."))
    sentences = [_who_is_missing(worst), _when_due(worst.row.due, on)]
    urgent = sum(row.urgency in (Urgency.OVER, Urgency.SOON) for row in rows[1:])
    if urgent:
        sentences.append(
            ngettext("One more guideline needs follow-up.", "%(number)s more guidelines need follow-up.", urgent,
                     number=begun_with(urgent))
        )  # fmt: skip
    elif len(rows) > 1:
        sentences.append(_("The rest is on schedule."))
    return " ".join(sentence for sentence in sentences if sentence)


def line_of(session: Session, unit: Unit, actor: Actor, *, day: date, known_at: datetime) -> str:
    """How the unit stands, as its page begins."""
    return lead(guideline_rows(ground(session, unit, actor, day=day, known_at=known_at), names=False), day)


def _who_is_missing(row: GuidelineRow) -> str:
    if row.count is None:
        return str(
            _("About %(guideline)s fewer than %(limit)s are in the unit, so numbers are not shown to others.",
              guideline=inside_a_sentence(row.title), limit=number(SMALLEST_SHOWN))
        )  # fmt: skip
    return str(
        ngettext(
            "%(missing)s of %(total)s employees has not been reached about %(guideline)s.",
            "%(missing)s of %(total)s employees have not been reached about %(guideline)s.",
            row.count.missing, missing=number(row.count.missing), total=number(row.count.total),
            guideline=inside_a_sentence(row.title),
        )
    )  # fmt: skip


def _when_due(due: date | None, on: date) -> str:
    if due is None:
        return ""
    if due == on - timedelta(days=1):
        return str(_("It was due yesterday."))
    if due < on:
        return str(_("It was due %(day)s.", day=day(due, "full")))
    if due == on:
        return str(_("It is due today."))
    return str(_("It is due %(day)s.", day=day(due, "full")))


def inside_a_sentence(title: str) -> str:
    """A title as it stands inside a sentence: "Rus og avhengighet" is "rus og avhengighet", "HMS-runde" stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


# --- Forecast ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forecast:
    """What the numbers will be after saving, in words."""

    sentences: Sequence[str]
    button: str
    problem: str = ""
    """Why it cannot be saved as it is."""


def everyone_but(people: int) -> str:
    """Whom the form speaks of, above the list of those it does not."""
    return ngettext(
        "The one employed that day counts as informed, unless you name them here.",
        "All %(count)s employed that day count as informed, except those you name here.",
        people, count=number(people),
    )  # fmt: skip


def confirmation_fact(
    unit: Unit,
    edition_id: int,
    informed_on: date,
    *,
    at: datetime,
    answer: str = "informed",
    excepted: Collection[int] = (),
    only: Collection[int] | None = None,
) -> ConfirmationFact:
    return ConfirmationFact(
        unit.id, edition_id, informed_on, answer, at, frozenset(excepted), None if only is None else frozenset(only)
    )  # fmt: skip


def forecast(on: Ground, answers: Mapping[int, ConfirmationFact]) -> Forecast:
    """What saving `answers` (by guideline id, the chosen one first) would do to the unit's numbers."""
    if not answers:
        return Forecast([], str(_("Save the answer")))
    (first, said), *_rest = answers.items()
    effects = unit_rules.effects(on.facts, answers.values(), on.unit.id, on.day)
    sentences = []
    for of in answers:
        effect = effects.get(of)
        shown = on.shown.get(of)
        if effect is None or shown is None or shown.count is None:
            continue
        facts = {"reached": number(effect.after.reached), "total": number(effect.after.total)}
        sentences.append(
            str(_("After saving, %(reached)s of %(total)s have been reached.", **facts))
            if len(answers) == 1
            else str(
                _("%(guideline)s: %(reached)s of %(total)s reached after saving.", guideline=on.titles[of], **facts)
            )
        )
        asked = on.by_name.get(of)
        if asked is not None and asked.total == effect.after.total and effect.after.missing:
            sentences.append(
                ngettext(
                    "One is asked on My page.", "%(num)s are asked on My page.", effect.after.missing,
                )
            )  # fmt: skip
    if said.answer != "informed":
        return Forecast(
            [str(_("Nobody is counted as reached by this answer.")), *sentences], str(_("Save the answer"))
        )  # fmt: skip
    chosen = on.shown.get(first)
    if chosen is None or chosen.count is None:
        return Forecast([str(_("The group is so small that its numbers are not shown to you."))], str(_("Confirm")))
    people = unit_rules.spoken_of(on.facts, said, first, on.day)
    return Forecast(
        sentences,
        ngettext("Confirm for %(count)s employee", "Confirm for %(count)s employees", people, count=number(people)),
    )


# --- The page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewcomerRow:
    person_id: int
    name: str
    joined_on: date
    untold: Sequence[str]
    """Titles of the guidelines that the others were told of before."""


@dataclass(frozen=True)
class ContactRow:
    """Who holds a role. `above` is None where it is held in the unit itself."""

    role: Role
    here: Sequence[Contact]
    above: Sequence[Contact]
    above_unit: Unit | None


@dataclass(frozen=True)
class NewEdition:
    """A newer edition than the form was shown for."""

    title: str
    slug: str
    number: str
    published_on: date
    summary: str


@dataclass(frozen=True)
class ConfirmPart:
    """The form that confirms one guideline, and others along with it."""

    form: ConfirmForm
    chosen: GuidelineRow
    others: Sequence[GuidelineRow]
    people: Sequence[Person]
    forecast: Forecast
    published_on: date
    """From when the edition is in force: nobody can have been informed of it before."""
    newer: Sequence[NewEdition] = ()


@dataclass(frozen=True)
class DonePart:
    """What was confirmed a moment ago, and what comes next."""

    answers: Sequence[Answer]
    following: GuidelineRow | None


@dataclass(frozen=True)
class UnitPage:
    """A unit: where it stands, and what it can do about it."""

    unit: Unit
    day: date
    today: date
    lead: str
    rows: Sequence[GuidelineRow]
    is_read_only: bool
    is_own: bool
    own_units: Sequence[Unit]
    """The reader's own units besides this one."""
    successors: Sequence[Unit]
    """Where the unit is closed: what carries it on."""
    may_confirm: bool
    sees_names: bool
    sees_answers: bool
    open_questions: int | None
    """None: the reader does not answer them."""
    newcomers: Sequence[NewcomerRow]
    newcomer_count: int | None
    """None: the group is too small for this reader."""
    newcomers_by_name: bool
    """Whether how far newcomers have come can be looked up."""
    newcomers_form: NewcomersForm | None
    answers: Sequence[Answer]
    contacts: Sequence[ContactRow]
    children: Sequence[Unit]
    confirm: ConfirmPart | None
    done: DonePart | None
    editions: Mapping[str, str] = field(default_factory=dict)
    """The edition on the screen, by slug."""
    counted: Collection[int] | None = None
    """Ids of the guidelines whose counts the reader may see here; None: the unit is their own, and they see all."""

    @property
    def is_open(self) -> bool:
        return self.unit.open_on(self.day)

    @property
    def lies_ahead(self) -> bool:
        return self.day > self.today

    def new_id(self) -> str:
        """An id for a form of one button."""
        return str(uuid4())

    def everyone_but(self, people: int) -> str:
        return everyone_but(people)

    def words_of(self, answer: Answer) -> str:
        return answer_words(answer, counts=self.tells_counts_of(answer))

    def tells_counts_of(self, answer: Answer) -> bool:
        """Whether the reader may see how many an answer excepts or names: of a unit above it is not told here."""
        own = answer.unit.id == self.unit.id
        return own and (self.counted is None or answer.guideline_id in self.counted)

    def role_words(self, role: str) -> str:
        """A role as it stands after a name."""
        return inside_a_sentence(role_name(role))

    def day_of(self, moment: datetime) -> date:
        return clock.day_of(moment, settings().zone)


def unit_page(
    session: Session,
    unit: Unit,
    actor: Actor,
    *,
    day: date,
    today: date,
    known_at: datetime,
    form: ConfirmForm | None = None,
    newcomers_form: NewcomersForm | None = None,
    given: Forecast | None = None,
) -> UnitPage:
    """The page; `form` and `newcomers_form` as they were typed, if they were; `given` is their forecast."""
    on = ground(session, unit, actor, day=day, known_at=known_at)
    read_only = day != today or not unit.open_on(day)
    may_confirm = not read_only and bool(may(actor, Permission.CONFIRM_FOR_UNIT, within=unit))
    sees_names = not read_only and bool(may(actor, Permission.SEE_INDIVIDUAL_COVERAGE, within=unit))
    sees_answers = bool(may(actor, Permission.SEE_CONFIRMATIONS, within=unit))
    answers = unit_queries.answers(session, unit, day=day, zone=settings().zone) if sees_answers else []
    rows = guideline_rows(on, names=sees_names)
    done = _done(rows, answers, unit) if may_confirm and form is None else None
    confirm = None
    if may_confirm and rows:
        chosen = _chosen(rows, form, done)
        if chosen is not None:
            confirm = _confirm_part(session, on, rows, chosen, answers, form, given, today=today)
            rows = guideline_rows(on, names=sees_names, current=chosen.slug)
    new = unit_rules.newcomers(on.facts, unit.id, day) if unit.open_on(day) else []
    names: Mapping[int, str] = {}
    if sees_names:
        names = (
            {person.id: person.name for person in confirm.people}
            if confirm is not None and not (form and form.informed_on.data)
            else unit_queries.names(session, [one.person_id for one in new])
        )
    small = any(row.count is None for row in rows)
    own = _own_units(actor, on.units)
    return UnitPage(
        unit=unit, day=day, today=today, lead=lead(rows, day), rows=rows, is_read_only=read_only,
        is_own=any(unit.path.startswith(one.path) for one in own),
        own_units=[one for one in own if one.id != unit.id and one.open_on(day)],
        successors=unit.successors if not unit.open_on(day) else (),
        may_confirm=may_confirm, sees_names=sees_names, sees_answers=sees_answers,
        open_questions=unit_queries.open_questions(session, unit)
        if not read_only and may(actor, Permission.ANSWER_QUESTIONS, within=unit) else None,
        newcomers=[
            NewcomerRow(one.person_id, names[one.person_id], one.joined_on, [on.titles[of] for of in one.untold])
            for one in new
        ] if sees_names else (),
        newcomer_count=None if small else len(new),
        newcomers_by_name=any(
            of in on.by_name and on.coverage.standing(of, one.person_id) is not None for one in new for of in on.titles
        ),
        newcomers_form=newcomers_form or (_newcomers_form(new, on, today) if may_confirm and new else None),
        answers=answers,
        contacts=_contacts(session, on),
        children=[one for one in on.units if one.parent_id == unit.id and one.open_on(day)],
        confirm=confirm, done=done, editions=_in_force(on, rows),
        counted=None if unit.id in masking.own_units(actor)
        else frozenset(of for of, one in on.shown.items() if one.count is not None),
    )  # fmt: skip


def _chosen(rows: Sequence[GuidelineRow], form: ConfirmForm | None, done: DonePart | None) -> GuidelineRow | None:
    """The guideline whose form is open: the one asked for, else the worst, else none."""
    wanted = form.guideline.data if form is not None else request.args.get("guideline")
    if wanted:
        for row in rows:
            if row.slug == wanted:
                return row
        if form is None:
            raise NotFound(
                N_("There is no guideline “%(slug)s” rolled out to this unit. Its page lists those that are."),
                slug=wanted[:100],
            )
    if done is not None:
        return None
    worst = rows[0]
    return None if worst.urgency is Urgency.DONE and form is None else worst


def _confirm_part(
    session: Session,
    on: Ground,
    rows: Sequence[GuidelineRow],
    chosen: GuidelineRow,
    answers: Sequence[Answer],
    form: ConfirmForm | None,
    given: Forecast | None,
    *,
    today: date,
) -> ConfirmPart:
    if form is None:
        form = ConfirmForm(
            formdata=None, guideline=chosen.slug, informed_on=today, newcomer_routine=_routine(answers, on.unit)
        )
    told_on = form.informed_on.data
    people = employed(session, on.unit, told_on if told_on is not None and told_on <= today else today, on.known_at)
    if given is None:
        fact = confirmation_fact(
            on.unit, chosen.row.edition_id, told_on or today, at=on.known_at,
            answer=form.answer.data or "informed", excepted=form.excepted.data or (),
        )  # fmt: skip
        given = forecast(on, {chosen.row.guideline_id: fact})
    return ConfirmPart(
        form=form, chosen=chosen, others=[row for row in rows if row.slug != chosen.slug], people=people,
        forecast=given, published_on=on.coverage.demanded[chosen.row.guideline_id].published_on,
        newer=_newer(session, rows, form),
    )  # fmt: skip


def employed(session: Session, unit: Unit, day: date, known_at: datetime) -> list[Person]:
    """Who was employed in the unit's tree that day, by name. One select."""
    return sorted(organisation_queries.employed_in(session, unit, day=day, known_at=known_at), key=by_alphabet)


# Databases and languages disagree on these three; in Norwegian they come last, in this order.
_LAST_LETTERS = str.maketrans({"æ": "{", "ø": "|", "å": "}"})


def by_alphabet(person: Person) -> tuple[str, int]:
    """A key that sorts people by name as Norwegians do."""
    return (person.name.casefold().translate(_LAST_LETTERS), person.id)


def _routine(answers: Sequence[Answer], unit: Unit) -> str:
    """The unit's routine for newcomers as it last said it."""
    said = [one for one in answers if one.newcomer_routine and one.unit.id == unit.id and one.withdrawn_at is None]
    latest = max(said, key=lambda one: one.recorded_at, default=None)
    return latest.newcomer_routine or "" if latest is not None else ""


def _in_force(on: Ground, rows: Sequence[GuidelineRow]) -> dict[str, str]:
    """By slug, the edition that is in force: what people are told of, be it a minor one that nobody must be told of."""
    latest: dict[int, EditionFact] = {}
    for edition in sorted(on.facts.editions):
        if edition.published_on <= on.day:
            latest[edition.guideline_id] = edition
    return {row.slug: latest[row.row.guideline_id].number for row in rows}


def _newer(session: Session, rows: Sequence[GuidelineRow], form: ConfirmForm) -> list[NewEdition]:
    """The editions that came into force after the form was shown."""
    overtaken = {
        row.row.edition_id: row
        for row in rows
        if row.slug in form.slugs and form.edition(row.slug) not in ("", row.row.edition)
    }
    if not overtaken:
        return []
    editions = session.scalars(select(Edition).where(Edition.id.in_(overtaken)))
    return [
        NewEdition(
            overtaken[edition.id].title, overtaken[edition.id].slug, edition.number, edition.published_on,
            wording(edition.summary),
        )
        for edition in editions
        if _is_older(form.edition(overtaken[edition.id].slug), edition)
    ]  # fmt: skip


def _is_older(number: str, edition: Edition) -> bool:
    major, _dot, minor = number.partition(".")
    digits = major.isdigit() and minor.isdigit()
    return digits and (int(major[:9]), int(minor[:9])) < (edition.major, edition.minor)


def _done(rows: Sequence[GuidelineRow], answers: Sequence[Answer], unit: Unit) -> DonePart | None:
    """What the address says was just answered, as the unit's own latest answers tell it."""
    slugs = list(dict.fromkeys(request.args.getlist("done")))
    found = []
    for slug in slugs:
        own = [
            one
            for one in answers
            if one.slug == slug and one.unit.id == unit.id and one.withdrawn_at is None and not one.names_only
        ]
        if own:
            found.append(max(own, key=lambda one: (one.recorded_at, one.id)))
    if not found:
        return None
    waiting = [row for row in rows if row.slug not in slugs and row.count is not None and row.count.missing]
    return DonePart(found, waiting[0] if waiting else None)


def _newcomers_form(new: Sequence[unit_rules.Newcomer], on: Ground, today: date) -> NewcomersForm:
    """Preselects the guidelines that the others were told of before."""
    untold = {of for one in new for of in one.untold}
    slugs = [one.row.guideline for of, one in on.shown.items() if of in untold]
    return NewcomersForm(formdata=None, prefix="new-", informed_on=today, guidelines=slugs)


def _own_units(actor: Actor, units: Sequence[Unit]) -> list[Unit]:
    """The units in which the reader holds a role of the unit's, and the one they are employed in."""
    ids = [h.unit_id for h in actor.holdings if h.role in GRANTS[Permission.SEE_CONFIRMATIONS].roles]
    if actor.unit_id is not None:
        ids.append(actor.unit_id)
    by_id: dict[int, Unit] = {unit.id: unit for unit in units}
    return [by_id[id] for id in dict.fromkeys(ids)]


def _contacts(session: Session, on: Ground) -> list[ContactRow]:
    """For each role who holds it here; where it is vacant, who holds it nearest above. One select."""
    line = sorted(
        (one for one in on.units if on.unit.path.startswith(one.path)), key=lambda one: len(one.path), reverse=True
    )
    found = organisation_queries.contacts(session, line, CONTACT_ROLES, day=on.day, known_at=on.known_at)
    rows = []
    for role in CONTACT_ROLES:
        holders = {one.id: [contact for contact in found[one.id] if contact.role == role] for one in line}
        nearest: Any = next((one for one in line[1:] if holders[one.id]), None)
        rows.append(ContactRow(role, holders[on.unit.id], holders[nearest.id] if nearest else (), nearest))
    return rows


# --- Withdrawing, names, questions ------------------------------------------------------------------------


@dataclass(frozen=True)
class WithdrawPage:
    """A confirmation about to be withdrawn."""

    unit: Unit
    confirmation: Confirmation
    guideline: str
    form: WithdrawConfirmationForm
    effect: Effect | None
    """None: it is not counted, or the group is too small for this reader."""
    asks: bool
    """False: it was withdrawn already."""


def withdraw_page(
    session: Session,
    unit: Unit,
    confirmation: Confirmation,
    actor: Actor,
    form: WithdrawConfirmationForm,
    *,
    day: date,
    known_at: datetime,
) -> WithdrawPage:
    guideline = confirmation.edition.guideline
    effect = None
    if confirmation.withdrawn_at is None:
        on = ground(session, unit, actor, day=day, known_at=known_at, guidelines=[guideline.slug])
        fact = unit_queries.fact_of(confirmation)
        shown = on.shown.get(guideline.id)
        if shown is not None and shown.count is not None and fact in on.facts.confirmations:
            effect = unit_rules.effects_without(on.facts, fact, unit.id, day)[guideline.id]
    return WithdrawPage(
        unit, confirmation, wording(guideline.title), form, effect, asks=confirmation.withdrawn_at is None
    )  # fmt: skip


@dataclass(frozen=True)
class NamesPage:
    """Names that were looked up. `what` is missing, acknowledged, excepted or newcomers."""

    what: str
    guideline: Guideline | None
    people: Sequence[Person] = ()
    informed_on: date | None = None
    newcomers: Sequence[NewcomerStanding] = ()


@dataclass(frozen=True)
class ReplyRow:
    text: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True)
class QuestionRow:
    """A question of one of the unit's people, with a form to answer it."""

    question: Question
    asked_on: date
    guideline: str
    replies: Sequence[ReplyRow]
    form: ReplyForm


@dataclass(frozen=True)
class QuestionsPage:
    unit: Unit
    waiting: Sequence[QuestionRow]
    answered: Sequence[QuestionRow]


def questions_page(session: Session, unit: Unit, typed: Mapping[int, ReplyForm]) -> QuestionsPage:
    """`typed`: the form that was sent, by the question's id."""
    questions = unit_queries.questions(session, unit)
    writers = {reply.recorded_by_id for one in questions for reply in one.replies if reply.recorded_by_id is not None}
    names = unit_queries.names(session, writers)
    rows = [
        QuestionRow(
            question=one,
            asked_on=clock.day_of(one.recorded_at, settings().zone),
            guideline=wording(one.edition.guideline.title),
            replies=[
                ReplyRow(reply.text, reply.recorded_at, names.get(reply.recorded_by_id or 0, ""))
                for reply in one.replies
                if reply.withdrawn_at is None
            ],
            form=typed.get(one.id) or ReplyForm(formdata=None, prefix=f"q{one.id}-"),
        )
        for one in questions
    ]
    return QuestionsPage(unit, [row for row in rows if not row.replies], [row for row in rows if row.replies])
