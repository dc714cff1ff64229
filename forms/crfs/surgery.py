"""Operations, their specimens, stomas, and what happened in the weeks after."""

from forms.codelists.shared import NO_YES_NASS, PASS_FAIL, YES_NO_CT
from forms.codelists.treatment import (
    APPROACH,
    CLAVIEN_DINDO,
    LEAK,
    MESORECTUM,
    OPERATION_REASON,
    PATHOLOGICAL_N,
    PATHOLOGICAL_T,
    PROCEDURE,
    REGRESSION_GRADE,
    RESIDUAL_TUMOUR,
    STOMA,
    STOMA_INTENT,
    TME_PROCEDURES,
)
from forms.crfs.facts import OPERATED_ON
from forms.crfs.words import (
    DECIDED,
    DIED,
    PROTOCOL,
    alive,
    any_form,
    implies,
    operation,
    recorded,
    ref,
    same_truth,
)
from forms.language import (
    TODAY,
    Calculated,
    Coded,
    Date,
    Decimal,
    Form,
    Group,
    Integer,
    Link,
    Text,
    YesNo,
    forms_of,
    hard,
    soft,
)
from forms.logic import call, collect, known


class SUR(Form, title="Operation", repeats=True, source=f"{PROTOCOL}3 and 7"):
    SUROPNO = Integer("Operation number", hard=(1, 9), help="The visits 30 and 90 days later repeat for each operation.")
    SURDAT = Date("Operation date", hard=(None, TODAY))
    SURPROC = Coded("Procedure", PROCEDURE)
    SURAPP = Coded("Approach", APPROACH)
    SURREAS = Coded("Reason", OPERATION_REASON)
    BLOOD = Integer("Blood loss", unit="mL", hard=(0, 10_000), soft=(0, 1_500), required=False)

    checks = (
        hard(
            "SUR-H1",
            call("all_different", collect(forms_of("SUR"), ref("SUR.SUROPNO"))),
            "Operation number {SUR.SUROPNO} stands on another operation form. Give each operation its own number.",
            on=SUROPNO,
        ),
        alive("SUR-H2", SURDAT, "SUR.SURDAT"),
        # `known` first: an operation without any decision on file is the same deviation.
        soft(
            "SUR-S1",
            implies(SURDAT.present(), known(DECIDED) & (SURDAT >= DECIDED)),
            "The operation of {SUR.SURDAT} lies before the decision ({DEC.DECDAT}), or there is no decision. Check the dates; if "
            "they are right, say what happened: it is a deviation.",
            on=SURDAT,
            deviation=("TREATMENT", "MAJOR"),
            source=f"{PROTOCOL}2",
        ),
        soft(
            "SUR-S2",
            implies(SURREAS.is_in("ALLOCATED", "PREFERENCE", "STANDARD"), SURDAT.days_after(DECIDED) <= 56),
            "The operation of {SUR.SURDAT} is more than 8 weeks after the decision of {DEC.DECDAT}. Check the dates; if they are "
            "right, say why: it is a deviation.",
            on=SURDAT,
            deviation=("TREATMENT", "MINOR"),
            source=f"{PROTOCOL}3",
        ),
        soft(
            "SUR-S3",
            implies(SURREAS == "REGROWTH", any_form("RGW", ref("RGW.RGWCONF") == "CONFIRMED")),
            "The reason is regrowth, and no confirmed regrowth is on file. Enter or complete the regrowth form, or correct the "
            "reason.",
            on=SURREAS,
        ),
    )


_NO_NODES = ("ypN0", "ypN1c")


