"""What helpers do with the summary: its sentences, each with the points it stands on. Nothing here commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Pass
from hmswiki.notes.models import Point
from hmswiki.plenary import queries, rules
from hmswiki.plenary.models import Sentence, SentencePoint
from hmswiki.plenary.operations import begin
from hmswiki.workshops.models import Task


def write(
    session: Session,
    task: Task,
    text: str,
    points: Sequence[Point],
    *,
    by: Actor,
    at: datetime,
    passes: Iterable[Pass] = (),
) -> Sentence:
    """Add a sentence at the end of the task's summary; it stands on the points."""
    begin(session, task.workshop, by=by, passes=passes)
    text = rules.sentence_of(text)
    written = queries.living_sentences(session, task)
    if len(written) >= rules.MOST_SENTENCES:
        raise Refusal(
            N_("This summary has %(limit)s sentences, and that is the most. Take some out first."),
            field="text", limit=rules.MOST_SENTENCES,
        )  # fmt: skip
    position = 1 + max((one.position for one in written), default=0)
    sentence = Sentence(
        key=str(uuid4()), task_id=task.id, position=position, text=text, made_at=at, made_by_id=by.person_id
    )
    session.add(sentence)
    session.flush()
    _stand_on(session, sentence, points, by=by, at=at)
    return sentence


def rewrite(
    session: Session,
    sentence: Sentence,
    text: str,
    *,
    version: int,
    by: Actor,
    at: datetime,
    leaves: Sequence[Point] = (),
    passes: Iterable[Pass] = (),
) -> None:
    """Say it otherwise; it stands no longer on the points that it `leaves`. `version`: the one on the screen.

    Raises Conflict where somebody has rewritten it meanwhile.
    """
    begin(session, sentence.task.workshop, by=by, passes=passes)
    _check_living(session, sentence)
    text = rules.sentence_of(text)
    if text != sentence.text:
        if version != sentence.version:
            raise Conflict(
                N_("Somebody has changed this sentence while you wrote. It says now: “%(text)s”. Yours is kept in the "
                   "field: save it if it shall stand instead."),
                field="text", text=sentence.text,
            )  # fmt: skip
        sentence.text = text
        sentence.version += 1
    stands = queries.stands_on(session, sentence)
    for point in leaves:
        if point.id in stands:
            row = stands[point.id]
            row.withdraw(by_id=by.person_id, at=max(at, row.recorded_at), reason=None)
    session.flush()


def stand_on(
    session: Session,
    sentence: Sentence,
    points: Sequence[Point],
    *,
    by: Actor,
    at: datetime,
    passes: Iterable[Pass] = (),
) -> None:
    """Let it stand on these points too. One that it stands on already is read anew."""
    begin(session, sentence.task.workshop, by=by, passes=passes)
    _check_living(session, sentence)
    if not points:
        raise Refusal(N_("Tick the points that the sentence stands on."), field="point")
    if any(point.task_id != sentence.task_id for point in points):
        raise Refusal(
            N_("The sentence is of another task than the points. Choose one of the same task."), field="point"
        )
    _stand_on(session, sentence, points, by=by, at=at)


def _stand_on(session: Session, sentence: Sentence, points: Sequence[Point], *, by: Actor, at: datetime) -> None:
    stands = queries.stands_on(session, sentence)
    new = []
    for point in points:
        row = stands.get(point.id)
        if row is not None:
            if row.written == point.written:
                continue
            at = max(at, row.recorded_at)
            row.withdraw(by_id=by.person_id, at=at, reason=None)
        new.append(point)
    session.flush()
    session.add_all(
        SentencePoint(
            sentence_id=sentence.id, point_id=point.id, written=point.written, recorded_at=at,
            recorded_by_id=by.person_id,
        )
        for point in new
    )  # fmt: skip
    session.flush()


def place(
    session: Session,
    sentence: Sentence,
    *,
    after: Sentence | None,
    by: Actor,
    at: datetime,
    passes: Iterable[Pass] = (),
) -> None:
    """Put it right after another sentence of the summary; None: first."""
    begin(session, sentence.task.workshop, by=by, passes=passes)
    _check_living(session, sentence)
    if after is not None:
        _check_living(session, after)
        if after.task_id != sentence.task_id:
            raise Refusal(N_("The two sentences are of different tasks. Choose one of the same task."))
    written = queries.living_sentences(session, sentence.task)
    for position, one in enumerate(rules.put_after(written, sentence, after, same=_same), start=1):
        one.position = position
    session.flush()


def remove(session: Session, sentence: Sentence, *, by: Actor, at: datetime, passes: Iterable[Pass] = ()) -> None:
    """Take it out of the summary; it can be brought back with what it stands on."""
    begin(session, sentence.task.workshop, by=by, passes=passes)
    session.refresh(sentence)
    if sentence.removed_at is None:
        sentence.removed_at = at
        session.flush()


def bring_back(session: Session, sentence: Sentence, *, by: Actor, at: datetime, passes: Iterable[Pass] = ()) -> None:
    """It stands in the summary again, at the end."""
    begin(session, sentence.task.workshop, by=by, passes=passes)
    session.refresh(sentence)
    if sentence.removed_at is not None:
        written = queries.living_sentences(session, sentence.task)
        sentence.removed_at = None
        sentence.position = 1 + max((one.position for one in written), default=0)
        session.flush()


def _same(one: Sentence, other: Sentence) -> bool:
    return one.id == other.id


def _check_living(session: Session, sentence: Sentence) -> None:
    session.refresh(sentence)
    if sentence.removed_at is not None:
        raise Conflict(
            N_("Somebody has taken this sentence out of the summary meanwhile. Bring it back at the foot of the "
               "summary to go on with it."),
            field="text",
        )  # fmt: skip
