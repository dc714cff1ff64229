"""What is told of participants in the baseline table: declared variables, read from the forms with the forms' own words.

"Unknown", "not assessable" and a value beyond what an assay can tell count as missing. Nothing here is later than the decision,
so nothing depends on the arm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.course_row import CourseRow
from analysis.courses import course_row
from analysis.cut import at_the_cut
from forms.catalogue import definitions
from forms.dates import completed_years
from forms.decoded import options
from forms.laboratory import TESTS, to_si
from forms.language import Item
from forms.record import Record
from forms.text import _l
from trial.course import in_course_order
from trial.store.extract import Extract, Extracted

NUMBER, CODE = "number", "code"
Read = Callable[[Record, CourseRow], Any]


@dataclass(frozen=True)
class Variable:
    """One line of the table. `codes`: code to words in the order of the form, for a CODE; `unit` and `places` for a NUMBER."""

    id: str
    text: str
    kind: str
    read: Read
    unit: str = ""
    places: int = 1
    codes: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Person:
    """One participant: the course, already cut, and a value a variable; None: not known."""

    course: CourseRow
    values: Mapping[str, float | str | None]


def _item(key: str) -> Variable:
    """A variable that is an item, with the label, unit and answers of the version in use."""
    item = Record((), definitions()).definition_of(key)
    codes = _answers(item)
    return Variable(
        key,
        item.label,
        CODE if codes else NUMBER,
        lambda record, course: record.value(key),
        item.unit,
        item.places or 0,
        codes,
    )


def _answers(item: Item) -> dict[str, str] | None:
    """The answers that tell something."""
    unknown = item.codes.unknown_codes if item.codes else frozenset()
    return {code: words for code, words in options(item) if code not in unknown} or None


def _age(record: Record, course: CourseRow) -> float | None:
    """Completed years at consent; the middle of what it can be where the birth date is partial."""
    born = record.value("DM.BRTHDAT")
    if born is None or course.consent_on is None:
        return None
    return sum(completed_years(born, course.consent_on)) / 2


def _cea(record: Record, course: CourseRow) -> Decimal | None:
    """The last one of screening, in the SI unit; none where it is only known to lie beyond a limit."""
    for crf in reversed([c for c in record.all("LB") if c.event == "SCR"]):
        for row in reversed(record.rows(crf, "R")):
            value = to_si("CEA", row.item("LB.LBORRES"), row.item("LB.LBORRESU"))
            if row.item("LB.LBTEST") == "CEA" and value is not None:
                return value if row.item("LB.LBOPER") in (None, "=") else None
    return None


def _response(record: Record, course: CourseRow) -> Any:
    """Of the last restaging, once there was one by the cut."""
    return record.value("RST.RESP") if course.restaged_on else None


def variables() -> tuple[Variable, ...]:
    """The table's variables in order."""
    response = _item("RST.RESP")
    return (
        Variable("AGE", _l("Age at consent"), NUMBER, _age, _l("years")),
        *map(_item, ("DM.SEX", "DM.ECOG", "DM.BMI", "DM.SMOKE", "PATH.HISTO", "PATH.GRADE")),
        *map(_item, ("MRI0.DISTAV", "MRI0.LENGTH", "MRI0.CTCAT", "MRI0.CNCAT", "MRI0.STAGE", "MRI0.MRF", "MRI0.EMVI", "MRI0.LPLN")),
        Variable("CEA", _l("Carcinoembryonic antigen at screening"), NUMBER, _cea, TESTS["CEA"].si),
        *map(_item, ("MOL.MMR", "PLAN.REGIMEN")),
        Variable(response.id, _l("Clinical response at the last restaging"), CODE, _response, codes=response.codes),
    )  # fmt: skip


def people(extract: Extract) -> tuple[Person, ...]:
    """Everybody who was enrolled by the cut, in the order of the extract."""
    told = variables()
    made = (_person(row, extract, told) for row in extract.rows)
    return tuple(person for person in made if person.course.eligible_on is not None)


def _person(row: Extracted, extract: Extract, told: tuple[Variable, ...]) -> Person:
    course = at_the_cut(course_row(row, extract.cut_on))
    record = Record(in_course_order(row.crfs), row.record().definitions)
    return Person(course, {each.id: _value(each, each.read(record, course)) for each in told})


def _value(variable: Variable, found: Any) -> float | str | None:
    if found is None:
        return None
    if variable.kind == NUMBER:
        return float(found)
    return str(found) if variable.codes and found in variable.codes else None
