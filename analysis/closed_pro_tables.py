"""Quality of life by arm set into tables. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis import differences, mixed, pro_profile
from analysis.closed_comparisons import Missing
from analysis.closed_endpoint_tables import NOT_ESTIMABLE
from analysis.closed_pro import AFTER, ARMS, BASELINE, ByArm, Responders
from analysis.closed_tables import p_value
from analysis.differences import ProportionDifference
from analysis.gray import GrayTest
from analysis.mixed import Contrast
from analysis.pro_scores import Measure
from analysis.pro_tables import TOO_FEW, important_notes, limits, named, scoring_notes
from analysis.steps import Estimate
from analysis.table import DASH, Column, Table, Translate, share
from forms.text import _l

MANY = _l("The p values are not corrected for their number: they describe, and prove no effect.")
ROUTED = _l(
    "A score that only people with or without a stoma have compares those; a stoma may follow from the arm, so that "
    "the difference is no effect of it."
)
SINCE = _l("Change since {visit}, the last visit before randomisation. WW less TME.")


def change_table(identity: str, title: str, found: Sequence[ByArm], denominator: str, tr: Translate) -> Table:
    """Scores as headings, visits under them: number and mean change of each arm, difference with limits, p."""
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for each in found:
        rows.append((named(each.measure, tr), *[""] * 6))
        for event in AFTER:
            under.add(len(rows))
            rows.append((event, *_changes(each, event), *_difference(each.differences[event], tr)))
    heads = [tr(_l("Score and visit"))]
    for arm in ARMS:
        heads += [f"{arm}: n", tr(_l("{arm}: mean change (95 % CI)")).format(arm=arm)]
    heads += [tr(_l("Difference (95 % CI)")), tr(_l("p"))]
    notes = [tr(SINCE).format(visit=BASELINE), tr(mixed.DEFINITION), tr(pro_profile.DEFINITION), tr(MANY)]
    notes += scoring_notes([each.measure for each in found], tr)
    if alike := ", ".join(named(each.measure, tr) for each in found if each.singular):
        notes.append(tr(mixed.SINGULAR).format(scores=alike))
    notes += [tr(ROUTED)] * any(each.measure.stoma is not None for each in found)
    notes.append(tr(TOO_FEW).format(dash=DASH))
    columns = (Column(heads[0]), *(Column(h, numeric=True) for h in heads[1:]))
    return Table(identity, title, columns, tuple(rows), denominator, tuple(notes), frozenset(under))


def _changes(each: ByArm, event: str) -> list[str]:
    at = {arm: next(v for v in course if v.event == event) for arm, course in each.courses.items()}
    return [cell for arm in ARMS for cell in (str(at[arm].changed), limits(at[arm].change))]


def _difference(found: Contrast | Missing, tr: Translate) -> tuple[str, str]:
    if isinstance(found, Missing):
        return tr(NOT_ESTIMABLE).format(why=found.problem), ""
    return limits(Estimate(found.estimate, found.lower, found.upper)), p_value(found.p)


def responders_table(
    identity: str, title: str, found: Mapping[Measure, Sequence[Responders]], denominator: str, tr: Translate
) -> Table:
    """Scores as headings, visits under them: share in each arm, and the difference in percentage points."""
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for measure, visits in found.items():
        rows.append((named(measure, tr), *[""] * 3))
        for each in visits:
            under.add(len(rows))
            rows.append((each.event, *(_of(*each.counts[arm], tr) for arm in ARMS), _points(each.difference, tr)))
    heads = (*ARMS, tr(_l("Difference, percentage points (95 % CI)")))
    notes = (
        tr(SINCE).format(visit=BASELINE),
        tr(_l("Of those with a score at both visits.")),
        *important_notes(found, tr),
        tr(differences.DEFINITION),
    )
    columns = (Column(tr(_l("Score and visit"))), *(Column(h, numeric=True) for h in heads))
    return Table(identity, title, columns, tuple(rows), denominator, notes, frozenset(under))


def _of(events: int, n: int, tr: Translate) -> str:
    return tr(_l("{share} of {n}")).format(share=share(events, n), n=n)


def _points(found: ProportionDifference | Missing, tr: Translate) -> str:
    if isinstance(found, Missing):
        return tr(NOT_ESTIMABLE).format(why=found.problem)
    return limits(Estimate(100 * found.difference, 100 * found.lower, 100 * found.upper))


def gray_table(found: Mapping[Measure, GrayTest | Missing], denominator: str, tr: Translate) -> Table:
    """Gray's test of each score."""
    rows = tuple((tr(measure.label), *_tested(test, tr)) for measure, test in found.items())
    heads = (_l("Chi-squared (degrees of freedom)"), _l("Two-sided p"))
    columns = (Column(tr(_l("Score"))), *(Column(tr(h), numeric=True) for h in heads))
    notes = (tr(_l("Gray's test (Gray 1988) of the incidence of deterioration, death competing.")), tr(MANY))
    return Table(
        "pro-deterioration-gray", tr(_l("Deterioration: WW against TME")), columns, rows, denominator, notes
    )  # fmt: skip


def _tested(test: GrayTest | Missing, tr: Translate) -> tuple[str, str]:
    if isinstance(test, Missing):
        return tr(NOT_ESTIMABLE).format(why=test.problem), ""
    return f"{test.chi2:.2f} ({test.df})", p_value(test.p)
