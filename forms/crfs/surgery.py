"""Operations: the operation, its specimen, stomas, and complications at 30 and 90 days."""

from forms.codelists.shared import NO_YES_NASS, PASS_FAIL
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
from forms.crfs.words import ref
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
    linked,
    soft,
)
from forms.logic import any_of, call, collect, if_, last

PATHOLOGY = "Protocol 1.0, 7; TNM 8"


class SUR(Form, title="Operation", repeats=True, source="Protocol 1.0, 3"):
    """One form an operation, whatever its reason; the follow-up visits at 30 and 90 days repeat for each."""

    SUROPNO = Integer("Operation number", hard=(1, 9), help="1 for the first operation of this participant.")
    SURDAT = Date("Operation date", hard=(None, TODAY), soft=(ref("DEC.DECDAT"), None))
    SURPROC = Coded("Procedure", PROCEDURE)
    SURAPP = Coded("Approach", APPROACH)
    SURREAS = Coded("Reason", OPERATION_REASON)
    BLOOD = Integer("Blood loss", unit="mL", hard=(0, 10000), soft=(0, 1500), required=False)

    checks = (
        hard(
            "SUR-H1",
            call("all_different", collect(forms_of("SUR"), ref("SUR.SUROPNO"))),
            "Operation number {SUR.SUROPNO} is used by another operation. Number them in order.",
            on=SUROPNO,
        ),
        soft(
            "SUR-S1",
            ref("DEC.DECDAT").present(),
            "An operation without a decision (form DEC). If that is what happened, say why; a deviation is recorded.",
            on=SURDAT,
            deviation=("TREATMENT", "MAJOR"),
        ),
        soft(
            "SUR-S2",
            SURDAT >= ref("DEC.DECDAT"),
            "The operation {SUR.SURDAT} is before the decision {DEC.DECDAT}. Say why; a deviation is recorded.",
            on=SURDAT,
            deviation=("TREATMENT", "MAJOR"),
        ),
        soft(
            "SUR-S3",
            (SURREAS != "REGROWTH") | any_of(forms_of("RGW"), ref("RGW.RGWCONF") == "CONFIRMED"),
            "The reason is regrowth, but no confirmed regrowth is recorded (form RGW).",
            on=SURREAS,
        ),
    )


TME = last(linked(ref("YP.YPSUR")), ref("SUR.SURPROC")).is_in(*TME_PROCEDURES)


