"""A whole site out as a bundle and in again, on both databases; and every bundle that is refused, with its cure."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki import create_app
from hmswiki.acknowledgements.models import Acknowledgement
from hmswiki.extension import HmsWiki
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import FACT_KEYS, export_bundle, import_bundle
from hmswiki.foundation.database import Base
from hmswiki.guidelines.models import Edition, Translation
from hmswiki.organisation.models import Employment, Person, Unit
from hmswiki.web import schema
from hmswiki.web.context import state
from tests.acknowledgements.histories import IMPORTED_AT, random_history, write_bundle
from tests.checklists.bundled import CHECKLISTS
from tests.notes.bundled import NOTES
from tests.outcomes.bundled import PROPOSALS, PUBLICATIONS
from tests.plenary.bundled import PLENARY
from tests.reminders.bundled import REMINDERS
from tests.rounds.bundled import FILES, ROUNDS
from tests.schedules.bundled import SCHEDULES
from tests.support import once
from tests.workshops.bundled import WORKSHOPS

DATABASE = os.environ.get("HMSWIKI_TEST_DATABASE", "sqlite")
WORKED_EXAMPLE = Path(__file__).parent / "data" / "worked-example"
RUS = "rus-og-avhengighet"
EARLY = "2022-12-01T08:00:00+00:00"


class Site:
    """A site that can be filled from a bundle, written to one, and emptied."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def fill(self, path: Path, at: datetime = IMPORTED_AT) -> dict[str, int]:
        with self.app.app_context(), Session(state().engines.write) as session:
            counts = import_bundle(session, path, state().wiki.record_kinds, at=at, progress=lambda text: None)
            session.commit()
            return counts

    def write(self, path: Path, with_secrets: bool = False) -> dict[str, bytes]:
        """Export, and give back the files' contents."""
        with self.app.app_context(), Session(state().engines.read) as session:
            export_bundle(
                session, path, state().wiki.record_kinds,
                with_secrets=with_secrets, exported_by="hmswiki test", progress=lambda text: None,
            )  # fmt: skip
        return {} if path.suffix else contents(path)

    def rows(self) -> dict[str, int]:
        """How many rows each table has, the empty ones left out."""
        with self.app.app_context(), Session(state().engines.read) as session:
            counts = {t.name: session.scalar(select(func.count()).select_from(t)) for t in Base.metadata.sorted_tables}
        return {name: count for name, count in counts.items() if count}

    def empty(self) -> None:
        with self.app.app_context(), Session(state().engines.write) as session:
            session.execute(Unit.__table__.update().values(parent_id=None))
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
            session.commit()


def contents(folder: Path) -> dict[str, bytes]:
    """What a bundle's files hold, by their paths in it."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _site(address: str, folder: Path) -> Iterator[Site]:
    app = create_app(database_url=address, instance=folder, secret_key="only for tests")
    yield Site(app)
    with app.app_context():
        state().engines.write.dispose()
        state().engines.read.dispose()


@pytest.fixture(scope="module")
def module_site(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    address = databases.migrated()
    yield from _site(address, tmp_path_factory.mktemp("site"))
    databases.drop(address)


@pytest.fixture
def site(module_site: Site) -> Iterator[Site]:
    """A site with tables and no rows."""
    assert module_site.rows() == {}
    yield module_site
    module_site.empty()


@pytest.fixture(scope="module")
def other_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site in SQLite, whichever database the run is about."""
    folder = tmp_path_factory.mktemp("other")
    for site in _site(f"sqlite:///{folder / 'other.sqlite'}", folder):
        with site.app.app_context():
            schema.upgrade(site.app)
        yield site


def read(path: Path) -> dict[str, list[dict[str, Any]]]:
    return {
        file.stem: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in path.glob("*.jsonl")
    }


# --- Round trips --------------------------------------------------------------------------------------------

