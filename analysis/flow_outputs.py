"""Outputs on the trial itself that show nothing by arm: flow of participants, who they are, accrual, conduct, maturity."""

from __future__ import annotations

from analysis.baseline_items import people, variables
from analysis.baseline_tables import Group, baseline_table
from analysis.flow import flow
from analysis.flow_figure import flow_figure
from analysis.flow_rows import flow_rows
from analysis.flow_tables import flow_table, in_words
from analysis.output import Made, Output
from analysis.table import Translate
from forms.text import _l
from trial.store.extract import Extract

FLOW = _l("Flow of participants, arms together")
BASELINE = _l("Characteristics of everybody enrolled, arms together")
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


OUTPUTS: tuple[Output, ...] = (
    Output("flow", FLOW, _flow, "14.1.1"),
    Output("baseline", BASELINE, _baseline, "14.1.2"),
)
