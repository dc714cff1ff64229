"""Adverse events, serious adverse events, concomitant medication."""

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
from forms.codelists.shared import YES_NO
from forms.codelists.treatment import DRUG, IMMUNOTHERAPY
from forms.crfs.words import (
    CONSENTED,
    DIED,
    PROTOCOL,
    alive,
    among,
    any_form,
    implies,
    operation,
    ref,
    same_truth,
)
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
    soft,
)
from forms.logic import call, collect, known

_ANY_IO = any_form("EX", ref("EX.EXTRT").is_in(*IMMUNOTHERAPY) & (ref("EX.EXDOSE") > 0))


class AE(Form, title="Adverse event", repeats=True, source=f"{PROTOCOL}9; CTCAE 5.0, NCI CTEP"):
    AESPID = Integer("Adverse event number", hard=(1, 999), section="Event", help="Given by the system; other forms link to it.")
    AETERM = Text("Adverse event (verbatim)", section="Event")
    AECTCAE = Coded("CTCAE term", CTCAE_TERM, section="Event", source="CTCAE 5.0, NCI CTEP")
    AEDECOD = Coded("Preferred term", None, required=False, section="Event", help="Coded with the site's own copy of MedDRA.")
    AESTDAT = Partial("Onset", hard=(None, TODAY), soft=(CONSENTED, None), section="Event")
    AEOUT = Coded("Outcome", OUTCOME, section="Outcome")
    AEENDAT = Partial(
        "Resolved", hard=(AESTDAT, TODAY), ask_if=AEOUT.raw().is_in("RECOVERED", "SEQUELAE"), section="Outcome"
    )
    AETOXGR = Integer(
        "CTCAE v5.0 grade", hard=(1, 5), section="Severity", help="Only the grades this term defines. Grade 5 is death."
    )
    AESER = YesNo("Serious", section="Severity", help="Yes opens the serious adverse event form: 24 hours to the sponsor.")
    AESCRIT = Multi("Seriousness criteria", SERIOUSNESS, ask_if=AESER == "Y", section="Severity")
    AEREL = Multi("Related to", RELATED_TO, exclusive="NONE", section="Relation")
    AEIR = Coded("Immune-related", IMMUNE_RELATED, ask_if=_ANY_IO, section="Relation")
    AEACNRT = Coded("Action taken with radiotherapy", ACTION_TAKEN, section="Action taken")
    AEACNCH = Coded("Action taken with chemotherapy", ACTION_TAKEN_DOSE, section="Action taken")
    AEACNIO = Coded("Action taken with immunotherapy", ACTION_TAKEN, section="Action taken")

    _fatal = (AETOXGR == 5) | (AEOUT == "FATAL")

    checks = (
        hard(
            "AE-H1",
            call("all_different", collect(forms_of("AE"), ref("AE.AESPID"))),
            "Adverse event number {AE.AESPID} stands on another form. Each event has its own number.",
            on=AESPID,
        ),
        hard(
            "AE-H2",
            among(AETOXGR, call("ctcae_grades", AECTCAE)),
            "CTCAE 5.0 defines no grade {AE.AETOXGR} for “{AE.AECTCAE}”. Choose one of its grades, or another term.",
            on=(AETOXGR, AECTCAE),
            source="CTCAE 5.0, NCI CTEP",
        ),
        alive("AE-H3", AESTDAT, "AE.AESTDAT"),
        alive("AE-H4", AEENDAT, "AE.AEENDAT"),
        soft(
            "AE-S1",
            same_truth(AETOXGR == 5, AEOUT == "FATAL"),
            "Grade {AE.AETOXGR} and outcome {AE.AEOUT} do not agree: grade 5 goes with a fatal outcome, and only with it. Correct "
            "one of the two, or say why both are right.",
            on=(AETOXGR, AEOUT),
        ),
        # Soft, because the 24 hours of a report must not wait for another form.
        soft(
            "AE-S2",
            implies(_fatal, known(DIED)),
            "This event is fatal, and there is no death form. Enter it now, or correct the grade and the outcome.",
            on=(AEOUT, AETOXGR),
        ),
        soft(
            "AE-S3",
            implies(_fatal, AESER == "Y"),
            "A fatal event is serious. Change “Serious” to yes, or correct the grade and the outcome.",
            on=(AESER, AEOUT),
            source="ICH E2A",
        ),
        soft(
            "AE-S4",
            same_truth(AESCRIT.has("DEATH"), AEOUT == "FATAL"),
            "The seriousness criterion death and the outcome {AE.AEOUT} do not agree. Correct one of the two, or say why both are "
            "right.",
            on=(AESCRIT, AEOUT),
            source="ICH E2A",
        ),
        soft(
            "AE-S5",
            implies(AEREL.has("IO"), _ANY_IO),
            "The event is called related to immunotherapy, and no dose of it is on file. Enter the drug treatment form, or correct "
            "the relation.",
            on=AEREL,
        ),
    )


