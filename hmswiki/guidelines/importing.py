"""Guidelines as a folder of Markdown files: `nb/rus-og-avhengighet.md`, `en/rus-og-avhengighet.md`.

Each file begins with YAML front matter between two lines of `---`. The title stands in every file, the document
facts in the bokmål one alone. What is read here is what is written, so the two lose nothing between them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hmswiki.foundation import markup, yaml_files
from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES, OWN_NAMES
from hmswiki.foundation.yaml_files import Problem, entries, short, written
from hmswiki.guidelines import drafting, operations
from hmswiki.guidelines.models import OPEN_STATES, Draft, DraftState, Edition, Guideline

FACTS_IN_ORDER = (
    "kind", "owner", "approver", "classification", "next_review", "valid_to", "renew_months", "parent", "replaces",
    "legal_basis",
)  # fmt: skip
"""The document facts in the order in which a file states them, after the title."""

MAX_FRONT_MATTER = 20_000
"""The longest front matter, in bytes."""


@dataclass(frozen=True)
class TextFile:
    """A guideline's text in a language."""

    title: str
    body: str


@dataclass
class GuidelineFiles:
    """What the folder says of one guideline."""

    slug: str
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, TextFile] = field(default_factory=dict)


@dataclass
class Content:
    """A folder that was read: the guidelines by slug, and what is wrong."""

    guidelines: list[GuidelineFiles]
    problems: list[Problem]
    files: int
    """How many files were read."""


