"""Frames a statistician expects, made from courses: one row per participant and endpoint, nothing stored twice.

Column names follow ADaM (ADTTE 1.0): PARAMCD, STARTDT, ADT, AVAL in days, CNSR 0 for the event and 1 for a censored
time; competing events carry CNSR 2, and EVNTDESC names the component.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analysis.course_row import CourseRow, Operation, Regrowth, SecondPrimary, Stoma
from analysis.endpoints import CNSR, derive_all
from analysis.estimands import Estimand

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CourseRow", "Operation", "Regrowth", "SecondPrimary", "Stoma", "adtte"]

ADTTE_COLUMNS = (
    "USUBJID",
    "SITEID",
    "PARAMCD",
    "PARAM",
    "ORIGIN",
    "STARTDT",
    "ADT",
    "AVAL",
    "CNSR",
    "EVNTDESC",
    "NOTES",
)


def adtte(rows: Iterable[CourseRow], estimands: Iterable[Estimand]) -> "pd.DataFrame":
    """Frame by estimand, then days, then participant; columns `ADTTE_COLUMNS`, dates as ISO text. No arm, ever."""
    import pandas as pd

    courses = tuple(rows)
    made = [
        (
            t.participant,
            t.site,
            estimand.id,
            estimand.title,
            estimand.origin.id,
            t.origin_on.isoformat(),
            t.ended_on.isoformat(),
            t.days,
            CNSR[t.status],
            t.what or "CENSORED",
            "; ".join((*t.unresolved, *t.adjusted)),
        )
        for estimand in estimands
        for t in derive_all(courses, estimand).rows
    ]
    return pd.DataFrame(made, columns=list(ADTTE_COLUMNS))
