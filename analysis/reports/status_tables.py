"""The tables of the pooled status report, for the page and for the print alike."""

from collections.abc import Callable, Sequence

from analysis.accrual import Accrual
from analysis.adverse_events import DEFINITION, AdverseEvents
from analysis.disposition import Disposition
from analysis.reports.status_data import PooledIncidence, PooledSurvival
from analysis.steps import Stepped, observed_at
from analysis.table import Column, Table, explained, months, percent, share
from forms.codelists.events import END_OF_STUDY
from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l

Translate = Callable[[str], str]

LANDMARK_YEARS = (1, 2, 3)
THERAPY_ONLY = _l("Relation to an operation or a study procedure would tell an arm and is in no line (PROTOCOL 10).")


def disposition_table(found: Disposition, tr: Translate = str) -> Table:
    """Each step with its share of the step it is a part of, then the reasons for ending the study."""
    titles = {step.id: step.text for step in found.steps}
    rows = [(tr(step.text), str(step.n), _part(found, step.n, step.of, titles, tr)) for step in found.steps]
    ended = [(_reason(code, tr), str(n), "") for code, n in found.left]
    return Table(
        "disposition",
        tr(_l("Disposition, all arms together")),
        (Column(tr(_l("Step"))), Column(tr(_l("Participants")), numeric=True), Column(tr(_l("Share")))),
        (*rows, *ended),
        tr(_l("Denominator: the step named in the last column.")),
        (tr(_l("Every enrolled participant stays in the denominator, whatever happens later.")),),
        frozenset(range(len(rows), len(rows) + len(ended))),
    )


def sites_table(found: Accrual, tr: Translate = str) -> Table:
    """Accrual by site, with the total."""
    rows = [(s.site, s.consented, s.enrolled, s.screen_failures, s.randomised) for s in found.sites]
    total = (tr(_l("All sites")), *(sum(int(row[i]) for row in rows) for i in range(1, 5)))
    headings = (_l("Consented"), _l("Enrolled"), _l("Screen failures"), _l("Randomised"))
    return Table(
        "sites",
        tr(_l("Accrual by site")),
        (Column(tr(_l("Site"))), *(Column(tr(text), numeric=True) for text in headings)),
        tuple(tuple(str(cell) for cell in row) for row in (*rows, total)),
        tr(_l("Enrolled: eligibility signed.")),
    )


def months_table(found: Accrual, tr: Translate = str) -> Table:
    """Accrual by month of the trial, cumulative numbers beside the plan."""
    rows = tuple(
        (
            m.starts_on.isoformat(),
            str(m.enrolled),
            str(m.all_enrolled),
            f"{m.planned_enrolled:.0f}",
            str(m.randomised),
            str(m.all_randomised),
            f"{m.planned_randomised:.0f}",
        )
        for m in found.months
    )
    headings = (_l("Enrolled"), _l("so far"), _l("planned"), _l("Randomised"), _l("so far"), _l("planned"))
    plan = tr(_l("Plan: {enrolled} enrolled and {randomised} randomised over {months} months from {day}, uniform."))
    return Table(
        "months",
        tr(_l("Accrual by month")),
        (Column(tr(_l("Month from"))), *(Column(tr(text), numeric=True) for text in headings)),
        rows,
        plan.format(
            enrolled=found.plan.enrolled,
            randomised=found.plan.randomised,
            months=found.plan.months,
            day=found.plan.opened_on.isoformat(),
        ),
        (tr(_l("The last month ends with the data cut.")),),
    )


def survival_table(found: PooledSurvival, tr: Translate = str, years: Sequence[int] = LANDMARK_YEARS) -> Table:
    """Rates at landmarks, median, follow-up."""
    curve = found.curve
    rows = [(years_words(y, tr), *landmark(curve, y * DAYS_PER_YEAR, tr)) for y in years]
    rows += [
        (tr(_l("Median, months")), months(curve.median, DAYS_PER_MONTH, tr), ""),
        (tr(_l("Median follow-up, months (reverse Kaplan-Meier)")), months(found.follow_up, DAYS_PER_MONTH, tr), ""),
    ]
    table = Table(
        found.estimand.id.lower(),
        tr(_l("{endpoint}: estimates")).format(endpoint=tr(found.estimand.title)),
        _estimate_columns(tr),
        tuple(rows),
        tr(_l("Participants: {n}; events: {events}.")).format(n=curve.n, events=curve.n_events),
    )
    return explained(table, tr)


def incidence_table(found: PooledIncidence, tr: Translate = str, years: Sequence[int] = LANDMARK_YEARS) -> Table:
    """Incidence of the event and of competing events at landmarks."""
    rows = []
    for year in years:
        t = year * DAYS_PER_YEAR
        rows.append((years_words(year, tr), *landmark(found.event, t, tr)))
        rows.append((tr(_l("competing event")), percent(observed_at(found.competing, t)), ""))
    rows.append(
        (tr(_l("Median follow-up, months (reverse Kaplan-Meier)")), months(found.follow_up, DAYS_PER_MONTH, tr), "")
    )
    counted = tr(_l("Participants: {n}; events: {events}; competing events: {competing}."))
    table = Table(
        found.estimand.id.lower(),
        tr(_l("{endpoint}: estimates")).format(endpoint=tr(found.estimand.title)),
        _estimate_columns(tr),
        tuple(rows),
        counted.format(n=found.event.n, events=found.event.n_events, competing=found.event.n_competing),
        indented=frozenset(range(1, 2 * len(years), 2)),
    )
    return explained(table, tr)


