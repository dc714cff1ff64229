"""The data dictionary and the estimands as data: what a reader of the files needs to know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.adam.adtte import OPEN_PARAMETERS, PARAMETERS
from analysis.adam.made import Made
from analysis.attributes import Intercurrent
from analysis.estimands import Estimand
from analysis.responses import KINDS, RESPONSES, Response

COLUMNS = ("dataset", "position", "variable", "label", "type", "origin", "derivation", "source", "codes")
ESTIMAND_COLUMNS = (
    "paramcd", "title", "treatment", "population", "variable", "intercurrent_events", "summary_measure", "origin", "events",
    "competing_events", "censoring", "missing", "source",
)  # fmt: skip


def variables(made: Made) -> Iterator[dict[str, Any]]:
    """One entry a variable of every dataset, in its order."""
    for each in made.datasets:
        for place, v in enumerate(each.dataset.variables, start=1):
            codes = "; ".join(f"{code} = {decode}" for code, decode in v.codes)
            values = (each.dataset.name, place, v.name, v.label, v.kind, v.origin, v.how, ", ".join(v.source), codes)
            yield dict(zip(COLUMNS, values, strict=True))


def estimands(made: Made) -> Iterator[dict[str, str]]:
    """One entry a parameter that is an estimand: the five attributes of ICH E9(R1), and what the rows are made of."""
    timed = {**OPEN_PARAMETERS, "NRDFS": PARAMETERS["NRDFS"]} if made.blinded else PARAMETERS
    yield from (_timed(code, estimand) for code, estimand in timed.items())
    if not made.blinded:
        yield from (_answered(code, endpoint) for code, endpoint in RESPONSES.items())


def document(made: Made) -> Mapping[str, Any]:
    """The dictionary as one document."""
    return {
        "study": made.study,
        "cut": {"name": made.cut.name, "on": made.cut.on.isoformat(), "digest": made.cut.digest},
        "blinded": made.blinded,
        "study_days": made.study_days,
        "datasets": [
            {
                "name": each.dataset.name, "label": each.dataset.label, "structure": each.dataset.structure,
                "keys": list(each.dataset.keys), "rows": len(each.rows),
                "variables": [v for v in variables(made) if v["dataset"] == each.dataset.name],
            }
            for each in made.datasets
        ],
        "estimands": list(estimands(made)),
    }  # fmt: skip


def _timed(code: str, e: Estimand) -> dict[str, str]:
    events = "; ".join(str(c.text) for c in e.events)
    values = (
        code, str(e.title), str(e.treatment.text) if e.treatment else "", str(e.population.text),
        str(e.variable).format(origin=e.origin.text, events=events), _intercurrent(e.intercurrent), str(e.summary), str(e.origin.text),
        events, "; ".join(str(c.text) for c in e.competing), str(e.censoring.text), "", e.source,
    )  # fmt: skip
    return dict(zip(ESTIMAND_COLUMNS, values, strict=True))


def _answered(code: str, r: Response) -> dict[str, str]:
    unit = f", {r.unit}" if r.unit else ""
    values = (
        code, str(r.title), str(r.treatment.text), str(r.population.text), f"{r.variable} ({KINDS[r.kind]}{unit})",
        _intercurrent(r.intercurrent), str(r.summary), "", "", "", "", str(r.missing), r.source,
    )  # fmt: skip
    return dict(zip(ESTIMAND_COLUMNS, values, strict=True))


def _intercurrent(events: tuple[Intercurrent, ...]) -> str:
    return "; ".join(f"{each.text}: {each.strategy.id}" for each in events)
