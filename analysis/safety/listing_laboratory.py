"""Every abnormal laboratory value by participant (ICH E3, 16.2.8), in the SI unit of its test, with the range it was held against.

An open listing ends with the decision, as that of adverse events does: a haemoglobin that falls from one day to the next tells who was
operated on. What comes later is counted here and listed in the closed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from analysis.safety.laboratory import Measured, Result
from analysis.safety.listings import armless
from analysis.study_day import study_day
from analysis.table import DASH, Column, Table, Translate
from forms.codelists.omics import REFERENCE_INDICATOR
from forms.laboratory import TESTS
from forms.text import _l

ABNORMAL = _l("Outside the reference range of the site on the day of the sample, or of CTCAE 5.0 grade 1 or higher.")
GRADED = _l(
    "Grade: CTCAE 5.0 by the value alone, for the direction in which it lies; {dash}: none is defined, or it cannot be told."
)
DAY = _l("Day: study day, 1 is the day of the first dose; {dash}: never treated.")
UNTOLD = _l(
    "Results of which it cannot be told whether they are abnormal, without a limit or beyond detection, not listed: {n}."
)
ENDS = _l("Samples before the decision of each participant. From it on, in the closed listing: {n} abnormal values.")


def laboratory_listing(people: Iterable[Measured], tr: Translate = str, *, closed: bool = False) -> Table:
    """One row a value, by participant, test and day; `closed`: those from the decision on as well."""
    every = [(m, r) for m in people for r in sorted(m.results, key=_place)]
    shown = [(m, r) for m, r in every if closed or armless(m.person, r.on)]
    listed = [(m, r) for m, r in shown if r.abnormal]
    later = sum(r.abnormal is True for _, r in every) - len(listed)
    heads = (_l("Test"), _l("Day"), _l("Result"), _l("Unit"), _l("Reference range"), _l("Flag"), _l("Grade"))
    notes = (tr(ABNORMAL), tr(GRADED).format(dash=DASH), tr(DAY).format(dash=DASH))
    untold = tr(UNTOLD).format(n=sum(r.abnormal is None for _, r in shown))
    ends = () if closed else (tr(ENDS).format(n=later),)
    return Table(
        "safety-laboratory-listing",
        tr(_l("Listing of abnormal laboratory values")),
        (Column(tr(_l("Participant"))), *(Column(tr(text)) for text in heads)),
        tuple(_row(m, r, tr) for m, r in listed),
        tr(_l("Abnormal values listed: {n}, of {people} participants.")).format(
            n=len(listed), people=len({m.person.participant for m, _ in listed})
        ),
        (*notes, untold, *ends),
    )


_TESTS: Sequence[str] = tuple(TESTS)


def _place(result: Result) -> tuple[int, int]:
    return _TESTS.index(result.test), result.on.toordinal()


def _row(who: Measured, r: Result, tr: Translate) -> tuple[str, ...]:
    day = study_day(r.on, who.person.first_dose_on)
    value = ("" if r.operator == "=" else r.operator) + number(r.value)
    flag = DASH if r.indicator is None else tr(REFERENCE_INDICATOR.decode(r.indicator))
    told = (DASH if day is None else str(day), value, TESTS[r.test].si, reference_range(r), flag, _grade(r))
    return (who.person.participant, tr(TESTS[r.test].name), *told)


def reference_range(r: Result) -> str:
    """Both limits, or the one there is."""
    if r.low is not None and r.high is not None:
        return f"{number(r.low)}–{number(r.high)}"
    if r.high is not None:
        return f"≤ {number(r.high)}"
    return DASH if r.low is None else f"≥ {number(r.low)}"


def number(value: Decimal) -> str:
    """In full, without zeros behind."""
    return f"{value.normalize():f}"


def _grade(r: Result) -> str:
    """Of the direction in which the value lies; where it lies within the range, the worst there is."""
    worst = max((g for g in r.grades.values() if g), default=None)
    found = r.grades.get(r.indicator or "", worst)
    return DASH if found is None else str(found)
