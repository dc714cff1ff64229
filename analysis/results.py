"""The first results of a trial at a cut: an extract becomes the numbers of the pooled report, and the curves by arm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from analysis.accrual import AccrualPlan
from analysis.adverse_events import AdverseEvent
from analysis.courses import course_rows
from analysis.cut import DataCut
from analysis.reports.status_data import StatusData, status_data
from analysis.safety.blind import without_arm
from forms import ctcae
from forms.checks import visible
from forms.dates import PartialDate
from forms.record import InstanceScope
from trial.coding import reported
from trial.protocol import PROTOCOL
from trial.store.extract import Extract, Extracted


def pooled_results(extract: Extract, opened_on: date) -> StatusData:
    """Everything the pooled pages and the status report say; `opened_on`: the day the first site opened."""
    return status_data(
        course_rows(extract),
        open_events(extract),
        plan=AccrualPlan.of(PROTOCOL.design, opened_on),
        cut=cut_of(extract),
        study=PROTOCOL.study_id,
    )


def cut_of(extract: Extract) -> DataCut:
    """Date and digest of what was extracted; of a locked cut also its name and place."""
    if (cut := extract.cut) is None:
        return DataCut(extract.cut_on.isoformat(), extract.cut_on, extract.digest)
    return DataCut(cut.name, cut.on, extract.digest, cut.position, cut.code, cut.at, extract.redactions)


def open_events(extract: Extract) -> tuple[AdverseEvent, ...]:
    """Every adverse event as an open table may count it: read from answers without whatever tells an arm."""
    return tuple(event for row in extract.rows for event in adverse_events(without_arm(row)))


def adverse_events(row: Extracted) -> Iterator[AdverseEvent]:
    """The AE forms of one participant. A coded event stands under its preferred term and class; another one under its CTCAE term and
    class; one with neither under its own words.
    """
    record = row.record()
    coded = {(c["event"], c["occurrence"]): c for c in row.codings if (c["form"], c["path"]) == ("AE", "AETERM")}
    for crf in record.all("AE"):
        scope = record.scope(crf)
        term = scope.item("AE.AECTCAE")
        known = ctcae.term(term) if term else None
        term, soc = reported(
            coded.get((crf.event, crf.occurrence)),
            term or scope.item("AE.AETERM") or "",
            known.soc if known else "",
        )
        onset = scope.item("AE.AESTDAT")
        related = scope.item("AE.AEREL")
        yield AdverseEvent(
            participant=row.participant,
            term=term,
            soc=soc,
            grade=scope.item("AE.AETOXGR"),
            onset_on=onset if isinstance(onset, PartialDate) or onset is None else PartialDate.of(onset),
            serious=_truth(scope.item("AE.AESER"), "Y"),
            related=None if related is None else frozenset(related) - {"NONE"},
            immune_related=_immune_related(scope),
            fatal=_truth(scope.item("AE.AEOUT"), "FATAL"),
        )


def _immune_related(scope: InstanceScope) -> bool | None:
    """Left blank because it is not asked, without immunotherapy, is no. "Suspected" cannot be told."""
    answer = scope.item("AE.AEIR")
    if answer is None and visible(scope.definition.item("AEIR"), scope) is False:
        return False
    return {"Y": True, "N": False}.get(answer)


def _truth(value: str | None, wanted: str) -> bool | None:
    return None if value is None else value == wanted
