"""The tipping points of quality of life set into tables. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis import joint_normal, mixed, rubin
from analysis import shifted as shifting
from analysis.closed_comparisons import Missing
from analysis.closed_endpoint_tables import NOT_ESTIMABLE
from analysis.closed_pro import AFTER, ARMS
from analysis.closed_pro_tables import MANY
from analysis.closed_tables import p_value
from analysis.closed_tipping import SETS, Imputed, TippingAt
from analysis.mixed import Contrast
from analysis.pro_scores import Measure
from analysis.pro_tables import limits, named
from analysis.rubin import Pooled
from analysis.shifted import LIMIT, Shifted, tips
from analysis.steps import Estimate
from analysis.table import Column, Table, Translate
from forms.text import _l

STEP = 10
GRID = tuple(range(-LIMIT, LIMIT + 1, STEP))
"""Shifts that are printed, in points for the better."""
WHO = _l(
    "Imputed: alive, the visit has fallen due, no score came; nobody after death. Shifted: every imputed score of one arm, in points for "
    "the better or the worse; what was seen stays."
)
TIPS = _l(
    "Tips: the least whole number of points at which the 95 % limits say something else than without a shift (WW above TME, below, or no "
    "difference shown); looked for as far as {points} points."
)
SENSITIVITY = _l("A sensitivity analysis; the main analysis is the mixed model. WW less TME.")

Found = Mapping[Measure, Sequence[TippingAt]]


def tipping_table(found: Found, denominator: str, tr: Translate) -> Table:
    """Scores as headings, visits under them: how many are imputed, the difference without a shift, and where it tips."""
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for measure, visits in found.items():
        rows.append((named(measure, tr), *[""] * 7))
        for each in visits:
            under.add(len(rows))
            rows.append((each.event, *_counted(each, tr), _main(each.main, tr), *_tipped(each, tr)))
    heads = [tr(_l("Score and visit"))]
    heads += [tr(_l("{arm}: imputed of n (their mean)")).format(arm=arm) for arm in ARMS]
    heads += [tr(_l("Main analysis (95 % CI)")), tr(_l("Imputed, not shifted (95 % CI)")), tr(_l("p"))]
    heads += [tr(_l("Tips when {arm} is shifted by")).format(arm=arm) for arm in ARMS]
    columns = (Column(heads[0]), *(Column(head, numeric=True) for head in heads[1:]))
    title = tr(_l("Tipping points of the difference between the arms"))
    notes = (tr(SENSITIVITY), tr(TIPS).format(points=LIMIT), *notes_of(tr), tr(mixed.DEFINITION), tr(MANY))
    return Table("pro-tipping-arm", title, columns, tuple(rows), denominator, notes, frozenset(under))


def notes_of(tr: Translate) -> tuple[str, ...]:
    """How scores are imputed and compared, under every table of this subject."""
    return (
        tr(WHO),
        tr(joint_normal.DEFINITION).format(m=SETS),
        tr(shifting.DEFINITION),
        tr(rubin.DEFINITION),
    )


def _counted(each: TippingAt, tr: Translate) -> tuple[str, ...]:
    return tuple(_imputed(each.arms[arm], tr) if arm in each.arms else "" for arm in ARMS)


def _imputed(found: Imputed, tr: Translate) -> str:
    said = tr(_l("{missing} of {n}")).format(missing=found.missing, n=found.n)
    return said if found.mean is None else f"{said} ({found.mean:.1f})"


def _main(found: Contrast | Missing, tr: Translate) -> str:
    if isinstance(found, Missing):
        return tr(NOT_ESTIMABLE).format(why=found.problem)
    return limits(Estimate(found.estimate, found.lower, found.upper))


def _tipped(each: TippingAt, tr: Translate) -> tuple[str, ...]:
    if isinstance(each.shifts, Missing):
        return tr(NOT_ESTIMABLE).format(why=each.shifts.problem), "", "", ""
    plain = each.shifts[ARMS[0]].at(0)
    return pooled_limits(plain), p_value(plain.p), *(tip_words(each.shifts[arm], each.arms[arm], tr) for arm in ARMS)


def pooled_limits(found: Pooled) -> str:
    """The difference with its limits."""
    return limits(Estimate(found.estimate, found.lower, found.upper))


def tip_words(found: Shifted, imputed: Imputed, tr: Translate) -> str:
    """Where the conclusion tips on either side."""
    if not imputed.missing:
        return tr(_l("none imputed"))
    where = [at for at in (tips(found, -1), tips(found, 1)) if at is not None]
    return "; ".join(moved(at, tr) for at in where) or tr(_l("not within {points}")).format(points=LIMIT)


def moved(points: int, tr: Translate) -> str:
    """A shift in words."""
    if not points:
        return tr(_l("not shifted"))
    return tr(_l("worse by {points}") if points < 0 else _l("better by {points}")).format(points=abs(points))


def grid_table(found: Found, arm: str, denominator: str, tr: Translate) -> Table:
    """Scores as headings, shifts of one arm under them: the difference with its limits at each visit."""
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for measure, visits in found.items():
        rows.append((named(measure, tr), *(_why(each, tr) for each in visits)))
        for points in GRID if any(not isinstance(each.shifts, Missing) for each in visits) else ():
            under.add(len(rows))
            rows.append((moved(points, tr), *(_shifted(each, arm, points) for each in visits)))
    title = tr(_l("Difference between the arms when imputed scores of {arm} are shifted")).format(arm=arm)
    visit = tr(_l("{visit}: difference (95 % CI)"))
    columns = (
        Column(tr(_l("Score and shift"))),
        *(Column(visit.format(visit=event), numeric=True) for event in AFTER),
    )
    notes = (tr(SENSITIVITY), *notes_of(tr))
    return Table(f"pro-tipping-{arm.lower()}", title, columns, tuple(rows), denominator, notes, frozenset(under))


def _why(each: TippingAt, tr: Translate) -> str:
    return tr(NOT_ESTIMABLE).format(why=each.shifts.problem) if isinstance(each.shifts, Missing) else ""


def _shifted(each: TippingAt, arm: str, points: int) -> str:
    return "" if isinstance(each.shifts, Missing) else pooled_limits(each.shifts[arm].at(points))
