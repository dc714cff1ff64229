"""What a flow of participants is made of: boxes, exits, and what a box is told apart by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from analysis.flow_rows import FlowRow


@dataclass(frozen=True)
class Part:
    """A share of a box. `n` None: a small count of the pre-consent log, withheld. `named`: its code is said with its words."""

    code: str
    text: str
    n: int | None
    named: bool = False

    def words(self, tr: Callable[[str], str] = str) -> str:
        """What a reader sees."""
        return f"{self.code}: {tr(self.text)}" if self.named else tr(self.text)


@dataclass(frozen=True)
class Split:
    """A box told apart by one question; the parts add up to the box."""

    id: str
    text: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Box:
    """A number of people under the box `of` (None: the first). An exit leads nowhere. `sums`: the boxes it brings together again."""

    id: str
    text: str
    n: int | None
    of: str | None
    exit: bool = False
    splits: tuple[Split, ...] = ()
    sums: tuple[str, ...] = ()

    def split(self, identity: str) -> Split:
        """One of its splits. Raises StopIteration for one it does not have."""
        return next(each for each in self.splits if each.id == identity)


@dataclass(frozen=True)
class Flow:
    """Boxes from the top down. `gaps`: people counted in a step that has no date because a later one has.

    `logged`: whether the pre-consent log was at hand.
    """

    boxes: tuple[Box, ...]
    gaps: int
    logged: bool

    def __getitem__(self, code: str) -> Box:
        return next(box for box in self.boxes if box.id == code)

    def below(self, code: str | None) -> tuple[Box, ...]:
        """What a box leads to, exits first."""
        return tuple(sorted((box for box in self.boxes if box.of == code), key=lambda box: not box.exit))


@dataclass(frozen=True)
class Question:
    """What a box is told apart by: the code of a person, and codes to words in the order they are written.

    `always`: codes that are written though nobody is in them; `named`: codes that are said themselves.
    """

    text: str
    of: Callable[[FlowRow], str]
    words: Mapping[str, str]
    always: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def split(identity: str, people: Iterable[FlowRow], question: Question) -> Split:
    """The parts that anybody is in, and those that are always written. Raises KeyError for a code without words."""
    found = Counter(question.of(row) for row in people)
    if unknown := found.keys() - question.words.keys():
        raise KeyError(*sorted(unknown))
    codes = [code for code in question.words if found[code] or code in question.always]
    parts = (Part(code, question.words[code], found[code], code in question.named) for code in codes)
    return Split(identity, question.text, tuple(parts))
