"""Timing of surgery as a table and a figure, for the closed outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.closed_tables import p_value
from analysis.figure import INCHES, Figure, saved, style
from analysis.registry import COVARIATES
from analysis.table import DASH, Column, Table, Translate
from analysis.theme import FAINT, MUTED, SERIES
from analysis.timing import DFS, OUTCOMES, Bent
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def timing_table(found: tuple[Bent, ...], people: int, tr: Translate = str) -> Table:
    """A block an outcome: the ratio at each week against the median."""
    rows: list[tuple[str, ...]] = []
    inner: set[int] = set()
    for bent in found:
        bends = p_value(bent.bends.p) if bent.bends else DASH
        rows.append((tr(OUTCOMES[bent.id]), f"{bent.events} / {bent.n}", "", bends))
        for line in _lines(bent, tr):
            inner.add(len(rows))
            rows.append(line)
    heads = (_l("Events / n"), _l("Ratio (95 % CI)"), _l("p of the bend"))
    return Table(
        "timing",
        tr(_l("Weeks from the last fraction to the operation, against what came of it")),
        (Column(tr(_l("Outcome, weeks"))), *(Column(tr(head), numeric=True) for head in heads)),
        tuple(rows),
        tr(_l("First mesorectal excisions after radiotherapy, not for regrowth, in every cohort: {n}.")).format(n=people),
        (
            tr(_l("Odds ratio (survival: hazard ratio) against the median; restricted cubic spline, four knots at Harrell's quantiles.")),
            tr(_l("Adjusted for: {names}.")).format(names="; ".join(tr(words) for words in COVARIATES.values())),
            tr(_l("Descriptive: nobody drew lots for the week (PROTOCOL 7).")),
        ),
        frozenset(inner),
    )  # fmt: skip


def _lines(bent: Bent, tr: Translate) -> list[tuple[str, ...]]:
    if bent.reference is None:
        return [(tr(_l("not estimable: {why}")).format(why=tr(bent.why)), "", "", "")]
    against = tr(_l("{n} weeks, the median")).format(n=f"{bent.reference:.1f}")
    named = tr(_l("{n} weeks"))
    ratios = [(named.format(n=r.name), "", f"{r.hr:.2f} ({r.lower:.2f}–{r.upper:.2f})", "") for r in bent.ratios]
    return [(against, "", "1", ""), *ratios]


def timing_figure(found: tuple[Bent, ...], *, identity: str, title: str, tr: Translate = str) -> Figure:
    """A panel an outcome: ratio with its band over the weeks, on a log scale. Raises FontMissing."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=(INCHES[0], 5.2), layout="constrained")
        for axes, bent in zip(drawing.subplots(2, 2).flat, found, strict=True):
            _panel(axes, bent, tr)
        return saved(drawing, identity=identity, title=title, alt=_said(found, tr))


def _panel(axes: Axes, bent: Bent, tr: Translate) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    axes.set_title(tr(OUTCOMES[bent.id]), fontsize=9.5, loc="left")
    axes.set_xlabel(tr(_l("Weeks from the last fraction")))
    axes.set_ylabel(tr(_l("Hazard ratio")) if bent.id == DFS else tr(_l("Odds ratio")))
    if bent.reference is None:
        axes.text(
            0.5,
            0.5,
            tr(_l("not estimable: {why}")).format(why=tr(bent.why)),
            transform=axes.transAxes,
            ha="center",
            color=MUTED,
        )
        axes.set(xticks=[], yticks=[])
        return
    weeks = [float(c.name) for c in bent.curve]
    axes.plot(weeks, [c.hr for c in bent.curve], color=SERIES[0][0], linewidth=1.8)
    axes.fill_between(
        weeks, [c.lower for c in bent.curve], [c.upper for c in bent.curve], color=SERIES[0][0], alpha=0.15, linewidth=0
    )
    axes.axhline(1, color=MUTED, linewidth=0.8, linestyle="dashed")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="y", color=FAINT, linewidth=0.7)


def _said(found: tuple[Bent, ...], tr: Translate) -> str:
    """Each outcome in words: its ratio at the first and at the last week written."""
    parts = []
    for bent in found:
        ends = [bent.ratios[0], bent.ratios[-1]] if bent.ratios else []
        words = "; ".join(tr(_l("{n} weeks: {ratio}")).format(n=c.name, ratio=f"{c.hr:.2f}") for c in ends)
        parts.append(f"{tr(OUTCOMES[bent.id])}: {words or tr(bent.why) or DASH}")
    return ". ".join(parts) + "."
