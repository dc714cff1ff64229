"""Quality of life by arm, for the unblinded statistician and the board alone. No open module imports this one."""

from __future__ import annotations

from analysis.closed_pro import ARMS, BASELINE, Arms, arms_of, by_arm, gray_of, members, responders
from analysis.closed_pro_tables import change_table, gray_table, responders_table
from analysis.closed_tipping import tipping
from analysis.closed_tipping_figure import tipping_figure
from analysis.closed_tipping_tables import grid_table, tipping_table
from analysis.courses import course_rows
from analysis.estimands import RANDOMISATION
from analysis.output import Made, Output
from analysis.plots import Line, curves
from analysis.pro_answers import questionnaires, scores
from analysis.pro_completion import completion, standings
from analysis.pro_figures import Course, completion_figure, profile_figure
from analysis.pro_outputs import DRAWN, TIMED, deterioration_notes, spoken, timed
from analysis.pro_scores import BETTER, BY_ID, C30, FORMS, WORSE, measures_of
from analysis.pro_tables import completion_table, deterioration_table, reasons_table
from analysis.score_estimands import QOL_CHANGE, QOL_CHANGE_SHIFTED
from analysis.table import Translate
from forms.text import _l
from trial.store.extract import Extract

RANDOMISED = _l("All {n} randomised, by allocation: {counts}.")
FROM = _l("Time from randomisation (PROTOCOL 7); worse than at {visit}, the last visit before it.")
GLOBAL = "C30QL"


def whom(arms: Arms, tr: Translate) -> str:
    """The denominator of every closed table of this subject."""
    counts = ", ".join(f"{arm} {len(members(arms, arm))}" for arm in ARMS)
    return tr(RANDOMISED).format(n=len(arms), counts=counts)


def make_completion(extract: Extract, tr: Translate) -> Made:
    """What came of what was expected in each arm, and why questionnaires were set aside."""
    arms, stood, found = arms_of(extract), standings(extract), questionnaires(extract)
    groups = {arm: completion(stood, found, members(arms, arm)) for arm in ARMS}
    title = tr(_l("Completion of questionnaires by arm"))
    return Made(
        (
            completion_table("pro-completion-arm", title, groups, whom(arms, tr), tr),
            reasons_table(groups, whom(arms, tr), tr),
        ),
        (completion_figure(dict(groups), identity="pro-completion-arm", title=title, tr=tr),),
    )


def make_change(extract: Extract, tr: Translate) -> Made:
    """Mean change in each arm and the difference by the mixed model, of every score."""
    arms, given = arms_of(extract), tuple(scores(questionnaires(extract)))
    found = {form: [by_arm(given, m, arms) for m in measures_of(form)] for form in FORMS}
    title = _l("{questionnaire}: change by arm")
    tables = tuple(
        change_table(
            f"pro-change-arm-{form.lower()}", tr(title).format(questionnaire=tr(FORMS[form])), each, whom(arms, tr), tr
        )
        for form, each in found.items()
    )
    shown = next(each for each in found[C30] if each.measure.id == GLOBAL)
    figure = profile_figure(
        [Course(arm, course) for arm, course in shown.courses.items()],
        identity="pro-profile-arm", title=tr(_l("Global health status by arm")),
        y_label=tr(_l("Mean score (95 % CI), high is good")), high=100, tr=tr,
    )  # fmt: skip
    return Made(tables, (figure,), QOL_CHANGE.id)


def make_tipping(extract: Extract, tr: Translate) -> Made:
    """How much worse or better the scores that did not come must have been to change what is concluded."""
    arms, stood, given = arms_of(extract), standings(extract), tuple(scores(questionnaires(extract)))
    found = {BY_ID[name]: tipping(given, BY_ID[name], arms, stood) for name in DRAWN}
    tables = (tipping_table(found, whom(arms, tr), tr), *(grid_table(found, arm, whom(arms, tr), tr) for arm in ARMS))
    figure = tipping_figure(
        found[BY_ID[GLOBAL]],
        identity="pro-tipping-arm",
        title=tr(_l("Global health status: imputed scores shifted")),
        tr=tr,
    )
    return Made(tables, (figure,), QOL_CHANGE_SHIFTED.id)


def make_responders(extract: Extract, tr: Translate) -> Made:
    """Who changed by what matters, of the QLQ-C30."""
    arms, given = arms_of(extract), tuple(scores(questionnaires(extract)))
    titles = {BETTER: _l("QLQ-C30: better by what matters"), WORSE: _l("QLQ-C30: worse by what matters")}
    return Made(
        tuple(
            responders_table(
                f"pro-{response}-arm", tr(title), {m: responders(given, m, arms, response) for m in TIMED},
                whom(arms, tr), tr,
            )
            for response, title in titles.items()
        )
    )  # fmt: skip


def make_deterioration(extract: Extract, tr: Translate) -> Made:
    """Time to deterioration since randomisation in each arm, death competing, and Gray's test."""
    arms, given = arms_of(extract), tuple(scores(questionnaires(extract)))
    courses = course_rows(extract)
    own = {arm: [row for row in courses if arms.get(row.participant) == arm] for arm in ARMS}
    drawn = [s for s in given if s.participant in arms]
    found = {
        arm: [timed(rows, m, [s for s in drawn if arms[s.participant] == arm], BASELINE, RANDOMISATION) for m in TIMED]
        for arm, rows in own.items()
    }
    title = tr(_l("Time to deterioration since randomisation, by arm"))
    table = deterioration_table(
        "pro-deterioration-arm", title, found, whom(arms, tr), (tr(FROM).format(visit=BASELINE), *deterioration_notes(tr)), tr
    )  # fmt: skip
    tests = {m: gray_of(courses, m, drawn, arms) for m in TIMED}
    lines = [(arm, next(t.first for t in each if t.measure.id == GLOBAL)) for arm, each in found.items()]
    drawing = tr(_l("Deterioration of global health status by arm"))
    figure = curves(
        [Line(arm, arm, first) for arm, first in lines], identity="pro-deterioration-arm", title=drawing,
        y_label=tr(_l("Cumulative incidence of deterioration")), origin=RANDOMISATION.text,
        alt=spoken(lines, tr), tr=tr,
    )  # fmt: skip
    return Made((table, gray_table(tests, whom(arms, tr), tr)), (figure,))


OUTPUTS: tuple[Output, ...] = (
    Output("pro-completion-arm", _l("Quality of life by arm: completion"), make_completion, "14.3.8.5"),
    Output("pro-change-arm", _l("Quality of life by arm: change"), make_change, "14.3.8.6"),
    Output("pro-responders-arm", _l("Quality of life by arm: change that matters"), make_responders, "14.3.8.7"),
    Output("pro-deterioration-arm", _l("Quality of life by arm: deterioration"), make_deterioration, "14.3.8.8"),
    Output("pro-tipping-arm", _l("Quality of life by arm: tipping points"), make_tipping, "14.3.8.9"),
)
