"""Signing a CRF: the password again, bound to the content the signer saw (21 CFR 11.50, 11.70, 11.200)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf, to_json
from forms.catalogue import definitions
from forms.checks import calculated, findings
from forms.text import _l
from trial.actions.case import Case, load
from trial.actions.enter import Saved, saved_within
from trial.actions.entry import Entry
from trial.actions.permission import participant_for, permit
from trial.actions.signer import NOTHING, Identification, check_password
from trial.actor import Actor
from trial.coding import frozen
from trial.content import calculated_json, content_digest
from trial.decision import signing_blockers
from trial.errors import ContentChanged, NotFound, NotOpen
from trial.happenings import CrfSigned
from trial.holds import LOCK
from trial.standing import of_the_site
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

MEANINGS: Mapping[str, str] = {
    "ELIG": _l("I confirm the derived eligibility of this participant."),
    "PRE": _l("This is my own estimate, made before I saw the model."),
    "RST": _l("I assessed the clinical response."),
    "DEC": _l("I confirm the decision of the multidisciplinary team."),
    "SAE": _l("I assessed causality."),
}
"""What a signature on each form means; printed with the name and the time."""
CODED = "coded"
"""Where the codes of a form stand among the values that a signature freezes: no item is called so."""
GENERAL_MEANING = _l("I reviewed these data and they are accurate and complete.")


@dataclass(frozen=True)
class Content:
    """What will be signed: the digest shown on the page and posted back with the password."""

    digest: str
    calculated: Mapping[str, Any]
    revision: int
    meaning: str


@dataclass(frozen=True)
class Signed:
    """A signature as it is shown: printed name, instant, meaning."""

    printed_name: str
    at: Any
    meaning: str
    digest: str


def content(case: Case, event: str, form: str, occurrence: int = 1) -> Content:
    """The content of the current revision. Raises NotFound before anything was saved."""
    crf = case.bare.at(form, event, occurrence)
    if crf is None or not crf.counts:
        raise NotFound("crf", {"form": form, "event": event, "occurrence": occurrence})
    values = _signed_values(case, crf)
    return Content(_digest(case, crf, values), values, crf.number, MEANINGS.get(form, GENERAL_MEANING))


def content_digest_of(case: Case, crf: Crf) -> str:
    """The digest of any instance, one that was not done too."""
    return _digest(case, crf, _signed_values(case, crf) if crf.counts else {})


def _signed_values(case: Case, crf: Crf) -> dict[str, Any]:
    """What is signed besides the answers: calculated values, and the codes that stand now; the digest covers both."""
    here = (crf.form, crf.event, crf.occurrence)
    coded = frozen(c for c in case.codings if (c["form"], c["event"], c["occurrence"]) == here)
    return calculated_json(calculated(case.record(crf.event), crf)) | ({CODED: coded} if coded else {})


def _digest(case: Case, crf: Crf, values: Mapping[str, Any]) -> str:
    answers = to_json(crf.answers, definitions()[crf.form, crf.version].kinds())
    return content_digest(case.id, crf.address, crf.number, crf.version, answers, values)


def sign_crf(
    participant: str,
    event: str,
    form: str,
    occurrence: int,
    *,
    seen: str,
    password: str,
    uow: UnitOfWork,
    also: Identification = NOTHING,
) -> Signed:
    """Sign the current revision. `seen` is the digest that was on the page.

    Raises what `trial.actions.signer.check_password` does, ContentChanged, NotOpen (incomplete, not eligible, out of order), NotAllowed.
    """
    check_password(participant, f"{form}/{event}/{occurrence}", password, uow, also)
    with uow:
        row = participant_for(uow, uow.actor, participant, "crf.sign")
        uow.lock("participant", {"id": participant})
        signed = _signed(row, event, form, occurrence, uow, seen)
        uow.commit()
    return signed


def _signed(row: Row, event: str, form: str, occurrence: int, uow: UnitOfWork, seen: str | None) -> Signed:
    """Sign what is stored now. A second click finds the signature of the first."""
    case = load(uow, row, uow.clock)
    now = content(case, event, form, occurrence)
    if seen is not None and now.digest != seen:
        raise ContentChanged(seen, now.digest)
    if standing := _standing(case, event, form, occurrence, now, uow.actor):
        return standing
    _refuse_unsignable(case, event, form, occurrence, uow)
    return _sign(case, event, form, occurrence, now, uow)


def _standing(case: Case, event: str, form: str, occurrence: int, now: Content, signer: Actor) -> Signed | None:
    """The valid signature of that person on exactly this content."""
    wanted = (form, event, occurrence, now.digest, signer.person_id, None)
    names = ("form", "event", "occurrence", "content_digest", "signer", "voided_at")
    row = next((s for s in case.signatures if tuple(s[n] for n in names) == wanted), None)
    return Signed(row["printed_name"], row["at"], row["meaning"], row["content_digest"]) if row else None


def _refuse_unsignable(case: Case, event: str, form: str, occurrence: int, uow: UnitOfWork) -> None:
    crf = case.bare.at(form, event, occurrence)
    assert crf is not None, "content() found it"
    if form == "ELIG":
        permit(uow.actor, "eligibility.sign", case.participant["site_code"])
    order = signing_blockers(case.protocol, case.record(event), crf, signatures=case.signatures)
    held = ("locked",) if case.held(form, event, occurrence) == LOCK else ()
    if blockers := (*held, *_open_findings(case, crf), *order):
        raise NotOpen("sign", blockers)


def _open_findings(case: Case, crf: Crf) -> tuple[str, ...]:
    return ("incomplete",) if of_the_site(crf, findings(case.record(crf.event), crf)) else ()


def _sign(case: Case, event: str, form: str, occurrence: int, now: Content, uow: UnitOfWork) -> Signed:
    at = uow.clock.now()
    key = {"participant": case.id, "event": event, "form": form, "occurrence": occurrence}
    uow.insert(
        "signature",
        **key,
        revision=now.revision,
        meaning=now.meaning,
        content_digest=now.digest,
        calculated=dict(now.calculated),
        signer=uow.actor.person_id,
        printed_name=uow.actor.name,
        role=uow.actor.role,
        at=at,
    )
    uow.update("crf", key, signed=True)
    uow.record(CrfSigned(f"{form}/{event}/{occurrence}", now.revision, now.meaning, participant=case.id))
    return Signed(uow.actor.name, at, now.meaning, now.digest)


def save_and_sign(
    entry: Entry, *, password: str, uow: UnitOfWork, also: Identification = NOTHING
) -> tuple[Saved, Signed]:
    """Save a form that is signed when it is saved (PRE): both or neither. The password is checked first. Raises as the two do."""
    check_password(entry.participant, f"{entry.form}/{entry.event}/{entry.occurrence}", password, uow, also)
    with uow:
        saved = saved_within(entry, uow)
        row = participant_for(uow, uow.actor, entry.participant, "crf.sign")
        signed = _signed(row, entry.event, entry.form, entry.occurrence, uow, None)
        uow.commit()
    return saved, signed
