"""A study of another system as our own forms and answers, whatever format it came in, with what had no place kept beside it.

Readers of a format (`forms/odm13`, `forms/redcap`) make these values, the store keeps them, writers of a format read them again. Nothing is
dropped in silence: what our forms cannot say is an `Aside` (kept as it was written) and a `Loss` (said in words).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forms.answers import Crf
from forms.language import FormDef


@dataclass(frozen=True)
class Loss:
    """One thing that was not carried into our forms. `where` is its address in the source, `kind` a short code
    ("calculation", "survey", "vendor-attribute" ...), `message` the words with `args` to fill in; `count` how often.
    """

    where: str
    kind: str
    message: str
    args: Mapping[str, str] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True)
class Aside:
    """Text of the source kept as written, so that an export can put it back: where it stood, its name, the text."""

    where: str
    name: str
    text: str


@dataclass(frozen=True)
class SourceAudit:
    """What the other system's audit trail says of one value. `path` as in `trial.changes` ("" for a whole form); `at` is its own text."""

    form: str
    event: str
    occurrence: int
    path: str
    user: str
    location: str
    at: str
    action: str | None = None
    value: str | None = None
    reason: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class ForeignSubject:
    """One subject. `unreadable`: (FORM/EVENT/OCCURRENCE, path) -> text that is no value of the item's type, kept as text;
    the path is ITEM, or GROUP/row/ITEM in a repeating group.
    """

    key: str
    crfs: tuple[Crf, ...]
    unreadable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    audit: tuple[SourceAudit, ...] = ()
    asides: tuple[Aside, ...] = ()


@dataclass(frozen=True)
class ForeignStudy:
    """A whole study: `system` is "odm" or "redcap"; `definitions` maps (form, version) to the form.

    `subjects` may be gone through again and again: a tuple, or what reads them one at a time from a file or the database.
    """

    system: str
    name: str
    definitions: Mapping[tuple[str, int], FormDef]
    subjects: Sequence[ForeignSubject] = ()
    asides: tuple[Aside, ...] = ()
    losses: tuple[Loss, ...] = ()
