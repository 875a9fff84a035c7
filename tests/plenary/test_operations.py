"""Gathering points into themes and writing a summary, by one helper and by two at once."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Actor
from hmswiki.notes.models import Point
from hmswiki.plenary import operations, queries, summary_operations
from hmswiki.plenary.models import SentencePoint, Theme, ThemePoint
from hmswiki.plenary.rules import Stand
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Task, Workshop
from tests.organisation.test_concurrency import at_the_same_time
from tests.plenary.makers import actor, clear, write_all, write_on
from tests.workshops.makers import workshop as make_workshop


class Plenary:
    """A workshop whose groups have written, and Hanne who sorts it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.workshop: Workshop = make_workshop(session, helpers=["dina"])
        self.task: Task = workshops.tasks(session, self.workshop)[0]
        self.points = write_all(session, self.task)
        self.hanne: Actor = actor(session, "hanne")

    def do(self, operation: Callable[..., Any], *given: Any, **more: Any) -> Any:
        return operation(self.session, *given, by=self.hanne, at=datetime.now(UTC), **more)

    def gather(self, *texts: str, title: str = "Fast tidspunkt", **more: Any) -> Theme:
        points = [self.points[text] for text in texts]
        made: Theme = self.do(operations.gather, self.task, points, **({"title": title} | more))
        return made

    @property
    def themes(self) -> list[tuple[str, list[str], int]]:
        found = queries.themes(self.session, self.workshop, self.task)
        return [(one.theme.title, [point.text for point in one.points], one.count) for one in found]

    @property
    def summary(self) -> list[tuple[str, list[int]]]:
        found = queries.sentences(self.session, self.workshop, self.task)
        return [(one.sentence.text, [group.number for group in one.groups]) for one in found]


@pytest.fixture
def plenary(session: Session) -> Plenary:
    return Plenary(session)


# --- Themes -------------------------------------------------------------------------------------------------


def test_a_theme_counts_groups_and_not_points(plenary: Plenary) -> None:
    plenary.gather("Fast tidspunkt for nytt", "Si tidlig hva som ikke endres", "Nytt hver fredag")
    assert plenary.themes == [
        ("Fast tidspunkt", ["Si tidlig hva som ikke endres", "Fast tidspunkt for nytt", "Nytt hver fredag"], 2)
    ]


def test_a_point_is_in_one_theme_at_a_time_and_its_way_is_kept(plenary: Plenary) -> None:
    plenary.gather("Nytt hver fredag")
    plenary.gather("Nytt hver fredag", title="Fredager")
    assert plenary.themes == [("Fast tidspunkt", [], 0), ("Fredager", ["Nytt hver fredag"], 1)]
    assert plenary.session.scalar(select(func.count()).select_from(ThemePoint)) == 2


def test_gathering_twice_into_a_theme_of_the_same_name_makes_one(plenary: Plenary) -> None:
    first = plenary.gather("Nytt hver fredag")
    assert plenary.gather("Fast tidspunkt for nytt", title=" fast  TIDSPUNKT ").id == first.id
    assert plenary.themes == [("Fast tidspunkt", ["Fast tidspunkt for nytt", "Nytt hver fredag"], 2)]


def test_points_are_taken_out_and_free_again(plenary: Plenary) -> None:
    plenary.gather("Nytt hver fredag", "Samme beskjed samtidig")
    taken = [plenary.points[text] for text in ("Nytt hver fredag", "Dekan besøker alle enheter")]
    assert plenary.do(operations.take_out, plenary.task, taken) == 1
    assert plenary.themes == [("Fast tidspunkt", ["Samme beskjed samtidig"], 1)]


def test_what_a_group_writes_on_is_told_and_what_it_takes_back_counts_no_longer(plenary: Plenary) -> None:
    plenary.gather("Nytt hver fredag", "Samme beskjed samtidig")
    write_on(plenary.session, plenary.points["Nytt hver fredag"], "Nytt hver torsdag")
    clear(plenary.session, plenary.points["Samme beskjed samtidig"])
    [theme] = queries.themes(plenary.session, plenary.workshop, plenary.task)
    assert [(one.point.text, one.stand) for one in theme.kept] == [
        ("Nytt hver torsdag", Stand.CHANGED), ("Samme beskjed samtidig", Stand.CLEARED)
    ]  # fmt: skip
    assert theme.count == 1
    assert "Nytt hver fredag" in queries.texts_read(plenary.session, theme.kept).values()

    plenary.gather("Nytt hver fredag")  # read anew

    [theme] = queries.themes(plenary.session, plenary.workshop, plenary.task)
    assert theme.kept[0].stand is Stand.SAME


