"""Reading REDCap records into the trial: each form of each line through the checks of the page, in the name of who enters it there.

Only who may enter a form on the screen may bring it in a file (`import.forms`: coordinator, investigator, their own sites). Some forms
come from no file at all (`roles.NEVER_IMPORTED`): there a line is taken only where it says what is saved already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from forms.answers import Crf
from forms.catalogue import current, definitions
from forms.findings import Finding
from forms.text import _l
from trial.actions.entry import IMPORTED, Entry
from trial.actions.import_lines import saved_in_place, saved_lines
from trial.actions.import_order import Job, Order, Progress
from trial.actions.import_run import ACCEPTED, CHANGED, REJECTED, UNCHANGED, Outcome, Verdict
from trial.actions.imports import Kind, import_file
from trial.actions.permission import participant_for
from trial.errors import Refused
from trial.exports.redcap_layout import RECORD
from trial.imports import redcap
from trial.imports.laboratory import Names, Unusable
from trial.imports.redcap import Part
from trial.imports.tabular import Line
from trial.registry import barred_from_files
from trial.store import crfs
from trial.store.files import Files
from trial.store.unit_of_work import UnitOfWork

NEVER = _l("This form is never written from a file, and the line says something else than what is saved.")
UPLOADED = _l("A file is uploaded on the page of the form; a name in a table cannot bring it.")


def import_redcap(
    file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read a file in the layout of the trial's own REDCap export. Raises as `import_file`."""
    return import_file(file, order, records(), files=files, uow=uow, progress=progress)


class Records(Kind):
    """A line an event of a participant, or an instance of a form, or a row of one; what is counted are forms and rows."""

    def whose(self, cells: Mapping[str, str]) -> str:
        return cells[RECORD].upper()

    def read(self, line: Line, names: Names) -> Any:
        return redcap.parts_of(line)

    def gather(self, read: Sequence[Any]) -> Iterator[tuple[tuple[Any, ...], tuple[Unusable, ...]]]:
        return redcap.together(read)

    def save(self, group: Sequence[Part], job: Job) -> list[Verdict]:
        if not group or not group[0].form:
            return [Verdict(each.line, each.participant, UNCHANGED, tells=("",)) for each in group]
        told = saved_lines(group, lambda parts: _attempt(parts, self.name, job))
        place = f"{group[0].form} {group[0].event} {group[0].occurrence}"
        return [Verdict(v.line, v.participant, v.verdict, v.message, v.args, (place,)) for v in told]


def records() -> Records:
    """The kind, with the columns of the forms as they are now."""
    return Records("redcap", redcap.columns(), redcap.optional(), "import.forms", tells=("form",))


def _attempt(parts: Sequence[Part], kind: str, job: Job) -> list[Verdict]:
    order, uow = job.order, job.uow
    participant, event, form, occurrence = parts[0].place
    participant_for(uow, uow.actor, participant, "import.forms")
    at = (form, event, occurrence)
    before = next((c for c in crfs.current(uow, participant) if (c.form, c.event, c.occurrence) == at), None)
    placed = {part.line: part.row for part in parts}
    if wrong := [part for part in parts if redcap.other_files(before, part)]:
        raise _of_lines(wrong, "import:file", UPLOADED)
    definition = definitions()[form, before.version] if before else current(form)
    raw = redcap.merged(definition, before, parts)
    if raw == redcap.as_saved(definition, before):
        return [Verdict(part.line, part.participant, UNCHANGED) for part in parts]
    if barred_from_files(participant, form):
        return [Verdict(part.line, part.participant, REJECTED, NEVER) for part in parts]
    entry = Entry(
        participant, event, form, occurrence, before.number if before else None, definition.version, raw,
        {"": order.reason} if order.reason else {}, None, f"{IMPORTED}{kind}:{job.sha256}",
    )  # fmt: skip
    done = saved_in_place(entry, placed, order, uow)
    return [_taken(part, before, done.changed) for part in parts]


def _of_lines(parts: Sequence[Part], key: str, message: str) -> Refused:
    return Refused(tuple(Finding("problem", key, message, row=str(part.line)) for part in parts))


def _taken(part: Part, before: Crf | None, changed: Sequence[str]) -> Verdict:
    if part.group is None:
        touched = any("/" not in path for path in changed)
        was = before is not None and before.answers.removed is None
    else:
        touched = any(path.startswith(f"{part.group}/{part.row}/") for path in changed)
        was = before is not None and before.answers.row(part.group, part.row) is not None
    return Verdict(part.line, part.participant, (CHANGED if was else ACCEPTED) if touched else UNCHANGED)
