"""Guidelines in the bundle: guidelines, their editions with texts, and drafts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import bundle_values as values
from hmswiki.foundation.bundle_files import BundleError
from hmswiki.foundation.bundles import Import, Key, Record, RecordKind, Row, by, in_batches
from hmswiki.foundation.language import DEFAULT_LANGUAGE
from hmswiki.foundation.markup import MarkupTooLarge, render
from hmswiki.guidelines.drafting import MAX_RENEW_MONTHS, is_link
from hmswiki.guidelines.models import (
    Draft,
    DraftState,
    DraftText,
    DraftWriter,
    Edition,
    Guideline,
    Translation,
)
from hmswiki.organisation.bundle import PERSON_ID, people_keys

SLUG = values.key_up_to(200)


# --- Guidelines ---------------------------------------------------------------------------------------------


def legal_basis(value: Any) -> list[Row] | None:
    """A text, or a list of texts and of {"title", "url"}; kept as a list of the latter."""
    found = [_basis(one) for one in (value if isinstance(value, list) else [value])]
    return found or None


def _basis(value: Any) -> Row:
    if isinstance(value, str):
        return {"title": values.words(value)}
    given = values.as_object(value, required=("title",), optional=("url",))
    if given.get("url") is None:
        return {"title": values.words(given["title"])}
    url = values.text(given["url"])
    if not is_link(url):
        raise values.Unreadable(
            f'holds the address "{values.shortened(url)}", which is no web address. '
            "It must begin with https:// or http://."
        )
    return {"title": values.words(given["title"]), "url": url}


def plain_legal_basis(kept: list[Any] | None) -> Any:
    """As it is written in a bundle: the shortest that says the same."""
    found = [
        {"title": basis["title"], "url": basis["url"]} if basis.get("url") else basis["title"] for basis in kept or ()
    ]
    if len(found) == 1 and isinstance(found[0], str):
        return found[0]
    return found or None


FACT_KEYS = (
    Key("renew_months", values.whole_number(1, MAX_RENEW_MONTHS)),
    Key("kind", values.text),
    Key("owner", values.text),
    Key("approver", values.text),
    Key("valid_to", values.day),
    Key("next_review", values.day),
    Key("legal_basis", legal_basis),
    Key("parent", values.text),
    Key("replaces", values.text),
    Key("classification", values.text),
)
"""The document control facts."""


def load_guidelines(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        guideline_id = into.new_id(Guideline)
        into.remember("guidelines", record["slug"], guideline_id)
        facts = {key.name: record[key.name] for key in FACT_KEYS}
        into.add(Guideline, {"id": guideline_id, "slug": record["slug"], "title": record["title"], **facts})


def dump_guidelines(session: Session) -> Iterator[list[Row]]:
    yield [
        {
            "slug": row.slug, "title": row.title, "legal_basis": plain_legal_basis(row.legal_basis),
            **{key.name: getattr(row, key.name) for key in FACT_KEYS if key.name != "legal_basis"},
        }
        for row in session.execute(select(Guideline.__table__))
    ]  # fmt: skip


def slugs(session: Session) -> dict[int, str]:
    """Slugs by id."""
    return {row.id: row.slug for row in session.execute(select(Guideline.id, Guideline.slug))}


# --- Editions -----------------------------------------------------------------------------------------------


def texts(value: Any) -> dict[str, Row]:
    """Title and body by language."""
    found = {}
    for language, given in values.some_object(value).items():
        values.check_language(language)
        said = values.as_object(given, required=("title", "body"))
        found[language] = {"title": values.text(said["title"]), "body": values.text(said["body"])}
    return found


class _Place(NamedTuple):
    """An edition among those of its guideline."""

    published_on: date
    major: int
    minor: int
    line: int
    requires: bool

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"


def load_editions(session: Session, records: Iterable[Record], into: Import) -> None:
    places: dict[str, list[_Place]] = {}
    rendered = lru_cache(maxsize=1_000)(render)
    file = ""
    for record in records:
        file = record.file
        edition_id = into.new_id(Edition)
        guideline_id = into.find(record, "guideline", "guidelines")
        major, minor = map(int, record["number"].split("."))
        into.remember("editions", (record["guideline"], record["number"]), edition_id)
        into.add(Edition, {
            "id": edition_id, "guideline_id": guideline_id, "major": major, "minor": minor,
            "published_on": record["published_on"], "requires_acknowledgement": record["requires_acknowledgement"],
            "summary": record["summary"],
            "written_by_id": into.find_optional(record, "written_by", "people"),
            "approved_by_id": into.find_optional(record, "approved_by", "people"),
        })  # fmt: skip
        for language, said in (record["texts"] or {}).items():
            try:
                html = rendered(said["body"])
            except MarkupTooLarge as problem:
                raise record.wrong(
                    f'The body in "{language}" has {problem.size} bytes, and may have {problem.limit}. Shorten it.'
                ) from None
            into.add(Translation, {
                "edition_id": edition_id, "language": language, "title": said["title"], "body": said["body"],
                "lead_html": html.lead_html, "html": html.html, "words": html.words, "render_failed": html.failed,
                "contents": [[heading.level, heading.anchor, heading.text] for heading in html.contents],
            })  # fmt: skip
        places.setdefault(record["guideline"], []).append(
            _Place(record["published_on"], major, minor, record.line, record["requires_acknowledgement"])
        )
    for slug, found in places.items():
        _check_order(slug, sorted(found), file)


def _check_order(slug: str, places: list[_Place], file: str) -> None:
    """Raise unless numbers rise with the days, and the first edition is to be acknowledged."""
    if not places[0].requires:
        raise BundleError(
            f'Edition {places[0].number} is the first of "{slug}", and a guideline\'s first edition is always to be '
            'acknowledged. Write "requires_acknowledgement": true.',
            file=file,
            line=places[0].line,
        )
    for before, after in zip(places, places[1:], strict=False):
        if (after.major, after.minor) <= (before.major, before.minor):
            raise BundleError(
                f'Edition {after.number} of "{slug}" is published on {after.published_on}, after edition '
                f"{before.number} of {before.published_on} (line {before.line}), and numbers rise with the days. "
                "Correct a number or a day.",
                file=file,
                line=after.line,
            )


def dump_editions(session: Session) -> Iterator[list[Row]]:
    people, names = people_keys(session), slugs(session)
    for batch in in_batches(sorted(names, key=lambda id: names[id]), 50):
        said: dict[int, dict[str, Row]] = {}
        for edition_id, language, title, body in session.execute(
            select(Translation.edition_id, Translation.language, Translation.title, Translation.body)
            .join(Edition, Edition.id == Translation.edition_id)
            .where(Edition.guideline_id.in_(batch))
        ):
            said.setdefault(edition_id, {})[language] = {"title": title, "body": body}
        yield [
            {
                "guideline": names[row.guideline_id], "number": f"{row.major}.{row.minor}",
                "published_on": row.published_on, "requires_acknowledgement": row.requires_acknowledgement,
                "summary": row.summary, "texts": said.get(row.id),
                "written_by": people.get(row.written_by_id), "approved_by": people.get(row.approved_by_id),
            }
            for row in session.execute(select(Edition.__table__).where(Edition.guideline_id.in_(batch)))
        ]  # fmt: skip


def _edition_place(row: Mapping[str, Any]) -> tuple[str, int, int]:
    major, minor = row["number"].split(".")
    return (row["guideline"], int(major), int(minor))


def edition_numbers(session: Session) -> dict[int, tuple[str, str]]:
    """Slug and number by the edition's id."""
    names = slugs(session)
    return {
        id: (names[guideline_id], f"{major}.{minor}")
        for id, guideline_id, major, minor in session.execute(
            select(Edition.id, Edition.guideline_id, Edition.major, Edition.minor)
        )
    }


