"""Specimens: aliquots are taken, both are moved, assays are run on them; each step asks first whether the consent covers it.

A specimen is registered by its form (SPEC); these verbs are about what happens to it afterwards. Nothing is changed: each move is a row of
its own, and what was wrong is followed by what was right. A refusal for want of consent is kept in the journal, since somebody tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from forms.findings import Finding
from forms.text import _l
from trial.actions.case import Case, load, refuse_if_held
from trial.actions.permission import participant_for
from trial.consents import in_force
from trial.errors import FileDamaged, FileMissing, NotFound, Refused
from trial.happenings_omics import AliquotMade, AssayRun, SpecimenMoved, SpecimenUseRefused
from trial.omics.custody import MOVES, NEEDS_CONSENT, NEXT, STATES, USED, WHY, Custody, refused_move, uncovered
from trial.omics.labels import aliquot_label, mistyped, tidy
from trial.store.files import Files
from trial.store.omics import batch_of
from trial.store.reading import Row
from trial.store.specimens import Held, held
from trial.store.unit_of_work import UnitOfWork

MOST = 20
"""Aliquots that are made at once."""
MISTYPED = _l("“%(label)s” is no label: its last character does not fit the others. Scan or type it again.")
NO_LABEL = _l("No specimen or aliquot “%(label)s” of this participant is registered.")
NO_ALIQUOT = _l("“%(label)s” is %(state)s: no aliquot can be taken from it now.")
NOT_USABLE = _l("“%(label)s” is %(state)s: no assay can be run on it.")
AN_ALIQUOT = _l("“%(label)s” is an aliquot: aliquots are taken from a specimen.")
NO_AMOUNT = _l("“%(typed)s” is no amount above 0.")
NO_COUNT = _l("Between 1 and %(most)s aliquots can be made at once.")
REASON = _l("Say why it is to be destroyed.")
NO_TABLE = _l("There is no such file of this participant, or it is not as it was kept.")
NO_PLATFORM = _l("Say with what it was measured: extractor or instrument, and version.")
OTHER_PLATFORM = _l("Batch %(batch)s of the site is measured with %(declared)s, not with “%(typed)s”.")
FORMS = {"radiomics": "RAD", "microbiota": "MIC", "ctDNA": "LBX", "molecular": "MOL", "pathology": "PATH"}
"""The form that holds what an assay of each modality gives."""


@dataclass(frozen=True)
class Move:
    """What happened to a label, and when; `place`, `temperature` (degC, as SPEC.SPSTORE codes it) and `reason` where they apply."""

    label: str
    move: str
    on: date
    place: str = ""
    temperature: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Assay:
    """A run: what was measured, with what, on what. Exactly one of `label` (specimen or aliquot) and `image` (digest of a file) is given.

    `table`: digest of the file of features that it gave, None where it failed or gives none. `uses_up`: nothing is left of the aliquot.
    """

    modality: str
    platform: str
    ran_on: date
    passed: bool
    label: str | None = None
    image: str | None = None
    mask: str | None = None
    table: str | None = None
    laboratory: str = ""
    uses_up: bool = False


def take_aliquots(
    participant: str, label: str, count: int, *, on: date, amount: str = "", unit: str = "", uow: UnitOfWork
) -> tuple[str, ...]:
    """Take that many aliquots of a specimen; their labels. Raises Refused, NotFound, NotAllowed, NotOpen."""
    with uow:
        case, kept = _opened(participant, uow)
        specimen = _found(kept, label)
        _covered(case, specimen.label, "aliquot", ("SPEC",), uow)
        _refuse_aliquots(specimen, count, amount, on, uow.clock.today())
        first = sum(each.specimen == specimen.label for each in kept) + 1
        labels = tuple(aliquot_label(specimen.label, number) for number in range(first, first + count))
        for each in labels:
            uow.insert(
                "aliquot", label=each, participant=case.id, specimen=specimen.label, amount=amount or None, unit=unit or None,
                made_on=on, by=uow.actor.person_id, at=uow.clock.now(),
            )  # fmt: skip
            uow.record(AliquotMade(each, specimen.label, participant=case.id))
        uow.commit()
    return labels


def move(participant: str, given: Move, *, uow: UnitOfWork) -> None:
    """Record a move of a specimen or an aliquot. Raises Refused, NotFound, NotAllowed, NotOpen."""
    with uow:
        case, kept = _opened(participant, uow)
        found = _found(kept, given.label)
        if given.move not in MOVES:
            raise NotFound("move", {"move": given.move[:20]})
        if given.move in NEEDS_CONSENT:
            _covered(case, found.label, given.move, ("SPEC",), uow)
        if problem := refused_move(found.custody, given.move, given.on, uow.clock.today()):
            raise _refusal(*problem)
        if given.move == "to-destroy" and not given.reason.strip():
            raise _refusal(REASON, {}, "reason")
        _moved(case.id, given, found.label, uow)
        uow.commit()


def record_assay(participant: str, assay: Assay, *, files: Files, uow: UnitOfWork) -> int:
    """Record an assay run and what it stands on; its number. Raises Refused, NotFound, NotAllowed, NotOpen."""
    with uow:
        case, kept = _opened(participant, uow)
        if assay.modality not in FORMS:
            raise NotFound("modality", {"modality": assay.modality[:20]})
        source = _source(case, kept, assay, files, uow)
        batch = _batch(case, assay, uow)
        consent = in_force(case.record(), uow.clock.today())
        row = uow.insert(
            "assay_run", participant=case.id, modality=assay.modality, label=source.label if source else None, image=assay.image,
            mask=assay.mask, platform=assay.platform.strip(), laboratory=assay.laboratory.strip() or None, ran_on=assay.ran_on,
            quality="PASS" if assay.passed else "FAIL", batch=batch, table_sha256=assay.table,
            consent=consent.address if consent else "", by=uow.actor.person_id, at=uow.clock.now(),
        )  # fmt: skip
        named = source.label if source else f"image {assay.image}"
        uow.record(AssayRun(row["id"], assay.modality, named, assay.table, row["consent"], participant=case.id))
        if source is not None and assay.uses_up:
            _moved(case.id, Move(source.label, USED, assay.ran_on, reason=f"assay {row['id']}"), source.label, uow)
        uow.commit()
    return int(row["id"])


def _opened(participant: str, uow: UnitOfWork) -> tuple[Case, tuple[Held, ...]]:
    participant_for(uow, uow.actor, participant, "specimen.handle")
    row = uow.lock("participant", {"id": participant})
    case = load(uow, row, uow.clock)
    refuse_if_held(case, "specimen")
    return case, held(uow, case.id, case.crfs)


def _found(kept: Sequence[Held], typed: str) -> Held:
    """The specimen or aliquot of that label. Raises Refused: a label that is typed wrongly is told from one that is not there."""
    label = tidy(typed)
    if found := next((each for each in kept if each.label == label), None):
        return found
    raise _refusal(MISTYPED if mistyped(label) else NO_LABEL, {"label": label[:64]}, "label")


def _covered(case: Case, label: str, use: str, forms: Sequence[str], uow: UnitOfWork) -> None:
    """Raise Refused where the consent does not cover a use; the attempt is kept."""
    problem = uncovered(case.record(), forms, uow.clock.today())
    if problem is None:
        return
    why, args = problem
    uow.record(SpecimenUseRefused(label, use, why, participant=case.id))
    uow.commit()
    raise _refusal(WHY[why], args, "consent")


def _refusal(message: str, args: Any, key: str = "label") -> Refused:
    return Refused((Finding("problem", f"specimen:{key}", message, args=args),))


def _refuse_aliquots(specimen: Held, count: int, amount: str, on: date, today: date) -> None:
    if specimen.specimen is not None:
        raise _refusal(AN_ALIQUOT, {"label": specimen.label})
    if not 1 <= count <= MOST:
        raise _refusal(NO_COUNT, {"most": str(MOST)}, "count")
    if amount and not _positive(amount):
        raise _refusal(NO_AMOUNT, {"typed": amount[:20]}, "amount")
    if USED not in NEXT[specimen.custody.state]:
        raise _refusal(NO_ALIQUOT, _state(specimen.custody))
    # What may be used on that day may be divided on it: the same days are asked for.
    if problem := refused_move(specimen.custody, USED, on, today):
        raise _refusal(*problem, "on")


def _positive(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and value > 0


def _state(now: Custody) -> dict[str, str]:
    return {"label": now.label, "state": STATES[now.state]}


def _moved(participant: str, given: Move, label: str, uow: UnitOfWork) -> Row:
    row = uow.insert(
        "custody", participant=participant, label=label, move=given.move, moved_on=given.on, place=given.place.strip() or None,
        temperature=given.temperature.strip() or None, reason=given.reason.strip() or None, by=uow.actor.person_id, at=uow.clock.now(),
    )  # fmt: skip
    uow.record(SpecimenMoved(label, given.move, given.on.isoformat(), participant=participant))
    return row


def _source(case: Case, kept: Sequence[Held], assay: Assay, files: Files, uow: UnitOfWork) -> Held | None:
    """What the assay was run on, after all that can be wrong with it. Raises Refused."""
    if (assay.label is None) == (assay.image is None):
        raise NotFound("source", {"label": assay.label, "image": assay.image})
    form, label = FORMS[assay.modality], assay.label or ""
    found = _found(kept, label) if assay.label is not None else None
    _covered(case, label or f"image {assay.image}", assay.modality, (form, "SPEC") if found else (form,), uow)
    if found is not None and USED not in NEXT[found.custody.state]:
        raise _refusal(NOT_USABLE, _state(found.custody))
    if found is not None and (problem := refused_move(found.custody, USED, assay.ran_on, uow.clock.today())):
        raise _refusal(*problem, "on")
    for digest in filter(None, (assay.image, assay.mask, assay.table)):
        _refuse_unkept(case.id, digest, files, uow)
    return found


def _refuse_unkept(participant: str, digest: str, files: Files, uow: UnitOfWork) -> None:
    """Raise Refused unless the file is the participant's, and on the disk with the bytes of its digest."""
    if uow.one("file", sha256=digest, participant=participant) is None:
        raise _refusal(NO_TABLE, {}, "table")
    try:
        files.read(digest)
    except (FileMissing, FileDamaged) as problem:
        raise _refusal(NO_TABLE, {}, "table") from problem


def _batch(case: Case, assay: Assay, uow: UnitOfWork) -> int | None:
    if not assay.platform.strip():
        raise _refusal(NO_PLATFORM, {}, "platform")
    stated = batch_of(uow, assay.modality, case.participant["site_code"])
    if stated is None:
        return None
    if stated["extractor"] != assay.platform.strip():
        told = {"batch": stated["name"], "declared": stated["extractor"], "typed": assay.platform.strip()[:60]}
        raise _refusal(OTHER_PLATFORM, told, "platform")
    return int(stated["id"])
