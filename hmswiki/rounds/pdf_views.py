"""A round as PDF, to be kept or sent."""

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import undefer

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.files import StoredFile
from hmswiki.foundation.permissions import Permission
from hmswiki.rounds import result_pages
from hmswiki.rounds.models import Photo
from hmswiki.rounds.views import blueprint, seen
from hmswiki.web import pdf
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today


@blueprint.get("/rounds/<key>.pdf")
@access(Permission.SIGNED_IN)
def as_pdf(key: str) -> Response:
    """What the result's page says, with its photos, on paper."""
    session = read_session()
    round = seen(session, key)
    if round.handed_in_at is None:
        raise NotFound(N_("The round has not been handed in, so there is no PDF of it yet."))
    page = result_pages.result_page(session, round, known_actor(), today=today(), at=clock.now())

    def fetch(name: str) -> tuple[bytes, str] | None:
        file = session.scalar(
            select(StoredFile)
            .join(Photo, Photo.sha256 == StoredFile.sha256)
            .where(Photo.key == name, Photo.round_id == round.id, Photo.withdrawn_at.is_(None))
            .options(undefer(StoredFile.data))
        )
        return None if file is None else (file.data, file.media_type)

    name = f"{round.checklist.key}-{round.done_on:%Y-%m-%d}-{round.key[:8]}.pdf"
    return pdf.pdf_response("hmswiki/rounds/result_pdf.html", name, fetch=fetch, page=page, now=clock.now())
