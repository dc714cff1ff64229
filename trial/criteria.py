"""The eligibility criteria of protocol 1.0, section 2, as data: a rule over source items each, never a tick box.

A criterion says what must hold (inclusion) or must not (exclusion). Rules are three-valued expressions of `forms.logic`;
`trial/eligibility.py` judges them and finds the values each verdict rests on. Another protocol is another tuple of these.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from forms.codelists.baseline import REGIMEN
from forms.crfs.baseline import MH, PLAN
from forms.crfs.consent import DM, IC
from forms.crfs.imaging import CT0, MRI0
from forms.crfs.omics import LBX, MIC, SPEC
from forms.crfs.pathology import PATH
from forms.crfs.questionnaires import LARS, QLQ29, QLQ30, WEX
from forms.crfs.treatment import EX, RT
from forms.crfs.words import CONSENTED
from forms.language import Form, Item, forms_of, rows_of
from forms.logic import Expr, Operand, age_at_least, any_of, call, derivation, every, fact, first, if_, known
from forms.text import _l

INCLUSION, EXCLUSION = "inclusion", "exclusion"


@dataclass(frozen=True)
class Limits:
    """Numbers of section 2: completed years, mm from the anal verge, days of the staging CT before consent."""

    age_years: int = 18
    distance_mm: int = 100
    staging_days: int = 42


@dataclass(frozen=True, eq=False)
class Part:
    """One statement of a criterion and the rule that decides it."""

    text: str
    rule: Expr


@dataclass(frozen=True, eq=False)
class Criterion:
    """A criterion: `kind` is INCLUSION or EXCLUSION; its rule is the conjunction of its parts.

    An exclusion is present where its rule holds.
    """

    id: str
    kind: str
    text: str
    parts: tuple[Part, ...]
    source: str = ""

    @property
    def rule(self) -> Expr:
        """All parts together."""
        whole = self.parts[0].rule
        for part in self.parts[1:]:
            whole = whole & part.rule
        return whole


def include(name: str, text: str, *parts: tuple[str, Operand], source: str = "Protocol 1.0, section 2") -> Criterion:
    """An inclusion criterion: every part must hold."""
    return Criterion(name, INCLUSION, text, tuple(Part(t, rule.expr()) for t, rule in parts), source)


def exclude(name: str, text: str, rule: Operand, source: str = "Protocol 1.0, section 2") -> Criterion:
    """An exclusion criterion: present where the rule holds."""
    return Criterion(name, EXCLUSION, text, (Part(text, rule.expr()),), source)


# --- words the criteria are written in ----------------------------------------------------------------------------


@derivation("local_day", version=1, takes_unknown=True)
def local_day(instant: datetime.datetime | None, zone: datetime.tzinfo | None) -> datetime.date | None:
    """The calendar day of an instant at the trial's zone; UTC where the zone is not told.

    A sample drawn at 07:00 in Shanghai was not drawn the day before, as UTC has it.
    """
    return None if instant is None else instant.astimezone(zone or datetime.UTC).date()


@derivation("consent_version_valid", version=1)
def consent_version_valid(
    version: str, day: datetime.date, versions: tuple[tuple[str, datetime.date, datetime.date | None], ...]
) -> bool:
    """Whether the site could use that consent form version on that day. `versions`: (code, first day, last day or None)."""
    return any(v == version and since <= day and (until is None or day <= until) for v, since, until in versions)


def recorded(operand: Operand) -> Expr:
    """True where the value is known, unknown where it is not: a blank is not yet a "no"."""
    return if_(known(operand), True, None)


def initial(item: Item) -> Expr:
    """An item of the initial consent, not of a later re-consent."""
    return first(forms_of(IC), if_(IC.ICTYPE == "INITIAL", item, None))


T1_TO_4A = ("cT1", "cT2", "cT3a", "cT3b", "cT3c", "cT3d", "cT4a")
T3_TO_4A = T1_TO_4A[2:]


def _never_before_consent(form: type[Form], day: Operand) -> Expr:
    return every(forms_of(form), day.expr() >= CONSENTED)


def _answered_before_consent(form: Any) -> Expr:
    return any_of(forms_of(form), (form.QSMODE != "ND") & (form.QSDAT < CONSENTED))


def _nothing_before_consent() -> Expr:
    """Research samples, questionnaires and protocol treatment; routine diagnosis and staging may precede consent."""
    return (
        _never_before_consent(SPEC, call("local_day", SPEC.SPCOLL, fact("zone")))
        & _never_before_consent(MIC, MIC.MICDAT)
        & _never_before_consent(LBX, LBX.CDNADAT)
        & ~_answered_before_consent(QLQ30)
        & ~_answered_before_consent(QLQ29)
        & ~_answered_before_consent(LARS)
        & ~_answered_before_consent(WEX)
        & _never_before_consent(RT, RT.RTSTDT)
        & _never_before_consent(EX, EX.EXSTDT)
    )


def _staged_in_time(limits: Limits) -> Expr:
    """From so many days before consent to the start of therapy, both days included."""
    return (
        (CT0.CTDAT.days_after(CONSENTED) >= -limits.staging_days)
        & every(forms_of(EX), EX.EXSTDT >= CT0.CTDAT)
        & every(forms_of(RT), RT.RTSTDT >= CT0.CTDAT)
    )


def _uncured_or_other() -> Expr:
    """Some prior malignancy is not one of the three cured kinds. With none listed yet nobody can tell."""
    rows = rows_of(MH.PM, forms_of(MH))
    excepted = MH.PM.PMTYPE.is_in("CISCERVIX", "BCC", "SCC") & (MH.PM.PMCURED == "Y")
    listed = any_of(rows, recorded(MH.PM.PMTYPE) | recorded(MH.PM.PMCURED))
    return if_(listed, ~every(rows, excepted), None)


def registered(limits: Limits) -> tuple[Criterion, ...]:
    """The criteria of the registration record, as section 2 derives them."""
    t, n, m = MRI0.CTCAT, MRI0.CNCAT, CT0.CM
    return (
        include(
            "IN1", _l("Informed, and written informed consent given"),
            (_l("Written consent is dated and signed"), recorded(CONSENTED) & (initial(IC.ICSIGN) == "Y")),
            (_l("No study-specific procedure came before consent"), _nothing_before_consent()),
            (
                _l("The consent form version was valid at the site on that date"),
                call("consent_version_valid", initial(IC.ICVER), CONSENTED, fact("consent_validity")),
            ),
        ),
        include(
            "IN2", _l("Rectal adenocarcinoma confirmed by colonoscopic biopsy and pathology"),
            (_l("Adenocarcinoma, subtypes included"), PATH.HISTO.is_in("ADENO", "MUCINOUS", "SIGNET")),
            (_l("Biopsy by colonoscopy"), PATH.BXMETH == "COLONOSCOPY"),
            (_l("The pathology report is dated"), recorded(PATH.RPTDAT)),
        ),
        include(
            "IN3", _l("Clinical stage II or III, cT1-4a N0-2 M0"),
            (_l("cT1-4a, N0-2, M0"), t.is_in(*T1_TO_4A) & n.is_in("cN0", "cN1", "cN2") & (m == "M0")),
            (_l("Stage II (T3-4a N0) or III (N1-2), AJCC 8"), t.is_in(*T3_TO_4A) | n.is_in("cN1", "cN2")),
        ),
        include(
            "IN4", _l("Distal edge of the tumour at most 10 cm from the anal verge, measured by MRI"),
            (_l("At most 100 mm on MRI"), MRI0.DISTAV <= limits.distance_mm),
        ),
        include(
            "IN5", _l("No distant metastasis"),
            (_l("M0 on staging CT, MRI or PET"), m == "M0"),
            (_l("Staged within 42 days before consent, or during screening"), _staged_in_time(limits)),
        ),
        include(
            "IN6", _l("Scheduled to receive neoadjuvant therapy"),
            (_l("Neoadjuvant therapy is planned"), PLAN.NATPLAN == "Y"),
            (_l("A regimen is chosen"), PLAN.REGIMEN.is_in(*REGIMEN.values)),
        ),
        include(
            "IN7", _l("Aged 18 years or over, either sex"),
            (_l("18 completed years on the consent date"), age_at_least(DM.BRTHDAT, CONSENTED, limits.age_years)),
        ),
        exclude("EX1", _l("Distant organ metastasis"), m == "M1"),
        exclude(
            "EX2", _l("Multiple primary colorectal cancers"), (PATH.SYNCHCRC == "Y") | (MH.METACRC == "Y")
        ),
        exclude(
            "EX3",
            _l("Prior malignancy other than cured carcinoma in situ of the cervix or cured basal or squamous cell skin cancer"),
            (MH.PRIORMAL == "Y") & _uncured_or_other(),
        ),
    )  # fmt: skip
