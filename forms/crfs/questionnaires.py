"""Questionnaires at screening, decision and follow-up: QLQ-C30, QLQ-CR29, LARS, Wexner.

The wording of the EORTC items is copyrighted: items are numbered, never worded. The participant fills in the site's licensed
copy; the form takes the answers and computes the scores.
"""

from forms.codelists.safety import COMPLETED_BY, ONE_TO_FOUR, ONE_TO_THREE, SHOWN_IN
from forms.crfs.facts import STOMA_NOW
from forms.crfs.words import ref
from forms.language import TODAY, Calculated, Coded, Date, Form, Integer, YesNo, several
from forms.logic import call

MANUAL = "EORTC QLQ-C30 Scoring Manual, 3rd edition, Fayers 2001"
CR29 = "EORTC QLQ-CR29, Whistance 2009"
COMPLETED = "Date completed"


class QLQ30(Form, title="EORTC QLQ-C30", source=f"Protocol 1.0, 3; {MANUAL}"):
    """Quality of life, cancer core questionnaire, version 3.0: 30 items, 15 scales."""

    QSDAT = Date(COMPLETED, hard=(None, TODAY), section="How it was completed")
    QSMODE = Coded("Completed", COMPLETED_BY)
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND")
    vars().update(
        several(
            range(1, 31),
            lambda n: Integer(
                f"Item {n}",
                hard=(1, 7 if n >= 29 else 4),
                required=False,
                section="Answers" if n == 1 else "",
                source=MANUAL,
            ),
            "Q",
        )
    )
    QLQSC = Calculated(
        "QLQ-C30 scale scores",
        call("qlq_c30", *(ref(f"QLQ30.Q{n}") for n in range(1, 31))),
        source=MANUAL,
        section="Scores",
    )


class QLQ29(Form, title="EORTC QLQ-CR29", source=f"Protocol 1.0, 3; {CR29}"):
    """Quality of life, colorectal module: item 48 (stoma) routes 49 to 55; 56 and 57 for men, 58 and 59 for women."""

    QSDAT = Date(COMPLETED, hard=(None, TODAY), section="How it was completed")
    QSMODE = Coded("Completed", COMPLETED_BY)
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND")
    vars().update(
        several(
            range(31, 48),
            lambda n: Integer(
                f"Item {n}", hard=(1, 4), required=False, section="Answers" if n == 31 else "", source=CR29
            ),
            "Q",
        )
    )
    Q48 = YesNo("Item 48", required=False, source=CR29, help="Stoma: yes routes to 49 to 55, no to 49 to 54.")
    vars().update(
        several(range(49, 60), lambda n: Integer(f"Item {n}", hard=(1, 4), required=False, source=CR29), "Q")
    )
    QLQSC = Calculated(
        "QLQ-CR29 scale scores",
        call(
            "qlq_cr29",
            ref("DM.SEX"),
            Q48,
            *(ref(f"QLQ29.Q{n}") for n in (*range(31, 48), *range(49, 60))),
        ),
        source=CR29,
        section="Scores",
    )


class LARS(
    Form, title="Low anterior resection syndrome (LARS) score", source="Emmertsen 2012; Juul 2014", facts=("stoma_now",)
):
    """Five items, 0 to 42 points; not asked of someone with a stoma."""

    QSDAT = Date(COMPLETED, hard=(None, TODAY), section="How it was completed")
    QSMODE = Coded("Completed", COMPLETED_BY)
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND")
    L1 = Coded("LARS item 1", ONE_TO_THREE, ask_if=STOMA_NOW == "N", section="Answers")
    L2 = Coded("LARS item 2", ONE_TO_THREE, ask_if=STOMA_NOW == "N")
    L3 = Coded("LARS item 3", ONE_TO_FOUR, ask_if=STOMA_NOW == "N")
    L4 = Coded("LARS item 4", ONE_TO_THREE, ask_if=STOMA_NOW == "N")
    L5 = Coded("LARS item 5", ONE_TO_THREE, ask_if=STOMA_NOW == "N")
    LARSSC = Calculated("LARS score", call("lars_score", STOMA_NOW, L1, L2, L3, L4, L5), section="Score")


class WEX(Form, title="Wexner incontinence score", source="Jorge and Wexner 1993", facts=("stoma_now",)):
    """Five items of 0 to 4, sum 0 to 20; not asked of someone with a stoma."""

    QSDAT = Date(COMPLETED, hard=(None, TODAY), section="How it was completed")
    QSMODE = Coded("Completed", COMPLETED_BY)
    QSLANG = Coded("Language shown", SHOWN_IN, ask_if=QSMODE != "ND")
    vars().update(
        several(
            range(1, 6),
            lambda n: Integer(
                f"Item {n}",
                hard=(0, 4),
                ask_if=STOMA_NOW == "N",
                section="Answers" if n == 1 else "",
            ),
            "W",
        )
    )
    WEXSC = Calculated(
        "Wexner score", call("wexner_score", STOMA_NOW, *(ref(f"WEX.W{n}") for n in range(1, 6))), section="Score"
    )
