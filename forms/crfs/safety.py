"""Safety: adverse events by CTCAE 5.0, serious adverse events with their clocks, and other medication."""

from forms.codelists.adverse import CTCAE_TERM
from forms.codelists.safety import (
    ACTION_TAKEN,
    ACTION_TAKEN_DOSE,
    CAUSALITY,
    EXPECTEDNESS,
    IMMUNE_RELATED,
    MEDICATION_CLASS,
    OUTCOME,
    RELATED_TO,
    REPORT_KIND,
    SERIOUSNESS,
)
from forms.codelists.treatment import DRUG
from forms.crfs.words import ref
from forms.language import (
    NOW,
    TODAY,
    Calculated,
    Coded,
    DateTime,
    Form,
    Integer,
    Link,
    Multi,
    Partial,
    Text,
    YesNo,
    forms_of,
    hard,
    linked,
    soft,
)
from forms.logic import any_of, call, collect, count, last

SAFETY = "Protocol 1.0, 9"
IMMUNOTHERAPY = ("PD1", "PDL1", "CTLA4")
ANY_IO_DOSE = any_of(forms_of("EX"), ref("EX.EXTRT").is_in(*IMMUNOTHERAPY) & (ref("EX.EXDOSE") > 0))


class AE(Form, title="Adverse event", repeats=True, source=f"{SAFETY}; CTCAE 5.0"):
    """One form an event. A change of grade is a new revision: the history is kept."""

    AESPID = Integer(
        "Adverse event number", hard=(1, 999), help="Given by the system; links point at it.", section="Event"
    )
    AETERM = Text("Adverse event (verbatim)")
    AECTCAE = Coded("CTCAE term", CTCAE_TERM, help="CTCAE version 5.0; only the grades the term defines exist.")
    AEDECOD = Text("Preferred term", required=False, help="Coded by data management from the site's MedDRA copy.")
    AESTDAT = Partial("Onset", hard=(None, TODAY), soft=(ref("IC.ICDAT"), None), section="Course")
    AEOUT = Coded("Outcome", OUTCOME)
    AEENDAT = Partial("Resolved", hard=(AESTDAT, None), ask_if=AEOUT.is_in("RECOVERED", "SEQUELAE"))
    AETOXGR = Integer("CTCAE v5.0 grade", hard=(1, 5), section="Severity")
    AESER = YesNo("Serious")
    AESCRIT = Multi("Seriousness criteria", SERIOUSNESS, ask_if=AESER == "Y", source="ICH E2A")
    AEREL = Multi("Related to", RELATED_TO, exclusive="NONE", section="Relation and action")
    AEIR = Coded("Immune-related", IMMUNE_RELATED, ask_if=ANY_IO_DOSE)
    AEACNRT = Coded("Action taken with radiotherapy", ACTION_TAKEN)
    AEACNCH = Coded("Action taken with chemotherapy", ACTION_TAKEN_DOSE)
    AEACNIO = Coded("Action taken with immunotherapy", ACTION_TAKEN)

    checks = (
        hard(
            "AE-H1",
            call("among_numbers", AETOXGR, call("ctcae_grades", AECTCAE)),
            "CTCAE 5.0 does not define grade {AE.AETOXGR} for “{AE.AECTCAE}”. Choose a grade the term has.",
            on=(AETOXGR, AECTCAE),
            source="CTCAE 5.0",
        ),
        hard(
            "AE-H2",
            AEENDAT <= TODAY,
            "The event is recorded as resolved on {AE.AEENDAT}, which is in the future.",
            on=AEENDAT,
        ),
        soft(
            "AE-S1",
            (AETOXGR < 5) | ref("DTH.DTHDAT").present(),
            "Grade 5 means death. Please fill in the death form (DTH) too.",
            on=AETOXGR,
        ),
        soft(
            "AE-S2",
            (AEOUT != "FATAL") | ref("DTH.DTHDAT").present(),
            "The outcome is fatal. Please fill in the death form (DTH) too.",
            on=AEOUT,
        ),
        soft(
            "AE-S3",
            (AETOXGR < 5) | (AEOUT == "FATAL"),
            "Grade 5 with an outcome other than fatal. Please check both.",
            on=(AETOXGR, AEOUT),
        ),
        soft(
            "AE-S4",
            ~((AETOXGR >= 4) & (AESER == "N")),
            "Grade 4 or 5 recorded as not serious. Please check the seriousness criteria.",
            on=(AESER, AETOXGR),
        ),
        soft(
            "AE-S5",
            ~AEREL.has("IO") | ANY_IO_DOSE,
            "Related to immunotherapy, but no dose of it is recorded (form EX).",
            on=AEREL,
        ),
    )


