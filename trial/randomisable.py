"""What refuses randomisation, and the factors it is stratified by (PROTOCOL 6): every reason at once, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from forms.record import Record
from forms.text import _l
from trial.blockers import Blocker, Signatures, not_eligible, signed
from trial.consents import overdue
from trial.course import Allocation, course
from trial.protocol import Protocol


def randomisation_blockers(
    protocol: Protocol,
    record: Record,
    *,
    signatures: Signatures,
    allocation: Allocation | None,
    prediction: Mapping[str, Any] | None,
    today: date,
    site: str = "",
) -> tuple[Blocker, ...]:
    """Every reason why a participant cannot be randomised now; none: allocate. `record` holds the facts of DEC."""
    signatures = tuple(signatures)
    return (
        *_earlier(allocation),
        *_eligibility(protocol, record, signatures),
        *_consent(record, today),
        *_decision(record, signatures, prediction),
        *_events(record, allocation),
        *_in_time(protocol, record, today),
        *_factors(protocol, record, site),
    )


def allocation_factors(protocol: Protocol, record: Record, site: str) -> dict[str, str | None]:
    """Stratification factors as they stand: site, response at the last restaging, cT, at least one dose of immunotherapy.

    None where a source is unknown, or lies outside the declared levels.
    """
    c = course(record)
    levels = protocol.randomisation
    io, none = levels.regimen_levels
    given = c.immunotherapy if c.immunotherapy is not None or c.therapy_started_on is None else False
    return {
        "site": site,
        "response": c.response if c.response in levels.response_levels else None,
        "ct": _ct_level(record.value("MRI0.CTCAT"), levels.ct_levels),
        "regimen": None if given is None else io if given else none,
    }


def _ct_level(ct: str | None, levels: tuple[str, ...]) -> str | None:
    to_three, four_a = levels
    if ct is None or ct == "cT4b":
        return None
    return four_a if ct == "cT4a" else to_three


def _earlier(allocation: Allocation | None) -> Iterator[Blocker]:
    if allocation is not None:
        yield Blocker("already-allocated", _l("This participant has an allocation, and keeps it."))


def _eligibility(protocol: Protocol, record: Record, signatures: Signatures) -> Iterator[Blocker]:
    crf = record.latest("ELIG")
    if record.value("ELIG.ELIGCONF") != "Y" or not signed(record, signatures, crf):
        yield Blocker("eligibility-unsigned", _l("Eligibility is not confirmed with a signature."), "ELIG/SCR/1")
    yield from not_eligible(protocol, record)


def _consent(record: Record, today: date) -> Iterator[Blocker]:
    c = course(record)
    if c.consented_on is None:
        yield Blocker("consent-missing", _l("There is no written consent."), "IC/SCR/1")
    if c.withdrawn_on is not None:
        yield Blocker("consent-withdrawn", _l("Consent was withdrawn."), "IC/SCR/1")
    if overdue(record, today) is not None:
        yield Blocker("consent-overdue", _l("A newer version of the consent had to be signed by now."), "IC/SCR/1")


def _decision(record: Record, signatures: Signatures, prediction: Mapping[str, Any] | None) -> Iterator[Blocker]:
    crf = record.latest("DEC")
    address = crf.address if crf else "DEC/DEC/1"
    if not signed(record, signatures, crf):
        yield Blocker("decision-unsigned", _l("The decision is not signed."), address)
    if prediction is None or prediction.get("classification") is None:
        yield Blocker("model-unanswered", _l("Without an answer of the model nobody is randomised."), None)
    if record.value("DEC.CANDDER") != "CAND":
        yield Blocker("not-derived-candidate", _l("The derived candidacy is not “candidate”."), address, "CANDDER")
    if record.value("DEC.STRATEGY") != "CAND":
        yield Blocker("not-candidate", _l("The multidisciplinary team did not say “candidate”."), address, "STRATEGY")
    if record.value("DEC.RANDCONS") != "Y":
        yield Blocker(
            "randomisation-not-accepted", _l("The participant did not accept randomisation."), address, "RANDCONS"
        )


def _events(record: Record, allocation: Allocation | None) -> Iterator[Blocker]:
    found = record.latest("DTH")
    if found is not None:
        yield Blocker("died", _l("The participant has died."), found.address)
    if (met := record.latest("MET")) is not None:
        yield Blocker("metastasis", _l("A distant metastasis is recorded."), met.address)
    elif record.value("RST.YCM") == "M1" or record.value("DEC.M1NOW") == "Y":
        yield Blocker("metastasis", _l("A distant metastasis is recorded."), None)
    if (end := record.latest("EOS")) is not None:
        yield Blocker("study-ended", _l("The study ended for this participant."), end.address)


def _in_time(protocol: Protocol, record: Record, today: date) -> Iterator[Blocker]:
    decided = record.value("DEC.DECDAT")
    if decided is None:
        yield Blocker("decision-undated", _l("The decision has no date."), "DEC/DEC/1", "DECDAT")
    elif (today - decided).days > protocol.randomisation.days_after_decision:
        yield Blocker("too-late", _l("The decision is more than 14 days ago."), "DEC/DEC/1", "DECDAT")
    elif today < decided:
        yield Blocker("decision-in-future", _l("The decision is dated in the future."), "DEC/DEC/1", "DECDAT")


def _factors(protocol: Protocol, record: Record, site: str) -> Iterator[Blocker]:
    for name, level in allocation_factors(protocol, record, site).items():
        if level is None:
            yield Blocker("factor-unknown", _l("A stratification factor is not known."), None, name)
