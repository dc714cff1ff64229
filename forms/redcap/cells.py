"""One answer as the cells REDCap's raw export has for it, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from forms.language import Item
from forms.odm13.values import read_value
from forms.redcap.choices import checkbox_column

_YES_NO = {"1": "Y", "0": "N"}
_SHOWN = {"Y": "1", "N": "0"}


def columns_of(item: Item) -> tuple[str, ...]:
    """The columns of an item: one, or one for each box."""
    if item.kind == "multi" and item.codes is not None:
        return tuple(checkbox_column(item.oid, code) for code in item.codes.values)
    return (item.oid,)


def missing_columns(item: Item, codes: Iterable[str]) -> Mapping[str, str]:
    """The boxes REDCap adds to a checkbox for the project's codes for missing data: column to code; none for another item."""
    return {checkbox_column(item.oid, code): code for code in codes} if item.kind == "multi" else {}


def read_cells(item: Item, cells: Mapping[str, str]) -> Any:
    """The typed answer, None where every cell is blank. Raises ValueError where they are no answer of the item."""
    if item.kind == "multi" and item.codes is not None:
        return _boxes(item, cells)
    text = cells.get(item.oid, "")
    return _READ.get(item.kind, _text)(item, text) if text else None


def write_cells(item: Item, value: Any) -> Iterator[tuple[str, str]]:
    """Column and cell. A checkbox that was answered says 0 of every box that is not ticked."""
    if item.kind == "multi" and item.codes is not None:
        for column, code in zip(columns_of(item), item.codes.values, strict=True):
            yield column, "1" if code in value else "0"
    else:
        yield item.oid, _WRITE.get(item.kind, str)(value)


def _boxes(item: Item, cells: Mapping[str, str]) -> tuple[str, ...] | None:
    assert item.codes is not None
    found = [(code, cells.get(column, "")) for column, code in zip(columns_of(item), item.codes.values, strict=True)]
    if odd := next((text for _, text in found if text not in ("", "0", "1")), None):
        raise ValueError(f"{odd[:40]!r} is neither 0 nor 1")
    return tuple(code for code, text in found if text == "1") if any(text for _, text in found) else None


def _text(item: Item, text: str) -> str:
    return text


def _code(item: Item, text: str) -> str:
    if item.codes is not None and text not in item.codes:
        raise ValueError(f"{text[:40]!r} is not a code of {item.oid}")
    return text


def _yes_no(item: Item, text: str) -> str:
    if text not in _YES_NO:
        raise ValueError(f"{text[:40]!r} is neither 0 nor 1")
    return _YES_NO[text]


def _decimal(item: Item, text: str) -> Any:
    # REDCap takes ".34"; our decimals have a digit before the point.
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return read_value("float", f"{sign}0{digits}" if digits.startswith(".") else text)


def _file(item: Item, text: str) -> Any:
    raise ValueError("the contents of the file are not here")


_READ: Mapping[str, Callable[[Item, str], Any]] = {
    "int": lambda item, text: read_value("integer", text),
    "decimal": _decimal,
    "date": lambda item, text: read_value("date", text),
    "pdate": lambda item, text: read_value("partialDate", text),
    "code": _code,
    "yn": _yes_no,
    "file": _file,
    "calc": lambda item, text: None,
}
_WRITE: Mapping[str, Callable[[Any], str]] = {
    "yn": lambda value: _SHOWN.get(value, value),
    "decimal": lambda value: format(value, "f"),
    "date": lambda value: str(value.isoformat()),
    "pdate": lambda value: str(value.iso()),
    "datetime": lambda value: value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    "multi": lambda value: " ".join(value),
    "file": lambda value: str(value.name),
}
