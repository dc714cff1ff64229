"""The baseline table in the manner of TableOne: groups side by side, standardised differences where two are compared, no p-values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.baseline import Categories, Numbers, categories, difference_of_means, difference_of_shares, numbers
from analysis.baseline_items import NUMBER, Person, Variable
from analysis.table import DASH, Column, Table, Translate, share
from forms.text import _l

NOTES = (
    _l("Quartiles in brackets beside the median; shares are of those who are known."),
    _l("Missing: left blank, not done, unknown or not assessable."),
)
SMD_NOTES = (
    _l(
        "SMD: standardised difference, first column against second; a mean: Austin 2009, with its sign; categories: Yang and Dalton "
        "2012, without one. {dash}: not estimable, as where neither group varies."
    ),
    _l("No p-values: where arms were drawn by lot, a test of their baseline tests the lot (CONSORT 2025)."),
)


@dataclass(frozen=True)
class Group:
    """A column of the table."""

    label: str
    people: tuple[Person, ...]


def baseline_table(
    told: Sequence[Variable],
    groups: Sequence[Group],
    *,
    identity: str,
    title: str,
    denominator: str,
    compare: bool = False,
    tr: Translate = str,
) -> Table:
    """One block a variable. `compare`: with the standardised difference of the first two groups in the last column."""
    rows: list[tuple[str, ...]] = []
    inner: set[int] = set()
    for variable in told:
        head, *under = _block(variable, groups, compare, tr)
        rows.append(head)
        inner |= set(range(len(rows), len(rows) + len(under)))
        rows += under
    columns = [
        Column(tr(_l("{group} (n = {n})")).format(group=tr(g.label), n=len(g.people)), numeric=True) for g in groups
    ]
    notes = [tr(note).format(dash=DASH) for note in (*NOTES, *(SMD_NOTES if compare else ()))]
    return Table(
        identity,
        title,
        (Column(tr(_l("Characteristic"))), *columns, *([Column("SMD", numeric=True)] if compare else [])),
        tuple(rows),
        denominator,
        tuple(notes),
        frozenset(inner),
    )


def _block(variable: Variable, groups: Sequence[Group], compare: bool, tr: Translate) -> Iterator[tuple[str, ...]]:
    """The variable with its difference, then its lines."""
    values = [[person.values[variable.id] for person in group.people] for group in groups]
    unit = f", {tr(variable.unit)}" if variable.unit else ""
    if variable.kind == NUMBER:
        known = [[None if v is None else float(v) for v in column] for column in values]
        found = [numbers(column) for column in known]
        moved = difference_of_means(known[0], known[1]) if compare else None
        lines = list(_number_lines(variable, found, tr))
    else:
        counted = [
            categories([None if v is None else str(v) for v in column], tuple(variable.codes or ()))
            for column in values
        ]
        moved = difference_of_shares(counted[0], counted[1]) if compare else None
        lines = list(_code_lines(variable, counted, tr))
    last = [""] if compare else []
    yield (tr(variable.text) + unit, *([""] * len(groups)), *([smd(moved)] if compare else []))
    for line in lines:
        yield (*line, *last)


def _number_lines(variable: Variable, found: Sequence[Numbers], tr: Translate) -> Iterator[tuple[str, ...]]:
    p = variable.places
    yield tr(_l("mean (SD)")), *(_pair(each.mean, each.sd, p) for each in found)
    yield tr(_l("median (quartiles)")), *(_quartiles(each, p) for each in found)
    yield _missing([each.missing for each in found], [each.n for each in found], tr)


def _code_lines(variable: Variable, found: Sequence[Categories], tr: Translate) -> Iterator[tuple[str, ...]]:
    for place, (_code, words) in enumerate((variable.codes or {}).items()):
        if any(each.counts[place][1] for each in found):
            yield tr(words), *(share(each.counts[place][1], each.n) for each in found)
    yield _missing([each.missing for each in found], [each.n for each in found], tr)


def _missing(missing: Sequence[int], known: Sequence[int], tr: Translate) -> tuple[str, ...]:
    return tr(_l("missing")), *(share(m, m + n) for m, n in zip(missing, known, strict=True))


def _pair(mean: float | None, sd: float | None, places: int) -> str:
    if mean is None:
        return DASH
    return f"{mean:.{places}f} ({DASH if sd is None else f'{sd:.{places}f}'})"


def _quartiles(found: Numbers, places: int) -> str:
    if found.median is None:
        return DASH
    return f"{found.median:.{places}f} ({found.lower:.{places}f}–{found.upper:.{places}f})"


def smd(value: float | None) -> str:
    """Two decimals and a true minus; never minus nothing."""
    if value is None:
        return DASH
    shown = f"{value:.2f}"
    return "0.00" if float(shown) == 0 else shown.replace("-", "−")
