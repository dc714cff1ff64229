"""The comparison in the registry as tables and for a machine; every one of them says that it is observational."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.comparing import Weighted, wilson
from analysis.estimable import TOO_FEW
from analysis.registry import ALL, BACKBONES, COVARIATES, LEFT_OUT, OBSERVATIONAL, Comparison, Crude
from analysis.steps import Estimate
from analysis.table import DASH, Column, Table, Translate, percent, share
from forms.text import _l


def rates_table(found: Comparison, tr: Translate = str) -> Table:
    """Complete response by regimen as counted, with the difference and its limits; by backbone beneath."""
    heads = (_l("Backbone"), _l("With immunotherapy"), _l("Without"), _l("Difference (95 % limits)"))
    rows = tuple(_rate_row(name, crude, tr) for name, crude in found.crude.items())
    left = "; ".join(f"{tr(LEFT_OUT[why])}: {n}" for why, n in found.left_out.items())
    notes = (
        tr(_l("Limits: Newcombe 1998, method 10. Unknown outcomes count as no complete response: {n}.")).format(
            n=found.unknown
        ),
        *([tr(_l("Left out: {what}.")).format(what=left)] if left else []),
        tr(OBSERVATIONAL),
    )
    return Table(
        "registry-rates", tr(_l("Complete response by 12 months, as counted")), _columns(heads, tr), rows,
        tr(_l("Historical patients of the registry who were treated: {n}.")).format(n=sum(found.crude[ALL].of)), notes,
        frozenset(range(1, len(rows))),
    )  # fmt: skip


def _rate_row(name: str, crude: Crude, tr: Translate) -> tuple[str, ...]:
    cells = (f"{e}/{n} · {share_only(e, n)}" if n else DASH for e, n in zip(crude.events, crude.of, strict=True))
    difference = points(crude.difference, tr) if crude.difference else DASH
    return (tr(_l("All")) if name == ALL else BACKBONES[name], *cells, difference)


def share_only(n: int, of: int) -> str:
    """A proportion with its Wilson limits, in per cent."""
    low, high = wilson(n, of)
    return percent(Estimate(n / of, low, high))


def points(estimate: Estimate, tr: Translate = str) -> str:
    """A difference of proportions in percentage points, with its limits."""
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return DASH
    shown = (f"{100 * v:+.1f}".replace("-", "−") for v in (estimate.value, estimate.lower, estimate.upper))
    return tr(_l("{value} ({low} to {high})")).format(**dict(zip(("value", "low", "high"), shown, strict=True)))


def adjusted_table(found: Comparison, tr: Translate = str) -> Table:
    """The weighted contrast, effective sample sizes and E-values; one line that says why where there is none."""
    heads = (_l("Measure"), _l("Value"))
    w = found.weighted
    rows = [(tr(_l("Not estimated")), tr(found.why or TOO_FEW))] if w is None else _adjusted_rows(w, found.e_values, tr)
    named = ", ".join(tr(words) for words in COVARIATES.values())
    notes = (
        tr(
            _l(
                "Overlap weights (Li 2018) from a logistic propensity; limits from the sandwich that counts the propensity as estimated."
            )
        ),
        tr(_l("Covariates: {names}. A missing one is set to the mean of the others and said to be missing.")).format(
            names=named
        ),
        tr(
            _l(
                "E-value (VanderWeele 2017): the risk ratios by which something unmeasured would have to go with treatment and outcome."
            )
        ),
        tr(OBSERVATIONAL),
    )
    return Table(
        "registry-adjusted", tr(_l("Complete response, weighted for what was known before therapy")), _columns(heads, tr), tuple(rows),
        tr(_l("Historical patients of the registry who were treated: {n}.")).format(n=sum(found.crude[ALL].of)), notes,
    )  # fmt: skip


def _adjusted_rows(w: Weighted, e_values: tuple[float | None, float | None], tr: Translate) -> list[tuple[str, str]]:
    ratio = DASH
    if w.ratio.value is not None and w.ratio.lower is not None and w.ratio.upper is not None:
        ratio = f"{w.ratio.value:.2f} ({w.ratio.lower:.2f}–{w.ratio.upper:.2f})"
    value, limit = (DASH if e is None else f"{e:.2f}" for e in e_values)
    return [
        (tr(_l("With immunotherapy, weighted")), f"{100 * w.treated:.1f} %"),
        (tr(_l("Without, weighted")), f"{100 * w.control:.1f} %"),
        (tr(_l("Difference, percentage points (95 % limits)")), points(w.difference, tr)),
        (tr(_l("Ratio (95 % limits)")), ratio),
        (tr(_l("Effective sample size, with and without")), f"{w.effective[0]:.1f}, {w.effective[1]:.1f}"),
        (tr(_l("E-value of the ratio, and of its limit closer to 1")), f"{value}, {limit}"),
    ]


def balance_table(found: Comparison, tr: Translate = str) -> Table:
    """Standardised differences before and after weighting."""
    heads = (_l("Covariate"), _l("Before"), _l("After"), _l("Missing"))
    rows = tuple(
        (tr(COVARIATES[b.name]), _smd(b.before), _smd(b.after), share(b.missing, sum(found.crude[ALL].of)))
        for b in found.balance
    )
    note = tr(
        _l(
            "Difference of means in standard deviations of the unweighted groups (Austin 2009); below 0.10 is usually called balanced."
        )
    )
    return Table(
        "registry-balance", tr(_l("Standardised differences before and after weighting")), _columns(heads, tr), rows,
        tr(_l("Historical patients of the registry who were treated: {n}.")).format(n=sum(found.crude[ALL].of)), (note,),
    )  # fmt: skip


def _smd(value: float | None) -> str:
    if value is None:
        return DASH
    shown = f"{value:+.2f}"
    return "0.00" if float(shown) == 0 else shown.replace("-", "−")


def _columns(heads: Sequence[str], tr: Translate) -> tuple[Column, ...]:
    return tuple(Column(tr(h), numeric=n > 0) for n, h in enumerate(heads))


def as_json(found: Comparison) -> dict[str, Any]:
    """The numbers for a machine."""
    w = found.weighted
    return {
        "cut": found.cut.on.isoformat(),
        "digest": found.cut.digest,
        "observational": True,
        "crude": {name: {"events": c.events, "of": c.of, "difference": _numbers(c.difference)} for name, c in found.crude.items()},
        "weighted": None if w is None else {
            "rates": [w.treated, w.control], "difference": _numbers(w.difference), "ratio": _numbers(w.ratio), "effective": w.effective,
            "e_values": found.e_values,
        },
        "why": found.why,
        "balance": [{"covariate": b.name, "before": b.before, "after": b.after, "missing": b.missing} for b in found.balance],
        "left_out": dict(found.left_out),
        "unknown": found.unknown,
    }  # fmt: skip


def _numbers(estimate: Estimate | None) -> list[float | None] | None:
    return None if estimate is None else [estimate.value, estimate.lower, estimate.upper]
