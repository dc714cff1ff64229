"""Bowel function after rectal surgery: LARS and Wexner scores. A stoma or a missing item: not evaluable, None."""

from forms.logic import derivation

LARS_POINTS: tuple[dict[str, int], ...] = (
    {"1": 0, "2": 4, "3": 7},
    {"1": 0, "2": 3, "3": 3},
    {"1": 4, "2": 2, "3": 0, "4": 5},
    {"1": 0, "2": 9, "3": 11},
    {"1": 0, "2": 11, "3": 16},
)
"""Points of each answer of items 1 to 5 (Emmertsen and Laurberg 2012, Ann Surg 255:922; crf.csv LARS)."""

MINOR_FROM, MAJOR_FROM = 21, 30


@derivation("lars_score", version=1, takes_unknown=True)
def lars_score(stoma: str | None, *answers: str | None) -> int | None:
    """LARS score, 0 to 42 points, of five answers; None with a stoma ("Y") or where an item is missing.

    An unknown stoma status does not hide a completed questionnaire: only someone without a stoma is asked.
    Source: Emmertsen and Laurberg 2012; scored as in Juul 2014 (Ann Surg 259:728).
    """
    if stoma == "Y" or len(answers) != len(LARS_POINTS):
        return None
    points = [of.get(answer) for of, answer in zip(LARS_POINTS, answers, strict=True) if answer is not None]
    known = [p for p in points if p is not None]
    return sum(known) if len(known) == len(LARS_POINTS) else None


@derivation("lars_category", version=1)
def lars_category(score: int) -> str:
    """NONE 0 to 20, MINOR 21 to 29, MAJOR 30 to 42 (Emmertsen and Laurberg 2012)."""
    return "MAJOR" if score >= MAJOR_FROM else "MINOR" if score >= MINOR_FROM else "NONE"


@derivation("wexner_score", version=1, takes_unknown=True)
def wexner_score(stoma: str | None, *answers: int | None) -> int | None:
    """Wexner (Cleveland Clinic) incontinence score, 0 to 20: the sum of five items of 0 to 4.

    None with a stoma or where an item is missing or out of 0 to 4.
    Source: Jorge and Wexner 1993 (Dis Colon Rectum 36:77).
    """
    known = [a for a in answers if a is not None and 0 <= a <= 4]
    return sum(known) if stoma != "Y" and len(answers) == len(known) == 5 else None