# Every file and every key there is, in a form that an export gives back as it is.
EVERYTHING: dict[str, list[dict[str, Any]]] = {
    "units": [
        {"code": "ADM", "name": "Administrasjonen", "opened": "2020-01-01", "parent": "FAK", "position": 1.5},
        {
            "code": "FAK", "name": {"en": "Faculty", "nb": "Fakultetet", "nn": "Fakultetet"}, "kind": "faculty",
            "opened": "2020-01-01", "position": 2,
        },
        {
            "code": "GML", "closed": "2024-01-01", "name": "Gamle \"Å\"\\ 😀", "opened": "2020-01-01", "parent": "FAK",
            "successors": ["ADM", "ØKO"],
        },
        {"code": "ØKO", "name": "Økonomi", "opened": "2024-01-01", "parent": "ADM"},
    ],
    "people": [
        {"email": "ada@example.no", "id": "ada", "language": "nn", "name": "Ada Ås"},
        {"email": "", "id": "bo", "name": "Bo"},
    ],
    "employments": [
        {
            "from": "2020-01-01", "person": "ada", "recorded_at": "2020-01-01T08:00:00+00:00", "recorded_by": "bo",
            "unit": "GML", "withdrawal_reason": "Enheten ble lagt ned.",
            "withdrawn_at": "2023-12-01T08:00:00.250000+00:00", "withdrawn_by": "bo",
        },
        {
            "from": "2020-01-01", "person": "ada", "recorded_at": "2023-12-01T08:00:00.250000+00:00",
            "to": "2024-01-01", "unit": "GML",
        },
        {"from": "2024-01-01", "person": "ada", "recorded_at": "2023-12-01T08:00:00.250000+00:00", "unit": "ØKO"},
    ],
    "roles": [
        {
            "from": "2021-01-01", "person": "bo", "recorded_at": "2021-01-01T08:00:00+00:00", "recorded_by": "bo",
            "role": "unit_leader", "to": "2021-01-01", "unit": "FAK", "withdrawal_reason": "Feil person",
            "withdrawn_at": "2021-01-01T08:00:00+00:00", "withdrawn_by": "ada",
        },
    ],
    "areas": [
        {
            "code": "B1", "kind": "building", "name": {"en": "Building", "nb": "Bygg", "nn": "Bygg"},
            "opened": "2020-01-01", "position": 1.5,
        },
        {"code": "B1-2", "kind": "floor", "name": "Andre", "opened": "2020-01-01", "parent": "B1"},
        {
            "closed": "2024-01-01", "code": "B1-217", "kind": "room", "name": "Lager", "opened": "2020-01-01",
            "parent": "B1-2",
        },
    ],
    "area_units": [
        {"area": "B1", "from": "2020-01-01", "recorded_at": "2020-01-01T08:00:00+00:00", "to": "2024-01-01",
         "unit": "GML"},
        {
            "area": "B1-2", "from": "2020-01-01", "recorded_at": "2020-01-01T08:00:00+00:00", "recorded_by": "bo",
            "unit": "ADM", "withdrawal_reason": "Feil etasje", "withdrawn_at": "2020-01-02T08:00:00+00:00",
            "withdrawn_by": "bo",
        },
    ],
    "area_duties": [
        {
            "area": "B1", "from": "2020-01-01", "part": "deputy", "person": "bo",
            "recorded_at": "2020-01-01T08:00:00+00:00",
        },
        {
            "area": "B1", "from": "2020-01-01", "part": "owner", "person": "ada",
            "recorded_at": "2020-01-01T08:00:00+00:00", "recorded_by": "bo", "to": "2023-01-01",
        },
        {
            "area": "B1", "from": "2021-01-01", "part": "owner", "person": "bo",
            "recorded_at": "2020-01-01T08:00:00+00:00", "withdrawal_reason": "Feil person",
            "withdrawn_at": "2020-01-03T08:00:00+00:00", "withdrawn_by": "ada",
        },
    ],
    "register_changes": [
        {
            "changed_at": "2020-01-01T08:00:00+00:00", "changed_by": "bo", "details": {"name": ["Økon.", "Økonomi"]},
            "kind": "edited", "unit": "ØKO",
        },
        {
            "area": "B1-217", "changed_at": "2020-01-01T09:00:00+00:00", "details": {"closed": [None, "2024-01-01"]},
            "kind": "closed",
        },
        {"changed_at": "2020-01-02T08:00:00+00:00", "details": {"email": []}, "kind": "edited", "person": "ada"},
    ],
    "credentials": [
        {
            "created_at": "2020-01-01T08:00:00+00:00", "deactivated_at": "2024-01-01T08:00:00+00:00",
            "password_hash": "scrypt:32768:8:1$salt$" + "0a" * 64, "person": "ada",
        },
    ],
    "guidelines": [
        {
            "approver": "Dekan", "classification": "Åpen", "kind": "retningslinje", "owner": "HMS-rådgiver",
            "legal_basis": ["Hovedavtalen", {"title": "Aml. § 3-1", "url": "https://lovdata.no/lov/2005-06-17-62/§3-1"}],
            "next_review": "2028-03-01", "parent": "HMS-politikk", "renew_months": 24, "replaces": "Rundskriv 4",
            "slug": "omstilling", "title": {"nb": "Omstilling"}, "valid_to": "2030-01-01",
        },
        {"legal_basis": "Aml. § 4-1", "slug": RUS, "title": "Rus og avhengighet"},
    ],
    "editions": [
        {
            "approved_by": "bo", "guideline": "omstilling", "number": "1.9", "published_on": "2023-01-01",
            "requires_acknowledgement": True, "summary": {"en": "First", "nb": "Første"},
            "texts": {
                "en": {"body": "Hello *there*.\n", "title": "Restructuring"},
                "nb": {"body": "## Formål\r\n\r\nVi vurderer <b>dette</b>.", "title": "Omstilling"},
            },
            "written_by": "ada",
        },
        {
            "guideline": "omstilling", "number": "1.10", "published_on": "2023-01-01",
            "requires_acknowledgement": False, "summary": "",
        },
    ],
    "drafts": [
        {
            "base_edition": "1.9", "comment": "Si mer om kapittel 8.", "created_at": "2023-02-01T08:00:00+00:00",
            "credits": [{"nb": "Fra møtet."}],
            "edition": "1.10", "facts": {"legal_basis": "Aml. § 7-2", "next_review": "2029-01-01", "renew_months": 12},
            "guideline": "omstilling", "saved_at": "2023-02-01T09:00:00+00:00", "sent_at": "2023-02-01T09:30:00+00:00",
            "sent_by": "ada", "slug": "omstilling", "state": "published", "summary": {"nb": "Nytt kapittel"},
            "texts": {"nb": {"body": "Tekst", "title": "Omstilling"}}, "version": 3, "writers": ["ada", "bo"],
        },
        {
            "adds_language": "nn", "base_edition": "1.9", "created_at": "2023-02-15T08:00:00+00:00",
            "guideline": "omstilling", "saved_at": "2023-02-15T09:00:00+00:00", "slug": "omstilling",
            "state": "writing", "texts": {"nn": {"body": "Me vurderer.", "title": "Omstilling"}}, "version": 2,
            "writers": ["bo"],
        },
        {
            "created_at": "2023-03-01T08:00:00+00:00", "saved_at": "2023-03-01T08:00:00+00:00", "slug": "stoffkartotek",
            "state": "writing", "version": 1,
        },
    ],
    "rollouts": [
        {
            "due": "2023-06-01", "ended": "2024-01-01", "evidence": "named", "from": "2023-01-01",
            "guideline": "omstilling", "id": "10", "legal_basis": "GDPR art. 6", "names_kept_until": "2027-01-01",
            "purpose": "Opplæring", "role": "area_owner", "units": ["ADM", "FAK"],
        },
        {"evidence": "unit", "from": "2023-01-01", "guideline": "omstilling", "id": "9", "units": []},
    ],
    "acknowledgements": [
        {
            "acknowledged_on": "2023-02-01", "edition": "1.9", "guideline": "omstilling", "person": "ada",
            "recorded_at": EARLY, "recorded_by": "ada", "withdrawal_reason": "Feil utgave",
            "withdrawn_at": "2023-05-01T08:00:00+00:00", "withdrawn_by": "bo",
        },
    ],
    "confirmations": [
        {
            "answer": "informed", "confirmed_by": "bo", "edition": "1.9", "except": ["ada", "bo"],
            "guideline": "omstilling", "informed_on": "2023-02-01", "method": "all_staff_meeting",
            "newcomer_routine": "Fadder", "note": "Allmøte", "recorded_at": EARLY, "recorded_by": "bo", "unit": "FAK",
            "withdrawal_reason": "Feil dag", "withdrawn_at": "2023-05-01T08:00:00+00:00", "withdrawn_by": "ada",
        },
        {
            "answer": "informed", "edition": "1.9", "guideline": "omstilling", "informed_on": "2023-02-01",
            "only": ["ada"], "recorded_at": EARLY, "unit": "ØKO",
        },
        {
            "answer": "unknown", "edition": "1.9", "guideline": "omstilling", "informed_on": "2023-02-01",
            "only": [], "recorded_at": EARLY, "unit": "ØKO",
        },
    ],
    "questions": [
        {
            "edition": "1.9", "guideline": "omstilling", "kind": "question", "person": "ada", "recorded_at": EARLY,
            "recorded_by": "ada", "unit": "GML", "text": "Gjelder det meg?", "withdrawal_reason": "Ombestemt",
            "withdrawn_at": "2023-05-01T08:00:00+00:00", "withdrawn_by": "ada",
            "replies": [
                {"recorded_at": EARLY, "recorded_by": "bo", "text": "Ja."},
                {
                    "recorded_at": "2023-01-01T08:00:00+00:00", "text": "Nei.", "withdrawal_reason": "Feil",
                    "withdrawn_at": "2023-01-01T09:00:00+00:00", "withdrawn_by": "bo",
                },
            ],
        },
    ],
    "name_lookups": [
        {
            "guideline": "omstilling", "looked_at": "2024-02-01T08:00:00+00:00", "people": ["ada"], "unit": "FAK",
            "viewer": "bo", "what": "missing",
        },
    ],
    "actions": [
        {
            "area": "B1", "due_on": "2024-02-01", "id": "0b8e1a52-0000-4000-8000-000000000001",
            "origin": "finding:11", "raised_at": "2024-01-10T08:00:00+00:00", "raised_by": "bo", "responsible": "ada",
            "text": "Det står i veien.", "title": "Flytt skapet", "unit": "ØKO",
        },
        {
            "due_on": "2024-02-02", "id": "0b8e1a52-0000-4000-8000-000000000002",
            "raised_at": "2024-01-10T08:00:00+00:00", "role": "unit_leader", "title": "Bytt filter", "unit": "FAK",
        },
    ],
    "action_entries": [
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "kind": "commented", "no": 2,
            "recorded_at": "2024-01-10T08:00:00+00:00", "recorded_by": "ada", "text": "Skal gjøres",
            "withdrawal_reason": "Feil tiltak", "withdrawn_at": "2024-01-10T09:00:00+00:00", "withdrawn_by": "ada",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "kind": "case_noted", "no": 3, "number": "4711",
            "recorded_at": "2024-01-11T08:00:00+00:00", "url": "https://eqs.example.no/4711",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "due_on": "2024-02-10", "kind": "rescheduled", "no": 4,
            "recorded_at": "2024-01-11T08:00:00+00:00", "recorded_by": "bo", "text": "Deler mangler",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "kind": "moved", "left": "ada", "no": 5,
            "others": ["FAK"], "recorded_at": "2024-03-01T08:00:00+00:00", "role": "unit_leader", "unit": "ADM",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "kind": "assigned", "no": 6,
            "recorded_at": "2024-03-02T08:00:00+00:00", "recorded_by": "bo", "responsible": "bo",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000001", "done_on": "2024-03-03", "kind": "done", "no": 7,
            "recorded_at": "2024-03-03T08:00:00+00:00", "recorded_by": "bo",
        },
        {
            "action": "0b8e1a52-0000-4000-8000-000000000002", "kind": "escalated", "no": 2,
            "recorded_at": "2024-03-01T08:00:00+00:00", "unit": "ADM",
        },
    ],
    **CHECKLISTS,
    **SCHEDULES,
    **ROUNDS,
    **WORKSHOPS,
    **NOTES,
    **PLENARY,
    **PUBLICATIONS,
    **PROPOSALS,
    **REMINDERS,
}  # fmt: skip


