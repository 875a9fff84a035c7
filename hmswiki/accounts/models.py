"""Tables of accounts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hmswiki.foundation.database import Base
from hmswiki.organisation.models import Person


class Account(Base):
    """A person's way in. Without a password hash nobody can sign in until an invitation is taken up."""

    __tablename__ = "hms_accounts"

    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), primary_key=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class SignIn(Base):
    """A session that can be listed and revoked. The cookie holds the token; here is only its SHA-256."""

    __tablename__ = "hms_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Kept to the hour, so that reading a page does not write."""
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(Text, default="")
    """Browser and system in a few words, from the User-Agent; no address is kept."""

    person: Mapped[Person] = relationship()


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


class Link(Base):
    """An invitation or reset link: used once, for a time. Only its SHA-256 is kept."""

    __tablename__ = "hms_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class SignInAttempt(Base):
    """A failed try, to slow guessing down. `bucket` is a keyed hash of the name or address tried."""

    __tablename__ = "hms_sign_in_attempts"
    __table_args__ = (Index("ix_hms_sign_in_attempts_bucket_tried_at", "bucket", "tried_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime]
