"""A participant's course, read from the record: dates, cohort, arm, what was done, where they are now.

Nothing here is stored. Codes: cohort RANDOMISED, PREFERENCE, STANDARD; arm WW, TME, WW-P, TME-P, S (PROTOCOL 1); unknown
is None. An allocation is any mapping with "arm" and "at" (an instant), as the table keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forms.answers import Crf
from forms.codelists.treatment import IMMUNOTHERAPY, TME_PROCEDURES
from forms.dates import PartialDate
from forms.record import InstanceScope, Record
from trial import soa

RANDOMISED, PREFERENCE, STANDARD = "RANDOMISED", "PREFERENCE", "STANDARD"
WW, TME, WW_P, TME_P, S = "WW", "TME", "WW-P", "TME-P", "S"
WATCHING_ARMS = frozenset({WW, WW_P})

Allocation = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """A SUR form. `number` is SUROPNO, or its place in time; `salvage`: done for a regrowth; `tme`: the rectum was resected."""

    number: int
    on: date | None
    procedure: str | None
    reason: str | None
    event: str
    address: str
    salvage: bool

    @property
    def tme(self) -> bool:
        """Whether it was a total mesorectal excision, as opposed to a local excision or another operation."""
        return self.procedure in TME_PROCEDURES


@dataclass(frozen=True)
class Regrowth:
    """An RGW form: PENDING, CONFIRMED or NOTCONF, and what was decided about salvage."""

    suspected_on: date | None
    outcome: str | None
    confirmed_on: date | None
    salvage: str | None
    salvage_decided_on: date | None
    event: str
    address: str


@dataclass(frozen=True)
class Course:
    """What the record says of the course. Dates are None where nothing is recorded yet.

    `therapy_ended_on` is the later of last fraction and last dose. `restaging` is the event of the last restaging (RST or
    RST2). `management` is the strategy begun (MGT), `arm` the one allocated or chosen.
    """

    consented_on: date | None = None
    eligible: bool | None = None
    eligible_on: date | None = None
    regimen: str | None = None
    therapy_started_on: date | None = None
    last_fraction_on: date | None = None
    last_dose_on: date | None = None
    immunotherapy: bool | None = None
    restaged_on: date | None = None
    restaging: str | None = None
    response: str | None = None
    decided_on: date | None = None
    strategy: str | None = None
    cohort: str | None = None
    arm: str | None = None
    allocated_on: date | None = None
    management: str | None = None
    managed_on: date | None = None
    operations: tuple[Operation, ...] = ()
    regrowths: tuple[Regrowth, ...] = ()
    metastases_on: tuple[date, ...] = ()
    recurrences_on: tuple[date, ...] = ()
    second_primaries_on: tuple[date, ...] = ()
    withdrawn_on: date | None = None
    withdrawn_from: tuple[str, ...] = ()
    died_on: PartialDate | None = None
    ended_on: date | None = None
    end_reason: str | None = None

    @property
    def enrolled(self) -> bool:
        """Whether eligibility was confirmed, or therapy began without it (a deviation, and still followed)."""
        return self.eligible is True or self.therapy_started_on is not None

    @property
    def screen_failed(self) -> bool:
        """Whether screening ended without enrolment."""
        return not self.enrolled and (self.eligible is False or self.end_reason == "SCREENFAIL")

    @property
    def therapy_ended_on(self) -> date | None:
        """The later of last fraction and last dose."""
        return max((d for d in (self.last_fraction_on, self.last_dose_on) if d), default=None)

    @property
    def radiotherapy_last(self) -> bool | None:
        """Whether radiotherapy came last; a drug that ended the same day was given with it."""
        if self.last_fraction_on is None:
            return None if self.last_dose_on is None else False
        return self.last_dose_on is None or self.last_fraction_on >= self.last_dose_on

    @property
    def near_complete(self) -> bool:
        """Near-complete response at the last restaging."""
        return self.response == "NCR"

    @property
    def tme_on(self) -> date | None:
        """The first operation that removed the rectum, for any reason."""
        return min((o.on for o in self.operations if o.tme and o.on), default=None)

    @property
    def watching(self) -> bool:
        """Whether the watch-and-wait schedule applies until the rectum is removed: as begun (MGT), else as allocated."""
        if self.management in (WW, TME):
            return self.management == WW
        return self.arm in WATCHING_ARMS

    def watching_on(self, day: date) -> bool:
        """The same on a day: after a TME for any reason the surgery schedule applies."""
        return self.watching and (self.tme_on is None or day <= self.tme_on)


def in_course_order(crfs: Iterable[Crf]) -> tuple[Crf, ...]:
    """Form instances in the order of the course: event, its number, form as in the schedule, occurrence."""
    return tuple(sorted(crfs, key=lambda c: (soa.place(c.event, c.form), c.occurrence)))


def course(record: Record, allocation: Allocation | None = None) -> Course:
    """Read the course of one participant; once a record, for facts, visits and what is due all ask."""
    decided = (allocation["arm"], allocation["at"]) if allocation is not None else None
    return record.once((course, decided), lambda: _course(record, allocation))


def _course(record: Record, allocation: Allocation | None) -> Course:
    started, fraction, dose, antibodies = _therapy(record)
    restaged = record.latest("RST")
    arm = _arm(record, allocation)
    return Course(
        consented_on=consent_date(record),
        eligible={"Y": True, "N": False}.get(record.value("ELIG.ELIGCONF")),
        eligible_on=record.value("ELIG.ELIGDAT"),
        regimen=record.value("PLAN.REGIMEN"),
        therapy_started_on=started,
        last_fraction_on=fraction,
        last_dose_on=dose,
        immunotherapy=antibodies,
        restaged_on=record.value("RST.RSTDAT"),
        restaging=restaged.event if restaged else None,
        response=record.value("RST.RESP"),
        decided_on=record.value("DEC.DECDAT"),
        strategy=record.value("DEC.STRATEGY"),
        cohort=_COHORTS.get(arm) if arm else None,
        arm=arm,
        allocated_on=_day(allocation["at"]) if allocation else None,
        management=record.value("MGT.MGTSTRT"),
        managed_on=record.value("MGT.MGTDAT"),
        operations=_operations(record),
        regrowths=_regrowths(record),
        metastases_on=_dates(record, "MET.METDAT"),
        recurrences_on=_dates(record, "LR.LRDAT"),
        second_primaries_on=_dates(record, "SPC.SPCDAT"),
        **withdrawal(record),
        died_on=record.value("DTH.DTHDAT"),
        ended_on=record.value("EOS.EOSDAT"),
        end_reason=record.value("EOS.EOSREAS"),
    )


_COHORTS = {WW: RANDOMISED, TME: RANDOMISED, WW_P: PREFERENCE, TME_P: PREFERENCE, S: STANDARD}


def consent_date(record: Record) -> date | None:
    """The date of the initial consent, not of a later re-consent."""
    found = (record.scope(c) for c in record.all("IC"))
    return next((s.item("IC.ICDAT") for s in found if s.item("IC.ICTYPE") == "INITIAL"), None)


def withdrawal(record: Record) -> dict[str, Any]:
    """`withdrawn_on` and `withdrawn_from` of the earliest withdrawal recorded on any consent form."""
    found = [(s.item("IC.ICWDAT"), s.item("IC.ICWSCOPE") or ()) for s in map(record.scope, record.all("IC"))]
    dated = sorted((f for f in found if f[0]), key=lambda f: f[0])
    scope = tuple(dict.fromkeys(code for _, codes in dated for code in codes))
    return {"withdrawn_on": dated[0][0] if dated else None, "withdrawn_from": scope}


def _day(instant: datetime | date) -> date:
    return instant.date() if isinstance(instant, datetime) else instant


def _dates(record: Record, key: str) -> tuple[date, ...]:
    """Every known value of an item, in time."""
    form = key.partition(".")[0]
    found = (record.scope(c).item(key) for c in record.all(form))
    return tuple(sorted(d for d in found if d is not None))


def _therapy(record: Record) -> tuple[date | None, date | None, date | None, bool | None]:
    """First day of therapy, last fraction, last dose, and whether any immunotherapy was given (None: no drug recorded)."""
    given = [s for s in map(record.scope, record.all("EX")) if s.item("EX.EXDOSE") != 0]
    starts = [*(s.item("EX.EXSTDT") for s in given), *_dates(record, "RT.RTSTDT")]
    doses = [s.item("EX.EXENDT") or s.item("EX.EXSTDT") for s in given]
    fractions = _dates(record, "RT.RTENDT")
    return (
        min((d for d in starts if d), default=None),
        fractions[-1] if fractions else None,
        max((d for d in doses if d), default=None),
        any(s.item("EX.EXTRT") in IMMUNOTHERAPY for s in given) if given else None,
    )


def _arm(record: Record, allocation: Allocation | None) -> str | None:
    if allocation is not None:
        return str(allocation["arm"])
    if record.value("DEC.DECDAT") is None:
        return None
    if record.value("DEC.STRATEGY") == "CAND":
        return {"WW": WW_P, "SURGERY": TME_P}.get(record.value("DEC.PREFARM"))
    return S if record.value("DEC.STRATEGY") == "NOTCAND" else None


def _operations(record: Record) -> tuple[Operation, ...]:
    salvaged = {record.scope(c).code("SLV.SLVSUR") for c in record.all("SLV")}
    forms = sorted(record.all("SUR"), key=lambda c: record.scope(c).item("SUR.SURDAT") or date.max)
    return tuple(_operation(record, crf, place, salvaged) for place, crf in enumerate(forms, start=1))


def _operation(record: Record, crf: Crf, place: int, salvaged: set[Any]) -> Operation:
    scope = record.scope(crf)
    reason = scope.item("SUR.SURREAS")
    return Operation(
        scope.item("SUR.SUROPNO") or place, scope.item("SUR.SURDAT"), scope.item("SUR.SURPROC"), reason, crf.event,
        crf.address, crf.address in salvaged or soa.series(crf.event) == "SLV" or reason == "REGROWTH",
    )  # fmt: skip


def _regrowths(record: Record) -> tuple[Regrowth, ...]:
    found = [_regrowth(record.scope(c), c) for c in record.all("RGW")]
    return tuple(sorted(found, key=lambda r: r.suspected_on or date.max))


def _regrowth(scope: InstanceScope, crf: Crf) -> Regrowth:
    return Regrowth(
        scope.item("RGW.RGWDAT"), scope.item("RGW.RGWCONF"), scope.item("RGW.RGWCDAT"), scope.item("RGW.SALV"),
        scope.item("RGW.SALVDAT"), crf.event, crf.address,
    )  # fmt: skip
