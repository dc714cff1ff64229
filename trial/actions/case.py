"""Everything about one participant that an action decides on, read at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import Any

from forms.answers import Crf
from forms.catalogue import definitions
from forms.record import Record
from trial.amendments import Followed, consent_form, consented_under, consents_of, followed
from trial.clock import Clock
from trial.course import in_course_order
from trial.errors import NotOpen
from trial.facts import facts_for
from trial.holds import HELD, held
from trial.proposals import proposed
from trial.protocol import Protocol
from trial.queries import address_of
from trial.ranges import SiteRanges
from trial.registry import CLOSED, historical
from trial.store import coding, crfs, office, omics, ranges, transfers
from trial.store.reading import Reader, Row


@dataclass(frozen=True)
class Case:
    """The participant, the record in the order of the course, and what was decided about them.

    `allocation` is the row, or None; `predictions` and `signatures` are rows, oldest first. `states` are the rows of `crf`, `queries` all
    ever raised, `holds` those that stand over the participant, `activations` the amendments of the site, `codings` the approved codes.
    `today` is the day in `zone`, the trial's: at 07:00 in Shanghai, UTC still has yesterday. `ranges`: the reference ranges that the
    site's laboratories state, None for none. `taxon_tables`: the shares of abundance tables by their digest.
    """

    participant: Row
    site: Row
    crfs: tuple[Crf, ...]
    allocation: Row | None
    predictions: tuple[Row, ...]
    signatures: tuple[Row, ...]
    states: tuple[Row, ...]
    queries: tuple[Row, ...]
    holds: tuple[Row, ...]
    now: datetime
    today: date
    zone: tzinfo
    activations: tuple[Row, ...] = ()
    ranges: SiteRanges | None = None
    codings: tuple[Row, ...] = ()
    taxon_tables: Mapping[str, Any] = field(default_factory=dict)
    _last: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The participant's number."""
        return str(self.participant["id"])

    @cached_property
    def followed(self) -> Followed:
        """The version of the protocol the participant is on, and what it says of forms and windows."""
        return followed(self.crfs, self.site, self.activations)

    def under(self, crfs: tuple[Crf, ...]) -> Followed:
        """The same with other instances: a consent that is being saved moves the participant in the same transaction."""
        return self.followed if crfs is self.crfs else followed(crfs, self.site, self.activations)

    @property
    def protocol(self) -> Protocol:
        """The protocol as it applies to the participant."""
        return self.followed.protocol

    @cached_property
    def consents(self) -> tuple[dict[str, Any], ...]:
        """The consent form versions of the site, those that amendments brought included."""
        return consents_of(self.site, self.activations)

    @property
    def stood_under(self) -> tuple[str, str | None]:
        """The version of the protocol, and of the consent form signed last: said of each revision in the journal."""
        return self.followed.version, consented_under(self.crfs)

    def version(self, form: str) -> int | None:
        """The version of a form for a new instance; None where the participant's protocol does not have the form."""
        return consent_form(self.activations) if form == "IC" else self.followed.forms.get(form)

    def versions(self, form: str, event: str, occurrence: int) -> tuple[int, ...]:
        """The versions an instance may be saved under, the usual one first: that of what is on file, then the participant's."""
        saved, own = self.bare.at(form, event, occurrence), self.version(form)
        on_file = (saved.version,) if saved is not None and saved.answers.removed is None else ()
        return on_file + ((own,) if own is not None and all(own > version for version in on_file) else ())

    @cached_property
    def bare(self) -> Record:
        """The record without facts, for what needs none."""
        return Record(self.crfs, definitions(), versions=self.followed.forms)

    def record(self, event: str = "ANY", crfs: tuple[Crf, ...] | None = None) -> Record:
        """The record with every fact a form of that event may ask for."""
        base = self.bare if crfs is None or crfs is self.crfs else self._other(crfs)
        return self.told(base, event, self.under(self.crfs if crfs is None else crfs))

    def told(self, base: Record, event: str, holds: Followed) -> Record:
        """A record with the facts of one event under a version of the protocol."""
        facts = facts_for(
            base,
            protocol=holds.protocol,
            site={**self.site, "consent_versions": self.consents},
            event=event,
            allocation=self.allocation,
            prediction=self.predictions[-1] if self.predictions else None,
            today=self.today,
            now=self.now,
            zone=self.zone,
            laboratory_ranges=self.ranges,
            taxon_tables=self.taxon_tables,
        )
        return Record(base.crfs, definitions(), facts, holds.forms)

    def _other(self, crfs: tuple[Crf, ...]) -> Record:
        """The record of other instances, without facts; the last one is kept, since every event asks for it."""
        if self._last.get("crfs") is not crfs:
            self._last.update(
                crfs=crfs, record=Record(in_course_order(crfs), definitions(), versions=self.under(crfs).forms)
            )
        found: Record = self._last["record"]
        return found

    def with_crf(self, crf: Crf) -> tuple[Crf, ...]:
        """All instances with this one in place of the one at its address, or added."""
        return in_course_order((*(c for c in self.crfs if c.address != crf.address), crf))

    def state(self, form: str, event: str, occurrence: int) -> Row | None:
        """The row of `crf` at that address."""
        wanted = (form, event, occurrence)
        return next((s for s in self.states if (s["form"], s["event"], s["occurrence"]) == wanted), None)

    def held(self, form: str | None = None, event: str = "", occurrence: int = 1) -> str | None:
        """LOCK, FREEZE or None for a form, or for the participant as a whole."""
        place = None if form is None else (form, event, occurrence)
        return held(self.holds, self.participant["site_code"], self.id, place)

    @cached_property
    def queried(self) -> tuple[str, ...]:
        """Addresses of the CRFs on which a person waits for an answer; what a check asks, the check itself says."""
        asked = (q for q in self.queries if q["state"] == "open" and q["form"] and _a_person_asks(q["rule"]))
        return tuple(dict.fromkeys(map(address_of, asked)))

    def signed(self, form: str) -> Row | None:
        """The last valid signature on any instance of a form."""
        return next((s for s in reversed(self.signatures) if s["form"] == form and s["voided_at"] is None), None)


def _a_person_asks(rule: str | None) -> bool:
    return rule is None or proposed(rule)


def refuse_if_held(case: Case, step: str) -> None:
    """Raise NotOpen for who is frozen or locked, alone or with site or study, and for a historical patient: no step is taken there."""
    if historical(case.id):
        raise NotOpen(step, (CLOSED,))
    if kind := case.held():
        raise NotOpen(step, (HELD[kind],))


def load(reader: Reader, participant: Row, clock: Clock) -> Case:
    """Read one participant whole."""
    name = participant["id"]
    return Case(
        participant,
        transfers.site_of(reader, participant),
        in_course_order(crfs.current(reader, name)),
        reader.one("allocation", participant=name),
        tuple(reader.all("prediction", order_by="number", participant=name)),
        tuple(reader.all("signature", order_by="id", participant=name)),
        tuple(reader.all("crf", participant=name)),
        tuple(reader.all("query", order_by="id", participant=name)),
        tuple(office.holds_over(reader, participant["site_code"], name)),
        clock.now(),
        clock.today(),
        clock.zone,
        tuple(transfers.activations_of(reader, participant)),
        ranges=ranges.over_site(reader, participant["site_code"]),
        codings=tuple(coding.approved(reader, name)),
        taxon_tables=omics.taxon_tables(reader, name),
    )
