"""Amendments: activating one at a site, where everybody stands, and what one would change, before it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from trial import impact, roles
from trial.actions.case import Case, load
from trial.actions.permission import permit
from trial.actions.setup import release_within
from trial.actions.system_queries import look_again
from trial.actor import SYSTEM, Actor
from trial.amendments import CONSENT, ORIGINAL, Release, as_if, release, releases, steps
from trial.course import course
from trial.errors import AlreadyExists, ApprovalAhead, NotFound
from trial.happenings_amendments import AmendmentActivated
from trial.impact import DUE, Effect
from trial.store import crfs, transfers
from trial.store.cohort import in_trial
from trial.store.reading import Reader, Reading, Row
from trial.store.unit_of_work import UnitOfWork

SHOWN = 200
Progress = Callable[[int, int], None]
"""Told how many participants were looked at, of how many."""


def activate(version: str, site: str, approved_on: date, *, uow: UnitOfWork) -> tuple[str, ...]:
    """Let a site work under a version of the protocol from the day its ethics committee approved it; returns whom that moved.

    Nobody but who has consented on one of its consent forms already. Raises NotAllowed, NotFound, ApprovalAhead, AlreadyExists (it is
    active there). It cannot be taken back: the approval was given.
    """
    with uow:
        permit(uow.actor, "amendment.activate")
        wanted = _amendment(version)
        row = _site(uow, uow.actor, site)
        if approved_on > uow.clock.today():
            raise ApprovalAhead(approved_on, uow.clock.today())
        release_within(uow)
        before = uow.all("activation", site=site)
        who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        if not uow.ensure("activation", site=site, protocol=version, approved_on=approved_on, **who):
            raise AlreadyExists("activation", f"{version} at {site}")
        moved = tuple(_moved(row, before, uow))
        uow.record(AmendmentActivated(site, version, approved_on, wanted.consents, moved))
        for name in moved:
            uow.lock("participant", {"id": name})
            case = load(uow, uow.the("participant", id=name), uow.clock)
            look_again(case, case.crfs, uow, every=True)
        uow.commit()
    return moved


def _amendment(version: str) -> Release:
    """The release. Raises NotFound for one there is not; the original needs no activation: it is what a site opens with."""
    found = release(version)
    if found is None or found is ORIGINAL:
        raise NotFound("amendment", {"version": version})
    return found


def _site(reader: Reader, actor: Actor, code: str) -> Row:
    row: Row = reader.the("site", code=code)
    if not actor.reaches(code):
        raise NotFound("site", {"code": code})
    return row


def _moved(site: Row, before: list[Row], uow: UnitOfWork) -> Iterator[str]:
    """Participants of the site who are on another version now than without the last activation."""
    after, consents = uow.all("activation", site=site["code"]), crfs.of_form(uow, CONSENT)
    left = transfers.activations_left(uow)
    for row in in_trial(uow, site["code"]):
        given, former = consents.get(row["id"], ()), left.get(row["id"], [])
        if steps(given, site, [*before, *former]) != steps(given, site, [*after, *former]):
            yield row["id"]


@dataclass(frozen=True)
class Place:
    """A site: its activations by version, and how many participants are on each version (None: not for this role)."""

    code: str
    name: str
    active: Mapping[str, Row]
    on: Mapping[str, int] | None


def places(reader: Reader, actor: Actor) -> tuple[Place, ...]:
    """The sites the actor reaches, and under which version each works."""
    counts = _counts(reader) if _counted(actor) else None
    found = []
    for site in reader.all("site", order_by="code"):
        code = site["code"]
        if actor.reaches(code):
            active = {row["protocol"]: row for row in reader.all("activation", site=code)}
            on = None if counts is None else {r.version: counts[code, r.version] for r in releases()}
            found.append(Place(code, site["name"], active, on))
    return tuple(found)


def _counted(actor: Actor) -> bool:
    return actor == SYSTEM or roles.may(actor.role, "due.read") or roles.may(actor.role, "accrual.read")


def _counts(reader: Reader) -> Counter[tuple[str, str]]:
    """How many participants of each site are on each version."""
    consents = crfs.of_form(reader, CONSENT)
    sites = {site["code"]: site for site in reader.all("site")}
    active: dict[str, list[Row]] = {code: [] for code in sites}
    for row in reader.all("activation"):
        active[row["site"]].append(row)
    left = transfers.activations_left(reader)
    return Counter(
        (code, steps(consents.get(name, ()), sites[code], [*active[code], *left.get(name, ())])[-1].version)
        for name, code in ((row["id"], row["site_code"]) for row in in_trial(reader))
    )


@dataclass(frozen=True)
class Line:
    """One effect on one participant."""

    participant: str
    site: str
    effect: Effect


@dataclass(frozen=True)
class DryRun:
    """What a version would change. `looked_at` participants, of whom `there` are on it (or a later one) already, and `ended` will never
    consent to it: they died, failed screening, or ended the study.

    `counts`: (site, kind) to how many effects; `lines`: the first of them; `withheld`: whether the role is not told when forms are due.
    """

    version: str
    looked_at: int
    there: int
    ended: int
    touched: int
    counts: Mapping[tuple[str, str], int]
    lines: tuple[Line, ...]
    withheld: bool

    def of_kind(self, kind: str) -> int:
        """How many effects of a kind, over all sites."""
        return sum(n for (_site, each), n in self.counts.items() if each == kind)

    @property
    def total(self) -> int:
        """How many effects in all."""
        return sum(self.counts.values())

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites with an effect, in order."""
        return tuple(sorted({site for site, _kind in self.counts}))


