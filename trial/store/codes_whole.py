"""The codes of a term as they were before a redaction took words out of them.

A redaction keeps none of what it took out, but a code is no secret: the dictionary it was chosen from still has its text. So a cut that
was locked before can be worked out again, and what was altered beside the redaction is still found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from trial.dictionaries.terms import CODED_AT
from trial.redaction import MARK
from trial.store.broken import place
from trial.store.coding import codes_of, term
from trial.store.reading import Reader, Row
from trial.store.tables import key_names
from trial.store.tables_coding import coding


def place_of(row: Row) -> str:
    """A coding as a redaction names it."""
    return place(coding.name, {name: row[name] for name in key_names(coding)})


def whole(reader: Reader, row: Row) -> Row:
    """The coding with the codes that its dictionary gives; as it stands where the dictionary has no such term."""
    of = reader.the("dictionary", id=row["dictionary"])
    found = term(reader, of["id"], CODED_AT[of["kind"]], row["code"])
    return row if found is None else row | {"codes": codes_of(reader, of, found)}


def taken_out(stands: Row, was: Row) -> bool:
    """Whether redactions alone can have made the codes that stand of those that were."""
    pairs = list(_pairs(stands["codes"], was["codes"]))
    return len(stands["codes"]) == len(was["codes"]) and all(_left(now, before) for now, before in pairs)


def _pairs(stands: list[dict[str, Any]], was: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for now, before in zip(stands, was, strict=False):
        yield from ((str(now.get(name)), text) for name, text in before.items())


def _left(now: str, before: str) -> bool:
    return re.fullmatch(".+".join(map(re.escape, now.split(MARK))), before, re.DOTALL) is not None
