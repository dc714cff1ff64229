"""Queries the system proposes: it has a doubt, no rule; a monitor or a data manager opens or drops each (state "candidate" of ODM 2.0)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from forms.answers import Crf
from forms.record import Record
from forms.text import _l

PREFIX = "proposal:"
SAME_RESULTS = 3
"""So many visits in a row with the same result of a measured quantity to the last digit."""
DIGITS = 3
"""From so many digits on: 4.1 mmol/L of potassium repeats itself by chance."""


@dataclass(frozen=True)
class Proposal:
    """A doubt about a form or one of its items: `rule` begins with PREFIX and never holds a date."""

    rule: str
    address: str
    path: str
    message: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        return self.address, self.rule

    @property
    def said(self) -> dict[str, Any]:
        """The message and what it quotes, to be translated where it is shown."""
        return {"message": self.message, "args": {k: str(v) for k, v in self.args.items()}}

    def text(self) -> str:
        """The words, untranslated."""
        return self.message % dict(self.args) if self.args else self.message


def proposed(rule: str | None) -> bool:
    """Whether a query was proposed by the system and is not one of a check."""
    return rule is not None and rule.startswith(PREFIX)


def no_longer_stands(
    raised: Iterable[Mapping[str, Any]], standing: frozenset[str], crfs: Iterable[Crf]
) -> Iterator[Proposal]:
    """Deviations the system raised, that the data of today would not raise, and that nobody took back: rows of `breach`."""
    there = {c.address for c in crfs if c.counts}
    for row in raised:
        address = f"{row['form']}/{row['event']}/{row['occurrence']}"
        if row["key"] not in standing and address in there:
            message = _l(
                "The system raised this deviation, and the data as corrected no longer show it. Does it still stand?"
            )
            yield Proposal(f"{PREFIX}breach:{row['key']}", address, "", message)


def odd_results(record: Record) -> Iterator[Proposal]:
    """The same laboratory result to the last digit at three visits in a row: copied forward, or a machine that hangs."""
    series: dict[tuple[str, str], list[tuple[str, str, Decimal]]] = defaultdict(list)
    dated = ((record.scope(crf).item("LB.LBDAT"), crf) for crf in record.all("LB"))
    for _day, crf in sorted(((d, c) for d, c in dated if d is not None), key=lambda e: (e[0], e[1].address)):
        for row in record.rows(crf, "R"):
            test, unit, value = (row.code(f"LB.{name}") for name in ("LBTEST", "LBORRESU", "LBORRES"))
            measured = row.code("LB.LBOPER") in (None, "=")  # below a limit of detection the limit repeats itself
            if test and isinstance(value, Decimal) and row.row is not None and measured:
                series[test, str(unit)].append((crf.address, f"R/{row.row.id}/LBORRES", value))
    for (test, _unit), seen in series.items():
        yield from _repeated(test, seen)


def _repeated(test: str, seen: list[tuple[str, str, Decimal]]) -> Iterator[Proposal]:
    run = 1
    for (_before, _path, earlier), (address, path, value) in itertools.pairwise(seen):
        run = run + 1 if value == earlier and len(value.as_tuple().digits) >= DIGITS else 1
        if run == SAME_RESULTS:
            message = _l("%(test)s is %(value)s for the third visit in a row. Was it measured each time?")
            yield Proposal(f"{PREFIX}same:{test}", address, path, message, {"test": test, "value": value})


@dataclass(frozen=True)
class Step:
    """Propose (`query` None), or resolve a proposal whose doubt is gone (`proposal` None)."""

    query: Mapping[str, Any] | None
    proposal: Proposal | None


def steps(rows: Iterable[Mapping[str, Any]], wanted: Iterable[Proposal], kinds: tuple[str, ...]) -> Iterator[Step]:
    """What to do so that the proposals of these `kinds` (what follows PREFIX) are those wanted. Nothing is proposed a second time:
    what a person opened, closed or cancelled has been looked at; only a proposal that nobody took up is resolved by itself.
    """
    own = {(f"{r['form']}/{r['event']}/{r['occurrence']}", r["rule"]): r for r in rows if _of(r["rule"], kinds)}
    told = {p.key: p for p in wanted}
    yield from (Step(r, None) for key, r in own.items() if r["state"] == "candidate" and key not in told)
    for key, proposal in told.items():
        if key not in own or own[key]["state"] == "resolved":
            yield Step(None, proposal)


def _of(rule: str | None, kinds: tuple[str, ...]) -> bool:
    return rule is not None and rule.startswith(tuple(PREFIX + kind for kind in kinds))
