"""From what was entered to what an endpoint needs: an extract becomes one `CourseRow` a participant.

Nothing is judged here. Dates and codes are read from the forms; which of them is an event is said in `endpoints`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from analysis.course_row import (
    PREFERENCE,
    RANDOMISED,
    STANDARD,
    TME,
    WW,
    CourseRow,
    Operation,
    Regrowth,
    SecondPrimary,
    Stoma,
)
from forms.answers import Crf
from forms.dates import PartialDate
from forms.record import Record
from trial.course import in_course_order
from trial.limits import happenings
from trial.store.extract import Extract, Extracted

CHOSEN = {"WW": WW, "SURGERY": TME}
CLEAR = "NOTUM"


def course_rows(extract: Extract) -> tuple[CourseRow, ...]:
    """One row a participant, in the order of the extract."""
    return tuple(course_row(row, extract.cut_on) for row in extract.rows)


def course_row(row: Extracted, cut_on: date) -> CourseRow:
    """The course of one participant up to a data cut."""
    record = Record(in_course_order(row.crfs), row.record().definitions)
    cohort, arm = _cohort(row, record)
    ended, reason = record.value("EOS.EOSDAT"), record.value("EOS.EOSREAS")
    doses = [*_all(record, "EX", "EXENDT"), *_all(record, "EX", "EXSTDT"), *_all(record, "RT", "RTENDT")]
    return CourseRow(
        participant=row.participant,
        site=row.enrolled_at,
        cut_on=cut_on,
        cohort=cohort,
        arm=arm,
        strategy=record.value("MGT.MGTSTRT"),
        consent_on=min(_all(record, "IC", "ICDAT"), default=None),
        eligible_on=record.value("ELIG.ELIGDAT") if record.value("ELIG.ELIGCONF") == "Y" else None,
        screen_failed_on=ended if reason == "SCREENFAIL" else None,
        therapy_start_on=min((*_all(record, "RT", "RTSTDT"), *_all(record, "EX", "EXSTDT")), default=None),
        last_dose_on=_last(doses, cut_on),
        restaged_on=_last(_all(record, "RST", "RSTDAT"), cut_on),
        decision_on=record.value("DEC.DECDAT"),
        candidate=_truth(record.value("DEC.STRATEGY"), "CAND"),
        randomised_on=row.allocation["at"].date() if row.allocation else None,
        operations=tuple(_operations(record)),
        regrowths=tuple(_regrowths(record)),
        metastases_on=tuple(_all(record, "MET", "METDAT")),
        local_recurrences_on=tuple(_all(record, "LR", "LRDAT")),
        second_primaries=tuple(_second_primaries(record)),
        stomas=tuple(_stomas(record)),
        died_on=record.value("DTH.DTHDAT"),
        last_known_alive_on=_last_alive(record),
        assessed_on=tuple(sorted(set(_assessments(record)))),
        pelvis_clear_on=tuple(_clear(record)),
        withdrawn_on=record.value("IC.ICWDAT"),
        ended_on=ended,
        end_reason=reason,
        last_fraction_on=_last(_all(record, "RT", "RTENDT"), cut_on),
    )


def _truth(value: str | None, wanted: str) -> bool | None:
    return None if value is None else value == wanted


def _last(days: Iterable[date], cut_on: date) -> date | None:
    """The last by the cut: what came after it does not undo the one before."""
    return max((day for day in days if day <= cut_on), default=None)


def _all(record: Record, form: str, item: str) -> list[date]:
    values = [record.scope(crf).item(f"{form}.{item}") for crf in record.all(form)]
    return [v for v in values if v is not None]


def _cohort(row: Extracted, record: Record) -> tuple[str | None, str | None]:
    if row.allocation is not None:
        return RANDOMISED, row.allocation["arm"]
    if record.value("DEC.DECDAT") is None:
        return None, None
    chosen = record.value("DEC.PREFARM")
    return (PREFERENCE, CHOSEN[chosen]) if chosen else (STANDARD, None)


def _operations(record: Record) -> Iterator[Operation]:
    reports = {record.scope(yp).code("YP.YPSUR"): yp for yp in record.all("YP")}
    salvages = {record.scope(s).code("SLV.SLVSUR") for s in record.all("SLV")}
    for crf in record.all("SUR"):
        scope = record.scope(crf)
        if scope.item("SUR.SURDAT") is not None:
            yield Operation(
                scope.item("SUR.SURDAT"),
                scope.item("SUR.SURPROC"),
                scope.item("SUR.SURREAS"),
                **_specimen(record, reports.get(crf.address)),
                salvage=crf.address in salvages,
                number=scope.item("SUR.SUROPNO"),
            )


def _specimen(record: Record, report: Crf | None) -> dict[str, Any]:
    if report is None:
        return {}
    scope = record.scope(report)
    grade, nar = scope.item("YP.TRG"), scope.item("YP.NAR")
    return {
        "residual": scope.item("YP.RSTAT"),
        "ypt": scope.item("YP.YPT"),
        "ypn": scope.item("YP.YPN"),
        "trg": None if grade is None else int(grade),
        "nar": None if nar is None else float(nar),
    }


def _regrowths(record: Record) -> Iterator[Regrowth]:
    for crf in record.all("RGW"):
        scope = record.scope(crf)
        if scope.item("RGW.RGWDAT") is not None:
            names = ("RGWDAT", "RGWCONF", "RGWCDAT", "SALV", "SALVDAT")
            yield Regrowth(*(scope.item(f"RGW.{name}") for name in names))


def _second_primaries(record: Record) -> Iterator[SecondPrimary]:
    for crf in record.all("SPC"):
        scope = record.scope(crf)
        if scope.item("SPC.SPCDAT") is not None:
            yield SecondPrimary(scope.item("SPC.SPCDAT"), scope.item("SPC.SPCTYPE"))


def _stomas(record: Record) -> Iterator[Stoma]:
    for crf in record.all("STO"):
        scope = record.scope(crf)
        if scope.item("STO.STODAT") is not None:
            yield Stoma(scope.item("STO.STODAT"), scope.item("STO.STOINT"), scope.item("STO.STOREV"))


def _assessments(record: Record) -> Iterator[date]:
    """Every day with a disease assessment. A telephone call assesses nothing (PROTOCOL 7)."""
    for crf in record.all("FU"):
        scope = record.scope(crf)
        if scope.item("FU.FUMODE") == "VISIT" and scope.item("FU.ALIVE") == "Y":
            days = (scope.item(f"FU.{name}") for name in ("FUDAT", "ENDODAT", "MRIDAT", "CHSTDAT", "COLODAT"))
            yield from (day for day in days if day is not None)
    for form, item in (("RST", "RSTDAT"), ("RGW", "RGWDAT"), ("SUR", "SURDAT"), ("MET", "METDAT"), ("LR", "LRDAT")):
        yield from _all(record, form, item)


def _clear(record: Record) -> Iterator[date]:
    """Days on which endoscopy and MRI were both clear: the later of the two examinations."""
    for crf in record.all("FU"):
        scope = record.scope(crf)
        if (scope.item("FU.ENDO"), scope.item("FU.MRI")) == (CLEAR, CLEAR):
            days = [d for d in (scope.item("FU.ENDODAT"), scope.item("FU.MRIDAT")) if d is not None]
            if days:
                yield max(days)


def _last_alive(record: Record) -> date | None:
    """The last day on which something happened that needs a living participant."""
    days = [*_all(record, "EOS", "LSTALVDT")]
    for crf in record.crfs:
        # Taken at its earliest: a partial date proves no more.
        if crf.counts and crf.form not in ("DTH", "EOS", "DV", "YP", "SAE") and not _reported_dead(record, crf):
            found = (value for _, _, value in happenings(record, crf))
            days.extend(d.earliest if isinstance(d, PartialDate) else d for d in found)
    return max(days, default=None)


def _reported_dead(record: Record, crf: Crf) -> bool:
    return crf.form == "FU" and record.scope(crf).code("FU.ALIVE") == "N"
