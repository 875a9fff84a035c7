"""A round as PDF."""

import io
from uuid import uuid4

from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.rounds import operations, photos
from tests.cast import today
from tests.conftest import client_as
from tests.rounds.makers import actor, answer_all, start_round
from tests.support import once

pytestmark = once


def handed_in(session: Session) -> str:
    round = start_round(session)
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(picture, "JPEG")
    answer_all(session, round.key, by="astrid")
    operations.add_photo(
        session, round.key, photo_key=str(uuid4()), item="tavla", prepared=photos.prepared(picture.getvalue()),
        taken_at=clock.now(), by=actor(session, "astrid"), at=clock.now(), today=today(),
    )  # fmt: skip
    operations.hand_in(session, round.key, by=actor(session, "astrid"), at=clock.now(), today=today())
    session.commit()
    return round.key


def test_a_round_is_saved_as_a_pdf_that_its_page_leads_to(app: Flask, session: Session) -> None:
    key = handed_in(session)
    astrid = client_as(app, "astrid")

    assert f"/rounds/{key}.pdf" in astrid.get(f"/rounds/{key}").get_data(as_text=True)
    answer = astrid.get(f"/rounds/{key}.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert f"brann-{today():%Y-%m-%d}-{key[:8]}.pdf" in answer.headers["Content-Disposition"]


def test_the_pdf_is_for_those_who_may_see_the_round(app: Flask, session: Session) -> None:
    key = handed_in(session)

    assert client_as(app, "dina").get(f"/rounds/{key}.pdf").status_code == 403
    assert client_as(app, None).get(f"/rounds/{key}.pdf").status_code == 303
    assert client_as(app, "astrid").get(f"/rounds/{uuid4()}.pdf").status_code == 404


def test_a_round_that_runs_has_no_pdf_yet(app: Flask, session: Session) -> None:
    round = start_round(session)
    session.commit()

    assert client_as(app, "astrid").get(f"/rounds/{round.key}.pdf").status_code == 404
