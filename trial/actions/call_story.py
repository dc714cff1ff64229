"""What people did around a call of the model: the own estimate before it, who saw the answer first, the decision that followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trial.happenings import PredictionSeen
from trial.store import crfs, journal
from trial.store.journal import Sought
from trial.store.reading import Reader, Row


@dataclass(frozen=True)
class Story:
    """Around one call. `estimate`, `decision`: revisions of PRE and DEC with `author_name`; `signed_*`: their signatures; `seen`: the entry
    of the journal of the first look. `next`: the number of the call that followed before any decision did.
    """

    estimate: Row | None
    signed_estimate: Row | None
    seen: Row | None
    decision: Row | None
    signed_decision: Row | None
    next: int | None


def story(reader: Reader, participant: str, number: int) -> Story:
    """The story of one stored call of a participant."""
    calls = reader.all("prediction", order_by="number", participant=participant)
    call = next(each for each in calls if each["number"] == number)
    later = next((each for each in calls if each["number"] > number), None)
    estimate = _last([r for r in crfs.history(reader, participant, "DEC", "PRE", 1) if r["at"] <= call["at"]])
    decided = [r for r in crfs.history(reader, participant, "DEC", "DEC", 1) if r["at"] >= call["at"]]
    if later is not None:
        decided = [r for r in decided if r["at"] < later["at"]]
    decision = _last(decided)
    return Story(
        estimate,
        _signature(reader, participant, estimate),
        first_look(reader, participant, number),
        decision,
        _signature(reader, participant, decision),
        later["number"] if later is not None and decision is None else None,
    )


def first_look(reader: Reader, participant: str, number: int) -> Row | None:
    """The entry of the journal of who first looked at the answer."""
    return _last([e for e in _looks(reader, participant) if e["body"]["event"]["number"] == number])


def looked_at(reader: Reader, participant: str, person: int | None) -> frozenset[int]:
    """The calls of a participant whose answers this person has opened."""
    return frozenset(e["body"]["event"]["number"] for e in _looks(reader, participant) if e["actor"] == person)


def _looks(reader: Reader, participant: str) -> list[Row]:
    """Newest first."""
    return journal.found(reader, Sought(participant=participant, kind=PredictionSeen.tag))


def _signature(reader: Reader, participant: str, revision: Row | None) -> Row | None:
    """The last signature under that revision."""
    if revision is None:
        return None
    where = {"participant": participant, "event": "DEC", "form": revision["form"], "revision": revision["number"]}
    return _last(reader.all("signature", order_by="id", **where))


def _last(rows: Sequence[Row]) -> Row | None:
    return rows[-1] if rows else None
