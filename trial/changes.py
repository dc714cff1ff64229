"""What a save changes: value by value, old and new, from nothing and to nothing included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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


def explained(made: Iterable[Change], reasons: Mapping[str, str]) -> str:
    """Why a save changed what it did, as the revision keeps it: the reason for all first, then a line "path: reason" for each value.

    `reasons`: path to words, "" to those for all; empty where nobody gave one.
    """
    given = {path: " ".join(words.split()) for path, words in reasons.items()}
    own = [f"{c.path}: {given[c.path]}" for c in made if c.path and given.get(c.path)]
    return "\n".join([*filter(None, [given.get("")]), *own])


def why(kept: str, path: str, made: Collection[str]) -> str:
    """Why one value was changed: its own line of what `explained` kept, else the reason for all. `made`: the paths of that save."""
    own, for_all = "", []
    for line in kept.splitlines():
        named, colon, words = line.partition(": ")
        if not (colon and named in made):
            for_all.append(line)
        elif named == path:
            own = words
    return own or " ".join(for_all)


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
