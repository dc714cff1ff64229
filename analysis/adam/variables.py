"""What a dataset is made of: variables with a name, a label, a type, codes and where they come from; and a dataset filled with rows.

Names and labels are held to what the oldest reader takes (XPT version 5: 8 and 40 characters of ASCII). Labels are in English in every
file: a data file is read by programs and by regulators, and the same cut is the same bytes whoever asks. Source: ADaM IG 1.3, 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analysis.study_day import study_day
from forms.codelist import Codelist

TEXT, INTEGER, NUMBER, DATE = "text", "integer", "float", "date"
KINDS: Mapping[str, type | tuple[type, ...]] = {TEXT: str, INTEGER: int, NUMBER: float, DATE: date}
COLLECTED, DERIVED, ASSIGNED = "Collected", "Derived", "Assigned"
"""Where a value comes from, in the words of Define-XML 2.1."""
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
LABEL = re.compile(r"[ -~]{1,40}")
YES_NO = (("Y", "yes"), ("N", "no"))

Codes = tuple[tuple[str | int, str], ...]


class BadDeclaration(ValueError):
    """A variable or dataset that some format could not carry, or a row that is not as declared."""


@dataclass(frozen=True)
class Variable:
    """One column.

    `how`: the derivation in words. `source`: items FORM.ITEM it is read from. `codes`: value and decode; empty: any value.
    `reveals`: it tells an arm, and a blinded role's dataset has no such column. `day`: for a date, the name of the study day that takes
    its place where dates are left out; None: nothing does. `identifies`: left out with the dates, as free text is. `highest`: where dates
    are left out it stands for itself and everything above it.
    """

    name: str
    label: str
    kind: str
    origin: str
    how: str
    source: tuple[str, ...] = ()
    codes: Codes = ()
    reveals: bool = False
    day: str | None = None
    identifies: bool = False
    highest: int | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or not LABEL.fullmatch(self.label) or self.kind not in KINDS:
            raise BadDeclaration(f"variable {self.name!r} with label {self.label!r}: name, label or type")
        if self.day is not None and (self.kind != DATE or not NAME.fullmatch(self.day)):
            raise BadDeclaration(f"variable {self.name}: study day {self.day!r}")


@dataclass(frozen=True)
class Dataset:
    """A table as declared. `keys`: the variables that tell a row from every other, in the order of the rows."""

    name: str
    label: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]

    def __post_init__(self) -> None:
        names = [each.name for each in self.variables]
        if len({*names}) != len(names) or not {*self.keys} <= {*names}:
            raise BadDeclaration(f"dataset {self.name}: a variable twice, or a key that is none of them")
        if not NAME.fullmatch(self.name) or not LABEL.fullmatch(self.label):
            raise BadDeclaration(f"dataset {self.name!r}: name or label")

    def variable(self, name: str) -> Variable:
        """The variable of that name. Raises KeyError."""
        return {each.name: each for each in self.variables}[name]


@dataclass(frozen=True)
class Filled:
    """A dataset with its rows, each as long as there are variables; None is a missing value."""

    dataset: Dataset
    rows: tuple[tuple[Any, ...], ...]

    def column(self, name: str) -> tuple[Any, ...]:
        """The values of one variable."""
        at = [each.name for each in self.dataset.variables].index(name)
        return tuple(row[at] for row in self.rows)


def decoded(codes: Codelist, *but: str) -> Codes:
    """A codelist as value and decode."""
    return tuple((each.code, each.decode) for each in codes.codes if each.code not in but)


def fill(dataset: Dataset, records: Iterable[Mapping[str, Any]]) -> Filled:
    """The records as rows in the order of the keys. Raises BadDeclaration for a name or value that is not as declared, or a key twice."""
    rows = tuple(sorted((_row(dataset, record) for record in records), key=lambda row: _key(dataset, row)))
    keys = [_key(dataset, row) for row in rows]
    if len({*keys}) != len(keys):
        raise BadDeclaration(f"dataset {dataset.name}: two rows with one key")
    return Filled(dataset, rows)


def _row(dataset: Dataset, record: Mapping[str, Any]) -> tuple[Any, ...]:
    if unknown := record.keys() - {each.name for each in dataset.variables}:
        raise BadDeclaration(f"dataset {dataset.name} has no {', '.join(sorted(unknown))}")
    return tuple(_checked(dataset, each, record.get(each.name)) for each in dataset.variables)


def _checked(dataset: Dataset, variable: Variable, value: Any) -> Any:
    if value is None or value == "":
        return None
    known = {code for code, _ in variable.codes}
    # bool is an int and datetime a date to Python, and neither is what a reader of the file expects.
    if type(value) is not KINDS[variable.kind] or (known and value not in known):
        raise BadDeclaration(f"{dataset.name}.{variable.name}: {value!r} is not as declared")
    return value


def _key(dataset: Dataset, row: Sequence[Any]) -> tuple[tuple[bool, Any], ...]:
    at = [[each.name for each in dataset.variables].index(key) for key in dataset.keys]
    return tuple((row[i] is not None, row[i] if row[i] is not None else 0) for i in at)


def without_arm(filled: Filled) -> Filled:
    """The same for a blinded role: no variable that tells an arm. Raises BadDeclaration where a key does."""
    return _kept(filled, [not each.reveals for each in filled.dataset.variables])


def in_study_days(filled: Filled, reference: Mapping[str, date | None]) -> Filled:
    """The same without what tells who somebody is: dates, free text, a very high age.

    A study day stands where one is declared, counted from the participant's reference day.
    """
    whose = filled.column("USUBJID") if any(v.name == "USUBJID" for v in filled.dataset.variables) else ()
    variables = tuple(_as_day(each) for each in filled.dataset.variables)
    rows = tuple(
        tuple(
            study_day(value, reference.get(who)) if old.day else _capped(value, old.highest)
            for old, value in zip(filled.dataset.variables, row, strict=True)
        )
        for who, row in zip(whose or [""] * len(filled.rows), filled.rows, strict=True)
    )
    keys = tuple(filled.dataset.variable(key).day or key for key in filled.dataset.keys)
    told = Filled(replace(filled.dataset, keys=keys, variables=variables), rows)
    return _kept(told, [each.kind != DATE and not each.identifies for each in variables])


def _as_day(variable: Variable) -> Variable:
    if variable.highest is not None:
        return replace(variable, how=f"{variable.how} {variable.highest} stands for {variable.highest} and above.")
    if variable.day is None:
        return variable
    label = re.sub(r"\b[Dd]ate\b", "study day", variable.label)[:40]
    how = f"Study day of {variable.name}: 1 on the day of informed consent, no day 0. {variable.how}"
    return replace(variable, name=variable.day, label=label[:1].upper() + label[1:], kind=INTEGER, how=how, day=None)


def _capped(value: Any, highest: int | None) -> Any:
    return value if value is None or highest is None else min(value, highest)


def _kept(filled: Filled, keep: Sequence[bool]) -> Filled:
    variables = tuple(each for each, kept in zip(filled.dataset.variables, keep, strict=True) if kept)
    rows = tuple(tuple(v for v, kept in zip(row, keep, strict=True) if kept) for row in filled.rows)
    return Filled(replace(filled.dataset, variables=variables), rows)
