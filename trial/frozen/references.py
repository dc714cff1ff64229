"""The reference vectors of a release: invented rows at the places where a wrong model would show, none of them a person's.

The mean, both ends of every range, each modality missing, nothing known, one modality alone, the last row below the threshold, the
first at it, one just above, values far outside, and rows drawn at random with gaps.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from trial.frozen.errors import TrainingUnfit
from trial.frozen.manifest import InputSpec, Preparation

Ask = Callable[[np.ndarray], np.ndarray]
"""Rows to probabilities, not rounded."""
SEED = 20260303
DRAWN = 5
DIGITS = 6
EPSILON = 10**-DIGITS


def reference_rows(
    inputs: Sequence[InputSpec], preprocessing: Sequence[Preparation], threshold: float, ask: Ask
) -> list[tuple[str, np.ndarray]]:
    """Rows with the reason for each. `ask` answers as the frozen file does."""
    mean = np.array([_mean(spec, how) for spec, how in zip(inputs, preprocessing, strict=True)])
    low, high = np.array([each.low for each in inputs]), np.array([each.high for each in inputs])
    modality = np.array([each.modality for each in inputs])
    rows = [
        ("every input at its training mean", mean),
        ("lowest of every range", low),
        ("highest of every range", high),
    ]
    rows += [(f"{name} missing", np.where(modality == name, np.nan, mean)) for name in dict.fromkeys(modality)]
    rows += [
        ("nothing known", np.full(len(inputs), np.nan)),
        (f"{modality[0]} alone", np.where(modality == modality[0], mean, np.nan)),
        ("far outside every range", mean + 10 * (high - low)),
    ]
    return [*rows, *_at_the_threshold(mean, inputs, threshold, ask), *_drawn(inputs)]


def _mean(spec: InputSpec, how: Preparation) -> float:
    """The training mean in the unit of the input, within its range; of a coded input the nearest code."""
    value = float(np.expm1(how.mean)) if how.transform == "log1p" else how.mean
    if spec.codes is not None:
        return min(sorted(spec.codes.values()), key=lambda number: abs(number - value))
    return min(max(round(value, DIGITS), spec.low), spec.high)


def _at_the_threshold(
    mean: np.ndarray, inputs: Sequence[InputSpec], threshold: float, ask: Ask
) -> Iterator[tuple[str, np.ndarray]]:
    """Where the rounded probability is one step below, at, and above the threshold, on a line on which it rises."""
    no, yes = _line(*_ends(mean, inputs, ask), inputs, threshold, ask)
    for name, wanted in (
        ("threshold - 0.000001", threshold - EPSILON),
        ("threshold", threshold),
        ("threshold + 0.000001", threshold + EPSILON),
    ):
        yield name, _where(no, yes, wanted, ask)


def _ends(mean: np.ndarray, inputs: Sequence[InputSpec], ask: Ask) -> tuple[np.ndarray, np.ndarray]:
    """Each input at the end of its range that speaks against, and at the one that speaks for, a complete response."""
    no, yes = mean.copy(), mean.copy()
    for i, spec in enumerate(inputs):
        at_low, at_high = ask(np.array([_with(mean, i, spec.low), _with(mean, i, spec.high)]))
        no[i], yes[i] = (spec.low, spec.high) if at_low <= at_high else (spec.high, spec.low)
    return no, yes


def _line(
    no: np.ndarray, yes: np.ndarray, inputs: Sequence[InputSpec], threshold: float, ask: Ask
) -> tuple[np.ndarray, np.ndarray]:
    """Two rows with the same codes, what is not coded at its ends, and the threshold between their probabilities.

    The codes are turned to what speaks for a response one after the other until it is so. Raises TrainingUnfit where it never is.
    """
    coded = [i for i, spec in enumerate(inputs) if spec.codes is not None]
    for turned in range(len(coded) + 1):
        low, high = no.copy(), yes.copy()
        low[coded[:turned]], high[coded[turned:]] = yes[coded[:turned]], no[coded[turned:]]
        below, above = ask(np.array([low, high]))
        if below < threshold - 2 * EPSILON and above > threshold + 2 * EPSILON:
            return low, high
    raise TrainingUnfit(f"no inputs within their ranges have a probability at the threshold of {threshold}")


def _with(row: np.ndarray, i: int, value: float) -> np.ndarray:
    changed = row.copy()
    changed[i] = value
    return changed


def _where(no: np.ndarray, yes: np.ndarray, wanted: float, ask: Ask) -> np.ndarray:
    """The row between two ends whose probability is `wanted`, by halving: it rises along the way."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if ask((no + middle * (yes - no))[None])[0] >= wanted else (middle, high)
    return np.asarray(no + high * (yes - no))


def _drawn(inputs: Sequence[InputSpec]) -> Iterator[tuple[str, np.ndarray]]:
    rng = np.random.Generator(np.random.PCG64(SEED))
    for number in range(1, DRAWN + 1):
        row = np.array([_any(spec, rng) for spec in inputs])
        yield f"drawn at random {number}", np.where(rng.random(len(inputs)) < 0.15 * number, np.nan, row)


def _any(spec: InputSpec, rng: np.random.Generator) -> float:
    if spec.codes is not None:
        return float(rng.choice(sorted(set(spec.codes.values()))))
    return round(float(rng.uniform(spec.low, spec.high)), DIGITS)
