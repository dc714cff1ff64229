"""Reading our own ODM export into this installation, form by form, through the same door and the same checks as the page.

The audit trail that came with the values is kept beside the run: here their author is who imported them, and their source the
file. What this installation's rules refuse is rejected in their words; a form that is there already is found unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import IO, Any

from forms.catalogue import definitions
from forms.foreign import SourceAudit
from forms.odm13.own_reading import ReadForm, ReadParticipant, read_own
from forms.text import _l
from trial.actions.enter import Saved
from trial.actions.entry import IMPORTED, Entry
from trial.actions.import_lines import UNEXPLAINED, WHOLE, refusal_words, saved_confirmed
from trial.actions.import_order import Job, Order, Progress, job_of
from trial.actions.import_run import (
    ACCEPTED,
    CHANGED,
    REJECTED,
    UNCHANGED,
    Outcome,
    Report,
    Verdict,
    begin,
    end,
    report_of,
)
from trial.actions.permission import permit
from trial.errors import ConfirmationNeeded, ReasonNeeded, Refused
from trial.happenings_foreign import SourceAuditKept
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
    with job_of(file, order, files=files, uow=uow) as (job, source):
        return _Run(job, progress).read(source)


class _Run:
    _report: Report

    def __init__(self, job: Job, progress: Progress) -> None:
        self._job, self._progress = job, progress
        self._order, self._uow = job.order, job.uow
        self._run: int | None = None

    def read(self, source: IO[bytes]) -> Outcome:
        self._run = None if self._order.dry else begin(KIND, self._job)
        with report_of(("form", "participant", "verdict", "why")) as self._report:
            participants = read_own(source, definitions(), study=PROTOCOL.study_id)
            state = self._all(participants) if self._order.mode == "all" else self._each(participants)
            return end(self._run, state, self._report, self._job)

    def _all(self, participants: Iterator[ReadParticipant]) -> str:
        with self._uow:
            for participant in participants:
                self._participant(participant, inside=True)
            if self._report.counts[REJECTED] and not self._order.dry:
                return "refused"
            if not self._order.dry:
                self._uow.commit()
        return "done"

    def _each(self, participants: Iterator[ReadParticipant]) -> str:
        for participant in participants:
            if self._order.dry:
                # One transaction that is taken back: later forms see the earlier ones.
                with self._uow:
                    self._participant(participant, inside=True)
            else:
                self._participant(participant, inside=False)
        return "done"

    def _participant(self, participant: ReadParticipant, *, inside: bool) -> None:
        kept: list[SourceAudit] = []
        for form in participant.forms:
            with nullcontext() if inside else self._uow:
                verdict = self._saved(participant.key, form)
                if not inside:
                    self._uow.commit()
            self._note(verdict)
            if verdict.verdict != REJECTED:
                kept += form.audit
        if kept and self._run is not None:
            with nullcontext() if inside else self._uow:
                insert_source_audit(self._uow, self._run, participant.key, kept)
                self._uow.record(SourceAuditKept(self._run, len(kept), participant=participant.key))
                if not inside:
                    self._uow.commit()

    def _note(self, verdict: Verdict) -> None:
        self._report.note(verdict)
        self._progress(self._report.counts.total())

    def _saved(self, participant: str, form: ReadForm) -> Verdict:
        told = Verdict(self._report.counts.total() + 1, f"{participant} {form.address}", REJECTED)
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
            f"{IMPORTED}{KIND}:{self._job.sha256}",
        )  # fmt: skip
        return saved_confirmed(entry, self._order, self._uow)


def _key(participant: str, form: ReadForm) -> dict[str, Any]:
    key = (participant, form.event, form.form, form.occurrence)
    return dict(zip(CRF_KEY, key, strict=True))


def _verdict(before: Any, saved: Saved) -> str:
    if before is None:
        return ACCEPTED
    return CHANGED if saved.revision != before["revision"] else UNCHANGED
