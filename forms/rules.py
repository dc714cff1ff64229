"""Small pure functions that the rules of the CRFs name, where the operators of the language do not reach."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from forms import ctcae, laboratory
from forms.answers import FileRef
from forms.dates import PartialDate, same
from forms.logic import derivation

Ranges = Mapping[str, Mapping[str, laboratory.Limits]]


@derivation("year_only", version=1)
def year_only(day: PartialDate) -> bool:
    """Whether a partial date holds a year and nothing else."""
    return day.month is None


@derivation("all_different", version=1)
def all_different(values: Sequence[Any]) -> bool:
    """Whether no value occurs twice. A value that is missing, or holds a part that is, equals nothing."""
    known = [value for value in values if value is not None and not (isinstance(value, tuple) and None in value)]
    return len(known) == len(set(known))


@derivation("one_of", version=1)
def one_of(day: date, candidates: Sequence[date | None]) -> bool | None:
    """Whether a date is among some others; None where there are none, or one of them is missing and may be it."""
    agree = [same(day, other) for other in candidates]
    return True if True in agree else None if None in agree or not agree else False


@derivation("all_among", version=1)
def all_among(chosen: Sequence[str], allowed: Sequence[str | None]) -> bool | None:
    """Whether every code chosen is among those allowed; None where one that is allowed is missing and may be it."""
    strange = set(chosen) - set(allowed)
    return True if not strange else None if None in allowed else False


@derivation("ctcae_grades", version=1)
def ctcae_grades(term: str) -> tuple[int, ...] | None:
    """The grades a CTCAE 5.0 term defines; None for a term that CTCAE does not hold."""
    return ctcae.grades_defined(term)


@derivation("laboratory_units", version=1)
def laboratory_units(test: str) -> tuple[str, ...] | None:
    """The units a laboratory test may be reported in."""
    return laboratory.units_of(test)


@derivation("laboratory_si", version=1)
def laboratory_si(test: str, value: Decimal, unit: str) -> Decimal | None:
    """The result in the SI unit of its test; None where the unit does not belong to the test."""
    return laboratory.to_si(test, value, unit)


@derivation("laboratory_plausible", version=1)
def laboratory_plausible(test: str, value: Decimal, unit: str) -> bool | None:
    """Whether a result lies in the plausible range of its test; None where the unit does not belong to the test."""
    converted, limits = laboratory.to_si(test, value, unit), laboratory.plausible_limits(test)
    return None if converted is None or limits is None else limits[0] <= converted <= limits[1]


@derivation("reference_low", version=1, takes_unknown=True)
def reference_low(test: str | None, sex: str | None, site: Ranges | None) -> Decimal | None:
    """Lower reference limit in the SI unit: the site's where it has one, else the fall-back; None where there is none."""
    return _limit(0, test, sex, site)


@derivation("reference_high", version=1, takes_unknown=True)
def reference_high(test: str | None, sex: str | None, site: Ranges | None) -> Decimal | None:
    """Upper reference limit in the SI unit: the site's where it has one, else the fall-back; None where there is none."""
    return _limit(1, test, sex, site)


def _limit(end: int, test: str | None, sex: str | None, site: Ranges | None) -> Decimal | None:
    own = site.get(test or "", {}).get(sex or "") if site else None
    limits = own or laboratory.reference_limits(test, sex)
    return limits[end] if limits else None


@derivation("baseline_result", version=1, takes_unknown=True)
def baseline_result(test: str | None, therapy_start: date | None, rows: Sequence[tuple[Any, ...]]) -> Decimal | None:
    """The last result of a test before therapy, in its SI unit; None without one, or before therapy has begun.

    `rows`: (date, test, value, unit) of every result in the record, in the order of the course. A result of the day therapy
    starts was drawn before it. Source: the baseline column of CTCAE 5.0 laboratory terms.
    """
    if test is None or therapy_start is None:
        return None
    before = [
        (day, laboratory.to_si(test, value, unit))
        for day, name, value, unit in rows
        if name == test and day is not None and day <= therapy_start
    ]
    known = [(day, value) for day, value in before if value is not None]
    return max(known, key=lambda pair: pair[0])[1] if known else None


@derivation("abundances", version=1)
def abundances(tables: Mapping[str, tuple[Decimal, ...]], file: FileRef) -> tuple[Decimal, ...] | None:
    """The abundances of an uploaded table; None where the file has not been read."""
    return tables.get(file.sha256)
