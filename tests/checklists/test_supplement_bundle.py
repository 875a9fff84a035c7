"""Units' supplements go out as a bundle and come in again; what names something unknown is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.supplement_taking import take_up
from hmswiki.checklists.supplements import AfterOwn, OwnSection
from hmswiki.checklists.template import Condition, Kind
from hmswiki.foundation import clock
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import export_bundle, import_bundle
from hmswiki.web.context import state
from tests import cast
from tests.checklists.supplement_making import DOORS, FRIDGE, ROUTES, Desk, central, list_of, publish, unit, who


@pytest.fixture
def bundle(app: Flask, session: Session, tmp_path: Path) -> Path:
    """A site with a supplement of every kind of edit, one of them taken up into a draft."""
    publish(session, ROUTES, DOORS, rooms=[FRIDGE])
    astrid = Desk(session, "LAB", "astrid")
    first = astrid.add("Er laseren av?")
    when = Condition(first.item.key, frozenset({"deviation"}))
    astrid.add("Hvilken?", AfterOwn(first.id), kind=Kind.TEXT, shown_when=when, required=False)
    astrid.add("Sist", OwnSection("annet", {"nb": "Annet", "en": "Other"}))
    astrid.add("Er begge lasere av?", first.place, replaces=first.id)
    astrid.withdraw(astrid.note("doors", "Også bakdøra.").id, "Den er murt igjen.")
    astrid.leave_out("fridge", "Vi har ikke kjøleskap.")
    olav = Desk(session, "WRK", "olav").add("Er fresen av?")
    take_up(session, list_of(session), olav.id, by=who(session, "hanne"), at=clock.now())
    session.commit()
    return write(app, tmp_path / "out")


def write(app: Flask, path: Path) -> Path:
    with app.app_context(), Session(state().engines.read) as session:
        export_bundle(
            session, path, state().wiki.record_kinds, with_secrets=False, exported_by="test", progress=lambda text: None
        )
    return path


def fill(app: Flask, path: Path) -> None:
    with app.app_context(), Session(state().engines.write) as session:
        import_bundle(session, path, state().wiki.record_kinds, at=clock.now(), progress=lambda text: None)
        session.commit()


def test_a_supplement_comes_back_byte_for_byte_and_means_the_same(
    session: Session, bundle: Path, empty_app: Flask, tmp_path: Path
) -> None:
    fill(empty_app, bundle)
    again = write(empty_app, tmp_path / "again")
    for file in ("supplement_edits.jsonl", "checklist_drafts.jsonl", "checklist_editions.jsonl"):
        assert (again / file).read_bytes() == (bundle / file).read_bytes()
    with empty_app.app_context(), Session(state().engines.read) as other:
        theirs, ours = (
            queries.adapted(one, list_of(one), unit(one, "LAB"), day=cast.today(), known_at=clock.now())
            for one in (other, session)
        )
    assert theirs is not None and ours is not None
    assert theirs.checklist == ours.checklist
    assert [item.text["nb"] for item in ours.checklist.items if item.key == "er-laseren-av"] == ["Er begge lasere av?"]


def changed(file: str, change: Callable[[dict[str, Any]], None], where: Callable[[dict[str, Any]], bool]) -> Any:
    def apply(folder: Path) -> None:
        path = folder / file
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        change(next(row for row in rows if where(row)))
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    return apply


def of_kind(kind: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["kind"] == kind


EDITS = "supplement_edits.jsonl"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(EDITS, lambda row: row.update(unit="NIX"), of_kind("note")), '"unit" names "NIX"'),
        (changed(EDITS, lambda row: row.update(edition="7.0"), of_kind("note")), "edition 7.0"),
        (changed(EDITS, lambda row: row.update(replaces="nix"), of_kind("note")), "has none of that id"),
        (changed(EDITS, lambda row: row.update(content={"item": "doors"}), of_kind("note")), "and nothing else"),
        (
            changed(EDITS, lambda row: row["content"].update(place={"above": "doors"}), of_kind("addition")),
            "The place is none",
        ),
        (
            changed(EDITS, lambda row: row["content"]["item"].update(kind="fun"), of_kind("addition")),
            "is no kind of item",
        ),
        (
            changed(
                EDITS, lambda row: row["content"].update(place={"after_own": "nix"}),
                lambda row: "after_own" in row["content"].get("place", {}),
            ),
            '"after_own" names',
        ),
        (
            changed(
                "checklist_drafts.jsonl", lambda row: row["taken_up"][0].update(addition="nix"), lambda row: True
            ),
            '"taken_up" names the edit "nix"',
        ),
    ],
)  # fmt: skip
def test_a_supplement_that_names_nothing_is_refused(
    bundle: Path, empty_app: Flask, change: Callable[[Path], None], said: str
) -> None:
    change(bundle)
    with pytest.raises(BundleError) as refused:
        fill(empty_app, bundle)
    assert said in str(refused.value)
    assert "jsonl, line " in str(refused.value)


def test_an_edition_that_follows_flows_into_what_came_in(bundle: Path, empty_app: Flask) -> None:
    fill(empty_app, bundle)
    with empty_app.app_context(), Session(state().engines.write) as session:
        publish(session, ROUTES, central("fridge", "Er begge kjøleskap merket?"), number="2.0")
        found = queries.supplement(
            session, list_of(session), unit(session, "LAB"), day=cast.today(), known_at=clock.now()
        )
    assert found is not None
    assert [str(clash.kind) for clash in found.clashes] == ["item_changed"]