def test_a_theme_is_renamed_and_an_old_page_cannot_undo_it(plenary: Plenary) -> None:
    theme = plenary.gather("Nytt hver fredag")
    plenary.do(operations.rename, theme, "Hver fredag", version=1)
    with pytest.raises(Conflict) as refused:
        plenary.do(operations.rename, theme, "Fredag", version=1)
    assert refused.value.facts["title"] == "Hver fredag"
    assert (theme.title, theme.version) == ("Hver fredag", 2)
    plenary.do(operations.rename, theme, "Fredag", version=2)
    assert theme.title == "Fredag"


def test_two_themes_do_not_get_the_same_name(plenary: Plenary) -> None:
    plenary.gather("Nytt hver fredag")
    other = plenary.gather("Samme beskjed samtidig", title="Likt til alle")
    with pytest.raises(Refusal, match="Merge the two"):
        plenary.do(operations.rename, other, "FAST tidspunkt", version=1)


def test_themes_are_put_in_order(plenary: Plenary) -> None:
    first, second, third = (plenary.gather(title=title) for title in ("En", "To", "Tre"))
    plenary.do(operations.place, third, after=first)
    plenary.do(operations.place, second, after=None)
    assert [title for title, _points, _count in plenary.themes] == ["To", "En", "Tre"]


def test_merged_themes_hold_the_points_of_both_and_can_be_parted_again(plenary: Plenary) -> None:
    first = plenary.gather("Nytt hver fredag", "Fast tidspunkt for nytt", title="En")
    second = plenary.gather("Samme beskjed samtidig", title="To")
    plenary.do(operations.merge, first, second)
    assert plenary.themes == [("To", ["Fast tidspunkt for nytt", "Nytt hver fredag", "Samme beskjed samtidig"], 3)]
    plenary.gather("Nytt hver fredag", theme=second)  # as it is: nobody moved it since
    plenary.do(operations.bring_back, first)
    assert plenary.themes == [
        ("To", ["Samme beskjed samtidig"], 1), ("En", ["Fast tidspunkt for nytt", "Nytt hver fredag"], 2)
    ]  # fmt: skip


def test_a_theme_taken_apart_comes_back_without_what_was_gathered_since(plenary: Plenary) -> None:
    theme = plenary.gather("Nytt hver fredag", "Samme beskjed samtidig")
    plenary.do(operations.take_apart, theme)
    plenary.do(operations.take_apart, theme)
    assert plenary.themes == []
    plenary.gather("Nytt hver fredag", title="Fredager")
    plenary.do(operations.bring_back, theme)
    assert plenary.themes == [
        ("Fredager", ["Nytt hver fredag"], 1), ("Fast tidspunkt", ["Samme beskjed samtidig"], 1)
    ]  # fmt: skip


def test_nothing_is_gathered_into_a_theme_that_was_taken_apart_meanwhile(plenary: Plenary) -> None:
    theme = plenary.gather("Nytt hver fredag")
    plenary.do(operations.take_apart, theme)
    with pytest.raises(Conflict, match="Fast tidspunkt"):
        plenary.gather("Samme beskjed samtidig", theme=theme)


def test_themes_and_points_of_different_tasks_are_kept_apart(plenary: Plenary) -> None:
    other_task = workshops.tasks(plenary.session, plenary.workshop)[1]
    theme = plenary.gather("Nytt hver fredag")
    other = plenary.do(operations.gather, other_task, [], title="Fast tidspunkt")
    assert other.id != theme.id
    with pytest.raises(Refusal):
        plenary.do(operations.merge, theme, other)
    points = [plenary.points["Nytt hver fredag"]]
    with pytest.raises(Refusal):
        plenary.do(operations.gather, plenary.task, points, theme=other)
    sentence = plenary.do(summary_operations.write, other_task, "Vi sier fra.", [])
    with pytest.raises(Refusal):
        plenary.do(summary_operations.stand_on, sentence, points)
    with pytest.raises(NotFound):
        queries.points_named(plenary.session, other_task, [plenary.points["Nytt hver fredag"].key])


# --- The summary --------------------------------------------------------------------------------------------


def write(plenary: Plenary, text: str, *texts: str) -> Any:
    return plenary.do(
        summary_operations.write, plenary.task, text, [plenary.points[one] for one in texts]
    )  # fmt: skip


