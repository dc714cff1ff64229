"""A small invented form book: what the language itself is tested with, so that no protocol change can break these tests."""

from forms.answers import Answers, Crf, Row
from forms.codelist import Code, Codelist
from forms.language import (
    TODAY,
    Calculated,
    Coded,
    Date,
    DateTime,
    Decimal,
    Form,
    Group,
    Integer,
    Link,
    Multi,
    Partial,
    Text,
    Upload,
    YesNo,
    above,
    hard,
    linked,
    rows_of,
    same_event,
    soft,
)
from forms.logic import FUNCTIONS, any_of, call, derivation, fact, last
from forms.record import Record

LOOK = Codelist("LOOK", (Code("CLEAR", "clear"), Code("TUMOUR", "tumour"), Code("ND", "not done", unknown=True)))
SITES = Codelist("SITES", (Code("NONE", "none"), Code("LIVER", "liver"), Code("LUNG", "lung")))

if "invented_double" not in FUNCTIONS:

    @derivation("invented_double")
    def double(value: int) -> int:
        """Twice the value."""
        return 2 * value


class BASE(Form, title="Baseline", facts=("arm",)):
    """Items of every kind."""

    BORN = Partial("Born", hard=(None, TODAY))
    SEEN = Date("Seen", hard=(None, TODAY))
    DIST = Decimal("Distance", unit="mm", places=1, hard=(0, 250), soft=(20, 150))
    COUNT = Integer("Count", hard=(0, 40), required=False)
    LOOKED = Coded("Look", LOOK)
    WHERE = Multi("Where", SITES, exclusive="NONE", ask_if=LOOKED == "TUMOUR")
    NOTE = Text("Note", ask_if=LOOKED != "ND", required=False)
    SURE = YesNo("Sure", required=False, ask_if=fact("arm") == "A")
    AT = DateTime("At", required=False)
    SCAN = Upload("Scan", "image", required=False)
    SAME = Link("Event", "EVT", required=False)
    TWICE = Calculated("Twice", call("invented_double", COUNT))

    class R(Group):
        """Rows."""

        label = "Rows"
        ask_if = None
        WHAT = Text("What")
        WHEN = Date("When", required=False)

    checks = (
        hard("B-1", ~((LOOKED == "CLEAR") & (DIST > 200)), "Clear at {BASE.DIST} mm cannot be.", on=(DIST, LOOKED)),
        soft("B-2", R.WHEN >= SEEN, "Before the visit.", on=R.WHEN, group=R, deviation=("ASSESSMENT", "MINOR")),
    )


class EVT(Form, title="Event", repeats=True):
    """Repeats; reads the other form."""

    ON = Date("On", hard=(above(BASE.SEEN), None))
    FIRST = Calculated("The look at baseline", last(same_event(BASE), BASE.LOOKED))
    LINKED = Calculated("Date there", last(linked(BASE.SAME), ON))
    ROWS = Calculated("Any liver row", any_of(rows_of(BASE.R), BASE.R.WHAT == "liver"))


DEFINITIONS = {(f.definition.oid, f.definition.version): f.definition for f in (BASE, EVT)}


def crf(form: str = "BASE", event: str = "SCR", occurrence: int = 1, answers: Answers | None = None, **items) -> Crf:
    """One instance of the invented book."""
    return Crf(form, 1, event, occurrence, 1, answers or Answers(items))


def record(*crfs: Crf, **facts) -> Record:
    """A record of the invented book."""
    return Record(tuple(crfs), DEFINITIONS, facts)


def rows(*named: tuple[str, dict]) -> tuple[Row, ...]:
    """Rows of the group R."""
    return tuple(Row(name, items) for name, items in named)
