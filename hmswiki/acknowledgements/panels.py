"""What is shown on a guideline's page to the person who reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from markupsafe import Markup
from sqlalchemy import bindparam, select

from hmswiki.acknowledgements import staff_queries
from hmswiki.acknowledgements.asking import Obligation
from hmswiki.acknowledgements.forms import AcknowledgeForm
from hmswiki.acknowledgements.models import Acknowledgement, Question
from hmswiki.acknowledgements.personal_pages import Asked, News
from hmswiki.acknowledgements.staff_queries import Personal
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.guidelines.queries import bodies
from hmswiki.guidelines.reading_pages import Changes
from hmswiki.guidelines.rules import SectionChange, changes_of_editions
from hmswiki.web.context import actor, read_session, settings, today
from hmswiki.web.words import current_language, wording


@dataclass(frozen=True)
class Reader:
    """Who reads a guideline, and what is asked of them."""

    who: Actor
    known: Personal
    obligation: Obligation | None


def reader(guideline: Guideline) -> Reader | None:
    """Read once for all the panels of a page. None for a stranger."""
    kept: dict[int, Reader | None] = g.setdefault("hmswiki_readers", {})
    if guideline.id not in kept:
        who = actor()
        if who is None:
            kept[guideline.id] = None
        else:
            known = staff_queries.personal(
                read_session(), who, [guideline], guideline.editions, day=today(), known_at=clock.now()
            )
            kept[guideline.id] = Reader(who, known, known.obligations.get(guideline.id))
    return kept[guideline.id]


# --- What is new --------------------------------------------------------------------------------------------


def last_read(*, guideline: Guideline, edition: Edition) -> Edition | None:
    """The edition before this one that the person acknowledged last."""
    last = _last_acknowledged(guideline, edition)
    return last.edition if last is not None else None


def _last_acknowledged(guideline: Guideline, edition: Edition) -> Acknowledgement | None:
    """None where the person has acknowledged this edition or a later one, or nothing at all."""
    reading = reader(guideline)
    if reading is None or not reading.known.acknowledgements:
        return None
    last = max(reading.known.acknowledgements, key=lambda one: one.edition.order)
    return last if last.edition.order < edition.order else None


def news(
    *, guideline: Guideline, edition: Edition, translation: Translation | None = None, **context: Any
) -> Markup | None:
    """What is new since the person acknowledged an earlier edition; nothing where they have seen this one."""
    last = _last_acknowledged(guideline, edition)
    if last is None:
        return None
    language = translation.language if translation is not None else current_language()
    texts = bodies(read_session(), (last.edition, edition), language)
    sections: Sequence[SectionChange] | None = None
    if last.edition_id in texts and edition.id in texts:
        sections = changes_of_editions(texts[last.edition_id], texts[edition.id])
    page = News(
        guideline=guideline,
        acknowledgement=last,
        changes=Changes.of(last.edition.number, sections),
        language=language,
        anchors=frozenset(heading[1] for heading in translation.contents) if translation is not None else frozenset(),
        summary=wording(edition.summary),
    )
    return Markup(render_template("hmswiki/acknowledgements/_news.html", page=page))


# --- Have you read and understood? --------------------------------------------------------------------------


def acknowledge(*, guideline: Guideline, edition: Edition, **context: Any) -> Markup | None:
    """The section after the text: the button where the person is asked by name, else how they are informed."""
    page = _asked(guideline, edition)
    if page is None:
        return None
    return Markup(render_template("hmswiki/acknowledgements/_acknowledge.html", page=page))


def action_bar(*, guideline: Guideline, edition: Edition, **context: Any) -> Markup | None:
    """On a phone, the way to the button."""
    page = _asked(guideline, edition)
    if page is None or page.obligation is None or not page.obligation.by_name or page.acknowledgement is not None:
        return None
    return Markup(render_template("hmswiki/acknowledgements/_action_bar.html", page=page))


def _asked(guideline: Guideline, edition: Edition) -> Asked | None:
    kept: dict[int, Asked | None] = g.setdefault("hmswiki_asked", {})
    if guideline.id not in kept:
        kept[guideline.id] = _read_asked(guideline, edition)
    return kept[guideline.id]


def _read_asked(guideline: Guideline, edition: Edition) -> Asked | None:
    reading = reader(guideline)
    if reading is None or (reading.obligation is None and reading.who.unit_id is None):
        return None
    obligation = reading.obligation
    acknowledgement = reading.known.acknowledgement(obligation) if obligation else None
    question, answered = _question(reading.who, guideline)
    return Asked(
        guideline=guideline,
        edition=edition,
        obligation=obligation,
        acknowledgement=acknowledgement,
        said_today=acknowledgement is not None and _is_today(acknowledgement),
        acknowledged_number=acknowledgement.edition.number if acknowledgement else "",
        heard_unit=wording(reading.known.units[obligation.heard.unit_id][1]) if obligation and obligation.heard else "",
        form=AcknowledgeForm(formdata=None, edition=str(edition.id)),
        unit_name=wording(reading.known.units[reading.who.unit_id][1]) if reading.who.unit_id is not None else "",
        next_task=_next_task() if acknowledgement else None,
        question=question,
        answered=answered,
    )


def _is_today(acknowledgement: Acknowledgement) -> bool:
    recorded = clock.day_of(acknowledgement.recorded_at, settings().zone)
    return acknowledgement.acknowledged_on == today() == recorded


def _next_task() -> Guideline | None:
    """What is to be read next: said by the redirect after an acknowledgement."""
    slug = request.args.get("next", "")
    if not slug or "\0" in slug:
        return None
    return read_session().scalar(select(Guideline).where(Guideline.slug == slug))


_LATEST_QUESTION = (
    select(Question, staff_queries.is_open())
    .join(Edition, Edition.id == Question.edition_id)
    .where(
        Question.person_id == bindparam("person"),
        Edition.guideline_id == bindparam("guideline"),
        Question.withdrawn_at.is_(None),
    )
    .order_by(Question.recorded_at.desc(), Question.id.desc())
    .limit(1)
)


def _question(who: Actor, guideline: Guideline) -> tuple[Question | None, bool]:
    """The latest question about this guideline that is not withdrawn, and whether it is answered. One select."""
    row = read_session().execute(_LATEST_QUESTION, {"person": who.person_id, "guideline": guideline.id}).first()
    return (row[0], not row[1]) if row is not None else (None, False)