class SAE(Form, title="Serious adverse event", repeats=True, signed=True, source=f"{SAFETY}; ICH E2A; ICH E2B(R3)"):
    """The report of one serious event. Follow-up reports are revisions of the same form."""

    SAEAENO = Link("Adverse event", "AE", section="Report")
    SAEREP = Coded("Report", REPORT_KIND)
    SAEAWARE = DateTime("Site became aware", hard=(None, NOW), help="Starts the 24 hour clock. UTC.")
    SAESPON = DateTime(
        "Sponsor became aware",
        hard=(SAEAWARE, None),
        required=False,
        help="Day 0 of the 7 and 15 day clocks; set by the system on submission. UTC.",
    )
    SAENARR = Text("Narrative")
    SAECAUSI = Coded("Causality, investigator", CAUSALITY, section="Assessment")
    SAEEXP = Coded(
        "Expected (reference safety information)",
        EXPECTEDNESS,
        ask_if=SAESPON.present(),
        help="Safety officer only; the reference valid at onset.",
    )
    SAECAUSS = Coded(
        "Causality, sponsor", CAUSALITY, required=False, help="Never downgrades the investigator's."
    )
    SAESUSAR = Calculated(
        "SUSAR",
        call("susar", last(linked(SAEAENO), ref("AE.AESER")), SAEEXP, SAECAUSI, SAECAUSS),
        help="Serious, related in either view, unexpected.",
        source="ICH E2A",
    )
    SAEDRUG = Multi(
        "Suspect product",
        DRUG,
        ask_if=any_of(linked(SAEAENO), ref("AE.AEREL").has("CHEMO") | ref("AE.AEREL").has("IO")),
        help="Products given (form EX).",
    )
    SAERPTA = DateTime("Reported to authority", hard=(SAESPON, None), required=False, section="Reporting")
    SAERPTE = DateTime("Reported to ethics committee", hard=(SAESPON, None), required=False)
    SAERPTF = DateTime(
        "Follow-up report sent",
        hard=(SAERPTA, None),
        required=False,
        help="Fatal or life-threatening: due 8 days after the 7-day report.",
    )

    checks = (
        hard(
            "SAE-H1",
            call("all_different", collect(forms_of("SAE"), ref("SAE.SAEAENO"))),
            "That adverse event has a report already. Add the follow-up to the report that exists.",
            on=SAEAENO,
        ),
        soft(
            "SAE-S1",
            any_of(linked(SAEAENO), ref("AE.AESER") == "Y"),
            "The adverse event it points to is not recorded as serious.",
            on=SAEAENO,
        ),
        soft(
            "SAE-S2",
            call("all_among", SAEDRUG, collect(forms_of("EX"), ref("EX.EXTRT"))),
            "A suspect product is named that no treatment form (EX) records as given.",
            on=SAEDRUG,
        ),
        soft(
            "SAE-S3",
            (SAEREP != "FOLLOWUP") | (count(forms_of("SAE"), ref("SAE.SAENARR").present()) > 0),
            "A follow-up needs the initial report first.",
            on=SAEREP,
        ),
    )


class CM(Form, title="Concomitant medication", repeats=True, source=SAFETY):
    """Antibiotics and steroids above all: they change the microbiota and immunotherapy."""

    CMTRT = Text("Medication")
    CMSTDAT = Partial("Start")
    CMENDAT = Partial("End", hard=(CMSTDAT, None), required=False, help="Blank while it is taken.")
    CMINDC = Text("Indication", required=False)
    CMCLAS = Coded("Class", MEDICATION_CLASS)
