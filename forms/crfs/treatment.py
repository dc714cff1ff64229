"""Neoadjuvant therapy: radiotherapy, one form a drug and cycle, and the strategy that was actually begun."""

import decimal

from forms.codelists.treatment import (
    DOSE_CHANGE,
    DOSE_REASON,
    DRUG,
    IMMUNOTHERAPY,
    RT_STOPPED,
    STRATEGY_BEGUN,
    STRATEGY_DIFFERS,
)
from forms.crfs.facts import ARM, COHORT
from forms.crfs.words import (
    DECIDED,
    ELIGIBLE_ON,
    PROTOCOL,
    THERAPY_START,
    after_consent,
    alive,
    days_between,
    implies,
    not_withdrawn,
    recorded,
    ref,
    size_of,
    together,
)
from forms.language import (
    TODAY,
    Check,
    Coded,
    Date,
    Decimal,
    Form,
    Integer,
    Item,
    Link,
    Multi,
    Text,
    YesNo,
    forms_of,
    hard,
    soft,
)
from forms.logic import call, collect, if_

DOSE_TOLERANCE = decimal.Decimal("0.1")
"""Gy: fractions times dose a fraction may differ from the total by rounding."""
# Two drugs called "other" in one cycle are two drugs: the product tells them apart.
_DRUG_AND_CYCLE = together(
    if_(recorded("EX.EXTRT") == "OTHER", ref("EX.EXPROD"), ref("EX.EXTRT")), ref("EX.EXCYC")
)


def _after_eligibility(id: str, item: Item, key: str) -> Check:
    message = (
        f"Therapy on {{{key}}} began before eligibility was confirmed, {{ELIG.ELIGDAT}}. Check the dates; if they are right, say "
        "why: it is a deviation."
    )
    rule = ref(key) >= ELIGIBLE_ON
    return soft(id, rule, message, on=item, deviation=("ELIGIBILITY", "MAJOR"), source=f"{PROTOCOL}2")


def _not_pregnant(id: str, item: Item, key: str) -> Check:
    # Only what opens the therapy is asked about: a later cycle repeats nothing.
    rule = implies((ref(key) <= THERAPY_START) & (ref("MH.WOCBP") == "Y"), recorded("MH.PREGTEST") == "NEG")
    message = (
        "The first treatment needs a negative pregnancy test before it, and the medical history says {MH.PREGTEST}. Tell the "
        "investigator; if both are right, say what was decided."
    )
    return soft(id, rule, message, on=item, source="CRF specification, MH.PREGTEST")


def _recent_mri(id: str, item: Item, key: str) -> Check:
    rule = implies(ref(key) <= THERAPY_START, days_between(ref(key), ref("MRI0.MRIDAT"), 0, 42))
    message = (
        f"Therapy began on {{{key}}}, and the baseline MRI of {{MRI0.MRIDAT}} does not lie within the 42 days before it. Check the "
        "dates; if they are right, say why."
    )
    return soft(id, rule, message, on=item, source="CRF specification, MRI0.MRIDAT")


class RT(Form, title="Radiotherapy", source=f"{PROTOCOL}3"):
    RTSTDT = Date("First fraction", hard=(None, TODAY))
    RTENDT = Date("Last fraction", hard=(RTSTDT, TODAY))
    RTFRAC = Integer("Fractions given", hard=(1, 40), soft=(5, 30))
    RTDPF = Decimal("Dose a fraction", unit="Gy", places=2, hard=(decimal.Decimal("0.5"), 10), soft=(decimal.Decimal("1.8"), 5))
    RTDOSE = Decimal("Total dose without boost", unit="Gy", places=2, hard=(0, 80), soft=(25, 60))
    RTBOOST = Decimal("Boost to the tumour", unit="Gy", places=2, hard=(0, 30), required=False)
    RTCOMP = YesNo("Completed as planned")
    RTREAS = Coded("Reason not completed", RT_STOPPED, ask_if=RTCOMP == "N")

    checks = (
        alive("RT-H1", RTSTDT, "RT.RTSTDT"),
        alive("RT-H2", RTENDT, "RT.RTENDT"),
        not_withdrawn("RT-H3", RTSTDT, "RT.RTSTDT", "TREATMENT"),
        not_withdrawn("RT-H4", RTENDT, "RT.RTENDT", "TREATMENT"),
        _after_eligibility("RT-S1", RTSTDT, "RT.RTSTDT"),
        after_consent("RT-S2", RTSTDT, "RT.RTSTDT"),
        soft(
            "RT-S3",
            size_of(RTFRAC * RTDPF - RTDOSE) <= DOSE_TOLERANCE,
            "{RT.RTFRAC} fractions of {RT.RTDPF} Gy do not make {RT.RTDOSE} Gy. Check the three numbers, and that the boost is left "
            "out; if they are right, say why.",
            on=(RTDOSE, RTFRAC, RTDPF),
        ),
        _not_pregnant("RT-S4", RTSTDT, "RT.RTSTDT"),
        _recent_mri("RT-S5", RTSTDT, "RT.RTSTDT"),
    )


