"""Uploaded files of a participant: who may know of each, download it, see its preview, and say that a picture shows no name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms.answers import Crf, FileRef
from forms.catalogue import current
from trial import roles
from trial.actions.permission import participant_for
from trial.actor import Actor
from trial.errors import AlreadyExists, NotFound, NotOpen
from trial.file_kinds import LOOK, PICTURES
from trial.happenings_files import FileDownloaded, PictureLookedAt
from trial.store import crfs
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

CLEAN, NAME = "clean", "name"


@dataclass(frozen=True)
class Place:
    """Where a file stands, or was sent for; `event` is None for an item of no saved form."""

    form: str
    item: str
    event: str | None = None
    occurrence: int = 1


@dataclass(frozen=True)
class Filed:
    """A file as one reader may know it. `report` is None for one that was kept before files were reported on."""

    row: Row
    report: Row | None
    looks: Mapping[str, Row]
    places: tuple[Place, ...]

    @property
    def sha256(self) -> str:
        """Its digest, under which it is stored."""
        return str(self.row["sha256"])

    @property
    def preview(self) -> str | None:
        """The digest of its preview; None where there is none, and where nobody may see it."""
        return self.report["preview"] if self.report and not self.withheld else None

    @property
    def withheld(self) -> bool:
        """Whether somebody saw a name in the picture: then it is served to nobody."""
        return NAME in self.looks

    @property
    def flags(self) -> tuple[str, ...]:
        """What is remarked on it and still stands."""
        found = tuple(self.report["flags"]) if self.report else ()
        return tuple(flag for flag in found if flag not in LOOK or not self.looks)

    @property
    def to_look_at(self) -> bool:
        """Whether somebody must look at the picture."""
        return not LOOK.isdisjoint(self.flags)


def listing(reader: Reader, actor: Actor, participant: str) -> list[Filed]:
    """The files of a participant that the role may know of, newest first. Raises NotFound, NotAllowed."""
    participant_for(reader, actor, participant, "file.read")
    reports = {row["sha256"]: row for row in reader.all("file_report", participant=participant)}
    looks: dict[str, dict[str, Row]] = {}
    for row in reader.all("file_look", participant=participant):
        looks.setdefault(row["sha256"], {})[row["finding"]] = row
    held = _held(crfs.current(reader, participant))
    found = []
    for row in reversed(reader.all("file", order_by="at", participant=participant)):
        sha256 = row["sha256"]
        places = tuple(p for p in _places(held.get(sha256, ()), reports.get(sha256)) if _seen(actor.role, p))
        if places:
            found.append(Filed(row, reports.get(sha256), looks.get(sha256, {}), places))
    return found


def one(reader: Reader, actor: Actor, participant: str, sha256: str) -> Filed:
    """One of them. Raises NotFound also for one the role may not know of."""
    found = next((f for f in listing(reader, actor, participant) if f.sha256 == sha256), None)
    if found is None:
        raise NotFound("file", {"sha256": sha256})
    return found


def _held(forms: Iterable[Crf]) -> dict[str, list[Place]]:
    """Where each file stands, by its digest."""
    held: dict[str, list[Place]] = {}
    for crf in forms:
        for item, value in crf.answers.items.items():
            if isinstance(value, FileRef):
                held.setdefault(value.sha256, []).append(Place(crf.form, item, crf.event, crf.occurrence))
    return held


def _places(held: Iterable[Place], report: Row | None) -> Iterable[Place]:
    """A file that no form holds (not saved yet, or replaced) is where it was sent for."""
    return tuple(held) or ((Place(report["form"], report["item"]),) if report else ())


def _seen(role: str, place: Place) -> bool:
    known = place.item in current(place.form).kinds()
    return (
        known
        and roles.may_read_form(role, place.form)
        and not roles.hides(role, place.form, place.item, event=place.event)
    )


def download(participant: str, sha256: str, *, uow: UnitOfWork) -> Filed:
    """A file that is about to leave; pictures of a body are written down (R28). Raises NotFound, NotAllowed."""
    with uow:
        found = _served(one(uow, uow.actor, participant, sha256))
        if found.row["media_type"] in PICTURES:
            uow.record(FileDownloaded(sha256, found.row["media_type"], participant=participant))
        uow.commit()
    return found


def preview(reader: Reader, actor: Actor, participant: str, sha256: str) -> str:
    """The digest of a file's preview. Raises NotFound, NotAllowed."""
    found = _served(one(reader, actor, participant, sha256)).preview
    if found is None:
        raise NotFound("preview", {"sha256": sha256})
    return found


def _served(found: Filed) -> Filed:
    if found.withheld:
        raise NotFound("file", {"sha256": found.sha256})
    return found


def look(participant: str, sha256: str, finding: str, *, uow: UnitOfWork) -> None:
    """Say that a picture was looked at: "clean", or "name", after which it is served to nobody.

    Raises NotFound, NotAllowed, AlreadyExists (it was said before), NotOpen (there is nothing to look at).
    """
    with uow:
        participant_for(uow, uow.actor, participant, "file.look")
        found = one(uow, uow.actor, participant, sha256)
        _refuse_look(found, finding)
        who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        uow.insert("file_look", sha256=sha256, participant=participant, finding=finding, **who)
        uow.record(PictureLookedAt(sha256, finding, participant=participant))
        uow.commit()


def _refuse_look(found: Filed, finding: str) -> None:
    if finding not in (CLEAN, NAME) or found.row["media_type"] not in PICTURES:
        raise NotOpen("look", ("nothing-to-look-at",))
    if finding in found.looks or found.withheld:
        raise AlreadyExists("file_look", finding)
    if finding == CLEAN and not found.to_look_at:
        raise NotOpen("look", ("nothing-to-look-at",))