def write_everything(folder: Path) -> None:
    write_bundle(EVERYTHING, folder)
    (folder / "files").mkdir()
    for name, data in FILES.items():
        (folder / "files" / name).write_bytes(data)


def test_every_file_and_every_key_comes_back_as_it_was(site, tmp_path):
    known = {kind.name: {key.name for key in kind.keys} for kind in site.app.extensions["hmswiki"].wiki.record_kinds}
    assert {name: {key for row in rows for key in row} for name, rows in EVERYTHING.items()} == known
    write_everything(tmp_path / "in")

    counts = site.fill(tmp_path / "in")
    files = site.write(tmp_path / "out", with_secrets=True)

    assert counts == {name: len(rows) for name, rows in EVERYTHING.items()}
    for name, rows in EVERYTHING.items():
        assert files.pop(f"{name}.jsonl").decode().splitlines() == [
            json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows
        ]
    assert json.loads(files.pop("manifest.json")) == {
        "format": "hmswiki-bundle", "version": 1, "exported_by": "hmswiki test",
        "counts": {f"{name}.jsonl": len(rows) for name, rows in EVERYTHING.items()},
    }  # fmt: skip
    assert files == {f"files/{name}": data for name, data in FILES.items()}


def test_password_hashes_stay_behind_unless_asked_for(site, tmp_path):
    write_everything(tmp_path / "in")
    site.fill(tmp_path / "in")

    files = site.write(tmp_path / "out")

    assert "credentials.jsonl" not in files
    assert b"scrypt" not in b"".join(files.values())
    assert "credentials.jsonl" not in json.loads(files["manifest.json"])["counts"]


def test_texts_are_rendered_as_they_come_in(site, tmp_path):
    write_everything(tmp_path / "in")
    site.fill(tmp_path / "in")

    with site.app.app_context(), Session(state().engines.read) as session:
        text = session.scalars(select(Translation).where(Translation.language == "nb")).one()

    assert "&lt;b&gt;" in text.html and "<b>" not in text.html
    assert text.contents == [[2, "formal", "Formål"]]
    assert (text.words, text.render_failed) == (4, False)


