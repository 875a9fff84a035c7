"""The page of a round that ended: what came of it first, then everything that was answered, corrected and signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy.orm import Session

from hmswiki.actions.models import Action, ActionState
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.rounds import doing, queries, rules, signing
from hmswiki.rounds.forms import PlainForm, SignForm
from hmswiki.rounds.models import Finding, Round, Signature
from hmswiki.rounds.queries import Filled, TakenAway
from hmswiki.rounds.round_pages import (
    ACTION_DAYS,
    EarlierView,
    ItemView,
    PhotoView,
    Typed,
    action_href,
    earlier_view,
    item_text,
    item_view,
    photo_view,
    seriousness_choices,
    title_of,
    whose_choices,
)
from hmswiki.rounds.rules import Given
from hmswiki.rounds.wordings import headline, place_of, value_in_words
from hmswiki.web import pdf
from hmswiki.web.forms import PageForm
from hmswiki.web.page import role_in_running_text, role_name
from hmswiki.web.words import wording


@dataclass(frozen=True)
class FindingView:
    """`answer` is the answer that raised it, `mended_on` the day it was mended, on the spot or later."""

    item: str
    item_id: str
    answer: str
    text: str
    seriousness: str
    on_the_spot: bool
    mended_on: date | None
    photos: Sequence[PhotoView]
    action: Action | None
    action_href: str | None

    @property
    def action_is_open(self) -> bool:
        return self.action is not None and self.action.state == ActionState.OPEN


@dataclass(frozen=True)
class Correction:
    """An answer that was given after handing in, and why."""

    answer: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ResultItem:
    """`mark` is a word of the style sheet's `data-answer`; empty where nothing was answered."""

    key: str
    id: str
    number: int
    text: str
    is_local: bool
    mark: str
    answer: str
    note: str
    by: str
    """Who answered, where it was not whoever handed the round in."""
    photos: Sequence[PhotoView]
    before: str
    """The answer as it was handed in, where a correction says something else."""
    corrections: Sequence[Correction]
    taken_away: Sequence[TakenAway]
    """Photos that were taken away after handing in."""
    correct_href: str | None


@dataclass(frozen=True)
class ResultSection:
    title: str
    is_local: bool
    items: Sequence[ResultItem]


@dataclass(frozen=True)
class LookedAgain:
    """What an earlier round had found, and what this one says of it."""

    item: str
    text: str
    mended: bool
    href: str


@dataclass(frozen=True)
class Signing:
    """A role that the checklist asks to sign."""

    role: Role
    name: str
    signatures: Sequence[Signature]
    may_sign: bool
    outdated: bool
    """Whether a correction has come after all signatures."""

    @property
    def in_running_text(self) -> str:
        return role_in_running_text(self.role)


@dataclass(frozen=True)
class ResultPage:
    """`headline` says what came of the round. `state`: handed_in, running or abandoned."""

    round: Round
    title: str
    place: str
    unit: str
    edition: str
    state: str
    headline: str
    findings: Sequence[FindingView]
    earlier: Sequence[LookedAgain]
    sections: Sequence[ResultSection]
    left_out: Sequence[tuple[str, str]]
    """What the unit does not ask, and why."""
    answered_by: Sequence[str]
    signings: Sequence[Signing]
    my_signatures: frozenset[int]
    may_correct: bool
    problems: Sequence[str]
    sign_form: PageForm
    withdraw_form: PageForm
    pdf_href: str | None
    """None where no PDF can be made."""


def result_page(
    session: Session, round: Round, reader: Actor, *, today: date, at: datetime, problems: Sequence[str] = ()
) -> ResultPage:
    filled = queries.filled(session, round)
    found = queries.findings_of_round(session, round)
    signed = queries.signatures(session, round)
    ended = round.handed_in_at is not None
    may_correct = ended and doing.may_do(session, reader, round, day=today, known_at=at)
    return ResultPage(
        round=round, title=title_of(round, filled), place=place_of(round), unit=wording(round.unit.name),
        edition=filled.asked.edition, state=_state(round), headline=headline(len(found), _mended(found)),
        findings=[_finding(filled, finding) for finding in found],
        earlier=[_looked_again(filled, finding) for finding in filled.earlier if finding.key in filled.still],
        sections=_sections(filled, may_correct, queries.photos_taken_away(session, round) if ended else []),
        left_out=[(wording(one.text), wording(one.because)) for one in filled.asked.left_out],
        answered_by=sorted(set(filled.names.values())),
        signings=_signings(session, filled, signed, reader, today=today, at=at) if ended else [],
        my_signatures=frozenset(one.id for one in signed if one.person_id == reader.person_id),
        may_correct=may_correct, problems=problems, sign_form=SignForm(formdata=None),
        withdraw_form=PlainForm(formdata=None),
        pdf_href=url_for("hmswiki.rounds.as_pdf", key=round.key) if ended and pdf.available() else None,
    )  # fmt: skip


def _state(round: Round) -> str:
    return "abandoned" if round.abandoned_at else "handed_in" if round.handed_in_at else "running"


def _mended(found: Sequence[Finding]) -> int:
    return sum(finding.mended_on is not None for finding in found)


