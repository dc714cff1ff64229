"""What our checks say of a subject of another system: the same rules as on the screen, and nothing is refused for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms.answers import Crf
from forms.checks import everything, visible
from forms.findings import Finding
from forms.foreign import ForeignStudy, ForeignSubject
from forms.language import FormDef, Item
from forms.logic import LogicError
from forms.record import InstanceScope, Record
from forms.text import _l


@dataclass(frozen=True)
class Remark:
    """One finding on one subject's data. `address` is FORM/EVENT/OCCURRENCE."""

    subject: str
    address: str
    finding: Finding


def remarks(study: ForeignStudy, subject: ForeignSubject) -> Iterator[Remark]:
    """Everything there is to say of one subject: texts that could not be read, codes off their list, broken rules."""
    for (address, path), text in subject.unreadable.items():
        words = _l("“%(value)s” is no value of this item.")
        yield Remark(
            subject.key, address, Finding("problem", "foreign:unreadable", words, path, None, {"value": text[:80]})
        )
    record = Record(subject.crfs, study.definitions)
    for crf in subject.crfs:
        form = study.definitions[crf.form, crf.version]
        yield from (Remark(subject.key, crf.address, found) for found in _off_the_list(form, crf))
        yield from (Remark(subject.key, crf.address, found) for found in _of_rules(record, crf))
        yield from (Remark(subject.key, crf.address, found) for found in _not_asked(record, crf))


def _of_rules(record: Record, crf: Crf) -> tuple[Finding, ...]:
    """A rule of another system may not fit its own answers: that is said, and the form's other rules are lost with it."""
    try:
        return everything(record, crf)
    except LogicError as problem:
        words = _l("A rule of the study cannot be applied to these answers: %(why)s")
        return (Finding("problem", "foreign:rule", words, args={"why": str(problem)}),)


def _not_asked(record: Record, crf: Crf) -> Iterator[Finding]:
    """Answers that the screen would not keep: their condition says that they are not asked."""
    whole = record.scope(crf)
    scopes = [(item, whole) for item in whole.definition.items]
    scopes += [(i, row) for g in whole.definition.groups for row in record.rows(crf, g.oid) for i in g.items]
    for item, scope in scopes:
        if (
            item.ask_if is not None
            and item.stored
            and scope.code(item.key) is not None
            and _asked(item, scope) is False
        ):
            words = _l("“%(label)s” is answered, although its condition says that it is not asked.")
            yield Finding(
                "soft", "foreign:not-asked", words, item.oid, scope.row.id if scope.row else None, {"label": item.label}
            )


def _asked(item: Item, scope: InstanceScope) -> bool | None:
    try:
        return visible(item, scope)
    except LogicError:
        return None  # said already, as a rule that cannot be applied


def _off_the_list(form: FormDef, crf: Crf) -> Iterator[Finding]:
    for oid, value in crf.answers.items.items():
        yield from _codes(form.item(oid), value, None)
    for rows in crf.answers.groups.values():
        for row in rows:
            for oid, value in row.items.items():
                yield from _codes(form.item(oid), value, row.id)


def _codes(item: Item, value: object, row: str | None) -> Iterator[Finding]:
    if item.codes is None:
        return
    for code in value if isinstance(value, tuple) else (value,):
        if str(code) not in item.codes:
            words = _l("“%(value)s” is not on the list of “%(label)s”.")
            yield Finding(
                "problem", "foreign:code", words, item.oid, row, {"value": str(code)[:80], "label": item.label}
            )