def find_edition(into: Import, record: Record, key: str = "edition") -> int:
    """The id of the edition that a record names by `guideline` and number. Raises BundleError for an unknown one."""
    slug, number = record["guideline"], record[key]
    found = into.known("editions").get((slug, number))
    if found is None:
        into.find(record, "guideline", "guidelines")
        known = [edition for guideline, edition in into.known("editions") if guideline == slug]
        hint = f'The editions of "{slug}" are {", ".join(known[:20])}.' if known else f'"{slug}" has no edition at all.'
        raise record.wrong(
            f'"{key}" names edition {number} of "{slug}", and editions.jsonl has no such record. {hint} '
            "Add it there, or correct it here."
        )
    return found


# --- Drafts -------------------------------------------------------------------------------------------------


def draft_facts(value: Any) -> Row:
    """Document control facts as a draft keeps them: days as text."""
    given = values.as_object(value, optional=[key.name for key in FACT_KEYS])
    found = {}
    for key in FACT_KEYS:
        if given.get(key.name) is not None:
            try:
                said = key.read(given[key.name])
            except values.Unreadable as problem:
                raise values.Unreadable(f'holds "{key.name}", which {problem}') from None
            found[key.name] = said.isoformat() if isinstance(said, date) else said
    return found


def draft_credits(value: Any) -> list[Row]:
    """Sentences by language, in the order in which they are shown; each has one in the default language."""
    found = []
    for one in values.as_list(value):
        said = values.wording(one)
        if isinstance(said, str) or not said.get(DEFAULT_LANGUAGE):
            raise values.Unreadable(f'holds a sentence that is not by language, or lacks "{DEFAULT_LANGUAGE}".')
        found.append(said)
    return found


