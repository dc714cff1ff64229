"""Invented participants that several chapters share: a course told as forms, changed one answer at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from forms.answers import Answers, Crf, NotDone, Row
from forms.catalogue import crf
from forms.catalogue import record as blank_record
from forms.dates import PartialDate
from forms.record import Record
from trial.course import in_course_order
from trial.facts import of_site

CONSENT = date(2026, 3, 2)
SITE = {
    "code": "01",
    "birth_year_only": False,
    "consent_versions": [
        {"version": "1.0", "valid_from": "2025-01-01", "valid_to": "2026-05-31"},
        {"version": "1.1", "valid_from": "2026-06-01", "valid_to": None},
    ],
}
TODAY = date(2026, 3, 20)

SCREENING: dict[str, dict[str, Any]] = {
    "IC": {
        "ICTYPE": "INITIAL", "ICDAT": CONSENT, "ICSIGN": "Y", "ICVER": "1.0", "ICSAMP": "Y", "ICFUT": "Y",
    },
    "DM": {
        "BRTHDAT": PartialDate(1964, 5, 17), "SEX": "M", "HEIGHT": Decimal("172.0"), "WEIGHT": Decimal("70.5"), "ECOG": "0",
    },
    "MH": {"PRIORMAL": "N", "AUTOIMM": "N", "ANTIBIO": "N", "METACRC": "N"},
    "PATH": {
        "BXDAT": date(2026, 2, 10), "BXMETH": "COLONOSCOPY", "RPTDAT": date(2026, 2, 14), "HISTO": "ADENO", "GRADE": "G2",
        "SYNCHCRC": "N", "QCSLIDE": "ND",
    },
    "MRI0": {
        "MRIDAT": date(2026, 2, 16), "FIELD": "3.0", "DISTAV": Decimal("60"), "CTCAT": "cT3b", "CNCAT": "cN1", "MRF": "N",
        "EMVI": "N", "LPLN": "N", "LENGTH": Decimal("42"),
    },
    "CT0": {"CTDAT": date(2026, 2, 18), "CTMOD": "CT", "CM": "M0"},
    "PLAN": {"NATPLAN": "Y", "REGIMEN": "LCRT", "PLANSTDT": date(2026, 3, 16)},
}  # fmt: skip


def person(*others: Crf, without: tuple[str, ...] = (), **changes: dict[str, Any]) -> Record:
    """An eligible participant at screening. `MRI0={"DISTAV": 101}` changes answers (None takes one away); `without`
    leaves forms out; further CRFs may be added."""
    forms = {f: SCREENING[f] | changes.get(f, {}) for f in SCREENING if f not in without}
    made = [crf(f, **{k: v for k, v in items.items() if v is not None}) for f, items in forms.items()]
    return telling(*made, *others)


def telling(*crfs: Crf, **facts: Any) -> Record:
    """A record in the order of the course, with the facts of the site."""
    return blank_record(in_course_order(crfs), **{**of_site(SITE), "today": TODAY, "zone": UTC, **facts})


def prior(*rows: dict[str, Any], **items: Any) -> Crf:
    """A medical history with prior malignancies."""
    numbered = tuple(Row(f"r{n}", row) for n, row in enumerate(rows))
    whole = crf("MH", **{**SCREENING["MH"], "PRIORMAL": "Y", **items})
    return replace(whole, answers=Answers(whole.answers.items, groups={"PM": numbered}))


def not_done(form: str, event: str, reason: str = "machine broken") -> Crf:
    """A whole form that was not done."""
    whole = crf(form, event)
    return replace(whole, answers=Answers(not_done=NotDone(reason)))


def at_noon(day: date) -> datetime:
    """An instant on that day, UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def days(n: int, start: date = CONSENT) -> date:
    """So many days after consent (or another day)."""
    return start + timedelta(n)


# --- further along the course -----------------------------------------------------------------------------------------

THERAPY = days(14)
LAST_FRACTION = days(52)
RESTAGED = days(52 + 63)
DECIDED = days(52 + 63 + 7)


def eligible(*others: Crf, regimen: str = "LCRT", **changes: dict[str, Any]) -> Record:
    """Confirmed as eligible."""
    plan = {"REGIMEN": regimen, **changes.pop("PLAN", {})}
    return person(crf("ELIG", ELIGCONF="Y", ELIGDAT=days(10)), *others, PLAN=plan, **changes)


