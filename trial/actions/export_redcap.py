"""Writing the trial as a REDCap project: what the role may export, with a manifest, and told to the journal before it is handed out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forms.foreign import ForeignStudy
from forms.redcap import data_csv, dictionary_csv, events_csv, mapping_csv
from forms.redcap.setup import MISSING, setup_of
from forms.redcap.sheet import read_sheet
from trial.actions.permission import permit
from trial.exports.redcap import study_of
from trial.happenings_exports import RedcapExported
from trial.happenings_foreign import ForeignStudyExported
from trial.roles import ROLES
from trial.store.extract import Extract, listing
from trial.store.foreign import foreign_study_of
from trial.store.unit_of_work import UnitOfWork

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Export:
    """Files by name, the manifest among them, and what was counted."""

    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    sha256: str


def export_redcap(name: str, *, software: str, uow: UnitOfWork) -> Export:
    """The whole trial as that role may see it. Raises NotAllowed for who has no right to export."""
    with uow:
        taken = listing(uow, uow.actor, cut_on=uow.clock.today(), now=uow.clock.now())
        study = study_of(name, taken.rows, uow.actor.role)
        files = {"dictionary.csv": dictionary_csv(study), "data.csv": data_csv(study), "events.csv": events_csv(study),
                 "instrument_event_mapping.csv": mapping_csv(study)}  # fmt: skip
        counts = _counts(study, files["data.csv"])
        told = _manifest(name, study, taken, files, counts, uow, software)
        manifest = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
        sha256 = hashlib.sha256(manifest).hexdigest()
        with_arm = bool(told["with_arm"])
        uow.record(RedcapExported(sha256, taken.digest, counts["participants"], counts["lines"], with_arm))
        uow.commit()
    return Export({**files, MANIFEST: manifest}, counts, sha256)


def export_foreign(name: str, *, uow: UnitOfWork) -> Mapping[str, bytes]:
    """A REDCap project that was read in, as its own files again. Raises NotAllowed, and NotFound where there is no such project."""
    with uow:
        permit(uow.actor, "foreign.read")
        row = uow.the("foreign_study", name=name, system="redcap")
        study = foreign_study_of(uow, row["id"])
        files = {"dictionary.csv": dictionary_csv(study), "data.csv": data_csv(study)}
        if setup_of(study.asides).longitudinal:
            files |= {"events.csv": events_csv(study), "instrument_event_mapping.csv": mapping_csv(study)}
        digests = "".join(hashlib.sha256(content).hexdigest() for content in files.values())
        uow.record(ForeignStudyExported(row["id"], "redcap", hashlib.sha256(digests.encode()).hexdigest()))
        uow.commit()
    return files


def _counts(study: ForeignStudy, data: bytes) -> dict[str, int]:
    answers = [crf.answers for subject in study.subjects for crf in subject.crfs]
    return {
        "participants": len(study.subjects), "forms": len(answers), "lines": _lines(data),
        "values": sum(len(each.items) for each in answers),
    }  # fmt: skip


def _lines(data: bytes) -> int:
    # A line feed inside a cell is no line.
    return len(read_sheet(data).lines)


def _manifest(
    name: str,
    study: ForeignStudy,
    taken: Extract,
    files: Mapping[str, bytes],
    counts: Mapping[str, int],
    uow: UnitOfWork,
    software: str,
) -> dict[str, Any]:
    return {
        "study": name,
        "format": "REDCap data dictionary and raw data",
        "software": software,
        "made_at": taken.taken_at.isoformat(),
        "cut_on": taken.cut_on.isoformat(),
        "by": uow.actor.person_id,
        "role": uow.actor.role,
        "with_arm": not ROLES[uow.actor.role].blinded,
        "source": taken.digest,
        "counts": dict(counts),
        "files": {n: {"sha256": hashlib.sha256(c).hexdigest(), "bytes": len(c)} for n, c in files.items()},
        "missing_data_codes": dict(MISSING),
        "not_carried": [
            {"where": loss.where, "kind": loss.kind, "words": loss.message % loss.args} for loss in study.losses
        ],
    }
