"""Historical patients: a number of the registry's own, under the waiver of consent that lets their data be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import permit
from trial.actor import Actor
from trial.errors import NotOpen, Refused
from trial.happenings_registry import HistoricalAdded
from trial.holds import HELD, held
from trial.registry import LONGEST, Waiver, number_of
from trial.store import cohort, office
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

MOST = 500
"""How many numbers are given at once."""


@dataclass(frozen=True)
class Patient:
    """A historical patient: where, under which waiver, and how many forms are entered, how many of these are complete."""

    row: Row
    waiver: Waiver
    entered: int
    complete: int

    @property
    def id(self) -> str:
        """The number."""
        return str(self.row["id"])


def add_historical(site: str, waiver: Waiver, *, uow: UnitOfWork, count: int = 1, key: str | None = None) -> list[str]:
    """Give the next numbers of the registry at a site. Raises Refused, NotOpen while the site is held, NotAllowed, NotFound.

    A site need not be open for the trial: who was treated before it is not recruited.
    """
    with uow:
        permit(uow.actor, "registry.add", site)
        uow.lock("site", {"code": site})
        if earlier := earlier_answer(uow, key, "add_historical"):
            return list(earlier["ids"])
        waiver = _read(waiver, count, uow.clock.today())
        if kind := held(office.holds_over(uow, site, None), site, None):
            raise NotOpen("participant", (HELD[kind],))
        first = cohort.next_patient(uow, site)
        names = [_add(site, number, waiver, uow) for number in range(first, first + count)]
        remember(uow, key, "add_historical", {"ids": names})
        uow.commit()
    return names


def _add(site: str, number: int, waiver: Waiver, uow: UnitOfWork) -> str:
    name, now, by = number_of(site, number), uow.clock.now(), uow.actor.person_id
    uow.insert("participant", id=name, site_code=site, number=number, created_at=now, created_by=by)
    under = {"committee": waiver.committee, "reference": waiver.reference, "granted_on": waiver.granted_on}
    uow.insert("historical", participant=name, **under, by=by, at=now)
    uow.record(
        HistoricalAdded(site, waiver.committee, waiver.reference, waiver.granted_on.isoformat(), participant=name)
    )
    return name


def _read(waiver: Waiver, count: int, today: date) -> Waiver:
    """The waiver as it is kept. Raises Refused."""
    found: list[Finding] = []
    words = {name: _words(getattr(waiver, name), name, found) for name in ("committee", "reference")}
    if waiver.granted_on > today:
        found.append(_problem("granted_on", _l("A waiver is not granted ahead of today.")))
    if not 1 <= count <= MOST:
        found.append(_problem("count", _l("Between 1 and %(most)s numbers are given at once."), most=MOST))
    if found:
        raise Refused(tuple(found))
    return Waiver(words["committee"], words["reference"], waiver.granted_on)


def _words(text: str, name: str, found: list[Finding]) -> str:
    try:
        words = read_words(text) or ""
    except Unreadable as problem:
        found.append(Finding("problem", f"waiver:{name}", problem.message, args=dict(problem.args_)))
        return ""
    if not words or len(words) > LONGEST:
        message = _l("Name the ethics committee and its reference, in at most %(most)s characters each.")
        found.append(_problem(name, message, most=LONGEST))
    return words


def _problem(name: str, message: str, **args: object) -> Finding:
    return Finding("problem", f"waiver:{name}", message, args=args)


def patients(reader: Reader, actor: Actor) -> list[Patient]:
    """The historical patients of the sites the role reaches. Raises NotAllowed."""
    permit(actor, "registry.read")
    forms = cohort.forms_entered(reader)
    return [
        Patient(row, Waiver(row["committee"], row["reference"], row["granted_on"]), *forms.get(row["id"], (0, 0)))
        for row in cohort.in_registry(reader, actor.sites)
    ]


def waiver_used_last(reader: Reader, actor: Actor) -> Waiver | None:
    """The waiver of the patient added last at these sites: a registry has one, and it is typed once."""
    rows = cohort.in_registry(reader, actor.sites)
    last = max(rows, key=lambda row: (row["created_at"], row["id"]), default=None)
    return Waiver(last["committee"], last["reference"], last["granted_on"]) if last else None
