"""A study of another system, small, with one of each thing that our forms, answers and reports can hold."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

from forms.answers import Answers, Crf, NotDone, Row
from forms.codelist import Code, Codelist
from forms.dates import PartialDate
from forms.foreign import Aside, ForeignStudy, ForeignSubject, Loss, SourceAudit
from forms.language import Bound, Check, FormDef, GroupDef, Item, Range
from forms.logic import Expr, lift
from trial.actions.foreign import Source

SEX = Codelist("SEX", (Code("M", "male"), Code("F", "female"), Code("U", "unknown", unknown=True)), "theirs")


def _item(kind: str, oid: str, **more: object) -> Item:
    return Item(kind, more.pop("label", oid.title()), oid=oid, form="BASE", **{"required": False} | more)  # type: ignore[arg-type]


AGE = _item("int", "AGE", hard=Range(Bound(lift(18)), Bound(lift(120), exclusive=True)), required=True)
SEX_ITEM = _item("code", "SEX", codes=SEX, required=True)
LAB = _item("decimal", "LAB", unit="g/L", soft=Range(Bound(lift(1)), None), group="LABS")
PREGNANT = _item("yn", "PREG", ask_if=Expr("eq", (SEX_ITEM.expr(), lift("F"))), label="")
TWICE = _item("calc", "TWICE", derive=Expr("mul", (AGE.expr(), lift(2))))
BASE = FormDef(
    "BASE",
    1,
    "",
    items=(AGE, SEX_ITEM, PREGNANT, _item("pdate", "SINCE"), _item("datetime", "SEEN"), _item("multi", "MANY", codes=SEX),
           _item("date", "DAY"), TWICE),
    groups=(GroupDef("LABS", "Laboratory", (LAB,)),),
    checks=(Check("B-1", "soft", Expr("ne", (AGE.expr(), lift(77))), "Seventy-seven?", (AGE,)),),
)  # fmt: skip

ADA = ForeignSubject(
    "A-1",
    (
        Crf(
            "BASE", 1, "V1", 1, 1,
            Answers(
                {"AGE": 44, "SEX": "F", "PREG": "N", "SINCE": PartialDate.parse("2020-03"), "MANY": ("M", "F"),
                 "SEEN": datetime(2020, 3, 1, 12, 30, tzinfo=UTC), "DAY": date(2020, 2, 29)},
                missing={"TWICE": "NA"},
                groups={"LABS": (Row("1", {"LAB": Decimal("70.50")}), Row("7", {"LAB": Decimal("0.5")}))},
            ),
        ),
        Crf("BASE", 1, "V2-3", 2, 1, Answers(not_done=NotDone("did not come", date(2021, 1, 1)))),
    ),
    audit=(
        SourceAudit("BASE", "V1", 1, "AGE", "u.1", "Basel", "2020-03-01T13:00:00+01:00", "Insert", "44", None, "phone"),
        SourceAudit("", "", 0, "", "u.2", "-", "2020-03-02T13:00:00Z", reason="moved in"),
    ),
    asides=(Aside("BASE/V1/1", "Annotation", "<Annotation SeqNum='1'>早上</Annotation>"),),
)  # fmt: skip
BOB = ForeignSubject(
    "B-2",
    (Crf("BASE", 1, "V1", 1, 1, Answers({"AGE": 77, "SEX": "X"})),),
    {("BASE/V1/1", "DAY"): "30 February", ("BASE/V1/1", "LABS/2/LAB"): "high"},
)
CAT = ForeignSubject("C-3", (Crf("BASE", 1, "V1", 1, 1, Answers({"AGE": 17, "SEX": "M", "PREG": "Y"})),))

OTHER = ForeignStudy(
    "odm",
    "Other",
    {("BASE", 1): BASE},
    (ADA, BOB, CAT),
    (Aside("", "Study", "<Study/>"),),
    (Loss("BASE.TWICE", "calculation", "“%(item)s” is calculated by us.", {"item": "TWICE"}, 3),),
)
COUNTS = {
    "subjects": 3,
    "forms": 4,
    "values": 14,
    "unreadable": 2,
    "audit": 2,
    "problem": 3,
    "hard": 1,
    "soft": 3,
    "missing": 0,
}


def files_of(*contents: bytes) -> tuple[Source, ...]:
    return tuple(Source(f"part-{n}.xml", io.BytesIO(content)) for n, content in enumerate(contents, 1))
