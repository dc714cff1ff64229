"""The pooled status report as a PDF: accrual against plan, disposition, NR-DFS, regrowth, adverse events.

Blinded roles may read it: no number in it is by arm. Source: PROTOCOL 7, 8, 10; ICH E3; CONSORT 2025, pooled.
"""

import datetime
from collections.abc import Callable

from reportlab.platypus import Flowable

from analysis import incidence, survival
from analysis.pdf import Furniture, build
from analysis.reports.blocks import NOTE, figure_block, paragraph, table_block, title_block
from analysis.reports.status_data import StatusData
from analysis.reports.status_figures import draw_accrual, draw_incidence, draw_survival
from analysis.reports.status_tables import (
    components_table,
    disposition_table,
    incidence_table,
    kinds_table,
    months_table,
    overview_table,
    sites_table,
    survival_table,
    terms_table,
)
from analysis.reports.wording import definition_lines, left_out_line
from forms.text import _l

Translate = Callable[[str], str]


def status_report(
    data: StatusData, *, system: str, made_at: datetime.datetime, language: str = "en", tr: Translate = str
) -> bytes:
    """The finished PDF; `made_at` is an aware instant from the clock. Raises FontMissing."""
    furniture = Furniture(
        data.study, tr(_l("Status report")), data.cut, system, made_at, tr(_l("Confidential. Pooled over all arms."))
    )
    statement = tr(
        _l(
            "All numbers are pooled over the arms of the trial; none can be split by arm. Estimates are descriptive: "
            "no interim comparison is made or implied."
        )
    )
    story = [
        *title_block(furniture, statement, tr),
        *_accrual(data, tr),
        *_disposition(data, tr),
        *_nrdfs(data, tr),
        *_regrowth(data, tr),
        *_safety(data, tr),
        *_months(data, tr),
    ]
    return build(furniture, story, language=language, tr=tr)


def _accrual(data: StatusData, tr: Translate) -> list[Flowable]:
    figure = draw_accrual(data.accrual, tr)
    return [
        figure_block(tr(_l("1 Accrual against plan")), "accrual", figure, (figure.alt,)),
        *table_block(sites_table(data.accrual, tr), (34, 34, 34, 34, 34)),
    ]


def _disposition(data: StatusData, tr: Translate) -> list[Flowable]:
    table = disposition_table(data.disposition, tr)
    return table_block(table, (70, 30, 70), (tr(_l("2 Disposition")), "disposition"))


def _nrdfs(data: StatusData, tr: Translate) -> list[Flowable]:
    found = data.nrdfs
    lines = definition_lines(found.estimand, survival.DEFINITION, found.notes, tr)
    return [
        figure_block(tr(_l("3 Non-regrowth disease-free survival")), "nrdfs", draw_survival(found, tr), lines),
        *table_block(survival_table(found, tr), (75, 70, 25)),
        *table_block(kinds_table(found, tr), (145, 25)),
    ]


def _regrowth(data: StatusData, tr: Translate) -> list[Flowable]:
    found = data.regrowth
    lines = definition_lines(found.estimand, incidence.DEFINITION, found.notes, tr)
    return [
        figure_block(tr(_l("4 Local regrowth under watch-and-wait")), "regrowth", draw_incidence(found, tr), lines),
        *table_block(incidence_table(found, tr), (75, 70, 25)),
        *table_block(components_table(found, tr), (115, 30, 25)),
    ]


def _safety(data: StatusData, tr: Translate) -> list[Flowable]:
    overview = overview_table(data.adverse_events, tr)
    return [
        *table_block(overview, (100, 40, 30), (tr(_l("5 Adverse events")), "safety")),
        *table_block(terms_table(data.adverse_events, tr), (47, 24, 11.5, 11.5, 11.5, 11.5, 11.5, 24, 17.5)),
        paragraph(left_out_line(data.left_out, tr), NOTE),
    ]


def _months(data: StatusData, tr: Translate) -> list[Flowable]:
    table = months_table(data.accrual, tr)
    return table_block(table, (32, 23, 23, 23, 23, 23, 23), (tr(_l("6 Accrual by month")), "months"))