def dry_run(
    version: str,
    site: str | None = None,
    *,
    uow: UnitOfWork,
    shown: int | None = SHOWN,
    each: Callable[[Line], None] = lambda line: None,
    progress: Progress = lambda done, of: None,
) -> DryRun:
    """What a version would change for the real data, if everybody consented to it today. Reads one participant at a time, writes nothing.

    `each` is handed every line, the result holds the first `shown` (None: all). Raises NotAllowed, NotFound.
    """
    permit(uow.actor, "amendment.preview")
    _amendment(version)
    counts: Counter[tuple[str, str]] = Counter()
    lines: list[Line] = []
    looked_at = there = ended = touched = 0
    with Reading(uow.engine) as reader:
        here = None if site is None else _site(reader, uow.actor, site)["code"]
        rows = [r for r in in_trial(reader, here) if uow.actor.reaches(r["site_code"])]
        for looked_at, row in enumerate(rows, 1):
            case = load(reader, row, uow.clock)
            there += (on_it := _on_it(case, version))
            ended += (over := not on_it and _over(case))
            found = () if on_it or over else _examined(version, case, uow.actor)
            touched += bool(found)
            for effect in found:
                line = Line(row["id"], row["site_code"], effect)
                counts[line.site, effect.kind] += 1
                if shown is None or len(lines) < shown:
                    lines.append(line)
                each(line)
            progress(looked_at, len(rows))
    return DryRun(version, looked_at, there, ended, touched, dict(counts), tuple(lines), _blinded(uow.actor))


def _on_it(case: Case, version: str) -> bool:
    order = [each.version for each in releases()]
    return order.index(case.followed.version) >= order.index(version)


def _over(case: Case) -> bool:
    """Whether the participant will consent to nothing any more."""
    c = course(case.bare, case.allocation)
    return c.died_on is not None or c.ended_on is not None or c.screen_failed


def _examined(version: str, case: Case, actor: Actor) -> tuple[Effect, ...]:
    """The effects on one participant that the actor may be told."""
    then = as_if(case.followed, version, case.today, case.crfs)
    found = impact.effects(case.bare, case.followed, then, facts=case.told, allocation=case.allocation)
    return tuple(effect for effect in found if _told(actor, effect))


def _told(actor: Actor, effect: Effect) -> bool:
    if actor == SYSTEM:
        return True
    if effect.kind == DUE and _blinded(actor):
        return False  # which visits somebody has tells the arm
    return not roles.hides(actor.role, effect.form, effect.item or None, event=effect.event, aggregate=True)


def _blinded(actor: Actor) -> bool:
    return actor != SYSTEM and roles.ROLES[actor.role].blinded