def test_the_product_goes_on_writing_after_an_import(site, tmp_path):
    site.fill(WORKED_EXAMPLE)

    with site.app.app_context(), Session(state().engines.write) as session:
        unit = session.scalars(select(Unit)).one()
        assert unit.path == f"/{unit.id}/"
        dag = Person(external_key="dag", name="Dag")
        session.add(dag)
        session.flush()
        session.add(
            Employment(person_id=dag.id, unit_id=unit.id, starts_on=date(2024, 1, 1), recorded_at=datetime.now(UTC))
        )
        session.commit()

    assert site.write(tmp_path / "out")["people.jsonl"].decode().splitlines()[-1] == '{"id": "dag", "name": "Dag"}'


def test_an_export_is_of_one_moment_whatever_people_do_meanwhile(site, tmp_path):
    site.fill(WORKED_EXAMPLE)
    before = site.write(tmp_path / "before")

    def busy(line: str) -> None:
        """Somebody new reads and acknowledges while the units are being written."""
        if not line.startswith("units.jsonl"):
            return
        with Session(state().engines.write) as session:
            dag = Person(external_key="dag", name="Dag")
            session.add(dag)
            session.flush()
            edition = session.scalars(select(Edition.id)).first()
            session.add(
                Acknowledgement(
                    person_id=dag.id, edition_id=edition, acknowledged_on=date(2024, 2, 1), recorded_at=IMPORTED_AT
                )
            )  # fmt: skip
            session.commit()

    with site.app.app_context(), Session(state().engines.read) as session:
        export_bundle(
            session, tmp_path / "meanwhile", state().wiki.record_kinds,
            with_secrets=False, exported_by="hmswiki test", progress=busy,
        )  # fmt: skip

    assert contents(tmp_path / "meanwhile") == before
    assert b'"dag"' in site.write(tmp_path / "after")["acknowledgements.jsonl"]


def test_what_the_pages_wrote_comes_back_too(app, site, tmp_path):
    first = Site(app).write(tmp_path / "first")
    site.fill(tmp_path / "first")
    assert site.write(tmp_path / "second") == first
    assert len(first["roles.jsonl"].splitlines()) == 9


def normal(row: dict[str, Any]) -> dict[str, Any]:
    """What a row of a random history says, in the words of an export."""
    said = {key: value for key, value in row.items() if value is not None and value != []}
    for key in ("recorded_at", "withdrawn_at"):
        if key in said:
            said[key] = datetime.fromisoformat(said[key]).astimezone(UTC).isoformat()
    for key in ("except", "only", "units", "successors"):
        if key in said:
            said[key] = sorted(said[key])
    return said


@pytest.mark.parametrize("seed", range(25 if DATABASE == "sqlite" else 8))
def test_a_random_history_comes_back_whole_and_then_byte_for_byte(site, other_database, tmp_path, seed):
    history = random_history(seed)
    write_bundle(history, tmp_path / "in")
    site.fill(tmp_path / "in")
    first = site.write(tmp_path / "first")

    said = read(tmp_path / "first")
    for name, rows in history.items():
        facts = name in ("employments", "roles", "acknowledgements", "confirmations")
        expected = [normal({"recorded_at": IMPORTED_AT.isoformat(), **row} if facts else row) for row in rows]
        if name == "rollouts":
            expected = [{"evidence": "unit", **row} for row in expected]
        assert sorted(map(repr_sorted, expected)) == sorted(map(repr_sorted, map(normal, said.get(name, []))))

    other_database.empty()
    other_database.fill(tmp_path / "first", at=datetime(2031, 1, 1, tzinfo=UTC))
    site.empty()
    assert other_database.write(tmp_path / "second") == first
    site.fill(tmp_path / "second", at=datetime(2032, 1, 1, tzinfo=UTC))
    assert site.write(tmp_path / "third") == first


def repr_sorted(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True)


