"""Follow-up visits: what was examined, what was found, what is suspected."""

from forms.codelists.response import (
    COLONOSCOPY,
    CONTACT,
    FOLLOW_UP_DRE,
    METASTASIS_SEEN,
    SUSPICION,
    TUMOUR_SEEN,
)
from forms.crfs.facts import EVENT, SCHEDULED, WINDOW_CLOSES, WINDOW_OPENS
from forms.crfs.words import PROTOCOL, alive, cea_of_event, implies, not_withdrawn, recorded
from forms.language import TODAY, Calculated, Check, Coded, Date, Form, Item, Multi, Upload, YesNo, soft
from forms.logic import Expr, Operand

_ALIVE = ~(recorded("FU.ALIVE") == "N")


def _due(name: str) -> Expr:
    return SCHEDULED.has(f"FU.{name}")


def _asked(name: str) -> Expr:
    # An unscheduled visit may find anything, so every examination can be entered there; only the scheduled ones are required.
    return _ALIVE & (_due(name) | (EVENT == "UNS"))


def _done(name: str) -> Expr:
    return _asked(name) & (recorded(f"FU.{name}") != "ND")


def _not_done(id: str, item: Item, name: str, words: str) -> Check:
    rule = implies(_due(name), recorded(f"FU.{name}") != "ND")
    message = f"{words} was due at this visit and was not done. Correct the answer, or say why: it is a deviation."
    return soft(id, rule, message, on=item, deviation=("ASSESSMENT", "MINOR"), source=f"{PROTOCOL}3")


def _clear(*dates: Operand) -> Expr:
    rule = ~dates[0].expr()
    for each in dates[1:]:
        rule = rule & ~each.expr()
    return rule


class FU(
    Form,
    title="Follow-up visit",
    facts=("scheduled", "event", "window_opens", "window_closes"),
    source=f"{PROTOCOL}3",
):
    FUDAT = Date("Visit date", hard=(None, TODAY), section="Visit")
    FUMODE = Coded("How", CONTACT, section="Visit", help="A telephone call is no disease assessment.")
    ALIVE = YesNo("Alive", section="Visit", help="No opens the death form; nothing else is asked then.")
    DRE = Coded(
        "Digital rectal examination", FOLLOW_UP_DRE, required=_due("DRE"), ask_if=_asked("DRE"), section="Examination and endoscopy"
    )
    ENDO = Coded("Endoscopy", TUMOUR_SEEN, required=_due("ENDO"), ask_if=_asked("ENDO"), section="Examination and endoscopy")
    ENDODAT = Date("Endoscopy date", hard=(None, TODAY), ask_if=_done("ENDO"), section="Examination and endoscopy")
    ENDOIMG = Upload(
        "Endoscopic photograph", "image", required=False, ask_if=_done("ENDO"), section="Examination and endoscopy"
    )
    MRI = Coded("Pelvic MRI", TUMOUR_SEEN, required=_due("MRI"), ask_if=_asked("MRI"), section="Imaging")
    MRIDAT = Date("Pelvic MRI date", hard=(None, TODAY), ask_if=_done("MRI"), section="Imaging")
    CHESTCT = Coded(
        "Chest, abdomen, pelvis CT",
        METASTASIS_SEEN,
        required=_due("CHESTCT"),
        ask_if=_asked("CHESTCT"),
        section="Imaging",
        help="Metastasis opens the distant metastasis form.",
    )
    CHSTDAT = Date("Chest, abdomen, pelvis CT date", hard=(None, TODAY), ask_if=_done("CHESTCT"), section="Imaging")
    COLO = Coded(
        "Total colonoscopy",
        COLONOSCOPY,
        required=_due("COLO"),
        ask_if=_asked("COLO"),
        section="Colonoscopy",
        help="A second primary opens the second cancer form.",
    )
    COLODAT = Date("Colonoscopy date", hard=(None, TODAY), ask_if=_done("COLO"), section="Colonoscopy")
    STOMANOW = YesNo(
        "Stoma present today",
        ask_if=ALIVE == "Y",
        section="Findings",
        help="Decides whether LARS, Wexner and the stoma items of QLQ-CR29 are asked.",
    )
    CEA = Calculated("CEA", cea_of_event(), unit="ng/mL", section="Findings", help="From the laboratory form of this visit.")
    SUSPECT = Multi(
        "Suspicion of",
        SUSPICION,
        exclusive="NONE",
        ask_if=ALIVE == "Y",
        section="Findings",
        help="Opens the form of what is suspected.",
    )

    _examined = (
        DRE.is_in("NORMAL", "SMOOTH", "SUSP"),
        ENDO.is_in("NOTUM", "EQUIV", "SUSP"),
        MRI.is_in("NOTUM", "EQUIV", "SUSP"),
        CHESTCT.is_in("NOMET", "EQUIV", "MET"),
        COLO.is_in("NOTUM", "ADENOMA", "SPC"),
    )

    checks = (
        # Only a visit needs the participant: a call or a register may bring the news of a death, and is dated after it.
        alive("FU-H1", FUDAT, "FU.FUDAT", unless=(FUMODE != "VISIT") & (ALIVE != "Y")),
        alive("FU-H2", ENDODAT, "FU.ENDODAT"),
        alive("FU-H3", MRIDAT, "FU.MRIDAT"),
        alive("FU-H4", CHSTDAT, "FU.CHSTDAT"),
        alive("FU-H5", COLODAT, "FU.COLODAT"),
        not_withdrawn("FU-H6", FUDAT, "FU.FUDAT", "VISITS", unless=FUMODE != "VISIT"),
        not_withdrawn("FU-H7", FUDAT, "FU.FUDAT", "SURVIVAL", unless=FUMODE == "VISIT"),
        soft(
            "FU-S1",
            (FUDAT >= WINDOW_OPENS) & (FUDAT <= WINDOW_CLOSES),
            "{FU.FUDAT} is outside the window of this visit. Check the date; if it is right, say why: it is a deviation.",
            on=FUDAT,
            deviation=("ASSESSMENT", "MINOR"),
            source=f"{PROTOCOL}3",
        ),
        _not_done("FU-S2", DRE, "DRE", "The digital rectal examination"),
        _not_done("FU-S3", ENDO, "ENDO", "The endoscopy"),
        _not_done("FU-S4", MRI, "MRI", "The pelvic MRI"),
        _not_done("FU-S5", CHESTCT, "CHESTCT", "The CT of chest, abdomen and pelvis"),
        _not_done("FU-S6", COLO, "COLO", "The total colonoscopy"),
        soft(
            "FU-S7",
            implies(FUMODE == "PHONE", _clear(*_examined)),
            "A telephone call is no disease assessment, and an examination has a result here. Correct how the visit was made, or "
            "say where the result comes from.",
            on=FUMODE,
        ),
        soft(
            "FU-S8",
            implies((DRE == "SUSP") | (ENDO == "SUSP") | (MRI == "SUSP"), ~SUSPECT.has("NONE")),
            "An examination is suspicious, and “suspicion of” says none. Name what is suspected, or say why nothing is.",
            on=SUSPECT,
        ),
        soft(
            "FU-S9",
            implies(CHESTCT == "MET", SUSPECT.has("MET")),
            "The CT shows a metastasis, and “suspicion of” does not name it. Add it, or say why not.",
            on=(SUSPECT, CHESTCT),
        ),
    )
