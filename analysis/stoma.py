"""Whether a stoma is permanent, by the same definition as STO.STOPERM on the form."""

from analysis.course_row import CourseRow, Stoma
from analysis.cut import last_alive
from forms.derivations.course import permanent_stoma

_ANSWER: dict[str | None, bool] = {"Y": True, "N": False}


def permanent(stoma: Stoma, row: CourseRow) -> bool | None:
    """True, False, or None while the 18 months have not been lived through. `row` must have been cut.

    The participant's last date known alive stands for today: nobody can say that a stoma stayed open after it.
    """
    return _ANSWER.get(permanent_stoma(stoma.intended, stoma.formed_on, stoma.closed_on, last_alive(row)))
