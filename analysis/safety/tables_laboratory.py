"""Laboratory, liver and deaths set into tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.safety.deaths import TITLES as STRETCHES
from analysis.safety.deaths import DeathLine
from analysis.safety.laboratory import GRADES, Shift
from analysis.safety.liver import QUADRANTS, Liver, Peak
from analysis.safety.tables import counted
from analysis.study_day import study_day
from analysis.table import Column, Table, Translate, share
from forms.codelists.events import CAUSE_OF_DEATH
from forms.derivations.reference_range import LOW
from forms.laboratory import TESTS
from forms.text import _l

NOT_GRADED = _l("not known")
SHIFT = _l("Laboratory: grade before therapy and worst grade after the first dose")
FIRST_DOSE = _l("the first dose")
WAYS = {True: _l("low"), False: _l("high")}


def shift_table(
    found: Sequence[Shift],
    ungraded: Sequence[tuple[str, int]],
    tr: Translate = str,
    *,
    id: str = "safety-shift",
    title: str = SHIFT,
    origin: str = FIRST_DOSE,
) -> Table:
    """From the grade before the origin to the worst grade after it, a test and direction under a heading each."""
    rows: list[tuple[str, ...]] = []
    indented: set[int] = set()
    for shift in found:
        rows.append((_named(shift, tr), "", "", "", "", "", "", str(shift.n)))
        for before in (*GRADES, None):
            if any(counts := shift.row(before)):
                indented.add(len(rows))
                rows.append((_from(before, tr), *(str(n) for n in counts), str(sum(counts))))
    heads = (*(tr(_l("Grade {n}")).format(n=grade) for grade in GRADES), tr(NOT_GRADED), tr(_l("All")))
    beyond = [f"{TESTS[test].name} {n}" for test, n in ungraded]
    return Table(
        id,
        tr(title),
        (Column(tr(_l("Test, grade before"))), *(Column(text, numeric=True) for text in heads)),
        tuple(rows),
        tr(_l("Participants with a result of the test after the day of {origin}.")).format(origin=tr(origin)),
        (
            tr(
                _l("CTCAE 5.0 by the value alone, 0 to 4. Before: last result on or before the day of {origin}.")
            ).format(origin=tr(origin)),
            tr(
                _l(
                    "Not known: no result before, or one that CTCAE grades by symptoms or treatment, or without a limit."
                )
            ),
            tr(_l("A rise that CTCAE 5.0 grades by no value, participants with one: {tests}.")).format(
                tests="; ".join(beyond)
            ),
        ),
        frozenset(indented),
    )


def _named(shift: Shift, tr: Translate) -> str:
    return f"{tr(TESTS[shift.test].name)}, {tr(WAYS[shift.direction == LOW])}"


def _from(before: int | None, tr: Translate) -> str:
    return tr(NOT_GRADED) if before is None else tr(_l("Grade {n}")).format(n=before)


def quadrants_table(found: Liver, tr: Translate = str) -> Table:
    """How many stand where in the eDISH plot."""
    n = len(found.peaks)
    return Table(
        "safety-liver",
        tr(_l("Liver: peak aminotransferase and peak bilirubin")),
        (Column(tr(_l("Times the upper limit of normal"))), Column(tr(_l("Participants")), numeric=True)),
        tuple((tr(QUADRANTS[quadrant]), share(k, n)) for quadrant, k in found.counted.items()),
        tr(_l("Treated participants with both measured after the first dose: {n}; not placed: {unplaced}.")).format(
            n=n, unplaced=found.unplaced
        ),
        (tr(_l("Peaks need not coincide. Source: FDA 2009, drug-induced liver injury; Watkins 2011 (eDISH).")),),
    )


def candidates_table(found: Liver, days: Mapping[str, object], tr: Translate = str) -> Table:
    """Those who may be cases of Hy's law, with what an assessor asks first. `days`: first dose by participant."""
    peaks = (_l("Aminotransferase"), _l("× ULN"), _l("Day"), _l("Bilirubin, × ULN"), _l("Day"))
    heads = (*peaks, _l("Days apart"), _l("Alkaline phosphatase, × ULN"))
    rows = tuple(_candidate(peak, days.get(peak.participant)) for peak in found.candidates)
    return Table(
        "safety-hys-law",
        tr(_l("Possible cases of Hy's law")),
        (Column(tr(_l("Participant"))), *(Column(tr(text), numeric=i > 0) for i, text in enumerate(heads))),
        rows or ((tr(_l("None")), *("" for _ in heads)),),
        tr(_l("Candidates: {n}.")).format(n=len(found.candidates)),
        (
            tr(_l("A case also needs the two within 30 days, alkaline phosphatase below 2 × ULN, and no other cause.")),
            tr(_l("Day: study day, 1 is the day of the first dose.")),
        ),
    )


def _candidate(peak: Peak, first_dose: object) -> tuple[str, ...]:
    days = [study_day(r.on, first_dose) for r in (peak.enzyme, peak.bilirubin)]  # type: ignore[arg-type]
    phosphatase = "" if peak.phosphatase is None else f"{peak.phosphatase:.1f}"
    enzyme = (peak.enzyme.test, f"{peak.x:.1f}", str(days[0] or ""))
    return (peak.participant, *enzyme, f"{peak.y:.1f}", str(days[1] or ""), str(peak.apart), phosphatase)


def deaths_table(lines: Sequence[DeathLine], tr: Translate = str) -> Table:
    """Deaths by when they came."""
    return Table(
        "safety-deaths",
        tr(_l("Deaths")),
        (Column(tr(_l("When"))), Column(tr(_l("Entered")), numeric=True), Column(tr(_l("Died")), numeric=True)),
        tuple((tr(STRETCHES[line.id]), str(line.of), counted(line.n, line.unknown, line.of)) for line in lines),
        tr(_l("Participants with at least one dose of therapy.")),
        (tr(_l("[n]: further deaths of which an incomplete date leaves open whether they belong here.")),),
    )


def causes_table(found: Mapping[str | None, int], tr: Translate = str) -> Table:
    """Deaths by cause, in the order of the form."""
    total = sum(found.values())
    rows = [
        (tr(CAUSE_OF_DEATH.decode(code)), share(found[code], total)) for code in CAUSE_OF_DEATH.values if code in found
    ]
    rows += [(tr(_l("no cause recorded")), share(found[None], total))] if None in found else []
    return Table(
        "safety-causes",
        tr(_l("Deaths by cause")),
        (Column(tr(_l("Cause"))), Column(tr(_l("Deaths")), numeric=True)),
        tuple(rows) or ((tr(_l("None")), "0"),),
        tr(_l("Deaths of participants with at least one dose of therapy: {n}.")).format(n=total),
    )
