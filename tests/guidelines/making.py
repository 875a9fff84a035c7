"""Makes published guidelines for tests: as an editor and an approver would, in fewer words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.guidelines import operations
from hmswiki.guidelines.models import Edition, Guideline

BODY = "Alle rydder. Det er en plikt.\n\n## Formål\n\nEt ryddig lab er trygt.\n\n## Ansvar\n\nLederen har ansvaret."


def publish(
    session: Session,
    slug: str = "ryddedag",
    *,
    on: date,
    bodies: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    summary: Mapping[str, str] | None = None,
    demands: bool = True,
    approved_by: int | None = None,
) -> Edition:
    """The next edition of the guideline (the first, where there is none), in force from `on`."""
    guideline = session.scalar(select(Guideline).where(Guideline.slug == slug))
    base = operations.latest_edition(session, guideline) if guideline else None
    given = bodies if bodies is not None else {"nb": BODY}
    draft = operations.new_draft(
        session, slug=slug, guideline=guideline, base_edition=base, facts=facts or {}, summary=summary,
        texts={language: {"title": f"Ryddedag ({language})", "body": body} for language, body in given.items()},
        by=None, at=clock.now(),
    )  # fmt: skip
    edition = operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=on, today=on, demands=demands, approve_own=True
    )
    edition.approved_by_id = approved_by
    session.commit()
    return edition
