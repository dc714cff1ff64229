"""Reading specimens and aliquots of a participant as they stand, and the chains from calls of the model back to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from forms.answers import Crf
from trial.errors import FileDamaged, FileMissing
from trial.omics.chain import Chain, Known, chains
from trial.omics.custody import Custody, custody
from trial.store.files import Files
from trial.store.reading import Reader, Row
from trial.store.tables_omics import custody as moves


@dataclass(frozen=True)
class Held:
    """A specimen, or an aliquot of one (`specimen`: of which). `kind`: as SPTYPE codes it; `quality`: as SPQC; `occurrence`: its form's."""

    label: str
    specimen: str | None
    kind: str | None
    quality: str | None
    custody: Custody
    moves: tuple[Row, ...]
    occurrence: int
    amount: str | None = None


def held(reader: Reader, participant: str, crfs: Iterable[Crf]) -> tuple[Held, ...]:
    """Every specimen whose form says label and day of collection, each with its aliquots after it."""
    done: dict[str, list[Row]] = {}
    for row in reader.all(select(moves).where(moves.c.participant == participant).order_by(moves.c.id)):
        done.setdefault(row["label"], []).append(row)
    parts = reader.all("aliquot", order_by="label", participant=participant)
    found: list[Held] = []
    for crf in crfs:
        items = crf.answers.items
        if crf.form == "SPEC" and crf.counts and items.get("SPID") and items.get("SPCOLL"):
            whole = _specimen(crf, done.get(items["SPID"], ()))
            found += [whole, *(_aliquot(whole, row, done) for row in parts if row["specimen"] == whole.label)]
    return tuple(found)


def _specimen(crf: Crf, moved: Sequence[Row]) -> Held:
    items = crf.answers.items
    label, received = items["SPID"], items.get("SPRECV")
    collected: date = items["SPCOLL"].date()
    now = custody(label, collected, received.date() if received else None, items.get("SPSTORE"), moved)
    return Held(label, None, items.get("SPTYPE"), items.get("SPQC"), now, tuple(moved), crf.occurrence)


def _aliquot(of: Held, row: Row, done: Mapping[str, Sequence[Row]]) -> Held:
    moved = tuple(done.get(row["label"], ()))
    # An aliquot begins where its specimen was: in hand, on the day it was made.
    now = custody(row["label"], row["made_on"], row["made_on"], None, moved)
    amount = f"{row['amount']} {row['unit'] or ''}".strip() if row["amount"] else None
    return Held(row["label"], of.label, of.kind, of.quality, now, moved, of.occurrence, amount)


def runs(reader: Reader, participant: str) -> list[Row]:
    """Assay runs of a participant, oldest first."""
    return reader.all("assay_run", order_by="id", participant=participant)


def chains_of(
    reader: Reader, participant: str, crfs: Iterable[Crf], prediction: Row, files: Files
) -> tuple[Chain, ...]:
    """The chains of one call of the model, with every file on the way compared with its digest."""
    crfs = tuple(crfs)
    known = Known(
        lambda source: _answers(reader, participant, source),
        lambda digest: _intact(files, digest),
        {row["table_sha256"]: row for row in runs(reader, participant) if row["table_sha256"]},
        {row["label"]: row["specimen"] for row in reader.all("aliquot", participant=participant)},
        frozenset(
            c.answers.items["SPID"] for c in crfs if c.form == "SPEC" and c.counts and c.answers.items.get("SPID")
        ),
        frozenset(c.address for c in crfs if c.form == "IC" and c.counts),
    )
    return chains(prediction["inputs"], known)


def _answers(reader: Reader, participant: str, source: str) -> Mapping[str, Any]:
    """What the revision said that the model was given: the form may have changed since."""
    place, _, number = source.partition("#")
    form, event, occurrence = place.split("/")
    key = {
        "participant": participant,
        "form": form,
        "event": event,
        "occurrence": int(occurrence),
        "number": int(number),
    }
    row = reader.one("crf_revision", **key)
    return row["answers"]["items"] if row else {}


def _intact(files: Files, digest: str) -> bool:
    try:
        files.read(digest)
    except (FileMissing, FileDamaged):
        return False
    return True
