"""Makes rounds for tests: a checklist with every kind of item, an area, and a round that somebody has begun."""

from datetime import date
from io import BytesIO
from uuid import uuid4

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import reading
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.parsing import as_data
from hmswiki.checklists.template import Kind, answers_of
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.organisation import area_operations
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, AreaKind, AreaPart, Unit, UnitSuccessor
from hmswiki.rounds import operations, queries
from hmswiki.rounds.answering import Incoming
from hmswiki.rounds.models import Photo, Round
from hmswiki.rounds.photos import prepared
from tests.cast import FOUNDED, today

FIRE = """\
key: brann
title:
  nb: Brannrunde
  nn: Brannrunde
  en: Fire round
sections:
  - key: veien-ut
    title:
      nb: Veien ut
      nn: Vegen ut
      en: The way out
    items:
      - key: korridorer
        text:
          nb: Korridorene er frie
          nn: Korridorane er frie
          en: The corridors are clear
        help:
          nb: Ingenting på gulvet.
          nn: Ingenting på golvet.
          en: Nothing on the floor.
        kind: ok
        findings: [deviation]
      - key: dorer
        text:
          nb: Dørene går opp uten nøkkel
          nn: Dørene går opp utan nøkkel
          en: The doors open without a key
        kind: ok
        findings: [deviation]
  - key: slokking
    title:
      nb: Slokking
      nn: Sløkking
      en: Fire-fighting
    items:
      - key: apparater
        text:
          nb: Hvor mange apparater mangler?
          nn: Kor mange apparat manglar?
          en: How many extinguishers are missing?
        kind: number
        unit:
          nb: stykker
          nn: stykke
          en: pieces
        minimum: 0
        maximum: 0
        findings: [above]
      - key: kontroll
        text:
          nb: Når ble de kontrollert?
          nn: Når blei dei kontrollerte?
          en: When were they checked?
        kind: date
      - key: varmt
        text:
          nb: Foregår det varmt arbeid?
          nn: Går det føre seg varmt arbeid?
          en: Is hot work going on?
        kind: yes_no
      - key: vakt
        text:
          nb: Er det vakt?
          nn: Er det vakt?
          en: Is there a watch?
        kind: yes_no
        findings: [no]
        shown_when:
          item: varmt
          answers: [yes]
      - key: alarm
        text:
          nb: Hva slags alarm er det?
          nn: Kva slags alarm er det?
          en: What kind of alarm is it?
        kind: choice
        choices:
          - key: klokke
            text:
              nb: Klokke
              nn: Klokke
              en: Bell
          - key: tale
            text:
              nb: Tale
              nn: Tale
              en: Speech
          - key: lys
            text:
              nb: Lys
              nn: Lys
              en: Light
          - key: ingen
            text:
              nb: Ingen
              nn: Ingen
              en: None
        findings: [ingen]
      - key: tavla
        text:
          nb: Bilde av tavla
          nn: Bilete av tavla
          en: Photo of the board
        kind: photo
        required: no
      - key: annet
        text:
          nb: Noe annet?
          nn: Noko anna?
          en: Anything else?
        kind: text
        required: no
"""
ITEMS = ("korridorer", "dorer", "apparater", "kontroll", "varmt", "vakt", "alarm", "tavla", "annet")


def actor(session: Session, key: str) -> Actor:
    found = organisation.actor(session, key, today())
    assert found is not None, key
    return found


