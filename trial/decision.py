"""The decision point in its enforced order (PROTOCOL 5).

Restaging complete, own estimate signed, model called, decision signed, randomised: each step opens when the one before
is done, since showing the model first would bias the clinician. Everything here says *why not*, in words and with an address.

Signatures, predictions and allocations are mappings, as their tables keep them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.answers import Crf
from forms.checks import findings
from forms.record import Record
from forms.text import _l
from trial import soa
from trial.blockers import Blocker, Signatures, not_eligible, signed
from trial.course import Allocation
from trial.protocol import Protocol
from trial.randomisable import allocation_factors, randomisation_blockers
from trial.schedule import asked

__all__ = [
    "Blocker", "Signatures", "Step", "allocation_factors", "decision_blockers", "estimate_blockers", "model_blockers",
    "next_step", "randomisation_blockers", "restaging_event", "signed", "signing_blockers",
]  # fmt: skip

RESTAGING, ESTIMATE, MODEL, DECISION, RANDOMISE, DONE = (
    "restaging", "estimate", "model", "decision", "randomise", "done",
)  # fmt: skip
BEFORE_DECISION = ("SCR", "NAT", "EOT", "RST", "RST2")
MODEL_FORMS = frozenset({"DM", "MH", "PATH", "MRI0", "CT0", "LB", "MOL", "RAD", "MIC", "LBX", "RT", "EX", "RST"})
"""Forms that hold inputs of the model."""


@dataclass(frozen=True)
class Step:
    """The next step of the decision point, and what still stands in its way; none: it can be taken now."""

    name: str
    blockers: tuple[Blocker, ...] = ()


def restaging_event(record: Record) -> str:
    """RST2 where a re-assessment was done, else RST."""
    latest = record.latest("RST")
    return latest.event if latest is not None else "RST"


def estimate_blockers(protocol: Protocol, record: Record, *, open_queries: Iterable[str] = ()) -> tuple[Blocker, ...]:
    """Why the own estimate (PRE) is not due: restaging incomplete, an open query or an unanswered soft check on its way
    to the model. `open_queries`: addresses of CRFs that carry one.
    """
    return (*_incomplete(record), *_unanswered(record), *_queried(record, open_queries))


def model_blockers(
    protocol: Protocol, record: Record, *, signatures: Signatures, open_queries: Iterable[str] = ()
) -> tuple[Blocker, ...]:
    """Why the model may not be called: what blocks the estimate, and the estimate itself, saved and signed."""
    return (*estimate_blockers(protocol, record, open_queries=open_queries), *_estimate(record, signatures))


def decision_blockers(
    protocol: Protocol, record: Record, *, signatures: Signatures, prediction: Mapping[str, Any] | None
) -> tuple[Blocker, ...]:
    """Why the decision (DEC) may not be recorded yet: the estimate comes first, then the call, answered or refused."""
    return (*_estimate(record, signatures), *_called(prediction is not None))


def signing_blockers(
    protocol: Protocol, record: Record, crf: Crf, *, signatures: Signatures | None = None
) -> tuple[Blocker, ...]:
    """Why a CRF may not be signed, beyond its own findings. `record` holds the facts of its event."""
    if crf.form == "ELIG" and crf.answers.items.get("ELIGCONF") == "Y":
        return tuple(not_eligible(protocol, record))
    if crf.form == "DEC":
        return (*_estimate(record, signatures), *_called(record.facts.get("model_call") is not None))
    if crf.form == "PRE":
        return estimate_blockers(protocol, record)
    return ()


def next_step(
    protocol: Protocol,
    record: Record,
    *,
    signatures: Signatures,
    allocation: Allocation | None,
    prediction: Mapping[str, Any] | None,
    today: date,
    open_queries: Iterable[str] = (),
) -> Step:
    """Where a participant stands in the order, and why they cannot go on, if they cannot."""
    signatures, queries = tuple(signatures), tuple(open_queries)
    if before := estimate_blockers(protocol, record, open_queries=queries):
        return Step(RESTAGING, before)
    if _estimate(record, signatures):
        return Step(ESTIMATE)
    if prediction is None:
        return Step(MODEL, model_blockers(protocol, record, signatures=signatures, open_queries=queries))
    if not signed(record, signatures, record.latest("DEC")):
        return Step(DECISION, decision_blockers(protocol, record, signatures=signatures, prediction=prediction))
    if allocation is None and record.value("DEC.RANDCONS") == "Y":
        return Step(
            RANDOMISE,
            randomisation_blockers(
                protocol, record, signatures=signatures, allocation=allocation, prediction=prediction, today=today
            ),
        )
    return Step(DONE)


def _incomplete(record: Record) -> Iterator[Blocker]:
    event = restaging_event(record)
    for form in soa.forms_at(event):
        crf = record.at(form, event)
        if not asked(form, record):
            continue
        if crf is None or crf.answers.removed is not None:
            yield Blocker(
                "restaging-form-missing",
                _l("A restaging form is not entered, nor marked “not done”."),
                f"{form}/{event}/1",
            )
        elif missing := [f for f in _findings(record, crf) if f.level in ("missing", "hard", "problem")]:
            text = _l("A restaging form is incomplete.")
            yield from (Blocker("restaging-incomplete", text, crf.address, f.item) for f in missing)
    latest = record.latest("RST")
    if latest is None and record.at("RST", event) is not None:
        yield Blocker("restaging-not-done", _l("Without a restaging there is no decision point."), f"RST/{event}/1")


def _findings(record: Record, crf: Crf) -> tuple[Any, ...]:
    # Facts were made for another event; the one that rules before the decision read is the event itself.
    event = soa.series(crf.event)
    there = record.once(("at", event), lambda: record.with_facts(event=event))
    return record.once(("findings", crf.address), lambda: findings(there, crf))


def _unanswered(record: Record) -> Iterator[Blocker]:
    for crf in record.crfs:
        if soa.series(crf.event) in BEFORE_DECISION and crf.counts and crf.form in MODEL_FORMS:
            for finding in _findings(record, crf):
                if finding.level == "soft":
                    yield Blocker("soft-check-open", _l("A soft check waits for an answer."), crf.address, finding.item)


def _queried(record: Record, open_queries: Iterable[str]) -> Iterator[Blocker]:
    for address in open_queries:
        form, event, _occurrence = address.split("/")
        if soa.series(event) in BEFORE_DECISION and form in MODEL_FORMS:
            yield Blocker("query-open", _l("A query on a source of the model is open."), address)


def _estimate(record: Record, signatures: Signatures | None) -> Iterator[Blocker] | tuple[Blocker, ...]:
    crf = record.latest("PRE")
    if crf is None:
        return (Blocker("own-estimate-missing", _l("The own estimate comes before the model."), "PRE/DEC/1"),)
    if signatures is not None and not signed(record, signatures, crf):
        return (Blocker("own-estimate-unsigned", _l("The own estimate is not signed."), crf.address),)
    return ()


def _called(called: bool) -> tuple[Blocker, ...]:
    return () if called else (Blocker("model-not-called", _l("The model has not been called."), None),)
