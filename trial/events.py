"""All that can happen: frozen dataclasses, each with a tag `source:subject:action`.

    @dataclass(frozen=True)
    class CrfSaved(Event, tag="site:crf:saved"):
        form: str
        reason: str | None

    uow.record(CrfSaved("IC", None, participant="VG-01-0007"))

An event says what a person or the system did, in the trial's words; the rows written for it travel beside it in the journal.
"""

import re
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

TAG = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
REGISTRY: dict[str, type["Event"]] = {}
_PLAIN = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True)
class Event:
    """Base of all events. `participant` is None for what concerns no participant (a site, a role, a model)."""

    tag: ClassVar[str]
    participant: str | None = field(default=None, kw_only=True)

    def __init_subclass__(cls, *, tag: str, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not TAG.fullmatch(tag):
            raise ValueError(f"{cls.__name__}: a tag reads source:subject:action, not {tag!r}")
        if tag in REGISTRY:
            raise ValueError(f"{cls.__name__}: the tag {tag!r} belongs to {REGISTRY[tag].__name__}")
        cls.tag = tag
        REGISTRY[tag] = cls

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values, without `participant`, which the journal entry holds itself."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "participant"}


def plain(value: Any) -> Any:
    """`value` as JSON would hold it, exactly: decimals and dates as text, instants in UTC with microseconds.

    Raises TypeError for what has no exact form (a float has: Python prints the shortest text that reads back the same).
    """
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return plain(value.value)
        case bool() | int() | float() | str():
            return value
        case datetime():
            return stamp(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    return _gathered(value)


def _gathered(value: Any) -> Any:
    match value:
        case dict():
            return {str(plain(k)): plain(v) for k, v in value.items()}
        case list() | tuple():
            return [plain(v) for v in value]
        case set() | frozenset():
            return sorted(plain(v) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def stamp(instant: datetime) -> str:
    """An aware instant as `2026-03-01T12:30:00.000000Z`: fixed width, so that text order is time order.

    Raises ValueError for an instant without a zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone cannot be stored")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