def test_a_sentence_keeps_the_points_it_stands_on(plenary: Plenary) -> None:
    write(plenary, "Vi sier fra hver fredag.", "Nytt hver fredag", "Fast tidspunkt for nytt")
    sentence = write(plenary, "Alle får vite det samtidig.", "Samme beskjed samtidig")
    assert plenary.summary == [("Vi sier fra hver fredag.", [1, 2]), ("Alle får vite det samtidig.", [3])]
    plenary.do(summary_operations.stand_on, sentence, [plenary.points["Dekan besøker alle enheter"]])
    leaves = [plenary.points["Samme beskjed samtidig"]]
    plenary.do(summary_operations.rewrite, sentence, sentence.text, version=1, leaves=leaves)
    assert plenary.summary[1] == ("Alle får vite det samtidig.", [2])
    assert plenary.session.scalar(select(func.count()).select_from(SentencePoint)) == 4
    assert sentence.version == 1


def test_a_sentence_stands_on_its_points_when_their_theme_is_taken_apart(plenary: Plenary) -> None:
    theme = plenary.gather("Nytt hver fredag")
    write(plenary, "Hver fredag.", "Nytt hver fredag")
    plenary.do(operations.take_apart, theme)
    assert plenary.summary == [("Hver fredag.", [2])]


def test_an_old_page_does_not_overwrite_a_sentence(plenary: Plenary) -> None:
    sentence = write(plenary, "Hver fredag.")
    plenary.do(summary_operations.rewrite, sentence, "Hver torsdag.", version=1)
    with pytest.raises(Conflict) as refused:
        plenary.do(summary_operations.rewrite, sentence, "Hver onsdag.", version=1)
    assert refused.value.facts["text"] == "Hver torsdag."
    assert plenary.summary == [("Hver torsdag.", [])]


def test_sentences_are_moved_taken_out_and_brought_back(plenary: Plenary) -> None:
    one, two, three = (write(plenary, text, "Nytt hver fredag") for text in ("En.", "To.", "Tre."))
    plenary.do(summary_operations.place, three, after=None)
    plenary.do(summary_operations.remove, one)
    assert [text for text, _groups in plenary.summary] == ["Tre.", "To."]
    with pytest.raises(Conflict):
        plenary.do(summary_operations.rewrite, one, "En til.", version=1)
    plenary.do(summary_operations.bring_back, one)
    assert plenary.summary[-1] == ("En.", [2])


# --- Who, and two at once -----------------------------------------------------------------------------------


def test_every_change_raises_the_pulse(plenary: Plenary) -> None:
    plenary.session.flush()
    before = workshops.pulse(plenary.session, plenary.workshop.id)
    theme = plenary.gather("Nytt hver fredag")
    plenary.do(operations.rename, theme, "Fredager", version=1)
    write(plenary, "Hver fredag.")
    assert workshops.pulse(plenary.session, plenary.workshop.id) == before + 3


def test_a_helper_may_sort_here_and_nobody_else_without_a_role(plenary: Plenary) -> None:
    dina = actor(plenary.session, "dina")
    given = {"title": "Nytt", "by": dina, "at": datetime.now(UTC)}
    with pytest.raises(NotAllowed):
        operations.gather(plenary.session, plenary.task, [], **given)
    passes = workshops.passes_of_person(plenary.session, dina.person_id)
    assert operations.gather(plenary.session, plenary.task, [], passes=passes, **given).title == "Nytt"
    elsewhere = make_workshop(plenary.session, title="Et annet")
    with pytest.raises(NotAllowed):
        operations.gather(
            plenary.session, workshops.tasks(plenary.session, elsewhere)[0], [], passes=passes, **given
        )  # fmt: skip


def gathering(workshop: str, point: str, title: str) -> Callable[[Session], Any]:
    def work(session: Session) -> None:
        task = workshops.tasks(session, workshops.workshop(session, workshop))[0]
        points = [session.scalars(select(Point).where(Point.key == point)).one()]
        operations.gather(
            session, task, points, title=title, by=actor(session, "hanne"), at=datetime.now(UTC)
        )  # fmt: skip

    return work


@pytest.mark.parametrize("titles", [("Fast tidspunkt", "fast tidspunkt"), ("Fast tidspunkt", "Fredager")])
def test_two_helpers_who_gather_the_same_point_at_once_leave_it_in_one_theme(
    app: Flask, plenary: Plenary, titles: tuple[str, str]
) -> None:
    point = plenary.points["Nytt hver fredag"].key
    plenary.session.commit()
    first, second = (gathering(plenary.workshop.key, point, title) for title in titles)
    assert at_the_same_time(app, first, second) == ["", ""]
    plenary.session.expire_all()
    found = plenary.themes
    assert sum(len(points) for _title, points, _count in found) == 1
    assert found[-1][1] == ["Nytt hver fredag"]
    assert len(found) == len({title.casefold() for title in titles})
