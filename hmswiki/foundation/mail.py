"""E-mail: a plain text to one person, maybe with files. Knows no Flask: it is told which SMTP server."""

import contextlib
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

_LONGEST_ADDRESS = 320
_DOT_AT_START = re.compile(rb"(?m)^\.")


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
class Attachment:
    """A file that goes with a mail. `name` is plain ASCII; `media_type` is like "application/pdf"."""

    name: str
    data: bytes
    media_type: str
    charset: str = ""
    """Of a text; empty for any other file."""


@dataclass(frozen=True)
class Mail:
    """What is sent, and to whom."""

    to: str
    subject: str
    text: str
    to_name: str = ""
    language: str = ""
    message_id: str = ""
    """Its name among all mail, for one that may be tried again; left out, one is made."""
    attachments: tuple[Attachment, ...] = ()


class MailFailed(Exception):
    """The mail was not handed over; the message says why, in English, for whoever runs the site."""


class MailUncertain(Exception):
    """The connection broke while the mail was being handed over: it may have arrived, or not."""


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
    message["Message-ID"] = mail.message_id or new_message_id(server)
    # So that an out-of-office reply does not answer a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    # Readable as it is, and no line becomes longer than mail may have.
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    if mail.language:  # after the text, which takes headers of its kind away
        message["Content-Language"] = one_line(mail.language)
    for file in mail.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(
            file.data, maintype=main, subtype=sub, filename=file.name, cte="base64",
            params={"charset": file.charset} if file.charset else None,
        )  # fmt: skip
    return message


def new_message_id(server: MailServer) -> str:
    """A name for a mail from this server's sender, which no other mail has."""
    return make_msgid(domain=_address(server.sender_name, server.sender).domain or "localhost")


def send(server: MailServer, mail: Mail, *, at: datetime) -> None:
    """Hand one mail over. Raises MailFailed, and MailUncertain where nobody knows."""
    with connected(server) as connection:
        connection.hand_over(mail, at=at)


class Connection:
    """A mail server that is listening. Made by `connected`."""

    def __init__(self, server: MailServer, smtp: smtplib.SMTP) -> None:
        self._server = server
        self._smtp = smtp

    def hand_over(self, mail: Mail, *, at: datetime, no_way_back: Callable[[], None] = lambda: None) -> None:
        """Hand one mail over; others may follow.

        `no_way_back` is called when the server waits for the text: until then the mail certainly has not gone, from
        then on only the server's answer tells. What it raises ends the connection, and nothing is sent.
        Raises MailFailed where the server said no, MailUncertain where it said nothing after that.
        """
        text = compose(self._server, mail, at=at).as_bytes()
        sender, to = _address("", self._server.sender), _address("", mail.to)
        smtp, offered = self._smtp, False
        try:
            self._expect(smtp.mail(sender.addr_spec), 250)
            self._expect(smtp.rcpt(to.addr_spec), 250, 251)
            self._expect(smtp.docmd("data"), 354)
            try:
                no_way_back()
            except BaseException:
                smtp.close()  # it waits for a text; anything else that it is told, it would take for one
                raise
            offered = True
            # A line that begins with a dot is sent with two (RFC 5321, 4.5.2). The text ends with a line's end.
            smtp.send(_DOT_AT_START.sub(b"..", text) + b".\r\n")
            self._expect(smtp.getreply(), 250)
        except (OSError, smtplib.SMTPServerDisconnected) as problem:
            smtp.close()
            if offered:
                raise MailUncertain(f"{self._where} fell silent while it took the mail: {problem}") from problem
            raise MailFailed(f"{self._where} did not take the mail: {problem}") from problem
        except UnicodeError as problem:
            self.start_over()
            raise MailFailed(f"{self._where} cannot be told the address: {problem}") from problem

    def start_over(self) -> None:
        """Make the server forget what it was told of a mail that it did not get."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()

    @property
    def is_open(self) -> bool:
        """Whether another mail can be handed over."""
        try:
            return self._smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _expect(self, reply: tuple[int, bytes], *wanted: int) -> None:
        code, words = reply
        if code not in wanted:
            self.start_over()
            raise MailFailed(f"{self._where} did not take the mail: {code} {words.decode(errors='replace')}")


@contextlib.contextmanager
def connected(server: MailServer) -> Iterator[Connection]:
    """A connection to the server. Raises MailFailed where there is none to be had."""
    with contextlib.ExitStack() as stack:
        try:
            smtp = stack.enter_context(smtplib.SMTP(server.host, server.port, timeout=server.timeout))
            if server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if server.username:
                smtp.login(server.username, server.password or "")
            smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException, UnicodeError) as problem:
            # ssl.SSLError and timeouts are OSErrors.
            raise MailFailed(f"{server.host}:{server.port} did not take the mail: {problem}") from problem
        yield Connection(server, smtp)


def one_line(text: str) -> str:
    """`text` without line breaks and other control characters, each run of which becomes one space."""
    plain = (" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text)
    return " ".join("".join(plain).split())


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as its letters tell: `ase@example.no`."""
    try:
        found = _address("", text)
    except MailFailed:
        return False
    host = found.domain.split(".")
    return text.isascii() and len(text) <= _LONGEST_ADDRESS and bool(found.username) and len(host) > 1 and all(host)


def _address(name: str, address: str) -> Address:
    if address != one_line(address) or address.count("@") != 1:
        raise MailFailed(f"{address!r} is no e-mail address")
    try:
        return Address(display_name=one_line(name), addr_spec=address)
    except (MessageError, ValueError, IndexError) as problem:
        raise MailFailed(f"{address!r} is no e-mail address: {problem}") from problem
