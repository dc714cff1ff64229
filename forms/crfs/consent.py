"""Informed consent, demography, and the end of screening: the investigator's confirmation of eligibility."""

from datetime import date

from forms.codelists.baseline import CONSENT_KIND, ECOG, ETHNIC_GROUP, SEX, SMOKING, WITHDRAWN_FROM
from forms.crfs.facts import BIRTH_YEAR_ONLY, CONSENT_VERSIONS, ELIGIBLE
from forms.crfs.words import CONSENTED, PROTOCOL, THERAPY_START, alive, among, any_form, implies, ref
from forms.language import (
    TODAY,
    Calculated,
    Check,
    Coded,
    Date,
    Decimal,
    Form,
    Multi,
    Partial,
    YesNo,
    forms_of,
    hard,
    soft,
)
from forms.logic import Expr, Operand, call, count, known, least


def _before(id: str, what: str, earliest: Operand) -> Check:
    rule = implies(ref("IC.ICTYPE") == "INITIAL", ref("IC.ICDAT") <= earliest)
    message = (
        f"{what} is dated before this consent, {{IC.ICDAT}}. Check both dates. If they are right, IN1 is not met and a "
        "major deviation is recorded: say what happened."
    )
    return soft(id, rule, message, deviation=("CONSENT", "MAJOR"), source=f"{PROTOCOL}2, IN1")


def _earliest(form: str, item: str) -> Expr:
    return least(forms_of(form), ref(f"{form}.{item}"))


class IC(
    Form,
    title="Informed consent",
    repeats=True,
    facts=("consent_versions",),
    source=f"{PROTOCOL}2, IN1",
    instructions="One form for the first consent, then one for each re-consent. A withdrawal is entered on the latest one.",
):
    ICTYPE = Coded("Kind of consent", CONSENT_KIND, section="Consent")
    ICDAT = Date("Date of written informed consent", hard=(None, TODAY), section="Consent")
    ICSIGN = YesNo("Signed and dated by participant or legal representative", section="Consent")
    ICVER = Coded("Consent form version", None, section="Consent", help="One of the versions approved at this site.")
    ICSAMP = YesNo("Consent to biological samples (genetic resources)", section="What was agreed")
    ICFUT = YesNo("Consent to future use of data", section="What was agreed")
    ICWDAT = Date("Date consent withdrawn", hard=(ICDAT, TODAY), required=False, section="Withdrawal")
    ICWSCOPE = Multi("Withdrawn from", WITHDRAWN_FROM, ask_if=ICWDAT.present(), section="Withdrawal")

    checks = (
        hard(
            "IC-H1",
            implies(ICTYPE == "RECONSENT", any_form("IC", ref("IC.ICTYPE") == "INITIAL")),
            "A re-consent needs an initial consent on file, and there is none. Enter the initial consent first.",
            on=ICTYPE,
        ),
        hard(
            "IC-H2",
            implies(ICTYPE == "INITIAL", count(forms_of("IC"), ref("IC.ICTYPE") == "INITIAL") <= 1),
            "An initial consent is already on file. If the participant signed again, this one is a re-consent.",
            on=ICTYPE,
        ),
        hard(
            "IC-H3",
            implies(ICTYPE == "RECONSENT", ICDAT >= CONSENTED),
            "This re-consent is dated {IC.ICDAT}, before the initial consent. Correct one of the two dates.",
            on=ICDAT,
        ),
        hard(
            "IC-H4",
            among(ICVER, CONSENT_VERSIONS),
            "“{IC.ICVER}” is not a consent form version of this site. Choose the version printed on the signed form.",
            on=ICVER,
        ),
        hard(
            "IC-H5",
            ICDAT >= ref("DM.BRTHDAT"),
            "Consent on {IC.ICDAT} lies before the date of birth, {DM.BRTHDAT}. Correct one of the two dates.",
            on=ICDAT,
        ),
        alive("IC-H6", ICDAT, "IC.ICDAT"),
        soft(
            "IC-S1",
            ICSIGN == "Y",
            "The consent form is not signed and dated, so IN1 is not met. Correct the answer, or say why it is missing.",
            on=ICSIGN,
            source=f"{PROTOCOL}2, IN1",
        ),
        _before("IC-S2", "A research specimen", _earliest("SPEC", "SPCOLL")),
        _before("IC-S3", "A stool sample", _earliest("MIC", "MICDAT")),
        _before("IC-S4", "A plasma sample for ctDNA", _earliest("LBX", "CDNADAT")),
        _before("IC-S5", "The first fraction of radiotherapy", _earliest("RT", "RTSTDT")),
        _before("IC-S6", "The first drug of the study treatment", _earliest("EX", "EXSTDT")),
        _before("IC-S7", "A QLQ-C30 questionnaire", _earliest("QLQ30", "QSDAT")),
        _before("IC-S8", "A QLQ-CR29 questionnaire", _earliest("QLQ29", "QSDAT")),
        _before("IC-S9", "A LARS questionnaire", _earliest("LARS", "QSDAT")),
        _before("IC-S10", "A Wexner questionnaire", _earliest("WEX", "QSDAT")),
    )