def _finding(filled: Filled, finding: Finding) -> FindingView:
    asked = filled.asked.by_key.get(finding.item)
    return FindingView(
        item=item_text(filled, finding.item), item_id=f"item-{finding.item}",
        answer=value_in_words(asked, finding.answer), text=finding.text or "",
        seriousness=dict(seriousness_choices()).get(finding.seriousness or "", ""),
        on_the_spot=finding.mended_on is not None
        and rules.said_mended(filled.given, finding.item, finding.recorded_at),
        mended_on=finding.mended_on,
        photos=[photo_view(photo) for photo in filled.photos_by_item.get(finding.item, [])], action=finding.action,
        action_href=action_href(finding.action.key) if finding.action is not None else None,
    )  # fmt: skip


def _looked_again(filled: Filled, finding: Finding) -> LookedAgain:
    said = filled.still[finding.key]
    return LookedAgain(
        item_text(filled, finding.item),
        finding.text or "",
        said.value == rules.MENDED,
        url_for("hmswiki.rounds.show", key=finding.round.key),
    )


def _sections(filled: Filled, may_correct: bool, gone: Sequence[TakenAway]) -> list[ResultSection]:
    given: dict[str, list[Given]] = {}
    for one in filled.given:
        if one.item is not None:
            given.setdefault(one.item, []).append(one)
    handed_in = rules.counting(one for one in filled.given if one.reason is None)
    sections = []
    for section in filled.asked.sections:
        items = [
            _result_item(filled, item.key, given.get(item.key, []), handed_in, may_correct, gone)
            for item in section.items
            if item.key in filled.shown
        ]
        if items:
            sections.append(ResultSection(wording(section.title), section.is_local, items))
    return sections


def _result_item(
    filled: Filled,
    key: str,
    given: Sequence[Given],
    handed_in: Mapping[str, Given],
    may_correct: bool,
    gone: Sequence[TakenAway],
) -> ResultItem:
    asked, answer = filled.asked.by_key[key], filled.answers.get(key)
    photos = filled.photos_by_item.get(key, [])
    corrections = [one for one in given if one.reason is not None]
    first = handed_in.get(key)
    before = value_in_words(asked, first.value) if first is not None else ""
    now = value_in_words(asked, answer.value) if answer is not None else ""
    by_id = answer.by_id if answer is not None else None
    round = filled.round
    return ResultItem(
        key=key, id=f"item-{key}", number=asked.number, text=wording(asked.item.text), is_local=asked.is_local,
        mark=str(rules.mark(asked.item, answer, len(photos))), answer=now,
        note=(answer.note or "") if answer is not None else "",
        by=filled.names.get(by_id, "") if by_id is not None and by_id != round.handed_in_by_id else "",
        photos=[photo_view(photo) for photo in photos],
        before=before if corrections and before != now else "",
        corrections=[
            Correction(value_in_words(asked, one.value), one.reason or "", filled.names.get(one.by_id or 0, ""),
                       one.recorded_at)
            for one in corrections
        ],
        taken_away=[one for one in gone if one.item == key],
        correct_href=url_for("hmswiki.rounds.correction", key=round.key, item=key) if may_correct else None,
    )  # fmt: skip


def _signings(
    session: Session, filled: Filled, signed: Sequence[Signature], reader: Actor, *, today: date, at: datetime
) -> list[Signing]:  # fmt: skip
    last = max((one.recorded_at for one in filled.given if one.reason is not None), default=None)
    found = []
    for word in filled.asked.co_signed_by:
        role = Role(word)
        theirs = [one for one in signed if one.role == role]
        mine = any(one.person_id == reader.person_id for one in theirs)
        found.append(Signing(
            role, role_name(role), theirs, not mine and signing.may_sign(session, filled.round, reader, role),
            last is not None and bool(theirs) and all(one.recorded_at < last for one in theirs),
        ))  # fmt: skip
    return found


# --- A correction -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CorrectionPage:
    """The items to correct, as they are filled in while a round runs, and the reason."""

    round: Round
    title: str
    place: str
    unit: str
    items: Sequence[ItemView]
    earlier: Sequence[EarlierView]
    seriousness: Sequence[tuple[str, str]]
    whose: Sequence[tuple[str, str]]
    suggested_due: str
    form: PageForm
    problems: Sequence[str]
    action: str
    back: str


def correction_page(
    session: Session, round: Round, reader: Actor, *, today: date, at: datetime, typed: Typed, items: Sequence[str],
    form: PageForm,
) -> CorrectionPage:  # fmt: skip
    filled = queries.filled(session, round)
    wanted = {*items, *typed.values, *typed.errors}
    return CorrectionPage(
        round=round, title=title_of(round, filled), place=place_of(round), unit=wording(round.unit.name),
        items=[item_view(filled, item, reader, typed) for item in filled.asked.items if item.key in wanted],
        earlier=[earlier_view(filled, one, reader, typed) for one in filled.earlier if one.key in typed.still],
        seriousness=seriousness_choices(), whose=whose_choices(session, round, reader, day=today, known_at=at),
        suggested_due=(today + timedelta(days=ACTION_DAYS)).isoformat(), form=form, problems=typed.problems,
        action=url_for("hmswiki.rounds.correct", key=round.key), back=url_for("hmswiki.rounds.show", key=round.key),
    )  # fmt: skip


__all__ = ["CorrectionPage", "ResultPage", "correction_page", "result_page"]
