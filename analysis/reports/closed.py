"""The closed report as a PDF: outcomes by arm, for the unblinded statistician and the monitoring board. No open module imports it.

Source: PROTOCOL 7, 8 and 10; ICH E9, 4.5.
"""

import datetime
from collections.abc import Callable

from reportlab.platypus import Flowable

from analysis import closed_tables as tables
from analysis import incidence, survival
from analysis.closed_results import ClosedData
from analysis.estimands import NRDFS, REGROWTH
from analysis.interim_outputs import AtLook
from analysis.pdf import Furniture, build
from analysis.reports.blocks import figure_block, section_heading, table_block, title_block
from analysis.reports.wording import definition_lines
from forms.text import _l

Translate = Callable[[str], str]
BESIDE = (42, 42, 22, 42, 22)
LOOKS = (23, 22, 15, 20, 23, 21, 20, 26)


def closed_report(
    data: ClosedData,
    look: AtLook,
    *,
    system: str,
    made_at: datetime.datetime,
    language: str = "en",
    tr: Translate = str,
) -> bytes:
    """The finished PDF; `made_at` is an aware instant from the clock. Raises FontMissing."""
    furniture = Furniture(
        data.study, tr(_l("Closed report")), data.cut, system, made_at, tr(_l("CLOSED. Outcomes by arm."))
    )
    statement = tr(
        _l(
            "For the unblinded statistician and the monitoring board only. It is not passed to anyone who treats, "
            "assesses, monitors or sponsors."
        )
    )
    story = [*title_block(furniture, statement, tr), *_nrdfs(data, tr), *_regrowth(data, tr), *_look(look, tr)]
    return build(furniture, story, language=language, tr=tr)


def _nrdfs(data: ClosedData, tr: Translate) -> list[Flowable]:
    lines = definition_lines(NRDFS, survival.DEFINITION, data.notes, tr)
    heading = tr(_l("1 Non-regrowth disease-free survival by arm"))
    return [
        figure_block(heading, "nrdfs", tables.draw_by_arm(data.nrdfs, tr), lines),
        *table_block(tables.by_arm_table(data.nrdfs, tr), BESIDE),
        *table_block(tables.comparison_table(data.nrdfs.comparison, tr), (110, 60)),
    ]


def _regrowth(data: ClosedData, tr: Translate) -> list[Flowable]:
    lines = definition_lines(REGROWTH, incidence.DEFINITION, data.regrowth.notes, tr)
    heading = tr(_l("2 Local regrowth by way into watch-and-wait"))
    return [
        figure_block(heading, "regrowth", tables.draw_regrowth(data.regrowth, tr), lines),
        *table_block(tables.regrowth_table(data.regrowth, tr), BESIDE),
    ]


def _look(look: AtLook, tr: Translate) -> list[Flowable]:
    present, looks, rules = look.tables(tr)
    heading = tr(_l("3 Interim analysis of the primary comparison"))
    return [
        figure_block(heading, "interim", look.figure(tr), ()),
        *table_block(present, (120, 50)),
        *table_block(looks, LOOKS),
        *section_heading(tr(_l("4 Stopping rules of watch-and-wait")), "rules"),
        *table_block(rules, (120, 50)),
    ]
