"""Soft checks that say the same of two forms: one fact, asked about from both sides, and answered once.

Derived, not listed: checks of different forms that read exactly the same items mirror each other. Checks that are deviations do not: each
form raises its own (decision 0003). An answer on one form holds for the other until a value that both read is typed anew.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from forms.answers import Crf
from forms.findings import Finding
from forms.language import Check, FormDef
from forms.record import Record

Named = tuple[str, str]
"""A check by its form and id."""


@lru_cache(8)
def mirrors(forms: tuple[FormDef, ...]) -> dict[Named, tuple[Named, ...]]:
    """Form and id of each mirrored check, and its mirrors, among these form versions."""
    reading: dict[frozenset[str], list[Named]] = defaultdict(list)
    for form in forms:
        for check in form.checks:
            if _asks(check):
                reading[check.rule.keys()].append((form.oid, check.id))
    found = (tuple(same) for same in reading.values() if len({form for form, _id in same}) > 1)
    return {one: tuple(other for other in same if other[0] != one[0]) for same in found for one in same}


def _asks(check: Check) -> bool:
    return check.level == "soft" and check.deviation is None and check.group is None and bool(check.rule.keys())


def answered_elsewhere(record: Record, crf: Crf, finding: Finding, typed: frozenset[str] = frozenset()) -> bool:
    """Whether somebody answered the same question on another form. `typed`: FORM.ITEM of new values: they make it another question."""
    if finding.level != "soft":
        return False
    others = mirrors(tuple(record.newest.values())).get((crf.form, finding.id), ())
    if not others or typed & _read(record, crf, finding):
        return False
    return any(each.answers.confirmed.get(id) for form, id in others for each in record.all(form))


def _read(record: Record, crf: Crf, finding: Finding) -> frozenset[str]:
    checks = record.definitions[crf.form, crf.version].checks
    return next(c.rule.keys() for c in checks if c.id == finding.id)
