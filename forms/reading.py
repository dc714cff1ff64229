"""Typed text to answers: the one parse on write, for the screen, imports and the command line alike.

Nothing is guessed. Text that looks like a number in another writing (decimal comma, full-width digits, Chinese full stop) is
refused with the value it probably means, because a silently converted number is a wrong number nobody typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from forms.answers import MISSING_REASONS, FileRef
from forms.dates import DateProblem, PartialDate
from forms.language import Item
from forms.text import _l

LONGEST_TEXT = 10_000
"""Characters kept in one text item; a narrative fits, a pasted file does not."""
LONGEST_SHORT = 400

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_LINK = re.compile(r"[A-Z0-9]{2,8}/[A-Z0-9-]{2,12}/[0-9]{1,4}")
# Bidirectional controls make text read otherwise than it is stored (CVE-2021-42574).
_REVERSING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PUNCTUATION = str.maketrans({"。": ".", "、": ",", "，": ",", "．": ".", "－": "-", "—": "-", "：": ":", "·": "."})


@dataclass
class Unreadable(Exception):
    """Text that is no answer to this item. `message` is a msgid, `args_` its values."""

    message: str
    args_: Mapping[str, Any]


def read(item: Item, raw: Any) -> Any:
    """Return the typed answer, or None for a blank. Raises Unreadable."""
    if raw is None or raw == "" or raw == []:
        return None
    if item.kind in ("multi", "file"):
        return _READERS[item.kind](item, raw)
    if not isinstance(raw, str):
        raise Unreadable(_l("This is not text."), {})
    _refuse_unstorable(raw, LONGEST_TEXT if item.kind == "text" else LONGEST_SHORT)
    return None if not raw.strip() else _READERS[item.kind](item, raw.strip())


def read_reason(raw: Any) -> str | None:
    """Return the reason code for a missing answer, or None. Raises Unreadable for any other code."""
    if raw in (None, ""):
        return None
    if raw not in MISSING_REASONS:
        raise Unreadable(_l("“%(typed)s” is not a reason for a missing answer."), {"typed": _short(raw)})
    return str(raw)


def read_words(raw: Any) -> str:
    """Return free text that is not an item: a reason, a remark. Raises Unreadable."""
    if not isinstance(raw, str):
        raise Unreadable(_l("This is not text."), {})
    _refuse_unstorable(raw, LONGEST_TEXT)
    return raw.strip()


def _short(raw: Any) -> str:
    return str(raw)[:60]


def _refuse_unstorable(raw: str, longest: int) -> None:
    if len(raw) > longest:
        raise Unreadable(
            _l("This is too long: %(length)d characters, at most %(most)d are kept."),
            {"length": len(raw), "most": longest},
        )
    for character in raw:
        if character in _REVERSING:
            raise Unreadable(
                _l("This holds a hidden character that reverses the reading direction (%(name)s). Please retype it."),
                {"name": f"U+{ord(character):04X}"},
            )
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t":
            raise Unreadable(
                _l("This holds an invisible control character (%(name)s). Please retype it."),
                {"name": f"U+{ord(character):04X}"},
            )


def _plain(text: str) -> str:
    """The text as it would be on an English keyboard."""
    return unicodedata.normalize("NFKC", text.translate(_PUNCTUATION)).strip()


def _text(item: Item, text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _number(text: str) -> Decimal:
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    plain = _plain(text)
    meant = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    if _NUMBER.fullmatch(meant):
        raise Unreadable(
            _l("“%(typed)s” is written with a comma or other signs. Decimals take a point: did you mean %(meant)s?"),
            {"typed": _short(text), "meant": meant},
        )
    raise Unreadable(_l("“%(typed)s” is not a number."), {"typed": _short(text)})


def _integer(item: Item, text: str) -> int:
    value = _number(text)
    if "." in text:
        raise Unreadable(_l("This takes a whole number, without decimals."), {})
    return int(value)


def _decimal(item: Item, text: str) -> Decimal:
    value = _number(text)
    places = -int(value.as_tuple().exponent)
    if item.places is not None and places > item.places:
        raise Unreadable(
            _l("At most %(places)d decimals are kept here; %(typed)s has %(given)d."),
            {"places": item.places, "typed": text, "given": places},
        )
    return value


_DATE_WORDS = {
    "no_such_day": _l("“%(typed)s”: that month has no such day."),
    "no_such_month": _l("“%(typed)s”: there is no such month."),
    "year_range": _l("“%(typed)s”: the year is not one a person alive could have."),
    "day_without_month": _l("“%(typed)s” has a day but no month."),
}


def _not_a_date(text: str, example: str) -> Unreadable:
    plain = _plain(text)
    if plain != text:
        try:
            meant = PartialDate.parse(plain).iso()
        except DateProblem:
            meant = ""
        if meant:
            return Unreadable(
                _l("“%(typed)s” holds full-width or other signs: did you mean %(meant)s?"),
                {"typed": _short(text), "meant": meant},
            )
    return Unreadable(
        _l("“%(typed)s” is not a date. Write year-month-day, for example %(example)s."),
        {"typed": _short(text), "example": example},
    )


def _partial(item: Item, text: str) -> PartialDate:
    try:
        return PartialDate.parse(text.upper())
    except DateProblem as problem:
        if problem.code in _DATE_WORDS:
            raise Unreadable(_DATE_WORDS[problem.code], {"typed": _short(text)}) from problem
        raise _not_a_date(text, "2026-03-01, 2026-03, 2026") from problem


def _date(item: Item, text: str) -> date:
    found = _partial(item, text)
    if found.earliest != found.latest:
        raise Unreadable(_l("“%(typed)s”: this date needs year, month and day."), {"typed": _short(text)})
    return found.earliest


def _datetime(item: Item, text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise Unreadable(
            _l("“%(typed)s” is not a date and time. Write 2026-03-01 14:30 (UTC)."), {"typed": _short(text)}
        )
    _date(item, text[:10])
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Unreadable(_l("“%(typed)s”: there is no such time of day."), {"typed": _short(text)}) from problem
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _code(item: Item, text: str) -> str:
    if item.codes is not None and text not in item.codes:
        raise Unreadable(_l("“%(typed)s” is not one of the answers of this item."), {"typed": _short(text)})
    return text


def _yes_no(item: Item, text: str) -> str:
    if text not in ("Y", "N"):
        raise Unreadable(_l("“%(typed)s” is neither yes nor no."), {"typed": _short(text)})
    return text


def _multi(item: Item, raw: Any) -> tuple[str, ...] | None:
    given = [raw] if isinstance(raw, str) else list(raw)
    codes = {_code(item, read_words(each)) for each in given if each not in (None, "")}
    if item.exclusive in codes and len(codes) > 1:
        decode = item.codes.decode(item.exclusive) if item.codes and item.exclusive else item.exclusive
        raise Unreadable(_l("“%(code)s” excludes the other answers."), {"code": decode})
    order = item.codes.values if item.codes else tuple(sorted(codes))
    return tuple(c for c in order if c in codes) or None


def _link(item: Item, text: str) -> str:
    if not _LINK.fullmatch(text) or text.split("/")[0] != item.target:
        raise Unreadable(
            _l("“%(typed)s” does not point to a form of the kind %(target)s."),
            {"typed": _short(text), "target": item.target},
        )
    return text


def _file(item: Item, raw: Any) -> FileRef:
    if isinstance(raw, FileRef):
        return raw
    if (
        isinstance(raw, Mapping)
        and re.fullmatch(r"[0-9a-f]{64}", str(raw.get("sha256")))
        and isinstance(raw.get("size"), int)
    ):
        return FileRef(str(raw["sha256"]), read_words(raw.get("name", ""))[:200], raw["size"])
    raise Unreadable(_l("This file was not uploaded."), {})


_READERS: Mapping[str, Callable[[Item, Any], Any]] = {
    "text": _text,
    "int": _integer,
    "decimal": _decimal,
    "date": _date,
    "pdate": _partial,
    "datetime": _datetime,
    "code": _code,
    "yn": _yes_no,
    "multi": _multi,
    "link": _link,
    "file": _file,
}
