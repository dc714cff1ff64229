"""The prospective validation as a PDF: pooled over all arms, blinded roles may read it. Source: PROTOCOL 5 and 7; TRIPOD+AI."""

import datetime
from collections.abc import Sequence

from reportlab.platypus import Flowable

from analysis.model_drift import CUSUM_DEFINITION
from analysis.pdf import Furniture, build
from analysis.performance import Performance
from analysis.reports import performance_flow as flow
from analysis.reports import performance_readers as readers
from analysis.reports import performance_tables as tables
from analysis.reports.blocks import figure_block, table_block, title_block
from analysis.reports.performance_cells import Translate
from analysis.reports.performance_figures import draw
from analysis.table import Table
from forms.text import _l


def performance_report(
    found: Performance, *, system: str, made_at: datetime.datetime, language: str = "en", tr: Translate = str
) -> bytes:
    """The finished PDF; `made_at` is an aware instant from the clock. Raises FontMissing."""
    title = tr(_l("Performance of the model"))
    furniture = Furniture(found.study, title, found.cut, system, made_at, tr(_l("Confidential. Pooled over all arms.")))
    story = [
        *title_block(furniture, statement(found, tr), tr),
        *_block(flow.flow_table(found, tr), (80, 24, 66), (tr(_l("1 People and calls")), "flow")),
        *_block(flow.inputs_table(found, tr), (120, 30)),
        *_figure(tr(_l("2 Discrimination")), "roc", found, tr),
        *_block(tables.measures_table(found, tr), (90, 80)),
        *_figure(tr(_l("3 Calibration")), "calibration", found, tr),
        *_block(tables.groups_table(found, tr), (20, 30, 35, 40, 45)),
        *_figure(tr(_l("4 What acting on it gains")), "decision", found, tr),
        *_block(tables.accuracy_table(found, tr), (90, 80)),
        *_block(tables.net_benefit_table(found, tr), (26, 48, 48, 48)),
        *_block(tables.strata_table(found, tr), (29, 15, 21, 22, 22, 23, 19, 19), (tr(_l("5 By stratum")), "strata")),
        *_block(tables.unverified_table(found, tr), (68, 36, 36, 30), (tr(_l("6 Unknown outcomes")), "unverified")),
        *_block(tables.regrowth_table(found, tr), (110, 60), (tr(_l("7 Regrowth")), "regrowth")),
        *_block(readers.readers_table(found, tr), (26, 36, 36, 36, 36), (tr(_l("8 Clinician, model, and both")), "readers")),
        *_block(readers.pairs_table(found, tr), (38, 38, 14, 31, 14, 21, 14)),
        *_block(readers.reclassified_table(found, tr), (70, 50, 50)),
        *_cusum(found, tr),
        *_block(flow.quarters_table(found, tr), (30, 30, 30, 30, 50)),
        *_block(flow.shifts_table(found, tr), (48, 27, 19, 20, 21, 17, 18)),
    ]  # fmt: skip
    return build(furniture, story, language=language, tr=tr)


def statement(found: Performance, tr: Translate = str) -> str:
    """Which model, against what, and that it is not touched."""
    if found.model is None:
        return tr(_l("No call of a model has been answered yet."))
    text = _l(
        "{model}, SHA-256 {digest}, threshold {threshold}: the first answered call of each participant against complete response by "
        "12 months after the decision, in everyone whose 12 months are over. All numbers are pooled over the arms. The model was not "
        "fitted, recalibrated or changed."
    )
    m = found.model
    return tr(text).format(model=m.name, digest=m.digest[:16], threshold=f"{m.threshold:.6g}")


def _cusum(found: Performance, tr: Translate) -> list[Flowable]:
    drawn = draw("cusum", found, tr)
    said = tr(CUSUM_DEFINITION).format(horizon=found.cusum.horizon)
    return [figure_block(tr(_l("9 Drift")), "cusum", drawn, (drawn.alt, said))]


def _figure(heading: str, name: str, found: Performance, tr: Translate) -> list[Flowable]:
    drawn = draw(name, found, tr)
    return [figure_block(heading, name, drawn, (drawn.alt,))]


def _block(table: Table, widths: Sequence[float], section: tuple[str, str] | None = None) -> list[Flowable]:
    """A table that says only that there is too little has one column, as wide as the text."""
    return table_block(table, widths if len(table.columns) == len(widths) else (170,), section)
