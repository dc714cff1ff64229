"""The people of a simulated trial at work: each does, through the same actions as a real person, what is asked of them.

Nothing here writes to the database. A soft check is confirmed with a reason, a required answer that the simulated life does
not hold gets a reason code, and a refusal stops the simulation: it would mean that the truth and the rules disagree.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.catalogue import current
from trial.actions import allocate, predict, sign
from trial.actions.case import Case, load
from trial.actions.enter import Saved, preview, save_crf
from trial.actions.entry import Entry
from trial.actions.participants import add_participant
from trial.actions.upload import upload
from trial.actor import Actor
from trial.clock import FixedClock
from trial.contained import Job, Taken
from trial.errors import ConfirmationNeeded, Refused
from trial.feature_table import parsed
from trial.store.engine import Engine
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

PASSWORD = "simulated people have no secrets"  # noqa: S105  the password of invented people only


class TruthRefused(Exception):
    """A form made from the simulated truth was refused by a hard check: participant, form and findings say which."""


@dataclass
class Hands:
    """One coordinator and one investigator at each site, a safety officer, the model, the sealed key, the clock they all live by."""

    engine: Engine
    clock: FixedClock
    files: Files
    model: Any
    key: bytes
    coordinators: Mapping[str, Actor]
    investigators: Mapping[str, Actor]
    safety_officer: Actor

    def uow(self, actor: Actor) -> UnitOfWork:
        """A unit of work of that person."""
        return UnitOfWork(self.engine, self.clock, actor)

    def case(self, participant: str) -> Case:
        """The participant as everyone can read them now."""
        with Reading(self.engine) as reader:
            return load(reader, reader.the("participant", id=participant), self.clock)

    def add(self, site: str, key: str) -> str:
        """A new participant."""
        return add_participant(site, uow=self.uow(self.coordinators[site]), key=key)

    def table(self, participant: str, form: str, item: str, values: Mapping[str, float]) -> dict[str, Any]:
        """Upload a feature table, once; returns the reference the form holds."""
        content = _csv(values)
        digest = hashlib.sha256(content).hexdigest()
        stored = Reading(self.engine).one("file", sha256=digest, participant=participant)
        if stored is None:
            uow = self.uow(self.coordinators[_site(participant)])
            upload(participant, form, item, content, files=self.files, uow=uow, reader=_own_table)
            stored = Reading(self.engine).the("file", sha256=digest, participant=participant)
        return {"sha256": digest, "name": stored["name"], "size": stored["size"]}

    def save(self, entry: Entry, *, investigator: bool = False) -> Saved:
        """Type a form and save it, confirming what is asked."""
        people = self.investigators if investigator else self.coordinators
        return self._save(entry, people[_site(entry.participant)])

    def _save(self, entry: Entry, actor: Actor) -> Saved:
        tried = entry
        for _ in range(3):
            try:
                return save_crf(tried, uow=self.uow(actor))
            except ConfirmationNeeded as asked:
                given = {f.key: "checked against the source" for f in asked.findings}
                tried = replace(tried, raw={**tried.raw, "confirmed": {**tried.raw.get("confirmed", {}), **given}})
            except Refused as refused:
                said = "; ".join(f.text() for f in refused.findings)
                raise TruthRefused(
                    f"{entry.participant} {entry.form}/{entry.event}/{entry.occurrence}: {said}"
                ) from refused
        raise TruthRefused(f"{entry.participant} {entry.form}: still asked after confirming")

    def completed(self, entry: Entry, *, investigator: bool = False) -> Entry:
        """The entry with a reason code for each required answer that is missing, as a careful coordinator would."""
        people = self.investigators if investigator else self.coordinators
        found = preview(entry, uow=self.uow(people[_site(entry.participant)])).findings
        own = {i.oid for i in current(entry.form).items}
        missing = {f.item: "ND" for f in found if f.level == "missing" and f.row is None and f.item in own}
        return (
            replace(entry, raw={**entry.raw, "missing": {**entry.raw.get("missing", {}), **missing}})
            if missing
            else entry
        )

    def revision(self, entry: Entry) -> int:
        """The number of the revision that is current now; 0 before the first."""
        key = {"participant": entry.participant, "event": entry.event, "form": entry.form}
        row = Reading(self.engine).one("crf", **key, occurrence=entry.occurrence)
        return 0 if row is None else int(row["revision"])

    def sign(self, participant: str, event: str, form: str, occurrence: int = 1) -> None:
        """The investigator reads the form and signs what is on the page, once: also a signature that is void now was given."""
        actor, case = self.investigators[_site(participant)], self.case(participant)
        if any((s["form"], s["event"], s["occurrence"]) == (form, event, occurrence) for s in case.signatures):
            return
        seen = sign.content(case, event, form, occurrence).digest
        sign.sign_crf(participant, event, form, occurrence, seen=seen, password=PASSWORD, uow=self.uow(actor))

    def assess(self, entry: Entry) -> None:
        """The safety officer judges a serious report, once."""
        crf = self.case(entry.participant).bare.at(entry.form, entry.event, entry.occurrence)
        if crf is not None and crf.counts and "SAEEXP" not in crf.answers.items:
            self._save(replace(entry, based_on=crf.number), self.safety_officer)

    def save_and_sign(self, entry: Entry) -> None:
        """A form that is signed when it is saved: the own estimate."""
        sign.save_and_sign(entry, password=PASSWORD, uow=self.uow(self.investigators[_site(entry.participant)]))

    def ask_model(self, participant: str) -> None:
        """Call the frozen model, once: asked again when the record has grown, it would make another call."""
        actor = self.investigators[_site(participant)]
        if not self.case(participant).predictions:
            predict.call_model(participant, uow=self.uow(actor), model=self.model, files=self.files)

    def randomise(self, participant: str) -> str:
        """Request randomisation; returns the arm."""
        actor = self.coordinators[_site(participant)]
        return allocate.request_randomisation(participant, uow=self.uow(actor), key=self.key).arm


def _own_table(job: Job) -> Taken:
    """A table made a moment ago, by this process: nobody sent it, and a child for each would take longer than the trial itself."""
    content = job.source.replace(job.folder / "content")
    return Taken(content, None, (), {"rows": len(parsed(content.read_bytes()))}, "none")


def _csv(values: Mapping[str, float]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("feature", "value"))
    writer.writerows((name, repr(value)) for name, value in values.items())
    return text.getvalue().encode()


def _site(participant: str) -> str:
    return participant.split("-")[1]
