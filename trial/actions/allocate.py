"""Randomisation: one allocation a participant, for ever, under any number of clicks, tabs, coordinators and crashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trial import seal
from trial.actions.case import Case, load, refuse_if_held
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.actions.system_queries import look_again
from trial.allocation import Allocated as Given
from trial.allocation import Decision, Plan, allocate
from trial.decision import allocation_factors, randomisation_blockers
from trial.errors import NotOpen
from trial.happenings import Allocated
from trial.protocol import plan_for
from trial.store.failures import retrying
from trial.store.reading import Reader, Reading, Row
from trial.store.unit_of_work import UnitOfWork

PATIENCE = 4
"""How often a request waits for its turn, fifteen seconds each, before the person is told that the system is busy."""

Locker = Callable[[UnitOfWork, str], Row]


@dataclass(frozen=True)
class Certificate:
    """What is shown and printed: participant, arm, draw number, method, factors as they stood, instant, commitment of the seed."""

    participant: str
    arm: str
    number: int
    method: str
    factors: dict[str, str]
    at: datetime
    by: str | None
    commitment: str


def _locked(uow: UnitOfWork, study: str) -> Row:
    """The study's row, held until the end: whoever allocates waits for whoever came first."""
    return uow.lock("randomisation", {"study": study})


def request_randomisation(
    participant: str, *, uow: UnitOfWork, key: bytes, request: str | None = None, lock: Locker = _locked
) -> Certificate:
    """Allocate, or return the allocation there already is. `key` opens the sealed seed; nobody sees it.

    `lock` exists so that a test can show what happens without one. Raises NotOpen with every reason why not, NotAllowed;
    Busy only after waiting several times: asking again is safe, since a second request finds the first one's allocation.
    """
    retrying(lambda: _request(participant, uow, key, request, lock), tries=PATIENCE)
    return certificate(Reading(uow.engine), participant)


def _request(participant: str, uow: UnitOfWork, key: bytes, request: str | None, lock: Locker) -> None:
    with uow:
        row = participant_for(uow, uow.actor, participant, "randomise")
        uow.lock("participant", {"id": participant})
        case = load(uow, row, uow.clock)
        if case.allocation is None:
            earlier_answer(uow, request, "request_randomisation")
            _allocate(case, key, uow, lock)
            remember(uow, request, "request_randomisation", {"participant": participant})
            uow.commit()


def _allocate(case: Case, key: bytes, uow: UnitOfWork, lock: Locker) -> None:
    refuse_if_held(case, "randomise")
    blockers = randomisation_blockers(
        case.protocol,
        case.record("DEC"),
        signatures=case.signatures,
        allocation=case.allocation,
        prediction=case.predictions[-1] if case.predictions else None,
        today=uow.clock.today(),
        site=case.participant["site_code"],
    )
    if blockers:
        raise NotOpen("randomise", blockers)
    study = lock(uow, case.protocol.study_id)
    if study["closed_at"] is not None:
        raise NotOpen("randomise", ("accrual-closed",))
    earlier = earlier_allocations(uow)
    plan = plan_for(study["method"], study["parameters"])
    factors = allocation_factors(case.protocol, case.record("DEC"), case.participant["site_code"])
    seed = seal.unseal(bytes.fromhex(study["seed_sealed"]), key=key, study=study["study"])
    decision = allocate(plan, seed, earlier, factors, len(earlier) + 1)
    _write(case, study, plan, factors, decision, uow)


def earlier_allocations(reader: Reader) -> list[Given]:
    """Every allocation of the study in draw order, those of withdrawn participants too."""
    rows = reader.all("allocation", order_by="number")
    return [Given(r["number"], r["factors"], r["arm"], r["slot"]) for r in rows]


def _write(case: Case, study: Row, plan: Plan, factors: dict[str, Any], decision: Decision, uow: UnitOfWork) -> None:
    allocation = uow.insert(
        "allocation",
        participant=case.id,
        study=study["study"],
        number=decision.number,
        stratum=decision.stratum,
        slot=decision.slot,
        arm=decision.arm,
        method=study["method"],
        factors=factors,
        detail={
            "probability": None if decision.probability is None else str(decision.probability),
            "margins": [
                {"factor": m.factor, "level": m.level, "counts": list(m.counts), "ranges": list(m.ranges)}
                for m in decision.margins
            ],
        },
        at=uow.clock.now(),
        by=uow.actor.person_id,
    )
    uow.record(Allocated(decision.number, decision.arm, participant=case.id))
    look_again(replace(case, allocation=allocation), case.crfs, uow)


def certificate(reader: Reader, participant: str) -> Certificate:
    """The certificate of an allocation. Raises NotFound."""
    row = reader.the("allocation", participant=participant)
    study = reader.the("randomisation", study=row["study"])
    by = reader.one("person", id=row["by"]) if row["by"] else None
    return Certificate(
        participant, row["arm"], row["number"], row["method"], row["factors"], row["at"],
        by["full_name"] if by else None, study["commitment"],
    )  # fmt: skip