def test_a_zip_does_what_a_folder_does(site, tmp_path):
    write_everything(tmp_path / "in")
    site.fill(tmp_path / "in")
    folder = site.write(tmp_path / "folder")
    site.write(tmp_path / "one.zip")
    site.empty()

    site.fill(tmp_path / "one.zip")

    assert site.write(tmp_path / "again") == folder
    site.write(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_lines_may_end_as_windows_ends_them_and_rows_may_stand_in_any_order(site, tmp_path):
    write_everything(tmp_path / "in")
    site.fill(tmp_path / "in")
    expected = site.write(tmp_path / "expected", with_secrets=True)
    site.empty()
    for file in (tmp_path / "in").glob("*.jsonl"):
        rows = file.read_bytes().splitlines()[::-1]
        file.write_bytes(b"\r\n".join(rows) + b"\r\n\r\n")

    site.fill(tmp_path / "in")

    assert site.write(tmp_path / "out", with_secrets=True) == expected


def test_a_site_that_holds_something_is_left_alone(site, tmp_path):
    site.fill(WORKED_EXAMPLE)
    before = site.write(tmp_path / "before")
    write_bundle({}, tmp_path / "nothing")
    for path in (WORKED_EXAMPLE, tmp_path / "before", tmp_path / "nothing"):
        with pytest.raises(BundleError, match="This site holds units already"):
            site.fill(path)
    assert site.write(tmp_path / "after") == before


@pytest.mark.parametrize("name", ["people", "units", "guidelines"])
def test_one_of_people_units_or_guidelines_is_enough_to_refuse(site, tmp_path, name):
    write_bundle({}, tmp_path / "one")
    shutil.copy(WORKED_EXAMPLE / f"{name}.jsonl", tmp_path / "one")
    site.fill(tmp_path / "one")
    with pytest.raises(BundleError, match=f"holds {name} already"):
        site.fill(WORKED_EXAMPLE)


# --- What a bundle may hold, though the pages would refuse it ------------------------------------------------


def worked_example() -> dict[str, list[dict[str, Any]]]:
    return read(WORKED_EXAMPLE)


def _later_role(bundle: Any) -> None:
    bundle["units"][0]["closed"] = "2030-01-01"
    for row in bundle["employments"]:
        row["to"] = "2030-01-01"
    bundle["roles"] = [{"person": "ada", "role": "editor", "unit": "IKJ", "from": "2031-01-01"}]
    bundle["rollouts"][0]["from"] = "2031-01-01"


def _exception_from_elsewhere(bundle: Any) -> None:
    bundle["confirmations"][0]["except"] = ["cai", "cai"]


def _fact_before_its_edition(bundle: Any) -> None:
    bundle["acknowledgements"][0].update(acknowledged_on="2020-01-01", recorded_at="2019-01-01T00:00:00Z")


def _called_off(bundle: Any) -> None:
    bundle["employments"].append({"person": "ada", "unit": "IKJ", "from": "2024-01-01", "to": "2024-01-01"})
    bundle["rollouts"][0]["ended"] = bundle["rollouts"][0]["from"]


def _corrected(bundle: Any) -> None:
    ada = bundle["employments"][0]
    ada["withdrawn_at"] = "2024-01-01T08:00:00+01:00"
    bundle["employments"].append({**ada, "to": "2024-02-01", "recorded_at": ada["withdrawn_at"], "withdrawn_at": None})


def _closed_afterwards(bundle: Any) -> None:
    """What closing a unit leaves: rows without an end withdrawn, and said anew with one."""
    bundle["units"][0]["closed"] = "2024-06-01"
    for row in list(bundle["employments"]):
        row["withdrawn_at"] = "2024-05-01T08:00:00Z"
        bundle["employments"].append({**row, "to": "2024-06-01", "recorded_at": "2024-05-01T08:00:00Z"})
        del bundle["employments"][-1]["withdrawn_at"]


def _withdrawn_long_ago(bundle: Any) -> None:
    del bundle["acknowledgements"][0]["recorded_at"]
    bundle["acknowledgements"][0]["withdrawn_at"] = "2023-06-01T00:00:00Z"


def _almost_twice(bundle: Any) -> None:
    fact = bundle["acknowledgements"][0]
    bundle["acknowledgements"].append({**fact, "recorded_at": "2023-05-02T10:00:00.000001+02:00"})
    bundle["acknowledgements"].append({**fact, "recorded_by": "ada"})


def _null_for_nothing(bundle: Any) -> None:
    bundle["units"][0].update(kind=None, parent=None, closed=None, successors=None, position=None)
    bundle["editions"][0].update(summary=None, texts=None, written_by=None, approved_by=None)
    bundle["rollouts"][0].update(role=None, due=None, evidence=None)
    bundle["confirmations"][0].update(only=None, note=None)
    bundle["guidelines"][0].update(renew_months=None, legal_basis=[])


@pytest.mark.parametrize(
    "change",
    [
        _later_role,
        _exception_from_elsewhere,
        _fact_before_its_edition,
        _called_off,
        _corrected,
        _closed_afterwards,
        _withdrawn_long_ago,
        _almost_twice,
        _null_for_nothing,
    ],
)
def test_somebodys_history_is_taken_as_it_was_and_goes_out_as_it_came(site, tmp_path, change):
    bundle = worked_example()
    change(bundle)
    write_bundle(bundle, tmp_path / "in")

    site.fill(tmp_path / "in")
    first = site.write(tmp_path / "first")
    site.empty()
    site.fill(tmp_path / "first", at=datetime(2031, 1, 1, tzinfo=UTC))

    assert site.write(tmp_path / "second") == first


def test_a_fact_without_a_time_is_recorded_as_it_comes_in(site, tmp_path):
    bundle = worked_example()
    del bundle["acknowledgements"][0]["recorded_at"]
    write_bundle(bundle, tmp_path / "in")
    site.fill(tmp_path / "in", at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    site.write(tmp_path / "out")
    assert read(tmp_path / "out")["acknowledgements"][0]["recorded_at"] == "2026-01-02T03:04:05+00:00"


# --- What is refused ----------------------------------------------------------------------------------------


class Broken:
    """A worked example with one mistake, and what the error must say."""

    def __init__(self, name: str, place: str, said: str, change: Callable[[Path], None]) -> None:
        self.name, self.place, self.said, self.change = name, place, said, change


def rows(name: str, file: str, line: int, said: str, *added: dict[str, Any], at: int | None = None) -> Broken:
    """Rows put at the end of a file, or at line `at`; the error must name `line`."""

    def change(folder: Path) -> None:
        path = folder / f"{file}.jsonl"
        found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        place = len(found) if at is None else at - 1
        found[place:place] = [json.dumps(row) for row in added]
        path.write_text("".join(row + "\n" for row in found), encoding="utf-8")

    return Broken(name, f"{file}.jsonl, line {line}: ", said, change)


def changed(name: str, file: str, line: int, said: str, /, **keys: Any) -> Broken:
    """Keys of a row changed; ... takes one out."""

    def change(folder: Path) -> None:
        path = folder / f"{file}.jsonl"
        found = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
        for key, value in keys.items():
            key = key.rstrip("_")
            if value is ...:
                del found[line - 1][key]
            else:
                found[line - 1][key] = value
        path.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")

    return Broken(name, f"{file}.jsonl, line {line}: ", said, change)


def raw(name: str, place: str, said: str, file: str, content: bytes, *, append: bool = False) -> Broken:
    """A file's bytes, written or appended."""

    def change(folder: Path) -> None:
        with (folder / file).open("ab" if append else "wb") as stream:
            stream.write(content)

    return Broken(name, place, said, change)


ADA: dict[str, Any] = {"person": "ada", "unit": "IKJ", "from": "2023-06-01", "recorded_at": EARLY}
CONFIRMED: dict[str, Any] = {
    "unit": "IKJ", "guideline": RUS, "edition": "1.0", "informed_on": "2023-03-10", "answer": "informed",
}  # fmt: skip
READ: dict[str, Any] = {"person": "ada", "guideline": RUS, "edition": "1.0", "acknowledged_on": "2023-03-10"}
ZONE: dict[str, Any] = {"kind": "zone", "name": "Z", "opened": "2023-01-01"}


def two_owners() -> Broken:
    """An area that two people own in January."""

    def change(folder: Path) -> None:
        owned = {"area": "A", "part": "owner"}
        found = {
            "areas": [{**ZONE, "code": "A"}],
            "area_duties": [
                {**owned, "person": "ada", "from": "2023-01-01", "to": "2023-02-01"},
                {**owned, "person": "bo", "from": "2023-01-31"},
            ],
        }
        for name, records in found.items():
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))

    said = '"bo" owns the area "A" from 2023-01-31 here, and "ada" from 2023-01-01 to 2023-02-01 in line 1'
    return Broken("two owners at once", "area_duties.jsonl, line 2: ", said, change)


