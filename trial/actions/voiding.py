"""A signature holds for what the signer saw: any later change voids it, in the same transaction (21 CFR 11.70; R49)."""

from __future__ import annotations

from collections.abc import Collection

from forms.answers import Crf
from trial.actions.case import Case
from trial.changes import Change
from trial.happenings import SignatureVoided
from trial.happenings_office import CasebookVoided
from trial.roles import SPONSOR_ITEMS
from trial.store.crfs import key_of
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


def void(case: Case, crf: Crf, reason: str, uow: UnitOfWork, made: Collection[Change] = ()) -> None:
    """Void the valid signatures on a form, and on the casebook it belongs to; not where `made` is only what the sponsor adds."""
    if made and all(f"{crf.form}.{change.path}" in SPONSOR_ITEMS for change in made):
        return
    at = {"voided_at": uow.clock.now(), "void_reason": reason}
    for row in case.signatures:
        same = (row["form"], row["event"], row["occurrence"]) == (crf.form, crf.event, crf.occurrence)
        if same and row["voided_at"] is None:
            uow.update("signature", {"id": row["id"]}, **at)
            uow.update("crf", key_of(case.id, crf), signed=False)
            uow.record(SignatureVoided(crf.address, reason, participant=case.id))
    for row in uow.all("casebook", participant=case.id, voided_at=None):
        uow.update("casebook", {"id": row["id"]}, **at)
        uow.record(CasebookVoided(crf.address, reason, participant=case.id))


def void_coded(coding: Row, reason: str, uow: UnitOfWork) -> None:
    """Void the signatures, on the form and on the casebook, that were given while this code stood: it was part of what was signed.

    A signature that is older than the approval saw no code, or another one, and says nothing about this one.
    """
    place = {name: coding[name] for name in ("participant", "event", "form", "occurrence")}
    address = f"{coding['form']}/{coding['event']}/{coding['occurrence']}"
    at = {"voided_at": uow.clock.now(), "void_reason": reason}
    for row in uow.all("signature", order_by="id", voided_at=None, **place):
        if row["at"] >= coding["approved_at"]:
            uow.update("signature", {"id": row["id"]}, **at)
            uow.update("crf", place, signed=False)
            uow.record(SignatureVoided(address, reason, participant=coding["participant"]))
    for row in uow.all("casebook", order_by="id", participant=coding["participant"], voided_at=None):
        if row["at"] >= coding["approved_at"]:
            uow.update("casebook", {"id": row["id"]}, **at)
            uow.record(CasebookVoided(address, reason, participant=coding["participant"]))
