"""ADAE: a row an adverse event. Partial onsets are kept with their interval and are never imputed; a flag that the unknown part decides is
missing.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.adam.common import COHORT, IDS, PLANNED
from analysis.adam.people import Person, flag, interval, partial
from analysis.adam.variables import COLLECTED, DATE, DERIVED, INTEGER, TEXT, YES_NO, Dataset, Variable, decoded
from analysis.results import adverse_events
from analysis.safety.blind import without_arm
from analysis.safety.events import Observed
from analysis.safety.periods import AFTER, BEFORE, TITLES
from analysis.safety.reading import from_first_dose
from forms.codelists import safety
from forms.dates import PartialDate, days_between, not_after
from trial.course import course
from trial.protocol import PROTOCOL
from trial.safety import in_period, reporting_periods

_NOT_IMPUTED = "Missing where a part is unknown: nothing is imputed."
_KNOWN, _FIRST, _LAST = (
    "ISO 8601, to the part that is known.",
    "The first day it can stand for.",
    "The last day it can stand for.",
)
_PERIODS = {"THERFL": "therapy", "DECFL": "decision", "OPERFL": "operation"}
_IN = "The onset, whatever its unknown part is, lies in the period; missing where that part decides."
_COUNTED = (
    "The one period that the tables of safety count the onset in: of reporting periods that overlap, the one begun last; "
    "missing where the unknown part of the onset leaves several."
)
_COUNTED_IN = (
    (BEFORE, "before the first dose"),
    *((period, str(title).lower()) for period, title in TITLES.items()),
    (AFTER, "after the end of observation"),
)


def _partial(prefix: str, what: str, item: str) -> tuple[Variable, ...]:
    return (
        Variable(f"{prefix}DTC", f"Date of {what}, as collected", TEXT, COLLECTED, _KNOWN, (item,), identifies=True),
        # As study days these would tell the calendar: the first possible day of a month is a first, and its length names it.
        Variable(f"{prefix}LO", f"Date of {what}, earliest possible", DATE, DERIVED, _FIRST, (item,), identifies=True),
        Variable(f"{prefix}HI", f"Date of {what}, latest possible", DATE, DERIVED, _LAST, (item,), identifies=True),
        Variable(f"{prefix}DT", f"Date of {what}", DATE, DERIVED, _NOT_IMPUTED, (item,), day=f"{prefix}DY"),
    )  # fmt: skip


def _yes(name: str, label: str, how: str, *source: str, reveals: bool = False) -> Variable:
    return Variable(name, label, TEXT, DERIVED, how, source, YES_NO, reveals)


ADAE = Dataset(
    "ADAE",
    "Adverse Events Analysis Dataset",
    "One record per participant per adverse event",
    ("USUBJID", "AESEQ"),
    (
        *IDS,
        PLANNED,
        COHORT,
        Variable("AESEQ", "Sequence Number", INTEGER, DERIVED, "Place among the participant's adverse event forms in the record."),
        Variable("AETERM", "Reported Term", TEXT, COLLECTED, "In the words of the site.", ("AE.AETERM",), identifies=True),
        Variable(
            "AEDECOD", "Dictionary-Derived Term", TEXT, DERIVED,
            "Preferred term where coded and approved, else the CTCAE term; missing with neither.", ("AE.AETERM", "AE.AECTCAE"),
        ),
        Variable("AEBODSYS", "Body System or Organ Class", TEXT, DERIVED, "Class of AEDECOD.", ("AE.AETERM", "AE.AECTCAE")),
        Variable(
            "AETOXGR", "Toxicity Grade (CTCAE 5.0)", INTEGER, COLLECTED, "As recorded.", ("AE.AETOXGR",),
            ((1, "mild"), (2, "moderate"), (3, "severe"), (4, "life-threatening"), (5, "death")),
        ),
        _yes("AESER", "Serious", "As recorded.", "AE.AESER"),
        _yes("IRFL", "Immune-Related Flag", "No where it is not asked; suspected is missing.", "AE.AEIR"),
        _yes("FATALFL", "Fatal Flag", "Grade 5, or the outcome is fatal.", "AE.AETOXGR", "AE.AEOUT"),
        Variable("AEOUT", "Outcome", TEXT, COLLECTED, "As recorded.", ("AE.AEOUT",), decoded(safety.OUTCOME)),
        Variable("AEREL", "Related to", TEXT, COLLECTED, "Codes by alphabet, between semicolons.", ("AE.AEREL",), reveals=True),
        _yes("RELFL", "Related Flag", "Related to anything done in the study.", "AE.AEREL", reveals=True),
        *_partial("AST", "onset", "AE.AESTDAT"),
        *_partial("AEN", "resolution", "AE.AEENDAT"),
        Variable("ADURN", "Duration, days", INTEGER, DERIVED, "AENDT - ASTDT + 1; missing where either is.", ("AE.AESTDAT", "AE.AEENDAT")),
        _yes(
            "TRTEMFL", "Treatment Emergent Flag",
            "Onset in the therapy period and not before the first dose or fraction; missing where the unknown part of the onset decides.",
            "AE.AESTDAT", "RT.RTSTDT", "EX.EXSTDT",
        ),
        _yes("THERFL", "Period: Therapy Flag", f"From consent to 30 days after the last dose, 90 with immunotherapy. {_IN}", "AE.AESTDAT"),
        _yes("DECFL", "Period: Decision Flag", f"90 days from the decision. {_IN}", "AE.AESTDAT", "DEC.DECDAT"),
        _yes("OPERFL", "Period: Operation Flag", f"90 days from any operation. {_IN}", "AE.AESTDAT", "SUR.SURDAT", reveals=True),
        Variable("APERIODC", "Analysis Period", TEXT, DERIVED, f"{_COUNTED} Operations begin none.", ("AE.AESTDAT",), _COUNTED_IN),
        Variable(
            "APEROPC", "Analysis Period, with Operations", TEXT, DERIVED, f"{_COUNTED} The tables by arm begin at randomisation.",
            ("AE.AESTDAT", "SUR.SURDAT"), _COUNTED_IN, reveals=True,
        ),
    ),
)  # fmt: skip


def records(person: Person) -> list[dict[str, Any]]:
    """One row an AE form of the participant, of the events that the tables of safety count: begun by the cut, as far as can be told."""
    record = person.row.record()
    events, forms = tuple(adverse_events(person.row)), record.all("AE")
    openly, whole = (from_first_dose(row, person.cut_on) for row in (without_arm(person.row), person.row))
    begun, in_open, in_whole = {each.address for each in whole.events}, _counted_in(openly), _counted_in(whole)
    made = []
    for number, (event, crf) in enumerate(zip(events, forms, strict=True), start=1):
        if crf.address not in begun:
            continue
        scope = record.scope(crf)
        onset, resolved = event.onset_on, _by(person.cut_on, partial(scope.item("AE.AEENDAT")))
        made.append(
            {
                **person.ids(),
                "TRT01P": person.allocation.get("TRT01P"),
                "COHORT": person.course.cohort,
                "AESEQ": number,
                "AETERM": scope.item("AE.AETERM"),
                # Without a class it is in the words of the site: free text, which stands in AETERM alone.
                "AEDECOD": event.term if event.soc else None,
                "AEBODSYS": event.soc,
                "AETOXGR": event.grade,
                "AESER": flag(event.serious),
                "IRFL": flag(event.immune_related),
                "FATALFL": flag(_fatal(event.fatal, event.grade)),
                "AEOUT": scope.code("AE.AEOUT"),
                "AEREL": None if event.related is None else ";".join(sorted(event.related)) or "NONE",
                "RELFL": flag(None if event.related is None else bool(event.related)),
                **_dates("AST", onset),
                **_dates("AEN", resolved),
                "ADURN": _duration(onset, resolved),
                **_periods(person, onset),
                "APERIODC": in_open.get(crf.address),
                "APEROPC": in_whole.get(crf.address),
            }
        )
    return made


def _fatal(fatal: bool | None, grade: int | None) -> bool | None:
    if fatal or grade == 5:
        return True
    return None if fatal is None or grade is None else False


def _dates(prefix: str, when: PartialDate | None) -> dict[str, Any]:
    whole = when.earliest if when is not None and when.is_complete else None
    return {**interval(prefix, when), f"{prefix}DT": whole}


def _duration(onset: PartialDate | None, resolved: PartialDate | None) -> int | None:
    days = days_between(onset, resolved)
    return None if days is None else days + 1


def _periods(person: Person, onset: PartialDate | None) -> dict[str, Any]:
    """In which reporting periods the onset lies; the operations of a blinded role's record are none."""
    told = course(person.row.record(), person.row.allocation)
    periods = reporting_periods(PROTOCOL, told)
    inside = {
        name: in_period(tuple(p for p in periods if p.name == period), onset) for name, period in _PERIODS.items()
    }
    begun = False if told.therapy_started_on is None else not_after(told.therapy_started_on, onset)
    emergent = False if False in (inside["THERFL"], begun) else None if None in (inside["THERFL"], begun) else True
    return {"TRTEMFL": flag(emergent)} | {name: flag(value) for name, value in inside.items()}


def _by(cut_on: date, when: PartialDate | None) -> PartialDate | None:
    """A day, unless it had not come by the cut."""
    return None if when is None or when.earliest > cut_on else when


def _counted_in(seen: Observed) -> dict[str, str]:
    """By the address of its form, the period in which the tables of safety count each event of which that can be told."""
    possible = {event.address: seen.timeline.possible(event.first, event.last) for event in seen.events}
    return {address: period for address, (period, *others) in possible.items() if not others}