REFUSED = [
    # Files
    raw("unknown file", "unit.jsonl: ", 'Did you mean "units.jsonl"?', "unit.jsonl", b"{}\n"),
    raw("other kind of file", "notes.txt: ", "Rename it or remove it", "notes.txt", b"hello"),
    raw("utf-16", "people.jsonl, line 1: ", "Save it as UTF-8", "people.jsonl", '{"id": "a"}\n'.encode("utf-16")),
    raw("byte order mark", "people.jsonl, line 1: ", "without one", "people.jsonl", b'\xef\xbb\xbf{"id": "a"}\n'),
    raw("latin-1", "people.jsonl, line 4: ", "Save the file as UTF-8", "people.jsonl",
        '{"id": "åse", "name": "Åse"}\n'.encode("latin-1"), append=True),
    raw("half a line", "confirmations.jsonl, line 2: ", "no JSON", "confirmations.jsonl", b'{"unit": "IK', append=True),
    raw("a list", "people.jsonl, line 4: ", "curly brackets", "people.jsonl", b'["ada"]\n', append=True),
    raw("blank line", "people.jsonl, line 4: ", "Remove it", "people.jsonl",
        b'\n{"id": "e", "name": "E"}\n', append=True),
    raw("key twice", "people.jsonl, line 4: ", '"name" stands twice', "people.jsonl",
        b'{"id": "e", "name": "E", "name": "F"}\n', append=True),
    raw("not a number", "units.jsonl, line 2: ", "NaN is no number", "units.jsonl",
        b'{"code": "A", "name": "A", "opened": "2023-01-01", "position": NaN}\n', append=True),
    # The manifest
    raw("no json", "manifest.json, line 2: ", "no JSON", "manifest.json", b'{"format":\n}'),
    raw("manifest in utf-16", "manifest.json, line 1: ", "UTF-16", "manifest.json", "{}".encode("utf-16")),
    raw("other format", "manifest.json, line 1: ", '"format" must be', "manifest.json",
        b'{"format": "x", "version": 1}'),
    raw("newer version", "manifest.json, line 2: ", "newer release", "manifest.json",
        b'{"format": "hmswiki-bundle",\n "version": 2}'),
    raw("version as text", "manifest.json, line 1: ", '"version" must be 1', "manifest.json",
        b'{"format": "hmswiki-bundle", "version": "1"}'),
    raw("version true", "manifest.json, line 1: ", '"version" must be 1', "manifest.json",
        b'{"format": "hmswiki-bundle", "version": true}'),
    raw("unknown key", "manifest.json, line 2: ", 'Did you mean "version"?', "manifest.json",
        b'{"format": "hmswiki-bundle",\n "versoin": 1}'),
    raw("wrong count", "manifest.json, line 1: ", "counts 4 records in people.jsonl, and there are 3", "manifest.json",
        b'{"format": "hmswiki-bundle", "version": 1, "counts": {"people.jsonl": 4}}'),
    raw("count of a file that is not there", "manifest.json, line 1: ", "in roles.jsonl, and there are 0",
        "manifest.json", b'{"format": "hmswiki-bundle", "version": 1, "counts": {"roles": 1}}'),
    raw("count of an unknown file", "manifest.json, line 1: ", 'Did you mean "people.jsonl"?', "manifest.json",
        b'{"format": "hmswiki-bundle", "version": 1, "counts": {"peple.jsonl": 3}}'),
    # Keys
    changed("missing key", "people", 2, '"name" is missing', name=...),
    changed("unknown key", "people", 2, 'no key "nmae" in people.jsonl. Did you mean "name"?', name=..., nmae="Bo"),
    changed("required null", "people", 2, '"name" is null', name=None),
    changed("recorded_at null", "acknowledgements", 1, "Give it a value, or leave it out", recorded_at=None),
    changed("wrong type", "people", 1, '"id" is the number 1234', id=1234),
    changed("nul", "people", 3, "NUL", name="C\x00ai"),
    changed("empty name", "people", 3, '"name" is empty', name=" "),
    changed("unknown language", "people", 3, "one of nb, nn, en", language="no"),
    changed("no such day", "employments", 3, "no such date", from_="2023-02-29"),
    changed("no day", "units", 1, "year-month-day", opened="1.1.2023"),
    changed("no offset", "acknowledgements", 1, "without an offset", recorded_at="2023-05-02T10:00:00"),
    changed("number of an edition", "editions", 1, 'in quotes, like "1.0"', number=1.0),
    changed("requires as text", "editions", 2, "true or false", requires_acknowledgement="yes"),
    changed("texts without body", "editions", 2, '"texts" lacks the key "body"', texts={"nb": {"title": "Rus"}}),
    changed("unknown text language", "editions", 2, 'language "no"', texts={"no": {"title": "Rus", "body": ""}}),
    changed("text too long", "editions", 2, 'The body in "nb" has 200001 bytes',
            texts={"nb": {"title": "Rus", "body": "a" * 200_001}}),
    changed("no months", "guidelines", 1, "between 1 and", renew_months=0),
    changed("months as text", "guidelines", 1, "whole number", renew_months="12"),
    changed("unsafe address", "guidelines", 1, "no web address", legal_basis=[{"title": "A", "url": "javascript:1"}]),
    changed("unknown evidence", "rollouts", 1, 'one of unit, named. Did you mean "named"?', evidence="name"),
    changed("unknown answer", "confirmations", 1, "one of informed, not_informed, unknown", answer="yes"),
    changed("units as text", "rollouts", 1, "square brackets", units="IKJ"),
    rows("unknown role", "roles", 1, 'Did you mean "unit_leader"?', {**ADA, "role": "unitleader"}),
    # References
    changed("unknown unit", "employments", 2, 'units.jsonl has no such record. Did you mean "IKJ"?', unit="IKY"),
    changed("unknown parent", "units", 1, '"parent" names "FAK"', parent="FAK"),
    changed("unknown successor", "units", 1, '"successors" names "FAK"', successors=["FAK"]),
    changed("unknown person", "acknowledgements", 1, 'Did you mean "ada"?', person="adda"),
    changed("unknown recorder", "acknowledgements", 1, '"recorded_by" names "dag"', recorded_by="dag"),
    changed("unknown exception", "confirmations", 1, '"except" names "dag"', except_=["ada", "dag"]),
    changed("unknown only", "confirmations", 1, '"only" names "dag"', only=["dag"]),
    changed("unknown confirmer", "confirmations", 1, '"confirmed_by" names "dag"', confirmed_by="dag"),
    changed("unknown guideline", "rollouts", 1, f'Did you mean "{RUS}"?', guideline="rus-og-avhengigheit"),
    changed("unknown guideline of an edition", "editions", 2, '"guideline" names "brann"', guideline="brann"),
    changed("unknown edition", "confirmations", 1, "edition 1.1 of", edition="1.1"),
    changed("unknown writer", "editions", 2, '"written_by" names "dag"', written_by="dag"),
    rows("unknown person in the last line", "confirmations", 42, '"confirmed_by" names "dag"',
         *[{**CONFIRMED, "note": str(n)} for n in range(40)], {**CONFIRMED, "confirmed_by": "dag"}),
    # Meaning
    rows("unit twice", "units", 2, 'Line 1 says the same "code"', {"code": "IKJ", "name": "x", "opened": "2024-01-01"}),
    rows("person twice", "people", 4, 'Line 2 says the same "id"', {"id": "bo", "name": "Bodil"}),
    rows("edition twice", "editions", 3, 'Line 1 says the same "guideline" and the same "number"',
         {"guideline": RUS, "number": "1.0", "published_on": "2025-01-01", "requires_acknowledgement": True}),
    rows("rollout twice", "rollouts", 2, 'Line 1 says the same "id"',
         {"id": "rus-2023", "guideline": RUS, "units": [], "from": "2024-01-01"}),
    rows("fact twice, told from another time zone", "acknowledgements", 2, "Line 1 says the same already",
         {**READ, "person": "bo", "acknowledged_on": "2023-05-02", "recorded_at": "2023-05-02T08:00:00Z",
          "withdrawn_at": None}),
    rows("fact twice, without a time", "acknowledgements", 3, "Line 2 says the same already", READ, READ),
    rows("confirmation twice, people in another order", "confirmations", 3, "Line 2 says the same already",
         {**CONFIRMED, "except": ["ada", "bo"]}, {**CONFIRMED, "except": ["bo", "ada", "bo"]}),
    rows("overlap", "employments", 4, "in line 1: they share days", ADA),
    rows("overlap told first", "employments", 2, "in line 1: they share days", ADA, at=1),
    rows("overlap of rows that were known at one time", "employments", 4, "in line 1",
         {**ADA, "to": "2023-06-02", "withdrawn_at": "2030-01-01T00:00:00Z"}),
    changed("before the unit", "employments", 2, 'opens on 2023-01-01', from_="2022-12-31"),
    rows("without end in a closed unit", "employments", 4, "closed from 2022-02-01 (units.jsonl). Give it an end",
         {"person": "ada", "unit": "OLD", "from": "2022-01-01"}),
    rows("ends after the unit", "employments", 4, "ends on 2022-02-02",
         {"person": "ada", "unit": "OLD", "from": "2022-01-01", "to": "2022-02-02"}),
    changed("backwards", "employments", 1, "ends before it begins", to="2022-12-31"),
    rows("role backwards", "roles", 1, "ends before it begins", {**ADA, "role": "editor", "to": "2023-05-31"}),
    changed("rollout backwards", "rollouts", 1, "ends before it begins", ended="2023-01-31"),
    changed("withdrawn before recorded", "acknowledgements", 1, '"withdrawn_at" lies before', withdrawn_at=EARLY),
    changed("unit never open", "units", 1, "open on at least one day", closed="2023-01-01"),
    changed("unit beneath itself", "units", 1, "IKJ → IKJ", parent="IKJ"),
    rows("units in a ring", "units", 2, "A → B → A", {"code": "A", "name": "A", "opened": "2023-01-01", "parent": "B"},
         {"code": "B", "name": "B", "opened": "2023-01-01", "parent": "A"}),
    rows("areas in a ring", "areas", 1, "A → B → A", {**ZONE, "code": "A", "parent": "B"},
         {**ZONE, "code": "B", "parent": "A"}),
    rows("area of nothing", "areas", 1, '"parent" names "B9"', {**ZONE, "code": "A", "parent": "B9"}),
    rows("a floor on its own", "areas", 1, "a floor lies in a building", {**ZONE, "kind": "floor", "code": "A"}),
    rows("unit of no area", "area_units", 1, '"area" names "A", and areas.jsonl has no such record',
         {"area": "A", "unit": "IKJ", "from": "2023-01-01"}),
    rows("owner of no area", "area_duties", 1, '"area" names "A", and areas.jsonl has no such record',
         {"area": "A", "person": "ada", "part": "owner", "from": "2023-01-01"}),
    two_owners(),
    changed("numbers that fall", "editions", 2, "numbers rise with the days", number="0.9"),
    rows("numbers that fall on one day", "editions", 3, "after edition 2.0 of 2024-01-15 (line 2)",
         {"guideline": RUS, "number": "1.10", "published_on": "2024-02-01", "requires_acknowledgement": False}),
    changed("first edition asks for nothing", "editions", 1, '"requires_acknowledgement": true',
            requires_acknowledgement=False),
    rows("a change of nothing", "register_changes", 1, 'one of "unit", "person" and "area"',
         {"kind": "edited", "changed_at": EARLY}),
    rows("a draft's fact", "drafts", 1, 'holds "next_review", which is "soon"',
         {"slug": "x", "state": "writing", "created_at": EARLY, "saved_at": EARLY, "facts": {"next_review": "soon"}}),
    rows("a draft of a lost edition", "drafts", 1, "It names an edition and no guideline",
         {"slug": "x", "state": "writing", "created_at": EARLY, "saved_at": EARLY, "base_edition": "1.0"}),
    rows("a language for no edition", "drafts", 1, "It adds a language and names no edition",
         {"slug": "x", "state": "writing", "created_at": EARLY, "saved_at": EARLY, "adds_language": "en"}),
    rows("a language of nobody", "drafts", 1, '"adds_language"',
         {"slug": "x", "state": "writing", "created_at": EARLY, "saved_at": EARLY, "adds_language": "fr"}),
    rows("a reply without words", "questions", 1, 'lacks the key "text"',
         {"person": "ada", "unit": "IKJ", "guideline": RUS, "edition": "1.0", "kind": "question", "replies": [{}]}),
    rows("a reply by nobody", "questions", 1, '"recorded_by" names "dag"',
         {"person": "ada", "unit": "IKJ", "guideline": RUS, "edition": "1.0", "kind": "question",
          "replies": [{"text": "Ja", "recorded_by": "dag"}]}),
    rows("somebody else's hash", "credentials", 1, "no password hash of ours",
         {"person": "ada", "password_hash": "pbkdf2:sha256:1$a$b"}),
]  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(broken, id=broken.name, marks=[] if number % 8 == 0 else once)
        for number, broken in enumerate(REFUSED)
    ],
)
def test_a_broken_bundle_is_refused_with_file_line_and_cure_and_nothing_comes_in(site, tmp_path, broken):
    folder = tmp_path / "in"
    shutil.copytree(WORKED_EXAMPLE, folder)
    with (folder / "units.jsonl").open("a") as units:
        if "OLD" in broken.said or "2022-02-0" in broken.said:
            units.write('{"code": "OLD", "name": "Old", "opened": "2022-01-01", "closed": "2022-02-01"}\n')
    broken.change(folder)

    with pytest.raises(BundleError) as caught:
        site.fill(folder)

    assert str(caught.value).startswith(broken.place)
    assert broken.said in str(caught.value)
    assert site.rows() == {}