class DM(Form, title="Demography and status", facts=("birth_year_only",), source=f"{PROTOCOL}2, IN7"):
    BRTHDAT = Partial("Date of birth", hard=(date(1900, 1, 1), TODAY), section="Person", help="Year only where the site keeps no more.")
    SEX = Coded("Sex", SEX, section="Person")
    ETHNIC = Coded("Ethnic group", ETHNIC_GROUP, required=False, section="Person")
    HEIGHT = Decimal("Height", unit="cm", places=1, hard=(100, 230), soft=(140, 200), section="Body")
    WEIGHT = Decimal("Weight", unit="kg", places=1, hard=(25, 250), soft=(40, 130), section="Body")
    BMI = Calculated("Body mass index", call("bmi", HEIGHT, WEIGHT), unit="kg/m2", places=1, soft=(16, 40), section="Body")
    ECOG = Coded("ECOG performance status", ECOG, section="Status")
    SMOKE = Coded("Smoking", SMOKING, required=False, section="Status")

    checks = (
        hard(
            "DM-H1",
            implies(BIRTH_YEAR_ONLY, call("year_only", BRTHDAT)),
            "This site keeps the year of birth only. Enter the year and nothing more.",
            on=BRTHDAT,
        ),
        hard(
            "DM-H2",
            BRTHDAT <= CONSENTED,
            "The date of birth, {DM.BRTHDAT}, lies after the consent, {IC.ICDAT}. Correct one of the two dates.",
            on=BRTHDAT,
        ),
        soft(
            "DM-S1",
            ECOG.is_in("0", "1"),
            "ECOG {DM.ECOG} is more than this trial expects (0 or 1). Correct it, or say why it is right.",
            on=ECOG,
        ),
    )


class ELIG(Form, title="Eligibility", signed=True, facts=("eligible",), source=f"{PROTOCOL}2"):
    ELIGCONF = YesNo("Investigator confirms the derived eligibility")
    ELIGDAT = Date("Date confirmed", hard=(CONSENTED, TODAY))

    checks = (
        # `known` first: where eligibility cannot be told yet, confirming it is refused and not merely left open.
        hard(
            "ELIG-H1",
            implies(ELIGCONF == "Y", known(ELIGIBLE) & ELIGIBLE),
            "Eligibility can only be confirmed when every inclusion is met and every exclusion is absent. The eligibility page "
            "names what is missing or not met.",
            on=ELIGCONF,
            source=f"{PROTOCOL}2",
        ),
        alive("ELIG-H2", ELIGDAT, "ELIG.ELIGDAT"),
        soft(
            "ELIG-S1",
            ELIGDAT <= THERAPY_START,
            "Therapy began before eligibility was confirmed on {ELIG.ELIGDAT}. Check the dates; if they are right, say why: it "
            "is a deviation.",
            on=ELIGDAT,
            deviation=("ELIGIBILITY", "MAJOR"),
            source=f"{PROTOCOL}2",
        ),
    )
