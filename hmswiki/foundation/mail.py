"""E-mail: a plain text to one person, through an SMTP server. Knows no Flask: it is told which server."""

import smtplib
import ssl
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and who it is from."""

    host: str
    port: int = 25
    sender: str = "hmswiki@localhost"
    sender_name: str = ""
    starttls: bool = False
    username: str | None = None
    password: str | None = None
    timeout: float = 15.0
    """Seconds to wait for the server, at every step."""


@dataclass(frozen=True)
class Mail:
    """What is sent, and to whom."""

    to: str
    subject: str
    text: str
    to_name: str = ""
    language: str = ""


class MailFailed(Exception):
    """The mail was not handed over; the message says why, in English, for whoever runs the site."""


def compose(server: MailServer, mail: Mail, *, at: datetime) -> EmailMessage:
    """The mail with its headers. Raises MailFailed where an address is none.

    Names and subjects may hold anything that people call themselves; what could begin a header of its own
    becomes a space.
    """
    sender = _address(server.sender_name, server.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _address(mail.to_name, mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=sender.domain or "localhost")
    # So that an out-of-office reply does not answer a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    # Readable as it is, and no line becomes longer than mail may have.
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    if mail.language:  # after the text, which takes headers of its kind away
        message["Content-Language"] = one_line(mail.language)
    return message


def send(server: MailServer, mail: Mail, *, at: datetime) -> None:
    """Hand one mail over. Raises MailFailed."""
    message = compose(server, mail, at=at)
    try:
        with smtplib.SMTP(server.host, server.port, timeout=server.timeout) as smtp:
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if server.username:
                smtp.login(server.username, server.password or "")
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException, UnicodeError) as problem:
        # ssl.SSLError and timeouts are OSErrors.
        raise MailFailed(f"{server.host}:{server.port} did not take the mail: {problem}") from problem


def one_line(text: str) -> str:
    """`text` without line breaks and other control characters, each run of which becomes one space."""
    plain = (" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    return " ".join("".join(plain).split())


def _address(name: str, address: str) -> Address:
    if address != one_line(address) or address.count("@") != 1:
        raise MailFailed(f"{address!r} is no e-mail address")
    try:
        return Address(display_name=one_line(name), addr_spec=address)
    except (MessageError, ValueError, IndexError) as problem:
        raise MailFailed(f"{address!r} is no e-mail address: {problem}") from problem