def test_the_same_mistakes_are_found_in_a_zip(site, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(WORKED_EXAMPLE, folder)
    (folder / "people.jsonl").write_text('{"id": "ada"}\n')
    path = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "in")
    with pytest.raises(BundleError, match='^people.jsonl, line 1: The key "name" is missing'):
        site.fill(Path(path))
    assert site.rows() == {}


def test_a_bundle_without_manifest_is_none(site, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(WORKED_EXAMPLE, folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(BundleError, match="There is no manifest.json. Add it"):
        site.fill(folder)


def test_attachments_that_nothing_refers_to_are_refused_and_an_empty_folder_is_not(site, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(WORKED_EXAMPLE, folder)
    (folder / "files").mkdir()
    site.fill(folder)
    site.empty()
    (folder / "files" / ("ab" * 32)).write_text("x")
    with pytest.raises(BundleError, match="^files/abab.*: No record of this bundle refers to the file"):
        site.fill(folder)


def test_overlaps_are_found_among_very_many_corrections_of_one_employment(site, tmp_path):
    """Each correction shares its days with all the others, and its times with none; the last one breaks that."""
    bundle = worked_example()
    times = [datetime(2024, 1, 1 + n // 1440, n // 60 % 24, n % 60, tzinfo=UTC).isoformat() for n in range(5_001)]
    bundle["employments"] = [
        {"person": "ada", "unit": "IKJ", "from": "2023-01-01", "recorded_at": one, "withdrawn_at": other}
        for one, other in zip(times, times[1:], strict=False)
    ]
    write_bundle(bundle, tmp_path / "in")
    site.fill(tmp_path / "in")
    site.empty()

    bundle["employments"].append({"person": "ada", "unit": "IKJ", "from": "2023-02-01", "recorded_at": times[-2]})
    write_bundle(bundle, tmp_path / "in")
    with pytest.raises(BundleError, match="^employments.jsonl, line 5001: .* in line 5000: they share days"):
        site.fill(tmp_path / "in")
    assert site.rows() == {}


# --- The command line ---------------------------------------------------------------------------------------


def test_the_commands_speak_on_standard_error_and_say_how_it_ended(empty_app, tmp_path):
    runner = empty_app.test_cli_runner()

    came = runner.invoke(args=["hms", "bundle", "import", str(WORKED_EXAMPLE)])
    assert (came.exit_code, came.stdout) == (0, "")
    assert "people.jsonl: 3 read and written" in came.stderr
    assert "Imported 13 records" in came.stderr

    went = runner.invoke(args=["hms", "bundle", "export", str(tmp_path / "out")])
    assert (went.exit_code, went.stdout) == (0, "")
    assert "Exported 13 records" in went.stderr
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["exported_by"].startswith("hmswiki ")

    again = runner.invoke(args=["hms", "bundle", "export", str(tmp_path / "out")])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "already" in again.stderr

    twice = runner.invoke(args=["hms", "bundle", "import", str(tmp_path / "out")])
    assert (twice.exit_code, twice.stdout) == (1, "")
    assert "This site holds units already" in twice.stderr

    assert runner.invoke(args=["hms", "bundle", "import"]).exit_code == 2


def test_the_command_refuses_a_broken_bundle_in_one_line(empty_app, tmp_path):
    shutil.copytree(WORKED_EXAMPLE, tmp_path / "in")
    (tmp_path / "in" / "people.jsonl").write_text("{}\n")
    came = empty_app.test_cli_runner().invoke(args=["hms", "bundle", "import", str(tmp_path / "in")])
    assert (came.exit_code, came.stdout) == (1, "")
    assert 'hmswiki: people.jsonl, line 1: The key "id" is missing. Add it.' in came.stderr
    assert "Traceback" not in came.stderr
    assert Site(empty_app).rows() == {}


# --- The reference ------------------------------------------------------------------------------------------


def test_the_reference_names_every_file_and_key_and_says_which_are_required():
    text = (Path(__file__).parent.parent / "docs" / "bundle.md").read_text(encoding="utf-8")
    sections = re.findall(r"^### `(\w+)\.jsonl`\n(.*?)(?=^#)", text, re.MULTILINE | re.DOTALL)
    documented = {
        name: {key: bold == "**" for line in body.splitlines() for bold, key in _keys_of(line)}
        for name, body in sections
    }
    wiki = HmsWiki()
    wiki.register_features()
    times = {key.name for key in FACT_KEYS}
    assert documented == {
        kind.name: {key.name: key.required for key in kind.keys if key.name not in times} for kind in wiki.record_kinds
    }
    facts = {kind.name for kind in wiki.record_kinds if times <= {key.name for key in kind.keys}}
    assert {name for name, body in sections if re.search(r"\bFacts\b", body)} == facts


def _keys_of(line: str) -> list[tuple[str, str]]:
    """The keys in the first column of a table's line, each with what makes it bold."""
    cells = line.split("|")
    return re.findall(r"(\*\*)?`(\w+)`", cells[1]) if line.startswith("|") else []
