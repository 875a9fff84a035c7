"""The page of a running round: what `round.html` shows, and what its script asks for again and again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from hmswiki.checklists.template import Condition, Kind, answers_of
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation import area_queries
from hmswiki.organisation import queries as organisation
from hmswiki.rounds import rules
from hmswiki.rounds.asked import AskedItem
from hmswiki.rounds.forms import HandInForm, ReasonForm
from hmswiki.rounds.models import Finding, Photo, Round, Seriousness
from hmswiki.rounds.queries import Filled
from hmswiki.rounds.rules import Given, Lack, Mark
from hmswiki.rounds.wordings import lack_in_words, option_label, place_of, value_in_words
from hmswiki.web.forms import PageForm
from hmswiki.web.page import role_in_running_text, role_name
from hmswiki.web.words import _, wording

ACTION_DAYS = 14
"""How long is suggested for an action."""


@dataclass(frozen=True)
class Option:
    """One of the answers of an item: `mark` is the style sheet's `data-answer`, empty for a plain choice."""

    value: str
    label: str
    mark: str
    raises_finding: bool


@dataclass(frozen=True)
class PhotoView:
    key: str
    url: str
    width: int
    height: int
    withdraw_url: str


@dataclass(frozen=True)
class ActionFields:
    """What stands in the fields of an action. `whose`: `person:<key>` or `role:<role>`, as the choices have it."""

    title: str = ""
    whose: str = ""
    due_on: str = ""


@dataclass(frozen=True)
class DetailsView:
    """What stands in the fields of a finding."""

    text: str = ""
    seriousness: str = ""
    mended: bool = False
    action: ActionFields = ActionFields()


@dataclass(frozen=True)
class ItemView:
    """One item as it stands on the page.

    The names of its fields in the plain form, with `key` for the item's key: `value-key`, `note-key`, `text-key`,
    `seriousness-key`, `mended-key`, `title-key`, `whose-key`, `due-key`, files in `photo-key`; `was-key` (hidden)
    holds `shown_key`, so that what nobody changed on this page takes nothing from somebody else's later answer.
    """

    key: str
    id: str
    """Of the fieldset, for links to it."""
    number: int
    text: str
    help: str
    kind: str
    passage_href: str | None
    notes: Sequence[str]
    """What the unit notes beside it."""
    is_local: bool
    required: bool
    mandatory: bool
    options: Sequence[Option]
    unit: str
    minimum: str | None
    maximum: str | None
    findings: Sequence[str]
    """The words that raise a finding (`below` and `above` of a number too)."""
    shown_when: Condition | None
    shown: bool
    mark: str
    value: str
    """What stands in the field: typed just now, else the answer that counts."""
    note: str
    details: DetailsView
    raises_finding: bool
    shown_key: str
    """The key of the answer that counts; empty without one."""
    answered_by: str
    """Somebody else's name, where the answer is not the reader's own."""
    answered_at: datetime | None
    photos: Sequence[PhotoView]
    error: str


@dataclass(frozen=True)
class SectionView:
    key: str
    title: str
    is_local: bool
    items: Sequence[ItemView]

    @property
    def shown(self) -> bool:
        return any(item.shown for item in self.items)


@dataclass(frozen=True)
class EarlierView:
    """A finding of an earlier round: "still so?". Fields of the plain form: `still-key` and `was-still-key`."""

    key: str
    id: str
    item: str
    """The item's text."""
    text: str
    found_on: date
    seriousness: str
    action: str
    """The action's title, empty without one."""
    action_href: str | None
    round_href: str
    value: str
    """`still`, `mended` or empty."""
    shown_key: str
    answered_by: str
    answered_at: datetime | None
    error: str


@dataclass(frozen=True)
class Lacking:
    """What is missing before it can be handed in, and where."""

    sentence: str
    href: str


@dataclass(frozen=True)
class Segment:
    mark: str
    href: str


