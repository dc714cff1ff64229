"""When an investigator can endorse everything of one participant: nothing open, nothing unsigned (ICH E6(R3) 3.16.1(o))."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from forms.text import _l
from trial.blockers import Blocker

MEANING = _l(
    "I reviewed the data of this participant; they are accurate and complete, and I take responsibility for them."
)


def blockers(rows: Iterable[Mapping[str, Any]], queried: Iterable[str], unsigned: Iterable[str]) -> Iterator[Blocker]:
    """Why a casebook cannot be signed. `rows` are the participant's rows of `due`; `queried` and `unsigned` addresses of CRFs."""
    for row in rows:
        address = f"{row['form']}/{row['event']}/{row['occurrence']}"
        if row["missing"]:
            yield Blocker("casebook-missing", _l("Required answers are open."), address)
        if row["asks"]:
            yield Blocker("casebook-asks", _l("A check waits for an answer."), address)
    yield from (Blocker("casebook-query", _l("A query is open."), address) for address in queried)
    yield from (Blocker("casebook-unsigned", _l("The form is not signed."), address) for address in unsigned)


def digest(participant: str, forms: Mapping[str, str]) -> str:
    """SHA-256 of what a casebook signature is bound to: each form's address and content digest, in order, of that participant."""
    lines = [f"{participant}\n", *(f"{address} {forms[address]}\n" for address in sorted(forms))]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
