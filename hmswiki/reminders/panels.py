"""What reminders show on others' pages: the button that reminds those who have not delivered."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from hmswiki.foundation.permissions import Permission
from hmswiki.reminders.forms import RemindForm
from hmswiki.rounds.campaigns import Campaign
from hmswiki.web.access import allowed
from hmswiki.web.context import settings


def campaign(*, campaign: Campaign, **context: Any) -> Markup | None:
    """For central HSE, while something is missing; where no mail can be sent, it says so."""
    missing = [one for one in campaign.missing if not one.is_coming]
    if not missing or not allowed(Permission.MANAGE_REMINDERS):
        return None
    return Markup(
        render_template(
            "hmswiki/reminders/_campaign.html", campaign=campaign, missing=len(missing), form=RemindForm(),
            can_send=settings().mail_server is not None,
        )
    )  # fmt: skip
