"""Outputs on the trial itself by arm, for the unblinded statistician and the board alone."""

from __future__ import annotations

from analysis.baseline_items import Person, people, variables
from analysis.baseline_tables import Group, baseline_table
from analysis.closed_flow import flow_by_arm
from analysis.closed_preference import preferences
from analysis.closed_preference_tables import balance_table, contrasts_table, effects_table, love_plot
from analysis.closed_timing import FROM_OPERATION, operated
from analysis.closed_timing_tables import timing_figure, timing_table
from analysis.course_row import PREFERENCE, RANDOMISED, STANDARD, TME, WW
from analysis.estimands import NRDFS
from analysis.flow_figure import flow_figure
from analysis.flow_rows import flow_rows
from analysis.flow_tables import flow_table, in_words
from analysis.output import Made, Output
from analysis.registry import COVARIATES
from analysis.table import Translate
from analysis.timing import timed
from forms.text import _l
from trial.store.extract import Extract

FLOW = _l("Flow of participants by arm and choice")
PREFERENCES = _l("Preference analysis: randomised, by choice, and together")
LOVE = _l("Balance of the preference cohort before and after weighting")
TIMING = _l("Timing of surgery")
BASELINE = _l("Characteristics by arm and cohort")


def _flow(extract: Extract, tr: Translate) -> Made:
    found = flow_by_arm(flow_rows(extract), extract.log)
    table = flow_table(found, identity="flow-arm", title=tr(FLOW), tr=tr)
    return Made((table,), (flow_figure(found, identity="flow-arm", title=tr(FLOW), alt=in_words(found, tr), tr=tr),))


def _baseline(extract: Extract, tr: Translate) -> Made:
    everyone = people(extract)

    def group(label: str, cohort: str, arm: str | None = None) -> Group:
        return Group(label, tuple(p for p in everyone if _in(p, cohort, arm)))

    tables = (
        ("baseline-arms", _l("Characteristics of the randomised, by arm"), _l("All randomised, as allocated."),
         (group("WW", RANDOMISED, WW), group("TME", RANDOMISED, TME))),
        ("baseline-choice", _l("Characteristics of the preference cohort, by choice"), _l("All who declined randomisation, as they chose."),
         (group("WW-P", PREFERENCE, WW), group("TME-P", PREFERENCE, TME))),
        ("baseline-cohorts", _l("Characteristics by cohort"), _l("All with a decision. SMD: randomised against preference."),
         (group(_l("Randomised"), RANDOMISED), group(_l("Preference"), PREFERENCE), group(_l("Standard"), STANDARD))),
    )  # fmt: skip
    told = variables()
    return Made(
        tuple(
            baseline_table(told, groups, identity=identity, title=tr(title), denominator=tr(of), compare=True, tr=tr)
            for identity, title, of, groups in tables
        )
    )


def _in(person: Person, cohort: str, arm: str | None) -> bool:
    return person.course.cohort == cohort and arm in (None, person.course.arm)


def _preferences(extract: Extract, tr: Translate) -> Made:
    found = preferences(extract)
    figure = love_plot(found, identity="preference-love", title=tr(LOVE), tr=tr)
    tables = (contrasts_table(found, tr), effects_table(found, tr), balance_table(found, tr))
    return Made(tables, (figure,), NRDFS.id)


def _timing(extract: Extract, tr: Translate) -> Made:
    people = operated(extract)
    found = timed(people, COVARIATES)
    figure = timing_figure(found, identity="timing", title=tr(TIMING), tr=tr)
    return Made((timing_table(found, len(people), tr),), (figure,), FROM_OPERATION.id)


OUTPUTS: tuple[Output, ...] = (
    Output("flow-arm", FLOW, _flow, "14.1.1"),
    Output("baseline-arm", BASELINE, _baseline, "14.1.2"),
    Output("preference", PREFERENCES, _preferences, "14.2.8"),
    Output("timing", TIMING, _timing, "14.2.9"),
)
