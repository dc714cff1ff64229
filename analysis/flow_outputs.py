"""Outputs on the trial itself that show nothing by arm: flow of participants, who they are, accrual, conduct, maturity."""

from __future__ import annotations

from analysis.accrual import AccrualPlan, accrual
from analysis.baseline_items import people, variables
from analysis.baseline_tables import Group, baseline_table
from analysis.conduct import deviations, maturity, screening
from analysis.conduct_tables import deviations_table, maturity_table, screening_table
from analysis.flow import flow
from analysis.flow_figure import flow_figure
from analysis.flow_rows import flow_rows
from analysis.flow_tables import flow_table, in_words
from analysis.forecast_figure import forecast_figure
from analysis.outlook import outlook
from analysis.outlook_tables import outlook_table, when
from analysis.output import Made, Output
from analysis.reports.status_tables import months_table, sites_table
from analysis.table import Translate
from forms.text import _l
from trial.protocol import PROTOCOL
from trial.store.extract import Extract

FLOW = _l("Flow of participants, arms together")
BASELINE = _l("Characteristics of everybody enrolled, arms together")
ACCRUAL = _l("Accrual against plan, and forecast")
SCREENING = _l("Screen failures")
DEVIATIONS = _l("Protocol deviations")
MATURITY = _l("Maturity of follow-up")
ENROLLED = _l("All enrolled: eligibility signed. Response: of those restaged.")


def _flow(extract: Extract, tr: Translate) -> Made:
    found = flow(flow_rows(extract), extract.log)
    table = flow_table(found, identity="flow", title=tr(FLOW), tr=tr)
    return Made((table,), (flow_figure(found, identity="flow", title=tr(FLOW), alt=in_words(found, tr), tr=tr),))


def _baseline(extract: Extract, tr: Translate) -> Made:
    groups = (Group(_l("Enrolled"), people(extract)),)
    table = baseline_table(
        variables(), groups, identity="baseline", title=tr(BASELINE), denominator=tr(ENROLLED), tr=tr
    )
    return Made((table,))


def _accrual(extract: Extract, tr: Translate) -> Made:
    courses = [row.course for row in flow_rows(extract)]
    consents = (row.consent_on for row in courses if row.consent_on)
    opened_on = min((*extract.opened.values(), *consents), default=extract.cut_on)
    found = accrual(courses, AccrualPlan.of(PROTOCOL.design, opened_on), cut_on=extract.cut_on)
    ahead = outlook(courses, extract.opened, extract.cut_on, PROTOCOL.design)
    said = tr(_l("Enrolled: {enrolled}, expected by: {day}. Randomised: {randomised}, expected by: {other}."))
    alt = said.format(
        enrolled=ahead.enrolled.so_far, day=when(ahead, ahead.enrolled, tr),
        randomised=ahead.randomised.so_far, other=when(ahead, ahead.randomised, tr),
    )  # fmt: skip
    figure = forecast_figure(found, ahead, identity="accrual-forecast", title=tr(ACCRUAL), alt=alt, tr=tr)
    return Made((outlook_table(ahead, tr), sites_table(found, tr), months_table(found, tr)), (figure,))


def _screening(extract: Extract, tr: Translate) -> Made:
    return Made((screening_table(screening(flow_rows(extract)), tr),))


def _deviations(extract: Extract, tr: Translate) -> Made:
    enrolled = sum(row.course.eligible_on is not None for row in flow_rows(extract))
    return Made((deviations_table(deviations(extract, enrolled), tr),))


def _maturity(extract: Extract, tr: Translate) -> Made:
    return Made((maturity_table(maturity(flow_rows(extract), extract.cut_on), tr),))


OUTPUTS: tuple[Output, ...] = (
    Output("flow", FLOW, _flow, "14.1.1"),
    Output("baseline", BASELINE, _baseline, "14.1.2"),
    Output("accrual", ACCRUAL, _accrual, "14.1.3"),
    Output("screen-failures", SCREENING, _screening, "14.1.4"),
    Output("deviations", DEVIATIONS, _deviations, "14.1.5"),
    Output("maturity", MATURITY, _maturity, "14.1.6"),
)
