"""What tables are made of: identifiers, times, choices, and columns of one meaning each."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Enum, Float, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator


def content_id(*parts: object) -> str:
    """Return the identifier that these parts always give: 24 hexadecimal digits of a SHA-256."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class UtcTime(TypeDecorator):
    """A moment in UTC; kept without a zone where the database has none, always read back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(*values: str) -> Enum:
    """Return a text type that admits only these values, checked by the database too."""
    return Enum(*values, native_enum=False, create_constraint=True, length=max(map(len, values)))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(column_0_name)s",
    }
)

IDENTIFIER = String(24)
NAME = String(80)


def key(name: str, comment: str, type_=IDENTIFIER) -> Column:
    return Column(name, type_, primary_key=True, comment=comment)


def share(name: str, comment: str, nullable: bool = False) -> Column:
    return Column(name, Float, nullable=nullable, comment=comment, info={"between": (0, 1)})


def stance_number(name: str, comment: str, nullable: bool = True) -> Column:
    return Column(name, Float, nullable=nullable, comment=comment, info={"between": (-1, 1)})


def count(name: str, comment: str) -> Column:
    return Column(name, Integer, nullable=False, comment=comment, info={"between": (0, None)})


def moment(name: str, comment: str, nullable: bool = False, volatile: bool = False) -> Column:
    return Column(name, UtcTime, nullable=nullable, comment=comment, info={"volatile": volatile})
