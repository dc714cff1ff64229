"""What was typed, read as the next revision of a form."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from forms.answers import Crf
from forms.catalogue import definitions
from forms.checks import pruned
from forms.document import read_document
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.record import Record
from forms.retired import chosen_anew
from trial.actions.case import Case
from trial.actions.entry import Entry
from trial.actions.reserved import within_role
from trial.actions.writable import only_imports
from trial.changes import Change


def as_crf(case: Case, entry: Entry) -> tuple[Crf, tuple[Finding, ...]]:
    """The next revision as typed, and what could not be read."""
    version = entry.version or case.versions(entry.form, entry.event, entry.occurrence)[0]
    form = definitions()[entry.form, version]
    document = read_document(form, entry.raw, lambda: uuid.uuid4().hex[:12])
    number = (entry.based_on or 0) + 1
    return Crf(form.oid, form.version, entry.event, entry.occurrence, number, document.answers), document.findings


def read_typed(case: Case, entry: Entry, role: str) -> tuple[Crf, tuple[Finding, ...]]:
    """The next revision as this role may write it, and what stands in the way of reading it."""
    crf, problems = as_crf(case, entry)
    previous = previous_of(case, crf)
    if only_imports(entry, role):
        return crf, problems  # a file is checked by who may import it, form by form, not item by item
    form = definitions()[crf.form, crf.version]
    own, foreign = within_role(form, crf, previous.answers if previous else None, entry.raw, role)
    return own, (*problems, *foreign, *chosen_anew(form, previous.answers if previous else None, own.answers))


def unreadable_reasons(reasons: Mapping[str, str]) -> tuple[Finding, ...]:
    """What of the reasons for changes is no text that can be kept."""
    found = []
    for path, words in reasons.items():
        try:
            read_words(words or "")
        except Unreadable as problem:
            item = path.rpartition("/")[2] or None
            found.append(Finding("problem", "reason:text", problem.message, item, None, dict(problem.args_)))
    return tuple(found)


def previous_of(case: Case, crf: Crf) -> Crf | None:
    """The form as it was saved last, None where it never was."""
    return case.bare.at(crf.form, crf.event, crf.occurrence)


def lean(case: Case, entry: Entry, typed: Crf) -> tuple[Record, Crf]:
    """The record as it would be, and the instance without what is not asked."""
    record = case.record(entry.event, case.with_crf(typed))
    crf = pruned(record, typed)
    return (record if crf is typed else case.record(entry.event, case.with_crf(crf))), crf


def typed_anew(crf: Crf, made: Iterable[Change]) -> frozenset[str]:
    """FORM.ITEM of the values that this save changes."""
    return frozenset(f"{crf.form}.{c.path.rpartition('/')[2]}" for c in made)
