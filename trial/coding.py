"""Coding: which items hold verbatim terms, what a form says there, and what of a code is under a signature (PROTOCOL 10).

What the site typed is never changed: a code stands beside it, with the version of the dictionary it was chosen from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf
from forms.text import _l
from trial.dictionaries.folding import exact, loose
from trial.dictionaries.terms import CODED_AT, MEDDRA, WHODRUG

TERMS: Mapping[str, str] = {
    "AE.AETERM": MEDDRA,
    "MH.PMSITE": MEDDRA,
    "POC.POCTERM": MEDDRA,
    "CM.CMINDC": MEDDRA,
    "CM.CMTRT": WHODRUG,
}
"""Items that hold verbatim terms, FORM.ITEM, and the dictionary each is coded with."""
FORMS = frozenset(key.partition(".")[0] for key in TERMS)

UNCODED, PROPOSED, APPROVED, RECODE = "uncoded", "proposed", "approved", "recode"
STATE_WORDS: Mapping[str, str] = {
    UNCODED: _l("not coded"),
    PROPOSED: _l("waits for approval"),
    RECODE: _l("to be coded again"),
    APPROVED: _l("coded"),
}
"""Where a verbatim term stands: RECODE is approved under an earlier version, and the version in use says otherwise."""
ENDED = ("superseded", "rejected")
AUTO, SYNONYM, PERSON = "auto", "synonym", "person"
HOW_WORDS: Mapping[str, str] = {
    AUTO: _l("found by its text"),
    SYNONYM: _l("from the list of synonyms"),
    PERSON: _l("chosen by a person"),
}
CHANGED = "the verbatim term changed"


@dataclass(frozen=True)
class Verbatim:
    """One term as typed. `path` is OID, or GROUP/row/OID with the permanent id of the row."""

    path: str
    kind: str
    text: str

    @property
    def folded(self) -> str:
        """What terms that are to be coded alike have in common."""
        return loose(self.text)


def verbatims(crf: Crf) -> Iterator[Verbatim]:
    """The terms of a form; none of one that was not done or was removed."""
    if not crf.counts or crf.form not in FORMS:
        return
    yield from _of("", crf.form, crf.answers.items)
    for group, rows in crf.answers.groups.items():
        for row in rows:
            yield from _of(f"{group}/{row.id}/", crf.form, row.items)


def _of(prefix: str, form: str, items: Mapping[str, Any]) -> Iterator[Verbatim]:
    for oid, value in items.items():
        kind = TERMS.get(f"{form}.{oid}")
        if kind and isinstance(value, str) and exact(value):
            yield Verbatim(prefix + oid, kind, value)


@dataclass(frozen=True)
class Match:
    """A code found without a person; `certain`: it needs no approval."""

    row: Mapping[str, Any]
    how: str
    certain: bool
    synonym: int | None = None


def match(
    text: str, candidates: Iterable[Mapping[str, Any]], synonym: Mapping[str, Any] | None, of_synonym: Any
) -> Match | None:
    """The one code for a text, or None: `candidates` are current terms with the same folded text, `of_synonym` the term of the `synonym`.

    A current term with exactly this text, and only one, is the term: nothing is guessed. A synonym was approved by a person for this
    text. What only agrees once accents and spelling are forgiven waits for a person. Two candidates are no match.
    """
    found = list(candidates)
    same = [row for row in found if exact(row["text"]) == exact(text)]
    if len(same) == 1:
        return Match(same[0], AUTO, certain=True)
    if synonym is not None and of_synonym is not None and of_synonym["current"]:
        return Match(of_synonym, SYNONYM, certain=True, synonym=synonym["id"])
    return Match(found[0], AUTO, certain=False) if len(found) == 1 else None


def state_of(live: Iterable[Mapping[str, Any]], in_use: int | None) -> str:
    """Where a term stands, from its codings that have not ended and the number of the dictionary in use."""
    states = {row["state"]: row for row in live}
    if PROPOSED in states:
        return PROPOSED
    if APPROVED not in states:
        return UNCODED
    return APPROVED if in_use in (None, states[APPROVED]["valid_in"]) else RECODE


def frozen(codings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What a signature freezes of the codes of one form: by path, the version, and the term with all above it."""
    return {
        row["path"]: {"dictionary": row["kind"], "version": row["version"], "codes": row["codes"]} for row in codings
    }


def named(codes: Iterable[Mapping[str, str]], level: str) -> str | None:
    """The text at a level of a coded term; of a drug with several classes the first."""
    return next((each["text"] for each in codes if each["level"] == level), None)


def reported(coding: Mapping[str, Any] | None, verbatim: str, group: str = "") -> tuple[str, str]:
    """Term and class a table shows: preferred term and class of an approved code; the verbatim text and `group` where there is none."""
    if coding is None:
        return verbatim, group
    level = {MEDDRA: ("PT", "SOC"), WHODRUG: ("PREF", "ATC")}[coding["kind"]]
    coded = named(coding["codes"], level[0]) or named(coding["codes"], CODED_AT[coding["kind"]])
    return coded or verbatim, named(coding["codes"], level[1]) or group
