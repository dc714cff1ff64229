"""Tables of how well the model did, for the page, the report and the files alike. Nothing in them is by arm."""

from analysis import accuracy, calibration, competing_auc, discrimination, net_benefit, unverified
from analysis.called import STRATA, WORDS
from analysis.performance import FEWEST, MISSING, REGROWTH_DAYS, Performance, Stratum
from analysis.reports.performance_cells import (
    MODALITIES,
    Translate,
    empty,
    fewest,
    number,
    of,
    pairs,
    percent,
    two,
)
from analysis.reports.performance_flow import flow_table, inputs_table, quarters_table, shifts_table
from analysis.reports.performance_readers import pairs_table, readers_table, reclassified_table
from analysis.table import DASH, Column, Table, share
from forms.text import _l

TOP = 0.9


def measures_table(found: Performance, tr: Translate = str) -> Table:
    """Discrimination and calibration of everyone validated."""
    w = found.whole
    if w is None:
        return empty("measures", tr(_l("Discrimination and calibration")), found, tr)
    c = w.calibration
    away = tr(c.why) if c.curve is None else " / ".join(f"{v:.3f}" for v in (c.curve.ici, c.curve.e50, c.curve.e90))
    rows = (
        (tr(_l("Area under the ROC curve")), number(w.auc, tr, 3)),
        (tr(_l("Calibration-in-the-large (ideal 0)")), number(c.in_the_large, tr)),
        (tr(_l("Calibration slope (ideal 1)")), number(c.slope, tr)),
        (tr(_l("Observed over expected (ideal 1)")), number(c.o_to_e, tr)),
        (tr(_l("Observed, expected")), f"{c.events}, {c.expected:.1f}"),
        (tr(_l("Brier score")), number(c.brier, tr, 3)),
        (tr(_l("Scaled Brier score")), number(c.brier_scaled, tr, 3)),
        (tr(_l("ICI / E50 / E90")), away),
        (tr(_l("Spiegelhalter's z")), number(c.z, tr)),
    )
    return pairs(
        "measures",
        tr(_l("Discrimination and calibration")),
        rows,
        found,
        (discrimination.DEFINITION, calibration.DEFINITION),
        tr,
    )


def groups_table(found: Performance, tr: Translate = str) -> Table:
    """Fifths of the prediction."""
    if found.whole is None:
        return empty("groups", tr(_l("Fifths of the prediction")), found, tr)
    rows = tuple(
        (str(k), str(g.n), f"{100 * g.predicted:.1f} %", share(g.events, g.n), percent(g.observed, tr))
        for k, g in enumerate(found.whole.calibration.groups, start=1)
    )
    headings = (_l("Participants"), _l("Mean prediction"), _l("Complete response"), _l("95 % CI"))
    return Table(
        "groups", tr(_l("Fifths of the prediction")),
        (Column(tr(_l("Fifth"))), *(Column(tr(text), numeric=True) for text in headings)),
        rows, of(found, tr),
    )  # fmt: skip


def accuracy_table(found: Performance, tr: Translate = str) -> Table:
    """What follows from the locked threshold."""
    w = found.whole
    title = tr(_l("At the locked threshold"))
    if w is None or found.model is None:
        return empty("accuracy", title, found, tr)
    t = w.accuracy.table
    rows = (
        (tr(_l("Locked threshold")), f"{found.model.threshold:.6g}"),
        (tr(_l("Positive with / without complete response")), f"{t.tp} / {t.fp}"),
        (tr(_l("Negative with / without complete response")), f"{t.fn} / {t.tn}"),
        *((tr(text), percent(getattr(w.accuracy, name), tr)) for name, text in _SHARES),
        (tr(_l("Likelihood ratio of a positive class")), number(w.accuracy.lr_positive, tr)),
        (tr(_l("Likelihood ratio of a negative class")), number(w.accuracy.lr_negative, tr)),
        (tr(_l("Net benefit")), number(w.at_threshold.model, tr, 3)),
        (tr(_l("… of everybody")), number(w.at_threshold.everybody, tr, 3)),
        (tr(_l("… gained over everybody")), number(w.at_threshold.over_everybody, tr, 3)),
    )
    return pairs("accuracy", title, rows, found, (accuracy.DEFINITION,), tr)


_SHARES = (
    ("sensitivity", _l("Sensitivity")), ("specificity", _l("Specificity")),
    ("ppv", _l("Positive predictive value")), ("npv", _l("Negative predictive value")),
)  # fmt: skip


def net_benefit_table(found: Performance, tr: Translate = str) -> Table:
    """The decision curve in tenths."""
    title = tr(_l("Net benefit by threshold"))
    if found.whole is None:
        return empty("net-benefit", title, found, tr)
    rows = tuple(
        (f"{100 * b.threshold:.0f} %", number(b.model, tr, 3), number(b.everybody, tr, 3), number(b.over_everybody, tr, 3))
        for b in found.whole.curve
        if round(100 * b.threshold) % 10 == 0 and b.threshold <= TOP
    )  # fmt: skip
    headings = (_l("Model"), _l("Everybody"), _l("Model less everybody"))
    return Table(
        "net-benefit", title, (Column(tr(_l("Threshold"))), *(Column(tr(text), numeric=True) for text in headings)), rows,
        of(found, tr), (tr(net_benefit.DEFINITION),),
    )  # fmt: skip


