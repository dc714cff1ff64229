"""What the data office sees and does on a CRF page: queries and verification of each value, what holds the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trial import roles
from trial.actions.case import Case
from trial.queries import LIVE
from trial.store import office
from trial.verification import plan_of, required
from trial.web.house import actor, house, reading
from trial.web.queries import Line, line_of


@dataclass(frozen=True)
class Desk:
    """`queries`: path to the live queries there. `verified`: path to revision, by whom, when. `wanted`: paths the plan asks for."""

    asks: bool
    verifies: bool
    holds: bool
    queries: Mapping[str, list[Line]]
    verified: Mapping[str, Mapping[str, object]]
    wanted: frozenset[str]
    held: str | None
    ended: int

    @property
    def sees_verification(self) -> bool:
        """Whether marks of verification are shown: to who monitors and manages data, not to who enters."""
        return self.verifies or self.holds


def desk(case: Case, form: str, event: str, occurrence: int) -> Desk:
    """For the form instance at that address, for who asks."""
    here = [q for q in case.queries if (q["form"], q["event"], q["occurrence"]) == (form, event, occurrence)]
    live: dict[str, list[Line]] = {}
    if roles.may(actor().role, "query.read"):
        for row in here:
            if row["state"] in LIVE:
                live.setdefault(row["path"], []).append(line_of(row, house().clock.now()))
    crf = case.bare.at(form, event, occurrence)
    stored = reading().one("verification", participant=case.id, event=event, form=form, occurrence=occurrence)
    plan = plan_of(office.plan_in_force(reading()))
    may = {verb: roles.may(actor().role, verb) for verb in ("query.raise", "data.verify", "crf.freeze")}
    return Desk(
        asks=may["query.raise"],
        verifies=may["data.verify"] and crf is not None,
        holds=may["crf.freeze"] and crf is not None,
        queries=live,
        verified=stored["paths"] if stored else {},
        wanted=required(plan, case.id, crf) if crf is not None else frozenset(),
        held=case.held(form, event, occurrence),
        ended=sum(q["state"] not in LIVE for q in here),
    )