@dataclass(frozen=True)
class RoundPage:
    """`title` is the checklist's, with the month where a plan asks; `place` where it is done."""

    round: Round
    key: str
    title: str
    place: str
    unit: str
    edition: str
    sections: Sequence[SectionView]
    earlier: Sequence[EarlierView]
    """The last round's open findings."""
    segments: Sequence[Segment]
    """One for each item that is asked now."""
    answered: int
    total: int
    marks: Mapping[str, int]
    """How many of each mark: ok, deviation, not-relevant."""
    others: Sequence[str]
    """Who else has answered here."""
    lacking: Sequence[Lacking]
    """After a handing-in that was refused."""
    seriousness: Sequence[tuple[str, str]]
    whose: Sequence[tuple[str, str]]
    """Whom an action may be given to: values for `whose-key`, and words."""
    suggested_due: str
    form: PageForm
    hand_in_form: PageForm
    abandon_form: PageForm
    problems: Sequence[str]
    """What is wrong with the whole of it."""
    at: datetime
    """When this page was made, by our clock."""

    @property
    def on_paper(self) -> bool:
        return self.round.on_paper

    @property
    def done_on(self) -> date | None:
        return self.round.done_on

    @property
    def left(self) -> int:
        return self.total - self.answered

    @property
    def address(self) -> str:
        return url_for("hmswiki.rounds.show", key=self.key)

    @property
    def answers_url(self) -> str:
        return url_for("hmswiki.rounds.answers", key=self.key)

    @property
    def state_url(self) -> str:
        return url_for("hmswiki.rounds.state", key=self.key)

    @property
    def photos_url(self) -> str:
        return url_for("hmswiki.rounds.photos", key=self.key)

    @property
    def hand_in_url(self) -> str:
        return url_for("hmswiki.rounds.hand_in", key=self.key)

    @property
    def corrections_url(self) -> str:
        return url_for("hmswiki.rounds.correct", key=self.key)

    @property
    def abandon_url(self) -> str:
        return url_for("hmswiki.rounds.abandon", key=self.key)

    @property
    def paper_url(self) -> str:
        """The empty form to print, for this place."""
        area, unit = self.round.area, self.round.unit
        return url_for(
            "hmswiki.rounds.paper", key=self.round.checklist.key, area=area.code if area else None, unit=unit.code
        )


@dataclass
class Typed:
    """What was typed and not saved: shown again with its errors. By item key, or by finding key for `still`."""

    values: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """value, note, details as `rules.checked_details` takes them, before anybody has looked at them."""
    errors: dict[str, str] = field(default_factory=dict)
    still: dict[str, str] = field(default_factory=dict)
    still_errors: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def round_page(
    session: Session, filled: Filled, reader: Actor, *, today: date, at: datetime, form: PageForm,
    typed: Typed | None = None, lacking: Sequence[rules.Missing] = (),
) -> RoundPage:  # fmt: skip
    round, typed = filled.round, typed or Typed()
    sections = [
        SectionView(
            section.key, wording(section.title), section.is_local,
            [item_view(filled, item, reader, typed) for item in section.items],
        )
        for section in filled.asked.sections
    ]  # fmt: skip
    items = [item for section in sections for item in section.items if item.shown]
    marks: dict[str, int] = {}
    for item in items:
        if item.mark:
            marks[item.mark] = marks.get(item.mark, 0) + 1
    return RoundPage(
        round=round, key=round.key, title=title_of(round, filled), place=place_of(round),
        unit=wording(round.unit.name), edition=filled.asked.edition, sections=sections,
        earlier=[earlier_view(filled, finding, reader, typed) for finding in filled.earlier],
        segments=[Segment(item.mark, f"#{item.id}") for item in items],
        answered=sum(bool(item.mark) for item in items), total=len(items), marks=marks,
        others=sorted({name for id, name in filled.names.items() if id != reader.person_id}),
        lacking=[lacking_view(filled, one) for one in lacking],
        seriousness=seriousness_choices(), whose=whose_choices(session, round, reader, day=today, known_at=at),
        suggested_due=(today + timedelta(days=ACTION_DAYS)).isoformat(), form=form,
        hand_in_form=HandInForm(formdata=None), abandon_form=ReasonForm(formdata=None), problems=typed.problems, at=at,
    )  # fmt: skip