class ContentProblems(Refusal):
    """The folder has files that are not right; nothing was imported."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(
            N_("Nothing was imported: %(count)s things in the folder are not right. hmswiki content check lists them."),
            count=len(problems),
        )


# --- Reading ------------------------------------------------------------------------------------------------


def read_folder(folder: Traversable, *, shown_as: str | None = None) -> Content:
    """Read and check everything in the folder. Problems name files as `shown_as` (the folder's own name) and on."""
    name = str(folder) if shown_as is None else shown_as
    found: dict[str, GuidelineFiles] = {}
    problems: list[Problem] = []
    files = 0
    has_facts: set[str] = set()
    for language_folder, path in entries(folder, name):
        language = language_folder.name
        if language not in LANGUAGES:
            if language_folder.is_dir() or language.lower().endswith((".md", ".markdown")):
                problems.append(
                    Problem(path, 1, f"Only the folders {', '.join(LANGUAGES)} belong here. Move or remove it.")
                )
            continue
        if not language_folder.is_dir():
            problems.append(Problem(path, 1, "This must be a folder with one file for each guideline."))
            continue
        for file, file_path in entries(language_folder, path):
            files += 1
            slug = file.name.removesuffix(".md")
            reader = _Reader(file_path, language)
            text, facts = reader.read(file, slug)
            problems += reader.problems
            guideline = found.setdefault(slug, GuidelineFiles(slug))
            if language == DEFAULT_LANGUAGE:
                has_facts.add(slug)
                guideline.facts = facts
            if text is not None:
                guideline.texts[language] = text
    for slug in sorted(found.keys() - has_facts):
        language = min(found[slug].texts, key=LANGUAGES.index, default=LANGUAGES[-1])
        problems.append(
            Problem(
                f"{name}/{language}/{slug}.md",
                1,
                f"The bokmål text is missing. Write {DEFAULT_LANGUAGE}/{slug}.md, which also holds the document facts.",
            )  # fmt: skip
        )
    if not files:
        problems.append(
            Problem(name, 1, f"There is no guideline here. Files are named {DEFAULT_LANGUAGE}/<address>.md.")
        )
    return Content([found[slug] for slug in sorted(found)], sorted(problems), files)


class _Reader:
    """Reads one file and notes what is wrong in it."""

    def __init__(self, path: str, language: str) -> None:
        self.path = path
        self.language = language
        self.problems: list[Problem] = []

    def note(self, line: int, text: str, /, **facts: object) -> None:
        self.problems.append(Problem.of(self.path, line, text, facts))

    def read(self, file: Traversable, slug: str) -> tuple[TextFile | None, dict[str, Any]]:
        """The text, or None where it cannot be had, and the document facts."""
        if not file.is_file():
            self.note(1, "This is no file. Only files named <address>.md belong here.")
            return None, {}
        if not file.name.endswith(".md"):
            self.note(1, "The name must end in .md. Rename or remove the file.")
            return None, {}
        try:
            drafting.check_slug(slug)
        except Refusal as refusal:
            self.note(1, str(refusal))
        source = self._source(file)
        if source is None:
            return None, {}
        front, body, body_line = self._parts(source)
        if front is None:
            return None, {}
        title, facts = self._front_matter(front)
        self._check_body(body, body_line)
        if title is None or not body:
            return None, facts
        return TextFile(title, body), facts

    def _source(self, file: Traversable) -> str | None:
        limit = markup.MAX_BYTES + MAX_FRONT_MATTER
        return yaml_files.decode(yaml_files.bytes_of(file, limit), limit, self.note)

    def _parts(self, source: str) -> tuple[str | None, str, int]:
        """Front matter, body, and the line on which the body begins."""
        lines = source.split("\n")
        if lines[0].rstrip() != "---":
            self.note(1, "The file must begin with a line of three hyphens, and then `title:`.")
            return None, "", 1
        for index, line in enumerate(lines[1:], start=1):
            if line.rstrip() == "---":
                body = "\n".join(lines[index + 1 :])
                begins = index + 2 + (len(body) - len(body.lstrip("\n")))
                return "\n".join(lines[1:index]), body.strip("\n"), begins
        self.note(1, "The front matter has no end. Write a line of three hyphens after it, before the text.")
        return None, "", 1

    def _check_body(self, body: str, line: int) -> None:
        if not body.strip():
            self.note(line, "The text is empty. Write it below the front matter.")
            return
        unseen = re.search("[\x00-\x08\x0b-\x1f\x7f]", body)
        if unseen:
            at = line + body.count("\n", 0, unseen.start())
            self.note(at, f"Here is a control character (0x{ord(unseen[0]):02x}), which no text may hold. Remove it.")
            return
        size = len(body.encode())
        if size > markup.MAX_BYTES:
            self.note(
                line,
                f"The text is {size} bytes, and the limit is {markup.MAX_BYTES}. Divide it into two, or shorten it.",
            )
        elif markup.render(body).failed:
            self.note(line, "The text cannot be laid out. Look for long rows of brackets, or lists within lists.")

    # Front matter

    def _front_matter(self, front: str) -> tuple[str | None, dict[str, Any]]:
        if len(front.encode()) > MAX_FRONT_MATTER:
            self.note(1, f"The front matter is longer than {MAX_FRONT_MATTER} bytes. Move text below it.")
            return None, {}
        try:
            root = yaml_files.compose(
                front, self.note, begins=2,
                too_deep="The front matter is nested too deeply. Write one `key: value` on each line.",
            )  # fmt: skip
        except yaml_files.Unreadable:
            return None, {}
        if root is None:
            self.note(1, "The title is missing. Write `title:` and the title on a line of its own.")
            return None, {}
        if not isinstance(root, yaml.MappingNode):
            self.note(_line(root), "Write one `key: value` on each line.")
            return None, {}
        title: str | None = None
        facts: dict[str, Any] = {}
        seen: set[str] = set()
        for key_node, value in root.value:
            key, line = str(key_node.value), _line(key_node)
            if key in seen:
                self.note(line, f"“{short(key)}” stands here twice. Remove one of the two.")
            elif key == "title":
                title = self._text(key, value)
            elif key not in FACTS_IN_ORDER:
                known = ", ".join(("title", *FACTS_IN_ORDER) if self.language == DEFAULT_LANGUAGE else ("title",))
                self.note(line, f"“{short(key)}” is not known here. The keys are {known}.")
            elif self.language != DEFAULT_LANGUAGE:
                self.note(line, f"“{key}” belongs in the bokmål file, which holds the document facts. Remove it here.")
            else:
                fact = self._fact(key, value)
                if fact is not None:
                    facts[key] = fact
            seen.add(key)
        if "title" not in seen:
            self.note(1, "The title is missing. Write `title:` and the title on a line of its own.")
        return title, facts

    def _fact(self, key: str, node: yaml.Node) -> Any:
        if key == "legal_basis":
            return self._legal_basis(node)
        text = self._text(key, node)
        if text is None:
            return None
        if key in drafting.DATE_FACTS:
            if not _is_date(text):
                self.note(_line(node), f"“{short(text)}” is no date. Write it as year-month-day: 2026-01-31.")
                return None
            return text
        if key == "renew_months":
            if re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII) and int(text) <= drafting.MAX_RENEW_MONTHS:
                return int(text)
            self.note(
                _line(node),
                f"“{short(text)}” is no number of months. Write a whole number from 1 to {drafting.MAX_RENEW_MONTHS}, "
                "or leave the line out.",
            )
            return None
        return text

    def _text(self, key: str, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self.note(_line(node), f"“{key}” must be one line of text.")
            return None
        if yaml_files.is_null(node):
            self.note(_line(node), f"“{key}” is empty. Write it, or leave the line out.")
            return None
        text = drafting.clean_line(str(node.value))
        if not text:
            self.note(_line(node), f"“{key}” is empty. Write it, or leave the line out.")
            return None
        if len(text) > drafting.MAX_LINE:
            self.note(
                _line(node), f"“{key}” is {len(text)} characters, and the limit is {drafting.MAX_LINE}. Shorten it."
            )
            return None
        return text

    def _legal_basis(self, node: yaml.Node) -> list[dict[str, str]] | None:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.note(
                _line(node),
                "“legal_basis” must be a list: on each line `- title:`, and below it `url:` if there is one.",
            )
            return None
        if len(node.value) > drafting.MAX_LEGAL_BASES:
            self.note(_line(node), f"There are more than {drafting.MAX_LEGAL_BASES} lines. Keep the most important.")
            return None
        bases = [self._basis(basis) for basis in node.value]
        return [basis for basis in bases if basis]

    def _basis(self, node: yaml.Node) -> dict[str, str]:
        basis: dict[str, str] = {}
        if not isinstance(node, yaml.MappingNode):
            self.note(_line(node), "Each legal basis must have a `title:`, and may have a `url:`.")
            return basis
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in basis:
                self.note(_line(key_node), f"“{key}” stands here twice. Remove one of the two.")
            elif key not in ("title", "url"):
                self.note(_line(key_node), f"“{short(key)}” is not known here. The keys are title, url.")
            else:
                text = self._text(key, value)
                if key == "url" and text is not None and not drafting.is_link(text):
                    self.note(
                        _line(value), f"“{short(text)}” is no web address. It must begin with https:// or http://."
                    )
                    text = None
                if text is not None:
                    basis[key] = text
        if not any(key_node.value == "title" for key_node, _ in node.value):
            self.note(_line(node), "This legal basis has no `title:`. Write what the link is called.")
        return {key: basis[key] for key in ("title", "url") if key in basis}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _line(node: yaml.Node) -> int:
    """The line of the file: the front matter begins on its second."""
    return yaml_files.line_of(node, begins=2)


# --- Comparing and importing --------------------------------------------------------------------------------


@dataclass
class Report:
    """What an import did, by slug."""

    published: list[str] = field(default_factory=list)
    drafted: list[str] = field(default_factory=list)
    translated: list[tuple[str, str]] = field(default_factory=list)
    """(slug, language) of texts added to editions that lacked the language."""
    unchanged: list[str] = field(default_factory=list)


@dataclass
class _Standing:
    """What the site has of a guideline: the latest edition, which may lie ahead, and the open draft."""

    guideline: Guideline | None = None
    latest: Edition | None = None
    draft: Draft | None = None


def import_content(session: Session, content: Content, *, publish: bool, at: datetime, today: date) -> Report:
    """Make drafts of what is new or changed; with `publish` put what is new in force today as edition 1.0.

    It is the command line's: drafts and editions made here name no person.

    Raises ContentProblems where the folder is not right, and Refusal where a person has to decide: a changed
    guideline is never published from here, and an open draft that says something else is nobody's to overwrite.
    """
    if content.problems:
        raise ContentProblems(content.problems)
    standings = _standings(session, [files.slug for files in content.guidelines])
    report = Report()
    for files in content.guidelines:
        _import_one(session, files, standings[files.slug], report, publish=publish, at=at, today=today)
    session.flush()
    return report


def _standings(session: Session, slugs: Iterable[str]) -> dict[str, _Standing]:
    found = {slug: _Standing() for slug in slugs}
    for guideline in session.scalars(
        select(Guideline)
        .where(Guideline.slug.in_(found))
        .options(selectinload(Guideline.editions).selectinload(Edition.translations))
    ):
        found[guideline.slug].guideline = guideline
        found[guideline.slug].latest = max(guideline.editions, key=lambda edition: edition.order, default=None)
    for draft in session.scalars(
        select(Draft)
        .where(Draft.slug.in_(found), Draft.state.in_(OPEN_STATES))
        .options(selectinload(Draft.texts), selectinload(Draft.writers))
    ):
        found[draft.slug].draft = draft
    return found


def _import_one(
    session: Session,
    files: GuidelineFiles,
    now: _Standing,
    report: Report,
    *,
    publish: bool,
    at: datetime,
    today: date,
) -> None:
    if now.latest is None:
        draft = now.draft
        if draft is None:
            draft = _draft(session, files, now, at=at)
            report.drafted.append(files.slug)
        elif not _says_the_same(files, draft.facts, _texts(draft.texts), all_languages=True):
            draft = _rewritten(session, files, draft, at=at)
            report.drafted.append(files.slug)
        elif not publish:
            report.unchanged.append(files.slug)
        if publish:
            _check_untouched(files, draft)
            operations.publish_edition(
                session, draft, by=None, at=at, on=today, today=today, demands=True, approve_own=True
            )
            if files.slug in report.drafted:
                report.drafted.remove(files.slug)
            report.published.append(files.slug)
        return
    assert now.guideline is not None
    published = _texts(now.latest.translations)
    if _says_the_same(files, _facts_of(now.guideline), published):
        added = [language for language in LANGUAGES if language in files.texts and language not in published]
        if not added:
            report.unchanged.append(files.slug)
            return
        if publish:
            for language in added:
                text = files.texts[language]
                operations.add_translation(
                    session, now.latest, language=language, title=text.title, body=text.body, by=None, at=at
                )
                report.translated.append((files.slug, language))
            return
    if publish:
        raise Refusal(
            N_("%(slug)s has changed since edition %(number)s, so a person must approve it. Import it without "
               "--publish, and send the draft for approval. Nothing was imported."),
            slug=files.slug, number=now.latest.number,
        )  # fmt: skip
    if now.draft is not None and _says_the_same(files, now.draft.facts, _texts(now.draft.texts), all_languages=True):
        report.unchanged.append(files.slug)
        return
    if now.draft is not None:
        _rewritten(session, files, now.draft, at=at)
    else:
        _draft(session, files, now, at=at)
    report.drafted.append(files.slug)


def _draft(session: Session, files: GuidelineFiles, now: _Standing, *, at: datetime) -> Draft:
    """A new draft; languages that the folder lacks keep the latest edition's text."""
    texts = dict(_texts(now.latest.translations)) if now.latest is not None else {}
    texts.update(files.texts)
    return operations.new_draft(
        session, slug=files.slug, guideline=now.guideline, base_edition=now.latest, facts=files.facts,
        texts=_given(texts), summary=None, by=None, at=at,
    )  # fmt: skip


def _rewritten(session: Session, files: GuidelineFiles, draft: Draft, *, at: datetime) -> Draft:
    """The draft of an earlier import, brought to what the folder says now."""
    _check_untouched(files, draft)
    return operations.save_draft(
        session, draft, version=draft.version, facts=files.facts, texts=_given(files.texts), summary=draft.summary,
        by=None, at=at,
    )  # fmt: skip


def _check_untouched(files: GuidelineFiles, draft: Draft) -> None:
    """Raises Conflict where a person has written in the draft, or sent it for approval."""
    if draft.writers or draft.state != DraftState.WRITING or draft.adds_language is not None:
        raise Conflict(
            N_("Somebody is writing a draft of %(slug)s. Publish or discard that one first. Nothing was imported."),
            slug=files.slug,
        )


def _given(texts: Mapping[str, TextFile]) -> dict[str, dict[str, str]]:
    return {language: {"title": text.title, "body": text.body} for language, text in texts.items()}


def _texts(rows: Iterable[Any]) -> dict[str, TextFile]:
    return {row.language: TextFile(row.title, row.body) for row in rows}


def _facts_of(guideline: Guideline) -> dict[str, Any]:
    """The facts as they stand, dates as text; what nobody said is not there."""
    facts: dict[str, Any] = {}
    for name in FACTS_IN_ORDER:
        value = getattr(guideline, name)
        if value not in (None, "", []):
            facts[name] = value.isoformat() if isinstance(value, date) else value
    return facts


def _says_the_same(
    files: GuidelineFiles, facts: Mapping[str, Any], texts: Mapping[str, TextFile], *, all_languages: bool = False
) -> bool:
    """Whether facts and texts are those of the folder. A language that the one or the other lacks is no difference,
    unless `all_languages` asks that the site has every language of the folder.
    """
    if _comparable_facts(files.facts) != _comparable_facts(facts):
        return False
    if all_languages and files.texts.keys() - texts.keys():
        return False
    return all(
        drafting.clean_line(text.title) == drafting.clean_line(texts[language].title)
        and _comparable_body(text.body) == _comparable_body(texts[language].body)
        for language, text in files.texts.items()
        if language in texts
    )


def _comparable_body(body: str) -> str:
    return drafting.clean(body).strip("\n")


def _comparable_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: _cleaned(facts[name]) for name in FACTS_IN_ORDER if facts.get(name) not in (None, "", [])}
    if "legal_basis" in known:
        known["legal_basis"] = _bases(known["legal_basis"])
    return known


