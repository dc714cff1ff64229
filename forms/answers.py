"""Answers as they are kept: typed in memory, readable text in JSON. One codec an item kind, exact both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from forms.dates import PartialDate

MISSING_REASONS = ("ND", "UNK", "NA")
"""Why an item has no value: not done, unknown, not applicable (CDISC CT C66789 ND; C17998, C48660)."""


@dataclass(frozen=True)
class FileRef:
    """An uploaded file: content digest, name as given, size in bytes."""

    sha256: str
    name: str
    size: int


@dataclass(frozen=True)
class Row:
    """A row of a repeating group. `id` is permanent from the first save; position is not."""

    id: str
    items: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NotDone:
    """A whole form that was not done: a reason in words and the date that was recorded, if any."""

    reason: str
    on: date | None = None


@dataclass(frozen=True)
class Answers:
    """Everything one saved revision says. Items left blank are absent, never empty text."""

    items: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    not_done: NotDone | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)
    removed: str | None = None

    def row(self, group: str, row_id: str) -> Row | None:
        """Return the row with that permanent id."""
        return next((r for r in self.groups.get(group, ()) if r.id == row_id), None)


@dataclass(frozen=True)
class Crf:
    """One revision of one form instance of a participant."""

    form: str
    version: int
    event: str
    occurrence: int
    number: int
    answers: Answers

    @property
    def address(self) -> str:
        """FORM/EVENT/OCCURRENCE: what links and signatures point at."""
        return f"{self.form}/{self.event}/{self.occurrence}"

    @property
    def counts(self) -> bool:
        """Whether its values are part of the record: neither removed nor "not done"."""
        return self.answers.removed is None and self.answers.not_done is None


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_ENCODE: Mapping[str, Callable[[Any], Any]] = {
    "decimal": str,
    "date": date.isoformat,
    "pdate": lambda v: v.iso(),
    "datetime": _instant,
    "multi": list,
    "file": lambda v: {"sha256": v.sha256, "name": v.name, "size": v.size},
}
_DECODE: Mapping[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "date": date.fromisoformat,
    "pdate": PartialDate.parse,
    "datetime": datetime.fromisoformat,
    "multi": tuple,
    "file": lambda v: FileRef(v["sha256"], v["name"], v["size"]),
}


def encode(kind: str, value: Any) -> Any:
    """Return the JSON form of a typed answer of an item kind."""
    return _ENCODE.get(kind, lambda v: v)(value)


def decode(kind: str, data: Any) -> Any:
    """Return the typed answer that `encode` wrote."""
    return _DECODE.get(kind, lambda v: v)(data)


def to_json(answers: Answers, kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return the document that is stored. `kinds` maps each item of the form version to its kind."""
    document: dict[str, Any] = {"items": {k: encode(kinds[k], v) for k, v in answers.items.items()}}
    if answers.groups:
        document["groups"] = {g: [_row_json(r, kinds) for r in rows] for g, rows in answers.groups.items()}
    for name in ("missing", "confirmed"):
        if getattr(answers, name):
            document[name] = dict(getattr(answers, name))
    if answers.not_done:
        day = answers.not_done.on
        document["not_done"] = {"reason": answers.not_done.reason, "on": day.isoformat() if day else None}
    if answers.removed is not None:
        document["removed"] = answers.removed
    return document


def _row_json(row: Row, kinds: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"id": row.id, "items": {k: encode(kinds[k], v) for k, v in row.items.items()}}
    if row.missing:
        data["missing"] = dict(row.missing)
    return data


def _row(data: Mapping[str, Any], kinds: Mapping[str, str]) -> Row:
    return Row(data["id"], {k: decode(kinds[k], v) for k, v in data["items"].items()}, data.get("missing", {}))


def from_json(document: Mapping[str, Any], kinds: Mapping[str, str]) -> Answers:
    """Return the answers `to_json` wrote under the same form version."""
    off = document.get("not_done")
    return Answers(
        items={k: decode(kinds[k], v) for k, v in document["items"].items()},
        missing=document.get("missing", {}),
        groups={g: tuple(_row(r, kinds) for r in rows) for g, rows in document.get("groups", {}).items()},
        not_done=NotDone(off["reason"], date.fromisoformat(off["on"]) if off["on"] else None) if off else None,
        confirmed=document.get("confirmed", {}),
        removed=document.get("removed"),
    )
