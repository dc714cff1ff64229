"""What the sponsor's system does when a serious report arrives, and when the safety officer judges it.

The sponsor is aware the moment the report is stored: day 0 of the authority's clock is set by the system, in a revision of its own
(PROTOCOL 9; ICH E2A III.B). An expectedness is kept with the reference information that was valid at onset.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC

from forms.answers import Crf
from trial.actions.case import Case
from trial.changes import Change
from trial.happenings import CrfSaved
from trial.happenings_safety import ExpectednessJudged
from trial.safety_desk import valid_at_onset
from trial.store import crfs
from trial.store.unit_of_work import UnitOfWork

RECEIVED = "received by the sponsor"
SOURCE = "system"


def received(case: Case, crf: Crf, uow: UnitOfWork, *, complete: bool) -> Crf:
    """The instance as it stands after the system noted when the sponsor became aware; any other form, and a noted one, as it is."""
    if crf.form != "SAE" or not crf.counts or "SAESPON" in crf.answers.items or "SAEAWARE" not in crf.answers.items:
        return crf
    # To the minute, as a page types and shows it; exactly where the site was aware within that minute.
    now = uow.clock.now().astimezone(UTC)
    minute = now.replace(second=0, microsecond=0)
    at = minute if minute >= crf.answers.items["SAEAWARE"] else now
    noted = replace(
        crf, number=crf.number + 1, answers=replace(crf.answers, items={**crf.answers.items, "SAESPON": at})
    )
    crfs.append_revision(
        uow, case.id, noted, based_on=crf.number, reason=RECEIVED, source=SOURCE, complete=complete, by_system=True
    )
    uow.record(
        CrfSaved(
            noted.address, noted.number, noted.version, ("SAESPON",), SOURCE, *case.stood_under, participant=case.id
        )
    )
    return noted


def assessed(case: Case, crf: Crf, made: Collection[Change], uow: UnitOfWork) -> None:
    """Keep what an expectedness was judged against, with the revision that says it."""
    judged = next((c.new for c in made if crf.form == "SAE" and c.path == "SAEEXP" and isinstance(c.new, str)), None)
    if judged is None:
        return
    against = [
        {**found, "valid_from": found["valid_from"].isoformat()}
        for found in valid_at_onset(case.bare.with_crf(crf), crf, uow.all("safety_reference", order_by="id"))
    ]
    values = {"revision": crf.number, "assessed": judged, "against": against}
    uow.insert("expectedness", **crfs.key_of(case.id, crf), **values, by=uow.actor.person_id, at=uow.clock.now())
    uow.record(ExpectednessJudged(crf.address, judged, len(against), participant=case.id))
