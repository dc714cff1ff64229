"""Cuts that were worked out and found unaltered, kept while the process lives: they do not change, and cost seconds to read.

Kept is everything, below the projections: who may not see an arm is judged anew for each request, on what leaves it (`extract.py`).
Only a redaction may lawfully change a cut, so one more of them ends what is kept; a verification works the cut out anew.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from trial.cuts import ALTERED, Cut, Verdict
from trial.store.calls import Calls
from trial.store.cut_check import head_at, worked_out
from trial.store.gathered import Extracted, Gathered
from trial.store.reading import Reader
from trial.store.tables_trail import redaction

MOST = 2
"""Cuts kept for each database: that of a meeting and the one before. Of 400 participants each takes about 50 MB."""
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Worked:
    """A cut worked out: everyone, what lies around them (a `Gathered` without people), the calls of the model, and the verdict."""

    rows: tuple[Extracted, ...]
    around: Gathered
    calls: Calls
    verdict: Verdict


_KEPT: WeakKeyDictionary[Engine, OrderedDict[Key, Worked]] = WeakKeyDictionary()
_LOCK = Lock()  # over what is kept alone: nobody waits for somebody else's reading


def worked(reader: Reader, cut: Cut) -> Worked:
    """The cut as it is kept, or worked out now."""
    key = _key(reader, cut)
    with _LOCK:
        kept = _KEPT.setdefault(reader.engine, OrderedDict())
        if (found := kept.get(key)) is not None:
            kept.move_to_end(key)
    return found or anew(reader, cut)


def anew(reader: Reader, cut: Cut) -> Worked:
    """The cut worked out now from the record; what was kept of it is replaced, or dropped where it is altered."""
    key = _key(reader, cut)  # before the rows: a redaction between the two makes the next reader work it out again
    state, verdict = worked_out(reader, cut)
    bare = replace(state.rows, people=(), revisions=(), allocations=(), codings=())
    made = Worked(tuple(state.rows.everyone()), bare, state.calls, verdict)
    with _LOCK:
        kept = _KEPT.setdefault(reader.engine, OrderedDict())
        for other in [each for each in kept if each[0] == cut.name]:
            del kept[other]
        if verdict.state != ALTERED:
            kept[key] = made
        while len(kept) > MOST:
            kept.popitem(last=False)
    return made


def _key(reader: Reader, cut: Cut) -> Key:
    """All that was locked, the journal's entry as it stands at that place, and the last redaction."""
    last = reader.scalar(select(func.max(redaction.c.id)))
    return cut.name, cut.on, cut.position, cut.head, cut.digest, cut.calls_digest, head_at(reader, cut.position), last