def title_of(round: Round, filled: Filled) -> str:
    return wording(filled.asked.title)


def lacking_view(filled: Filled, missing: rules.Missing) -> Lacking:
    if missing.lack is Lack.STILL_SO:
        finding = next(one for one in filled.earlier if one.key == missing.finding)
        return Lacking(lack_in_words(missing.lack, item_text(filled, finding.item)), f"#finding-{missing.finding}")
    return Lacking(lack_in_words(missing.lack, item_text(filled, missing.item or "")), f"#item-{missing.item}")


def item_text(filled: Filled, key: str) -> str:
    """The item's text; its key where this round does not ask it any more."""
    item = filled.asked.by_key.get(key)
    return wording(item.item.text) if item is not None else key


def seriousness_choices() -> list[tuple[str, str]]:
    return [(Seriousness.LOW, _("Not serious")), (Seriousness.MEDIUM, _("Serious")), (Seriousness.HIGH, _("Dangerous"))]


def whose_choices(
    session: Session, round: Round, reader: Actor, *, day: date, known_at: datetime
) -> list[tuple[str, str]]:  # fmt: skip
    """Whom an action may be given to: the reader, the area's people, and those who answer for the unit. Each once."""
    found: dict[str, str] = {}
    if round.area is not None:
        found[f"role:{Role.AREA_OWNER}"] = _("Whoever owns the area")
        people = area_queries.people_of(session, [round.area.id], day=day, known_at=known_at)[round.area.id]
        for person in (*((people.owner,) if people.owner else ()), *people.deputies):
            found.setdefault(f"person:{person.external_key}", person.name)
    roles = (Role.UNIT_LEADER, Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE)
    for contact in organisation.contacts(session, [round.unit], roles, day=day, known_at=known_at)[round.unit.id]:
        found.setdefault(f"person:{contact.external_key}", f"{contact.name}, {role_in_running_text(contact.role)}")
    found.setdefault(f"person:{reader.external_key}", reader.name)
    found.update({f"role:{role}": role_name(role) for role in roles})
    return list(found.items())


# --- One item -----------------------------------------------------------------------------------------------


def item_view(filled: Filled, asked: AskedItem, reader: Actor, typed: Typed) -> ItemView:
    item, answer = asked.item, filled.answers.get(asked.key)
    photos = filled.photos_by_item.get(asked.key, [])
    stands: Mapping[str, Any] = typed.values.get(asked.key) or _as_typed(answer)
    value = stands.get("value") or ""
    raises = rules.raises_finding(item, answer.value) if answer is not None else False
    if asked.key in typed.values:
        raises = value in item.findings or raises
    passage = item.passage
    return ItemView(
        key=asked.key, id=f"item-{asked.key}", number=asked.number, text=wording(item.text), help=wording(item.help),
        kind=str(item.kind), passage_href=passage_href(passage.guideline, passage.anchor) if passage else None,
        notes=[wording(note) for note in asked.notes], is_local=asked.is_local, required=item.required,
        mandatory=item.mandatory, options=options_of(asked), unit=wording(item.unit),
        minimum=format(item.minimum, "f") if item.minimum is not None else None,
        maximum=format(item.maximum, "f") if item.maximum is not None else None,
        findings=sorted(item.findings), shown_when=item.shown_when, shown=asked.key in filled.shown,
        mark=str(rules.mark(item, answer, len(photos))),
        value=value, note=stands.get("note") or "", details=_details(stands.get("details")), raises_finding=raises,
        shown_key=answer.key if answer is not None else "", answered_by=_by_other(filled, answer, reader),
        answered_at=answer.answered_at if answer is not None else None,
        photos=[photo_view(photo) for photo in photos], error=typed.errors.get(asked.key, ""),
    )  # fmt: skip


