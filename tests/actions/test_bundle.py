"""Actions out as a bundle and in again; and what is refused."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations, rules, tending
from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import export_bundle, import_bundle
from hmswiki.foundation.permissions import Role
from hmswiki.web.context import state
from tests.actions.makers import actor, area, person, raised
from tests.cast import today


def write(app: Any, folder: Path) -> dict[str, bytes]:
    with Session(state(app).engines.read) as session:
        export_bundle(session, folder, state(app).wiki.record_kinds, with_secrets=False, exported_by="test",
                      progress=lambda text: None)  # fmt: skip
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def fill(app: Any, folder: Path) -> None:
    with Session(state(app).engines.write) as session:
        import_bundle(session, folder, state(app).wiki.record_kinds, at=clock.now(), progress=lambda text: None)
        session.commit()


def a_history(session: Session) -> None:
    room = area(session, "R1")
    action = raised(session, to="bjorn", area=room, origin="finding:1")
    by = {"by": actor(session, "astrid"), "at": clock.now()}
    operations.reschedule(session, action, due_on=today() + timedelta(days=3), today=today(), reason="Deler", **by)
    operations.assign(session, action, responsible=person(session, "nils"), **by)
    taken_back = operations.note_case(session, action, number="4711", url="https://eqs.example.no/1", **by)
    operations.withdraw_entry(session, taken_back, **by)
    operations.note_case(session, action, number="4712", url=None, **by)
    operations.do(session, action, done_on=today(), today=today(), text="Ferdig", **by)
    operations.check(session, action, by=actor(session, "chen"), at=clock.now())
    raised(session, "Sent", due_in=-40, role=Role.SAFETY_REPRESENTATIVE)
    tending.tend(session, at=clock.now(), today=today(), escalate_after=14)
    session.commit()


def test_actions_come_back_as_they_were_and_stand_as_they_stood(app, empty_app, session, tmp_path):
    a_history(session)
    first = write(app, tmp_path / "first")
    fill(empty_app, tmp_path / "first")
    second = write(empty_app, tmp_path / "second")

    assert second["actions.jsonl"] == first["actions.jsonl"]
    assert second["action_entries.jsonl"] == first["action_entries.jsonl"]
    with Session(state(empty_app).engines.read) as read:
        found = {one.title: one for one in read.scalars(select(Action))}
        for action in found.values():
            said = vars(rules.standing_of(action.entries))
            assert {name: getattr(action, name) for name in said} == said
    assert {title: one.state for title, one in found.items()} == {"Rydd rømningsveien": "checked", "Sent": "open"}


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "raised"}, "stands in actions.jsonl"),
        ({"action": "0b8e1a52-0000-4000-8000-000000000009"}, "actions.jsonl has no such record"),
        ({"action": "4711"}, "is no UUID"),
        ({"due_on": "2024-01-01"}, 'says nothing in an entry of the kind "commented"'),
        ({"kind": "done"}, 'lacks the key "done_on"'),
        ({"kind": "assigned"}, 'either "responsible" or "role"'),
        ({"kind": "moved"}, "says where it went"),
        ({"kind": "case_noted", "number": "1", "url": "http://x.no"}, "https://"),
        ({"recorded_at": "2020-01-01T00:00:00Z"}, "stand in their order"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_with_its_line(app, empty_app, session, tmp_path, changed, sentence):
    action = raised(session)
    operations.comment(session, action, text="Hei", by=actor(session, "astrid"), at=clock.now())
    session.commit()
    write(app, tmp_path / "out")
    file = tmp_path / "out" / "action_entries.jsonl"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changed}) + "\n", encoding="utf-8")

    with pytest.raises(BundleError) as refused:
        fill(empty_app, tmp_path / "out")

    assert sentence in str(refused.value)
    assert (refused.value.file, refused.value.line) == ("action_entries.jsonl", 1)
