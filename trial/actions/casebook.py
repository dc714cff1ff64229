"""The investigator's signature under all that was entered of one participant."""

from __future__ import annotations

from forms.catalogue import definitions
from trial import casebook
from trial.actions.case import Case, load
from trial.actions.permission import participant_for
from trial.actions.sign import Signed, content_digest_of
from trial.actions.signer import NOTHING, Identification, check_password
from trial.blockers import Blocker
from trial.casebook import MEANING
from trial.errors import ContentChanged, NotOpen
from trial.happenings_office import CasebookSigned
from trial.holds import LOCK
from trial.store.reading import Reader
from trial.store.unit_of_work import UnitOfWork


def forms_of(case: Case) -> dict[str, str]:
    """Address to content digest of every form that counts or was not done."""
    return {c.address: content_digest_of(case, c) for c in case.crfs if c.answers.removed is None}


def blockers(reader: Reader, case: Case) -> tuple[Blocker, ...]:
    """Why the casebook cannot be signed now."""
    unsigned = (
        c.address
        for c in case.crfs
        if c.counts and definitions()[c.form, c.version].signed and not _signed(case, c.address)
    )
    return tuple(casebook.blockers(reader.all("due", participant=case.id), case.queried, unsigned))


def _signed(case: Case, address: str) -> bool:
    form, event, occurrence = address.split("/")
    state = case.state(form, event, int(occurrence))
    return bool(state and state["signed"])


def sign_casebook(
    participant: str, *, seen: str, password: str, uow: UnitOfWork, also: Identification = NOTHING
) -> Signed:
    """Sign all forms at once. `seen` is the digest on the page. Raises what `trial.actions.signer.check_password` does, ContentChanged,
    NotOpen, NotAllowed.
    """
    check_password(participant, "casebook", password, uow, also)
    with uow:
        row = participant_for(uow, uow.actor, participant, "crf.sign")
        uow.lock("participant", {"id": participant})
        case = load(uow, row, uow.clock)
        forms = forms_of(case)
        digest = casebook.digest(case.id, forms)
        if digest != seen:
            raise ContentChanged(seen, digest)
        if found := (*_held(case), *blockers(uow, case)):
            raise NotOpen("sign", found)
        who = {"signer": uow.actor.person_id, "printed_name": uow.actor.name, "role": uow.actor.role}
        at = uow.clock.now()
        bound = {"forms": forms, "content_digest": digest, "meaning": MEANING}
        uow.insert("casebook", participant=case.id, **bound, **who, at=at)
        uow.record(CasebookSigned(len(forms), MEANING, participant=case.id))
        uow.commit()
    return Signed(uow.actor.name, at, MEANING, digest)


def _held(case: Case) -> tuple[str, ...]:
    return ("locked",) if case.held() == LOCK else ()
