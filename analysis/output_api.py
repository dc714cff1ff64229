"""Outputs that show nothing by arm, for programs: the list, and one of them as its document.

`wsgi` asks for this room by name: the API lies below it and does not know it.
"""

from __future__ import annotations

from typing import Any

from analysis.issued import LISTED, SCHEMA, document
from trial.happenings import ResultsSeen
from trial.web.api.operations import Param, operation
from trial.web.api.schemas import TEXT, many

AT = (Param("cut", TEXT, "The name of a locked data cut; the data as they stand where it is left out."),)


@operation(
    "GET", "/outputs", "results.pooled", "Tables and figures of all arms together, without a result", gives=many(LISTED)
)
def outputs() -> Any:
    from analysis.output_pages import ROOM

    return [{"id": o.id, "number": o.number, "title": str(o.title), "closed": False} for o in ROOM.shelf.outputs]


@operation(
    "GET", "/outputs/<output>", "results.pooled", "One output at a cut, as its tables and words", gives=SCHEMA, query=AT
)
def output(output: str) -> Any:
    from analysis.output_pages import ROOM
    from analysis.pages import at_cut, note

    issued = ROOM.issued(output)
    note(ResultsSeen(at_cut(f"output {output}"), closed=False))
    return document(issued)
