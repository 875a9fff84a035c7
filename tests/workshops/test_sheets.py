"""Group sheets for the tables."""

import pytest

from hmswiki.workshops import codes, queries
from hmswiki.workshops.models import Opens
from tests.support import once
from tests.workshops import makers

pytestmark = once


@pytest.fixture
def meeting(session):
    workshop = makers.workshop(session, members={2: ["siri", "bjorn"]})
    session.commit()
    return workshop


def test_there_is_a_sheet_for_each_group_and_a_spare_one(session, as_tora, meeting):
    page = as_tora.get(f"/workshops/{meeting.key}/sheets").get_data(as_text=True)

    sheets = page.split('<article class="hms-sheet"')[1:]
    assert len(sheets) == 4
    assert "Siri Sand (leder), Bjørn Berg" in sheets[1]
    assert "Gruppe ______" in sheets[3]
    code = codes.shown(queries.live_code(session, meeting, Opens.GROUPS).code)
    for sheet in sheets:
        for text in (makers.CHANGE, *makers.PROMPTS, makers.ROLES, *makers.MODELS, code, "<svg", "offentleglova"):
            assert text in sheet


def test_one_groups_sheet_is_printed_alone(as_tora, meeting):
    page = as_tora.get(f"/workshops/{meeting.key}/sheets?group=2").get_data(as_text=True)

    assert page.count('<article class="hms-sheet"') == 1
    assert as_tora.get(f"/workshops/{meeting.key}/sheets?group=77").status_code == 404


def test_the_sheets_are_saved_as_a_pdf_that_the_page_leads_to(as_tora, meeting):
    assert f"/workshops/{meeting.key}/sheets.pdf" in as_tora.get(f"/workshops/{meeting.key}/sheets").get_data(
        as_text=True
    )
    answer = as_tora.get(f"/workshops/{meeting.key}/sheets.pdf")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert 'filename="hms-rsm-tet-' in answer.headers["Content-Disposition"]
