"""The analysis of preferences as tables and as a love plot, for the closed outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.baseline_tables import smd
from analysis.closed_choosers import ADJUSTED, COVARIATES
from analysis.closed_preference import AT, Contrast, Preferences
from analysis.closed_tables import p_value
from analysis.figure import INCHES, Figure, saved, style
from analysis.preference import Effects
from analysis.registry_tables import points
from analysis.table import DASH, Column, Table, Translate, share
from analysis.theme import FAINT, MUTED, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from analysis.effects import Coefficient

SETS = {
    "RANDOMISED": _l("Randomised, as allocated (primary, stratified)"),
    "CHOSE": _l("Preference cohort, as chosen, not adjusted"),
    "OVERLAP": _l("Preference cohort, overlap weights"),
    "IPTW": _l("Preference cohort, inverse probability weights"),
    "BOTH_RANDOMISED": _l("Comprehensive cohort: randomised part"),
    "BOTH_CHOSE": _l("Comprehensive cohort: preference part"),
    "BOTH_RANDOMISED_ADJUSTED": _l("Comprehensive cohort, adjusted: randomised part"),
    "BOTH_CHOSE_ADJUSTED": _l("Comprehensive cohort, adjusted: preference part"),
}
INTERACTIONS = (
    _l("Interaction: hazard ratio of the preference over that of the randomised part; p"),
    _l("Interaction, adjusted; p"),
)
EFFECTS = {
    "ASKED": _l("By the preference asked before the draw, randomised only"),
    "MOMENTS": _l("By Rucker's moments, randomised and preference cohort"),
}
BALANCED = 0.1


def contrasts_table(found: Preferences, tr: Translate = str) -> Table:
    """A row a set of people, and the interactions of arm and cohort last."""
    heads = (
        _l("WW: events / n"),
        _l("TME: events / n"),
        _l("Hazard ratio (95 % CI)"),
        _l("ESS"),
        _l("E-value (limit)"),
    )
    rows = [_row(contrast, tr) for contrast in found.contrasts]
    rows += [
        (tr(title), "", "", f"{_ratio(each)}; {p_value(each.p)}", "", "")
        for title, each in zip(INTERACTIONS, (found.interaction, found.adjusted), strict=True)
        if each
    ]
    return Table(
        "preference",
        tr(_l("NR-DFS, watch-and-wait against surgery, by how people came to it")),
        (Column(tr(_l("People"))), *(Column(tr(head), numeric=True) for head in heads)),
        tuple(rows),
        tr(_l("Randomised and preference cohorts; from randomisation, else from the decision. Below 1 favours watch-and-wait.")),
        (
            tr(_l("Nobody drew lots in the preference cohort: weights allow for what was on file before the decision alone.")),
            tr(_l("Adjusted for {names}: of the two interactions the one to read, decided before any data (decision 0037).")).format(
                names="; ".join(tr(COVARIATES[name]) for name in ADJUSTED)),
            tr(_l("Cox, ties by Efron; weighted: robust variance, weights taken as known. Inverse probability weights are stabilised.")),
            tr(_l("ESS: Kish's effective sample size, WW and TME. Covariates: {names}.")).format(
                names="; ".join(tr(words) for words in COVARIATES.values())),
            tr(_l("E-value (VanderWeele and Ding 2017) of the ratio and of its limit closer to 1, as risk ratios; a ratio of hazards of a "
                  "common outcome is turned into one by their approximation.")),
        ),
    )  # fmt: skip


def _row(c: Contrast, tr: Translate) -> tuple[str, ...]:
    effect = _ratio(c.hazard) if c.hazard else tr(_l("not estimable: {why}")).format(why=tr(c.why))
    effective = " / ".join(f"{n:.1f}" for n in c.effective) if c.effective else ""
    values = ""
    if c.e_values:
        value, limit = (DASH if v is None else f"{v:.2f}" for v in c.e_values)
        values = f"{value} ({limit})"
    numbers = (f"{events} / {n}" for events, n in zip(c.events, c.people, strict=True))
    return (tr(SETS[c.id]), *numbers, effect, effective, values)


def _ratio(c: Coefficient) -> str:
    return f"{c.hr:.2f} ({c.lower:.2f}–{c.upper:.2f})"


def effects_table(found: Preferences, tr: Translate = str) -> Table:
    """Treatment, selection and preference effects, in percentage points of survival."""
    heads = (_l("Treatment"), _l("Selection"), _l("Preference"))
    rows = tuple((tr(words), *_effects(found.effects[name], tr)) for name, words in EFFECTS.items())
    return Table(
        "preference-effects",
        tr(_l("Effects of treatment, selection and preference on NR-DFS at 3 years")),
        (Column(tr(_l("Estimated"))), *(Column(tr(_l("{effect}, points (95 % CI)")).format(effect=tr(h)), numeric=True) for h in heads)),
        rows,
        tr(_l("Kaplan-Meier at {n} days, Greenwood's variance; watch-and-wait less surgery.")).format(n=f"{AT:.0f}"),
        (
            tr(_l("Selection: who prefers watch-and-wait less who prefers surgery. Preference: treated as preferred less against it.")),
            tr(_l("Rucker 1989, Walter 2011. The moments take the randomised to prefer in the same shares as those who chose, "
                  "which people who accept a draw may not.")),
            tr(_l("{dash}: a group of those it needs had nobody at risk at 3 years, or no event by then.")).format(dash=DASH),
        ),
    )  # fmt: skip


def _effects(effects: Effects | None, tr: Translate) -> tuple[str, str, str]:
    if effects is None:
        return DASH, DASH, DASH
    one, two, three = (points(e, tr) for e in (effects.treatment, effects.selection, effects.preference))
    return one, two, three


def balance_table(found: Preferences, tr: Translate = str) -> Table:
    """Standardised differences of the preference cohort before and after weighting."""
    heads = (_l("Before"), _l("Overlap weights"), _l("Inverse probability"), _l("Missing"))
    chose = found.contrasts[1].people
    rows = [(tr(COVARIATES[b.name]), smd(b.before), smd(b.overlap), smd(b.inverse), share(b.missing, sum(chose)))
            for b in (found.weights.balance if found.weights else ())]  # fmt: skip
    none = (tr(_l("Not weighted: {why}")).format(why=tr(found.why_not)), "", "", "", "")
    return Table(
        "preference-balance",
        tr(_l("Balance of the preference cohort before and after weighting")),
        (Column(tr(_l("Covariate"))), *(Column(tr(head), numeric=True) for head in heads)),
        tuple(rows) or (none,),
        tr(_l("Preference cohort: {n}.")).format(n=sum(chose)),
        (
            tr(
                _l("Standardised difference, watch-and-wait less surgery (Austin 2009). {dash}: it does not vary.")
            ).format(dash=DASH),
        ),
    )


def love_plot(found: Preferences, *, identity: str, title: str, tr: Translate = str) -> Figure:
    """Absolute standardised differences of each covariate, before and after, with the line at 0.1. Raises FontMissing."""
    from matplotlib.figure import Figure as Drawing

    balance = found.weights.balance if found.weights else ()
    series = (
        (tr(_l("Before")), [b.before for b in balance], "o"),
        (tr(_l("Overlap weights")), [b.overlap for b in balance], "s"),
        (tr(_l("Inverse probability")), [b.inverse for b in balance], "^"),
    )
    with style():
        drawing = Drawing(figsize=(INCHES[0], 1.3 + 0.24 * max(len(balance), 4)), layout="constrained")
        axes = drawing.subplots()
        for (label, values, marker), (colour, _) in zip(series, SERIES, strict=False):
            known = [(abs(v), place) for place, v in enumerate(values) if v is not None]
            x, y = zip(*known, strict=True) if known else ((), ())
            axes.plot(
                x,
                y,
                marker,
                color=colour,
                label=label,
                markersize=5.5,
                markerfacecolor="none",
                markeredgewidth=1.4,
                clip_on=False,
                zorder=3,
            )
        axes.axvline(BALANCED, color=MUTED, linewidth=0.9, linestyle="dashed")
        axes.set_yticks(range(len(balance)), [tr(COVARIATES[b.name]) for b in balance])
        axes.set_ylim(max(len(balance), 1) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel(tr(_l("Absolute standardised difference; dashed: 0.1")))
        axes.grid(color=FAINT, linewidth=0.7)
        axes.set_axisbelow(True)
        if balance:
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0, handletextpad=0.3)
        else:
            axes.text(0.5, 0.5, tr(found.why_not), transform=axes.transAxes, ha="center", color=MUTED)
        return saved(drawing, identity=identity, title=title, alt=_said(found, tr))


def _said(found: Preferences, tr: Translate) -> str:
    if found.weights is None:
        return tr(_l("Not weighted: {why}")).format(why=tr(found.why_not))
    worst = [max((abs(v) for v in values if v is not None), default=0.0)
             for values in zip(*((b.before, b.overlap, b.inverse) for b in found.weights.balance), strict=True)]  # fmt: skip
    said = tr(
        _l(
            "Largest absolute standardised difference: {before} before, {overlap} with overlap weights, {inverse} with inverse probability."
        )
    )
    return said.format(before=f"{worst[0]:.2f}", overlap=f"{worst[1]:.2f}", inverse=f"{worst[2]:.2f}")
