"""What a save changes: value by value, old and new, from nothing and to nothing included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Answers, Row


@dataclass(frozen=True)
class Change:
    """One value before and after; None is a blank, a reason code for a blank is shown as `{"missing": code}`.

    `path` is OID, or GROUP/row/OID; the whole form being not done or removed has the path "".
    """

    path: str
    old: Any
    new: Any

    @property
    def corrects(self) -> bool:
        """Whether something that was saved is replaced or taken away: this needs a reason, filling a blank does not."""
        return self.old is not None


def changes(before: Answers | None, after: Answers) -> tuple[Change, ...]:
    """Return every difference, in the order of the form as answered. `before` None: nothing was saved yet."""
    old = dict(_paths(before)) if before else {}
    new = dict(_paths(after))
    return tuple(Change(p, old.get(p), new.get(p)) for p in {**old, **new} if old.get(p) != new.get(p))


def _paths(answers: Answers) -> Iterator[tuple[str, Any]]:
    yield from _values("", answers.items, answers.missing)
    for group, rows in answers.groups.items():
        for row in rows:
            yield from _row(group, row)
    if answers.not_done or answers.removed is not None:
        yield "", answers.not_done or {"removed": answers.removed}


def _row(group: str, row: Row) -> Iterator[tuple[str, Any]]:
    yield from _values(f"{group}/{row.id}/", row.items, row.missing)


def _values(prefix: str, items: Mapping[str, Any], missing: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in items.items():
        yield prefix + name, value
    for name, reason in missing.items():
        yield prefix + name, {"missing": reason}
