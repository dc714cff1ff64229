"""Tables of clinician, model and both on the same people."""

from analysis import reader_study
from analysis.performance import Performance
from analysis.reports.performance_cells import Translate, empty, number, p_value, percent
from analysis.table import DASH, Column, Table
from forms.text import _l


def readers_table(found: Performance, tr: Translate = str) -> Table:
    """Clinician, model, both: each alone on the same people."""
    study, title = found.readers, tr(_l("Clinician, model, and both"))
    if study is None:
        return empty("readers", title, found, tr)
    rows = tuple(
        (
            tr(reader_study.NAMES[r.id]), number(r.auc, tr, 3), percent(r.accuracy.sensitivity, tr),
            percent(r.accuracy.specificity, tr), number(r.net_benefit.model, tr, 3) if r.net_benefit else DASH,
        )
        for r in study.readers
    )  # fmt: skip
    headings = (_l("AUC"), _l("Sensitivity"), _l("Specificity"), _l("Net benefit"))
    return Table(
        "readers", title, (Column(tr(_l("Reader"))), *(Column(tr(text), numeric=True) for text in headings)), rows,
        tr(_l("Validated with an own estimate: {n}, complete responses: {events}. Threshold {threshold}.")).format(
            n=study.n, events=study.events, threshold=f"{study.threshold:.6g}"),
        (tr(reader_study.DEFINITION),),
    )  # fmt: skip


def pairs_table(found: Performance, tr: Translate = str) -> Table:
    """Each two of the three, paired."""
    study, title = found.readers, tr(_l("Paired comparisons"))
    if study is None:
        return empty("pairs", title, found, tr)
    rows = tuple(
        (
            f"{tr(reader_study.NAMES[p.one])} − {tr(reader_study.NAMES[p.other])}",
            DASH if p.area is None else number(p.area.difference, tr, 3), DASH if p.area is None else p_value(p.area.p),
            *_discordant(p.among_events), *_discordant(p.among_others),
        )
        for p in study.pairs
    )  # fmt: skip
    headings = (
        _l("Difference in AUC"),
        _l("p"),
        _l("With response: right only by"),
        _l("p"),
        _l("Without: right only by"),
        _l("p"),
    )
    note = _l("“17 : 9”: 17 people only the first had right, 9 only the second.")
    return Table(
        "pairs", title, (Column(tr(_l("Pair"))), *(Column(tr(text), numeric=True) for text in headings)), rows,
        tr(_l("The same people as above.")), (tr(note),),
    )  # fmt: skip


def _discordant(counts: tuple[int, int, float]) -> tuple[str, str]:
    first, second, p = counts
    return f"{first} : {second}", p_value(p)


def reclassified_table(found: Performance, tr: Translate = str) -> Table:
    """How the model's class moves people from the clinician's, by outcome."""
    study, title = found.readers, tr(_l("From the clinician's class to the model's"))
    if study is None:
        return empty("reclassified", title, found, tr)
    classes = (tr(_l("clinician negative")), tr(_l("clinician positive")))
    rows: list[tuple[str, ...]] = []
    for part in study.reclassified:
        rows.append((tr(_l("Complete response")) if part.event else tr(_l("No complete response")), "", ""))
        rows += [(name, *(str(n) for n in counts)) for name, counts in zip(classes, part.counts, strict=True)]
    headings = (_l("Model negative"), _l("Model positive"))
    return Table(
        "reclassified", title, (Column(tr(_l("Class"))), *(Column(tr(text), numeric=True) for text in headings)), tuple(rows),
        tr(_l("The same people as above.")), (tr(_l("Counts; no net reclassification improvement is computed.")),),
        frozenset({1, 2, 4, 5}),
    )  # fmt: skip
