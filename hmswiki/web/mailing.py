"""The mail server of this application's settings."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, SetupProblem
from hmswiki.foundation.mail import MailServer
from hmswiki.web.context import settings, state


def server() -> MailServer:
    """Where mail is handed over, as the settings say."""
    current = settings()
    return MailServer(
        host=current.mail_server or "", port=current.mail_port, sender=current.mail_from,
        sender_name=current.site_name, starttls=current.mail_starttls, username=current.mail_username,
        password=current.mail_password,
    )  # fmt: skip


def can_mail() -> bool:
    """Whether mail can be sent: that takes a server, and an address of our own to write in the mail."""
    return settings().mail_server is not None and settings().base_url is not None


def check_setup() -> None:
    """Raises SetupProblem where no mail can be sent, or where its links would lead nowhere."""
    if settings().mail_server is None:
        raise SetupProblem(N_("No mail can be sent: set mail_server (docs/settings.md)."))
    if settings().base_url is None:
        raise SetupProblem(N_("The links in the mail would lead nowhere: set base_url to the site's public address."))


@contextmanager
def step() -> Iterator[Session]:
    """A transaction of its own for one step of sending, committed at the end."""
    with Session(state().engines.write, expire_on_commit=False) as session:
        yield session
        session.commit()
