"""What the analysis of safety knows of one participant: doses, periods, and until when they were observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.begun import strategy_begun
from analysis.course_row import TME, WW
from analysis.courses import course_row
from analysis.cut import at_the_cut, last_alive
from analysis.death import death
from forms.codelists.treatment import IMMUNOTHERAPY
from forms.dates import PartialDate
from forms.record import Record
from trial.course import course
from trial.protocol import PROTOCOL
from trial.safety import Period, reporting_periods
from trial.store.extract import Extracted

CUT, COMPLETED, LOST, LEFT, DEATH = "CUT", "COMPLETED", "LOST", "LEFT", "DEATH"
_ENDS = {"COMPLETED": COMPLETED, "LOST": LOST, "DEATH": DEATH}


@dataclass(frozen=True)
class Person:
    """One participant up to the cut. `end_on` is the last day observed, `end` why: CUT, COMPLETED, LOST, LEFT or DEATH.

    `immunotherapy`: first and last day of each dose given. `died_on` as recorded, `died` the day that is used for it.
    `begun`: the strategy actually begun, None where none is recorded. `operations`, `cohort`, `arm`, `randomised_on` and `begun` are
    empty where the row was read without the arm.
    """

    participant: str
    end_on: date
    end: str = CUT
    periods: tuple[Period, ...] = ()
    first_dose_on: date | None = None
    last_dose_on: date | None = None
    immunotherapy: tuple[tuple[date, date], ...] = ()
    decided_on: date | None = None
    operations: tuple[date, ...] = ()
    died_on: PartialDate | None = None
    died: date | None = None
    cause: str | None = None
    cohort: str | None = None
    arm: str | None = None
    randomised_on: date | None = None
    begun: str | None = None

    @property
    def treated_as(self) -> str | None:
        """WW or TME as begun; as allocated or chosen where nothing is recorded as begun; None where neither was."""
        if self.begun is None:
            return self.arm
        return self.begun if self.begun in (WW, TME) else None

    @property
    def immunotherapy_window(self) -> tuple[date, date] | None:
        """First dose of immunotherapy to 90 days after the last one, both included; None without any."""
        if not self.immunotherapy:
            return None
        tail = timedelta(PROTOCOL.safety.after_immunotherapy)
        return min(start for start, _ in self.immunotherapy), max(stop for _, stop in self.immunotherapy) + tail


def person(row: Extracted, cut_on: date) -> Person:
    """One participant at a cut, as far as the row shows them."""
    record = row.record()
    read, cut = course(record, row.allocation), at_the_cut(course_row(row, cut_on))
    died = death(cut)
    end_on, end = min(_ends(_left_on(record), cut.ended_on, cut.end_reason, cut_on, last_alive(cut)))
    if died and died.on <= end_on:
        end_on, end = died.on, DEATH
    return Person(
        row.participant,
        end_on,
        end,
        reporting_periods(PROTOCOL, read),
        _until(read.therapy_started_on, cut_on),
        _until(read.therapy_ended_on, cut_on),
        tuple(sorted(_immunotherapy(record, cut_on))),
        cut.decision_on,
        tuple(sorted(o.on for o in cut.operations)),
        cut.died_on,
        died.on if died else None,
        record.code("DTH.DTHCAUS") if died else None,
        cut.cohort,
        cut.arm,
        cut.randomised_on,
        strategy_begun(record, cut_on) if cut.cohort else None,
    )


def _ends(
    left_on: date | None,
    ended_on: date | None,
    reason: str | None,
    cut_on: date,
    alive_on: date | None,
) -> Iterator[tuple[date, str]]:
    """Each way in which observation may have ended."""
    yield cut_on, CUT
    if left_on and left_on <= cut_on:
        yield left_on, LEFT
    if ended_on:
        kind = _ENDS.get(reason or "", LEFT)
        yield (min(ended_on, alive_on) if kind == LOST and alive_on else ended_on), kind


def _left_on(record: Record) -> date | None:
    """The first withdrawal that covers the visits, or says nothing of what it covers. From treatment or samples alone it ends nothing."""
    found = ((s.item("IC.ICWDAT"), s.item("IC.ICWSCOPE") or ()) for s in map(record.scope, record.all("IC")))
    return min((on for on, scope in found if on and (not scope or "VISITS" in scope)), default=None)


def _immunotherapy(record: Record, cut_on: date) -> Iterator[tuple[date, date]]:
    for scope in map(record.scope, record.all("EX")):
        start, stop = scope.item("EX.EXSTDT"), scope.item("EX.EXENDT")
        given = scope.item("EX.EXTRT") in IMMUNOTHERAPY and scope.item("EX.EXDOSE") != 0
        if given and start is not None and start <= cut_on:
            yield start, min(stop or start, cut_on)


def _until(day: date | None, cut_on: date) -> date | None:
    return None if day is None else day if day <= cut_on else None
