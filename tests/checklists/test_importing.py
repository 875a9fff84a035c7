"""A folder of checklists into a site and out of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists import importing, operations, queries, reading
from hmswiki.checklists.importing import FolderProblems, Report
from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition, ChecklistRecord
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, Refusal
from tests.cast import today
from tests.checklists import makers
from tests.checklists.makers import ROOM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "lists"
    made.mkdir()
    (made / "kjolerom.yaml").write_text(ROOM, encoding="utf-8")
    return made


def bring_in(session: Session, folder: Path, *, publish: bool = False) -> Report:
    report = importing.import_folder(
        session, reading.read_folder(folder), publish=publish, at=clock.now(), today=today()
    )
    session.commit()
    return report


def test_what_is_new_is_published_for_a_first_set_up_and_else_drafted(session: Session, folder: Path) -> None:
    assert bring_in(session, folder).drafted == ["kjolerom"]
    assert bring_in(session, folder).unchanged == ["kjolerom"]
    assert bring_in(session, folder, publish=True).published == ["kjolerom"]
    edition = session.scalars(select(ChecklistEdition)).one()
    assert (edition.number, edition.published_on, edition.approved_by_id) == ("1.0", today(), None)
    assert queries.content_of(edition) == reading.read(ROOM)
    assert bring_in(session, folder, publish=True).unchanged == ["kjolerom"]


def test_what_changed_is_a_draft_of_the_next_edition_and_never_published(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    (folder / "kjolerom.yaml").write_text(ROOM.replace("maximum: 8", "maximum: 9"), encoding="utf-8")
    with pytest.raises(Refusal, match=r"has changed since edition 1\.0"):
        bring_in(session, folder, publish=True)
    session.rollback()
    assert bring_in(session, folder).drafted == ["kjolerom"]
    draft = session.scalars(select(ChecklistDraft).where(ChecklistDraft.base_edition_id.is_not(None))).one()
    assert operations.checked(draft) == reading.read(ROOM.replace("maximum: 8", "maximum: 9"))


def test_what_a_person_writes_is_left_alone(session: Session, folder: Path) -> None:
    makers.draft(session, ROOM.replace("maximum: 8", "maximum: 7"))
    with pytest.raises(Conflict, match="Somebody is writing a draft of kjolerom"):
        bring_in(session, folder)


def test_with_one_mistake_nothing_is_taken_in(session: Session, folder: Path) -> None:
    (folder / "annen.yaml").write_text(ROOM.replace("kind: date", "kind: dato"), encoding="utf-8")
    with pytest.raises(FolderProblems) as refused:
        bring_in(session, folder)
    assert [problem.line for problem in refused.value.problems if "no kind of item" in str(problem)] == [44]
    assert session.scalars(select(ChecklistDraft)).all() == []


def test_what_comes_out_goes_in_as_the_same(session: Session, folder: Path, tmp_path: Path) -> None:
    bring_in(session, folder, publish=True)
    importing.write_folder(tmp_path / "out", importing.files_of(session))
    assert (tmp_path / "out" / "kjolerom.yaml").read_text(encoding="utf-8") == ROOM
    assert bring_in(session, tmp_path / "out").unchanged == ["kjolerom"]


def test_a_retired_checklist_stays_at_home(session: Session, folder: Path) -> None:
    bring_in(session, folder, publish=True)
    record = session.scalars(select(ChecklistRecord)).one()
    operations.retire(session, record, on=today(), by=None, at=clock.now(), today=today())
    assert importing.files_of(session) == {}


def test_the_commands_take_in_what_ships_and_write_it_out(app: Flask, tmp_path: Path) -> None:
    def run(*words: Any) -> Any:
        return app.test_cli_runner().invoke(args=["hms", "checklists", *map(str, words)])

    first = run("import", "--publish")
    assert first.exit_code == 0, first.output
    assert first.stdout.count("published ") == 7
    assert run("export", tmp_path / "out").exit_code == 0
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert "brannrunde.yaml" in written and len(written) == 7
    again = run("import", tmp_path / "out")
    assert (again.exit_code, again.stdout) == (0, "")
    (tmp_path / "out" / "brannrunde.yaml").write_text("key: [", encoding="utf-8")
    refused = run("import", tmp_path / "out")
    assert refused.exit_code == 1
    assert "brannrunde.yaml:1:" in refused.stdout


def test_an_edition_of_a_day_is_found_by_the_day(session: Session) -> None:
    first = makers.publish(session, on=date(2024, 1, 1))
    second = makers.publish(session, ROOM.replace("maximum: 8", "maximum: 9"), on=date(2024, 2, 1))
    found = [queries.edition_on(session, first.checklist_id, date(2024, month, 15)) for month in (1, 2)]
    assert found == [first, second]
    assert queries.edition_on(session, first.checklist_id, date(2023, 12, 31)) is None
    assert queries.all_current(session, date(2024, 2, 15)) == [second]
    assert queries.of_guideline(session, "ryddedag", date(2024, 2, 15)) == [second]
    assert queries.of_guideline(session, "annen", date(2024, 2, 15)) == []
    assert list(queries.editions(session, first.checklist_id)) == [(1, 0), (2, 0)]