def therapy(last_dose: date = LAST_FRACTION, drug: str = "CAPECITABINE", cycles: int = 2) -> tuple[Crf, ...]:
    """Long-course radiotherapy from `THERAPY` to `LAST_FRACTION` with a drug; the last cycle ends on `last_dose`."""
    starts = [days(14 + 21 * n) for n in range(cycles)]
    ends = [*starts[1:], last_dose]
    given = [
        crf("EX", f"NAT-{n}", EXTRT=drug, EXCYC=n, EXSTDT=start, EXENDT=end, EXDOSE=Decimal("1000"), EXADJ=("NONE",))
        for n, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    summary = crf(
        "RT",
        "EOT",
        RTSTDT=THERAPY,
        RTENDT=LAST_FRACTION,
        RTFRAC=28,
        RTDPF=Decimal("1.8"),
        RTDOSE=Decimal("50.4"),
        RTCOMP="Y",
    )
    return (*given, summary, crf("LB", "EOT", LBDAT=LAST_FRACTION))


def restaging(response: str = "CCR", event: str = "RST", on: date = RESTAGED, **changes: Any) -> Crf:
    """A complete restaging whose derived response is the one given."""
    seen = {
        "CCR": {"DRE": "NORMAL", "ENDO": "SCAR", "MRIRESP": "CCR", "DWI": "NONE", "MRTRG": "1"},
        "NCR": {"DRE": "SMOOTH", "ENDO": "IRREGULAR", "MRIRESP": "NCR", "DWI": "SMALL", "MRTRG": "2"},
        "ICR": {"DRE": "TUMOUR", "ENDO": "TUMOUR", "MRIRESP": "ICR", "DWI": "MARKED", "MRTRG": "4"},
    }[response]
    answers = {
        "RSTDAT": on, "ENDODAT": on, "MRIDAT": on, "YCT": "ycT0", "YCN": "ycN0", "YCM": "M0", "YCMDAT": on, "BX": "ND",
        "RESP": response, **seen, **changes,
    }  # fmt: skip
    return crf("RST", event, **{k: v for k, v in answers.items() if v is not None})


def decision(on: date = DECIDED, **answers: Any) -> Crf:
    """The decision: candidate and randomised, unless told otherwise."""
    given = {
        "M1NOW": "N", "CONTRA": "N", "MDTDAT": on, "STRATEGY": "CAND", "PREFER": "NONE", "RANDCONS": "Y", "RANDCDAT": on,
        "DECDAT": on, **answers,
    }  # fmt: skip
    return crf("DEC", "DEC", **{k: v for k, v in given.items() if v is not None})


def decided(*others: Crf, response: str = "CCR", dec: Crf | None = None, **changes: Any) -> Record:
    """Treated, restaged, decided."""
    return eligible(*therapy(), restaging(response), dec or decision(), *others, **changes)


PREFERS_WATCHING = {"RANDCONS": "N", "RANDCDAT": None, "PREFARM": "WW", "PREFER": "WW"}
PREFERS_SURGERY = {"RANDCONS": "N", "RANDCDAT": None, "PREFARM": "SURGERY", "PREFER": "SURGERY"}
NOT_A_CANDIDATE = {"STRATEGY": "NOTCAND", "PREFER": None, "RANDCONS": None, "RANDCDAT": None}


def allocated(arm: str, on: date = DECIDED) -> dict[str, Any]:
    """A row of the allocation table, as far as a course reads it."""
    return {"arm": arm, "at": at_noon(on), "number": 1}


def operation(
    on: date, procedure: str = "LAR", event: str = "SUR-1", number: int = 1, reason: str = "ALLOCATED"
) -> Crf:
    """An operation."""
    return crf("SUR", event, SUROPNO=number, SURDAT=on, SURPROC=procedure, SURAPP="OPEN", SURREAS=reason)


def visit(event: str, on: date, **answers: Any) -> Crf:
    """A follow-up visit."""
    return crf(
        "FU", event, **{"FUDAT": on, "FUMODE": "VISIT", "ALIVE": "Y", "STOMANOW": "N", "SUSPECT": ("NONE",), **answers}
    )
