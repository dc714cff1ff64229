"""Regrowth between visits, and metastasis without and after a regrowth, as tables. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Sequence

from analysis import cox, incidence, landmark, survival, turnbull, weibull
from analysis.closed_between_visits import BetweenVisits, Free, between_visits
from analysis.closed_comparisons import Missing
from analysis.closed_endpoint_tables import ratio
from analysis.closed_metastasis import LATER, METASTASIS, FromLandmark, Metastasis, Spent, metastasis
from analysis.closed_tables import NOT_ESTIMABLE, difference
from analysis.courses import course_rows
from analysis.effects import Coefficient
from analysis.endpoints import CENSORED, EVENT
from analysis.estimands import REGROWTH
from analysis.incidence import Incidence
from analysis.output import Made, Output
from analysis.reports.status_tables import years_words
from analysis.reports.wording import estimand_lines, note_lines
from analysis.steps import observed_at
from analysis.table import DASH, Column, Table, Translate, explained, percent
from forms.dates import DAYS_PER_YEAR
from forms.text import _l
from trial.store.extract import Extract

TURNED = _l(
    "A regrowth later confirmed counts from its first suspicion; before that day there was none (Mantel and Byar 1974)."
)


def _metastasis(extract: Extract, tr: Translate) -> Made:
    found = metastasis(course_rows(extract))
    return Made((spent_table(found, tr), landmark_table(found, tr)))


def spent_table(found: Metastasis, tr: Translate) -> Table:
    """Years at risk and metastases without and after a regrowth, and the hazard ratio of the time-dependent covariate."""
    rows = (
        _pair(_l("Participants, ever"), [str(s.people) for s in found.spent], tr),
        _pair(_l("Years at risk"), [f"{s.years:.1f}" for s in found.spent], tr),
        _pair(_l("Metastases"), [str(s.events) for s in found.spent], tr),
        _pair(_l("Metastases per 100 years (95 % CI)"), [_rate(s, tr) for s in found.spent], tr),
        _pair(_l("Hazard ratio (95 % CI)"), ["1", _ratio(found.hazard, tr)], tr),
    )
    notes = (tr(TURNED), tr(cox.DEFINITION), *estimand_lines(METASTASIS, tr), *note_lines(found.notes, tr))
    return _table(
        "metastasis-by-regrowth", _l("Metastasis without and after a regrowth"), rows, found, tr
    ).with_footnotes(*notes)


def landmark_table(found: Metastasis, tr: Translate) -> Table:
    """From one year on, by whether a regrowth had come until then."""
    later = found.later
    if isinstance(later, Missing):
        rows: tuple[tuple[str, ...], ...] = ((tr(NOT_ESTIMABLE).format(why=later.problem), "", ""),)
    else:
        rows = tuple(_later(later, tr))
    title = _l("Metastasis from 1 year on, by regrowth until then")
    notes = [
        tr(_l("Who was free of metastasis, alive and seen after 1 year; time counts from it (Anderson et al. 1983)."))
    ]
    if not isinstance(later, Missing):
        notes += [tr(incidence.DEFINITION), tr(landmark.COMPETING)]
    return explained(_table("metastasis-from-landmark", title, rows, found, tr), tr).with_footnotes(*notes)


def _later(later: FromLandmark, tr: Translate) -> list[tuple[str, ...]]:
    groups: Sequence[Incidence] = later.groups
    return [
        _pair(_l("Participants"), [str(g.n) for g in groups], tr),
        _pair(_l("Metastases"), [str(g.n_events) for g in groups], tr),
        _pair(_l("Competing events"), [str(g.n_competing) for g in groups], tr),
        *(
            (_since(year, _l("Incidence {when} later (95 % CI)"), tr), *(percent(observed_at(g, year * DAYS_PER_YEAR)) for g in groups))
            for year in LATER
        ),
        *(
            (_since(year, _l("Difference {when} later, after less without (95 % CI)"), tr), "", difference(gap, tr))
            for year, gap in zip(LATER, later.differences, strict=True)
        ),
        _pair(_l("Hazard ratio (95 % CI)"), ["1", _ratio(later.hazard, tr)], tr),
    ]  # fmt: skip


def _since(year: int, text: str, tr: Translate) -> str:
    return tr(text).format(when=years_words(year, tr))


def _pair(text: str, cells: Sequence[str], tr: Translate) -> tuple[str, ...]:
    return (tr(text), *cells)


def _rate(spent: Spent, tr: Translate) -> str:
    found = spent.per_100
    if isinstance(found, Missing):
        return tr(NOT_ESTIMABLE).format(why=found.problem)
    upper = DASH if found.upper is None else f"{found.upper:.1f}"
    return f"{found.value:.1f} ({found.lower:.1f}–{upper})"


def _ratio(found: Coefficient | Missing, tr: Translate) -> str:
    return tr(NOT_ESTIMABLE).format(why=found.problem) if isinstance(found, Missing) else ratio(found)


def _table(identity: str, title: str, rows: tuple[tuple[str, ...], ...], found: Metastasis, tr: Translate) -> Table:
    heads = (_l("Without a regrowth"), _l("After a regrowth"))
    whom = tr(_l("All {n} watched, by allocation or by choice; without a day at risk: {k}.")).format(
        n=found.n, k=found.left_out
    )
    columns = (Column(tr(_l("Measure"))), *(Column(tr(head), numeric=True) for head in heads))
    return Table(identity, tr(title), columns, rows, whom)


def _between(extract: Extract, tr: Translate) -> Made:
    found = between_visits(course_rows(extract))
    return Made((known_table(found, tr), free_table(found, tr)), estimand=REGROWTH.id)


def known_table(found: BetweenVisits, tr: Translate) -> Table:
    """What is known of each, how wide the intervals are, and the hazard of regrowth."""
    counted = {status: sum(k.status == status for k in found.known) for status in (EVENT, CENSORED)}
    none = _ratio_or_reason(found, tr)
    rows = (
        (tr(_l("Regrowth, between two examinations")), str(counted[EVENT])),
        (tr(_l("Operation without regrowth, or death, on its day")), str(len(found.known) - sum(counted.values()))),
        (tr(_l("Neither so far")), str(counted[CENSORED])),
        (tr(_l("Days from the last clear examination to the first suspicion, median (range)")), _width(found, tr)),
        *none,
    )
    return Table(
        "regrowth-between-visits",
        tr(_l("Regrowth between examinations")),
        (Column(tr(_l("Measure"))), Column(tr(_l("Value")), numeric=True)),
        rows,
        tr(_l("All {n} watched, by allocation or by choice.")).format(n=len(found.known)),
        (
            tr(weibull.DEFINITION),
            tr(_l("Hazard of regrowth: an operation without it, or death, ends the time at risk.")),
            tr(_l("A clear examination: endoscopy and MRI both clear. Without one before, a regrowth may have come since the origin.")),
        ),
    )  # fmt: skip


def _ratio_or_reason(found: BetweenVisits, tr: Translate) -> tuple[tuple[str, str], ...]:
    shape, ways = (
        tr(_l("Weibull shape, above 1 a rising hazard (95 % CI)")),
        tr(_l("Hazard ratio, WW against WW-P, Weibull (95 % CI)")),
    )
    if isinstance(found.hazard, Missing):
        return ((shape, tr(NOT_ESTIMABLE).format(why=found.hazard.problem)),)
    s = found.hazard.shape
    return (shape, f"{s.value:.2f} ({s.lower:.2f}–{s.upper:.2f})"), (ways, _ratio(found.hazard.ratio, tr))


def _width(found: BetweenVisits, tr: Translate) -> str:
    if found.width is None:
        return tr(NOT_ESTIMABLE).format(why=tr(_l("no regrowth with a clear examination before")))
    return f"{found.width:g} ({found.widths[0]:g}–{found.widths[-1]:g})"


def free_table(found: BetweenVisits, tr: Translate) -> Table:
    """Free of regrowth, operation and death: as the examinations allow, and as dated."""
    heads = (_l("Between examinations, smallest to largest"), _l("Regrowth on its first suspicion (95 % CI)"))
    return explained(Table(
        "free-between-visits",
        tr(_l("Free of regrowth, of an operation without it, and alive")),
        (Column(tr(_l("At"))), *(Column(tr(head), numeric=True) for head in heads)),
        tuple((years_words(f.years, tr), _allowed(f), percent(f.dated)) for f in found.free),
        tr(_l("All {n} watched, by allocation or by choice.")).format(n=len(found.known)),
        (
            tr(turnbull.DEFINITION),
            tr(survival.DEFINITION),
            tr(_l("No incidence of regrowth: one less it would count those operated on without regrowth, and the dead, as regrown.")),
        ),
    ), tr)  # fmt: skip


def _allowed(found: Free) -> str:
    if found.between is None:
        return DASH
    low, high = (f"{100 * share:.1f}" for share in found.between)
    return f"{low} %" if low == high else f"{low}–{high} %"


OUTPUTS: Sequence[Output] = (
    Output("regrowth-between-visits", _l("Regrowth between examinations"), _between, "14.2.2.7"),
    Output("metastasis-by-regrowth", _l("Metastasis without and after a regrowth"), _metastasis, "14.2.7.3"),
)
