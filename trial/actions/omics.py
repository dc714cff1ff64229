"""Reading omics tables into the trial: a row becomes a form, and its features the file that the form holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from forms.answers import Crf
from forms.catalogue import current
from forms.text import _l
from trial.actions.entry import IMPORTED, Entry
from trial.actions.import_lines import saved_confirmed, saved_lines, unexplained
from trial.actions.import_order import Job, Order, Progress
from trial.actions.import_run import ACCEPTED, CHANGED, REJECTED, UNCHANGED, Outcome, Verdict
from trial.actions.imports import Kind, import_file
from trial.actions.permission import participant_for
from trial.errors import ReasonNeeded
from trial.happenings import FileStored
from trial.imports import omics
from trial.imports.features import Declared, as_table, check_heading, declared_by
from trial.imports.laboratory import Names, Unusable
from trial.imports.omics import TABLES, Sample, Table
from trial.imports.tabular import Heading, Line
from trial.places import is_place
from trial.store import crfs
from trial.store.files import Files, Stored, register
from trial.store.omics import MODALITY, batch_of, keep_shares
from trial.store.unit_of_work import UnitOfWork

TWICE = _l("The participant stands twice for this visit; line %(line)s was taken.")
NO_SPECIMEN = _l("No specimen “%(typed)s” is registered, or you may not import for its site.")
NO_VISIT = _l("The file names no visit for this specimen, and the form %(form)s has none “%(typed)s”.")
OTHER_BATCH = _l(
    "Batch %(batch)s of the site is extracted with %(declared)s; this line was extracted with “%(typed)s”."
)
OTHER_PERSON = _l("The specimen “%(typed)s” is of another participant.")


def import_omics(
    file: IO[bytes],
    order: Order,
    kind: str,
    *,
    manifest: Any,
    files: Files,
    uow: UnitOfWork,
    progress: Progress = lambda line: None,
) -> Outcome:
    """Read a table; `kind` is radiomics, taxa, ctdna or molecular, `manifest` that of the released model.

    Raises NotAllowed, and FileUnreadable for a table that is none of that kind: a feature that is missing, renamed or in another unit.
    """
    return import_file(file, order, kind_of(kind, manifest), files=files, uow=uow, progress=progress)


def kind_of(name: str, manifest: Any) -> Omics:
    """A kind of table, its features as the manifest declares them. Raises KeyError for a kind there is not."""
    table = TABLES[name]
    declared = declared_by(manifest, f"{table.form}.{table.file}", only=name == "radiomics")
    who = frozenset({"specimen", *(() if name == "radiomics" else ("participant", "event"))})
    optional = table.optional | who
    return Omics(name, table.columns, optional, wide=table.file is not None, table=table, declared=declared)


@dataclass(frozen=True)
class Omics(Kind):
    """A row a participant and visit. Made for one run: it remembers which visits stood in the file."""

    table: Table = TABLES["molecular"]
    declared: Declared = field(default_factory=lambda: Declared({}, only=False))
    _seen: dict[tuple[str, str, str], int] = field(default_factory=dict, repr=False, compare=False)

    def check(self, head: Heading) -> None:
        if self.table.file is not None:
            check_heading(head.foreign, self.declared)

    def whose(self, cells: Mapping[str, str]) -> str:
        return cells.get("participant", "").upper()

    def read(self, line: Line, names: Names) -> Sample | Unusable:
        return omics.sample_of(line, self.table, self.declared)

    def gather(self, read: Sequence[Sample]) -> Iterator[tuple[tuple[Sample, ...], tuple[Unusable, ...]]]:
        for each in read:
            first = self._seen.setdefault(each.visit, each.line)
            if first == each.line:
                yield (each,), ()
            else:
                yield (), (Unusable(each.line, each.participant, TWICE, {"line": str(first)}),)

    def save(self, group: Sequence[Sample], job: Job) -> list[Verdict]:
        return saved_lines(group, lambda left: [_attempt(each, self, job) for each in left])


def _attempt(sample: Sample, kind: Omics, job: Job) -> Verdict:
    table, uow = kind.table, job.uow
    where = _where(sample, kind, uow)
    if isinstance(where, Verdict):
        return where
    participant, event = where
    row = participant_for(uow, uow.actor, participant, kind.verb)
    if refused := _other_extractor(sample, kind, row["site_code"], uow):
        return refused
    saved = crfs.current(uow, participant)
    occurrence = omics.occurrence_of(saved, table, event, sample.day)
    before = next((c for c in saved if (c.form, c.event, c.occurrence) == (table.form, event, occurrence)), None)
    content = as_table(sample.features, table.heading) if any(sample.features.values()) else None
    entry = Entry(
        participant, event, table.form, occurrence, before.number if before else None, None,
        omics.merged(table, before, sample, event, _reference(content, sample, table)),
        {"": job.order.reason} if job.order.reason else {}, None, f"{IMPORTED}omics:{job.sha256}",
    )  # fmt: skip
    try:
        done = saved_confirmed(entry, job.order, uow)
    except ReasonNeeded as refusal:
        raise unexplained(refusal) from refusal
    if content is not None and not job.order.dry:
        _keep(content, participant, sample, table, job)
    return Verdict(sample.line, participant, _verdict(before, done.changed))


def _other_extractor(sample: Sample, kind: Omics, site: str, uow: UnitOfWork) -> Verdict | None:
    """A line extracted with something else than the batch of its site says; what the model declares was asked of the line itself."""
    if "extractor" not in kind.table.items or kind.declared.extractor is not None:
        return None
    stated, typed = batch_of(uow, MODALITY[kind.table.form], site), str(sample.items.get("RADSW", ""))
    if stated is None or stated["extractor"] == typed:
        return None
    told = {"batch": stated["name"], "declared": stated["extractor"], "typed": typed[:60]}
    return Verdict(sample.line, sample.participant, REJECTED, OTHER_BATCH, told)


def _where(sample: Sample, kind: Omics, uow: UnitOfWork) -> tuple[str, str] | Verdict:
    """Participant and visit; of a line that names a specimen, those it was registered with, where the line does not say."""
    if not sample.specimen:
        return sample.participant, sample.event
    typed = {"typed": sample.specimen[:40]}
    found = uow.one("taken", form="SPEC", item="SPID", value=sample.specimen)
    row = None if found is None else uow.the("participant", id=found["participant"])
    if found is None or row is None or not uow.actor.reaches(row["site_code"]):
        return Verdict(sample.line, sample.participant, REJECTED, NO_SPECIMEN, typed)
    if sample.participant and sample.participant != found["participant"]:
        return Verdict(sample.line, sample.participant, REJECTED, OTHER_PERSON, typed)
    event = sample.event or kind.table.event
    if not is_place(kind.table.form, event, 1):
        return Verdict(sample.line, row["id"], REJECTED, NO_VISIT, {"form": kind.table.form, "typed": event[:40]})
    return row["id"], event


def _name(sample: Sample, table: Table) -> str:
    return f"{table.name}-{sample.day}.csv"


def _reference(content: bytes | None, sample: Sample, table: Table) -> dict[str, Any] | None:
    """What the form holds of the file: its digest, name and size."""
    if content is None:
        return None
    return {"sha256": hashlib.sha256(content).hexdigest(), "name": _name(sample, table), "size": len(content)}


def _keep(content: bytes, participant: str, sample: Sample, table: Table, job: Job) -> None:
    """The bytes on the disk before the row that names them is committed, after the form was found good."""
    stored: Stored = job.files.put(content)
    if table.form == "MIC":
        keep_shares(job.uow, stored.sha256, content)
    if job.uow.one("file", sha256=stored.sha256, participant=participant) is None:
        accept = current(table.form).item(table.file or "").accept
        register(job.uow, stored, participant, name=_name(sample, table), media_type=accept)
        job.uow.record(FileStored(stored.sha256, participant=participant))


def _verdict(before: Crf | None, changed: Sequence[str]) -> str:
    if not changed:
        return UNCHANGED if before is not None else ACCEPTED
    return ACCEPTED if before is None else CHANGED
