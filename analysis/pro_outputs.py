"""Quality of life of everybody together: completion first, then scores, deterioration, and bowel function as counts.

What PROTOCOL 10 hides (LARS, Wexner, the stoma items of the QLQ-CR29) stands here as pooled counts and nothing else, and each count is of
hidden answers alone or of open ones alone: what joined the two, person by person, could tell arms. No reason in free words is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.course_row import CourseRow
from analysis.courses import course_rows
from analysis.death import RULE
from analysis.endpoints import derive_all
from analysis.estimands import Origin
from analysis.incidence import DEFINITION, Incidence, aalen_johansen
from analysis.output import Made, Output
from analysis.plots import Line, curves
from analysis.pro_answers import ITEMS_MISSING, STOMA, Questionnaire, Score, questionnaires, scores
from analysis.pro_completion import VISITS, completion, standings
from analysis.pro_deterioration import BASELINE_TEXT, cannot_worsen, deterioration
from analysis.pro_figures import Course, completion_figure, profile_figure
from analysis.pro_profile import profile, values
from analysis.pro_scores import C30, CR29, LARS, MEASURES, Measure, measures_of
from analysis.pro_tables import Timed, bowel_table, completion_table, deterioration_table, scores_table
from analysis.steps import observed_at
from analysis.table import Translate, percent_in_words
from forms.dates import DAYS_PER_MONTH
from forms.derivations.bowel_function import lars_category
from forms.text import _l
from trial.store.extract import Extract

BASELINE = "SCR"
"""Pooled scores change since screening: the course of the whole trial, therapy included."""
SHOWN = tuple(m for m in MEASURES if not m.tells_arm)
TIMED = tuple(m for m in measures_of(C30) if m.important)
DRAWN = ("C30QL", "C30PF", "C30SUM")
EVERYBODY = _l("All {n} participants, pooled.")


def everybody(extract: Extract, tr: Translate) -> str:
    """The denominator of every open table of this subject."""
    return tr(EVERYBODY).format(n=len(extract.rows))


def make_completion(extract: Extract, tr: Translate) -> Made:
    """What came of what was expected."""
    found = {"": completion(standings(extract), questionnaires(extract))}
    title = tr(_l("Completion of questionnaires"))
    return Made(
        (completion_table("pro-completion", title, found, everybody(extract, tr), tr),),
        (completion_figure(dict(found), identity="pro-completion", title=title, tr=tr),),
    )


def make_scores(extract: Extract, tr: Translate) -> Made:
    """Every score that is open, over the visits."""
    given = tuple(scores(questionnaires(extract)))
    found = {m: profile(values(given, m), m, VISITS, BASELINE) for m in SHOWN}
    tables = tuple(
        scores_table(
            f"pro-scores-{name}", tr(_l("{questionnaire}: scores and change")).format(questionnaire=label),
            {m: each for m, each in found.items() if m.form == form}, BASELINE, everybody(extract, tr), tr,
        )
        for form, name, label in ((C30, "c30", "EORTC QLQ-C30"), (CR29, "cr29", "EORTC QLQ-CR29"))
    )  # fmt: skip
    drawn = [Course(tr(m.label), found[m]) for m in SHOWN if m.id in DRAWN]
    figure = profile_figure(
        drawn, identity="pro-profile", title=tr(_l("Quality of life over the visits")),
        y_label=tr(_l("Mean score (95 % CI), high is good")), high=100, tr=tr,
    )  # fmt: skip
    return Made(tables, (figure,))


def make_deterioration(extract: Extract, tr: Translate) -> Made:
    """Time to deterioration of each QLQ-C30 score since screening, death competing."""
    given = tuple(scores(questionnaires(extract)))
    courses = course_rows(extract)
    found = [timed(courses, m, given, BASELINE) for m in TIMED]
    title = tr(_l("Time to deterioration since screening"))
    table = deterioration_table(
        "pro-deterioration", title, {"": found}, everybody(extract, tr), deterioration_notes(tr), tr
    )
    shown = [t for t in found if t.measure.id in DRAWN[:2]]
    figure = curves(
        [Line(f"{tr(t.measure.label)} ({t.measure.code})", t.measure.code, t.first) for t in shown],
        identity="pro-deterioration", title=title, y_label=tr(_l("Cumulative incidence of deterioration")),
        origin=BASELINE_TEXT, alt=spoken([(tr(t.measure.label), t.first) for t in shown], tr), tr=tr,
    )  # fmt: skip
    return Made((table,), (figure,))


def make_bowel(extract: Extract, tr: Translate) -> Made:
    """LARS by category, as counts."""
    return Made((bowel_table(lars_counts(questionnaires(extract)), everybody(extract, tr), tr),))


def lars_counts(found: Iterable[Questionnaire]) -> dict[str, dict[str, int]]:
    """By visit: NONE, MINOR, MAJOR, STOMA, MISSING. Each questionnaire is counted once, where it was received."""
    counts = {event: dict.fromkeys(("NONE", "MINOR", "MAJOR", "STOMA", "MISSING"), 0) for event in VISITS}
    for q in found:
        if q.form == LARS and q.received and q.event in counts:
            counts[q.event][_category(q)] += 1
    return counts


def _category(q: Questionnaire) -> str:
    score = q.scores[LARS]
    if score is None:
        return {STOMA: "STOMA", ITEMS_MISSING: "MISSING"}[q.why[LARS]]
    return str(lars_category(int(score)))


def timed(
    courses: Sequence[CourseRow], measure: Measure, given: Sequence[Score], baseline: str, origin: Origin | None = None
) -> Timed:
    """Deterioration of one score, first and confirmed."""

    def curve(confirmed: bool) -> Incidence:
        table = derive_all(
            courses, deterioration(measure, given, baseline=baseline, confirmed=confirmed, origin=origin)
        )
        return aalen_johansen(table.days, table.status)

    return Timed(measure, curve(False), curve(True), cannot_worsen(measure, given, baseline=baseline))


def spoken(found: Iterable[tuple[str, Incidence]], tr: Translate) -> str:
    """What curves of deterioration show, for those who do not see them: events of participants, and the incidence at a year."""
    told = _l("{label}: {events} of {n}, by 12 months {incidence}")
    year = 12 * DAYS_PER_MONTH
    parts = (
        tr(told).format(label=label, events=e.n_events, n=e.n, incidence=percent_in_words(observed_at(e, year), tr))
        for label, e in found
    )
    return f"{'; '.join(parts)}."


def deterioration_notes(tr: Translate) -> tuple[str, ...]:
    """What every table of deterioration says under it."""
    return (
        tr(_l("Worse: by 10 points or more since the baseline (Osoba et al. 1998). Confirmed: and at the next score.")),
        tr(_l("Death competes; censored at the last score. Cannot worsen: too near the end of the scale at the baseline.")),
        tr(RULE),
        tr(DEFINITION),
    )  # fmt: skip


OUTPUTS: tuple[Output, ...] = (
    Output("pro-completion", _l("Quality of life: completion"), make_completion, "14.3.8.1"),
    Output("pro-scores", _l("Quality of life: scores"), make_scores, "14.3.8.2"),
    Output("pro-deterioration", _l("Quality of life: time to deterioration"), make_deterioration, "14.3.8.3"),
    Output("pro-bowel", _l("Bowel function: counts"), make_bowel, "14.3.8.4"),
)
