"""One form with an item of every kind, and expressions over it: what the server and the browser must agree on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from forms.answers import Crf
from forms.codelist import Code, Codelist
from forms.dates import PartialDate
from forms.document import read_document
from forms.language import Coded, Date, DateTime, Form, Group, Integer, Multi, Partial, Text, YesNo, rows_of
from forms.language import Decimal as DecimalItem
from forms.logic import (
    Expr,
    LogicError,
    age_at_least,
    any_of,
    collect,
    count,
    every,
    fact,
    first,
    greatest,
    if_,
    known,
    last,
    least,
    lift,
)
from forms.record import Record

COLOURS = Codelist("COLOURS", (Code("RED", "red"), Code("BLUE", "blue"), Code("NK", "not known", unknown=True)))


class ZZ(Form, title="Every kind", facts=("arm", "limit")):
    c1 = Coded("a code", COLOURS, required=False)
    y1 = YesNo("a yes", required=False)
    n1 = Integer("a number", required=False)
    n2 = DecimalItem("a decimal", places=3, required=False)
    d1 = Date("a date", required=False)
    p1 = Partial("a partial date", required=False)
    t1 = DateTime("an instant", required=False)
    m1 = Multi("several", COLOURS, required=False)
    x1 = Text("text", required=False)

    class G(Group):
        label = "rows"
        rn = DecimalItem("row number", places=3, required=False)
        rp = Partial("row date", required=False)


FORM = ZZ.definition
FACTS = {"arm": "WW", "limit": Decimal("12.5"), "today": date(2026, 3, 1), "now": datetime(2026, 3, 1, 12, tzinfo=UTC)}

days = st.dates(date(1960, 1, 1), date(2060, 12, 31))
near = st.dates(date(2026, 2, 26), date(2026, 3, 4))  # close together: the ties and edges are where answers differ
some_days = st.one_of(near, days)
iso = some_days.map(date.isoformat)
partial = st.one_of(iso, iso.map(lambda t: t[:7]), iso.map(lambda t: t[:4]), iso.map(lambda t: f"{t[:7]}-UN"))
decimals = st.one_of(
    st.sampled_from(["0", "0.1", "0.2", "0.3", "-1", "12.5", "12.50", "3"]),
    st.decimals(-10_000, 10_000, places=3, allow_nan=False).map(str),
)
instants = st.builds(
    lambda d, m: (datetime(d.year, d.month, d.day, tzinfo=UTC) + timedelta(minutes=m)).strftime("%Y-%m-%d %H:%M"),
    some_days,
    st.integers(0, 1439),
)
blank = st.just("")
codes = st.sampled_from(["RED", "BLUE", "NK"])


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Raw documents as a page would post them, blanks included."""
    items = {
        "c1": st.one_of(blank, codes), "y1": st.sampled_from(["", "Y", "N"]), "n1": st.one_of(blank, st.integers(-20, 20).map(str)),
        "n2": st.one_of(blank, decimals), "d1": st.one_of(blank, iso), "p1": st.one_of(blank, partial), "t1": st.one_of(blank, instants),
        "m1": st.lists(codes, max_size=3, unique=True), "x1": st.sampled_from(["", "RED", "é", "text"]),
    }  # fmt: skip
    row = st.fixed_dictionaries({"rn": st.one_of(blank, decimals), "rp": st.one_of(blank, partial)})
    rows = st.lists(row, max_size=3).map(
        lambda given: [{"id": f"r{n}", "items": r} for n, r in enumerate(given) if any(r.values())]
    )
    return st.builds(lambda i, g: {"items": i, "groups": {"G": g}}, st.fixed_dictionaries(items), rows)


def _numbers(inner: st.SearchStrategy[Expr], truths: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(lambda op, a, b: Expr(op, (a, b)), st.sampled_from(["add", "sub", "mul", "div"]), inner, inner),
        st.builds(lambda a: Expr("pow", (a, lift(2))), inner), st.builds(lambda a: Expr("abs", (a,)), inner),
        st.builds(if_, truths, inner, inner),
    )  # fmt: skip


