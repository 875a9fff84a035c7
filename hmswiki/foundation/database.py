"""The declarative base, names of constraints, and the column types that both databases share."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Executable, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

TABLE_PREFIX = "hms_"

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, to the microsecond. Takes any aware datetime, gives it back in UTC.

    A naive datetime is a programming error and raises ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no offset: an instant must say where it is")
        value = value.astimezone(UTC)
        # SQLite compares times as text, and keeps no offset: all are written in UTC.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One of the words of an enumeration, kept as text and given back as what it is, so that `is` may be asked."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum], length: int = 20) -> None:
        super().__init__(length)
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


# A text in one language, or the same in several: "Kjemi" or {"nb": "Kjemi", "en": "Chemistry"}.
Wording = str | Mapping[str, str]


# None is NULL in the database too, not the JSON text "null".
_JSON = JSON(none_as_null=True)


class Base(DeclarativeBase):
    """Every table of hmswiki. Plain SQLAlchemy: it exists before any app and runs on any engine."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: _JSON, list[Any]: _JSON, Wording: _JSON}


def fetch(session: Session, statement: Executable, **values: Any) -> Sequence[Any]:
    """What a select of columns gives, in the session's transaction, after what is pending in it is written.

    For what every page asks: `statement` stands in its module and is put together once, and its rows come without
    the ORM's way around. That is a tenth of the work of a select that is written down where it is asked.
    """
    session.flush()  # does nothing where nothing is pending
    return session.connection().execute(statement, values).all()