def load_drafts(session: Session, records: Iterable[Record], into: Import) -> None:
    for record in records:
        draft_id = into.new_id(Draft)
        of_guideline = record["guideline"] is not None
        if not of_guideline and (record["base_edition"] or record["edition"]):
            raise record.wrong('It names an edition and no guideline. Say which in "guideline".')
        if record["adds_language"] and not record["base_edition"]:
            raise record.wrong('It adds a language and names no edition. Say which in "base_edition".')
        into.add(Draft, {
            "id": draft_id, "slug": record["slug"],
            "guideline_id": into.find_optional(record, "guideline", "guidelines"),
            "base_edition_id": find_edition(into, record, "base_edition") if record["base_edition"] else None,
            "adds_language": record["adds_language"],
            "state": record["state"].value, "version": record["version"] or 1, "facts": record["facts"] or {},
            "summary": record["summary"], "credits": record["credits"] or [], "comment": record["comment"],
            "created_at": record["created_at"], "saved_at": record["saved_at"], "sent_at": record["sent_at"],
            "sent_by_id": into.find_optional(record, "sent_by", "people"),
            "edition_id": find_edition(into, record) if record["edition"] else None,
        })  # fmt: skip
        into.remember("drafts", (record["slug"], record["created_at"]), draft_id)
        for language, said in (record["texts"] or {}).items():
            into.add(DraftText, {"draft_id": draft_id, "language": language, **said})
        for person_id in into.find_all(record, "writers", "people"):
            into.add(DraftWriter, {"draft_id": draft_id, "person_id": person_id})


def dump_drafts(session: Session) -> Iterator[list[Row]]:
    people, names, numbers = people_keys(session), slugs(session), edition_numbers(session)
    said: dict[int, dict[str, Row]] = {}
    for row in session.execute(select(DraftText.__table__)):
        said.setdefault(row.draft_id, {})[row.language] = {"title": row.title, "body": row.body}
    writers: dict[int, list[str]] = {}
    for row in session.execute(select(DraftWriter.__table__)):
        writers.setdefault(row.draft_id, []).append(people[row.person_id])
    yield [_draft(row, people, names, numbers, said, writers) for row in session.execute(select(Draft.__table__))]


def _draft(
    row: Any,
    people: Mapping[int, str],
    names: Mapping[int, str],
    numbers: Mapping[int, tuple[str, str]],
    said: Mapping[int, dict[str, Row]],
    writers: Mapping[int, list[str]],
) -> Row:
    facts = dict(row.facts)
    if facts.get("legal_basis"):
        facts["legal_basis"] = plain_legal_basis(facts["legal_basis"])
    return {
        "slug": row.slug, "guideline": names.get(row.guideline_id),
        "base_edition": numbers[row.base_edition_id][1] if row.base_edition_id else None,
        "adds_language": row.adds_language,
        "state": str(row.state), "version": row.version, "facts": facts or None,
        "summary": row.summary, "credits": row.credits or None, "comment": row.comment, "texts": said.get(row.id),
        "writers": sorted(writers[row.id]) if row.id in writers else None,
        "created_at": row.created_at, "saved_at": row.saved_at, "sent_at": row.sent_at,
        "sent_by": people.get(row.sent_by_id),
        "edition": numbers[row.edition_id][1] if row.edition_id else None,
    }  # fmt: skip


KINDS = (
    RecordKind(
        "guidelines",
        keys=(
            Key("slug", SLUG, required=True),
            Key("title", values.wording, required=True),
            *FACT_KEYS,
        ),
        load=load_guidelines, dump=dump_guidelines, sort_key=by("slug"), tables=(Guideline,), unique=("slug",),
    ),
    RecordKind(
        "editions",
        keys=(
            Key("guideline", SLUG, required=True),
            Key("number", values.edition_number, required=True),
            Key("published_on", values.day, required=True),
            Key("requires_acknowledgement", values.yes_or_no, required=True),
            Key("summary", values.wording_or_nothing),
            Key("texts", texts),
            Key("written_by", PERSON_ID),
            Key("approved_by", PERSON_ID),
        ),
        load=load_editions, dump=dump_editions, sort_key=_edition_place, tables=(Edition, Translation),
        unique=("guideline", "number"),
    ),
    RecordKind(
        "drafts",
        keys=(
            Key("slug", SLUG, required=True),
            Key("guideline", SLUG),
            Key("base_edition", values.edition_number),
            Key("adds_language", values.language),
            Key("state", values.one_of(DraftState), required=True),
            Key("version", values.whole_number(1)),
            Key("facts", draft_facts),
            Key("summary", values.wording_or_nothing),
            Key("credits", draft_credits),
            Key("comment", values.text),
            Key("texts", texts),
            Key("writers", values.several(PERSON_ID)),
            Key("created_at", values.moment, required=True),
            Key("saved_at", values.moment, required=True),
            Key("sent_at", values.moment),
            Key("sent_by", PERSON_ID),
            Key("edition", values.edition_number),
        ),
        load=load_drafts, dump=dump_drafts, sort_key=by("slug", "created_at"), tables=(Draft, DraftText, DraftWriter),
    ),
)  # fmt: skip
