"""Rounds in the bundle, with their photos: out, in, and out again the same byte for byte."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import export_bundle, import_bundle
from hmswiki.rounds import operations, photos, queries, signing
from hmswiki.rounds.models import Finding, Photo, Round
from hmswiki.web.context import state
from tests.cast import today
from tests.rounds.makers import actor, area, start_round
from tests.rounds.test_photos import picture, with_place
from tests.rounds.test_rounds import SIGNED, fill, give, hand_in, incoming, on_paper

Lines = dict[str, list[dict[str, Any]]]


def write(app: Flask, path: Path) -> dict[str, bytes]:
    """Export, and give back what was written, by path inside the bundle."""
    with Session(state(app).engines.read) as session:
        kinds = state(app).wiki.record_kinds
        export_bundle(session, path, kinds, with_secrets=False, exported_by="test", progress=lambda text: None)
    if path.suffix:
        return {"": path.read_bytes()}
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def take_in(app: Flask, path: Path) -> None:
    with Session(state(app).engines.write) as session:
        import_bundle(session, path, state(app).wiki.record_kinds, at=clock.now(), progress=lambda text: None)
        session.commit()


@pytest.fixture
def bundle(app: Flask, session: Session, tmp_path: Path) -> Path:
    """One of everything: a deviation with an action, a correction, photos, signatures, paper, one that was given up."""
    where = area(session, owner="bjorn")
    round = start_round(session, area=where, source=SIGNED)
    fill(session, round)
    details = {"text": "Skap", "seriousness": "high", "action": {"title": "Flytt", "due_on": today().isoformat()}}
    give(session, round, incoming("dorer", "deviation", details=details, note="Ved heisen"), by="chen")
    for item, data in (("tavla", with_place()), ("dorer", picture(50, 30)), ("dorer", with_place())):
        operations.add_photo(
            session, round.key, photo_key=str(uuid4()), item=item, prepared=photos.prepared(data), taken_at=clock.now(),
            by=actor(session, "bjorn"), at=clock.now(), today=today(),
        )  # fmt: skip
    hand_in(session, round)
    signing.co_sign(session, round.key, "unit_leader", by=actor(session, "astrid"), at=clock.now())
    corrected = [incoming("korridorer", "deviation", details={"text": "Esker"}), incoming("dorer", "ok")]
    operations.correct(session, round.key, corrected, reason="Så feil", by=actor(session, "bjorn"), at=clock.now(),
                       today=today())  # fmt: skip
    second = start_round(session, by="bjorn", area=where, source=SIGNED)
    (finding,) = queries.filled(session, second).earlier
    give(session, second, incoming(None, "still", finding=finding.key), by="bjorn")
    fill(session, on_paper(session, today() - timedelta(days=900)))
    given_up = start_round(session)
    operations.abandon(session, given_up, reason="Feil", by=actor(session, "astrid"), at=clock.now(), today=today())
    session.commit()
    write(app, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_rounds_and_photos_come_back_as_they_were(app: Flask, empty_app: Flask, bundle: Path, tmp_path: Path) -> None:
    first = {file.relative_to(bundle).as_posix(): file.read_bytes() for file in bundle.rglob("*") if file.is_file()}
    assert len([name for name in first if name.startswith("files/")]) == 2
    assert {"rounds.jsonl", "answers.jsonl", "findings.jsonl", "photos.jsonl", "signatures.jsonl"} <= set(first)
    take_in(empty_app, bundle)
    assert write(empty_app, tmp_path / "again") == first
    with Session(state(empty_app).engines.read) as session:
        photo = session.scalars(select(Photo)).first()
        assert photo is not None and first[f"files/{photo.sha256}"] == photo.file.data
        finding = session.scalars(select(Finding).where(Finding.withdrawn_at.is_not(None))).one()
        assert finding.action is not None and finding.action.origin == f"finding:{finding.key}"
        round = session.scalars(select(Round).where(Round.handed_in_at.is_not(None))).one()
        assert [one.value for one in queries.filled(session, round).given if one.item == "dorer"][-1] == "ok"


def test_a_packed_bundle_brings_its_photos_and_is_the_same_each_time(
    app: Flask, empty_app: Flask, bundle: Path, tmp_path: Path
) -> None:
    packed = write(app, tmp_path / "one.zip")
    take_in(empty_app, tmp_path / "one.zip")
    assert write(empty_app, tmp_path / "two.zip") == packed


def changed(bundle: Path, name: str, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    lines = [json.loads(line) for line in (bundle / name).read_text().splitlines()]
    change(lines)
    (bundle / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest.pop("counts")
    (bundle / "manifest.json").write_text(json.dumps(manifest))


def put(**said: Any) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda lines: lines[0].update(said)


def of(item: str, /, **said: Any) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda lines: next(line for line in lines if line.get("item") == item).update(said)


WRONG: list[tuple[str, Callable[[list[dict[str, Any]]], Any], str]] = [
    ("rounds.jsonl", put(edition="7.0"), "of another edition"),
    ("rounds.jsonl", put(checklist="vekk"), "another checklist"),
    ("rounds.jsonl", put(area="vekk"), "areas.jsonl has no such record"),
    ("rounds.jsonl", put(occurrence="2026-01"), "go together"),
    ("rounds.jsonl", put(asked={"edition": "1.0"}), "cannot be what a round asks"),
    ("rounds.jsonl", lambda lines: [line.pop("done_on", None) for line in lines], "done_on"),
    ("answers.jsonl", of("dorer", item="vekk"), "asks no such item"),
    ("answers.jsonl", of("dorer", value="kanskje"), "is no answer"),
    ("answers.jsonl", of("apparater", value="0,0"), "Write it so"),
    ("answers.jsonl", of("dorer", answered_at="2099-01-01T00:00:00Z"), "lies after"),
    ("answers.jsonl", of("dorer", finding=str(uuid4())), "Give one of them"),
    ("answers.jsonl", of("dorer", details={"where": "her"}), "cannot be what is told"),
    ("findings.jsonl", put(action=str(uuid4())), "actions.jsonl has no such record"),
    ("photos.jsonl", put(sha256="0" * 64), "it is not there"),
    ("photos.jsonl", put(sha256="../../etc/passwd"), "is no SHA-256"),
    ("signatures.jsonl", put(role="boss"), "must be one of"),
]


@pytest.mark.parametrize(("name", "change", "sentence"), WRONG)
def test_a_record_that_makes_no_sense_is_refused(
    empty_app: Flask, bundle: Path, name: str, change: Callable[[list[dict[str, Any]]], Any], sentence: str
) -> None:
    changed(bundle, name, change)
    with pytest.raises(BundleError, match=sentence):
        take_in(empty_app, bundle)


def test_a_file_that_is_another_or_belongs_to_nothing_is_refused(empty_app: Flask, bundle: Path) -> None:
    file = next((bundle / "files").iterdir())
    whole = file.read_bytes()
    file.write_bytes(whole + b"x")
    with pytest.raises(BundleError, match="SHA-256 is another"):
        take_in(empty_app, bundle)
    file.write_bytes(whole)
    (bundle / "files" / ("1" * 64)).write_bytes(b"x")
    with pytest.raises(BundleError, match="No record of this bundle refers"):
        take_in(empty_app, bundle)
