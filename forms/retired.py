"""What an amendment retired: an answer may stay, and may not be given anew."""

from __future__ import annotations

from collections.abc import Iterator

from forms.answers import Answers
from forms.checks import chosen, retired_codes
from forms.decoded import decoded
from forms.findings import Finding
from forms.language import FormDef, Item
from forms.text import _l

NO_LONGER = _l("“%(label)s”: %(value)s is no longer offered. Choose another answer.")


def chosen_anew(form: FormDef, before: Answers | None, now: Answers) -> tuple[Finding, ...]:
    """A problem for each retired code in `now` that the form did not hold before; `before` is what is on file, None for nothing."""
    return tuple(_anew(form, before or Answers(), now))


def _anew(form: FormDef, before: Answers, now: Answers) -> Iterator[Finding]:
    for item in form.every_item():
        if not retired_codes(item):
            continue
        for row, code in sorted(_codes(item, now) - _codes(item, before), key=str):
            if code in retired_codes(item):
                args = {"label": item.label, "value": decoded(item, code)}
                yield Finding("problem", f"{item.key}:retired", NO_LONGER, item.oid, row, args)


def _codes(item: Item, answers: Answers) -> set[tuple[str | None, str]]:
    """Row (None outside groups) and code of everything answered there."""
    places = [(r.id, r.items) for r in answers.groups.get(item.group, ())] if item.group else [(None, answers.items)]
    return {(row, code) for row, items in places for code in chosen(item, items.get(item.oid))}
