"""Answers as a person reads them: the decodes of an item's list, ISO dates, numbers as entered."""

from __future__ import annotations

from collections.abc import Callable
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


def decoded(item: Item, value: Any, say: Callable[[str], str] = str) -> str:
    """A value of `item` by the decodes of its list, each of several; what the list does not hold as `shown` has it.

    `say` translates a msgid.
    """
    words = dict(options(item))
    each = value if isinstance(value, tuple) else (value,)
    return ", ".join(say(words[one]) if isinstance(one, str) and one in words else shown(one) for one in each)


def in_units(item: Item, value: Any, say: Callable[[str], str] = str) -> str:
    """The same with the unit of the item, where there is a value and a unit."""
    words = decoded(item, value, say)
    return f"{words} {item.unit}" if item.unit and value is not None else words


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
