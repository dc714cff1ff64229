"""A small made-up trial for figures and reports: 60 participants at two sites, drawn from a fixed seed."""

import datetime
import random

from analysis.accrual import AccrualPlan
from analysis.adverse_events import AdverseEvent
from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD, TME, WW, CourseRow, Operation, Regrowth
from analysis.cut import DataCut
from analysis.reports.status_data import StatusData, status_data
from forms import ctcae
from forms.dates import PartialDate
from trial.protocol import Design

CUT = DataCut("report-test", datetime.date(2029, 6, 30), "0123456789abcdef" * 4)
OPENED = datetime.date(2026, 1, 1)
MADE_AT = datetime.datetime(2029, 7, 1, 9, 30, tzinfo=datetime.UTC)
TERMS = ("Diarrhea", "Fatigue", "Neutrophil count decreased", "Colitis")


def rows(n: int = 60, seed: int = 5) -> list[CourseRow]:
    """Participants with every kind of outcome among them."""
    chance = random.Random(seed)
    return [_row(i, chance) for i in range(n)]


def events(people: list[CourseRow], seed: int = 6) -> list[AdverseEvent]:
    """Up to three events for each who began therapy."""
    chance = random.Random(seed)
    return [
        _event(row, term, chance)
        for row in people
        if row.therapy_start_on
        for term in chance.sample(TERMS, chance.randrange(4))
    ]


def data(n: int = 60) -> StatusData:
    """The status report's numbers on that trial."""
    people = rows(n)
    return status_data(people, events(people), plan=AccrualPlan.of(Design(), OPENED), cut=CUT, study="VIGIL-01")


def _days(start: datetime.date, days: float) -> datetime.date:
    return start + datetime.timedelta(days=int(days))


def _row(i: int, chance: random.Random) -> CourseRow:
    consent = _days(OPENED, chance.randrange(700))
    who = {
        "participant": f"VG-{1 + i % 2:02d}-{i:04d}",
        "site": f"{1 + i % 2:02d}",
        "cut_on": CUT.on,
        "consent_on": consent,
    }
    if i % 10 == 9:
        return CourseRow(**who, screen_failed_on=_days(consent, 14))
    decided, cohort = _days(consent, 220), (RANDOMISED, RANDOMISED, PREFERENCE, STANDARD)[i % 4]
    arm = None if cohort == STANDARD else chance.choice((WW, TME))
    started = _days(decided, 5) if cohort == RANDOMISED else decided
    regrown = arm == WW and chance.random() < 0.4
    suspected = _days(started, chance.randrange(90, 700))
    return CourseRow(
        **who,
        cohort=cohort,
        arm=arm,
        eligible_on=_days(consent, 10),
        therapy_start_on=_days(consent, 20),
        restaged_on=_days(decided, -7),
        decision_on=decided,
        candidate=cohort != STANDARD,
        randomised_on=started if cohort == RANDOMISED else None,
        regrowths=(Regrowth(suspected, "CONFIRMED", suspected, "DONE", suspected),) if regrown else (),
        operations=_operations(arm, started, suspected if regrown else None),
        metastases_on=(_days(started, chance.randrange(200, 900)),) if chance.random() < 0.15 else (),
        died_on=PartialDate(2028, 11) if i % 17 == 0 else None,
        last_known_alive_on=datetime.date(2028, 11, 2),
        assessed_on=tuple(_days(started, 91 * k) for k in range(10)),
    )


def _operations(arm: str | None, started: datetime.date, suspected: datetime.date | None) -> tuple[Operation, ...]:
    if suspected:
        return (Operation(_days(suspected, 40), "LAR", "REGROWTH", "R0"),)
    return () if arm == WW else (Operation(_days(started, 30), "LAR", "ALLOCATED", "R0"),)


def _event(row: CourseRow, term: str, chance: random.Random) -> AdverseEvent:
    found = ctcae.terms()[term]
    return AdverseEvent(
        row.participant,
        term,
        found.soc,
        chance.choice(found.grades),
        PartialDate(2027),
        False,
        frozenset({"RT"}),
        False,
        False,
    )
