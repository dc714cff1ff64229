"""Medical history and the treatment plan."""

from forms.codelists.baseline import PRIOR_MALIGNANCY, REGIMEN, REGIMENS_WITH_IO
from forms.codelists.shared import TEST_RESULT, YES_NO_UNKNOWN
from forms.crfs.words import CONSENTED, PROTOCOL, implies, ref
from forms.language import Coded, Date, Form, Group, Partial, Text, YesNo, hard, soft

_WITH_IO = ref("PLAN.REGIMEN").is_in(*REGIMENS_WITH_IO)


class MH(Form, title="Medical history", source=f"{PROTOCOL}2, EX2 and EX3"):
    PRIORMAL = YesNo("Any prior malignancy", section="Earlier cancers")

    class PM(Group):
        label = "Prior malignancies"
        ask_if = ref("MH.PRIORMAL") == "Y"
        at_least = 1
        PMTYPE = Coded("Prior malignancy: type", PRIOR_MALIGNANCY, ask_if=ask_if)
        PMSITE = Text("Prior malignancy: site (verbatim)", ask_if=PMTYPE == "OTHER")
        PMDAT = Partial("Prior malignancy: date of diagnosis", hard=(None, CONSENTED), ask_if=ask_if)
        PMCURED = Coded("Completely cured", YES_NO_UNKNOWN, ask_if=ask_if)

    METACRC = YesNo("Earlier (metachronous) colorectal cancer", section="Earlier cancers")
    AUTOIMM = YesNo("Autoimmune disease", section="Other conditions")
    DIABETES = YesNo("Diabetes", required=False, section="Other conditions")
    CVD = YesNo("Cardiovascular disease", required=False, section="Other conditions")
    ANTIBIO = YesNo("Systemic antibiotics in the last 4 weeks", section="Other conditions", help="They change the gut microbiota.")
    WOCBP = YesNo("Childbearing potential", ask_if=ref("DM.SEX") == "F", section="Before therapy")
    PREGTEST = Coded("Pregnancy test before therapy", TEST_RESULT, ask_if=WOCBP == "Y", section="Before therapy")
    HBV = Coded("Hepatitis B surface antigen", TEST_RESULT, ask_if=_WITH_IO, section="Before therapy")

    checks = (
        hard(
            "MH-H1",
            implies(METACRC == "Y", PRIORMAL == "Y"),
            "An earlier colorectal cancer is a prior malignancy: “Any prior malignancy” cannot be no. Correct one of the two answers.",
            on=(METACRC, PRIORMAL),
        ),
        soft(
            "MH-S1",
            ~((AUTOIMM == "Y") & _WITH_IO),
            "Autoimmune disease, and the planned regimen is {PLAN.REGIMEN}, with immunotherapy. Tell the investigator, then say "
            "what was decided.",
            on=AUTOIMM,
        ),
        soft(
            "MH-S2",
            implies(WOCBP == "Y", PREGTEST.raw() == "NEG"),
            "The pregnancy test is not negative ({MH.PREGTEST}). It must be negative before the first treatment. Correct it, or "
            "say what was decided.",
            on=PREGTEST,
        ),
    )


class PLAN(Form, title="Treatment plan", source=f"{PROTOCOL}2, IN6"):
    NATPLAN = YesNo("Neoadjuvant therapy is planned")
    REGIMEN = Coded("Regimen", REGIMEN, ask_if=NATPLAN == "Y")
    PLANSTDT = Date("Planned start", hard=(CONSENTED, None), ask_if=NATPLAN == "Y")

    checks = (
        soft(
            "PLAN-S1",
            ~(REGIMEN.is_in(*REGIMENS_WITH_IO) & (ref("MH.AUTOIMM") == "Y")),
            "The regimen {PLAN.REGIMEN} holds immunotherapy, and the medical history says autoimmune disease. Tell the "
            "investigator, then say what was decided.",
            on=REGIMEN,
        ),
    )
