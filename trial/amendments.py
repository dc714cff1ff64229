"""The versions of the protocol as they are shipped, and which of them a participant is on (ICH E6(R3) 4.3.5; 21 CFR 11.10(k)).

A release brings a protocol, the form versions that changed with it, and the consent form versions under which a participant is on it.
It is activated site by site, with the day of the ethics approval. Which one a participant is on is never stored: it follows from
what the site activated and from the consents on file, so it cannot disagree with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from forms.answers import Crf
from forms.catalogue import definitions, forget, kept, shelved
from forms.text import _l
from trial.protocol import PROTOCOL, Protocol

CONSENT = "IC"


@dataclass(frozen=True)
class Release:
    """One version of the protocol. `forms`: the form versions it brings; `consents`: the consent form versions it is lived under.

    A release that asks nobody to consent again names the consent versions of the one before it, too.
    """

    protocol: Protocol
    title: str
    changes: tuple[str, ...] = ()
    forms: Mapping[str, int] = field(default_factory=dict)
    consents: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The number of the protocol."""
        return self.protocol.version


ORIGINAL = Release(PROTOCOL, _l("Original protocol"))
SHIPPED: tuple[Release, ...] = (ORIGINAL,)
"""Every version, the oldest first. An amendment is added here; nothing else has to be told."""
_rehearsed: list[Release] = []


def releases() -> tuple[Release, ...]:
    """Every version there is, the oldest first."""
    return (*SHIPPED, *_rehearsed)


def release(version: str) -> Release | None:
    """The release of that number, None where there is none."""
    return next((each for each in releases() if each.version == version), None)


@contextmanager
def rehearsed(new: Release, versions: Path | None = None) -> Iterator[Release]:
    """As if a later release of this software had shipped that version, with its frozen forms in a folder, if it brings any."""
    with shelved(versions) if versions else nullcontext():
        _rehearsed.append(new)
        forget()
        try:
            yield new
        finally:
            _rehearsed.remove(new)
            forget()


@kept
def forms_under(version: str) -> Mapping[str, int]:
    """Form to its version under that protocol: what an amendment does not bring is as it was before it.

    A form that an amendment brings for the first time is not part of the protocols before it.
    """
    brought = {each for later in releases()[1:] for each in later.forms.items()}
    found: dict[str, int] = {}
    for form, number in sorted(definitions()):
        if (form, number) not in brought:
            found.setdefault(form, number)
    for each in releases():
        found |= each.forms
        if each.version == version:
            break
    return found


def unclaimed() -> tuple[str, ...]:
    """Form versions that belong to no version of the protocol: nobody would ever be asked them."""
    claimed = {each for r in releases() for each in forms_under(r.version).items()}
    return tuple(f"{form}-v{number}" for form, number in sorted(definitions()) if (form, number) not in claimed)


