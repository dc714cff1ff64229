"""Studies of other systems, read from ODM 1.3.2, as our own forms, answers and rules.

`read_study` and `read_subjects` turn files into plain values, `forms_of` a study into form definitions, `load` a subject
into a record, and `check` says which of the study's own rules its data break. `read` takes a study of any size in whole, with
audit trail and everything that has no place here beside it; `write` gives it back as ODM. Source: CDISC ODM 1.3.2, 2013.
"""

from forms.odm13.definitions import Forms, forms_of
from forms.odm13.expressions import ExpressionProblem, parse
from forms.odm13.loading import Loaded, load
from forms.odm13.metadata import Study, read_study
from forms.odm13.reading import read
from forms.odm13.subjects import Subject, read_subjects
from forms.odm13.violations import Violation, check, count_by_kind
from forms.odm13.writing import write
from forms.odm13.xml import OdmProblem

__all__ = [
    "ExpressionProblem",
    "Forms",
    "Loaded",
    "OdmProblem",
    "Study",
    "Subject",
    "Violation",
    "check",
    "count_by_kind",
    "forms_of",
    "load",
    "parse",
    "read",
    "read_study",
    "read_subjects",
    "write",
]
