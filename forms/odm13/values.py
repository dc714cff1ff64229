"""Values of ODM 1.3 data types as typed answers."""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from forms.codelist import Code, Codelist
from forms.dates import PartialDate

KINDS: Mapping[str, str] = {
    "integer": "int",
    "float": "decimal",
    "double": "decimal",
    "date": "date",
    "partialDate": "pdate",
    "datetime": "datetime",
    # ODM writes truth as 1 and 0, and conditions compare it with "1": it stays a code, as written.
    "boolean": "code",
}
"""Our item kind for an ODM data type; every other type is kept as text."""

BOOLEAN = Codelist("BOOLEAN", (Code("1", "yes"), Code("0", "no")), "ODM 1.3.2, boolean")


def read_value(data_type: str, text: str) -> Any:
    """The typed answer of a text; raises ValueError where the text is no value of the type."""
    return _READ.get(KINDS.get(data_type, ""), str)(text)


def _integer(text: str) -> int:
    return int(_matching(r"-?[0-9]{1,18}", text))


def _decimal(text: str) -> Decimal:
    return Decimal(_matching(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text))


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(_matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


def _instant(text: str) -> datetime.datetime:
    instant = datetime.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return instant.astimezone(datetime.UTC)


def _truth(text: str) -> str:
    return {"true": "1", "false": "0"}.get(text, text)


def _matching(shape: str, text: str) -> str:
    if not re.fullmatch(shape, text):
        raise ValueError(f"{text[:40]!r} is not of the shape {shape}")
    return text


_READ: Mapping[str, Callable[[str], Any]] = {
    "int": _integer,
    "decimal": _decimal,
    "date": _date,
    "pdate": PartialDate.parse,
    "datetime": _instant,
    "code": _truth,
}
