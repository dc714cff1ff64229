"""Lines of a delimited file, one after the other: the file is never held whole.

UTF-8, with or without a byte order mark. The separator is what stands in the heading, comma, semicolon or tab; columns may come in any
order, may have the sender's own names (a mapping says which are ours), and what is not ours is set aside and counted, not lost silently.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from forms.text import _l

SEPARATORS = (",", ";", "\t")
LONGEST_LINE = 20_000
LONGEST_WIDE_LINE = 500_000
"""Of a table with a column a feature: some thousands of them."""


@dataclass(eq=False)
class FileUnreadable(Exception):
    """The file as a whole cannot be read; `message` is a msgid, `args_` its values."""

    message: str
    args_: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One line: its number in the file (the heading is 1), and our columns as text; a blank is ""."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Broken:
    """A line that is no line of this table, and why (a msgid)."""

    number: int
    message: str


@dataclass(frozen=True)
class Heading:
    """What stands in the first line: our columns by position, and the names of those that are not ours."""

    separator: str
    places: Mapping[str, int]
    width: int
    foreign: tuple[str, ...]


def heading(
    first: str, columns: tuple[str, ...], optional: frozenset[str], names: Mapping[str, str], *, wide: bool = False
) -> Heading:
    """Read the first line. `names` maps the sender's names to ours. Raises FileUnreadable naming what is missing or stands twice.

    `wide`: columns that are not ours are kept too, under the name they have in the file.
    """
    separator = max(SEPARATORS, key=first.count)
    given = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
    ours = [names.get(name, name.lower()) for name in given]
    if absent := [c for c in columns if c not in ours and c not in optional]:
        raise FileUnreadable(_l("The heading has no column “%(names)s”."), {"names": ", ".join(absent)})
    if double := sorted({c for c in columns if ours.count(c) > 1}):
        raise FileUnreadable(_l("The heading names “%(names)s” twice."), {"names": ", ".join(double)})
    places = {name: ours.index(name) for name in columns if name in ours}
    others = [(i, names.get(g, g)) for i, (g, o) in enumerate(zip(given, ours, strict=True)) if o not in places]
    foreign = tuple(name for _place, name in others)
    if wide:
        _refuse_double(foreign)
        places |= {name: place for place, name in others}
    return Heading(separator, places, len(given), foreign)


def _refuse_double(foreign: tuple[str, ...]) -> None:
    if double := sorted({name for name in foreign if foreign.count(name) > 1}):
        raise FileUnreadable(_l("The heading names “%(names)s” twice."), {"names": ", ".join(double)})
    if "" in foreign:
        raise FileUnreadable(_l("A column has no name."), {})


def lines(
    file: IO[bytes],
    columns: tuple[str, ...],
    optional: frozenset[str],
    names: Mapping[str, str],
    *,
    wide: bool = False,
) -> Iterator[Heading | Line | Broken]:
    """The heading first, then every line that is not blank. Raises FileUnreadable."""
    text = codecs.getreader("utf-8-sig")(file)
    try:
        first = text.readline()
        if not first.strip():
            raise FileUnreadable(_l("The file is empty."), {})
        head = heading(first.rstrip("\r\n"), columns, optional, names, wide=wide)
        yield head
        reader = csv.reader(
            _short(text, LONGEST_WIDE_LINE if wide else LONGEST_LINE), delimiter=head.separator, strict=True
        )
        yield from _rows(reader, head)
    except UnicodeDecodeError as problem:
        raise FileUnreadable(_l("The file is not UTF-8 text."), {}) from problem


def _rows(reader: Iterator[list[str]], head: Heading) -> Iterator[Line | Broken]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Broken(
                number, _l("The line cannot be read: a quotation mark is not closed, or the line is too long.")
            )
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != head.width:
            yield Broken(number, _l("The line has more or fewer columns than the heading."))
        else:
            yield Line(number, {name: cells[place].strip() for name, place in head.places.items()})


def _short(text: codecs.StreamReader, longest: int) -> Iterator[str]:
    for line in text:
        if len(line) > longest:
            raise csv.Error("too long")
        yield line
