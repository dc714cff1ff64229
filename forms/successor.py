"""What a later version of a form must still hold: every item and every code that an earlier one could be answered with.

A version that drops a code or an item could neither show nor decode what stands in the record. What is no longer asked is marked
`retired` instead: it keeps its place, its meaning and its answers, and is offered to nobody anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from forms.language import FormDef, Item


def losses(earlier: FormDef, later: FormDef) -> tuple[str, ...]:
    """What `later` could not hold of an answer given under `earlier`: items, codes, another kind, unit or group."""
    return tuple(_losses(earlier, later))


def _losses(earlier: FormDef, later: FormDef) -> Iterator[str]:
    known = {item.oid: item for item in later.every_item()}
    for item in earlier.every_item():
        if item.oid in known:
            yield from _of_item(item, known[item.oid])
        elif item.stored:
            yield f"{item.oid} is gone"
    if earlier.repeats and not later.repeats:
        yield "the form no longer repeats"


def _of_item(was: Item, now: Item) -> Iterator[str]:
    for name in ("kind", "unit", "group"):
        if getattr(was, name) != getattr(now, name):
            yield f"{was.oid} has another {name}: {getattr(was, name)!r} became {getattr(now, name)!r}"
    if was.codes is not None:
        for code in was.codes.values:
            if now.codes is None or code not in now.codes:
                yield f"{was.oid} has lost the code {code}"
