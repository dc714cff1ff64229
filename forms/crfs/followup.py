"""Follow-up visits: what was examined and found, whatever the arm; watch-and-wait asks for more at each visit."""

from forms.codelists.response import COLONOSCOPY, CONTACT, FOLLOW_UP_DRE, METASTASIS_SEEN, SUSPICION, TUMOUR_SEEN
from forms.crfs.facts import SCHEDULED, WINDOW_CLOSES, WINDOW_OPENS
from forms.crfs.words import any_form, cea_of_event, implies, ref
from forms.language import TODAY, Calculated, Check, Coded, Date, Form, Item, Multi, Upload, YesNo, soft
from forms.logic import Operand

VISITS = "Protocol 1.0, 3"
NOT_DONE_IS = ("ASSESSMENT", "MINOR")


def _due(key: str) -> Operand:
    return SCHEDULED.has(key)


def _not_done(id: str, examination: Item) -> Check:
    message = f"{examination.label} is scheduled at this visit and was not done. Say why; a deviation is recorded."
    rule = implies(ref("FU.FUMODE") == "VISIT", examination != "ND")
    return soft(id, rule, message, on=examination, deviation=NOT_DONE_IS, source="CRF specification, FU.ENDO")


class FU(
    Form,
    title="Follow-up visit",
    source=VISITS,
    facts=("scheduled", "window_opens", "window_closes"),
    instructions="CEA is entered on the laboratory form of the same visit. A telephone call is no disease assessment.",
):
    """FU03 to FU60, counted from the decision; NC07 and NC20 for a near-complete response under watch-and-wait."""

    FUDAT = Date("Visit date", hard=(None, TODAY), section="Visit")
    FUMODE = Coded("How", CONTACT, help="Telephone is no disease assessment.")
    ALIVE = YesNo("Alive", help="No opens the death form; nothing else is asked.")
    DRE = Coded(
        "Digital rectal examination",
        FOLLOW_UP_DRE,
        ask_if=_due("FU.DRE") & (ALIVE == "Y"),
        section="Rectum",
    )
    ENDO = Coded("Endoscopy", TUMOUR_SEEN, ask_if=_due("FU.ENDO") & (ALIVE == "Y"))
    ENDODAT = Date("Endoscopy date", hard=(None, TODAY), ask_if=ENDO.raw().present() & (ENDO != "ND"))
    ENDOIMG = Upload(
        "Endoscopic photograph", "image", required=False, ask_if=ENDO.raw().present() & (ENDO != "ND"), help="PNG or JPEG."
    )
    MRI = Coded("Pelvic MRI", TUMOUR_SEEN, ask_if=_due("FU.MRI") & (ALIVE == "Y"))
    MRIDAT = Date("Pelvic MRI date", hard=(None, TODAY), ask_if=MRI.raw().present() & (MRI != "ND"))
    CHESTCT = Coded(
        "Chest, abdomen, pelvis CT",
        METASTASIS_SEEN,
        ask_if=_due("FU.CHESTCT") & (ALIVE == "Y"),
        section="Elsewhere",
        help="Metastasis opens the form MET.",
    )
    CHSTDAT = Date(
        "Chest, abdomen, pelvis CT date", hard=(None, TODAY), ask_if=CHESTCT.raw().present() & (CHESTCT != "ND")
    )
    COLO = Coded(
        "Total colonoscopy",
        COLONOSCOPY,
        ask_if=_due("FU.COLO") & (ALIVE == "Y"),
        help="A second primary opens the form SPC.",
    )
    COLODAT = Date("Colonoscopy date", hard=(None, TODAY), ask_if=COLO.raw().present() & (COLO != "ND"))
    STOMANOW = YesNo(
        "Stoma present today",
        ask_if=ALIVE == "Y",
        section="Overall",
        help="Decides which questions LARS, Wexner and QLQ-CR29 ask.",
    )
    CEA = Calculated("CEA", cea_of_event(), unit="ng/mL", help="From the laboratory form of this visit.")
    SUSPECT = Multi(
        "Suspicion of", SUSPICION, exclusive="NONE", ask_if=ALIVE == "Y", help="Opens RGW, LR, MET or SPC."
    )

    checks = (
        soft(
            "FU-S1",
            (FUDAT >= WINDOW_OPENS) & (FUDAT <= WINDOW_CLOSES),
            "The visit {FU.FUDAT} is outside its window. If the date is right, say why; a deviation is recorded.",
            on=FUDAT,
            deviation=("ASSESSMENT", "MINOR"),
            source=VISITS,
        ),
        soft(
            "FU-S2",
            FUDAT >= ref("DEC.DECDAT"),
            "The visit {FU.FUDAT} is before the decision {DEC.DECDAT}.",
            on=FUDAT,
        ),
        _not_done("FU-S3", DRE),
        _not_done("FU-S4", ENDO),
        _not_done("FU-S5", MRI),
        _not_done("FU-S6", CHESTCT),
        _not_done("FU-S7", COLO),
        soft(
            "FU-S8",
            implies((ENDO == "SUSP") | (MRI == "SUSP") | (DRE == "SUSP"), ~SUSPECT.has("NONE")),
            "An examination is suspicious, but “suspicion of” says none. Please check both.",
            on=SUSPECT,
        ),
        soft(
            "FU-S9",
            implies(CHESTCT == "MET", SUSPECT.has("MET") | any_form("MET", ref("MET.METDAT").present())),
            "CT shows a metastasis. Please name the suspicion and fill in the form MET.",
            on=CHESTCT,
        ),
        soft(
            "FU-S10",
            implies(ALIVE == "Y", ref("DTH.DTHDAT").absent() | (ref("DTH.DTHDAT") >= FUDAT)),
            "Recorded as alive on {FU.FUDAT}, but the death form says {DTH.DTHDAT}.",
            on=ALIVE,
        ),
    )
