"""Questionnaires. EORTC wording is copyrighted: items carry their number and nothing of their words."""

from forms.codelists.safety import COMPLETED_BY, ONE_TO_FOUR, ONE_TO_THREE, SHOWN_IN
from forms.crfs.facts import STOMA_NOW
from forms.crfs.words import PROTOCOL, after_consent, alive, not_withdrawn, ref
from forms.language import TODAY, Calculated, Check, Coded, Date, Form, Integer, Item, YesNo, same_event, several
from forms.logic import call, if_, known, last

_AT_VISIT = last(same_event("FU"), ref("FU.STOMANOW"))
_STOMA = if_(known(_AT_VISIT), _AT_VISIT, STOMA_NOW)
_NO_STOMA = _STOMA == "N"
_LARS = "LARS score, Emmertsen 2012"
_WEXNER = "Wexner score, Jorge and Wexner 1993"


def _shared_checks(form: str, item: Item) -> tuple[Check, ...]:
    key = f"{form}.QSDAT"
    return (
        alive(f"{form}-H1", item, key),
        not_withdrawn(f"{form}-H2", item, key, "VISITS"),
        after_consent(f"{form}-S1", item, key),
    )


def _one_to_four(number: int) -> Item:
    return Integer(f"Item {number}", hard=(1, 4), required=False, section="Items")


def _c30(number: int) -> Item:
    return Integer(f"Item {number}", hard=(1, 7 if number >= 29 else 4), required=False, section="Items")


def _cr29(number: int) -> Item:
    asked = {55: ref("QLQ29.Q48") == "Y"} | dict.fromkeys((56, 57), ref("DM.SEX") == "M")
    asked |= dict.fromkeys((58, 59), ref("DM.SEX") == "F")
    return Integer(f"Item {number}", hard=(1, 4), required=False, ask_if=asked.get(number), section="Items")


def _wexner(number: int) -> Item:
    return Integer(f"Item {number}", hard=(0, 4), required=_FILLED_WEX, ask_if=_NO_STOMA, source=_WEXNER, section="Items")


_FILLED_LARS = ref("LARS.QSMODE").is_in("PAPER", "SCREEN", "INTERVIEW")
_FILLED_WEX = ref("WEX.QSMODE").is_in("PAPER", "SCREEN", "INTERVIEW")


class QLQ30(Form, title="EORTC QLQ-C30", source=f"{PROTOCOL}3; EORTC QLQ-C30 version 3.0"):
    QSDAT = Date("Date completed", hard=(None, TODAY), section="Questionnaire")
    QSMODE = Coded("Completed", COMPLETED_BY, section="Questionnaire")
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND", section="Questionnaire")
    locals().update(several(range(1, 31), _c30, "Q"))
    QLQSC = Calculated(
        "QLQ-C30 scale scores",
        call("qlq_c30", *(ref(f"QLQ30.Q{n}") for n in range(1, 31))),
        section="Scores",
        source="EORTC QLQ-C30 Scoring Manual, 3rd edition, 2001",
    )

    checks = _shared_checks("QLQ30", QSDAT)


class QLQ29(Form, title="EORTC QLQ-CR29", source=f"{PROTOCOL}3; EORTC QLQ-CR29"):
    QSDAT = Date("Date completed", hard=(None, TODAY), section="Questionnaire")
    QSMODE = Coded("Completed", COMPLETED_BY, section="Questionnaire")
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND", section="Questionnaire")
    locals().update(several(range(31, 48), _one_to_four, "Q"))
    Q48 = YesNo("EORTC QLQ-CR29 item 48", required=False, section="Items", help="Stoma. Routes items 49 to 55.")
    locals().update(several(range(49, 60), _cr29, "Q"))
    QLQSC = Calculated(
        "QLQ-CR29 scale scores",
        call("qlq_cr29", ref("DM.SEX"), Q48, *(ref(f"QLQ29.Q{n}") for n in (*range(31, 48), *range(49, 60)))),
        section="Scores",
        source="Whistance 2009",
    )

    checks = _shared_checks("QLQ29", QSDAT)


class LARS(Form, title="LARS score", facts=("stoma_now",), source=f"{PROTOCOL}3; {_LARS}"):
    QSDAT = Date("Date completed", hard=(None, TODAY), section="Questionnaire")
    QSMODE = Coded("Completed", COMPLETED_BY, section="Questionnaire")
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND", section="Questionnaire")
    L1 = Coded("LARS item 1", ONE_TO_THREE, required=_FILLED_LARS, ask_if=_NO_STOMA, section="Items")
    L2 = Coded("LARS item 2", ONE_TO_THREE, required=_FILLED_LARS, ask_if=_NO_STOMA, section="Items")
    L3 = Coded("LARS item 3", ONE_TO_FOUR, required=_FILLED_LARS, ask_if=_NO_STOMA, section="Items")
    L4 = Coded("LARS item 4", ONE_TO_THREE, required=_FILLED_LARS, ask_if=_NO_STOMA, section="Items")
    L5 = Coded("LARS item 5", ONE_TO_THREE, required=_FILLED_LARS, ask_if=_NO_STOMA, section="Items")
    LARSSC = Calculated(
        "LARS score", call("lars_score", _STOMA, L1, L2, L3, L4, L5), hard=(0, 42), section="Score", source=_LARS
    )

    checks = _shared_checks("LARS", QSDAT)


class WEX(Form, title="Wexner score", facts=("stoma_now",), source=f"{PROTOCOL}3; {_WEXNER}"):
    QSDAT = Date("Date completed", hard=(None, TODAY), section="Questionnaire")
    QSMODE = Coded("Completed", COMPLETED_BY, section="Questionnaire")
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND", section="Questionnaire")
    locals().update(several(range(1, 6), _wexner, "W"))
    WEXSC = Calculated(
        "Wexner score",
        call("wexner_score", _STOMA, *(ref(f"WEX.W{n}") for n in range(1, 6))),
        hard=(0, 20),
        section="Score",
        source=_WEXNER,
    )

    checks = _shared_checks("WEX", QSDAT)
