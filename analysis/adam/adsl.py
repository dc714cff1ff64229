"""ADSL: one row a participant. Dates are stored and no duration is; the partial date of death stands with its interval."""

from __future__ import annotations

from datetime import date
from typing import Any

from analysis.adam.common import COHORT, IDS, PLANNED, STRATA
from analysis.adam.people import Person, flag, interval, partial
from analysis.adam.variables import (
    COLLECTED,
    DATE,
    DERIVED,
    INTEGER,
    TEXT,
    YES_NO,
    Dataset,
    Variable,
    decoded,
)
from analysis.cut import last_alive
from analysis.death import RULE, death
from forms.codelists import baseline, events, omics, response, treatment
from forms.dates import PartialDate, completed_years
from trial.course import course

_KNOWN = "ISO 8601, to the part that is known."
_AGE = "Completed years at informed consent, from the date of birth; not known to the year where only its year or month is known: "


OLDEST = 90
"""Years. Few are older, and so known by their age: 45 CFR 164.514(b)(2)(i)(C) lets ages over 89 stand as "90 or older"."""


def _coded(name: str, label: str, item: str, codes: Any, reveals: bool = False) -> Variable:
    return Variable(name, label, TEXT, COLLECTED, "As recorded.", (item,), decoded(codes), reveals)


def _date(name: str, label: str, day: str, how: str, *source: str, reveals: bool = False) -> Variable:
    return Variable(name, label, DATE, DERIVED, how, source, reveals=reveals, day=day)


def _bound(name: str, label: str, how: str) -> Variable:
    return Variable(name, label, DATE, DERIVED, how, ("DTH.DTHDAT",), identifies=True)


def _age_of(name: str, label: str, how: str) -> Variable:
    return Variable(name, label, INTEGER, DERIVED, _AGE + how, ("DM.BRTHDAT", "IC.ICDAT"), highest=OLDEST)


def _flag(name: str, label: str, how: str, *source: str, reveals: bool = False) -> Variable:
    return Variable(name, label, TEXT, DERIVED, how, source, YES_NO, reveals)


