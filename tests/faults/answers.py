"""Any answers a form version can hold, from its definition alone: what can be typed into it and read back."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from forms.answers import MISSING_REASONS, Answers, FileRef, NotDone, Row
from forms.dates import PartialDate
from forms.language import FormDef, Item
from forms.reading import _REVERSING

LETTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="".join(_REVERSING))
WORDS = st.text(LETTERS, min_size=1, max_size=40).map(lambda t: unicodedata.normalize("NFC", t).strip()).filter(bool)
DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FILES = st.builds(
    FileRef,
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.sampled_from(["a.csv", "影像.zip", "x y.png"]),
    st.integers(1, 2**40),
)


def partial(day: date, known: int) -> PartialDate:
    """A date of which the first `known` of year, month and day are known."""
    return PartialDate(day.year, day.month if known > 1 else None, day.day if known > 2 else None)


def value(item: Item) -> st.SearchStrategy:
    """Any answer of one item."""
    match item.kind:
        case "yn":
            return st.sampled_from("YN")
        case "int":
            return st.integers(-(10**9), 10**9)
        case "decimal":
            places = 4 if item.places is None else item.places
            return st.integers(0, places).flatmap(lambda n: st.decimals(-(10**6), 10**6, places=n))
        case "date":
            return DAYS
        case "pdate":
            return st.builds(partial, DAYS, st.integers(1, 3))
        case "datetime":
            naive = st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31))
            return naive.map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
        case "file":
            return FILES
        case "link":
            return st.integers(1, 99).map(lambda n: f"{item.target}/ANY/{n}")
        case "multi":
            return _several(item)
    return st.sampled_from(item.codes.values) if item.codes else WORDS


def _several(item: Item) -> st.SearchStrategy:
    if item.codes is None:
        return st.sets(WORDS, min_size=1, max_size=3).map(lambda chosen: tuple(sorted(chosen)))
    others = [c for c in item.codes.values if c != item.exclusive]
    some = st.sets(st.sampled_from(others), min_size=1).map(lambda s: tuple(c for c in others if c in s))
    return some | st.just((item.exclusive,)) if item.exclusive else some


@st.composite
def filled(draw, items: tuple[Item, ...]) -> tuple[dict, dict]:
    """Some of the items answered, some with a reason code, the others blank."""
    answers, missing = {}, {}
    for item in items:
        match draw(st.sampled_from(["answered", "answered", "missing", "blank"])):
            case "answered":
                answers[item.oid] = draw(value(item))
            case "missing":
                missing[item.oid] = draw(st.sampled_from(MISSING_REASONS))
    return answers, missing


@st.composite
def answers_of(draw, form: FormDef) -> Answers:
    """Any answers a form version can hold."""
    items, missing = draw(filled(tuple(i for i in form.items if i.stored)))
    groups = {}
    for group in form.groups:
        own = tuple(i for i in group.items if i.stored)
        rows = draw(st.lists(filled(own).filter(any), max_size=3))
        if rows:
            groups[group.oid] = tuple(Row(f"row-{n}", *row) for n, row in enumerate(rows))
    off = draw(st.none() | st.builds(NotDone, WORDS, st.none() | DAYS))
    confirmed = {c.id: draw(WORDS) for c in form.checks if c.level == "soft" and draw(st.booleans())}
    return Answers(items, missing, groups, off, confirmed)
