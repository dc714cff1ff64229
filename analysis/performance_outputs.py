"""The validation of the model as outputs. They need the calls of the model beside the courses: an extract that brings them, `WithCalls`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

from analysis.output import Made, Output
from analysis.performance import Performance
from analysis.table import Table, Translate
from forms.text import _l
from trial.store.extract import Extract
from trial.store.model_calls import Calls


@dataclass(frozen=True)
class WithCalls(Extract):
    """An extract with the calls of the model to the same cut."""

    calls: Calls | None = None


def with_calls(extract: Extract, calls: Calls) -> WithCalls:
    """The extract with these calls."""
    return WithCalls(**{field.name: getattr(extract, field.name) for field in fields(extract)}, calls=calls)


class CallsMissing(ValueError):
    """An output of the model was asked of an extract that does not bring the calls: nobody asked is not nobody called."""


def _made(
    tables: Callable[[Performance, Translate], tuple[Table, ...]],
    drawn: tuple[str, ...],
    extract: Extract,
    tr: Translate,
) -> Made:
    from analysis.performance_results import performance_results
    from analysis.reports.performance_figures import draw

    calls = getattr(extract, "calls", None)
    if calls is None:
        raise CallsMissing("the extract brings no calls of the model")
    found = performance_results(extract, calls)
    said = tr(_l("Calls of the model: {n}, SHA-256 {digest}.")).format(n=len(calls.rows), digest=calls.digest)
    return Made(
        tuple(_counted(table, found, tr).with_footnotes(said) for table in tables(found, tr)),
        tuple(draw(name, found, tr) for name in drawn),
    )


def _counted(table: Table, found: Performance, tr: Translate) -> Table:
    """The table with its denominator: everyone validated, where it states none of its own."""
    own = table.denominator or tr(_l("Validated: {n} participants.")).format(n=found.n)
    return replace(table, denominator=own)


def _flow(found: Performance, tr: Translate) -> tuple[Table, ...]:
    from analysis.reports.performance_flow import flow_table, inputs_table

    return flow_table(found, tr), inputs_table(found, tr)


def _measures(found: Performance, tr: Translate) -> tuple[Table, ...]:
    from analysis.reports import performance_tables as t

    return (
        t.measures_table(found, tr),
        t.groups_table(found, tr),
        t.regrowth_table(found, tr),
        t.unverified_table(found, tr),
    )


def _threshold(found: Performance, tr: Translate) -> tuple[Table, ...]:
    from analysis.reports import performance_tables as t

    return t.accuracy_table(found, tr), t.net_benefit_table(found, tr), t.strata_table(found, tr)


def _readers(found: Performance, tr: Translate) -> tuple[Table, ...]:
    from analysis.reports import performance_readers as t

    return t.readers_table(found, tr), t.pairs_table(found, tr), t.reclassified_table(found, tr)


def _drift(found: Performance, tr: Translate) -> tuple[Table, ...]:
    from analysis.reports import performance_flow as t

    return t.quarters_table(found, tr), t.shifts_table(found, tr)


OUTPUTS = (
    Output("model-flow", _l("Model: people and calls"), partial(_made, _flow, ()), "14.2.9.1"),
    Output("model-measures", _l("Model: discrimination and calibration"), partial(_made, _measures, ("roc", "calibration")), "14.2.9.2"),
    Output("model-threshold", _l("Model: at the locked threshold"), partial(_made, _threshold, ("decision",)), "14.2.9.3"),
    Output("model-readers", _l("Model and clinician"), partial(_made, _readers, ()), "14.2.9.4"),
    Output("model-drift", _l("Model: drift"), partial(_made, _drift, ("cusum",)), "14.2.9.5"),
)  # fmt: skip