RN, RP = FORM.item("rn"), FORM.item("rp")
NUMBERS = st.one_of(
    st.sampled_from([FORM.item("n1").expr(), FORM.item("n2").expr(), fact("limit"), last(rows_of(ZZ.G), RN),
                     first(rows_of(ZZ.G), RN), least(rows_of(ZZ.G), RN), greatest(rows_of(ZZ.G), RN),
                     count(rows_of(ZZ.G), RN > 1), Expr("size", (FORM.item("m1").expr(),)),
                     FORM.item("d1").days_after(FORM.item("p1")), FORM.item("t1").days_after(FORM.item("d1"))]),
    decimals.map(Decimal).map(lift),
)  # fmt: skip
DATES = st.one_of(
    st.sampled_from([FORM.item("d1").expr(), FORM.item("p1").expr(), FORM.item("t1").expr(), fact("today"), fact("now"),
                     least(rows_of(ZZ.G), RP), greatest(rows_of(ZZ.G), RP)]),
    some_days.map(lift),
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from([FORM.item("c1").expr(), FORM.item("c1").raw(), FORM.item("x1").expr(), fact("arm")]),
    codes.map(lift),
)
ORDER = st.sampled_from(["lt", "le", "gt", "ge", "eq", "ne"])


def _plain_truths() -> st.SearchStrategy[Expr]:
    anything = st.one_of(NUMBERS, DATES, TEXTS, st.just(FORM.item("m1").expr()))
    return st.one_of(
        st.builds(lambda op, a, b: Expr(op, (a, b)), ORDER, NUMBERS, NUMBERS),
        st.builds(lambda op, a, b: Expr(op, (a, b)), ORDER, DATES, DATES),
        st.builds(lambda op, a, b: Expr(op, (a, b)), st.sampled_from(["eq", "ne"]), TEXTS, TEXTS),
        st.builds(lambda a, c: Expr("in", (a, Expr("list", tuple(lift(x) for x in c)))), TEXTS, st.lists(codes, max_size=3)),
        st.builds(lambda c: FORM.item("m1").has(c), codes),
        st.builds(lambda a: a.present(), anything), st.builds(known, anything),
        st.builds(lambda b, o, y: age_at_least(b, o, y), DATES, DATES, st.integers(0, 60)),
        st.builds(lambda rule, d: rule(rows_of(ZZ.G), RP < d), st.sampled_from([any_of, every]), some_days),
        st.builds(lambda rule, n: rule(rows_of(ZZ.G), RN > FORM.item(n)), st.sampled_from([any_of, every]), st.sampled_from(["n1", "n2"])),
        st.sampled_from([lift(True), lift(False), lift(None)]),
    )  # fmt: skip


def truths() -> st.SearchStrategy[Expr]:
    """Expressions that are true, false or cannot tell."""
    return st.recursive(
        _plain_truths(),
        lambda inner: st.one_of(
            st.builds(lambda op, a, b: Expr(op, (a, b)), st.sampled_from(["and", "or"]), inner, inner),
            st.builds(lambda a: ~a, inner), st.builds(if_, inner, inner, inner),
        ),
        max_leaves=6,
    )  # fmt: skip


def expressions() -> st.SearchStrategy[Expr]:
    """Expressions of any type."""
    values = st.recursive(NUMBERS, lambda inner: _numbers(inner, _plain_truths()), max_leaves=4)
    return st.one_of(truths(), values, DATES, st.just(collect(rows_of(ZZ.G), RN)))


def crf(raw: dict[str, Any], form: Any = FORM, event: str = "SCR") -> Crf:
    """The document read by the server."""
    read = read_document(form, raw, lambda: "new")
    assert not read.findings, read.findings
    return Crf(form.oid, form.version, event, 1, 1, read.answers)


def server_value(expr: Expr, raw: dict[str, Any]) -> Any:
    """What Python makes of it, in the form the browser answers in; "LogicError" for a rule that makes no sense."""
    own = crf(raw)
    record = Record((own,), {("ZZ", 1): FORM}, FACTS)
    try:
        return as_plain(expr.value(record.scope(own)))
    except LogicError:
        return "LogicError"


def as_plain(value: Any) -> Any:
    """A value as `plain` in logic.js writes it; numbers stay Decimal, to be compared as numbers."""
    match value:
        case bool() | None | str():
            return value
        case int() | Decimal():
            return {"n": Decimal(value)}
        case datetime():
            return {"t": str((value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))}
        case date():
            return {"d": value.isoformat()}
        case PartialDate():
            return {"p": value.iso()}
    return [as_plain(v) for v in value]


def numbers_read(value: Any) -> Any:
    """The browser's answer with its numbers as Decimal."""
    if isinstance(value, list):
        return [numbers_read(v) for v in value]
    return {"n": Decimal(value["n"])} if isinstance(value, dict) and "n" in value else value
