"""Two people typed on one form: what one changed, laid on what the other saved. Raw documents in, a raw document out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Raw = Mapping[str, Any]


def merged(base: Raw, theirs: Raw, mine: Raw) -> dict[str, Any]:
    """`theirs`, with every value in which `mine` differs from `base`. Rows are matched by their permanent ids.

    A row somebody took away and the other left alone stays away; one that was taken away and changed comes back.
    """
    groups = {name for raw in (base, theirs, mine) for name in raw.get("groups", {})}
    return {
        **_part(base, theirs, mine),
        "groups": {name: list(_rows(name, base, theirs, mine)) for name in sorted(groups)},
        "confirmed": {**theirs.get("confirmed", {}), **mine.get("confirmed", {})},
        "not_done": mine.get("not_done") if mine.get("not_done") != base.get("not_done") else theirs.get("not_done"),
    }


def _part(base: Raw, theirs: Raw, mine: Raw) -> dict[str, Any]:
    return {
        kind: _values(base.get(kind, {}), theirs.get(kind, {}), mine.get(kind, {})) for kind in ("items", "missing")
    }


def _values(base: Raw, theirs: Raw, mine: Raw) -> dict[str, Any]:
    names = [*theirs, *(name for name in mine if name not in theirs)]
    chosen = {name: mine.get(name) if mine.get(name) != base.get(name) else theirs.get(name) for name in names}
    return {name: value for name, value in chosen.items() if value is not None}


def _rows(group: str, base: Raw, theirs: Raw, mine: Raw) -> Iterator[dict[str, Any]]:
    old, other, own = ({row["id"]: row for row in raw.get("groups", {}).get(group, ())} for raw in (base, theirs, mine))
    for name in [*other, *(n for n in own if n not in other)]:
        if name in other and name in own:
            yield {"id": name, **_part(old.get(name, {}), other[name], own[name])}
        else:
            row, gone = (own.get(name) or other.get(name) or {}), old.get(name)
            if gone is None or _said(gone) != _said(row):
                yield dict(row)


def _said(row: Raw) -> tuple[Any, Any]:
    return row.get("items", {}), row.get("missing", {})
