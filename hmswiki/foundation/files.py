"""Files that people bring: photos and attachments, kept in the database under their SHA-256.

In the database, so that a file and the fact that it belongs to are saved together or not at all, and so that several
workers see the same ones.
"""

import hashlib
from datetime import datetime

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from hmswiki.foundation.database import Base


class StoredFile(Base):
    """A file's bytes. The same bytes are kept once, whoever brought them."""

    __tablename__ = "hms_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    stored_at: Mapped[datetime]


def keep(session: Session, data: bytes, media_type: str, *, at: datetime) -> StoredFile:
    """The stored file with these bytes, which is made where there is none."""
    sha256 = hashlib.sha256(data).hexdigest()
    found = session.get(StoredFile, sha256)
    if found is None:
        found = StoredFile(sha256=sha256, media_type=media_type, size=len(data), data=data, stored_at=at)
        try:
            with session.begin_nested():
                session.add(found)
                session.flush()
        except IntegrityError:  # somebody else keeps the same bytes at this moment
            found = session.scalars(select(StoredFile).where(StoredFile.sha256 == sha256)).one()
    return found
