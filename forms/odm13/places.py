"""Where something stands in a subject's data, as one text: FORM/EVENT/OCCURRENCE#PATH. What is blank stands higher up.

The path of a value is ITEM, or GROUP/row/ITEM in a repeating group (GROUP//ITEM for one that its group does not hold); of a group
GROUP/, of a row GROUP/row/; of a form it is "".
A study event has no form (`/EVENT/0#`), a subject neither (`//0#`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"([^/#]*)/(.*?)/([0-9]+)#(.*)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A form, study event, subject, group or value."""

    form: str = ""
    event: str = ""
    occurrence: int = 0
    path: str = ""

    def __str__(self) -> str:
        return f"{self.form}/{self.event}/{self.occurrence}#{self.path}"

    @property
    def address(self) -> str:
        """FORM/EVENT/OCCURRENCE, as everywhere else."""
        return f"{self.form}/{self.event}/{self.occurrence}"


SUBJECT = Place()


def quoted(oid: str) -> str:
    """An identifier as a part of a path, which strokes divide."""
    return oid.replace("%", "%25").replace("/", "%2F")


def parts_of(path: str) -> tuple[str | None, str | None, str | None]:
    """Group, row and item of a path; None for what it does not name (a group that does not repeat has no row)."""
    found = [part.replace("%2F", "/").replace("%25", "%") for part in path.split("/")]
    if len(found) == 1:
        return None, None, found[0] or None
    row, item = (None, found[1]) if len(found) == 2 else (found[1], found[2])
    return found[0], row or None, item or None


def place_of(text: str) -> Place | None:
    """The place that was written so; None for what is no place in a subject's data."""
    found = _SHAPE.fullmatch(text)
    return Place(found[1], found[2], int(found[3]), found[4]) if found else None


def key_of_event(oid: str, repeat: str | None) -> str:
    """Our name of a study event: EVENT, or EVENT-repeat."""
    return oid if repeat is None else f"{oid}-{repeat}"


def event_of_key(key: str, events: tuple[str, ...]) -> tuple[str, str | None]:
    """The event's OID and repeat key of our name of it."""
    oid, dash, repeat = key.rpartition("-")
    return (key, None) if key in events or not dash or oid not in events else (oid, repeat)
