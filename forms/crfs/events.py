"""What happens in the course: regrowth, salvage, metastasis, recurrence, second cancer, death, end of study, deviations."""

from forms.codelists.events import (
    CAUSE_OF_DEATH,
    DEVIATION_CATEGORY,
    DEVIATION_IMPORTANCE,
    END_OF_STUDY,
    FOUND_BY,
    METASTASIS_TREATMENT,
    RECURRENCE_SITE,
    REGROWTH_HISTOLOGY,
    REGROWTH_OUTCOME,
    REGROWTH_SITE,
    SALVAGE,
    SECOND_CANCER,
)
from forms.codelists.shared import CONFIRMED_BY, METASTATIC_SITE
from forms.codelists.treatment import TME_PROCEDURES
from forms.crfs.words import (
    CONSENTED,
    DECIDED,
    DIED,
    PROTOCOL,
    WITHDRAWN,
    alive,
    any_form,
    implies,
    not_withdrawn,
    ref,
)
from forms.language import (
    TODAY,
    Calculated,
    Check,
    Coded,
    Date,
    Form,
    Link,
    Multi,
    Partial,
    Text,
    above,
    forms_of,
    hard,
    linked,
    rows_of,
    soft,
)
from forms.logic import Expr, call, collect, every, known, least

_FIRST_OPERATION = least(forms_of("SUR"), ref("SUR.SURDAT"))


class RGW(Form, title="Local regrowth", repeats=True, source=f"{PROTOCOL}7"):
    RGWDAT = Date("Date regrowth first suspected", hard=(None, TODAY), soft=(DECIDED, None), section="Suspicion")
    RGWCONF = Coded("Outcome of the work-up", REGROWTH_OUTCOME, section="Work-up", help="Not confirmed: no event.")
    RGWCDAT = Date("Date regrowth confirmed", hard=(RGWDAT, TODAY), ask_if=RGWCONF == "CONFIRMED", section="Work-up")
    RGWEVDT = Calculated(
        "Event date",
        call("regrowth_event_date", RGWCONF, RGWDAT),
        section="Work-up",
        help="The date first suspected, once it is confirmed.",
    )
    RGWSITE = Coded("Site", REGROWTH_SITE, section="Work-up")
    RGWHOW = Multi("Found by", FOUND_BY, section="Work-up")
    RGWBX = Coded("Histology", REGROWTH_HISTOLOGY, section="Work-up")
    SALV = Coded("Salvage", SALVAGE, ask_if=RGWCONF == "CONFIRMED", section="Salvage", help="“Planned” is overdue after 12 weeks.")
    SALVDAT = Date("Date of that salvage decision", hard=(RGWDAT, TODAY), ask_if=RGWCONF == "CONFIRMED", section="Salvage")

    checks = (
        alive("RGW-H1", RGWDAT, "RGW.RGWDAT"),
        soft(
            "RGW-S1",
            ~((RGWBX == "POS") & (RGWCONF == "NOTCONF")),
            "The histology is positive, and the work-up is called not confirmed. Correct one of the two, or say why both are right.",
            on=(RGWCONF, RGWBX),
        ),
    )


class SLV(Form, title="Salvage operation", repeats=True, source=f"{PROTOCOL}7"):
    SLVSUR = Link("Operation", "SUR", help="The residual tumour is read from the pathology of that operation.")
    SLVDAT = Calculated("Date of salvage", call("salvage_date", collect(linked(SLVSUR), ref("SUR.SURDAT"))))


class MET(Form, title="Distant metastasis", repeats=True, source=f"{PROTOCOL}7"):
    METDAT = Date("Date of distant metastasis", hard=(above(CONSENTED), TODAY))
    METSITE = Multi("Site", METASTATIC_SITE)
    METTRT = Coded("Treatment", METASTASIS_TREATMENT, required=False)
    METCONF = Multi("Confirmed by", CONFIRMED_BY)

    checks = (alive("MET-H1", METDAT, "MET.METDAT"),)


class LR(
    Form,
    title="Local recurrence",
    repeats=True,
    source=f"{PROTOCOL}7",
    instructions="After any TME, also after salvage. Tumour that comes back under watch-and-wait is a regrowth.",
):
    LRDAT = Date("Date of local recurrence", hard=(None, TODAY), soft=(_FIRST_OPERATION, None))
    LRSITE = Coded("Site", RECURRENCE_SITE)
    LRCONF = Multi("Confirmed by", CONFIRMED_BY)

    checks = (
        alive("LR-H1", LRDAT, "LR.LRDAT"),
        soft(
            "LR-S1",
            implies(LRDAT.present(), any_form("SUR", ref("SUR.SURPROC").is_in(*TME_PROCEDURES))),
            "No TME is on file. A tumour that comes back without one is a regrowth. Enter the operation, use the regrowth form, or "
            "say why this is a local recurrence.",
            on=LRDAT,
        ),
    )


class SPC(Form, title="Second primary cancer", repeats=True, source=f"{PROTOCOL}7"):
    SPCDAT = Date("Date of second primary cancer", hard=(above(CONSENTED), TODAY))
    SPCSITE = Text("Site")
    SPCTYPE = Coded("Kind", SECOND_CANCER, help="Only a colorectal one is an event of the primary endpoint.")

    checks = (alive("SPC-H1", SPCDAT, "SPC.SPCDAT"),)


class DV(Form, title="Protocol deviation", repeats=True, source=f"{PROTOCOL}2", instructions="Some are raised by the system."):
    DVTERM = Text("Protocol deviation")
    DVDAT = Date("Date", hard=(None, TODAY))
    DVCAT = Coded("Category", DEVIATION_CATEGORY)
    DVSEV = Coded("Importance", DEVIATION_IMPORTANCE)


