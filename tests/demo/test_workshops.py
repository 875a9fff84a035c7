"""The demo's two meetings: today's goes on, last year's is finished and something came of it."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.demo import hurry, meeting, workshops
from hmswiki.guidelines.models import Edition, Guideline
from hmswiki.notes import queries as notes
from hmswiki.outcomes import proposal_queries as proposals
from hmswiki.outcomes import publication_queries as publications
from hmswiki.outcomes.proposal_queries import ProposalState
from hmswiki.plenary import queries as plenary
from hmswiki.web.context import state
from hmswiki.workshops import queries
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.models import Workshop
from tests.support import once

pytestmark = once


def meetings(session: Session) -> tuple[Workshop, Workshop]:
    """Last year's and today's."""
    last, now = session.scalars(select(Workshop).order_by(Workshop.starts_at)).all()
    return last, now


def test_todays_meeting_is_in_its_first_task_and_six_of_nine_groups_have_written(demo_app: Flask) -> None:
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        _, now = meetings(session)
        first, second = queries.tasks(session, now)
        happened = queries.events(session, now)
        assert queries.clock_of(first, happened).state is TaskState.RUNNING
        assert queries.clock_of(second, happened).state is TaskState.WAITING
        assert len(second.models) == 3
        stands = notes.stands(session, now, first)
        assert [stand.group.number for stand in stands if stand.points] == [1, 2, 3, 4, 5, 6]
        assert len(stands) == 9 and not any(stand.handed_in_at for stand in stands)
        members = queries.members(session, now)
        assert all(len(people) == 6 and people[0].leads for people in members.values()) and len(members) == 9


def test_last_years_meeting_has_themes_a_summary_two_actions_and_a_changed_guideline(demo_app: Flask) -> None:
    with demo_app.test_request_context(), Session(state(demo_app).engines.read) as session:
        last, _ = meetings(session)
        assert len(plenary.themes(session, last)) == len(meeting.THEMES)
        assert len(plenary.sentences(session, last)) == len(meeting.SUMMARY)
        assert len(notes.hand_ins(session, last)) == 18
        assert len(proposals.actions_of_workshop(session, last)) == 2
        published = publications.published(session, last)
        assert published is not None and "Den som melder, skal få svar innen en uke." in published.html
        [proposal] = proposals.of_workshop(session, last)
        assert (proposal.state, proposal.groups) == (ProposalState.PUBLISHED, (2, 5))
        edition = session.scalars(
            select(Edition).join(Guideline).where(Guideline.slug == workshops.CLEANUP).order_by(Edition.id.desc())
        ).first()
        assert edition is not None and proposal.edition is edition
        assert str(edition.summary["nb"]).endswith("gruppe 2 og 5.")  # type: ignore[index]


@pytest.mark.parametrize(
    ("today", "held_on"),
    [
        (date(2026, 11, 23), date(2026, 1, 19)),  # the eighteenth was a Sunday
        (date(2024, 5, 1), date(2024, 1, 18)),
        (date(2024, 3, 1), date(2023, 1, 18)),
        (date(2028, 2, 29), date(2027, 1, 18)),
    ],
)
def test_the_last_meeting_was_a_weekday_in_january_long_enough_ago(today: date, held_on: date) -> None:
    assert workshops.last_meeting(today) == held_on
    assert held_on <= today - timedelta(days=88)


def test_the_played_meeting_writes_everything_once_however_often_it_is_played(demo_app: Flask) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    for _ in range(2):
        hurry.Meeting(demo_app).play(wait=wait, steps=hurry.steps())
    with demo_app.app_context(), Session(state(demo_app).engines.read) as session:
        _, now = meetings(session)
        texts = [point.text for point in notes.points(session, now)]
        played = [line.text for lines in meeting.HURRY.values() for line in lines]
        assert sorted(set(played) - set(texts)) == []
        before = sum(len(texts) for prompts in meeting.WRITTEN.values() for texts in prompts)
        assert len(texts) == before + len(played)
        second = queries.tasks(session, now)[1]
        assert queries.clock_of(second, queries.events(session, now)).state is TaskState.RUNNING
        assert len(notes.hand_ins(session, now)) == 12  # six groups, both tasks
    assert min(waited) >= 0
