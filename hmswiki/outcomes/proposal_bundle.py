"""Proposals to guidelines and what editors answered, in the bundle."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions.bundle import uuid
from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundles import FACT_KEYS, Import, Key, Record, RecordKind, Row, by, dumped_fact
from hmswiki.guidelines.bundle import SLUG, slugs
from hmswiki.guidelines.models import Draft
from hmswiki.notes.models import Point
from hmswiki.organisation.bundle import people_keys
from hmswiki.outcomes.models import Proposal, ProposalAnswer, ProposalPoint
from hmswiki.workshops.models import Workshop


def load_proposals(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        proposal_id = into.new_id(Proposal)
        into.remember("proposals", record["id"], proposal_id)
        into.kept.setdefault(_GUIDELINES, {})[record["id"]] = record["guideline"]
        into.add(Proposal, {
            "id": proposal_id, "key": record["id"], "workshop_id": into.find(record, "workshop", "workshops"),
            "guideline_id": into.find(record, "guideline", "guidelines"), "text": record["text"],
            **into.fact(record),
        })  # fmt: skip
        for point_id in into.find_all(record, "points", "points"):
            into.add(ProposalPoint, {"proposal_id": proposal_id, "point_id": point_id})


_GUIDELINES = "outcomes.guidelines"
"""Where an import keeps which guideline each proposal is about, for the records of its answers."""


def dump_proposals(session: Session) -> Iterator[list[Row]]:
    people, names, workshops = people_keys(session), slugs(session), _keys(session, Workshop)
    keys = _keys(session, Point)
    points: dict[int, list[str]] = {}
    for row in session.execute(select(ProposalPoint.__table__)):
        points.setdefault(row.proposal_id, []).append(keys[row.point_id])
    yield [
        {
            "id": row.key, "workshop": workshops[row.workshop_id], "guideline": names[row.guideline_id],
            "text": row.text, "points": sorted(points.get(row.id, ())), **dumped_fact(row, people),
        }
        for row in session.execute(select(Proposal.__table__))
    ]  # fmt: skip


def load_answers(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        if (record["draft"] is None) == (record["reason"] is None):
            raise record.wrong(
                'A proposal was either taken up in a draft or turned down for a reason. Give "draft" or "reason".'
            )
        proposal_id, draft_id = into.find(record, "proposal", "proposals"), None
        if record["draft"] is not None:
            slug = into.kept[_GUIDELINES][record["proposal"]]
            draft_id = into.known("drafts").get((slug, record["draft"]))
            if draft_id is None:
                raise record.wrong(
                    f'"draft" names what was begun at that moment of "{slug}", and drafts.jsonl has no such record. '
                    "Add it there, or correct it here."
                )
        into.add(ProposalAnswer, {
            "id": into.new_id(ProposalAnswer), "proposal_id": proposal_id, "draft_id": draft_id,
            "reason": record["reason"], **into.fact(record),
        })  # fmt: skip


def dump_answers(session: Session) -> Iterator[list[Row]]:
    people, proposals = people_keys(session), _keys(session, Proposal)
    begun = {row.id: row.created_at for row in session.execute(select(Draft.id, Draft.created_at))}
    yield [
        {
            "proposal": proposals[row.proposal_id], "draft": begun.get(row.draft_id), "reason": row.reason,
            **dumped_fact(row, people),
        }
        for row in session.execute(select(ProposalAnswer.__table__))
    ]  # fmt: skip


def _keys(session: Session, model: type[Workshop | Point | Proposal]) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(select(model.id, model.key))}


KINDS = (
    RecordKind(
        name="proposals",
        keys=(
            Key("id", uuid, required=True), Key("workshop", uuid, required=True), Key("guideline", SLUG, required=True),
            Key("text", values.text, required=True), Key("points", values.several(uuid), required=True), *FACT_KEYS,
        ),
        load=load_proposals, dump=dump_proposals, sort_key=by("id"), unique=("id",), tables=(Proposal, ProposalPoint),
    ),
    RecordKind(
        name="proposal_answers",
        keys=(
            Key("proposal", uuid, required=True), Key("draft", values.moment), Key("reason", values.text), *FACT_KEYS,
        ),
        load=load_answers, dump=dump_answers, sort_key=by("proposal", "recorded_at"), tables=(ProposalAnswer,),
    ),
)  # fmt: skip
