"""Participants at the decision point, one step before and one after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from forms.answers import Answers, Crf, FileRef, Row
from forms.catalogue import crf
from forms.record import Record
from tests.spec.people import DECIDED, RESTAGED, at_noon, decision, eligible, restaging, therapy
from trial.facts import facts_for
from trial.protocol import PROTOCOL

TABLE = FileRef("a" * 64, "features.csv", 100)
SITE = {
    "code": "01",
    "birth_year_only": False,
    "consent_versions": [{"version": "1.0", "valid_from": "2025-01-01", "valid_to": None}],
}
POSITIVE = {"model": "vigil-cr", "version": "1.0", "number": 1, "classification": "positive", "refused": None}
NEGATIVE = POSITIVE | {"classification": "negative"}
REFUSED = POSITIVE | {"classification": None, "refused": ["radiomics"]}


def laboratory(event: str = "RST", on: date = RESTAGED) -> Crf:
    """CEA at an event."""
    cea = Row("r0", {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": Decimal("3.1"), "LBORRESU": "ug/L"})
    return replace(crf("LB", event), answers=Answers({"LBDAT": on}, groups={"R": (cea,)}))


def omics(event: str = "RST", on: date = RESTAGED) -> dict[str, Crf]:
    """The other restaging forms, complete."""
    return {
        "LB": laboratory(event, on),
        "RAD": crf(
            "RAD", event, RADTP="RESTAGING", RADDAT=on, RADFILE=TABLE, RADSW="x 1.0", RADSEG="MANUAL", RADQC="PASS"
        ),
        "MIC": crf("MIC", event, MICDAT=on, MICMETH="16S", MICFILE=TABLE, MICREADS=50_000, MICABX="N"),
        "LBX": crf("LBX", event, CDNADAT=on, CDNATP="RESTAGING", CDNAASY="INFORMED", CDNARES="NOTDET"),
    }


PRE = crf("PRE", "DEC", PREDAT=DECIDED, PRECR=70, PRESTRAT="WW")


def sign(*crfs: Crf, voided: bool = False) -> list[dict[str, Any]]:
    """Rows of the signature table for the current revisions."""
    at = at_noon(DECIDED)
    return [
        {
            "form": c.form,
            "event": c.event,
            "occurrence": c.occurrence,
            "revision": c.number,
            "voided_at": at if voided else None,
        }
        for c in crfs
    ]


def told(
    record: Record, *, prediction: Any = POSITIVE, allocation: Any = None, today: date = DECIDED, event: str = "DEC"
) -> Record:
    """The record with the facts of the decision."""
    facts = facts_for(record, protocol=PROTOCOL, site=SITE, event=event, allocation=allocation, prediction=prediction,
                      today=today, now=at_noon(today))  # fmt: skip
    return record.with_facts(**facts)


def restaged(*others: Crf, response: str = "CCR", without: tuple[str, ...] = (), **changes: Any) -> Record:
    """Treated and restaged, every restaging form entered but those left out."""
    entered = [c for form, c in omics().items() if form not in without]
    return eligible(*therapy(), restaging(response), *entered, *others, **changes)


def candidate(
    *others: Crf, dec: Crf | None = None, response: str = "CCR", pre: Crf | None = PRE, **changes: Any
) -> Record:
    """Restaged, estimated, decided."""
    made = [c for c in (pre, dec or decision()) if c is not None]
    return restaged(*made, *others, response=response, **changes)


def signatures(record: Record, *forms: str) -> list[dict[str, Any]]:
    """Valid signatures on the current revisions of those forms."""
    return sign(*(c for c in record.crfs if c.form in forms))
