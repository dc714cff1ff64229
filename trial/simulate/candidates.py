"""Lives that end up under watch-and-wait whatever the lot would say: what the published cohorts are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trial.frozen.cohort import inputs_of
from trial.prediction import is_positive
from trial.simulate.truth import Truth


def candidate(truth: Truth, model: Any) -> bool:
    """Whether the trial will call this life a candidate: good response, nothing against it, model positive (PROTOCOL 5)."""
    choice = truth.choice
    if choice is None or truth.response not in ("CCR", "NCR") or truth.progressed or choice.contraindication:
        return False
    return is_positive(model.predict(inputs_of(truth)), model.manifest.threshold)


def watching(truth: Truth) -> Truth:
    """The same life, with a wish to watch and no wish to be randomised; what becomes of them is not touched."""
    assert truth.choice is not None
    return replace(truth, choice=replace(truth.choice, preference="WW", accepts="N", chosen="WW", refuses=False))
