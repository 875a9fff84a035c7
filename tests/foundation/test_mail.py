"""Mail, handed over to a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from hmswiki.foundation.mail import Attachment, Mail, MailFailed, MailServer, compose, send
from tests.support.mail import Mailbox, mailbox, text_of
from tests.support.postgresql import free_port

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
LINK = "https://hms.example.no/accounts/invitation/" + "x" * 43


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def server(box: Mailbox, **more: Any) -> MailServer:
    return MailServer("127.0.0.1", box.port, sender="hms@example.no", sender_name="HMS ved fakultetet", **more)


def test_a_mail_arrives_with_its_letters_and_its_link_whole(box: Mailbox) -> None:
    mail = Mail(
        to="ase@example.no", to_name="Åse Ærlig", subject="Velg et nytt passord i Sjøblå", language="nb",
        text=f"Hei Åse,\n\n{LINK}\n",
    )  # fmt: skip

    send(server(box), mail, at=AT)

    (message,) = box.messages
    assert message["To"].addresses == (Address("Åse Ærlig", "ase", "example.no"),)
    assert message["From"].addresses == (Address("HMS ved fakultetet", "hms", "example.no"),)
    assert message["Subject"] == "Velg et nytt passord i Sjøblå"
    assert text_of(message).splitlines() == ["Hei Åse,", "", LINK]
    assert parsedate_to_datetime(message["Date"]) == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "nb"
    assert message["Message-ID"].endswith("@example.no>")


def test_files_arrive_byte_for_byte_beside_the_text(box: Mailbox) -> None:
    files = (
        Attachment("notater.pdf", b"%PDF-\r\n.\r\n\x00\xff" * 500, "application/pdf"),
        Attachment("notater.md", "# Årsmøte\n.\n".encode(), "text/markdown", charset="utf-8"),
    )

    send(
        server(box), Mail(to="a@example.no", subject="Notater", text="Hei.\n", language="nb", attachments=files), at=AT
    )

    (message,) = box.messages
    assert text_of(message).strip() == "Hei."
    first, second = message.iter_attachments()
    assert (first.get_filename(), first.get_content_type(), first.get_content()) == (
        "notater.pdf", "application/pdf", files[0].data
    )  # fmt: skip
    assert (second.get_filename(), second.get_content_type()) == ("notater.md", "text/markdown")
    assert second.get_payload(decode=True) == files[1].data
    assert message["Message-ID"] and message["Auto-Submitted"] == "auto-generated"


def test_a_name_cannot_bring_a_header_or_a_recipient_of_its_own(box: Mailbox) -> None:
    evil = 'Eva"\r\nBcc: everybody@example.org, <other@example.org>\u2028X: y'

    send(server(box), Mail(to="eva@example.no", to_name=evil, subject=f"Hei {evil}", text="."), at=AT)

    (message,), (envelope,) = box.messages, box.envelopes
    assert envelope.rcpt_tos == ["eva@example.no"]
    assert [address.addr_spec for address in message["To"].addresses] == ["eva@example.no"]
    assert message["Bcc"] is None
    assert message["X"] is None
    assert message["To"].addresses[0].display_name == 'Eva" Bcc: everybody@example.org, <other@example.org> X: y'


@pytest.mark.parametrize(
    "address",
    ["", "eva", "eva@", "@example.no", "eva@example.no, other@example.org", "eva@example.no\r\nBcc: x@example.org",
     "<eva@example.no>", "e va@example.no"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_sent(box: Mailbox, address: str) -> None:
    with pytest.raises(MailFailed, match="is no e-mail address"):
        send(server(box), Mail(to=address, subject="Hei", text="."), at=AT)

    assert box.messages == []


def test_a_server_that_is_not_there_is_named() -> None:
    port = free_port()

    with pytest.raises(MailFailed, match=f"127.0.0.1:{port} did not take the mail: .*refused"):
        send(MailServer("127.0.0.1", port), Mail(to="eva@example.no", subject="Hei", text="."), at=AT)


def test_a_server_that_refuses_is_quoted(box: Mailbox) -> None:
    box.refuse = "552 The mailbox is full"

    with pytest.raises(MailFailed, match="The mailbox is full"):
        send(server(box), Mail(to="eva@example.no", subject="Hei", text="."), at=AT)


def test_nothing_is_said_in_the_clear_where_encryption_is_asked_for_and_not_offered(box: Mailbox) -> None:
    with pytest.raises(MailFailed, match="STARTTLS"):
        send(
            server(box, starttls=True, username="wiki", password="secret"),
            Mail(to="e@example.no", subject="", text=""),
            at=AT,
        )

    assert box.messages == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:Session.login_data")
def test_a_server_that_asks_who_it_is_gets_name_and_password() -> None:
    mail = Mail(to="eva@example.no", subject="Hei", text="Hei")
    with mailbox(login=("wiki", "hemmelig")) as box:
        send(server(box, username="wiki", password="hemmelig"), mail, at=AT)
        with pytest.raises(MailFailed, match="Authentication"):
            send(server(box, username="wiki", password="feil"), mail, at=AT)

    assert len(box.messages) == 1


def test_long_lines_and_long_names_do_not_make_long_lines_in_the_mail() -> None:
    mail = Mail(to="eva@example.no", to_name="Å" * 300, subject="Ø" * 300, text="æ" * 5000)

    written = compose(MailServer("127.0.0.1", sender="hms@example.no"), mail, at=AT).as_bytes()

    assert max(len(line) for line in written.split(b"\r\n")) <= 998
