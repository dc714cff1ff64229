"""Personal data typed by mistake, taken out of everything that was stored of a participant (ICH E6(R3) 4.2.2(b); R25).

A pure part: what a text becomes. `trial/store/redaction.py` finds the rows and rewrites them, `trial/actions/redact.py` is the procedure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.text import _l

MARK = "[removed]"
"""What stands where the text stood: a reader sees that something was taken out."""
SHORTEST = 3


def problem_of(text: str, participant: str, codes: frozenset[str]) -> str | None:
    """Why this text cannot be taken out, in words; None where it can. `codes`: what the trial itself writes."""
    if len(text) < SHORTEST:
        return _l("Give at least three characters: a shorter text stands in too many words.")
    if text in MARK or text in participant or text in codes:
        return _l("The trial itself uses this text: taking it out would break the record.")
    return None


def cut(value: Any, text: str) -> Any:
    """The value with the text taken out of every string in it. Names of fields stay as they are."""
    if isinstance(value, str):
        return value.replace(text, MARK)
    if isinstance(value, Mapping):
        return {name: cut(each, text) for name, each in value.items()}
    if isinstance(value, list):
        return [cut(each, text) for each in value]
    return value


def cut_answers(document: Mapping[str, Any], text: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    """A stored document of answers without the text. In free text it is marked; a value of another kind that holds it (a date, a
    number) has no place for a mark, and goes.
    """
    done = {name: cut(part, text) for name, part in document.items() if name not in ("items", "groups")}
    done["items"] = _items(document["items"], text, kinds)
    if "groups" in document:
        done["groups"] = {
            group: [cut(row, text) | {"id": row["id"], "items": _items(row["items"], text, kinds)} for row in rows]
            for group, rows in document["groups"].items()
        }
    return done


def _items(items: Mapping[str, Any], text: str, kinds: Mapping[str, str]) -> dict[str, Any]:
    kept = {}
    for oid, value in items.items():
        if kinds[oid] == "text":
            kept[oid] = cut(value, text)
        elif kinds[oid] == "file":
            kept[oid] = value | {"name": cut(value["name"], text)}
        elif text not in str(value):
            kept[oid] = value
    return kept


def lost(document: Mapping[str, Any], text: str, kinds: Mapping[str, str]) -> tuple[str, ...]:
    """Items whose whole value would go because it is no free text: a current revision is corrected first, as any value is."""
    rows = [row["items"] for rows in document.get("groups", {}).values() for row in rows]
    return tuple(oid for items in (document["items"], *rows) for oid in items if oid not in _items(items, text, kinds))