def strata_table(found: Performance, tr: Translate = str) -> Table:
    """A heading row a kind, its levels under it; too few is said and nothing else."""
    rows: list[tuple[str, ...]] = []
    indented: set[int] = set()
    for kind in (*STRATA, MISSING):
        levels = [s for s in found.strata if s.kind == kind]
        if levels:
            rows.append((tr(STRATA.get(kind, _l("Modality missing"))), *[""] * 7))
            indented |= set(range(len(rows), len(rows) + len(levels)))
            rows += [_stratum_row(s, tr) for s in levels]
    headings = (
        _l("People"),
        _l("Complete response"),
        _l("AUC"),
        _l("O/E"),
        _l("Slope"),
        _l("Sensitivity"),
        _l("Specificity"),
    )
    return Table(
        "strata", tr(_l("By stratum")), (Column(tr(_l("Stratum"))), *(Column(tr(text), numeric=True) for text in headings)),
        tuple(rows), of(found, tr), (fewest(tr), tr(_l("People may lack several modalities and stand in several rows."))),
        frozenset(indented),
    )  # fmt: skip


def _stratum_row(s: Stratum, tr: Translate) -> tuple[str, ...]:
    words = {**WORDS, **MODALITIES} if s.kind != "site" else {}
    name = tr(words.get(s.level, s.level))
    if s.calibration is None or s.accuracy is None:
        return (name, str(s.n), tr(s.auc.reason), *[DASH] * 5)
    c = s.calibration
    return (
        name, str(s.n), share(s.events, s.n), number(s.auc, tr), number(c.o_to_e, tr), number(c.slope, tr),
        percent(s.accuracy.sensitivity, tr), percent(s.accuracy.specificity, tr),
    )  # fmt: skip


def regrowth_table(found: Performance, tr: Translate = str) -> Table:
    """Area and Brier score for regrowth at 24 months in everyone watched."""
    r, title = found.regrowth, tr(_l("Regrowth by 24 months under watch-and-wait"))
    denominator = tr(
        _l("Everyone watched, by allocation or by choice, with a prediction: {n}. Origin: decision date.")
    ).format(n=found.regrowth_n)
    if r is None:
        why = tr(
            _l("Too few: {fewest} regrowths by 24 months and {fewest} people free of every event after it are needed.")
        )
        return Table("regrowth", title, two(tr), ((why.format(fewest=FEWEST), ""),), denominator)
    rows = (
        (tr(_l("Regrowths by {days} days")).format(days=f"{REGROWTH_DAYS:.1f}"), str(r.cases)),
        (tr(_l("Competing events by then")), str(r.competing)),
        (tr(_l("Last seen before")), str(r.lost)),
        (tr(_l("AUC, controls free of every event (definition 1)")), number(r.auc_1, tr, 3)),
        (tr(_l("AUC, competing events among the controls (definition 2)")), number(r.auc_2, tr, 3)),
        (tr(_l("Brier score")), number(r.brier, tr, 3)),
        (tr(_l("Scaled Brier score")), number(r.scaled, tr, 3)),
    )
    read = _l("1 − prediction stands for the risk of regrowth. The model was made for complete response by 12 months: the area judges "
              "its ranking, the Brier score a promise it never made.")  # fmt: skip
    return Table("regrowth", title, two(tr), rows, denominator, (tr(competing_auc.DEFINITION), tr(read)))


def unverified_table(found: Performance, tr: Translate = str) -> Table:
    """Known outcomes alone, corrected for those unknown, and the four extremes."""
    u, title = found.unverified, tr(_l("If the unknown outcomes were known"))
    if u is None or found.whole is None:
        return empty("unverified", title, found, tr)
    w = found.whole
    known = (
        tr(_l("Known outcomes alone")),
        percent(w.accuracy.sensitivity, tr),
        percent(w.accuracy.specificity, tr),
        number(w.auc, tr, 3),
    )
    fixed = (tr(_l("Corrected")), percent(u.sensitivity, tr), percent(u.specificity, tr), number(u.auc, tr, 3))
    extremes = tuple(
        (
            tr(s.text),
            *(_plain(v, as_percent=True) for v in (s.sensitivity, s.specificity)),
            _plain(s.auc, as_percent=False),
        )
        for s in u.scenarios
    )
    headings = (_l("Sensitivity"), _l("Specificity"), _l("AUC"))
    return Table(
        "unverified", title, (Column(tr(_l("Analysis"))), *(Column(tr(text), numeric=True) for text in headings)),
        (known, fixed, *extremes),
        tr(_l("Decision 12 months or more before the cut: {n}, outcome known: {verified}.")).format(n=u.n, verified=u.verified),
        (tr(unverified.DEFINITION),),
    )  # fmt: skip


def _plain(value: float | None, *, as_percent: bool) -> str:
    if value is None:
        return DASH
    return f"{100 * value:.1f} %" if as_percent else f"{value:.3f}"


def every_table(found: Performance, tr: Translate = str) -> tuple[Table, ...]:
    """All of them, in the order of the page."""
    return tuple(
        make(found, tr)
        for make in (
            flow_table, inputs_table, measures_table, groups_table, accuracy_table, net_benefit_table, strata_table,
            unverified_table, regrowth_table, readers_table, pairs_table, reclassified_table, quarters_table, shifts_table,
        )
    )  # fmt: skip
