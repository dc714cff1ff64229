"""Reading our own ODM export into this installation, form by form, through the same door and the same checks as the page.

The audit trail that came with the values is kept beside the run: here their author is who imported them, and their source the
file. What this installation's rules refuse is rejected in their words; a form that is there already is found unchanged.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import IO, Any

from forms.catalogue import definitions
from forms.foreign import SourceAudit
from forms.odm13.own_reading import ReadForm, ReadParticipant, read_own
from forms.text import _l
from trial.actions.enter import IMPORTED, Entry, Saved
from trial.actions.imports import (
    ACCEPTED,
    CHANGED,
    REJECTED,
    SHOWN,
    UNCHANGED,
    UNEXPLAINED,
    VERDICTS,
    WHOLE,
    Order,
    Outcome,
    Verdict,
    refusal_words,
    saved_confirmed,
)
from trial.actions.permission import permit
from trial.errors import ConfirmationNeeded, ReasonNeeded, Refused
from trial.happenings_foreign import SourceAuditKept
from trial.happenings_imports import ImportBegun, ImportEnded
from trial.protocol import PROTOCOL
from trial.registry import historical
from trial.store.columns import CRF_KEY
from trial.store.files import Files
from trial.store.foreign import insert_source_audit
from trial.store.unit_of_work import UnitOfWork

KIND = "odm"
REMOVED = _l("The form was removed in the other installation: %(reason)s")
SIGNED_FIRST = frozenset({"PRE", "DEC"})
UNSIGNED = _l("The own estimate and the decision count with their signatures only, which no file can bring.")
Progress = Callable[[int], None]


def import_trial(
    file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork, progress: Progress = lambda forms: None
) -> Outcome:
    """Read the file. Raises NotAllowed, and OdmProblem for a file that is none of ours (then nothing was kept of it)."""
    with uow:
        permit(uow.actor, "import.trial")
    # The whole file is looked at before anything of it is kept: what is damaged is refused, not half taken.
    for _each in read_own(file, definitions(), study=PROTOCOL.study_id):
        pass
    file.seek(0)
    if order.dry:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
        return _Run(order, sha256, files, uow, progress).read(file)
    stored = files.put(file)
    with files.open(stored.sha256) as source:
        return _Run(order, stored.sha256, files, uow, progress).read(source)


class _Run:
    def __init__(self, order: Order, sha256: str, files: Files, uow: UnitOfWork, progress: Progress) -> None:
        self._order, self._sha256, self._files, self._uow, self._progress = order, sha256, files, uow, progress
        self._counts: Counter[str] = Counter()
        self._rejected: list[Verdict] = []
        self._run: int | None = None

    def read(self, source: IO[bytes]) -> Outcome:
        self._run = None if self._order.dry else self._begin()
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sheet:
            rows = csv.writer(sheet)
            rows.writerow(("form", "participant", "verdict", "why"))
            participants = read_own(source, definitions(), study=PROTOCOL.study_id)
            state = self._all(participants, rows) if self._order.mode == "all" else self._each(participants, rows)
            report = None if self._run is None else self._end(sheet, state)
        counts, rejected = dict(self._counts), tuple(self._rejected)
        return Outcome(
            self._run, "dry" if self._order.dry else state, self._sha256, counts, rejected, report, ()
        )  # fmt: skip

    def _begin(self) -> int:
        with self._uow as uow:
            who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
            what = {"kind": KIND, "name": self._order.name[:200], "sha256": self._sha256, "mode": self._order.mode}
            row = uow.insert("import_run", **what, reason=self._order.reason, state="begun", **who)
            uow.record(ImportBegun(row["id"], KIND, self._sha256, self._order.mode))
            uow.commit()
        return int(row["id"])

    def _end(self, sheet: IO[str], state: str) -> str:
        assert self._run is not None
        sheet.flush()
        sheet.seek(0)
        report = self._files.put(sheet.buffer).sha256  # type: ignore[attr-defined]
        counts = {name: self._counts[name] for name in VERDICTS}
        with self._uow as uow:
            done = {"state": state, "report": report, "ended_at": uow.clock.now(), "lines": sum(counts.values())}
            uow.update("import_run", {"id": self._run}, **done, **counts)
            uow.record(ImportEnded(self._run, state, *counts.values()))
            uow.commit()
        return report

    def _all(self, participants: Iterator[ReadParticipant], rows: Any) -> str:
        with self._uow:
            for participant in participants:
                self._participant(participant, rows, inside=True)
            if self._counts[REJECTED] and not self._order.dry:
                return "refused"
            if not self._order.dry:
                self._uow.commit()
        return "done"

    def _each(self, participants: Iterator[ReadParticipant], rows: Any) -> str:
        for participant in participants:
            if self._order.dry:
                # One transaction that is taken back: later forms see the earlier ones.
                with self._uow:
                    self._participant(participant, rows, inside=True)
            else:
                self._participant(participant, rows, inside=False)
        return "done"

    def _participant(self, participant: ReadParticipant, rows: Any, *, inside: bool) -> None:
        kept: list[SourceAudit] = []
        for form in participant.forms:
            with nullcontext() if inside else self._uow:
                verdict = self._saved(participant.key, form)
                if not inside:
                    self._uow.commit()
            self._note(verdict, rows)
            if verdict.verdict != REJECTED:
                kept += form.audit
        if kept and self._run is not None:
            with nullcontext() if inside else self._uow:
                insert_source_audit(self._uow, self._run, participant.key, kept)
                self._uow.record(SourceAuditKept(self._run, len(kept), participant=participant.key))
                if not inside:
                    self._uow.commit()

    def _note(self, verdict: Verdict, rows: Any) -> None:
        self._counts[verdict.verdict] += 1
        rows.writerow((verdict.line, verdict.participant, verdict.verdict, verdict.words()))
        if verdict.verdict == REJECTED and len(self._rejected) < SHOWN:
            self._rejected.append(verdict)
        self._progress(sum(self._counts.values()))

    def _saved(self, participant: str, form: ReadForm) -> Verdict:
        told = Verdict(sum(self._counts.values()) + 1, f"{participant} {form.address}", REJECTED)
        if form.removed is not None:
            return replace(told, message=REMOVED, args={"reason": form.removed})
        if form.form in SIGNED_FIRST and not historical(participant):
            return replace(told, message=UNSIGNED)
        try:
            before = self._uow.one("crf", **_key(participant, form))
            return replace(told, verdict=_verdict(before, self._attempt(participant, form, before)))
        except (Refused, ConfirmationNeeded) as refusal:
            return replace(told, message=refusal.findings[0].message, args=refusal.findings[0].args)
        except ReasonNeeded:
            return replace(told, message=UNEXPLAINED)
        except WHOLE as refusal:
            return replace(told, message=refusal_words(refusal))

    def _attempt(self, participant: str, form: ReadForm, before: Any) -> Saved:
        based_on = before["revision"] if before else None
        reasons = {"": self._order.reason} if self._order.reason else {}
        entry = Entry(
            participant, form.event, form.form, form.occurrence, based_on, form.version, form.raw, reasons, None,
            f"{IMPORTED}{KIND}:{self._sha256}",
        )  # fmt: skip
        return saved_confirmed(entry, self._order, self._uow)


def _key(participant: str, form: ReadForm) -> dict[str, Any]:
    key = (participant, form.event, form.form, form.occurrence)
    return dict(zip(CRF_KEY, key, strict=True))


def _verdict(before: Any, saved: Saved) -> str:
    if before is None:
        return ACCEPTED
    return CHANGED if saved.revision != before["revision"] else UNCHANGED