class SAE(
    Form,
    title="Serious adverse event",
    repeats=True,
    signed=True,
    source=f"{PROTOCOL}9; ICH E2A",
    instructions="One form a serious event; a follow-up report is a new revision of it.",
):
    SAEAENO = Link("Adverse event", "AE", section="Event and awareness")
    SAEREP = Coded("Report", REPORT_KIND, section="Event and awareness")
    SAEAWARE = DateTime("Site became aware", hard=(None, NOW), section="Event and awareness", help="Starts the 24 hours to the sponsor.")
    SAESPON = DateTime(
        "Sponsor became aware",
        hard=(SAEAWARE, NOW),
        required=False,
        section="Event and awareness",
        help="Set by the system on submission; day 0 of the 7 and 15 days.",
    )
    SAENARR = Text("Narrative", section="Event and awareness")
    SAEEXP = Coded(
        "Expected (reference safety information)",
        EXPECTEDNESS,
        ask_if=SAESPON.present(),
        section="Assessment",
        help="The safety officer's assessment.",
    )
    SAECAUSI = Coded("Causality, investigator", CAUSALITY, section="Assessment")
    SAECAUSS = Coded(
        "Causality, sponsor",
        CAUSALITY,
        required=False,
        section="Assessment",
        help="Never lowers the investigator's assessment.",
    )
    SAESUSAR = Calculated(
        "SUSAR",
        call("susar", operation(SAEAENO, "AE.AESER"), SAEEXP, SAECAUSI, SAECAUSS),
        codes=YES_NO,
        section="Assessment",
        help="Serious, related in either view, and unexpected.",
    )
    _relation = operation(SAEAENO, "AE.AEREL")
    SAEDRUG = Multi(
        "Suspect product",
        DRUG,
        ask_if=_relation.has("CHEMO") | _relation.has("IO"),
        section="Assessment",
        help="One or more of the drugs given.",
    )
    SAERPTA = DateTime("Reported to authority", hard=(SAESPON, NOW), required=False, section="Reports")
    SAERPTE = DateTime("Reported to ethics committee", hard=(SAESPON, NOW), required=False, section="Reports")
    SAERPTF = DateTime(
        "Follow-up report sent",
        hard=(SAERPTA, NOW),
        required=False,
        section="Reports",
        help="Fatal or life-threatening: due 8 days after the 7-day report.",
    )

    checks = (
        hard(
            "SAE-H1",
            call("all_different", collect(forms_of("SAE"), ref("SAE.SAEAENO"))),
            "Another form reports this adverse event. Add a follow-up to that one.",
            on=SAEAENO,
        ),
        hard(
            "SAE-H2",
            operation(SAEAENO, "AE.AESTDAT") <= SAEAWARE,
            "The site cannot have been aware on {SAE.SAEAWARE}, before the onset of the event, {AE.AESTDAT}. Correct one of the two "
            "dates.",
            on=SAEAWARE,
        ),
        soft(
            "SAE-S1",
            operation(SAEAENO, "AE.AESER") == "Y",
            "The linked adverse event is not marked as serious. Correct it there, or link another event.",
            on=SAEAENO,
        ),
        soft(
            "SAE-S2",
            call("all_among", SAEDRUG, collect(forms_of("EX"), ref("EX.EXTRT"))),
            "A suspect product ({SAE.SAEDRUG}) stands on no drug treatment form. Enter that form, or correct the product.",
            on=SAEDRUG,
        ),
    )


class CM(Form, title="Concomitant medication", repeats=True, source=f"{PROTOCOL}9"):
    CMTRT = Text("Medication")
    CMSTDAT = Partial("Start", hard=(None, TODAY))
    CMENDAT = Partial("End", hard=(CMSTDAT, TODAY), required=False)
    CMINDC = Text("Indication", required=False, help="Name the adverse event it was given for, if there is one.")
    CMCLAS = Coded("Class", MEDICATION_CLASS)

    checks = (alive("CM-H1", CMSTDAT, "CM.CMSTDAT"), alive("CM-H2", CMENDAT, "CM.CMENDAT"))
