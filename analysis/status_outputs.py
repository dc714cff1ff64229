"""What the status report shows, as outputs: disposition and adverse events, all arms together.

Time to event is in `analysis.endpoint_outputs`.
"""

from __future__ import annotations

from analysis.courses import course_rows
from analysis.disposition import disposition
from analysis.output import Made, Output
from analysis.reports import status_tables as tables
from analysis.reports.status_data import safety
from analysis.reports.wording import left_out_line
from analysis.results import open_events
from analysis.table import Translate
from forms.text import _l
from trial.store.extract import Extract


def _disposition(extract: Extract, tr: Translate) -> Made:
    return Made((tables.disposition_table(disposition(course_rows(extract)), tr),))


def _adverse_events(extract: Extract, tr: Translate) -> Made:
    found, left_out = safety(course_rows(extract), open_events(extract), extract.cut_on)
    said = left_out_line(left_out, tr)
    return Made((tables.overview_table(found, tr).with_footnotes(said), tables.terms_table(found, tr)))


OUTPUTS = (
    Output("disposition", _l("Disposition"), _disposition, "14.1.7"),
    Output("adverse-events", _l("Adverse events"), _adverse_events, "14.3.1"),
)
