"""Which site a participant was at, and when: the first site gave the number, later ones follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select

from trial.store.reading import Reader, Row
from trial.store.tables import site
from trial.store.tables_accounts import assignment, person
from trial.store.tables_amendments import activation
from trial.store.tables_crfs import crf_revision
from trial.store.tables_participants import transfer

_OF = (
    select(transfer, person.c.full_name.label("agreed_name"))
    .join(person, person.c.id == transfer.c.agreed_by)
    .where(transfer.c.participant == bindparam("participant"))
    .order_by(transfer.c.id)
)
_FORMER = (
    select(site, transfer.c.on.label("left_on"))
    .join(transfer, transfer.c.from_site == site.c.code)
    .where(transfer.c.participant == bindparam("participant"))
    .order_by(transfer.c.id)
)


_ACTIVE_BEFORE = (
    select(activation, transfer.c.participant, transfer.c.on.label("left_on"))
    .join(transfer, transfer.c.from_site == activation.c.site)
    .where(activation.c.approved_on <= transfer.c.on)
    .order_by(transfer.c.id, activation.c.protocol)
)
_ACTIVE_BEFORE_OF = _ACTIVE_BEFORE.where(transfer.c.participant == bindparam("participant"))


def moves(reader: Reader, participant: str) -> list[Row]:
    """The transfers of a participant, oldest first, with `agreed_name`."""
    return reader.prepared(_OF, participant=participant)


def left(reader: Reader, sites: frozenset[str] | None) -> list[Row]:
    """Transfers away from these sites, the last first: what their investigators keep a copy of."""
    found = select(transfer).order_by(transfer.c.id.desc())
    return reader.all(found if sites is None else found.where(transfer.c.from_site.in_(sorted(sites))))


def investigators(reader: Reader, sites: frozenset[str]) -> list[Row]:
    """Who can agree to take a participant over at these sites: `username`, `full_name`, `site_code` (None: every site)."""
    found = (
        select(person.c.username, person.c.full_name, assignment.c.site_code)
        .join(assignment, assignment.c.person_id == person.c.id)
        .where(person.c.active, assignment.c.role == "investigator", assignment.c.revoked_at.is_(None))
        .where(or_(assignment.c.site_code.in_(sorted(sites)), assignment.c.site_code.is_(None)))
        .order_by(assignment.c.site_code, person.c.full_name)
    )
    return reader.all(found) if sites else []


def origins(reader: Reader) -> dict[str, str]:
    """Participant to the site that enrolled them, of those who were ever transferred."""
    return first_sites(reader.all("transfer", order_by="id"))


def first_sites(moved: Iterable[Row]) -> dict[str, str]:
    """The same from rows of `transfer`, oldest first."""
    found: dict[str, str] = {}
    for row in moved:
        found.setdefault(row["participant"], row["from_site"])
    return found


def site_of(reader: Reader, participant: Row) -> Row:
    """The site's row for the rules of a participant: the present site, and the consent versions of earlier ones up to the day of leaving.

    Who signed a version where it was valid did not sign an invalid one by moving house. A version that a former site made mandatory binds
    there, not here.
    """
    here = reader.the("site", code=participant["site_code"])
    former = reader.prepared(_FORMER, participant=participant["id"])
    known = [v for row in former for v in _until(row["consent_versions"], row["left_on"].isoformat())]
    return {**here, "consent_versions": [*known, *here["consent_versions"]]} if known else here


def activations_of(reader: Reader, participant: Row) -> list[Row]:
    """The amendments that hold for a participant: those of the present site, and those of earlier ones with `left_on`, the day of leaving.

    Who consented to a version where it was active did not go back to the one before it by moving house.
    """
    here = reader.all("activation", order_by="protocol", site=participant["site_code"])
    return [*here, *reader.prepared(_ACTIVE_BEFORE_OF, participant=participant["id"])]


def activations_left(reader: Reader) -> dict[str, list[Row]]:
    """The same of earlier sites, for every participant who ever moved."""
    found: dict[str, list[Row]] = {}
    for row in reader.prepared(_ACTIVE_BEFORE):
        found.setdefault(row["participant"], []).append(row)
    return found


def _until(versions: list[Mapping[str, Any]], left: str) -> list[dict[str, Any]]:
    kept = [v for v in versions if (v.get("valid_from") or "") <= left]
    return [{**v, "valid_to": min(v.get("valid_to") or left, left), "mandatory_from": None} for v in kept]


def written_until(reader: Reader, participant: str, at: Any) -> list[Row]:
    """Every revision of every form up to an instant, oldest first, with `author_name`: what a former site keeps as its copy."""
    found = select(crf_revision, person.c.full_name.label("author_name")).outerjoin(person)
    return reader.all(
        found.where(crf_revision.c.participant == participant, crf_revision.c.at <= at),
        order_by=("at", "event", "form", "occurrence", "number"),
    )
