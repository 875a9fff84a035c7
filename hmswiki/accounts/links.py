"""Links to choose a password with: their addresses, and how they reach the person."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import click
from flask import Flask, current_app, has_request_context, request
from sqlalchemy.orm import Session

from hmswiki.accounts import operations, queries
from hmswiki.accounts.models import LinkPurpose
from hmswiki.accounts.operations import IssuedLink
from hmswiki.foundation import clock
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.foundation.mail import Mail, MailFailed, MailUncertain, one_line, send
from hmswiki.organisation.models import Person
from hmswiki.web.addresses import absolute
from hmswiki.web.context import settings, state
from hmswiki.web.mailing import can_mail, server
from hmswiki.web.words import _, moment, speaking

log = logging.getLogger("hmswiki")

_MAILER = "accounts.mailer"


def address(issued: IssuedLink, *, visible_to_sender: bool = False) -> str:
    """The whole address of a link.

    It begins with `base_url`. What the request calls the site is believed only where whoever sent the request
    is shown the link (`visible_to_sender`): a stranger's request must not decide where a mailed link leads.
    """
    base = request.url_root if visible_to_sender and not settings().base_url and has_request_context() else None
    endpoint = "invitation" if issued.purpose is LinkPurpose.INVITATION else "reset_link"
    return absolute(f"accounts.{endpoint}", base=base, token=issued.token)


@dataclass(frozen=True)
class Handed:
    """How a link was handed over. `mailed_to` is None where it was not mailed; `problem` says why it failed."""

    link: str
    mailed_to: str | None = None
    problem: str | None = None


def hand_over(person: Person, issued: IssuedLink) -> Handed:
    """Mail the link where that can be done. In the demo it is also printed on standard error."""
    link = address(issued, visible_to_sender=True)
    if settings().demo:
        click.echo(f"A link for {person.name} ({person.external_key}): {link}", err=True)
    if not (can_mail() and person.email):
        return Handed(link)
    try:
        send(server(), composed(person, link, issued), at=clock.now())
    except (MailFailed, MailUncertain) as failure:
        log.warning("a link for %s was not mailed: %s", person.external_key, failure)
        return Handed(link, problem=str(failure))
    return Handed(link, mailed_to=person.email)


def composed(person: Person, link: str, issued: IssuedLink) -> Mail:
    """The mail, in the person's own language: what it is, the link, until when, and what to do otherwise."""
    language = person.language if person.language in LANGUAGES else DEFAULT_LANGUAGE
    site = settings().site_name
    with speaking(language):
        if issued.purpose is LinkPurpose.INVITATION:
            subject = _("Your account in %(site)s", site=site)
            first = _("Choose a password, and you can sign in to %(site)s:", site=site)
            last = _("The link works once, until %(moment)s.", moment=moment(issued.expires_at))
        else:
            subject = _("Choose a new password in %(site)s", site=site)
            first = _("Choose a new password for %(site)s:", site=site)
            last = _(
                "The link works once, until %(moment)s. If you did not ask for it, you need do nothing.",
                moment=moment(issued.expires_at),
            )
        text = "\n\n".join([_("Hello %(name)s,", name=one_line(person.name)), first, link, last]) + "\n"
    return Mail(to=person.email or "", to_name=person.name, subject=subject, text=text, language=language)


# Asking for a link oneself


def mount(app: Flask) -> None:
    """Make the mailer of the application; its threads start when first needed."""
    state(app).extra[_MAILER] = ThreadPoolExecutor(max_workers=2, thread_name_prefix="hmswiki-mail")


def send_reset_later(name: str) -> "Future[None]":
    """Send a link to whom `name` means, if anybody, after the request is answered.

    Looking the name up, writing and mailing all happen there: how long the answer takes tells nothing.
    """
    mailer = cast(ThreadPoolExecutor, state().extra[_MAILER])
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return mailer.submit(_send_reset, app, name)


def _send_reset(app: Flask, name: str) -> None:
    try:
        with app.app_context():
            now = clock.now()
            with Session(state().engines.write, expire_on_commit=False) as session:
                person = queries.person_to_reset(session, name)
                if person is None:
                    return
                issued = operations.ask_for_link(session, person, at=now, hours=settings().link_hours)
                session.commit()
            hand_over(person, issued)
    except Exception:
        # Nobody waits for this thread's answer: the log is the only place to say it.
        log.exception("a link that was asked for could not be sent")
