"""What can happen to a participant: regrowth, salvage, metastasis, recurrence, second cancer, deviation, death, end of study."""

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
from forms.crfs.words import ref
from forms.language import TODAY, Calculated, Coded, Date, Form, Link, Multi, Partial, Text, above, forms_of, hard, linked, soft
from forms.logic import any_of, call, collect, least

ENDPOINTS = "Protocol 1.0, 7"


class RGW(Form, title="Local regrowth", repeats=True, source=ENDPOINTS):
    """Suspected regrowth under watch-and-wait, its work-up, and what was decided about it."""

    RGWDAT = Date(
        "Date regrowth first suspected", hard=(None, TODAY), soft=(ref("DEC.DECDAT"), None), section="Suspicion"
    )
    RGWCONF = Coded("Outcome of the work-up", REGROWTH_OUTCOME, help="Not confirmed: no event.")
    RGWCDAT = Date("Date regrowth confirmed", hard=(RGWDAT, None), ask_if=RGWCONF == "CONFIRMED")
    RGWEVDT = Calculated(
        "Event date",
        call("regrowth_event_date", RGWCONF, RGWDAT),
        help="The first suspicious examination, once confirmed.",
        source=ENDPOINTS,
    )
    RGWSITE = Coded("Site", REGROWTH_SITE, section="Findings")
    RGWHOW = Multi("Found by", FOUND_BY)
    RGWBX = Coded("Histology", REGROWTH_HISTOLOGY)
    SALV = Coded(
        "Salvage",
        SALVAGE,
        ask_if=RGWCONF == "CONFIRMED",
        section="Salvage",
        help="Planned turns overdue after 12 weeks.",
    )
    SALVDAT = Date("Date of that salvage decision", hard=(RGWDAT, None), ask_if=RGWCONF == "CONFIRMED")

    checks = (
        soft(
            "RGW-S1",
            ~((RGWBX == "POSITIVE") & (RGWCONF == "NOTCONF")),
            "Histology is positive, but the regrowth is recorded as not confirmed. Please check both.",
            on=(RGWCONF, RGWBX),
        ),
        soft(
            "RGW-S2",
            (SALV != "PLANNED") | (TODAY.days_after(SALVDAT) <= 84),
            "Salvage was planned on {RGW.SALVDAT}, more than 12 weeks ago. Record what was done, or why it waits.",
            on=SALV,
            deviation=("TREATMENT", "MINOR"),
        ),
        hard(
            "RGW-H1",
            RGWCDAT <= TODAY,
            "The confirmation is dated {RGW.RGWCDAT}, which is in the future.",
            on=RGWCDAT,
        ),
        hard("RGW-H2", SALVDAT <= TODAY, "The salvage decision is dated in the future.", on=SALVDAT),
    )


class SLV(Form, title="Salvage operation", repeats=True, source=ENDPOINTS):
    """Which operation was the salvage of a regrowth; everything about it stands on its SUR and YP forms."""

    SLVSUR = Link("Operation", "SUR", help="Residual tumour is read from its pathology (YP).")
    SLVDAT = Calculated("Date of salvage", call("salvage_date", collect(linked(SLVSUR), ref("SUR.SURDAT"))))


class MET(Form, title="Distant metastasis", repeats=True, source=ENDPOINTS):
    """One form an episode of distant spread."""

    METDAT = Date("Date of distant metastasis", hard=(above(ref("IC.ICDAT")), None))
    METSITE = Multi("Site", METASTATIC_SITE)
    METTRT = Coded("Treatment", METASTASIS_TREATMENT, required=False)
    METCONF = Multi("Confirmed by", CONFIRMED_BY)

    checks = (hard("MET-H1", METDAT <= TODAY, "The metastasis is dated {MET.METDAT}, in the future.", on=METDAT),)


class LR(Form, title="Local recurrence after TME", repeats=True, source=ENDPOINTS):
    """Recurrence in the pelvis after removal of the rectum, salvage included."""

    LRDAT = Date(
        "Date of local recurrence",
        hard=(None, TODAY),
        soft=(least(forms_of("SUR"), ref("SUR.SURDAT")), None),
        help="After TME, also after salvage.",
    )
    LRSITE = Coded("Site", RECURRENCE_SITE)
    LRCONF = Multi("Confirmed by", CONFIRMED_BY)

    checks = (
        soft(
            "LR-S1",
            any_of(forms_of("SUR"), ref("SUR.SURPROC") != "LE"),
            "No resection of the rectum is recorded. Under watch-and-wait, tumour in the rectum is a regrowth (form RGW).",
            on=LRDAT,
        ),
    )


class SPC(Form, title="Second primary cancer", repeats=True, source=ENDPOINTS):
    """Only a colorectal one is an event of the primary endpoint."""

    SPCDAT = Date("Date of second primary cancer", hard=(above(ref("IC.ICDAT")), None))
    SPCSITE = Text("Site")
    SPCTYPE = Coded("Kind", SECOND_CANCER)

    checks = (hard("SPC-H1", SPCDAT <= TODAY, "The cancer is dated {SPC.SPCDAT}, in the future.", on=SPCDAT),)


class DV(Form, title="Protocol deviation", repeats=True, source="Protocol 1.0, 2"):
    """Some are raised by the system: a window missed, an assessment not done, therapy before eligibility."""

    DVTERM = Text("Protocol deviation")
    DVDAT = Date("Date", hard=(None, TODAY))
    DVCAT = Coded("Category", DEVIATION_CATEGORY)
    DVSEV = Coded("Importance", DEVIATION_IMPORTANCE)


class DTH(Form, title="Death", source=ENDPOINTS):
    """No visit, procedure, sample or onset can be dated after it; reports may be."""

    DTHDAT = Partial("Date of death", hard=(None, TODAY), soft=(ref("IC.ICDAT"), None))
    DTHCAUS = Coded("Cause", CAUSE_OF_DEATH)


class EOS(Form, title="End of study", source="Protocol 1.0, 3"):
    """The last form. Whoever was enrolled stays in every denominator."""

    EOSDAT = Date("Date of end of study", hard=(ref("IC.ICDAT"), None))
    EOSREAS = Coded("Reason", END_OF_STUDY)
    LSTALVDT = Date("Date last known alive", hard=(None, TODAY), ask_if=EOSREAS != "DEATH")

    checks = (
        hard("EOS-H1", EOSDAT <= TODAY, "The end of study is dated {EOS.EOSDAT}, in the future.", on=EOSDAT),
        soft(
            "EOS-S1",
            (EOSREAS != "DEATH") | ref("DTH.DTHDAT").present(),
            "The reason is death, but there is no death form (DTH). Please fill it in.",
            on=EOSREAS,
        ),
        soft(
            "EOS-S2",
            ref("DTH.DTHDAT").absent() | (EOSREAS == "DEATH"),
            "A death form exists, but the reason given is another one.",
            on=EOSREAS,
        ),
        soft(
            "EOS-S3",
            (EOSREAS != "WITHDRAWN") | ref("IC.ICWDAT").present(),
            "The reason is withdrawal, but the consent form has no date of withdrawal.",
            on=EOSREAS,
        ),
    )
