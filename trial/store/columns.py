"""Columns that tables share, and how a column says that it enters the journal (`trial/store/tables.py`)."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Integer, MetaData, String

SECRET: dict[str, Any] = {"journal": "secret"}
COVERED: dict[str, Any] = {"journal": "covered"}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
Long = BigInteger().with_variant(Integer, "sqlite")


def sha256(name: str, **options: Any) -> Column[str]:
    return Column(
        name, String(64), CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"), nullable=False, **options
    )


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=True, name=f"{name}_is_boolean"), nullable=False, default=False)


def person_id(name: str, nullable: bool = True) -> Column[int]:
    return Column(name, ForeignKey("person.id"), nullable=nullable)


def participant_id(**options: Any) -> Column[str]:
    return Column("participant", ForeignKey("participant.id"), **{"nullable": False} | options)


def crf_key(**options: Any) -> tuple[Column[Any], ...]:
    return (
        Column("participant", String(32), nullable=False, **options),
        Column("event", String(16), nullable=False, **options),
        Column("form", String(16), nullable=False, **options),
        Column("occurrence", Integer, nullable=False, **options),
    )


CRF_KEY = ("participant", "event", "form", "occurrence")