class EX(Form, title="Drug treatment", repeats=True, source=f"{PROTOCOL}3", instructions="One form a drug and cycle."):
    EXTRT = Coded("Drug", DRUG)
    EXCYC = Integer("Cycle", hard=(1, 12))
    EXSTDT = Date("Start", hard=(None, TODAY))
    EXENDT = Date("End", hard=(EXSTDT, TODAY), required=False, help="Left open while the cycle runs.")
    EXDOSE = Decimal("Total dose given in the cycle", unit="mg", places=1, hard=(0, 150_000))
    EXADJ = Multi("Dose changed", DOSE_CHANGE, exclusive="NONE")
    EXADJR = Coded("Reason", DOSE_REASON, ask_if=~EXADJ.has("NONE"))
    EXPROD = Text("Product and batch", ask_if=EXTRT.is_in(*IMMUNOTHERAPY, "OTHER"), help="Needed for the CIOMS I form.")
    EXAENO = Link("Adverse event that caused it", "AE", required=False, ask_if=~EXADJ.has("NONE"))

    checks = (
        hard(
            "EX-H1",
            (EXDOSE > 0) | EXADJ.has("OMITTED"),
            "A dose of 0 mg is only possible when the cycle was omitted. Enter the dose, or choose “omitted” under dose changed.",
            on=(EXDOSE, EXADJ),
        ),
        alive("EX-H2", EXSTDT, "EX.EXSTDT"),
        alive("EX-H3", EXENDT, "EX.EXENDT"),
        not_withdrawn("EX-H4", EXSTDT, "EX.EXSTDT", "TREATMENT"),
        _after_eligibility("EX-S1", EXSTDT, "EX.EXSTDT"),
        after_consent("EX-S2", EXSTDT, "EX.EXSTDT"),
        soft(
            "EX-S3",
            call("all_different", collect(forms_of("EX"), _DRUG_AND_CYCLE)),
            "This drug and cycle stand on two forms. Remove one of them, or say why the cycle was given twice.",
            on=(EXTRT, EXCYC),
        ),
        _not_pregnant("EX-S4", EXSTDT, "EX.EXSTDT"),
        _recent_mri("EX-S5", EXSTDT, "EX.EXSTDT"),
    )


class MGT(
    Form,
    title="Strategy actually begun",
    facts=("arm", "cohort"),
    source=f"{PROTOCOL}5 and 6",
    instructions="Due 8 weeks after the decision, in every cohort.",
):
    MGTSTRT = Coded("Strategy actually begun", STRATEGY_BEGUN)
    MGTDAT = Date("Date begun", hard=(None, TODAY), soft=(DECIDED, None), ask_if=MGTSTRT != "NONE")
    _differs = MGTSTRT != if_(ARM.is_in("WW", "WW-P"), "WW", "TME")
    MGTWHY = Coded("Why it differs from allocated or chosen", STRATEGY_DIFFERS, ask_if=_differs)

    checks = (
        alive("MGT-H1", MGTDAT, "MGT.MGTDAT"),
        soft(
            "MGT-S1",
            ~((COHORT == "RANDOMISED") & _differs),
            "The strategy begun is not the one allocated. Correct it, or say what happened: it is a deviation.",
            on=(MGTSTRT, MGTWHY),
            deviation=("RANDOMISATION", "MAJOR"),
            source=f"{PROTOCOL}6",
        ),
    )
