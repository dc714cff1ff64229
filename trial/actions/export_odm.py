"""The trial as ODM 1.3.2: definitions, every revision of every value with its audit record, and a manifest that vouches for the files.

What the role must not see is not in the files, and neither is its definition (`trial/store/extract.py`, `trial/roles.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from forms import catalogue
from forms.answers import Crf
from forms.language import FormDef
from forms.odm13.notes import ALLOCATED, ALSO_SIGNED, CONFIRMED, NOT_DONE, QUERY, REMARK, REMOVED, VOIDED, Note
from forms.odm13.own import Change, Participant, Revision, Signed, Trial, write_metadata, write_trial
from forms.odm13.study_writing import Event
from forms.odm13.writing import as_text
from trial import roles, soa
from trial.actions.permission import permit
from trial.actor import Actor
from trial.changes import changes, why
from trial.happenings_foreign import TrialExported
from trial.places import REPEATING
from trial.protocol import PROTOCOL
from trial.store import journal
from trial.store.extract import History, histories, seen_form
from trial.store.reading import Reader, Reading, Row
from trial.store.unit_of_work import UnitOfWork

METADATA, DATA, MANIFEST = "metadata.xml", "clinicaldata.xml", "manifest.json"
SYSTEM_USER = "SYSTEM"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Exported:
    """What was written: the manifest as it stands in its file, and its own digest."""

    folder: Path
    manifest: dict[str, Any]
    sha256: str


def export_trial(
    folder: Path,
    *,
    site: str | None = None,
    release: str,
    uow: UnitOfWork,
    progress: Progress = lambda participants: None,
) -> Exported:
    """Write the files into an empty or new folder, and the export into the journal.

    Raises NotAllowed without an export right at the site, FileExistsError where one of the files is there already.
    """
    actor, at = uow.actor, uow.clock.now()
    permit(actor, "export.unblinded" if roles.may(actor.role, "export.unblinded") else "export.blinded", site)
    folder.mkdir(parents=True, exist_ok=True)
    with Reading(uow.engine) as reader:
        writing = _Export(reader, actor, site, progress)
        with (folder / METADATA).open("xb") as file:
            write_metadata(writing.trial, file, at=at, release=release)
        with (folder / DATA).open("xb") as file:
            write_trial(writing.trial, writing.participants(), file, at=at, release=release)
        manifest = _manifest(folder, writing, at, release)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    with (folder / MANIFEST).open("xb") as file:
        file.write(text)
    sha256 = hashlib.sha256(text).hexdigest()
    with uow:
        counts = writing.counts
        uow.record(TrialExported("odm", site, counts["participants"], counts["values"], sha256))
        uow.commit()
    return Exported(folder, manifest, sha256)


def _manifest(folder: Path, writing: _Export, at: datetime, release: str) -> dict[str, Any]:
    seq, head = journal.head(writing.reader)
    return {
        "format": "ODM 1.3.2",
        "study": PROTOCOL.study_id,
        "software": f"Vigil {release}",
        "at": at.isoformat(),
        "by": {"person": writing.actor.person_id, "role": writing.actor.role},
        "site": writing.site,
        "journal": {"seq": seq, "hash": head},
        "definitions": [
            {"form": f, "version": v, "sha256": catalogue.digest(catalogue.definitions()[f, v])}
            for f, v in writing.versions
        ],
        "files": [_file(folder / name, writing.counts if name == DATA else {}) for name in (METADATA, DATA)],
    }


def _file(path: Path, rows: Counter[str] | dict[str, int]) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "sha256": digest, "bytes": path.stat().st_size, "rows": dict(rows)}


class _Export:
    """What stands above the participants, found in one pass over them; then each of them again, to be written."""

    def __init__(self, reader: Reader, actor: Actor, site: str | None, progress: Progress) -> None:
        self.reader, self.actor, self.site, self._progress = reader, actor, site, progress
        self.counts: Counter[str] = Counter()
        self._users = {row["id"]: row for row in reader.all("person", order_by="id")}
        self._meanings: dict[str, str] = {}
        self.versions: list[tuple[str, int]] = []
        self.trial = self._trial()

    def participants(self) -> Iterator[Participant]:
        """Every participant, as it is written."""
        for history in self._histories():
            revisions = tuple(self._revisions(history))
            self.counts["participants"] += 1
            self.counts["revisions"] += len(revisions)
            self.counts["values"] += sum(len(r.changes) for r in revisions)
            self._progress(self.counts["participants"])
            yield Participant(history.participant, history.site, revisions, tuple(self._beside(history)))

    def _beside(self, history: History) -> Iterator[Note]:
        """What concerns the participant as a whole: its queries; for who may see it, the arm."""
        yield from self._queries(history, None)
        allocated = self.reader.one("allocation", participant=history.participant)
        if allocated is not None and roles.may(self.actor.role, "export.unblinded"):
            yield Note(ALLOCATED, allocated["arm"])

    def _histories(self) -> Iterator[History]:
        return histories(self.reader, self.actor, site=self.site)

    def _trial(self) -> Trial:
        used, authors, sites = set[tuple[str, int]](), set[int | None](), set[str]()
        for history in self._histories():
            sites.add(history.site)
            for row, crf in history.revisions:
                used.add((crf.form, crf.version))
                authors.add(row["author"])
            for row in history.signatures:
                authors.add(row["signer"])
                self._meanings.setdefault(row["meaning"], f"SD.{len(self._meanings) + 1}")
        self.versions = [key for key in catalogue.definitions() if key in used]
        names = {row["code"]: row["name"] for row in self.reader.all("site", order_by="code")}
        return Trial(
            PROTOCOL.study_id,
            PROTOCOL.study_id,
            tuple(seen_form(catalogue.definitions()[key], self.actor.role) for key in self.versions),
            tuple(self._events()),
            {self._user(a): self._users[a]["full_name"] if a is not None else "The system" for a in authors},
            {code: names[code] for code in sorted(sites)},
            {oid: words for words, oid in self._meanings.items()},
        )

    def _events(self) -> Iterator[Event]:
        for event in soa.events():
            hidden = [f for f, _v in self.versions if roles.hides(self.actor.role, f, event=event, aggregate=True)]
            asked = tuple(dict.fromkeys(f for f, _v in self.versions if soa.cell(f, event) and f not in hidden))
            if asked:
                yield Event(event, event, event in REPEATING, asked)

    def _user(self, person: int | None) -> str:
        return SYSTEM_USER if person is None else str(self._users[person]["username"])

    def _revisions(self, history: History) -> Iterator[Revision]:
        former: dict[str, Crf] = {}
        last = {crf.address: crf.number for _row, crf in history.revisions}
        for row, crf in history.revisions:
            revision = self._revision(row, crf, former.get(crf.address))
            former[crf.address] = crf
            signed = [s for s in history.signatures if _of(s, crf) and s["revision"] == crf.number]
            notes = [*_notes(crf), *self._signatures(signed)]
            if last[crf.address] == crf.number:
                notes += self._queries(history, crf)
            first = signed[0] if signed else None
            mark = Signed(self._user(first["signer"]), first["at"], self._meanings[first["meaning"]]) if first else None
            yield replace(revision, notes=tuple(notes), signed=mark)

    def _revision(self, row: Row, crf: Crf, former: Crf | None) -> Revision:
        form = catalogue.definitions()[crf.form, crf.version]
        made = changes(former.answers if former else None, crf.answers)
        reason, paths = row["reason"] or "", {c.path for c in made}
        told = tuple(
            _change(form, c.path, c.old, c.new, why(reason, c.path, paths) or None) for c in made if c.path != ""
        )
        # The reason for all; a line on a value that this role does not see stays out with the value.
        whole = (
            why(reason, "", paths)
            if len(form.every_item()) == len(seen_form(form, self.actor.role).every_item())
            else ""
        )
        event, dash, number = crf.event.partition("-")
        return Revision(
            form, (event, number if dash else None), crf.occurrence, crf.number, self._user(row["author"]), row["at"],
            whole or None, row["source"], told,
        )  # fmt: skip

    def _signatures(self, signed: list[Row]) -> Iterator[Note]:
        for each in signed[1:]:
            detail = f"{self._user(each['signer'])} {each['at'].isoformat()}"
            yield Note(ALSO_SIGNED, detail, each["meaning"])
        for each in signed:
            if each["voided_at"] is not None:
                yield Note(VOIDED, each["voided_at"].isoformat())

    def _queries(self, history: History, crf: Crf | None) -> Iterator[Note]:
        """Queries of one form, or those of no form; their words only for who is not blinded, because words may name an arm."""
        role = self.actor.role
        for row in history.queries:
            if not (row["form"] is None if crf is None else _of(row, crf)):
                continue
            words = "" if roles.ROLES[role].blinded else row["words"]
            yield Note(QUERY, f"{row['state']} {row['source']} {row['path']}".strip(), words)
            for remark in self.reader.all("query_remark", order_by="number", query=row["id"]):
                said = "" if roles.ROLES[role].blinded else remark["words"]
                yield Note(REMARK, f"{remark['act']} {remark['state']} {remark['at'].isoformat()}", said)


def _of(row: Row, crf: Crf) -> bool:
    return (row["form"], row["event"], row["occurrence"]) == (crf.form, crf.event, crf.occurrence)


def _change(form: FormDef, path: str, old: Any, new: Any, reason: str | None) -> Change:
    kind = form.item(path.rpartition("/")[2]).kind
    if new is None:
        return Change(path, None, "Remove", reason)
    action = "Insert" if old is None else "Update"
    if isinstance(new, dict):
        return Change(path, None, action, reason, new["missing"])
    return Change(path, as_text(kind, new), action, reason)


def _notes(crf: Crf) -> Iterator[Note]:
    answers = crf.answers
    if answers.not_done is not None:
        yield Note(NOT_DONE, answers.not_done.on.isoformat() if answers.not_done.on else "", answers.not_done.reason)
    if answers.removed is not None:
        yield Note(REMOVED, "", answers.removed)
    for check, reason in answers.confirmed.items():
        yield Note(CONFIRMED, check, reason)
