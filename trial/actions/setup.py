"""Opening a trial: form versions, sites, the sealed seed. Done once, before the first participant."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from forms.catalogue import canonical, definitions, digest
from forms.frozen import form_to_json
from trial import seal
from trial.actions.permission import permit
from trial.draws import commitment
from trial.errors import NotOpen
from trial.happenings import (
    DefinitionsReleased,
    RandomisationClosed,
    RandomisationOpened,
    SeedRevealed,
    SiteOpened,
)
from trial.protocol import PROTOCOL
from trial.store.unit_of_work import UnitOfWork


def release_definitions(*, uow: UnitOfWork) -> int:
    """Register each released form version with its digest; returns how many were new."""
    with uow:
        new = release_within(uow)
        uow.commit()
    return new


def release_within(uow: UnitOfWork) -> int:
    """The same inside a unit of work that is open."""
    new = [
        form
        for (oid, version), form in definitions().items()
        if uow.ensure(
            "definition",
            form=oid,
            version=version,
            sha256=digest(form),
            json=canonical(form_to_json(form)).decode(),
        )
    ]
    if new:
        uow.record(DefinitionsReleased(tuple(f"{f.oid}-v{f.version}" for f in new)))
    return len(new)


def open_site(
    code: str,
    name: str,
    *,
    uow: UnitOfWork,
    opened_on: date,
    consent_versions: tuple[dict[str, Any], ...],
    birth_year_only: bool = False,
    target: int | None = None,
) -> None:
    """Let a site enrol. `consent_versions`: version, valid_from and valid_to (ISO dates, the last may be None)."""
    with uow:
        permit(uow.actor, "users.manage")
        uow.insert(
            "site",
            code=code,
            name=name,
            consent_versions=list(consent_versions),
            birth_year_only=birth_year_only,
            opened_on=opened_on,
            target=target,
        )
        uow.record(SiteOpened(code))
        uow.commit()


def open_randomisation(key: bytes, *, uow: UnitOfWork, seed: bytes | None = None) -> str:
    """Draw (or take, in a simulation) a seed of 256 bits, seal it, publish its commitment. Once a study.

    Raises AlreadyExists the second time.
    """
    drawn = seed or secrets.token_bytes(32)
    study = PROTOCOL.study_id
    with uow:
        permit(uow.actor, "randomisation.open")
        uow.insert(
            "randomisation",
            study=study,
            method=PROTOCOL.randomisation.method,
            parameters=PROTOCOL.randomisation_parameters(),
            seed_sealed=seal.seal(drawn, key=key, study=study, nonce=secrets.token_bytes(seal.NONCE_BYTES)).hex(),
            commitment=commitment(drawn),
            opened_at=uow.clock.now(),
        )
        uow.record(RandomisationOpened(study, commitment(drawn)))
        uow.commit()
    return commitment(drawn)


def close_randomisation(*, uow: UnitOfWork) -> None:
    """End accrual: no allocation afterwards."""
    with uow:
        permit(uow.actor, "randomisation.close")
        uow.update("randomisation", {"study": PROTOCOL.study_id}, closed_at=uow.clock.now())
        uow.record(RandomisationClosed(PROTOCOL.study_id))
        uow.commit()


def reveal_seed(key: bytes, *, uow: UnitOfWork) -> str:
    """Open the seal, after accrual closed, for the unblinded statistician only; logged. Returns the seed as hexadecimal."""
    study = PROTOCOL.study_id
    with uow:
        permit(uow.actor, "seed.reveal")
        row = uow.lock("randomisation", {"study": study})
        if row["closed_at"] is None:
            raise NotOpen("reveal", ("accrual-open",))
        seed = seal.unseal(bytes.fromhex(row["seed_sealed"]), key=key, study=study).hex()
        uow.update("randomisation", {"study": study}, revealed_at=uow.clock.now(), revealed_seed=seed)
        uow.record(SeedRevealed(study))
        uow.commit()
    return seed
