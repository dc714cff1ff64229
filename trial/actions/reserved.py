"""Items that only some roles write: what a role may not write stays as it was, and cannot be changed by posting it.

A page does not show these fields, so they do not come back with it; absent is not blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forms.answers import Answers, Crf
from forms.findings import Finding
from forms.language import FormDef
from forms.text import _l
from trial.roles import may_write_item


def within_role(
    form: FormDef, typed: Crf, saved: Answers | None, raw: Mapping[str, Any], role: str
) -> tuple[Crf, tuple[Finding, ...]]:
    """`typed` with the saved answers of items that are not the role's, and a finding for each of these that was changed."""
    foreign = [i.oid for i in form.items if i.stored and not may_write_item(role, i.key)]
    before = saved or Answers()
    posted = {name for part in ("items", "missing") if isinstance(raw.get(part), Mapping) for name in raw[part]}
    changed = [n for n in foreign if n in posted and _said(typed.answers, n) != _said(before, n)]
    answers = replace(
        typed.answers,
        items=_kept(foreign, before.items, typed.answers.items),
        missing=_kept(foreign, before.missing, typed.answers.missing),
    )
    message = _l("“%(label)s” is entered by another role. Nothing was saved.")
    found = (Finding("problem", f"{n}:role", message, n, None, {"label": form.item(n).label}) for n in changed)
    return replace(typed, answers=answers), tuple(found)


def _said(answers: Answers, name: str) -> tuple[Any, Any]:
    return answers.items.get(name), answers.missing.get(name)


def _kept(foreign: list[str], before: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    own = {n: v for n, v in typed.items() if n not in foreign}
    return own | {n: before[n] for n in foreign if n in before}
