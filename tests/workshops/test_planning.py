"""What lines of a plan say, and how people are mixed. Pure."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmswiki.foundation.permissions import Role
from hmswiki.workshops import mixing, planning
from hmswiki.workshops.mixing import Someone

# --- Lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("09.45 Gruppearbeid", {"time": "09:45", "text": "Gruppearbeid"}),
        ("9:45–10:30 Gruppearbeid", {"time": "09:45", "until": "10:30", "text": "Gruppearbeid"}),
        ("kl. 9.45 - 10.30: Gruppearbeid", {"time": "09:45", "until": "10:30", "text": "Gruppearbeid"}),
        ("Kl 11 Oppsummering", {"time": "11:00", "text": "Oppsummering"}),
        ("9 grupper drøfter", {"text": "9 grupper drøfter"}),
        ("10.45", {"text": "10.45"}),
        ("25.45 Gruppearbeid", {"text": "25.45 Gruppearbeid"}),
        ("  Vel   møtt ", {"text": "Vel møtt"}),
    ],
)
def test_a_line_of_a_programme_is_read_as_people_write_it(line, meant):
    assert planning.read_programme(line) == (meant,)


TIMES = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
WORDS = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=12)


@given(st.lists(st.fixed_dictionaries({"text": WORDS}, optional={"time": TIMES})))
def test_a_programme_that_is_written_is_read_back(lines):
    assert planning.read_programme(planning.write_programme(lines)) == tuple(lines)


def test_links_are_read_with_what_they_are_called():
    links, unread = planning.read_links(
        "Årsplanen: https://example.org/plan\nhttps://example.org/a?b\nhttp://usikker.no"
    )

    assert links == [
        {"title": "Årsplanen", "url": "https://example.org/plan"},
        {"title": "example.org", "url": "https://example.org/a?b"},
    ]
    assert unread == ["http://usikker.no"]
    assert planning.read_links(planning.write_links(links)) == (links, [])


def test_models_are_named_one_a_line_or_with_commas_and_once():
    assert planning.read_names("3 institutter, 5 institutter\n3 institutter\n\n6  institutter") == (
        "3 institutter", "5 institutter", "6 institutter"
    )  # fmt: skip


def test_next_years_title_has_next_years_number():
    assert planning.title_for("HMS-årsmøtet 2024", 2024, 2025) == "HMS-årsmøtet 2025"
    assert planning.title_for("Sak 12024", 2024, 2025) == "Sak 12024"
    assert planning.title_for("HMS-året 2024", 2025, 2026) == "HMS-året 2025"  # it looks back on the year before
    assert planning.title_for("Mål for 2020–2030", 2025, 2026) == "Mål for 2020–2030"


# --- Mixing -------------------------------------------------------------------------------------------------

PEOPLE = st.lists(
    st.builds(
        Someone, id=st.integers(1, 10_000), unit=st.integers(1, 6),
        roles=st.sampled_from([frozenset(), frozenset({Role.HSE_COORDINATOR}), frozenset({Role.SAFETY_REPRESENTATIVE}),
                               frozenset({Role.UNIT_LEADER})]),
    ),
    max_size=60, unique_by=lambda one: one.id,
)  # fmt: skip


@given(PEOPLE, st.integers(1, 12))
def test_everybody_is_dealt_once_into_groups_whose_sizes_differ_by_one_at_most(people, groups):
    dealt = mixing.mixed(people, groups)

    assert Counter(one.id for group in dealt for one in group.people) == Counter(one.id for one in people)
    sizes = [len(group.people) for group in dealt]
    assert len(dealt) == groups
    assert max(sizes) - min(sizes) <= 1


@given(PEOPLE, st.integers(1, 12))
def test_coordinators_are_spread_evenly_and_lead_before_everybody_else(people, groups):
    dealt = mixing.mixed(people, groups)

    for role in (Role.HSE_COORDINATOR,):
        counts = [sum(role in one.roles for one in group.people) for group in dealt]
        assert max(counts) - min(counts) <= 1
    for group in dealt:
        if group.leader is not None:
            assert group.leader.rank == min(one.rank for one in group.people)


def test_each_group_has_somebody_of_each_unit():
    people = [Someone(number, unit=number % 3) for number in range(27)]

    for group in mixing.mixed(people, 9):
        assert {one.unit for one in group.people} == {0, 1, 2}


def test_the_same_turn_gives_the_same_groups_and_another_turn_others():
    people = [Someone(number, unit=number % 4) for number in range(40)]

    assert mixing.mixed(people, 5, turn="1") == mixing.mixed(reversed(people), 5, turn="1")
    assert mixing.mixed(people, 5, turn="1") != mixing.mixed(people, 5, turn="2")


def test_those_who_come_late_fill_up_the_smallest_groups():
    held = [[Someone(1, 1), Someone(2, 2)], [Someone(3, 1)], []]

    dealt = mixing.mixed([Someone(4, 1), Someone(5, 2), Someone(6, 3)], 3, held=held)

    assert [len(group.people) for group in dealt] == [0, 1, 2]
