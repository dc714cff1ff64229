"""The numbers of a late-fusion model as the manifest holds them, and the probability worked out from them by hand.

The arithmetic here is that of the frozen graph, in plain Python: a reader can follow it, and what is on paper can be held
against what runs. The released file answers; this explains.
"""

import math
from collections.abc import Mapping
from typing import Any

from trial.frozen.manifest import Manifest, Preparation

KIND = "late fusion of logistic regressions"


def contributions_of(manifest: Manifest, values: Mapping[str, float | None]) -> dict[str, float]:
    """What each modality adds to the log odds; 0 where nothing of it is known."""
    standard = {each.name: _standard(each, values[each.name]) for each in manifest.preprocessing}
    branches = manifest.specification["modalities"]
    gone = {b["name"] for b in branches if all(values[name] is None for name in b["coefficients"])}
    slope = manifest.specification["slope"]
    return {b["name"]: 0.0 if b["name"] in gone else slope * _branch(b, standard, values, gone) for b in branches}


def probability_of(manifest: Manifest, values: Mapping[str, float | None]) -> float:
    """The probability that the manifest's numbers give these inputs, not rounded; None is missing."""
    odds = manifest.specification["constant"] + sum(contributions_of(manifest, values).values())
    return 1.0 / (1.0 + math.exp(-odds))


def _standard(how: Preparation, value: float | None) -> float:
    if value is None:
        return 0.0
    taken = math.log(1.0 + max(value, 0.0)) if how.transform == "log1p" else value
    return (taken - how.mean) / how.sd


def _branch(
    branch: Mapping[str, Any], standard: Mapping[str, float], values: Mapping[str, float | None], gone: set[str]
) -> float:
    """One modality's calibrated and centred log odds, times its weight beside the modalities that are there."""
    own = branch["intercept"] + sum(c * standard[name] for name, c in branch["coefficients"].items())
    own += sum(c for name, c in branch["missing"].items() if values[name] is None)
    centred = branch["slope"] * own + branch["offset"] - branch["centre"]
    weight = branch["weight"] + sum(more for other, more in branch["without"].items() if other in gone)
    return float(centred * weight + branch["presence"])