def consents_of(site: Mapping[str, Any], activations: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The consent form versions of a site (version, valid_from, valid_to): its own, and those that its activations brought.

    A version that the site lists itself keeps the days it has there. `left_on` of an activation: the day the participant left that site
    for another; its consent versions are valid for them until then, and those of the present site from its own approval.
    """
    own = tuple(dict(each) for each in site.get("consent_versions") or ())
    listed = {each["version"] for each in own}
    return own + tuple(each for row in activations for each in _brought(row) if each["version"] not in listed)


def _brought(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The consent versions of one activation, with the days on which they are valid there."""
    found, left = release(row["protocol"]), row.get("left_on")
    until = left.isoformat() if left else None
    for code in found.consents if found else ():
        yield {"version": code, "valid_from": row["approved_on"].isoformat(), "valid_to": until}


@dataclass(frozen=True)
class Step:
    """From `since` on (None: from the beginning) the participant is on `version`, by the consent of that version."""

    version: str
    since: date | None = None
    consent: str | None = None


@dataclass(frozen=True)
class Followed:
    """What holds for one participant: the steps so far, the protocol as it applies to them, and form to version."""

    steps: tuple[Step, ...]
    protocol: Protocol
    forms: Mapping[str, int]

    @property
    def version(self) -> str:
        """The version they are on."""
        return self.steps[-1].version

    @property
    def since(self) -> date | None:
        """Since when; None from the beginning."""
        return self.steps[-1].since


def followed(crfs: Iterable[Crf], site: Mapping[str, Any], activations: Sequence[Mapping[str, Any]]) -> Followed:
    """Which version a participant is on, from their consents and what their site activated."""
    own = tuple(crf for crf in crfs if crf.counts and crf.form in (CONSENT, "ELIG"))
    return _followed(steps(own, site, activations), confirmed_on(own))


def steps(crfs: Iterable[Crf], site: Mapping[str, Any], activations: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The versions a participant went through, each with the day it began: never back, and never without a signed consent.

    A version counts from the later of consent and approval. A consent on a form that was not valid on its day moves nobody.
    """
    approved: dict[str, date] = {}
    for row in activations:
        approved[row["protocol"]] = min(row["approved_on"], approved.get(row["protocol"], row["approved_on"]))
    order = {each.version: place for place, each in enumerate(releases())}
    found = [Step(ORIGINAL.version, None, None)]
    for since, version, code in sorted(
        _moves(_consents(crfs, consents_of(site, activations)), approved), key=_by_day(order)
    ):
        if order[version] > order[found[-1].version]:
            found.append(Step(version, since, code))
    return tuple(found)


def _by_day(order: Mapping[str, int]) -> Any:
    return lambda move: (move[0], order[move[1]])


def _moves(consents: Sequence[tuple[date, str]], approved: Mapping[str, date]) -> Iterator[tuple[date, str, str]]:
    for each in releases()[1:]:
        for on, code in consents:
            if each.version in approved and code in each.consents:
                yield max(on, approved[each.version]), each.version, code


def _consents(crfs: Iterable[Crf], valid: Sequence[Mapping[str, Any]]) -> list[tuple[date, str]]:
    """Day and version of each signed consent that was valid on its day."""
    spans = [(v["version"], v.get("valid_from") or "", v.get("valid_to") or "9999-12-31") for v in valid]
    found: list[tuple[date, str]] = []
    for crf in crfs:
        on, code = crf.answers.items.get("ICDAT"), crf.answers.items.get("ICVER")
        signed = crf.form == CONSENT and crf.answers.items.get("ICSIGN") == "Y"
        if signed and on and any(code == name and first <= on.isoformat() <= last for name, first, last in spans):
            found.append((on, str(code)))
    return found


def consented_under(crfs: Iterable[Crf]) -> str | None:
    """The version of the consent form signed last; None before the first consent."""
    given = [c.answers.items for c in crfs if c.form == CONSENT and c.counts and c.answers.items.get("ICDAT")]
    newest = max(given, key=lambda items: items["ICDAT"], default={})
    code = newest.get("ICVER")
    return str(code) if code else None


def confirmed_on(crfs: Iterable[Crf]) -> date | None:
    """The day eligibility was confirmed; None while it is not."""
    found = [c.answers.items for c in crfs if c.form == "ELIG" and c.counts]
    return next((items.get("ELIGDAT") for items in found if items.get("ELIGCONF") == "Y"), None)


@kept
def _followed(taken: tuple[Step, ...], confirmed: date | None) -> Followed:
    last = protocol_of(taken[-1].version)
    forms = forms_under(taken[-1].version)
    if len(taken) == 1:
        return Followed(taken, last, forms)
    # Who was found eligible stays so: the criteria are those of the day it was confirmed, the windows those of today.
    judged = protocol_of(_on(taken, confirmed).version)
    ended = pairwise(taken)
    formerly = tuple((later.since, protocol_of(step.version)) for step, later in ended if later.since)
    own = replace(last, criteria=judged.criteria, limits=judged.limits, criteria_of=judged.version, formerly=formerly)
    return Followed(taken, own, forms)


def _on(taken: tuple[Step, ...], day: date | None) -> Step:
    """The step in force on a day; the last one without a day."""
    return next((s for s in reversed(taken) if day is None or s.since is None or s.since <= day), taken[0])


def protocol_of(version: str) -> Protocol:
    """The protocol of that number. Raises KeyError."""
    found = release(version)
    if found is None:
        raise KeyError(version)
    return found.protocol


def as_if(now: Followed, version: str, today: date, crfs: Iterable[Crf]) -> Followed:
    """What would hold if the participant consented to that version today."""
    return _followed((*now.steps, Step(version, today, None)), confirmed_on(crfs))


def consent_form(activations: Sequence[Mapping[str, Any]]) -> int:
    """The version of the consent form for a new consent: of the newest protocol active at the site, since that consent moves to it."""
    active = {row["protocol"] for row in activations if row.get("left_on") is None}
    newest = [each.version for each in releases() if each.version in active]
    return forms_under(newest[-1] if newest else ORIGINAL.version)[CONSENT]