_EVER_AFTER = (
    ("IC", "ICDAT", "A consent"),
    ("ELIG", "ELIGDAT", "The confirmation of eligibility"),
    ("PATH", "BXDAT", "The biopsy"),
    ("MRI0", "MRIDAT", "The baseline MRI"),
    ("CT0", "CTDAT", "The staging of chest and abdomen"),
    ("LB", "LBDAT", "A laboratory sample"),
    ("RAD", "RADDAT", "A radiomics image"),
    ("MIC", "MICDAT", "A stool sample"),
    ("LBX", "CDNADAT", "A plasma sample"),
    ("SPEC", "SPCOLL", "A specimen"),
    ("RT", "RTSTDT", "The first fraction"),
    ("RT", "RTENDT", "The last fraction"),
    ("EX", "EXSTDT", "The start of a drug cycle"),
    ("EX", "EXENDT", "The end of a drug cycle"),
    ("RST", "RSTDAT", "A restaging"),
    ("RST", "ENDODAT", "An endoscopy of restaging"),
    ("RST", "MRIDAT", "An MRI of restaging"),
    ("RST", "YCMDAT", "A CT of restaging"),
    ("DEC", "RANDCDAT", "The acceptance of randomisation"),
    ("MGT", "MGTDAT", "The strategy begun"),
    ("SUR", "SURDAT", "An operation"),
    ("STO", "STODAT", "A stoma"),
    ("STO", "STOREV", "The closure of a stoma"),
    ("FU", "ENDODAT", "An endoscopy of follow-up"),
    ("FU", "MRIDAT", "An MRI of follow-up"),
    ("FU", "CHSTDAT", "A CT of follow-up"),
    ("FU", "COLODAT", "A colonoscopy of follow-up"),
    ("RGW", "RGWDAT", "A regrowth"),
    ("MET", "METDAT", "A distant metastasis"),
    ("LR", "LRDAT", "A local recurrence"),
    ("SPC", "SPCDAT", "A second cancer"),
    ("AE", "AESTDAT", "The onset of an adverse event"),
    ("AE", "AEENDAT", "The resolution of an adverse event"),
    ("CM", "CMSTDAT", "The start of a medication"),
    ("CM", "CMENDAT", "The end of a medication"),
    ("QLQ30", "QSDAT", "A QLQ-C30 questionnaire"),
    ("QLQ29", "QSDAT", "A QLQ-CR29 questionnaire"),
    ("LARS", "QSDAT", "A LARS questionnaire"),
    ("WEX", "QSDAT", "A Wexner questionnaire"),
    ("EOS", "LSTALVDT", "The date last known alive"),
)
"""Visits, procedures, samples and onsets: what cannot follow a death. Reports, awareness, coding and signatures can."""


def _died_later(id: str, rule: Expr, what: str) -> Check:
    message = (
        f"{what} is dated after the death on {{DTH.DTHDAT}}. One of the two dates is wrong: correct it here, or on the other form."
    )
    return hard(id, rule, message, source="CRF specification, DTH.DTHDAT")


def _after_all() -> tuple[Check, ...]:
    dated = tuple(
        _died_later(f"DTH-H-{form}-{item}", every(forms_of(form), ref(f"{form}.{item}") <= DIED), what)
        for form, item, what in _EVER_AFTER
    )
    news = (ref("FU.FUMODE") != "VISIT") & (ref("FU.ALIVE") != "Y")
    visits = every(forms_of("FU"), news | (ref("FU.FUDAT") <= DIED))
    onsets = every(rows_of("POC.R", forms_of("POC")), ref("POC.POCDAT") <= DIED)
    return (
        *dated,
        _died_later("DTH-H-FU-FUDAT", visits, "A follow-up visit"),
        _died_later("DTH-H-POC-POCDAT", onsets, "A complication"),
    )


class DTH(Form, title="Death", source=f"{PROTOCOL}7"):
    DTHDAT = Partial("Date of death", hard=(None, TODAY), soft=(CONSENTED, None))
    DTHCAUS = Coded("Cause", CAUSE_OF_DEATH)

    checks = (
        hard(
            "DTH-H1",
            DTHDAT >= ref("DM.BRTHDAT"),
            "The death on {DTH.DTHDAT} lies before the date of birth, {DM.BRTHDAT}. Correct one of the two dates.",
            on=DTHDAT,
        ),
        *_after_all(),
    )


class EOS(Form, title="End of study", source=f"{PROTOCOL}3"):
    EOSDAT = Date("Date of end of study", hard=(CONSENTED, TODAY))
    EOSREAS = Coded("Reason", END_OF_STUDY)
    LSTALVDT = Date("Date last known alive", hard=(None, TODAY), ask_if=EOSREAS != "DEATH", help="Overall survival is censored here.")

    checks = (
        alive("EOS-H1", LSTALVDT, "EOS.LSTALVDT"),
        not_withdrawn("EOS-H2", LSTALVDT, "EOS.LSTALVDT", "SURVIVAL"),
        soft(
            "EOS-S1",
            implies(EOSREAS == "DEATH", known(DIED)),
            "The study ended by death, and there is no death form. Enter it now, or correct the reason.",
            on=EOSREAS,
        ),
        soft(
            "EOS-S3",
            implies(known(DIED), EOSREAS == "DEATH"),
            "A death form is on file ({DTH.DTHDAT}), and the reason is another one. Correct the reason, or say why it is right.",
            on=EOSREAS,
        ),
        soft(
            "EOS-S2",
            implies(EOSREAS == "WITHDRAWN", known(WITHDRAWN)),
            "The study ended because consent was withdrawn, and the consent form holds no such date. Enter it there, or correct the "
            "reason.",
            on=EOSREAS,
        ),
    )
