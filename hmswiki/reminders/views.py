"""The page of the reminders: what the next run would send, and how the last ones went."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.reminders import operations, queries, sending
from hmswiki.reminders.forms import AgainForm, RemindForm
from hmswiki.reminders.models import Reminder
from hmswiki.reminders.queries import Week
from hmswiki.rounds import campaigns
from hmswiki.schedules import queries as schedule_queries
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.mailing import can_mail
from hmswiki.web.words import _, count_in_words, ngettext, say

blueprint = FeatureBlueprint("reminders", __name__, url_prefix="/reminders")


@dataclass(frozen=True)
class RemindersPage:
    """What goes out next, and what went."""

    letters: int
    lines: int
    without_address: int
    had: int
    weeks: list[Week]
    troubled: list[Reminder]
    can_send: bool
    """Whether mail can be sent from this site at all."""

    @property
    def headline(self) -> str:
        if not self.letters:
            return _("Nobody needs a reminder now.")
        return ngettext(
            "One person gets a reminder in the next run.", "%(count)s people get a reminder in the next run.",
            self.letters, count=count_in_words(self.letters).capitalize(),
        )  # fmt: skip


@blueprint.get("/")
@access(Permission.MANAGE_REMINDERS)
def index() -> str:
    """Counts only: what waits for whom is theirs to read."""
    return _page()


def _page(problem: str = "") -> str:
    planned = sending.plan()
    session, letters = read_session(), planned.to_send
    without = len(planned.without_address)
    page = RemindersPage(
        letters=len(letters), lines=sum(len(letter.lines) for letter in letters), without_address=without,
        had=len(planned.letters) - len(letters) - without, weeks=queries.weeks(session),
        troubled=list(queries.troubled(session, planned.week)),
        can_send=can_mail(),
    )  # fmt: skip
    return render_template("hmswiki/reminders/index.html", page=page, form=AgainForm(), problem=problem)


@blueprint.post("/<int(max=2147483647):reminder_id>/again")
@access(Permission.MANAGE_REMINDERS)
def again(reminder_id: int) -> Response | tuple[str, int]:
    """Let the next run send it once more."""
    form, then = AgainForm(), url_for(".index")
    try:
        with transaction(form.submission_id, then=then) as session:
            if session.get(Reminder, reminder_id) is None:
                raise NotFound(N_("There is no such message."))
            reminder = operations.send_again(session, reminder_id, by=known_actor())
            name = reminder.person.name
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(say(refusal)), refusal.status
    flash(_("The next run sends the message to %(name)s again.", name=name))
    return redirect(then, 303)


@blueprint.post("/campaigns/<key>/<occurrence>")
@access(Permission.MANAGE_REMINDERS)
def remind_campaign(key: str, occurrence: str) -> Response:
    """Have the next run remind those to whom the campaign's missing rounds fall, due soon or not."""
    form, then = RemindForm(), url_for("hmswiki.rounds.campaign", key=key, occurrence=occurrence)
    with transaction(form.submission_id, then=then) as session:
        now = clock.now()
        schedule = schedule_queries.schedule(session, key)
        seen = campaigns.campaign(session, schedule, occurrence, known_actor(), today=today(), known_at=now)
        missing = [one for one in seen.missing if not one.is_coming]
        does = schedule_queries.who_does(
            session, schedule, [one.subject for one in missing], today(), occurrence=occurrence, known_at=now
        )
        wanted = [(person.id, one.key) for one in missing for person in does.get(one.subject.slot, ())]
        people = len({person_id for person_id, _ in wanted})
        operations.ask_for(session, wanted, by=known_actor(), at=now)
    vacant = sum(not does.get(one.subject.slot) for one in missing)
    flash(
        ngettext(
            "The next run reminds one person.", "The next run reminds %(count)s people.", people,
            count=count_in_words(people),
        )
    )  # fmt: skip
    if vacant:
        flash(
            ngettext(
                "In one place nobody is there to remind: the role is vacant.",
                "In %(num)s places nobody is there to remind: the role is vacant.", vacant,
            )
        )  # fmt: skip
    return redirect(then, 303)
