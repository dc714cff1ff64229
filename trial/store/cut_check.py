"""A state of the data worked out from the record at an entry of the journal, and what a cut locked held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from trial.cuts import ALTERED, CALLS, CHAIN, CONTENT, REDACTED, ROWS, SAME, Cut, Verdict
from trial.store import codes_whole, cuts
from trial.store.broken import Finding
from trial.store.calls import Calls, calls_of
from trial.store.cohort import participant
from trial.store.gathered import Gathered, gathered, place_of, redacted_then
from trial.store.past import Past
from trial.store.reading import Reader, Row
from trial.store.redaction import redacted
from trial.store.tables_journal import GENESIS, journal


@dataclass(frozen=True)
class State:
    """The rows as they stood, their digest as it was then and as it is after later redactions, and the calls of the model.

    `then` holds two digests where codes were redacted before the cut and after it, since which redaction took what is not known.
    `altered`: how many revisions and codes hold something else than they should; `redactions`: numbers of those that came since and
    took something out.
    """

    rows: Gathered
    then: tuple[str, ...]
    now: str
    calls: Calls
    altered: int
    redactions: tuple[int, ...]


def state(reader: Reader, cut_at: Past, on: date) -> State:
    """All of it, worked out anew; calls of the model up to the day `on`."""
    rows = gathered(reader, participant, cut_at)
    left, since = redacted_then(reader, cut_at)
    after = redacted(reader)
    calls = calls_of(cut_at.rows("prediction"), {row["id"] for row in rows.people}, on)
    codes = _shortened(reader, rows, since)
    touched = {n for row in rows.revisions if since for n in since.get(place_of(row), ())}
    touched |= {n for row in codes.values() for n in since[codes_whole.place_of(row)]}
    odd = sum(not codes_whole.taken_out(row, codes[row["id"]]) for row in rows.codings if row["id"] in codes)
    then = tuple(each.digest(left) for each in _before(rows, codes, left))
    now = then[0] if left == after and not codes else rows.digest(after)
    return State(rows, then, now, calls, rows.altered(after) + odd, tuple(sorted(touched)))


def _shortened(reader: Reader, rows: Gathered, since: Mapping[str, object]) -> dict[int, Row]:
    """By number each coding that was redacted since and does not say what its dictionary does: as the dictionary has it."""
    named = (row for row in rows.codings if codes_whole.place_of(row) in since)
    return {row["id"]: was for row in named if (was := codes_whole.whole(reader, row)) != row}


def _before(rows: Gathered, codes: Mapping[int, Row], left: Mapping[str, str]) -> Iterator[Gathered]:
    """The rows with these codes; and with those alone that no redaction had touched by then."""
    fewer = {n: row for n, row in codes.items() if codes_whole.place_of(row) not in left}
    for kept in (codes,) if fewer == codes else (codes, fewer):
        yield replace(rows, codings=tuple(kept.get(row["id"], row) for row in rows.codings))


def worked_out(reader: Reader, cut: Cut) -> tuple[State, Verdict]:
    """What stood at a cut, and whether it is what was locked."""
    found = state(reader, Past(reader, cut.position), cut.on)
    if problems := tuple(_problems(reader, cut, found)):
        return found, Verdict(cut, ALTERED, found.then[0], found.redactions, problems)
    told = SAME if found.now == cut.digest else REDACTED
    return found, Verdict(cut, told, found.now, found.redactions)


def _problems(reader: Reader, cut: Cut, found: State) -> Iterator[str]:
    if head_at(reader, cut.position) != cut.head:
        yield CHAIN
    if cut.digest not in found.then:
        yield ROWS
    if found.altered:
        yield CONTENT
    if found.calls.digest != cut.calls_digest:
        yield CALLS


def altered_cuts(reader: Reader) -> Iterator[Finding]:
    """A finding for each cut that the record does not give again: a check of `vigil verify`. A redaction is none."""
    for cut, _maker in cuts.every(reader):
        _found, verdict = worked_out(reader, cut)
        if verdict.state == ALTERED:
            said = f"the record does not give again what was locked: {', '.join(verdict.problems)}"
            yield Finding("data_cut", cut.name, said)


def head_at(reader: Reader, position: int) -> str | None:
    """The hash of the journal's entry at a position; None where there is no such entry."""
    if position == 0:
        return GENESIS
    entry = reader.one(journal, seq=position)
    return entry["hash"] if entry else None