ADSL = Dataset(
    "ADSL",
    "Subject-Level Analysis Dataset",
    "One record per participant",
    ("USUBJID",),
    (
        *IDS,
        _age_of("AGE", "Age", "missing then."),
        _age_of("AGELO", "Age, lowest possible", "the youngest."),
        _age_of("AGEHI", "Age, highest possible", "the oldest."),
        _coded("SEX", "Sex", "DM.SEX", baseline.SEX),
        _coded("ECOG", "ECOG Performance Status", "DM.ECOG", baseline.ECOG),
        _coded("CTCAT", "Clinical T", "MRI0.CTCAT", baseline.CLINICAL_T),
        _coded("CNCAT", "Clinical N", "MRI0.CNCAT", baseline.CLINICAL_N),
        _coded("STAGE", "Clinical Stage (AJCC 8)", "MRI0.STAGE", baseline.CLINICAL_STAGE),
        _coded("MMR", "Mismatch Repair", "MOL.MMR", omics.MISMATCH_REPAIR),
        _coded("REGIMEN", "Planned Regimen", "PLAN.REGIMEN", baseline.REGIMEN),
        _flag("IOFL", "Immunotherapy Given Flag", "At least one dose of immunotherapy is recorded.", "EX.EXTRT", "EX.EXDOSE"),
        _coded("RESP", "Clinical Response at Restaging", "RST.RESP", response.RESPONSE),
        _flag("ENRLFL", "Enrolled Population Flag", "Eligibility was confirmed.", "ELIG.ELIGCONF"),
        _flag("SAFFL", "Safety Population Flag", "Neoadjuvant therapy began.", "RT.RTSTDT", "EX.EXSTDT"),
        _flag("DECFL", "Decided Population Flag", "There is a decision.", "DEC.DECDAT"),
        _flag("RANDFL", "Randomised Population Flag", "Allocated: the set of the primary analysis.", reveals=True),
        PLANNED,
        COHORT,
        Variable(
            "ARMCHO", "Strategy Allocated or Chosen", TEXT, DERIVED, "As allocated, or as chosen in the preference cohort.",
            ("DEC.PREFARM",), (("WW", "watch-and-wait"), ("TME", "total mesorectal excision")), True,
        ),
        _coded("TRT01A", "Strategy Begun", "MGT.MGTSTRT", treatment.STRATEGY_BEGUN, True),
        *STRATA,
        _date("RFICDT", "Date of Informed Consent", "RFICDY", "The earliest consent.", "IC.ICDAT"),
        _date("ELIGDT", "Date Eligibility Confirmed", "ELIGDY", "Where it was confirmed.", "ELIG.ELIGDAT", "ELIG.ELIGCONF"),
        _date("TRTSDT", "Date of First Neoadjuvant Therapy", "TRTSDY", "First fraction or dose.", "RT.RTSTDT", "EX.EXSTDT"),
        _date("TRTEDT", "Date of Last Neoadjuvant Therapy", "TRTEDY", "Last fraction or dose.", "RT.RTENDT", "EX.EXENDT"),
        _date("RTEDT", "Date of Last Fraction", "RTEDY", "The last of all courses of radiotherapy.", "RT.RTENDT"),
        _date("RSTDT", "Date of Last Restaging", "RSTDY", "The last restaging.", "RST.RSTDAT"),
        _date("DECDT", "Date of Decision", "DECDY", "As recorded.", "DEC.DECDAT"),
        _date("RANDDT", "Date of Randomisation", "RANDDY", "The day of the allocation.", reveals=True),
        _date("EOSDT", "Date of End of Study", "EOSDY", "As recorded.", "EOS.EOSDAT"),
        _coded("EOSREAS", "Reason for End of Study", "EOS.EOSREAS", events.END_OF_STUDY),
        _date("LSTALVDT", "Date Last Known Alive", "LSTALVDY", "The last date that needs a living participant.", "EOS.LSTALVDT"),
        Variable("DTHDTC", "Date of Death, as collected", TEXT, COLLECTED, _KNOWN, ("DTH.DTHDAT",), identifies=True),
        _bound("DTHLO", "Date of Death, earliest possible", "The first day the date can stand for."),
        _bound("DTHHI", "Date of Death, latest possible", "The last day the date can stand for."),
        _date("DTHDT", "Date of Death", "DTHDY", f"Imputed where a part is unknown, as DTHDTF says beside dates. {RULE}", "DTH.DTHDAT"),
        Variable(
            "DTHDTF", "Date of Death Imputation Flag", TEXT, DERIVED, "What of DTHDT was imputed; missing where nothing was.",
            ("DTH.DTHDAT",), (("D", "day imputed"), ("M", "month and day imputed")),
            # A study day known to stand for the 15th, or for 1 July, gives the dates of all the others.
            identifies=True,
        ),
        _coded("DTHCAUS", "Cause of Death", "DTH.DTHCAUS", events.CAUSE_OF_DEATH),
    ),
)  # fmt: skip


def record(person: Person) -> dict[str, Any]:
    """The participant's row."""
    row, read = person.course, person.record
    told = course(read)
    coded = {v.name: read.code(v.source[0]) for v in ADSL.variables if v.origin == COLLECTED and v.codes}
    return {
        **person.ids(),
        **_age(read.value("DM.BRTHDAT"), row.consent_on),
        **coded,
        "IOFL": flag(told.immunotherapy),
        "ENRLFL": flag(row.eligible_on is not None),
        "SAFFL": flag(row.therapy_start_on is not None),
        "DECFL": flag(row.decision_on is not None),
        "RANDFL": flag(row.randomised_on is not None),
        **person.allocation,
        "COHORT": row.cohort,
        "ARMCHO": row.arm,
        "RFICDT": row.consent_on,
        "ELIGDT": row.eligible_on,
        "TRTSDT": row.therapy_start_on,
        "TRTEDT": row.last_dose_on,
        "RTEDT": row.last_fraction_on,
        "RSTDT": row.restaged_on,
        "DECDT": row.decision_on,
        "RANDDT": row.randomised_on,
        "EOSDT": row.ended_on,
        "EOSREAS": row.end_reason,
        "LSTALVDT": last_alive(row),
        **_death(person),
    }


def _age(born: Any, consented: date | None) -> dict[str, int]:
    if born is None or consented is None:
        return {}
    low, high = completed_years(born, consented)
    return {"AGELO": low, "AGEHI": high} | ({"AGE": low} if low == high else {})


def _death(person: Person) -> dict[str, Any]:
    found = death(person.course)
    if found is None:
        return {"DTHCAUS": None}
    died = partial(person.course.died_on)
    return {**interval("DTH", died), "DTHDT": found.on, "DTHDTF": _imputed(died)}


def _imputed(died: PartialDate | None) -> str | None:
    if died is None or died.is_complete:
        return None
    return "D" if died.month else "M"