class YP(Form, title="Pathology of the specimen", repeats=True, source=f"{PROTOCOL}7; AJCC 8; CAP/AJCC regression grade"):
    YPSUR = Link("Operation", "SUR", section="Specimen")
    _operated_on = operation(YPSUR, "SUR.SURDAT")
    _procedure = operation(YPSUR, "SUR.SURPROC")
    YPDAT = Date("Date of pathology report", hard=(_operated_on, TODAY), section="Specimen")
    YPT = Coded("ypT", PATHOLOGICAL_T, section="Stage")
    YPN = Coded("ypN", PATHOLOGICAL_N, section="Stage", help="ypNx after local excision.")
    NODES = Integer("Nodes examined", hard=(0, 100), soft=(12, None), ask_if=YPN != "ypNx", section="Stage")
    NODEPOS = Integer("Nodes positive", hard=(0, NODES), ask_if=YPN != "ypNx", section="Stage")
    TRG = Coded("CAP/AJCC tumour regression grade", REGRESSION_GRADE, section="Response and margins")
    CRM = Decimal(
        "Circumferential margin",
        unit="mm",
        places=1,
        hard=(0, 50),
        ask_if=_procedure.is_in(*TME_PROCEDURES) & (YPT.raw() != "ypT0"),
        section="Response and margins",
    )
    RSTAT = Coded("Residual tumour", RESIDUAL_TUMOUR, section="Response and margins")
    PCR = Calculated("Pathological complete response", call("pcr", YPT.raw(), YPN.raw()), codes=YES_NO_CT, section="Response and margins")
    NAR = Calculated(
        "Neoadjuvant rectal score",
        call("nar_score", recorded("MRI0.CTCAT"), YPT.raw(), YPN.raw(), _procedure),
        places=2,
        hard=(0, 100),
        section="Response and margins",
        source="George, Allegra, Yothers 2015",
    )
    YPQC = Coded("Slide quality control", PASS_FAIL, section="Quality and further findings")
    TMEQ = Coded("Quality of the mesorectum", MESORECTUM, section="Quality and further findings")
    LVI = Coded("Lymphovascular invasion", NO_YES_NASS, section="Quality and further findings")
    PNI = Coded("Perineural invasion", NO_YES_NASS, section="Quality and further findings")

    checks = (
        hard(
            "YP-H1",
            call("all_different", collect(forms_of("YP"), ref("YP.YPSUR"))),
            "Another form holds the pathology of this operation. Correct the link, or change that form.",
            on=YPSUR,
        ),
        soft(
            "YP-S1",
            (YPN.is_in(*_NO_NODES) & (NODEPOS == 0))
            | ((YPN == "ypN1a") & (NODEPOS == 1))
            | ((YPN == "ypN1b") & (NODEPOS >= 2) & (NODEPOS <= 3))
            | ((YPN == "ypN2a") & (NODEPOS >= 4) & (NODEPOS <= 6))
            | ((YPN == "ypN2b") & (NODEPOS >= 7)),
            "{YP.NODEPOS} positive nodes and {YP.YPN} do not agree: N0 and N1c mean 0, N1a 1, N1b 2 to 3, N2a 4 to 6, N2b 7 or "
            "more. Correct one of the two, or say why both are right.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S2",
            same_truth(TRG == "0", YPT == "ypT0"),
            "Regression grade {YP.TRG} and {YP.YPT} do not agree: grade 0 goes with ypT0, and only with it. Correct one of the two, "
            "or say why both are right.",
            on=(TRG, YPT),
        ),
        soft(
            "YP-S3",
            ~((CRM <= 1) & (RSTAT == "R0")),
            "A margin of {YP.CRM} mm is 1 mm or less, and the operation is called R0. Correct one of the two, or say why both are "
            "right.",
            on=(CRM, RSTAT),
        ),
        soft(
            "YP-S4",
            implies(_procedure == "LE", YPN.raw() == "ypNx"),
            "A local excision removes no nodes, and {YP.YPN} is recorded. Choose ypNx, or say where the nodes come from.",
            on=YPN,
        ),
    )


class STO(
    Form, title="Stoma", repeats=True, source=f"{PROTOCOL}7", instructions="One form a stoma, with or without resection."
):
    STODAT = Date("Date stoma formed", hard=(None, TODAY))
    STOTYPE = Coded("Stoma", STOMA)
    STOINT = Coded("Intended as", STOMA_INTENT)
    STOREV = Date("Date closed", hard=(STODAT, TODAY), required=False)
    STOPERM = Calculated(
        "Permanent stoma",
        call("permanent_stoma", STOINT, STODAT, STOREV, TODAY),
        codes=YES_NO_CT,
        help="Intended as permanent, or not closed 18 months after it was formed.",
    )

    checks = (alive("STO-H1", STODAT, "STO.STODAT"), alive("STO-H2", STOREV, "STO.STOREV"))


class POC(Form, title="Postoperative complications", repeats=True, facts=("operated_on",), source=f"{PROTOCOL}7"):
    POCANY = YesNo("Any complication since the operation", help="No counts in the denominator.")
    LEAK = Coded("Anastomotic leak (ISREC)", LEAK)
    READM = YesNo("Readmitted")

    class R(Group):
        label = "Complications"
        ask_if = ref("POC.POCANY") == "Y"
        at_least = 1
        POCTERM = Text("Complication", ask_if=ask_if)
        POCDAT = Date("Onset", hard=(OPERATED_ON, TODAY), ask_if=ask_if)
        CLAVIEN = Coded("Clavien-Dindo grade", CLAVIEN_DINDO, ask_if=ask_if)
        POCAENO = Link(
            "Same event as AE",
            "AE",
            required=False,
            ask_if=ask_if,
            help="A serious complication is an adverse event too, and linked here: it is never counted twice.",
        )

    checks = (
        alive("POC-H1", R.POCDAT, "POC.POCDAT", group=R),
        soft(
            "POC-S1",
            implies(R.CLAVIEN == "V", known(DIED)),
            "Clavien-Dindo V is death, and there is no death form. Enter it now, or correct the grade.",
            on=R.CLAVIEN,
            group=R,
        ),
        soft(
            "POC-S2",
            implies(R.CLAVIEN.is_in("IVa", "IVb", "V"), R.POCAENO.present()),
            "A complication of grade {POC.CLAVIEN} is serious. Enter it as an adverse event and link it here, or say why not.",
            on=(R.POCAENO, R.CLAVIEN),
            group=R,
        ),
        soft(
            "POC-S3",
            ~((POCANY == "N") & LEAK.is_in("A", "B", "C")),
            "A leak of grade {POC.LEAK} is a complication, and the form says there was none. Correct one of the two answers.",
            on=(POCANY, LEAK),
        ),
    )
