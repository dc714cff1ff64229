"""The list of steps before a database lock, counted on the data as they stand, and signed (R44)."""

from __future__ import annotations

from collections.abc import Iterator

from forms.catalogue import definitions
from trial.actions.case import load
from trial.actions.permission import permit
from trial.actions.sign import Signed
from trial.actions.signer import NOTHING, Identification, check_own_password
from trial.clock import Clock
from trial.coding import PROPOSED, RECODE, UNCODED
from trial.errors import ContentChanged, NotOpen
from trial.happenings_office import ChecklistSigned
from trial.lockdown import MEANING, Step, digest
from trial.reconcile import differences
from trial.store import coding, office, worklist
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

EXAMPLES = 5


def scope_words(site: str | None) -> str:
    """The scope as the digest and the journal name it."""
    return f"site {site}" if site else "study"


def count(reader: Reader, site: str | None, clock: Clock) -> tuple[Step, ...]:
    """Every step with what is left of it, for one site or the study."""
    sites = frozenset({site}) if site else None
    figures = office.standing_by_site(reader, sites)
    signed = sorted({oid for (oid, _version), form in definitions().items() if form.signed})
    unsigned = [r["id"] for r in office.casebooks(reader, sites) if r["signed_at"] is None]
    unreconciled = tuple(_unreconciled(reader, sites, clock))
    waiting = (UNCODED, PROPOSED, RECODE)
    # Without a dictionary the verbatim terms are what is analysed: nothing is owed.
    uncoded = coding.count_terms(reader, sites, waiting, coding.kinds_in_use(reader))
    terms = tuple(map(_term, coding.uncoded(reader, sites, waiting, limit=EXAMPLES)))
    return (
        Step("forms-owed", sum(f["forms"] for f in figures if f["state"] == "required")),
        Step("values-missing", sum(f["missing"] for f in figures)),
        Step("checks-open", sum(f["asks"] for f in figures)),
        Step("queries-open", office.count_queries(reader, sites)),
        Step("values-unverified", sum(f["to_verify"] for f in figures)),
        Step("forms-unsigned", office.entered_without_signature(reader, sites, signed)),
        Step("casebooks-unsigned", len(unsigned), tuple(unsigned[:EXAMPLES])),
        Step("terms-uncoded", uncoded, terms),
        Step("sae-unreconciled", len(unreconciled), unreconciled[:EXAMPLES]),
    )


def digest_of(reader: Reader, site: str | None, steps: tuple[Step, ...]) -> str:
    """The digest of the list on the data as they stand."""
    return digest(scope_words(site), steps, office.count_revisions(reader) + sum(coding.count_codings(reader)))


def _term(row: Row) -> str:
    return f"{row['participant']} {row['form']}/{row['event']}/{row['occurrence']}"


def _unreconciled(reader: Reader, sites: worklist.Sites, clock: Clock) -> Iterator[str]:
    for row in worklist.with_form(reader, sites, "AE"):
        case = load(reader, row, clock)
        yield from (f"{case.id} {found.address}" for found in differences(case.bare))


def sign_checklist(
    site: str | None, *, seen: str, password: str, uow: UnitOfWork, also: Identification = NOTHING
) -> Signed:
    """Sign that nothing is left. `seen` is the digest on the page. Raises what `trial.actions.signer.check_own_password` does,
    ContentChanged, NotOpen, NotAllowed.
    """
    check_own_password("checklist", password, "crf.freeze", uow, also)
    with uow:
        permit(uow.actor, "crf.freeze", site)
        steps = count(uow, site, uow.clock)
        found = digest_of(uow, site, steps)
        if found != seen:
            raise ContentChanged(seen, found)
        if left := tuple(s.id for s in steps if s.left):
            raise NotOpen("checklist", left)
        who = {"signer": uow.actor.person_id, "printed_name": uow.actor.name, "role": uow.actor.role}
        at = uow.clock.now()
        results = [{"id": s.id, "left": s.left} for s in steps]
        uow.insert("checklist", site=site, results=results, content_digest=found, meaning=MEANING, **who, at=at)
        uow.record(ChecklistSigned(scope_words(site), found))
        uow.commit()
    return Signed(uow.actor.name, at, MEANING, found)
