"""A breach of the protocol becomes a DV form, written by the system: confirmed on a form, or found by the system itself.

Each is raised once, by its key (`breach`). Where the data later say that it was none, the form stays, and a proposed query asks whether it
still stands: a deviation is taken back by a person, never by a corrected date.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.answers import Answers, Crf
from forms.checks import confirmed
from forms.findings import Finding
from trial.actions.case import Case, load
from trial.actions.permission import permit
from trial.actions.proposals import look_for_oddities, settle
from trial.actions.system_queries import look_again
from trial.breaches import KINDS, Breach, breaches, kind_of, shown_by
from trial.course import in_course_order
from trial.happenings import DeviationRaised
from trial.happenings_participants import BreachFound
from trial.limits import confirmed_limits
from trial.registry import historical
from trial.store import crfs
from trial.store.cohort import in_trial
from trial.store.reading import Reading, Row
from trial.store.unit_of_work import UnitOfWork

SOURCE = "system"
LONGEST = 400
CHECK = "check"
"""The kind of a breach that somebody confirmed on a form."""


def check_key(address: str, finding: str) -> str:
    """The key of a breach that was confirmed on a form."""
    return f"{CHECK}:{address}:{finding}"


def raise_for(
    case: Case, after: tuple[Crf, ...], crf: Crf, previous: Crf | None, found: Iterable[Finding], uow: UnitOfWork
) -> tuple[Crf, ...]:
    """Write a DV form for each deviation confirmed in `crf` and not already in `previous`; return all instances."""
    if historical(case.id):
        return after  # who was treated before the protocol did not depart from it
    known = previous.answers.confirmed if previous else {}
    for finding in found:
        key = check_key(crf.address, finding.key)
        new = finding.deviation and finding.key not in known
        if finding.deviation and new and uow.one("breach", participant=case.id, key=key) is None:
            category, severity = finding.deviation
            term = f"{crf.address}: {finding.text()} ({crf.answers.confirmed[finding.key]})"
            raised = _form(case, after, term, case.today, category, severity)
            because = f"{crf.address}#{finding.item}" if finding.item else crf.address
            _write(case.id, raised, uow, key=key, because=because, said=finding)
            uow.record(DeviationRaised(crf.address, finding.key, raised.address, participant=case.id))
            after = in_course_order((*after, raised))
    return after


def raise_shown(case: Case, after: tuple[Crf, ...], saved: Crf, uow: UnitOfWork) -> tuple[Crf, ...]:
    """Within a save: raise what it reveals, and propose to ask about what no longer stands after it; return all instances."""
    if historical(case.id):
        return after
    kinds = shown_by(saved)
    raised = uow.all("breach", participant=case.id)
    if not kinds and not raised:
        return after
    standing = _standing(case, after, kinds | {kind_of(r["key"]) for r in raised})
    after = _raise([b for b in standing if kind_of(b.key) in kinds], raised, case, after, uow)
    settle(case, after, raised, _keys(case, after, standing, raised), uow)
    return after


@dataclass(frozen=True)
class Raised:
    """What the daily look found at one participant: breaches new to the record; proposals are queries nobody has opened yet."""

    participant: str
    breaches: tuple[Breach, ...]
    proposals: int = 0
    held: bool = False


def raise_deviations(
    *, uow: UnitOfWork, dry_run: bool = False, progress: Callable[[int, int], None] = lambda done, of: None
) -> tuple[Raised, ...]:
    """Once a day: what the passing of time reveals, participant by participant, each in a transaction of its own.

    Nobody has to be awake for it, and a run that was cut off goes on where it stopped: what is raised is not raised again. A participant
    who is frozen or locked is left alone and said to be. With `dry_run` nothing is written.
    """
    permit(uow.actor, "crf.freeze")
    names = [r["id"] for r in in_trial(Reading(uow.engine))]
    found = []
    for number, name in enumerate(names, start=1):
        found.append(_looked_at(name, uow, dry_run))
        progress(number, len(names))
    return tuple(f for f in found if f.breaches or f.proposals)


def _looked_at(name: str, uow: UnitOfWork, dry_run: bool) -> Raised:
    with uow:
        case = load(uow, uow.lock("participant", {"id": name}), uow.clock)
        raised = uow.all("breach", participant=case.id)
        standing = _standing(case, case.crfs)
        new = tuple(b for b in standing if b.key not in {r["key"] for r in raised})
        if case.held() or dry_run:
            return Raised(name, new, held=case.held() is not None)
        after = _raise(new, raised, case, case.crfs, uow)
        proposals = settle(case, after, raised, _keys(case, after, standing, raised), uow)
        proposals += look_for_oddities(case, after, uow)
        if new:
            look_again(case, after, uow)
        uow.commit()
    return Raised(name, new, proposals)


def _standing(case: Case, after: tuple[Crf, ...], kinds: Collection[str] = KINDS) -> tuple[Breach, ...]:
    record, site = case.record("SCR", after), str(case.participant["site_code"])
    return breaches(case.protocol, record, case.allocation, today=case.today, site=site, kinds=kinds)


def _keys(case: Case, after: tuple[Crf, ...], standing: Iterable[Breach], raised: Iterable[Row]) -> frozenset[str]:
    """The keys of every breach that stands, among them those confirmed on a form that still speak there."""
    wanted = {r["key"].split(":")[1] for r in raised if kind_of(r["key"]) == CHECK}
    forms = (c for c in after if c.address in wanted)
    still = (check_key(c.address, f.key) for c in forms for f in _confirmed(case, c, after))
    return frozenset((*(b.key for b in standing), *still))


def _confirmed(case: Case, crf: Crf, after: tuple[Crf, ...]) -> tuple[Finding, ...]:
    record = case.record(crf.event, after)
    return (*confirmed(record, crf), *confirmed_limits(record, crf))


def _raise(
    standing: Iterable[Breach], raised: Collection[Row], case: Case, after: tuple[Crf, ...], uow: UnitOfWork
) -> tuple[Crf, ...]:
    known = {r["key"] for r in raised}
    for breach in standing:
        if breach.key not in known:
            form = _form(case, after, breach.text(), breach.on, breach.category, breach.severity)
            _write(case.id, form, uow, key=breach.key, because=breach.because, said=breach)
            uow.record(BreachFound(breach.key, breach.because, form.address, participant=case.id))
            after = in_course_order((*after, form))
    return after


def _form(case: Case, after: tuple[Crf, ...], term: str, on: date, category: str, severity: str) -> Crf:
    number = max((c.occurrence for c in after if c.form == "DV"), default=0) + 1
    items = {"DVTERM": term[:LONGEST], "DVDAT": on, "DVCAT": category, "DVSEV": severity}
    return Crf("DV", case.followed.forms["DV"], "ANY", number, 1, Answers(items))


def _write(participant: str, form: Crf, uow: UnitOfWork, *, key: str, because: str, said: Any) -> None:
    by_system = not isinstance(said, Finding)
    crfs.append_revision(
        uow, participant, form, based_on=None, reason="deviation", source=SOURCE, complete=True, by_system=by_system
    )
    words: Mapping[str, Any] = {"message": said.message, "args": {k: str(v) for k, v in said.args.items()}}
    place = {"event": form.event, "form": form.form, "occurrence": form.occurrence}
    uow.insert("breach", participant=participant, key=key, **place, because=because, said=words, at=uow.clock.now())
