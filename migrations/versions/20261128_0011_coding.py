"""Coding: dictionaries and their terms, synonyms, codings with their history, and the verbatim terms as they stand."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261128_0011"
down_revision = "20261128_0010"
branch_labels = None
depends_on = None

CRF_KEY = ("participant", "event", "form", "occurrence")
TABLES = ("verbatim", "coding", "synonym", "dictionary_word", "dictionary_term", "dictionary")


def _bytewise(length: int) -> Any:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id"))


def _dictionary(name: str = "dictionary", **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("dictionary.id"), nullable=False, **options)


def _crf_key(**options: Any) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("participant", sa.String(32), nullable=False, **options),
        sa.Column("event", sa.String(16), nullable=False, **options),
        sa.Column("form", sa.String(16), nullable=False, **options),
        sa.Column("occurrence", sa.Integer, nullable=False, **options),
    )


def upgrade() -> None:
    _dictionaries()
    op.create_table(
        "synonym",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("folded", sa.String(400), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("term", sa.Text, nullable=False),
        _person("by"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("removed_at", sa.String(27)),
        _person("removed_by"),
        sa.Column("removed_because", sa.Text),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name="removed_with_a_reason"),
        sa.Index(None, "kind", "folded"),
    )
    _codings()
    op.create_table(
        "verbatim",
        *_crf_key(primary_key=True),
        sa.Column("path", sa.String(120), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("folded", _bytewise(400), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["participant"], ["participant.id"]),
        sa.CheckConstraint("state IN ('uncoded', 'proposed', 'recode', 'approved')", name="state_known"),
        sa.Index(None, "kind", "folded"),
        sa.Index(None, "state"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _dictionaries() -> None:
    op.create_table(
        "dictionary",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("terms", sa.Integer),
        sa.Column("terms_sha256", sa.String(64)),
        sa.Column("problems", sa.Text),
        _person("by"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27)),
        sa.CheckConstraint("kind IN ('meddra', 'whodrug')", name="kind_known"),
        sa.CheckConstraint("state IN ('loading', 'refused', 'ready', 'current', 'retired')", name="state_known"),
        sa.CheckConstraint("(state IN ('loading', 'refused')) = (terms_sha256 IS NULL)", name="whole_with_its_digest"),
    )
    op.create_table(
        "dictionary_term",
        _dictionary(primary_key=True),
        sa.Column("level", _bytewise(4), primary_key=True),
        sa.Column("code", _bytewise(16), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("folded", _bytewise(400), nullable=False),
        sa.Column("parent", sa.String(16)),
        sa.Column("current", sa.Boolean(create_constraint=True, name="current_is_boolean"), nullable=False),
        sa.Column("paths", sa.Text),
        sa.Index(None, "dictionary", "level", "folded"),
    )
    op.create_table(
        "dictionary_word",
        _dictionary(primary_key=True),
        sa.Column("word", _bytewise(60), primary_key=True),
        sa.Column("code", _bytewise(16), primary_key=True),
    )


def _codings() -> None:
    op.create_table(
        "coding",
        sa.Column("id", sa.Integer, primary_key=True),
        *_crf_key(),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("verbatim", sa.Text, nullable=False),
        _dictionary(),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        _dictionary("valid_in"),
        sa.Column("how", sa.String(8), nullable=False),
        sa.Column("synonym", sa.Integer, sa.ForeignKey("synonym.id")),
        sa.Column("reason", sa.Text),
        sa.Column("state", sa.String(12), nullable=False),
        _person("by"),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        _person("approved_by"),
        sa.Column("approved_role", sa.String(40)),
        sa.Column("approved_at", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sa.Column("ended_because", sa.Text),
        sa.ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
        sa.CheckConstraint("how IN ('auto', 'synonym', 'person')", name="how_known"),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'superseded', 'rejected')", name="state_known"),
        sa.CheckConstraint(
            "(state IN ('superseded', 'rejected')) = (ended_at IS NOT NULL)", name="ended_with_its_state"
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_with_a_reason"),
        sa.CheckConstraint("state <> 'approved' OR approved_at IS NOT NULL", name="approved_by_somebody"),
        sa.Index(None, "participant", "state"),
        sa.Index(None, "kind", "state"),
    )
