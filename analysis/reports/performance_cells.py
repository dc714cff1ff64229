"""Cells and small tables of the prospective validation: a measure that cannot be estimated is its reason, never a dash alone."""

from collections.abc import Callable, Iterable

from analysis.estimable import Measured
from analysis.performance import FEWEST, Performance
from analysis.table import DASH, Column, Table
from forms.text import _l

Translate = Callable[[str], str]
MODALITIES = {
    "clinical": _l("clinical"), "radiomics": _l("radiomics"), "molecular": _l("molecular"), "microbiota": _l("microbiota"),
    "pathology": _l("pathology"), "ctDNA": _l("ctDNA"), "": _l("none"),
}  # fmt: skip


def number(m: Measured, tr: Translate = str, digits: int = 2) -> str:
    """A value with limits, "0.76 (0.70–0.81)", or why there is none."""
    if m.value is None:
        return tr(m.reason)
    if m.lower is None or m.upper is None:
        return f"{m.value:.{digits}f}".replace("-", "−")
    value, lower, upper = (f"{v:.{digits}f}".replace("-", "−") for v in (m.value, m.lower, m.upper))
    # A dash between two numbers would be read as a sign beside a negative one.
    return f"{value} ({lower}{' to ' if m.lower < 0 else '–'}{upper})"


def percent(m: Measured, tr: Translate = str) -> str:
    """A proportion with limits, "76.2 % (70.1–81.3)", or why there is none."""
    if m.value is None:
        return tr(m.reason)
    if m.lower is None or m.upper is None:
        return f"{100 * m.value:.1f} %"
    return f"{100 * m.value:.1f} % ({100 * m.lower:.1f}–{100 * m.upper:.1f})"


def p_value(p: float | None) -> str:
    """Three decimals, never 0.000."""
    if p is None:
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def too_few(found: Performance, tr: Translate = str) -> str:
    """What is said where no measure is shown."""
    text = _l("Too few: {events} with and {others} without a complete response; {fewest} of each are needed.")
    return tr(text).format(events=found.events, others=found.n - found.events, fewest=FEWEST)


def two(tr: Translate) -> tuple[Column, Column]:
    return Column(tr(_l("Measure"))), Column(tr(_l("Value (95 % CI)")), numeric=True)


def pairs(
    identity: str, title: str, rows: Iterable[tuple[str, str]], found: Performance, notes: Iterable[str], tr: Translate
) -> Table:
    return Table(identity, title, two(tr), tuple(rows), of(found, tr), tuple(tr(note) for note in notes))


def of(found: Performance, tr: Translate) -> str:
    return tr(_l("Validated: {n} participants, {events} complete responses by 12 months.")).format(
        n=found.n, events=found.events
    )


def empty(identity: str, title: str, found: Performance, tr: Translate) -> Table:
    return Table(identity, title, (Column(tr(_l("Not estimable"))),), ((too_few(found, tr),),), of(found, tr))


def fewest(tr: Translate) -> str:
    return tr(_l("Too few: fewer than {n} with or fewer than {n} without a complete response.")).format(n=FEWEST)