class YP(Form, title="Pathology of the specimen", repeats=True, source=PATHOLOGY):
    """ypTNM, regression grade, margins. Local excision gives no nodes: ypNx."""

    YPSUR = Link("Operation", "SUR", section="Specimen")
    YPDAT = Date("Date of pathology report", hard=(last(linked(YPSUR), ref("SUR.SURDAT")), None))
    YPQC = Coded("Slide quality control", PASS_FAIL)
    YPT = Coded("ypT", PATHOLOGICAL_T, section="Stage")
    YPN = Coded("ypN", PATHOLOGICAL_N, help="ypNx after local excision.")
    NODES = Integer("Nodes examined", hard=(0, 100), soft=(12, None), ask_if=YPN != "ypNx")
    NODEPOS = Integer("Nodes positive", hard=(0, NODES), ask_if=YPN != "ypNx")
    TRG = Coded("CAP/AJCC tumour regression grade", REGRESSION_GRADE, section="Response")
    PCR = Calculated("Pathological complete response", call("pcr", YPT.raw(), YPN.raw()), source=PATHOLOGY)
    NAR = Calculated(
        "Neoadjuvant rectal score",
        call("nar_score", ref("MRI0.CTCAT"), YPT, YPN, last(linked(YPSUR), ref("SUR.SURPROC"))),
        source="George 2015",
        hard=(0, 100),
    )
    CRM = Decimal(
        "Circumferential margin",
        unit="mm",
        places=1,
        hard=(0, 50),
        ask_if=TME & (YPT != "ypT0"),
        section="Margins and quality",
    )
    RSTAT = Coded("Residual tumour", RESIDUAL_TUMOUR)
    TMEQ = Coded("Quality of the mesorectum", MESORECTUM, help="Pathological quality control.")
    LVI = Coded("Lymphovascular invasion", NO_YES_NASS)
    PNI = Coded("Perineural invasion", NO_YES_NASS)

    checks = (
        hard("YP-H1", YPDAT <= TODAY, "The report is dated {YP.YPDAT}, which is in the future.", on=YPDAT),
        hard(
            "YP-H2",
            call("all_different", collect(forms_of("YP"), ref("YP.YPSUR"))),
            "That operation has a pathology form already.",
            on=YPSUR,
        ),
        soft(
            "YP-S1",
            if_(YPN.is_in("ypN0", "ypN1c"), NODEPOS == 0, True),
            "{YP.YPN} means no positive node, but {YP.NODEPOS} are recorded.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S2",
            if_(YPN == "ypN1a", NODEPOS == 1, True),
            "ypN1a means one positive node, but {YP.NODEPOS} are recorded.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S3",
            if_(YPN == "ypN1b", (NODEPOS >= 2) & (NODEPOS <= 3), True),
            "ypN1b means two or three positive nodes, but {YP.NODEPOS} are recorded.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S4",
            if_(YPN == "ypN2a", (NODEPOS >= 4) & (NODEPOS <= 6), True),
            "ypN2a means four to six positive nodes, but {YP.NODEPOS} are recorded.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S5",
            if_(YPN == "ypN2b", NODEPOS >= 7, True),
            "ypN2b means seven or more positive nodes, but {YP.NODEPOS} are recorded.",
            on=(NODEPOS, YPN),
        ),
        soft(
            "YP-S6",
            ((TRG == "0") & (YPT == "ypT0")) | ((TRG != "0") & (YPT != "ypT0")),
            "Regression grade 0 belongs to ypT0, and only to it; recorded are {YP.TRG} and {YP.YPT}.",
            on=(TRG, YPT),
        ),
        soft(
            "YP-S7",
            ~((CRM <= 1) & (RSTAT == "R0")),
            "A margin of 1 mm or less ({YP.CRM} mm) with R0. Please check both.",
            on=(CRM, RSTAT),
        ),
        soft(
            "YP-S8",
            (last(linked(YPSUR), ref("SUR.SURPROC")) != "LE") | (YPN == "ypNx"),
            "A local excision has no lymph nodes to examine: ypNx is expected.",
            on=YPN,
        ),
    )


class STO(Form, title="Stoma", repeats=True, source="Protocol 1.0, 7"):
    """One form a stoma, with or without resection."""

    STODAT = Date("Date stoma formed", hard=(None, TODAY))
    STOTYPE = Coded("Stoma", STOMA)
    STOINT = Coded("Intended as", STOMA_INTENT)
    STOREV = Date("Date closed", hard=(STODAT, None), required=False, help="Blank while it is open.")
    STOPERM = Calculated(
        "Permanent stoma",
        call("permanent_stoma", STOINT, STODAT, STOREV, TODAY),
        help="Meant to be, or not closed 18 months after it was formed.",
    )

    checks = (hard("STO-H1", STOREV <= TODAY, "The closure is dated {STO.STOREV}, in the future.", on=STOREV),)


class POC(
    Form, title="Post-operative complications", source="Clavien-Dindo, Dindo 2004; ISREC", facts=("operated_on",)
):
    """At 30 and at 90 days. No complication is an answer, and counts in the denominator."""

    POCANY = YesNo("Any complication since the operation")
    LEAK = Coded("Anastomotic leak (ISREC)", LEAK)
    READM = YesNo("Readmitted")

    class R(Group):
        """One row a complication."""

        label = "Complications"
        at_least = 1
        POCTERM = Text("Complication")
        POCDAT = Date("Onset", hard=(OPERATED_ON, TODAY))
        CLAVIEN = Coded("Clavien-Dindo grade", CLAVIEN_DINDO)
        POCAENO = Link(
            "Same event as AE", "AE", required=False, help="Serious ones are AE too and linked; never counted twice."
        )

    R.ask_if = POCANY == "Y"

    checks = (
        soft(
            "POC-S1",
            (R.CLAVIEN != "V") | ref("DTH.DTHDAT").present(),
            "Grade V is death. Please fill in the death form (DTH) too.",
            on=R.CLAVIEN,
            group=R,
        ),
        soft(
            "POC-S2",
            ~(LEAK.is_in("A", "B", "C") & (POCANY == "N")),
            "A leak is recorded, but no complication. Please check both.",
            on=(LEAK, POCANY),
        ),
    )