def checklist(session: Session, source: str = FIRE, *, published_on: date = FOUNDED) -> ChecklistRecord:
    """The checklist of this source, with one edition in force; the one that is there if it is made twice."""
    content = reading.read(source)
    found = session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == content.key))
    if found is None:
        found = ChecklistRecord(key=content.key)
        found.editions.append(
            ChecklistEdition(
                major=1, minor=0, published_on=published_on, title=dict(content.title),
                guidelines=list(content.guidelines), content=as_data(content),
            )
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def area(
    session: Session, code: str = "K3-2", *, name: str = "Kjemiblokk 3, 2. etasje", unit: str = "LAB",
    owner: str | None = None,
) -> Area:  # fmt: skip
    """A zone of the unit, maybe with an owner."""
    at, day = clock.now(), today()
    found = session.scalar(select(Area).where(Area.code == code))
    if found is None:
        found = area_operations.open_area(
            session, code, name={"nb": name, "nn": name, "en": name}, kind=AreaKind.ZONE, parent=None, opened=FOUNDED,
            position=None, by=None, at=at,
        )  # fmt: skip
        whose = organisation.unit(session, unit)
        area_operations.give_area(
            session, found, whose, starts_on=FOUNDED, ends_on=None, by=None, today=day, at=at
        )  # fmt: skip
    if owner is not None:
        area_operations.appoint(
            session, found, organisation.person(session, owner), AreaPart.OWNER, starts_on=FOUNDED, ends_on=None,
            by=None, today=day, at=at,
        )  # fmt: skip
    return found


def start_round(
    session: Session, *, by: str = "astrid", unit: str = "LAB", area: Area | None = None, source: str = FIRE
) -> Round:
    """A round that somebody has begun without being asked. Commit before a page is asked for."""
    return operations.start(
        session, checklist=checklist(session, source), unit=organisation.unit(session, unit), area=area,
        by=actor(session, by), at=clock.now(), today=today(),
    )  # fmt: skip


def answer_all(session: Session, key: str, *, by: str) -> None:
    """Let somebody answer every item of the fire round, with nothing wrong."""
    values = {"korridorer": "ok", "dorer": "ok", "apparater": "0", "kontroll": "2026-01-15", "varmt": "no",
              "alarm": "klokke"}  # fmt: skip
    at = clock.now()
    incoming = [Incoming(str(uuid4()), item, None, value, None, None, at) for item, value in values.items()]
    outcome = operations.answer(session, key, incoming, by=actor(session, by), at=at, today=today())
    assert not outcome.refused


def publish(session: Session, record: ChecklistRecord, source: str, *, published_on: date) -> ChecklistEdition:
    """The checklist's next edition."""
    content = reading.read(source)
    last = max((one.major for one in record.editions), default=0)
    edition = ChecklistEdition(
        checklist_id=record.id, major=last + 1, minor=0, published_on=published_on, title=dict(content.title),
        guidelines=list(content.guidelines), content=as_data(content),
    )  # fmt: skip
    session.add(edition)
    session.flush()
    return edition


def successor(session: Session, unit: Unit, code: str) -> Unit:
    """A unit that carries on from `unit`."""
    found = Unit(code=code, name={"nb": code}, parent_id=unit.parent_id, path="", opened=FOUNDED, position=None)
    session.add(found)
    session.flush()
    found.path = f"{unit.path.rsplit('/', 2)[0]}/{found.id}/"
    session.add(UnitSuccessor(unit_id=unit.id, successor_id=found.id))
    session.flush()
    return found


def take_photo(session: Session, round: Round, *, by: str = "astrid", item: str = "tavla") -> Photo:
    """A photo of nothing much."""
    out = BytesIO()
    Image.new("RGB", (8, 6), "grey").save(out, "JPEG")
    return operations.add_photo(
        session, round.key, photo_key=str(uuid4()), item=item, prepared=prepared(out.getvalue()), taken_at=clock.now(),
        by=actor(session, by), at=clock.now(), today=today(),
    )  # fmt: skip


def answer_well(session: Session, round: Round, by: Actor, *, deviation: str | None = None) -> None:
    """Answer everything that is asked, so that nothing is wrong but at the item `deviation`."""
    values = {Kind.NUMBER: "0", Kind.DATE: today().isoformat(), Kind.TEXT: "Ja"}
    given = []
    for asked in queries.asked_of(round).items:
        item = asked.item
        well = next((word for word in answers_of(item) if word not in item.findings), None)
        value = values.get(item.kind, well)
        details = None
        if asked.key == deviation:
            value, details = next(iter(item.findings)), {"text": "Skap og to pappesker står foran døra."}
        if item.kind is Kind.NUMBER and item.minimum is not None:
            value = format(item.minimum, "f")
        if item.kind is not Kind.PHOTO:
            given.append(Incoming(str(uuid4()), asked.key, None, value, None, details, clock.now()))
        elif item.required:
            take_photo(session, round, by=by.external_key, item=asked.key)
    outcome = operations.answer(session, round.key, given, by=by, at=clock.now(), today=today())
    assert not outcome.refused, outcome.refused


def round_of_unit(
    session: Session, record: ChecklistRecord, unit: Unit, by: Actor, *, deviation: str | None = None
) -> Round:  # fmt: skip
    """A round that runs; with a deviation one that was handed in."""
    round = operations.start(session, checklist=record, unit=unit, by=by, at=clock.now(), today=today())
    if deviation is not None:
        answer_well(session, round, by, deviation=deviation)
        operations.hand_in(session, round.key, by=by, at=clock.now(), today=today())
    return round
