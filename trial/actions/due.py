"""One row a form that is expected or entered: its state, what it lacks, what is asked of it, what is left to verify.

A work list, "missing", "overdue" and "% complete" are one query on these rows. They are derived: a save makes them again, and they can be
rebuilt at any time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from forms.answers import Crf
from trial import schedule
from trial.actions.case import Case, load
from trial.happenings_office import DerivedAgain
from trial.registry import historical
from trial.schedule import Due, Status
from trial.standing import Standing, concerns, standing, told
from trial.store import office
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork
from trial.verification import Plan, left, plan_of, required

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("forms", "trial")
RULES = "due.rules"
DAYS = ("due_from", "due_on", "due_to", "given_up_from")
STATES: Mapping[Status, str] = {
    Status.DUE: "required",
    Status.CANCELLED: "not_required",
    Status.ENTERED: "entered",
    Status.NOT_DONE: "not_done",
}
KEY = ("event", "form", "occurrence")
LACKS = ("missing", "asks", "to_verify")


def refresh(
    case: Case,
    crfs: tuple[Crf, ...],
    uow: UnitOfWork,
    saved: Crf | None = None,
    *,
    every: bool = False,
    verified: frozenset[str] = frozenset(),
    plan: Plan | None = None,
) -> dict[str, Standing]:
    """Replace the participant's rows by what the schedule and the checks say of these instances.

    Looks at `saved`, at what reads it, and at forms that are told something else than before; at all of them for `every`.
    `verified`: addresses whose verification changed. Returns address to standing of what was looked at.
    """
    if historical(case.id):
        return {}  # nothing is due of who was treated before the trial, and no check of the protocol asks anything
    stored = {_key(r): r for r in uow.all("due", participant=case.id)}
    moves = case.under(crfs).steps != case.followed.steps
    at = cache(lambda event: case.record(event, crfs))
    facts = {c.address: told(at(c.event), c) for c in crfs if c.counts}
    looked_at = [
        c for c in crfs if c.counts and (every or moves or _concerned(c, saved, facts[c.address], stored.get(_key(c))))
    ]
    stood = {c.address: standing(at(c.event), c) for c in looked_at}
    rows = _Rows(case, {c.address: c for c in crfs}, stood, facts, uow, plan, verified)
    expected = schedule.standing(case.under(crfs).protocol, at("ANY"), case.allocation)
    wanted = {_key(d): rows.row(d, stored.get(_key(d))) for d in expected}
    for event, form, occurrence in stored.keys() - wanted.keys():
        uow.drop("due", {"participant": case.id, "event": event, "form": form, "occurrence": occurrence})
    uow.put_all("due", [row for key, row in wanted.items() if stored.get(key) != row])
    return stood


def _concerned(crf: Crf, saved: Crf | None, facts: str | None, stored: Row | None) -> bool:
    if stored is None or stored["told"] != facts:
        return True
    return saved is not None and concerns(saved, crf)


def _key(row: Any) -> tuple[str, str, int]:
    read = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
    return read("event"), read("form"), read("occurrence")


class _Rows:
    """What makes the rows of one participant."""

    def __init__(
        self,
        case: Case,
        crfs: Mapping[str, Crf],
        stood: Mapping[str, Standing],
        facts: Mapping[str, str | None],
        uow: UnitOfWork,
        plan: Plan | None,
        verified: frozenset[str],
    ) -> None:
        self._case, self._crfs, self._stood, self._facts = case, crfs, stood, facts
        self._fresh = verified
        self._plan = plan or plan_of(office.plan_in_force(uow))
        self._verified = {
            (r["form"], r["event"], r["occurrence"]): r["paths"] for r in uow.all("verification", participant=case.id)
        }

    def row(self, d: Due, stored: Row | None) -> Row:
        """The row of one form; what was not looked at stands as stored."""
        values = dict(zip(KEY, _key(d), strict=True)) | {name: getattr(d, name) for name in DAYS}
        state = {
            "state": STATES[d.status],
            "reason": d.reason,
            "because": d.because,
            "told": self._facts.get(d.address),
        }
        return {"participant": self._case.id, **values, **state, **self._lacks(d, stored)}

    def _lacks(self, d: Due, stored: Row | None) -> Row:
        crf = self._crfs.get(d.address)
        if crf is None or d.status not in (Status.ENTERED, Status.NOT_DONE):
            return dict.fromkeys(LACKS, 0)
        stood = self._stood.get(d.address)
        if stored is not None and stood is None and crf.counts and d.address not in self._fresh:
            return {name: stored[name] for name in LACKS}
        verified = self._verified.get((crf.form, crf.event, crf.occurrence), {})
        missing, asks = (stood.missing, len(stood.asks)) if stood else (0, 0)
        if stood is None and stored is not None and crf.counts:
            missing, asks = stored["missing"], stored["asks"]
        to_verify = left(required(self._plan, self._case.id, crf), verified)
        return {"missing": missing, "asks": asks, "to_verify": to_verify}


def rebuild_if_rules_changed(*, uow: UnitOfWork) -> int | None:
    """Rebuild the rows if another release than this one made them; returns how many participants, None where nothing was to be done."""
    with uow:
        known = uow.one("setting", key=RULES)
    now = rules_digest()
    if known is not None and known["value"] == now:
        return None
    done = rebuild(uow=uow)
    with uow:
        if known is None:
            uow.insert("setting", key=RULES, value=now)
        else:
            uow.update("setting", {"key": RULES}, value=now)
        uow.record(DerivedAgain(now, done))
        uow.commit()
    return done


@cache
def rules_digest() -> str:
    """SHA-256 of all that the rows follow from: the code and data of `forms` and `trial`."""
    found = hashlib.sha256()
    for room in ROOMS:
        for path in sorted(p for p in (ROOT / room).rglob("*") if p.suffix in (".py", ".json", ".csv")):
            found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def rebuild(*, uow: UnitOfWork) -> int:
    """Rebuild the rows of every participant; returns how many participants."""
    with uow:
        rows = uow.all("participant", order_by="id")
        rebuild_within(rows, uow)
        uow.commit()
    return len(rows)


def rebuild_within(rows: list[Row], uow: UnitOfWork) -> None:
    """Rebuild the rows of some participants inside an open unit of work."""
    plan = plan_of(office.plan_in_force(uow))
    for row in rows:
        case = load(uow, row, uow.clock)
        refresh(case, case.crfs, uow, every=True, plan=plan)
