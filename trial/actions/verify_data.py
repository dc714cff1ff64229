"""Source data verification by a monitor: values of a form, a whole form, a whole visit; and the plan that says which."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from forms.answers import Crf
from trial.actions import due
from trial.actions.case import Case, load
from trial.actions.permission import participant_for, permit
from trial.changes import Change
from trial.errors import CrfLocked, NotFound, NotOpen, ReasonNeeded
from trial.happenings_office import ReviewPlanSet, VerificationReset, Verified
from trial.holds import LOCK
from trial.store import crfs, office
from trial.store.unit_of_work import UnitOfWork
from trial.verification import paths_of, still_verified


def verify_values(
    participant: str,
    event: str,
    form: str,
    occurrence: int,
    *,
    revision: int,
    uow: UnitOfWork,
    paths: Collection[str] | None = None,
) -> int:
    """Mark values as compared with their source; every value of the form for `paths` None. Returns how many are new.

    `revision` is the one on the screen. Raises StaleRevision, NotFound, NotAllowed, CrfLocked.
    """
    with uow:
        case = _case(participant, uow)
        crf = case.bare.at(form, event, occurrence)
        if crf is None or crf.answers.removed is not None:
            raise NotFound("crf", {"form": form, "event": event, "occurrence": occurrence})
        if crf.number != revision:
            crfs.refuse_stale(uow, case.id, crf, based_on=revision)
        new = _verify(case, crf, paths, uow)
        uow.record(Verified((crf.address,), new, participant=case.id))
        due.refresh(case, case.crfs, uow, verified=frozenset({crf.address}))
        uow.commit()
    return new


def verify_visit(participant: str, event: str, *, seen: dict[str, int], uow: UnitOfWork) -> int:
    """Mark every value of every form of a visit. `seen`: address to the revision on the screen. Raises as `verify_values`."""
    with uow:
        case = _case(participant, uow)
        forms = [c for c in case.crfs if c.event == event and c.answers.removed is None]
        for crf in forms:
            if seen.get(crf.address) != crf.number:
                crfs.refuse_stale(uow, case.id, crf, based_on=seen.get(crf.address))
        if not forms:
            raise NotOpen("verify", ("nothing-saved",))
        new = sum(_verify(case, crf, None, uow) for crf in forms)
        uow.record(Verified(tuple(c.address for c in forms), new, participant=case.id))
        due.refresh(case, case.crfs, uow, verified=frozenset(c.address for c in forms))
        uow.commit()
    return new


def _case(participant: str, uow: UnitOfWork) -> Case:
    row = participant_for(uow, uow.actor, participant, "data.verify")
    uow.lock("participant", {"id": participant})
    return load(uow, row, uow.clock)


def _verify(case: Case, crf: Crf, paths: Collection[str] | None, uow: UnitOfWork) -> int:
    if case.held(crf.form, crf.event, crf.occurrence) == LOCK:
        raise CrfLocked(case.id, crf.event, crf.form, crf.occurrence)
    there = paths_of(crf.answers)
    wanted = there if paths is None else tuple(paths)
    if unknown := set(wanted) - set(there):
        raise NotFound("item", {"form": crf.form, "path": min(unknown)})
    key = crfs.key_of(case.id, crf)
    row = uow.one("verification", **key)
    before = dict(row["paths"]) if row else {}
    how = {"revision": crf.number, "by": uow.actor.person_id, "at": uow.clock.now().isoformat()}
    new = [p for p in wanted if p not in before]
    if row is None:
        uow.insert("verification", **key, paths=dict.fromkeys(new, how))
    else:
        uow.update("verification", key, paths=before | dict.fromkeys(new, how))
    return len(new)


def reset(case: Case, crf: Crf, made: Collection[Change], uow: UnitOfWork) -> None:
    """Take the verification of every changed value back, in the transaction of the save; visible in the journal."""
    key = crfs.key_of(case.id, crf)
    row = uow.one("verification", **key)
    if row is None:
        return
    kept = still_verified(row["paths"], {c.path for c in made}, crf)
    lost = tuple(p for p in row["paths"] if p not in kept)
    if lost:
        uow.update("verification", key, paths=kept)
        uow.record(VerificationReset(crf.address, lost, participant=case.id))


def set_plan(kind: str, reason: str, *, uow: UnitOfWork, percent: int | None = None, seed: str | None = None) -> int:
    """Say which values are verified from now on. A sample's seed is drawn here, kept, and never shown to a site. Returns its number."""
    with uow:
        permit(uow.actor, "plan.set")
        if not reason.strip():
            raise ReasonNeeded(())
        newest = office.plan_in_force(uow)
        number = 1 + (newest["number"] if newest else 0)
        drawn = (seed or secrets.token_hex(16)) if kind == "sample" else None
        share = percent if kind == "sample" else None
        at = {"by": uow.actor.person_id, "at": uow.clock.now()}
        uow.insert("review_plan", number=number, kind=kind, percent=share, seed=drawn, reason=reason.strip(), **at)
        uow.record(ReviewPlanSet(number, kind))
        due.rebuild_within(uow.all("participant", order_by="id"), uow)
        uow.commit()
    return number
