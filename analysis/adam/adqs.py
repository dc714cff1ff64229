"""ADQS: a row an answered item of a questionnaire, and a row a score that exists (`analysis.pro_scores`).

Wording is copyrighted: an item carries its number and nothing of its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from analysis.adam.common import COHORT, IDS, PLANNED, visit
from analysis.adam.people import Person
from analysis.adam.variables import ASSIGNED, COLLECTED, DATE, DERIVED, INTEGER, NUMBER, TEXT, Dataset, Variable
from analysis.pro_answers import questionnaires_of, scores
from forms.language import Item

FORMS = {"QLQ30": "EORTC QLQ-C30", "QLQ29": "EORTC QLQ-CR29", "LARS": "LARS score", "WEX": "Wexner score"}
SCORE = "DERIVED"
_YES_NO = {"Y": 1.0, "N": 0.0}

ADQS = Dataset(
    "ADQS",
    "Questionnaires Analysis Dataset",
    "One record per participant per visit per item or score",
    ("USUBJID", "QSCAT", "AVISIT", "ASEQ", "QSTESTCD"),
    (
        *IDS,
        PLANNED,
        COHORT,
        Variable("QSCAT", "Category of Question", TEXT, ASSIGNED, "The questionnaire.", codes=tuple(FORMS.items())),
        Variable("QSTESTCD", "Question Short Name", TEXT, ASSIGNED, "The form and the item's number."),
        Variable(
            "QSTEST", "Question Name", TEXT, ASSIGNED, "The item's number; its wording is the copyright of its authors."
        ),
        visit(),
        Variable("ASEQ", "Analysis Sequence Number", INTEGER, DERIVED, "Place of the form among those of that visit."),
        Variable(
            "ADT",
            "Analysis Date",
            DATE,
            COLLECTED,
            "The day the questionnaire was completed.",
            ("QLQ30.QSDAT",),
            day="ADY",
        ),
        Variable("QSORRES", "Result in Original Units", TEXT, COLLECTED, "The answer as recorded."),
        Variable("AVAL", "Analysis Value", NUMBER, DERIVED, "QSORRES as a number; yes 1, no 0. Of a score, the score."),
        Variable(
            "PARAMTYP",
            "Parameter Type",
            TEXT,
            ASSIGNED,
            "DERIVED for a score; missing for an answer.",
            codes=((SCORE, "Score"),),
        ),
    ),
)


def records(person: Person, blinded: bool) -> list[dict[str, Any]]:
    """One row an answer on file, then one a score by the cut. What a blinded role may not see is not in its record, and so not here."""
    same = {**person.ids(), "TRT01P": person.allocation.get("TRT01P"), "COHORT": person.course.cohort}
    answers = (row for form in FORMS for crf in person.record.all(form) for row in _answers(person, crf))
    return [same | row for row in (*answers, *_scores(person, blinded))]


def _scores(person: Person, blinded: bool) -> Iterator[dict[str, Any]]:
    place: Counter[tuple[str, str]] = Counter()
    for found in questionnaires_of(person.row, person.course.cut_on):
        place[found.form, found.event] += 1
        for each in scores((found,)):
            if not (blinded and each.measure.tells_arm):
                yield {
                    "QSCAT": found.form, "AVISIT": found.event, "ASEQ": place[found.form, found.event], "ADT": each.on,
                    "QSTESTCD": each.measure.id, "QSTEST": str(each.measure.label), "AVAL": each.value, "PARAMTYP": SCORE,
                }  # fmt: skip


def _answers(person: Person, crf: Any) -> list[dict[str, Any]]:
    scope = person.record.scope(crf)
    place = {"QSCAT": crf.form, "AVISIT": crf.event, "ASEQ": crf.occurrence, "ADT": crf.answers.items.get("QSDAT")}
    asked = [item for item in scope.definition.every_item() if is_question(item) and item.oid in crf.answers.items]
    return [
        place
        | {"QSTESTCD": crf.form + item.oid, "QSTEST": f"{FORMS[crf.form]} item {item.oid[1:]}"}
        | {"QSORRES": str(answer), "AVAL": _YES_NO.get(answer) if answer in _YES_NO else float(answer)}
        for item in asked
        if (answer := crf.answers.items[item.oid]) is not None
    ]


def is_question(item: Item) -> bool:
    """Whether an item is one of the questionnaire, and not of how it was completed."""
    return item.stored and item.section == "Items"
