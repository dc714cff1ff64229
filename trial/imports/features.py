"""The features of a wide table against those the released model declares: names, units, numbers. Pure.

A feature under another name, in another unit or by another extractor is another quantity: the model would read it without a murmur and
answer wrongly. So a table that lacks a declared feature is refused whole, and a radiomics table that holds another one, too
(crf.csv, RADFILE: "must match the model's declared features"). Taxa that the model does not read are needed for the sum, and stay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from forms.derivations.diversity import TOLERANCE
from forms.text import _l
from trial.imports.tabular import FileUnreadable

CLOSURE = TOLERANCE
"""Abundances sum to 1 within this (crf.csv, MICFILE)."""
_HEADED = re.compile(r"(?P<name>.+?)\s*[\[(](?P<unit>[^\])]*)[\])]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Declared:
    """What a model says of the features of one item: `units` by name (None: it names no unit), the extractor it was made with, if any.

    `only`: a table holds these features and no others.
    """

    units: Mapping[str, str | None]
    only: bool
    extractor: str | None = None


@dataclass(frozen=True)
class Bad:
    """A value that is none: a msgid and its values."""

    message: str
    args: Mapping[str, str]


def declared_by(manifest: Any, source: str, *, only: bool) -> Declared:
    """The features that a manifest reads from an uploaded table; `source` is FORM.ITEM. None declared: any table will do."""
    units = {}
    for spec in manifest.inputs:
        where, _, feature = spec.source.partition("@")[0].partition(":")
        if where == source:
            units[feature] = spec.unit
    extractor = getattr(manifest, "training", {}).get("extractor")
    return Declared(units, only and bool(units), extractor)


def name_and_unit(column: str) -> tuple[str, str | None]:
    """Name and unit of “morph_volume [mm3]”; a column without a unit claims none."""
    found = _HEADED.fullmatch(column)
    return (found["name"], found["unit"].strip()) if found else (column, None)


def check_heading(columns: Sequence[str], declared: Declared) -> None:
    """Raise FileUnreadable for a table that lacks a declared feature, holds another, or declares another unit."""
    given = [name_and_unit(column) for column in columns]
    names = [name for name, _unit in given]
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise FileUnreadable(_l("The heading names “%(names)s” twice."), {"names": ", ".join(double)})
    if absent := [name for name in declared.units if name not in names]:
        raise FileUnreadable(
            _l("The table lacks features that the model reads: %(names)s."), {"names": _hinted(absent, names)}
        )
    if foreign := [name for name in names if name not in declared.units and declared.only]:
        raise FileUnreadable(_l("The model declares no feature “%(names)s”."), {"names": ", ".join(foreign[:20])})
    for name, unit in given:
        if unit is not None and name in declared.units and unit != (declared.units[name] or ""):
            told = {"name": name, "typed": unit, "unit": declared.units[name] or "–"}
            raise FileUnreadable(_l("“%(name)s” is given in %(typed)s; the model reads it in %(unit)s."), told)


def _hinted(absent: Sequence[str], names: Sequence[str]) -> str:
    near = {name: get_close_matches(name, names, 1, 0.75) for name in absent}
    return ", ".join(f"{name} ({found[0]}?)" if found else name for name, found in near.items())


def unreadable(features: Mapping[str, str], *, may_lack: bool) -> Bad | None:
    """The first value that is no finite number, or is missing where none may be."""
    for name, text in features.items():
        if not text and not may_lack:
            return Bad(_l("“%(name)s” has no value."), {"name": name})
        if text and not (_NUMBER.fullmatch(text) and math.isfinite(float(text))):
            return Bad(_l("“%(name)s”: “%(typed)s” is no number."), {"name": name, "typed": text[:20]})
    return None


def unclosed(features: Mapping[str, str]) -> Bad | None:
    """What keeps abundances from being shares of one whole."""
    shares = {name: Decimal(text) for name, text in features.items()}
    outside = next((name for name, share in shares.items() if not 0 <= share <= 1), None)
    if outside is not None:
        return Bad(_l("“%(name)s” is no share: it does not lie between 0 and 1."), {"name": outside})
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > CLOSURE:
        return Bad(
            _l("The abundances sum to %(total)s, not to 1 (within 0.001)."), {"total": f"{total:.6f}".rstrip("0")}
        )
    return None


def as_table(features: Mapping[str, str], heading: str) -> bytes:
    """The file that the form's item holds: two columns, in the order of the names, so that the same values are the same file."""
    lines = (f"{quoted(name)},{text}" for name, text in sorted(features.items()) if text)
    return ("\n".join((heading, *lines)) + "\n").encode()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set('",\r\n') else name
