"""The mail server of this application's settings."""

from hmswiki.foundation.mail import MailServer
from hmswiki.web.context import settings


def server() -> MailServer:
    """Where mail is handed over, as the settings say."""
    current = settings()
    return MailServer(
        host=current.mail_server or "", port=current.mail_port, sender=current.mail_from,
        sender_name=current.site_name, starttls=current.mail_starttls, username=current.mail_username,
        password=current.mail_password,
    )  # fmt: skip
