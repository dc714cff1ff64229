"""Net benefit: what acting on a prediction gains, in true positives a person, against acting on everybody and on nobody.

NB(t) = TP/n - FP/n t/(1 - t), positive from t on (Vickers & Elkin 2006). It is a mean over people, so its limits are those of a
mean (normal, variance with n - 1; Sande et al. 2020). Acting on nobody gains 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.accuracy import positive
from analysis.estimable import NOBODY as NO_DATA
from analysis.estimable import Measured, NotEstimable, judged
from analysis.samples import ArrayLike, Floats, critical
from forms.text import _l

DEFINITION = _l(
    "Net benefit TP/n − FP/n × t/(1 − t), in true positives a person (Vickers and Elkin 2006); limits of a mean over people. "
    "Nobody: 0 by definition."
)
THRESHOLDS = tuple(round(0.05 * k, 2) for k in range(1, 20))


@dataclass(frozen=True)
class NetBenefit:
    """At one threshold: acting on the positive, on everybody, and what the first gains over the second, person by person."""

    threshold: float
    model: Measured
    everybody: Measured
    over_everybody: Measured


def net_benefit(y: ArrayLike, p: ArrayLike, threshold: float, *, level: float = 0.95) -> NetBenefit:
    """Raises NotEstimable for nobody, ValueError for a threshold outside (0, 1)."""
    sample = judged(y, p)
    if not sample.n:
        raise NotEstimable(NO_DATA)
    everybody = gains(sample.y, threshold)
    model = np.where(positive(sample.p, threshold), everybody, 0.0)
    return NetBenefit(threshold, *(mean(each, level) for each in (model, everybody, model - everybody)))


def decision_curve(
    y: ArrayLike, p: ArrayLike, thresholds: Iterable[float] = THRESHOLDS, *, level: float = 0.95
) -> tuple[NetBenefit, ...]:
    """Net benefit at each threshold; nothing for nobody."""
    return tuple(net_benefit(y, p, t, level=level) for t in thresholds) if len(y) else ()


def gains(y: Floats, threshold: float) -> Floats:
    """What acting on each person gains: 1 with the event, -t/(1 - t) without."""
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold lies between 0 and 1: {threshold}")
    return np.where(y == 1, 1.0, -threshold / (1 - threshold))


def mean(values: Floats, level: float = 0.95) -> Measured:
    """A mean with its normal limits; none of one person."""
    centre = float(values.mean())
    if values.size < 2:
        return Measured(centre)
    half = critical(level) * float(values.std(ddof=1)) / float(np.sqrt(values.size))
    return Measured(centre, centre - half, centre + half)
