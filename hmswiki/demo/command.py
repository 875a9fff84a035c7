"""`hmswiki demo`: the invented faculty, ready to use, in `./hmswiki-demo/`."""

import json
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.accounts.rules import DemoPerson
from hmswiki.app import create_app
from hmswiki.config import Settings
from hmswiki.demo import areas, checklists, history, hurry, rounds, workshops
from hmswiki.foundation import clock
from hmswiki.foundation.bundle_files import FILES
from hmswiki.foundation.bundles import FORMAT, VERSION, import_bundle
from hmswiki.guidelines import importing
from hmswiki.guidelines import operations as guideline_operations
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Person
from hmswiki.serving import run
from hmswiki.web import schema
from hmswiki.web.commands import progress
from hmswiki.web.context import state

FOLDER = Path("hmswiki-demo")


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--fresh", is_flag=True, help="Begin anew: what was done in the demo before is lost.")
@click.option("--live-workshop", is_flag=True, help="Let six groups write at today's meeting while you look.")
def demo(port: int, host: str, fresh: bool, live_workshop: bool) -> None:
    """Serve the demonstration: an invented faculty with two years of history, in ./hmswiki-demo/."""
    settings = Settings(instance=FOLDER, demo=True, site_name="hmswiki")
    if fresh:
        forget(FOLDER)
    app = create_app(settings)
    prepare(app)
    stop = hurry.begin(app) if live_workshop else lambda: None
    try:
        run(app, host=host, port=port, ready=_welcome)
    finally:
        stop()


def _welcome(address: str) -> None:
    progress(f"The demonstration answers at {address}")
    progress("Sign in as one of these, with one click on the sign-in page:")
    for member in history.CAST:
        progress(f"  {member.name:20} {member.what['en']}")
    progress("Stop it with Ctrl-C. Starting it again keeps what was done; --fresh begins anew.")


def forget(folder: Path) -> None:
    """Remove the demo's database; its other files stay."""
    for tail in ("", "-wal", "-shm"):
        (folder / f"hmswiki.sqlite{tail}").unlink(missing_ok=True)


def prepare(app: Flask) -> None:
    """Make the tables, fill them the first time, and show the cast on the sign-in page."""
    with app.app_context():
        schema.ensure(app)
        with Session(state(app).engines.write, expire_on_commit=False) as session:
            if session.scalar(select(Person.id).limit(1)) is None:
                progress("Building the demonstration: 980 people, two years of history, a year of rounds …")
                today = clock.today(state(app).settings.zone)
                fill(session, state(app).wiki.record_kinds, today=today, at=clock.now())
                session.commit()
    show_cast(app)


def show_cast(app: Flask) -> None:
    """List the cast on the sign-in page, and there only."""
    state(app).extra["demo_cast"] = [DemoPerson(one.key, one.name, one.what) for one in history.CAST]


def fill(session: Session, kinds: Any, *, today: date, at: datetime) -> None:
    """Write the whole demo into an empty site; commits nothing, so it is there whole or not at all."""
    content = importing.read_folder(files("hmswiki.shipped.content"))
    texts = {
        one.slug: {language: {"title": text.title, "body": text.body} for language, text in one.texts.items()}
        for one in content.guidelines
    }
    facts = {one.slug: {key: _plain(value) for key, value in one.facts.items()} for one in content.guidelines}
    rows = history.write(today, texts, facts) | checklists.rows(today)
    places = areas.places(today, rows["roles"])
    diary = rounds.write(today, rows["roles"], places)
    rows |= areas.rows(today, places) | diary.rows
    with TemporaryDirectory() as folder:
        write_bundle(Path(folder), rows, diary.files)
        import_bundle(session, Path(folder), kinds, at=at, progress=lambda line: None)
    _drafts(session, texts, at=at)
    workshops.fill(session, today=today, at=at)


def write_bundle(folder: Path, rows: dict[str, list[dict[str, Any]]], attached: dict[str, bytes]) -> None:
    """The rows as a bundle's folder, with the files that they name by SHA-256."""
    (folder / "manifest.json").write_text(json.dumps({"format": FORMAT, "version": VERSION}), encoding="utf-8")
    for kind, records in rows.items():
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / f"{kind}.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / FILES).mkdir()
    for name, data in attached.items():
        (folder / FILES / name).write_bytes(data)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _drafts(session: Session, texts: dict[str, dict[str, dict[str, str]]], *, at: datetime) -> None:
    """One draft being written, and one that waits for the approver."""
    editor = organisation.actor(session, "demo-redaktor", at.date())
    assert editor is not None
    checklists.drafts(session, by=editor, at=at)
    additions = {
        "ryddedag-pa-laboratorier": {
            "nb": "Gassdetektorer testes etter leverandørens anvisning på hver ryddedag.",
            "nn": "Gassdetektorar blir testa etter rettleiinga frå leverandøren på kvar ryddedag.",
            "en": "Gas detectors are tested as the supplier prescribes on every cleanup day.",
        },
        "forebygging-av-muskel-og-skjelettplager": {
            "nb": "Elektroniske pipetter skal være tilgjengelige for alle som pipetterer mer enn to timer om dagen.",
            "nn": "Elektroniske pipetter skal vere tilgjengelege for alle som pipetterer meir enn to timar om dagen.",
            "en": "Electronic pipettes are available to everyone who pipettes for more than two hours a day.",
        },
    }
    for slug, added in additions.items():
        guideline = session.scalars(select(Guideline).where(Guideline.slug == slug)).one()
        bodies = {
            language: {"title": text["title"], "body": f"{text['body'].rstrip()}\n\n{added[language]}\n"}
            for language, text in texts[slug].items()
        }
        draft = guideline_operations.start_edition(session, guideline, by=editor, at=at - timedelta(days=2))
        guideline_operations.save_draft(
            session,
            draft,
            version=draft.version,
            facts=draft.facts,
            texts=bodies,
            summary=dict(added),
            by=editor,
            at=at - timedelta(days=2),
        )
        if slug.startswith("forebygging"):
            guideline_operations.send_for_approval(session, draft, by=editor, at=at - timedelta(days=1))
