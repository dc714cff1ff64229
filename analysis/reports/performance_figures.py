"""Figures of the prospective validation: ROC curve, calibration, decision curve, CUSUM. Drawn where there is something to draw."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from analysis.figure import INCHES, Figure, saved, style
from analysis.model_drift import Cusum
from analysis.performance import Performance, Whole
from analysis.reports.performance_cells import Translate, number, too_few
from analysis.reports.performance_flow import cusum_words
from analysis.theme import FAINT, INK, MUTED, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, BLACK, GREEN = SERIES
NAMES = ("roc", "calibration", "decision", "cusum")
_SQUARE = (4.3, 4.1)


def draw(name: str, found: Performance, tr: Translate = str) -> Figure:
    """One of `NAMES`. With too few outcomes the axes say so. Raises KeyError for another name."""
    title, size, alt, paint = _FIGURES[name]
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=size, layout="constrained")
        axes = drawing.subplots()
        missing = cusum_words(found, tr) if name == "cusum" else too_few(found, tr)
        shown = found.cusum.limit is not None if name == "cusum" else found.whole is not None
        if shown:
            paint(axes, found, tr)
        else:
            axes.text(0.5, 0.5, missing, transform=axes.transAxes, ha="center", va="center", color=MUTED, wrap=True)
            axes.set(xticks=[], yticks=[])
        axes.grid(color=FAINT, linewidth=0.7)
        axes.set_axisbelow(True)
        return saved(drawing, identity=f"model-{name}", title=tr(title), alt=alt(found, tr) if shown else missing)


def _whole(found: Performance) -> Whole:
    if found.whole is None:
        raise ValueError("nothing to draw")
    return found.whole


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _percents(axes: "Axes", which: str = "both") -> None:
    from matplotlib.ticker import PercentFormatter

    for axis in (axes.xaxis, axes.yaxis) if which == "both" else (axes.xaxis,):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def _diagonal(axes: "Axes") -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def _roc(axes: "Axes", found: Performance, tr: Translate) -> None:
    w = _whole(found)
    _diagonal(axes)
    axes.plot(*zip(*w.roc, strict=True), color=BLUE[0], linewidth=1.8, label=tr(_l("Model")))
    s, c = w.accuracy.sensitivity.value, w.accuracy.specificity.value
    if s is not None and c is not None:
        axes.plot([1 - c], [s], "o", color=ORANGE[0], markersize=6, label=tr(_l("Locked threshold")))
    axes.set(xlabel=tr(_l("1 − specificity")), ylabel=tr(_l("Sensitivity")))
    _percents(axes)
    axes.legend(loc="lower right")


def _calibration(axes: "Axes", found: Performance, tr: Translate) -> None:
    c = _whole(found).calibration
    _diagonal(axes)
    if c.curve:
        axes.plot(c.curve.predicted, c.curve.observed, color=BLUE[0], linewidth=1.8, label=tr(_l("Curve")))
        axes.fill_between(c.curve.predicted, c.curve.lower, c.curve.upper, color=BLUE[0], alpha=0.15, linewidth=0)
    shown = [(g.predicted, g.observed.value, g.observed.lower, g.observed.upper) for g in c.groups]
    x, y, low, high = ([_or_nan(v) for v in column] for column in zip(*shown, strict=True))
    beyond = [[v - a for v, a in zip(y, low, strict=True)], [b - v for v, b in zip(y, high, strict=True)]]
    axes.errorbar(
        x, y, yerr=beyond, fmt="s", color=ORANGE[0], markersize=4.5, linewidth=1.1, capsize=2, label=tr(_l("Fifths"))
    )
    axes.set(xlabel=tr(_l("Predicted")), ylabel=tr(_l("Complete response")))
    _percents(axes)
    axes.legend(loc="upper left")


def _decision(axes: "Axes", found: Performance, tr: Translate) -> None:
    w = _whole(found)
    x = [b.threshold for b in w.curve]
    model, lower, upper = ([_or_nan(getattr(b.model, name)) for b in w.curve] for name in ("value", "lower", "upper"))
    axes.plot(x, model, color=BLUE[0], linewidth=1.8, label=tr(_l("Model")))
    axes.fill_between(x, lower, upper, color=BLUE[0], alpha=0.15, linewidth=0)
    axes.plot(
        x,
        [_or_nan(b.everybody.value) for b in w.curve],
        color=ORANGE[0],
        linestyle="dashed",
        linewidth=1.5,
        label=tr(_l("Everybody")),
    )
    axes.plot(x, [0.0] * len(x), color=BLACK[0], linestyle="dashdot", linewidth=1.2, label=tr(_l("Nobody")))
    if found.model:
        axes.axvline(
            found.model.threshold, color=GREEN[0], linestyle="dotted", linewidth=1.4, label=tr(_l("Locked threshold"))
        )
    highest = max(upper)
    axes.set(
        xlim=(0, 1), ylim=(-0.15 * highest, 1.05 * highest), xlabel=tr(_l("Threshold")), ylabel=tr(_l("Net benefit"))
    )
    _percents(axes, "x")
    axes.legend(loc="upper right")


def _cusum(axes: "Axes", found: Performance, tr: Translate) -> None:
    c: Cusum = found.cusum
    x = list(range(1, len(c.upper) + 1))
    axes.plot(x, c.upper, color=BLUE[0], linewidth=1.6, label=tr(_l("More responses than predicted")))
    axes.plot(
        x,
        [-v for v in c.lower],
        color=ORANGE[0],
        linestyle="dashed",
        linewidth=1.6,
        label=tr(_l("Fewer than predicted")),
    )
    limit = float(c.limit or 0)
    for sign in (1, -1):
        axes.axhline(sign * limit, color=INK, linestyle="dotted", linewidth=1.2)
    axes.annotate(
        tr(_l("limit")), (1, limit), xycoords=axes.get_yaxis_transform(), xytext=(-2, 3), textcoords="offset points",
        ha="right", color=MUTED, fontsize=8.5,
    )  # fmt: skip
    if c.crossed is not None:
        side = c.upper[c.crossed] if c.upper[c.crossed] > limit else -c.lower[c.crossed]
        axes.plot([c.crossed + 1], [side], "D", color=BLACK[0], markersize=6, label=tr(_l("First crossing")))
    most = 1.15 * max(limit, *c.upper, *c.lower)
    axes.set(
        xlim=(0, len(x) + 1),
        ylim=(-most, most),
        xlabel=tr(_l("Outcomes, in the order of decisions")),
        ylabel=tr(_l("Sum of observed − expected")),
    )
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.14), ncols=3, borderpad=0)


def _alt_roc(found: Performance, tr: Translate) -> str:
    return tr(_l("Area {auc} in {n} people.")).format(auc=number(_whole(found).auc, tr), n=found.n)


def _alt_calibration(found: Performance, tr: Translate) -> str:
    c = _whole(found).calibration
    text = _l("Calibration-in-the-large {a}, slope {b}, observed over expected {c}.")
    return tr(text).format(a=number(c.in_the_large, tr), b=number(c.slope, tr), c=number(c.o_to_e, tr))


def _alt_decision(found: Performance, tr: Translate) -> str:
    b = _whole(found).at_threshold
    text = _l("At the locked threshold {model}; everybody {all}; nobody 0.")
    return tr(text).format(model=number(b.model, tr, 3), all=number(b.everybody, tr, 3))


_Paint = Callable[["Axes", Performance, Translate], None]
_FIGURES: dict[str, tuple[str, tuple[float, float], Callable[[Performance, Translate], str], _Paint]] = {
    "roc": (_l("ROC curve"), _SQUARE, _alt_roc, _roc),
    "calibration": (_l("Calibration"), _SQUARE, _alt_calibration, _calibration),
    "decision": (_l("Decision curve"), (INCHES[0], 3.4), _alt_decision, _decision),
    "cusum": (_l("CUSUM of observed minus expected"), (INCHES[0], 3.2), cusum_words, _cusum),
}
