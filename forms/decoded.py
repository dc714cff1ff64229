"""Answers as a person reads them: the decodes of an item's list, ISO dates, numbers as entered. No units, no translation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from forms.language import Item
from forms.text import _l

YES_NO = (("Y", _l("Yes")), ("N", _l("No")))


def options(item: Item) -> tuple[tuple[str, str], ...]:
    """The answers an item offers, code and decode, in the order shown; none for items that are typed."""
    if item.kind == "yn":
        return YES_NO
    return tuple((entry.code, entry.decode) for entry in item.codes) if item.codes else ()


def decoded(item: Item, value: Any) -> str:
    """A value of `item` by the decodes of its list, each of several; what the list does not hold as `shown` has it."""
    words = dict(options(item))
    if isinstance(value, tuple):
        return ", ".join(words.get(each, shown(each)) for each in value)
    return words.get(value, shown(value)) if isinstance(value, str) else shown(value)


def shown(value: Any) -> str:
    """A value as a person reads it: ISO dates, numbers as entered, a blank for nothing."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(shown(v) for v in value)
    return str(value.iso()) if hasattr(value, "iso") else str(value)
