"""The past of a CRF in words: what each revision changed, and versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from forms.answers import Answers, NotDone, from_json
from forms.catalogue import definitions
from forms.language import FormDef
from trial.changes import changes, why
from trial.store.crfs import as_crf
from trial.store.reading import Row
from trial.web.words import value_words


@dataclass(frozen=True)
class Step:
    """One change of one value. `old` and `new` in words."""

    revision: int
    at: datetime
    author: str
    label: str
    old: str
    new: str
    reason: str
    source: str


def past(revisions: list[Row], path: str, hidden: frozenset[str] = frozenset()) -> list[Step]:
    """Every change, newest revision first, within one in the order of the form; of one item where `path` names it.

    Items in `hidden` are left out.
    """
    return sorted(_steps(revisions, path, hidden), key=lambda step: -step.revision)


def _steps(revisions: list[Row], path: str, hidden: frozenset[str]) -> Iterator[Step]:
    before: Answers | None = None
    for row in revisions:
        crf = as_crf(row)
        form = definitions()[crf.form, crf.version]
        found = {change.path: change for change in changes(before, crf.answers)}
        for change in (found[each] for each in in_order(form, found)):
            if (not path or change.path == path) and change.path.rpartition("/")[2] not in hidden:
                yield Step(
                    row["number"],
                    row["at"],
                    row["author_name"] or _("System"),
                    label_of(form, change.path),
                    worded(form, change.path, change.old),
                    worded(form, change.path, change.new),
                    why(row["reason"] or "", change.path, found),
                    row["source"],
                )
        before = crf.answers


def in_order(form: FormDef, paths: Iterable[str]) -> list[str]:
    """Paths as the form asks for them: first the form as a whole, then items, then groups, whose rows come as given."""
    given = list(paths)
    items = {item.oid: n for n, item in enumerate(form.every_item())}
    groups = {group.oid: n for n, group in enumerate(form.groups, 1)}
    rows = {row: n for n, row in enumerate(dict.fromkeys(path.rpartition("/")[0] for path in given))}

    def place(path: str) -> tuple[int, int, int]:
        row, _slash, oid = path.rpartition("/")
        return groups.get(row.partition("/")[0], 0), rows[row], items.get(oid, -1)

    return sorted(given, key=place)


def label_of(form: FormDef, path: str) -> str:
    """The label of the item a path names; the row it stands in."""
    if not path:
        return _("The whole form")
    group, row, oid = ["", "", path] if "/" not in path else path.split("/", 2)
    label = _(form.item(oid).label)
    return _("%(label)s (row %(row)s)", label=label, row=row[:6]) if group else label


def worded(form: FormDef, path: str, value: Any) -> str:
    """A value at a path in words."""
    if value is None:
        return "—"
    if isinstance(value, NotDone):
        return _("not done: %(reason)s", reason=value.reason)
    if isinstance(value, Mapping) and "removed" in value:
        return _("taken out: %(reason)s", reason=value["removed"])
    return value_words(form.item(path.rpartition("/")[2]), value)


@dataclass(frozen=True)
class Side:
    """One value in several versions, in words. `mine_changed`, `theirs_changed`: against what both began from."""

    label: str
    mine: str
    theirs: str
    base: str

    @property
    def mine_changed(self) -> bool:
        """Whether this person changed it."""
        return self.mine != self.base

    @property
    def theirs_changed(self) -> bool:
        """Whether the other did."""
        return self.theirs != self.base


def values_of(form: FormDef, versions: Mapping[str, Any]) -> list[Side]:
    """Every value in which the versions "mine", "theirs" and "base" (stored documents or None) differ."""
    told = {name: _flat(form, stored) for name, stored in versions.items()}
    paths = in_order(form, dict.fromkeys(path for flat in told.values() for path in flat))
    sides = [
        Side(label_of(form, p), *(worded(form, p, told[name].get(p)) for name in ("mine", "theirs", "base")))
        for p in paths
    ]
    return [side for side in sides if len({side.mine, side.theirs, side.base}) > 1]


def _flat(form: FormDef, stored: Any) -> dict[str, Any]:
    if not stored:
        return {}
    return {c.path: c.new for c in changes(None, from_json(stored, form.kinds()))}
