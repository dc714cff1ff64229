"""A state of the data worked out from the record at an entry of the journal, and what a cut locked held against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from trial.cuts import ALTERED, CALLS, CHAIN, CONTENT, REDACTED, ROWS, SAME, Cut, Verdict
from trial.store.cohort import participant
from trial.store.gathered import Gathered, gathered, place_of, redacted_then
from trial.store.model_calls import calls_of
from trial.store.past import Past
from trial.store.reading import Reader
from trial.store.redaction import redacted
from trial.store.tables_journal import GENESIS, journal


@dataclass(frozen=True)
class State:
    """The rows as they stood, their digest as it was then and as it is after later redactions, and that of the calls of the model.

    `altered`: how many revisions hold other answers than they should; `redactions`: numbers of those that came since and touch one.
    """

    rows: Gathered
    then: str
    now: str
    calls: str
    altered: int
    redactions: tuple[int, ...]


def state(reader: Reader, cut_at: Past, on: date) -> State:
    """All of it, worked out anew; calls of the model up to the day `on`."""
    rows = gathered(reader, participant, cut_at)
    left, since = redacted_then(reader, cut_at)
    after = redacted(reader)
    calls = calls_of(cut_at.rows("prediction"), {row["id"] for row in rows.people}, on)
    touched = {number for row in rows.revisions for number in since.get(place_of(row), ())}
    return State(rows, rows.digest(left), rows.digest(after), calls.digest, rows.altered(after), tuple(sorted(touched)))


def worked_out(reader: Reader, cut: Cut) -> tuple[Gathered, Verdict]:
    """The rows at a cut, and whether they are what was locked."""
    found = state(reader, Past(reader, cut.position), cut.on)
    if problems := tuple(_problems(reader, cut, found)):
        return found.rows, Verdict(cut, ALTERED, found.then, found.redactions, problems)
    told = SAME if found.now == cut.digest else REDACTED
    return found.rows, Verdict(cut, told, found.now, found.redactions)


def _problems(reader: Reader, cut: Cut, found: State) -> Iterator[str]:
    if head_at(reader, cut.position) != cut.head:
        yield CHAIN
    if found.then != cut.digest:
        yield ROWS
    if found.altered:
        yield CONTENT
    if found.calls != cut.calls_digest:
        yield CALLS


def head_at(reader: Reader, position: int) -> str | None:
    """The hash of the journal's entry at a position; None where there is no such entry."""
    if position == 0:
        return GENESIS
    entry = reader.one(journal, seq=position)
    return entry["hash"] if entry else None
