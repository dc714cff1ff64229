"""What coding does, as events: dictionaries imported and put in use, codes proposed, approved and ended, synonyms kept."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class DictionaryBegun(Event, tag="person:dictionary:begun"):
    """The files of a licensed dictionary are being read; `dictionary` is the number of its row, which keeps their digests."""

    dictionary: int
    kind: str
    version: str


@dataclass(frozen=True)
class DictionaryImported(Event, tag="person:dictionary:imported"):
    """All of it was read and is whole: how many terms, and the digest of all of them."""

    dictionary: int
    terms: int
    sha256: str


@dataclass(frozen=True)
class DictionaryRefused(Event, tag="person:dictionary:refused"):
    """Something in the files was not what it should be; none of its terms was kept."""

    dictionary: int
    problems: int


@dataclass(frozen=True)
class DictionaryAdopted(Event, tag="person:dictionary:adopted"):
    """Terms are coded with this version from now on."""

    dictionary: int
    kind: str
    version: str


@dataclass(frozen=True)
class CodesCarried(Event, tag="system:coding:carried"):
    """Codes of a participant mean the same in the version now in use; they were not chosen again."""

    dictionary: int
    codes: int


@dataclass(frozen=True)
class CodeProposed(Event, tag="person:coding:proposed"):
    """A code was proposed for a verbatim term: by its text, by a synonym, by a person."""

    crf: str
    path: str
    code: str
    version: str
    how: str


@dataclass(frozen=True)
class CodeApproved(Event, tag="person:coding:approved"):
    """A code stands for a verbatim term from now on; `replaced` is the code it takes the place of."""

    crf: str
    path: str
    code: str
    replaced: str | None
    reason: str


@dataclass(frozen=True)
class CodeRejected(Event, tag="person:coding:rejected"):
    """A proposed code was not approved."""

    crf: str
    path: str
    code: str
    reason: str


@dataclass(frozen=True)
class CodesEnded(Event, tag="system:coding:ended"):
    """Verbatim terms changed or were removed: their codes stand for nothing any more."""

    crf: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class SynonymKept(Event, tag="person:synonym:kept"):
    """A text is coded so from now on, wherever it stands."""

    synonym: int
    kind: str
    code: str


@dataclass(frozen=True)
class SynonymRemoved(Event, tag="person:synonym:removed"):
    """A text is not coded by the list any more; what was coded with it stays."""

    synonym: int
    reason: str
