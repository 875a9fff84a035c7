"""What other code may listen for. Signals are sent after the commit, with ids and plain values.

A rolled-back fact is never announced. A signal is never used for something that must happen:
that is a function call inside the operation.
"""

from typing import Any

from blinker import NamedSignal, Namespace
from sqlalchemy.orm import Session

_signals = Namespace()

edition_published = _signals.signal("edition-published")
"""An edition was published. `edition_id`, `guideline_id`, `published_on` (may lie ahead)."""

rollout_started = _signals.signal("rollout-started")
"""A guideline was rolled out. `rollout_id`, `guideline_id`."""

edition_acknowledged = _signals.signal("edition-acknowledged")
"""A person acknowledged an edition. `acknowledgement_id`, `person_id`, `edition_id`."""

unit_confirmed = _signals.signal("unit-confirmed")
"""A unit gave its answer. `confirmation_id`, `unit_id`, `edition_id`, `answer`."""

confirmation_withdrawn = _signals.signal("confirmation-withdrawn")
"""A confirmation was withdrawn. `confirmation_id`, `unit_id`."""

question_asked = _signals.signal("question-asked")
"""Somebody has not been informed, or has a question. `question_id`, `unit_id`, `guideline_id`."""

action_raised = _signals.signal("action-raised")
"""Something is to be done. `action_id`, `unit_id`, `origin` (`finding:…`, or None for one written by hand)."""

action_closed = _signals.signal("action-closed")
"""An action is no longer open. `action_id`, `unit_id`, `state`: `done`, or `dropped` where it will not be done."""

round_handed_in = _signals.signal("round-handed-in")
"""A round was handed in. `round_id`, `unit_id`, `checklist_id`."""

finding_raised = _signals.signal("finding-raised")
"""A round that was handed in, or a correction of one, found something wrong. `finding_id`, `round_id`, `unit_id`."""

letters_asked = _signals.signal("letters-asked")
"""Letters about a workshop wait to be sent. `workshop_id`."""

ALL_SIGNALS: tuple[NamedSignal, ...] = (
    edition_published, rollout_started, edition_acknowledged, unit_confirmed, confirmation_withdrawn, question_asked,
    action_raised, action_closed, round_handed_in, finding_raised, letters_asked,
)  # fmt: skip

_QUEUE = "hmswiki.announcements"


def announce(session: Session, signal: NamedSignal, **facts: Any) -> None:
    """Queue `signal` until the session's transaction has been committed."""
    session.info.setdefault(_QUEUE, []).append((signal, facts))


def deliver(session: Session, sender: Any) -> None:
    """Send what was queued; called once, after the commit."""
    for signal, facts in session.info.pop(_QUEUE, []):
        signal.send(sender, **facts)