def _cleaned(value: Any) -> Any:
    return drafting.clean_line(value) if isinstance(value, str) else value


def _bases(bases: Iterable[Any]) -> list[dict[str, str]]:
    """Each basis as title and, where there is one, address."""
    found = []
    for basis in bases:
        given = basis if isinstance(basis, Mapping) else {"title": str(basis)}
        found.append({key: str(given[key]) for key in ("title", "url") if given.get(key)})
    return found


# --- Exporting ----------------------------------------------------------------------------------------------


def files_of(session: Session) -> dict[str, str]:
    """Every guideline's latest edition as files: `nb/rus-og-avhengighet.md` and its text.

    Raises Refusal for a guideline that the format cannot hold, one without a bokmål text.
    """
    files: dict[str, str] = {}
    for guideline in session.scalars(
        select(Guideline)
        .options(selectinload(Guideline.editions).selectinload(Edition.translations))
        .order_by(Guideline.slug)
    ):
        latest = max(guideline.editions, key=lambda edition: edition.order, default=None)
        if latest is None:
            continue
        texts = _texts(latest.translations)
        if DEFAULT_LANGUAGE not in texts:
            raise Refusal(
                N_("%(slug)s has no text in %(language)s, which holds the document facts in a content folder. "
                   "Add the text, or use: hmswiki bundle export"),
                slug=guideline.slug, language=OWN_NAMES[DEFAULT_LANGUAGE],
            )  # fmt: skip
        for language, text in sorted(texts.items()):
            facts = _facts_of(guideline) if language == DEFAULT_LANGUAGE else {}
            files[f"{language}/{guideline.slug}.md"] = file_text(text, facts)
    return files


def file_text(text: TextFile, facts: Mapping[str, Any]) -> str:
    """A file as it is shipped: front matter with the keys in their order, and the text."""
    lines = ["---", f"title: {written(text.title)}"]
    for name in FACTS_IN_ORDER:
        value = facts.get(name)
        if value is None:
            continue
        if name == "legal_basis":
            lines.append("legal_basis:")
            for basis in _bases(value):
                for mark, key in zip(("  - ", "    "), ("title", "url"), strict=True):
                    if key in basis:
                        lines.append(f"{mark}{key}: {written(basis[key])}")
        else:
            lines.append(f"{name}: {written(str(value))}")
    body = _comparable_body(text.body)
    return "\n".join([*lines, "---", body]) + "\n"


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files; others that are there stay. A file is whole or as it was."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.tmp")
        unfinished.write_bytes(text.encode())
        unfinished.replace(file)
