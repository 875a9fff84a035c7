"""The page from which the published notes are sent, and on which stands how the letters have gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation.models import Person
from hmswiki.outcomes import publication_operations as operations
from hmswiki.outcomes import publication_queries as queries
from hmswiki.outcomes.afterwards_views import blueprint, organised
from hmswiki.outcomes.files import Form
from hmswiki.outcomes.models import Letter, LetterKind, LetterState, Publication
from hmswiki.outcomes.publication_forms import SendForm
from hmswiki.outcomes.publication_operations import Addressee
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.mailing import can_mail
from hmswiki.web.words import _, ngettext, say
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Workshop

ATTACHED = (Form.PDF, Form.DOCX, Form.MARKDOWN)


@dataclass(frozen=True)
class LettersPage:
    """To whom the notes can be sent, and how the letters with them have gone."""

    workshop: Workshop
    published: Publication | None
    participants: Sequence[Person]
    letters: Sequence[Letter]
    can_send: bool
    now: datetime

    @property
    def with_address(self) -> list[Person]:
        return [person for person in self.participants if person.email]

    @property
    def without_address(self) -> list[Person]:
        return [person for person in self.participants if not person.email]

    @property
    def had(self) -> int:
        """Participants who have been written to about what is published now."""
        about = queries.about_notes(self.published) if self.published else ""
        addresses = {letter.address.casefold() for letter in self.letters if letter.about == about}
        return sum((person.email or "").casefold() in addresses for person in self.with_address)

    def in_state(self, *states: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.state in states]

    @property
    def sent(self) -> list[Letter]:
        return self.in_state(LetterState.SENT)

    @property
    def on_the_way(self) -> list[Letter]:
        states = (LetterState.WAITING, LetterState.CLAIMED, LetterState.HANDING_OVER)
        return [one for one in self.in_state(*states) if self.still_said(one) and one not in self.troubled]

    @property
    def troubled(self) -> list[Letter]:
        """Those that failed, and those of which nobody knows whether they arrived."""
        found = [one for one in self.in_state(LetterState.FAILED, LetterState.HANDING_OVER) if self.still_said(one)]
        return [one for one in found if not queries.in_hand(one, now=self.now)]

    @property
    def never_sent(self) -> list[Letter]:
        """Those that had not gone when the notes were taken down or published anew."""
        return [one for one in self.letters if one.state != LetterState.SENT and not self.still_said(one)]

    def still_said(self, letter: Letter) -> bool:
        return self.published is not None and letter.about == queries.about_notes(self.published)


@blueprint.get("/workshops/<key>/letters")
@access(Permission.MANAGE_WORKSHOPS)
def letters(key: str) -> str:
    return _shown(key, None)


def _shown(key: str, form: SendForm | None, *, problem: str = "") -> str:
    session = read_session()
    workshop = organised(session, key)
    page = LettersPage(
        workshop, queries.published(session, workshop), queries.participants(session, workshop),
        queries.letters(session, workshop, LetterKind.NOTES), can_send=can_mail(),
        now=clock.now(),
    )  # fmt: skip
    if form is None:
        form = SendForm(formdata=None, participants=bool(page.with_address), form=str(_attached()[0]))
        _offer(form)
    return render_template(
        "hmswiki/outcomes/letters.html", page=page, form=form, button=PageForm(formdata=None), problem=problem
    )


def _attached() -> list[Form]:
    return [form for form in ATTACHED if form.is_available]


def _offer(form: SendForm) -> None:
    names = {
        Form.PDF: _("PDF, to read and print"), Form.DOCX: _("DOCX, to work on in a word processor"),
        Form.MARKDOWN: _("Markdown, as plain text"),
    }  # fmt: skip
    form.form.choices = [(str(one), names[one]) for one in _attached()]


@blueprint.post("/workshops/<key>/letters")
@access(Permission.MANAGE_WORKSHOPS)
def send(key: str) -> Response:
    """Have the notes sent to those in groups, and to whoever is named."""
    organised(read_session(), key)
    form = SendForm()
    _offer(form)
    then, status, asked = url_for(".letters", key=key), 422, 0
    if form.validate():
        try:
            _check_can_send()
            with transaction(form.submission_id, then=then) as session:
                workshop = workshops.workshop(session, key)
                people = queries.participants(session, workshop) if form.participants.data else ()
                to = [Addressee(one.email, one.name, one.id) for one in people if one.email] + form.addressees
                if not to:
                    raise Refusal(N_("Tick who is to have the notes, or write an address."), field="named")
                asked = operations.send_notes(
                    session, workshop, to, form=form.form.data, by=known_actor(), at=clock.now()
                )  # fmt: skip
        except NotAllowed:
            raise
        except NotFound as gone:
            form.take(gone)
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            _say(asked)
            return redirect(then, 303)
    return make_response(_shown(key, form), status)


def _check_can_send() -> None:
    if not can_mail():
        raise Refusal(
            N_("This site cannot send e-mail yet. Whoever runs it sets mail_server and base_url.")
        )  # fmt: skip


def _say(asked: int) -> None:
    if asked:
        flash(
            ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", asked), "success"
        )  # fmt: skip
    else:
        flash(_("Everybody you named has been sent these notes already, so nobody gets them twice."))


@blueprint.post("/workshops/<key>/letters/again")
@access(Permission.MANAGE_WORKSHOPS)
def try_again(key: str) -> Response:
    """Try all that failed or still wait once more."""
    return _again(key, None)


@blueprint.post("/workshops/<key>/letters/<int(max=2147483647):letter_id>/again")
@access(Permission.MANAGE_WORKSHOPS)
def send_again(key: str, letter_id: int) -> Response:
    """Send one of which nobody knows whether it arrived once more."""
    return _again(key, letter_id)


def _again(key: str, letter_id: int | None) -> Response:
    organised(read_session(), key)
    form, then = PageForm(), url_for(".letters", key=key)
    try:
        _check_can_send()
        with transaction(form.submission_id, then=then) as session:
            workshop, by, at = workshops.workshop(session, key), known_actor(), clock.now()
            if letter_id is None:
                found = queries.letters(session, workshop, LetterKind.NOTES)
                asked = operations.try_again(session, workshop, found, by=by, at=at)
            else:
                letter = queries.letter(session, workshop, letter_id)
                operations.send_again(session, workshop, letter, by=by, at=at)
                asked = 1
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return make_response(_shown(key, None, problem=say(refusal)), refusal.status)
    if asked:
        _say(asked)
    return redirect(then, 303)
