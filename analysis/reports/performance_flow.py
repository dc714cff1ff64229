"""Tables of who is in the validation, and of drift: the flow of people, inputs against training, outcomes by quarter."""

from analysis import model_drift
from analysis.performance import Performance
from analysis.reports.performance_cells import MODALITIES, Translate, number, of
from analysis.table import DASH, Column, Table
from forms.text import _l

REFUSED = {"INPUTS": _l("Inputs below the model's minimum"), "MODEL": _l("Model unavailable")}


def flow_table(found: Performance, tr: Translate = str) -> Table:
    """From restaging to a known outcome, with what calls lacked."""
    titles = {s.id: tr(s.text) for s in found.consort.steps}
    rows = [(tr(s.text), str(s.n), _part(s.n, s.of, found, titles)) for s in found.consort.steps]
    reasons = [(tr(REFUSED[code]), str(n), _part(n, "REFUSED", found, titles)) for code, n in found.consort.refused]
    at = next(i for i, s in enumerate(found.consort.steps) if s.id == "REFUSED") + 1
    return Table(
        "flow",
        tr(_l("From restaging to a known outcome")),
        (Column(tr(_l("Step"))), Column(tr(_l("Participants")), numeric=True), Column(tr(_l("Share")))),
        (*rows[:at], *reasons, *rows[at:]),
        tr(_l("Denominator: the step named in the last column.")),
        (tr(_l("How outcomes became known is not told here: it would nearly be told by arm.")),),
        frozenset(range(at, at + len(reasons))),
    )


def _part(n: int, of: str | None, found: Performance, titles: dict[str, str]) -> str:
    if of is None or not found.consort[of]:
        return ""
    return f"{100 * n / found.consort[of]:.1f} % · {titles[of]}"


def inputs_table(found: Performance, tr: Translate = str) -> Table:
    """Modalities missing in the calls that count, and sources that refused calls lacked."""
    missing = [(tr(MODALITIES.get(m, m)), str(n)) for m, n in found.consort.missing]
    refused = [(source, str(n)) for source, n in found.consort.lacking]
    heads = (tr(_l("Missing in the call that counts")), tr(_l("Lacking in refused calls")))
    rows = [row for head, part in zip(heads, (missing, refused), strict=True) for row in ((head, ""), *part)]
    return Table(
        "inputs",
        tr(_l("What calls lacked")),
        (Column(tr(_l("Modality or source"))), Column(tr(_l("Calls")), numeric=True)),
        tuple(rows),
        tr(_l("Of {n} first answers, and of all refused calls.")).format(n=found.consort["THIS"]),
        indented=frozenset(range(len(rows))) - {0, 1 + len(missing)},
    )


def shifts_table(found: Performance, tr: Translate = str) -> Table:
    """Every input against training, those that moved first."""
    ordered = sorted(found.shifts, key=lambda s: (not s.moved, s.p if s.p is not None else 2.0, s.name))
    rows = tuple(
        (
            s.name, tr(MODALITIES.get(s.modality, s.modality)), number(s.psi, tr, 3), _chance(s.p),
            f"{100 * s.missing_then:.1f} %", f"{100 * s.missing_now:.1f} %", tr(_l("moved")) if s.moved else "",
        )
        for s in ordered
    )  # fmt: skip
    headings = (_l("PSI"), _l("By chance"), _l("Missing in training"), _l("Missing now"))
    columns = (
        Column(tr(_l("Input"))),
        Column(tr(_l("Modality"))),
        *(Column(tr(t), numeric=True) for t in headings),
        Column(""),
    )
    none = tr(_l("No training reference is kept for this model: inputs are not judged."))
    said = tr(_l("First answers of this model: {n}; training: {trained}.")).format(
        n=found.consort["THIS"], trained=found.reference
    )
    return Table("shifts", tr(_l("Inputs against training")), columns, rows, said if found.reference else none,
                 (tr(model_drift.PSI_DEFINITION),))  # fmt: skip


def _chance(p: float | None) -> str:
    if p is None:
        return DASH
    return f"{p:.4f}" if p > 1.5 / (1 + model_drift.SIMULATIONS) else f"< {2 / model_drift.SIMULATIONS:.4f}"


def quarters_table(found: Performance, tr: Translate = str) -> Table:
    """Calibration by the quarter of the decision."""
    rows = tuple(
        (q.name, str(q.n), *((tr(q.o_to_e.reason), DASH, DASH) if q.observed.value is None else
         (str(q.events), f"{q.expected:.1f}", number(q.o_to_e, tr))))
        for q in found.quarters
    )  # fmt: skip
    headings = (_l("Participants"), _l("Observed"), _l("Expected"), _l("O/E"))
    few = tr(_l("Too few: fewer than {n} people.")).format(n=model_drift.FEWEST_PER_QUARTER)
    return Table("quarters", tr(_l("By quarter of the decision")),
                 (Column(tr(_l("Quarter"))), *(Column(tr(t), numeric=True) for t in headings)), rows, of(found, tr), (few,))  # fmt: skip


def cusum_words(found: Performance, tr: Translate = str) -> str:
    """Whether outcomes have left the predictions, in a sentence."""
    c = found.cusum
    if c.limit is None:
        return tr(_l("Too few: the CUSUM needs {n} outcomes.")).format(n=model_drift.FEWEST)
    if c.crossed is None:
        return tr(_l("Not crossed in {n} outcomes; limit {limit}.")).format(n=len(c.upper), limit=f"{c.limit:.2f}")
    more = c.upper[c.crossed] > c.limit
    text = _l("Crossed at outcome {k} of {n}: more complete responses than predicted; limit {limit}.") if more else _l(
        "Crossed at outcome {k} of {n}: fewer complete responses than predicted; limit {limit}.")  # fmt: skip
    return tr(text).format(k=c.crossed + 1, n=len(c.upper), limit=f"{c.limit:.2f}")
