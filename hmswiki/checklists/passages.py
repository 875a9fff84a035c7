"""Where the guidelines say what a checklist asks: the passages that items name, as links for a reader."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists.template import Checklist, Passage
from hmswiki.foundation.language import DEFAULT_LANGUAGE, in_language
from hmswiki.guidelines import rules
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.guidelines.queries import best_language


@dataclass(frozen=True)
class Link:
    """A passage for a reader. `language` is set where the heading is found only in a text of another language."""

    slug: str
    anchor: str
    heading: str
    language: str | None = None


@dataclass(frozen=True)
class Headed:
    """A guideline, and the headings of its text by language: (level, anchor, words) in order."""

    slug: str
    title: str
    """In the reader's language."""
    headings: Mapping[str, Sequence[tuple[int, str, str]]]
    language: str

    @property
    def main(self) -> Sequence[tuple[int, str, str]]:
        """The headings of the bokmål text, by whose anchors items name passages; else those of what text there is."""
        best = best_language(self.headings, DEFAULT_LANGUAGE)
        return self.headings[best] if best is not None else ()

    def link(self, anchor: str) -> Link | None:
        """The heading in the text that the reader is shown; None where no text has it."""
        shown = best_language(self.headings, self.language)
        main = self.main
        place = next((number for number, heading in enumerate(main) if heading[1] == anchor), None)
        if shown is None:
            return None
        own = self.headings[shown]
        if place is not None and [heading[0] for heading in own] == [heading[0] for heading in main]:
            return Link(self.slug, own[place][1], own[place][2])
        for language in (shown, DEFAULT_LANGUAGE, *sorted(self.headings)):
            for _level, found, words in self.headings.get(language, ()):
                if found == anchor:
                    return Link(self.slug, anchor, words, None if language == shown else language)
        return None


def guidelines(session: Session, slugs: Iterable[str] | None, *, day: date, language: str) -> dict[str, Headed]:
    """The guidelines of those addresses (None: all), as they are read on `day`: in force, or else the next to come.

    One that does not exist is not there. By title in the reader's language. Two selects.
    """
    statement = select(Guideline.slug, Guideline.title, Edition).join(Edition, Edition.guideline_id == Guideline.id)
    if slugs is not None:
        statement = statement.where(Guideline.slug.in_(list(slugs)))
    titles: dict[str, str] = {}
    editions: dict[str, list[Edition]] = {}
    for slug, title, edition in session.execute(statement):
        titles[slug] = in_language(title, language)
        editions.setdefault(slug, []).append(edition)
    shown = {slug: (rules.in_force(found, day) or rules.coming(found, day)[0]).id for slug, found in editions.items()}
    headings: dict[int, dict[str, list[tuple[int, str, str]]]] = {}
    for edition_id, code, contents in session.execute(
        select(Translation.edition_id, Translation.language, Translation.contents).where(
            Translation.edition_id.in_(shown.values())
        )
    ):
        headings.setdefault(edition_id, {})[code] = [(level, anchor, words) for level, anchor, words in contents]
    return {
        slug: Headed(slug, titles[slug], headings.get(shown[slug], {}), language)
        for slug in sorted(titles, key=lambda slug: (titles[slug].casefold(), slug))
    }


def named(checklist: Checklist) -> set[str]:
    """The addresses of all guidelines that the checklist names."""
    return {*checklist.guidelines, *(item.passage.guideline for item in checklist.items if item.passage)}


def links(checklist: Checklist, known: Mapping[str, Headed]) -> dict[Passage, Link]:
    """Where the passages that items name are to be read; one that leads nowhere is not there."""
    found = {}
    for item in checklist.items:
        if item.passage is not None and item.passage.guideline in known:
            link = known[item.passage.guideline].link(item.passage.anchor)
            if link is not None:
                found[item.passage] = link
    return found


@dataclass(frozen=True)
class Astray:
    """What a checklist names and the site does not have."""

    guidelines: tuple[str, ...]
    passages: tuple[Passage, ...]

    def __bool__(self) -> bool:
        return bool(self.guidelines or self.passages)


def astray(checklist: Checklist, known: Mapping[str, Headed]) -> Astray:
    """The guidelines that do not exist, and the passages that no text of an existing one has."""
    found = links(checklist, known)
    return Astray(
        tuple(sorted(named(checklist) - known.keys())),
        tuple(
            dict.fromkeys(
                item.passage
                for item in checklist.items
                if item.passage and item.passage.guideline in known and item.passage not in found
            )
        ),
    )
