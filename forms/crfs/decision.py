"""The decision point, in its enforced order: own estimate, model call, MDT, the participant's choice."""

from forms.codelists.response import CANDIDACY, CHOSEN_STRATEGY, DERIVED_CANDIDACY, INTENDED_STRATEGY, PREFERENCE
from forms.crfs.facts import ALLOCATED_ON, MODEL_CALL, MODEL_CLASS
from forms.crfs.words import PROTOCOL, alive, ref
from forms.language import TODAY, Calculated, Coded, Date, Form, Integer, Text, YesNo, hard, soft
from forms.logic import call

_RESTAGED = ref("RST.RSTDAT")


class PRE(
    Form,
    title="Own estimate before the model",
    signed=True,
    source=f"{PROTOCOL}5, step 2",
    instructions="Signed and locked when saved. The model is called only afterwards.",
):
    PREDAT = Date("Date of own estimate", hard=(None, TODAY))
    PRECR = Integer("Own estimate of complete response", unit="%", hard=(0, 100))
    PRESTRAT = Coded("Own intended strategy", INTENDED_STRATEGY)


class DEC(
    Form,
    title="Decision",
    signed=True,
    facts=("model_call", "model_class", "allocated_on"),
    source=f"{PROTOCOL}5",
):
    MODELRUN = Calculated("Model call", MODEL_CALL, section="Model", help="The stored call, or why it was refused.")
    M1NOW = YesNo("Distant metastasis or progression since baseline", section="Candidacy", help="Yes opens the distant metastasis form.")
    CONTRA = YesNo("Contraindication to either strategy", section="Candidacy")
    CONTRAWH = Text("Which contraindication", ask_if=CONTRA == "Y", section="Candidacy")
    MDTDAT = Date("MDT date", hard=(None, TODAY), section="Multidisciplinary team")
    CANDDER = Calculated(
        "Derived candidacy",
        call("candidacy", ref("RST.RESP"), MODEL_CLASS, M1NOW, CONTRA),
        codes=DERIVED_CANDIDACY,
        section="Multidisciplinary team",
    )
    STRATEGY = Coded("MDT strategy after the model", CANDIDACY, section="Multidisciplinary team")
    CANDWHY = Text("Why it differs", ask_if=STRATEGY != CANDDER, section="Multidisciplinary team")
    PREFER = Coded(
        "Participant's preference, asked before randomisation is offered",
        PREFERENCE,
        ask_if=STRATEGY == "CAND",
        section="Participant",
    )
    RANDCONS = YesNo("Accepts randomisation", ask_if=(STRATEGY == "CAND") & (CANDDER == "CAND"), section="Participant")
    RANDCDAT = Date("Date randomisation accepted", hard=(_RESTAGED, TODAY), ask_if=RANDCONS == "Y", section="Participant")
    # Where randomisation is not on offer its answer stays blank, and the strategy must be chosen all the same.
    PREFARM = Coded(
        "Strategy chosen",
        CHOSEN_STRATEGY,
        ask_if=(STRATEGY == "CAND") & ((CANDDER != "CAND") | (RANDCONS != "Y")),
        section="Participant",
    )
    DECDAT = Date("Decision date", hard=(None, TODAY), soft=(_RESTAGED, None), section="Decision")

    checks = (
        hard(
            "DEC-H1",
            RANDCDAT <= ALLOCATED_ON,
            "Randomisation was accepted on {DEC.RANDCDAT}, after the participant had been allocated. Correct the date.",
            on=RANDCDAT,
        ),
        alive("DEC-H2", RANDCDAT, "DEC.RANDCDAT"),
        soft(
            "DEC-S1",
            DECDAT.days_after(_RESTAGED) <= 14,
            "The decision of {DEC.DECDAT} is more than 14 days after the restaging of {RST.RSTDAT}. Check the dates; if they are "
            "right, say why: it is a deviation.",
            on=DECDAT,
            deviation=("ASSESSMENT", "MINOR"),
            source=f"{PROTOCOL}3",
        ),
    )
