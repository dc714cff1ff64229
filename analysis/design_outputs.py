"""The design as an output: sample size worked out again, the planned looks, and the events expected by calendar time.

It holds no participant's data: everything in it follows from PROTOCOL 8, and the extract is not read.
"""

from __future__ import annotations

from analysis.output import Made, Output
from analysis.sample_size import SampleSize, expected_events, months_until, rounded_up, sample_size
from analysis.sequential import Look, boundaries
from analysis.table import Column, Table, Translate
from forms.text import _l
from trial.protocol import PROTOCOL, Design
from trial.store.extract import Extract

STEP = 6
"""Months between two rows of expected events."""
NO_DATA = _l("From the protocol alone, no participant's data.")


def made(_extract: Extract, tr: Translate) -> Made:
    """The three tables of the design; the same for every extract."""
    design = PROTOCOL.design
    looks = boundaries((*design.looks, 1.0), alpha=design.alpha_one_sided)
    return Made((sample_size_table(design, tr), looks_table(looks, design, tr), events_table(design, tr)))


def sample_size_table(design: Design, tr: Translate = str) -> Table:
    """What the protocol says beside what its parameters give."""
    found = sample_size(design)
    columns = (tr(_l("Protocol")), tr(_l("Worked out again")))
    rows = tuple((tr(text), planned, again) for text, planned, again in _compared(design, found))
    return Table(
        "design-sample-size",
        tr(_l("Sample size, worked out again")),
        (Column(tr(_l("Quantity"))), *(Column(text, numeric=True) for text in columns)),
        rows,
        tr(NO_DATA),
        tuple(
            tr(text).format(share=f"{100 * design.lost:g}", again=f"{found.expected_losing_at_once:.1f}")
            for text in _READ
        ),
    )


_READ = (
    _l("Exponential survival, equal hazards in both arms, uniform accrual; events: 4 (z alpha + z beta)² / ln(HR)²."),
    _l("{share} % lost is read as {share} % by three years at a constant rate; if lost on the first day, {again} events are expected."),
)  # fmt: skip


def _compared(design: Design, found: SampleSize) -> list[tuple[str, str, str]]:
    months = design.accrual_months + design.further_months
    return [
        (_l("Margin of non-inferiority, hazard ratio"), f"{design.margin_hazard_ratio:.2f}", f"{found.margin_hazard_ratio:.4f}"),
        (_l("Events, fixed design"), str(design.events_fixed), _events(found.events_fixed)),
        (_l("Inflation by the looks"), f"{design.inflation:.3f}", f"{found.inflation:.5f}"),
        (_l("Events with the looks"), str(design.events), _events(found.events_with_looks)),
        (_l("Power of the planned events"), f"{100 * design.power:.0f} %", f"{100 * found.power_of_events:.1f} %"),
        (_l("Randomised, for the planned events at the end"), str(design.randomised), f"{found.randomised_needed:.1f}"),
        (_l("Events expected at the end"), f"{design.events}", f"{found.expected:.1f}"),
        (_l("Enrolled"), str(design.enrolled), f"{found.enrolled:.0f}"),
        (_l("Months, accrual and all"), f"{design.accrual_months}, {months}", f"{design.accrual_months}, {months}"),
    ]  # fmt: skip


def _events(events: float) -> str:
    return f"{rounded_up(events)} ({events:.2f})"


def looks_table(looks: tuple[Look, ...], design: Design, tr: Translate = str) -> Table:
    """The planned looks with their bounds, and when they are expected."""
    rows = tuple(
        (str(number), str(rounded_up(look.fraction * design.events)), f"{look.fraction:.2f}", f"{look.z:.4f}",
         f"{look.nominal_p:.5f}", f"{look.spent:.5f}", _month(design, look.fraction * design.events, tr))
        for number, look in enumerate(looks, start=1)
    )  # fmt: skip
    heads = (_l("Look"), _l("Events"), _l("Share of the information"), _l("Bound of z"), _l("Nominal p, one-sided"),
             _l("Error spent"), _l("Month expected"))  # fmt: skip
    return Table(
        "design-looks",
        tr(_l("Planned looks")),
        tuple(Column(tr(head), numeric=True) for head in heads),
        rows,
        tr(NO_DATA),
        (
            tr(
                _l(
                    "Lan-DeMets spending, O'Brien-Fleming type; at a look the bounds are worked out from the events that came."
                )
            ),
        ),
    )


def events_table(design: Design, tr: Translate = str) -> Table:
    """Randomised and events by calendar time."""
    last = design.accrual_months + design.further_months
    rows = tuple(
        (str(month), f"{design.planned_randomised(month):.0f}", f"{expected_events(design, month):.1f}",
         f"{expected_events(design, month) / design.events:.2f}")
        for month in range(STEP, last + 1, STEP)
    )  # fmt: skip
    heads = (_l("Months since the first"), _l("Randomised"), _l("Events expected"), _l("Share of the planned events"))
    return Table(
        "design-events",
        tr(_l("Events expected by calendar time")),
        tuple(Column(tr(head), numeric=True) for head in heads),
        rows,
        tr(NO_DATA),
    )


def _month(design: Design, events: float, tr: Translate) -> str:
    months = months_until(design, events)
    return tr(_l("never")) if months is None else f"{months:.1f}"


OUTPUTS: tuple[Output, ...] = (Output("design", _l("Sample size and planned looks"), made, "14.1"),)
