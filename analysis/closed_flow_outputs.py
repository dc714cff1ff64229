"""Outputs on the trial itself by arm, for the unblinded statistician and the board alone."""

from __future__ import annotations

from analysis.closed_flow import flow_by_arm
from analysis.flow_figure import flow_figure
from analysis.flow_rows import flow_rows
from analysis.flow_tables import flow_table, in_words
from analysis.output import Made, Output
from analysis.table import Translate
from forms.text import _l
from trial.store.extract import Extract

FLOW = _l("Flow of participants by arm and choice")


def _flow(extract: Extract, tr: Translate) -> Made:
    found = flow_by_arm(flow_rows(extract), extract.log)
    table = flow_table(found, identity="flow-arm", title=tr(FLOW), tr=tr)
    return Made((table,), (flow_figure(found, identity="flow-arm", title=tr(FLOW), alt=in_words(found, tr), tr=tr),))


OUTPUTS: tuple[Output, ...] = (Output("flow-arm", FLOW, _flow, "14.1.1"),)
