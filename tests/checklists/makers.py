"""Makes drafts and editions of checklists for tests: as an editor and an approver would, in fewer words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import operations, parsing, reading
from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition, ChecklistRecord
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import queries as organisation

ROOM = """\
key: kjolerom
title:
  nb: Kjølerom
  nn: Kjølerom
  en: Cold room
guidelines: [ryddedag]
sections:
  - key: rommet
    title:
      nb: Rommet
      en: The room
    items:
      - key: dor
        text:
          nb: Døra går opp innenfra
          en: The door opens from the inside
        help:
          nb: Prøv den med lyset av.
        kind: ok
        findings: [deviation]
        mandatory: yes
        passage: ryddedag#ansvar
      - key: temperatur
        text:
          nb: Hvor kaldt er det?
        kind: number
        unit:
          nb: °C
        minimum: 2
        maximum: 8
        findings: [above]
  - key: alarmen
    title:
      nb: Alarmen
    items:
      - key: alarm
        text:
          nb: Har rommet alarm?
        kind: yes_no
        findings: [no]
      - key: alarm-provd
        text:
          nb: Når ble den prøvd?
        kind: date
        shown_when:
          item: alarm
          answers: [yes]
"""


def data_of(source: str = ROOM) -> dict[str, Any]:
    return parsing.as_data(reading.read(source))


def actor(session: Session, key: str, day: date | None = None) -> Actor:
    found = organisation.actor(session, key, day or clock.now().date())
    assert found is not None, key
    return found


def draft(session: Session, source: str = ROOM, *, by: str = "frida") -> ChecklistDraft:
    """A draft of a checklist that does not exist yet, or of the next edition of one that does."""
    content = data_of(source)
    who = actor(session, by)
    record = session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == content["key"]))
    if record is None:
        made = operations.new_draft(session, content=content, by=who, at=clock.now())
    else:
        made = operations.start_edition(session, record, by=who, at=clock.now())
        made = operations.save_draft(
            session, made, version=made.version, content=content, summary=made.summary, by=who, at=clock.now()
        )
    session.commit()
    return made


def publish(
    session: Session,
    source: str = ROOM,
    *,
    on: date,
    major: bool = True,
    summary: Mapping[str, str] | None = None,
    by: str = "frida",
    approved_by: str = "gunnar",
) -> ChecklistEdition:
    """The next edition of the checklist (the first, where there is none), in force from `on`."""
    made = draft(session, source, by=by)
    if summary is not None:
        made.summary = dict(summary)
    operations.send_for_approval(session, made, by=actor(session, by), at=clock.now())
    edition = operations.publish_edition(
        session, made, by=actor(session, approved_by), at=clock.now(), on=on, today=on, major=major, approve_own=False
    )
    session.commit()
    return edition