def kinds_table(found: PooledSurvival, tr: Translate = str) -> Table:
    """First events by the wider kind."""
    return Table(
        f"{found.estimand.id.lower()}-kinds",
        tr(_l("First events by kind")),
        (Column(tr(_l("Kind"))), Column(tr(_l("Participants")), numeric=True)),
        tuple((tr(kind), str(n)) for kind, n in found.kinds),
        tr(_l("Each participant once, at the first event.")),
        (tr(_l("Kinds are wide on purpose: a finer one could belong to one arm only.")),),
    )


def components_table(found: PooledIncidence, tr: Translate = str) -> Table:
    """First events by component, competing ones named as such."""
    kinds = len(found.estimand.events)
    rows = tuple(
        (tr(c.text), tr(_l("event")) if i < kinds else tr(_l("competing")), str(n))
        for i, (c, n) in enumerate(found.components)
    )
    return Table(
        f"{found.estimand.id.lower()}-components",
        tr(_l("First events by kind")),
        (Column(tr(_l("Kind"))), Column(tr(_l("Counts as"))), Column(tr(_l("Participants")), numeric=True)),
        rows,
        tr(_l("Each participant once, at the first event.")),
    )


def overview_table(found: AdverseEvents, tr: Translate = str) -> Table:
    """Participants with at least one event of each sort."""
    rows = tuple(
        (tr(line.text), share(line.participants, found.denominator), str(line.unknown)) for line in found.overview
    )
    return Table(
        "ae-overview",
        tr(_l("Adverse events: overview")),
        (
            Column(tr(_l("Participants with at least one"))),
            Column(_n_of(found, tr), numeric=True),
            Column(tr(_l("Cannot tell")), numeric=True),
        ),
        rows,
        _safety_set(found, tr),
        (tr(DEFINITION), tr(THERAPY_ONLY)),
    )


def terms_table(found: AdverseEvents, tr: Translate = str) -> Table:
    """Participants by class and term at the highest grade. Class and term stand in CTCAE's own English."""
    rows = tuple(
        (
            line.term or line.soc,
            share(line.any_grade, found.denominator),
            *(str(n) for n in line.by_grade),
            share(line.severe, found.denominator),
            str(line.grade_unknown),
        )
        for line in found.lines
    )
    grades = (Column(tr(_l("Grade {n}")).format(n=grade), numeric=True) for grade in range(1, 6))
    return Table(
        "ae-terms",
        tr(_l("Adverse events by class and term, at the highest grade")),
        (
            Column(tr(_l("Class and term (CTCAE 5.0)"))),
            Column(f"{tr(_l('Any grade'))}, {_n_of(found, tr)}", numeric=True),
            *grades,
            Column(f"{tr(_l('Grade 3 to 5'))}, {_n_of(found, tr)}", numeric=True),
            Column(tr(_l("Grade unknown")), numeric=True),
        ),
        rows,
        _safety_set(found, tr),
        (tr(DEFINITION),),
        frozenset(i for i, line in enumerate(found.lines) if line.term),
    )


def _n_of(found: AdverseEvents, tr: Translate) -> str:
    """A heading that says what the percentages are of."""
    return tr(_l("n\u00a0(%\u00a0of\u00a0{n})")).format(n=found.denominator)


def _safety_set(found: AdverseEvents, tr: Translate) -> str:
    text = tr(_l("Safety set: {n} participants with signed eligibility or begun therapy; {events} events."))
    return text.format(n=found.denominator, events=found.events)


def _estimate_columns(tr: Translate) -> tuple[Column, ...]:
    return (
        Column(tr(_l("At"))),
        Column(tr(_l("Estimate (95 % confidence interval)")), numeric=True),
        Column(tr(_l("At risk")), numeric=True),
    )


def landmark(curve: Stepped, t: float, tr: Translate = str) -> tuple[str, str]:
    """The estimate at t as a cell, and how many were at risk."""
    return percent(observed_at(curve, t)), str(curve.at_risk_at(t))


def years_words(years: int, tr: Translate) -> str:
    """The name of a landmark."""
    return tr(_l("{n} years")).format(n=years) if years != 1 else tr(_l("1 year"))


def _part(found: Disposition, n: int, of: str | None, titles: dict[str, str], tr: Translate) -> str:
    if of is None or not found[of]:
        return ""
    return tr(_l("{percent} % of: {step}")).format(percent=f"{100 * n / found[of]:.1f}", step=tr(titles[of]))


def _reason(code: str, tr: Translate) -> str:
    return tr(END_OF_STUDY.decode(code)) if code in END_OF_STUDY.values else tr(_l("reason unknown"))
