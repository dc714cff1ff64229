"""A confirmed breach of the protocol becomes a DV form, written by the system in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable

from forms.answers import Answers, Crf
from forms.findings import Finding
from trial.actions.case import Case
from trial.course import in_course_order
from trial.happenings import DeviationRaised
from trial.store import crfs
from trial.store.unit_of_work import UnitOfWork

SOURCE = "system"
LONGEST = 400


def raise_for(
    case: Case, after: tuple[Crf, ...], crf: Crf, previous: Crf | None, found: Iterable[Finding], uow: UnitOfWork
) -> tuple[Crf, ...]:
    """Write a DV form for each deviation confirmed in `crf` and not already in `previous`; return all instances."""
    known = previous.answers.confirmed if previous else {}
    for finding in found:
        if finding.deviation and finding.key not in known:
            raised = _deviation(after, finding, crf, case)
            crfs.append_revision(uow, case.id, raised, based_on=None, reason="deviation", source=SOURCE, complete=True)
            uow.record(DeviationRaised(crf.address, finding.key, raised.address, participant=case.id))
            after = in_course_order((*after, raised))
    return after


def _deviation(after: tuple[Crf, ...], finding: Finding, crf: Crf, case: Case) -> Crf:
    assert finding.deviation is not None
    category, severity = finding.deviation
    number = max((c.occurrence for c in after if c.form == "DV"), default=0) + 1
    reason = crf.answers.confirmed[finding.key]
    term = f"{crf.address}: {finding.text()} ({reason})"[:LONGEST]
    items = {"DVTERM": term, "DVDAT": case.today, "DVCAT": category, "DVSEV": severity}
    return Crf("DV", case.followed.forms["DV"], "ANY", number, 1, Answers(items))
