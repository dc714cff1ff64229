"""One class for each thing a person must do differently. They carry data; `web/` finds the words, `cli.py` the exit code."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(eq=False)
class VigilError(Exception):
    """Base of all. A subclass is a dataclass with `eq=False`, so that it stays hashable as exceptions must be."""

    def __str__(self) -> str:
        said = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"{type(self).__name__}({said})"


@dataclass(eq=False)
class NotFound(VigilError):
    """There is no such row: `what` names the table, `key` the values looked for."""

    what: str
    key: dict[str, Any]


@dataclass(eq=False)
class AlreadyExists(VigilError):
    """A row with the same unique key is there already."""

    what: str
    detail: str


@dataclass(eq=False)
class ConstraintBroken(VigilError):
    """The database refused a value: a missing parent, a blank where none may be, a code outside its list, a frozen row."""

    what: str
    detail: str


@dataclass(eq=False)
class UnstorableText(VigilError):
    """Text holds a character no database here can keep: NUL, or half of a surrogate pair. `where` names table and column."""

    where: str
    character: str


@dataclass(eq=False)
class StaleRevision(VigilError):
    """Somebody saved this CRF after it was opened. Nothing of either is lost: both versions are here.

    `based_on` and `current` are revision numbers (None: none yet); `mine`, `theirs` and `base` are answers in their JSON form.
    """

    participant: str
    event: str
    form: str
    occurrence: int
    based_on: int | None
    current: int | None
    author: int | None
    author_name: str | None
    at: datetime | None
    mine: Any
    theirs: Any
    base: Any


@dataclass(eq=False)
class CrfLocked(VigilError):
    """The CRF is frozen or locked (`kind`): it must be opened again, with a reason, before it can change."""

    participant: str
    event: str
    form: str
    occurrence: int
    kind: str = "lock"


@dataclass(eq=False)
class Busy(VigilError):
    """Another writer was in the way (lock, deadlock, serialisation). Trying again is right."""

    detail: str


@dataclass(eq=False)
class StorageFull(VigilError):
    """The disk, or a quota, is full. Nothing was saved; reading still works."""

    detail: str


@dataclass(eq=False)
class StorageUnavailable(VigilError):
    """The database does not answer."""

    detail: str


@dataclass(eq=False)
class NotMigrated(VigilError):
    """The database is at another schema revision than this release; `found` is None for an empty database."""

    found: str | None
    wanted: str


@dataclass(eq=False)
class FileMissing(VigilError):
    """No stored file has this SHA-256."""

    sha256: str


@dataclass(eq=False)
class FileDamaged(VigilError):
    """The stored bytes no longer have the SHA-256 they are named by."""

    sha256: str


@dataclass(eq=False)
class FeatureTableUnreadable(VigilError):
    """A feature table is not CSV of two columns (name, number); `line` counts from 1, 0 is the whole file."""

    sha256: str
    line: int


@dataclass(eq=False)
class Unread(VigilError):
    """A file somebody sent was not taken: `reason` is a key of `trial.file_kinds.REASONS`, `detail` for the log."""

    reason: str
    detail: str = ""


@dataclass(eq=False)
class UnitOfWorkMisused(VigilError):
    """A mistake of the caller, not of a person: nested use, writing outside `with`, a write that belongs to no event."""

    detail: str


# --- refusals of actions ------------------------------------------------------------------------------------------


@dataclass(eq=False)
class NotAllowed(VigilError):
    """The role may not do this, here. `verb` as in `trial.roles`; `site` is the site concerned, if any."""

    role: str
    verb: str
    site: str | None = None


@dataclass(eq=False)
class RightsHeldBack(NotAllowed):
    """The role would allow it, but it is not in force: `why` holds reasons of `trial.rights.WHY`."""

    why: tuple[str, ...] = ()


@dataclass(eq=False)
class SeenByArm(VigilError):
    """A blinded role was to be given to somebody who holds, or held, one that sees outcomes by arm."""

    username: str
    role: str


@dataclass(eq=False)
class SigningNotEnabled(VigilError):
    """A person cannot sign yet: `missing` holds keys of `trial.signing_rights.MISSING`. No attempt was counted."""

    username: str
    missing: tuple[str, ...]


@dataclass(eq=False)
class Refused(VigilError):
    """What was typed cannot be saved as it stands: findings of the levels "problem" and "hard"."""

    findings: tuple[Any, ...]


@dataclass(eq=False)
class ConfirmationNeeded(VigilError):
    """Everything is possible, but some of it is unlikely or breaks the protocol: a reason is asked for each finding."""

    findings: tuple[Any, ...]


@dataclass(eq=False)
class ReasonNeeded(VigilError):
    """A saved value changes and nobody said why. `changes` are `trial.changes.Change` values."""

    changes: tuple[Any, ...]


@dataclass(eq=False)
class NotOpen(VigilError):
    """The step is not open: `blockers` say, in the trial's words, what must happen first or why it never will."""

    step: str
    blockers: tuple[Any, ...]


@dataclass(eq=False)
class VersionNotInForce(VigilError):
    """The form was typed under a version that does not hold for this participant. `wanted`: the versions that do."""

    form: str
    version: int
    wanted: tuple[int, ...]


@dataclass(eq=False)
class ApprovalAhead(VigilError):
    """An amendment was to be activated with an approval that lies in the future, `approved_on`; `today` is the day here."""

    approved_on: date
    today: date


@dataclass(eq=False)
class WrongPassword(VigilError):
    """The password typed for a signature or a sign-in is not the person's. The attempt is recorded."""

    username: str


@dataclass(eq=False)
class CodeNeeded(VigilError):
    """The password was right, and the person has a second factor: its code is asked. `password` names the hash that was checked."""

    person_id: int
    username: str
    password: str


@dataclass(eq=False)
class ComponentMissing(VigilError):
    """A signature asks for more than was typed: `wanted` names the fields (username, code). Nothing was counted as an attempt."""

    username: str
    wanted: tuple[str, ...]


@dataclass(eq=False)
class TooManyAttempts(VigilError):
    """Sign-in is closed for this name until `until`."""

    username: str
    until: datetime


@dataclass(eq=False)
class ContentChanged(VigilError):
    """What the signer saw is no longer what is stored: look again, then sign."""

    seen: str
    current: str


@dataclass(eq=False)
class CutAltered(VigilError):
    """What is stored is no longer what a data cut locked, and no redaction explains it. `problems`: codes of `trial.cuts.PROBLEMS`."""

    name: str
    problems: tuple[str, ...]


@dataclass(eq=False)
class CutNotEarlier(VigilError):
    """A cut that is given as an earlier look and is none; `problem` is one of its two below."""

    name: str
    problem: str

    LATER = "later"
    """It was not locked before the data that are looked at."""
    INFORMATION = "information"
    """No event has come since: the look after it holds as much information or less."""


@dataclass(eq=False)
class BackupUnfit(VigilError):
    """A copy that cannot be written or restored.

    `part`: a file of it, a folder, a schema; `problem`: not-empty, unreadable, altered, other-schema.
    """

    part: str
    problem: str