def _as_typed(answer: Given | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {"value": answer.value, "note": answer.note, "details": answer.details}


def options_of(asked: AskedItem) -> list[Option]:
    item = asked.item
    if item.kind is Kind.CHOICE:
        words = [(choice.key, wording(choice.text)) for choice in item.choices]
    elif item.kind in (Kind.OK, Kind.YES_NO):
        words = [(word, option_label(word)) for word in answers_of(item)]
    else:
        return []
    return [
        Option(value, label, str(_mark_of(asked, value)), value in item.findings) for value, label in words
    ]  # fmt: skip


def _mark_of(asked: AskedItem, value: str) -> Mark:
    if value in asked.item.findings:
        return Mark.DEVIATION
    return {"ok": Mark.OK, "yes": Mark.OK, "no": Mark.OK, "not_applicable": Mark.NOT_RELEVANT}.get(value, Mark.OPEN)


def _details(data: Any) -> DetailsView:
    found: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    action = found.get("action")
    return DetailsView(
        text=found.get("text") or "", seriousness=found.get("seriousness") or "", mended=bool(found.get("mended")),
        action=ActionFields(action.get("title") or "", whose_of(action), action.get("due_on") or "")
        if isinstance(action, Mapping) else ActionFields(),
    )  # fmt: skip


def whose_of(action: Mapping[str, Any]) -> str:
    if action.get("responsible"):
        return f"person:{action['responsible']}"
    return f"role:{action['role']}" if action.get("role") else ""


def _by_other(filled: Filled, answer: Given | None, reader: Actor) -> str:
    if answer is None or answer.by_id in (None, reader.person_id):
        return ""
    return filled.names.get(answer.by_id or 0, "")


def photo_view(photo: Photo) -> PhotoView:
    return PhotoView(
        photo.key, url_for("hmswiki.rounds.photo", key=photo.key), photo.width, photo.height,
        url_for("hmswiki.rounds.withdraw_photo", key=photo.key),
    )  # fmt: skip


def passage_href(slug: str, anchor: str) -> str:
    return url_for("hmswiki.guidelines.show", slug=slug, _anchor=anchor)


def earlier_view(filled: Filled, finding: Finding, reader: Actor, typed: Typed) -> EarlierView:
    answer = filled.still.get(finding.key)
    action = finding.action
    return EarlierView(
        key=finding.key, id=f"finding-{finding.key}", item=item_text(filled, finding.item),
        text=finding.text or value_in_words(filled.asked.by_key.get(finding.item), finding.answer),
        found_on=finding.found_on, seriousness=dict(seriousness_choices()).get(finding.seriousness or "", ""),
        action=action.title if action is not None else "", action_href=action_href(action.key) if action else None,
        round_href=url_for("hmswiki.rounds.show", key=finding.round.key),
        value=typed.still.get(finding.key) or (answer.value if answer and answer.value else ""),
        shown_key=answer.key if answer is not None else "", answered_by=_by_other(filled, answer, reader),
        answered_at=answer.answered_at if answer is not None else None,
        error=typed.still_errors.get(finding.key, ""),
    )  # fmt: skip


def action_href(key: str) -> str:
    return url_for("hmswiki.actions.show", action_key=key)


# --- What the script asks for -------------------------------------------------------------------------------


def state(filled: Filled) -> dict[str, Any]:
    """What counts now, for `/state`: everything but the token."""
    round = filled.round
    return {
        "round": round.key,
        "handed_in": round.handed_in_at is not None,
        "handed_in_by": round.handed_in_by.name if round.handed_in_by else None,
        "abandoned": round.abandoned_at is not None,
        "answers": {item: _answer_state(filled, answer) for item, answer in filled.answers.items()},
        "still": {finding: _answer_state(filled, answer) for finding, answer in filled.still.items()},
        "photos": {
            item: [
                {"key": view.key, "url": view.url, "width": view.width, "height": view.height}
                for view in map(photo_view, photos)
            ]
            for item, photos in filled.photos_by_item.items()
        },
    }


def _answer_state(filled: Filled, answer: Given) -> dict[str, Any]:
    return {
        "key": answer.key, "value": answer.value, "note": answer.note, "details": answer.details,
        "by": filled.names.get(answer.by_id or 0), "answered_at": answer.answered_at.isoformat(),
    }  # fmt: skip


__all__ = ["RoundPage", "Typed", "round_page", "state"]
