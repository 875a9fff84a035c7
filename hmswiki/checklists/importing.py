"""Checklists as a folder of YAML files, into a site and out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hmswiki.checklists import drafting, editing_queries, operations, parsing, queries, reading
from hmswiki.checklists.models import ChecklistDraft, ChecklistRecord
from hmswiki.checklists.reading import Folder
from hmswiki.checklists.template import Checklist
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.yaml_files import Problem
from hmswiki.guidelines.models import DraftState


class FolderProblems(Refusal):
    """The folder has files that are not right; nothing was imported."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(
            N_("Nothing was imported: %(count)s things in the folder are not right. hmswiki checklists check lists "
               "them."),
            count=len(problems),
        )  # fmt: skip


@dataclass
class Report:
    """What an import did, by key."""

    published: list[str] = field(default_factory=list)
    drafted: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def import_folder(session: Session, folder: Folder, *, publish: bool, at: datetime, today: date) -> Report:
    """Make drafts of what is new or changed; with `publish` put what is new in force today as edition 1.0.

    It is the command line's: drafts and editions made here name no person.

    Raises FolderProblems where the folder is not right, and Refusal where a person has to decide: a changed
    checklist is never published from here, and a draft that somebody writes in is nobody's to overwrite.
    """
    if folder.problems:
        raise FolderProblems(folder.problems)
    report = Report()
    for checklist in folder.checklists:
        _import_one(session, checklist, report, publish=publish, at=at, today=today)
    session.flush()
    return report


def _import_one(
    session: Session, checklist: Checklist, report: Report, *, publish: bool, at: datetime, today: date
) -> None:
    record = session.scalar(select(ChecklistRecord).where(ChecklistRecord.key == checklist.key))
    latest = editing_queries.latest_edition(session, record.id) if record is not None else None
    if latest is not None and queries.content_of(latest) == checklist:
        report.unchanged.append(checklist.key)
        return
    if latest is not None and publish:
        raise Refusal(
            N_("%(key)s has changed since edition %(number)s, so a person must approve it. Import it without "
               "--publish, and send the draft for approval. Nothing was imported."),
            key=checklist.key, number=latest.number,
        )  # fmt: skip
    draft = editing_queries.open_draft(session, checklist.key)
    is_new = draft is None or drafting.parsed(draft.content)[0] != checklist
    if is_new:
        draft = _drafted(session, checklist, record, draft, at=at)
    assert draft is not None
    if publish:
        _check_untouched(draft)
        operations.publish_edition(
            session, draft, by=None, at=at, on=today, today=today, major=True, approve_own=True
        )  # fmt: skip
        report.published.append(checklist.key)
    elif is_new:
        report.drafted.append(checklist.key)
    else:
        report.unchanged.append(checklist.key)


def _drafted(
    session: Session,
    checklist: Checklist,
    record: ChecklistRecord | None,
    draft: ChecklistDraft | None,
    *,
    at: datetime,
) -> ChecklistDraft:
    """A draft that says what the file says: that of an earlier import, or a new one."""
    content = parsing.as_data(checklist)
    if draft is not None:
        _check_untouched(draft)
    elif record is None:
        return operations.new_draft(session, content=content, by=None, at=at)
    else:
        draft = operations.start_edition(session, record, by=None, at=at)
    return operations.save_draft(
        session, draft, version=draft.version, content=content, summary=draft.summary, by=None, at=at
    )


def _check_untouched(draft: ChecklistDraft) -> None:
    """Raises Conflict where a person has written in the draft, or sent it for approval."""
    if draft.writers or draft.state != DraftState.WRITING:
        raise Conflict(
            N_("Somebody is writing a draft of %(key)s. Publish or discard that one first. Nothing was imported."),
            key=draft.key,
        )


def files_of(session: Session) -> dict[str, str]:
    """The latest edition of every checklist that is not retired, as files: `brannrunde.yaml` and its text."""
    return {
        f"{record.key}.yaml": reading.write(
            queries.content_of(max(record.editions, key=lambda edition: edition.order))
        )
        for record in session.scalars(
            select(ChecklistRecord)
            .where(ChecklistRecord.retired_on.is_(None))
            .options(selectinload(ChecklistRecord.editions))
            .order_by(ChecklistRecord.key)
        )
        if record.editions
    }  # fmt: skip


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Write the files; others that are there stay. A file is whole or as it was."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        unfinished = folder / f".{name}.tmp"
        unfinished.write_bytes(text.encode())
        unfinished.replace(folder / name)
