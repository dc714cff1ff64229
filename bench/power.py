"""Whole virtual trials: what one costs, and replicates a second on one worker and on two.

Told, and held against little: two workers on a machine with one free core gain nothing. The rows are compared in the same run, for speed
that changes a number would be no speed.
"""

import os
from collections.abc import Callable
from time import perf_counter, process_time

from analysis.power.measures import measured, replicate
from analysis.power.run import simulate
from analysis.power.scenario import SCENARIOS
from analysis.power.virtual import generator, virtual_trial
from bench.measured import Measured

TRIALS = 200
DRAWN_MS, WHOLE_MS = 20.0, 100.0
"""Processor time, so that a busy machine is not taken for slow code; three times what it was when this was written."""


def measure() -> list[Measured]:
    """Processor time of one trial, and the rate of many."""
    scenario = SCENARIOS["alternative"]
    replicate(scenario, 1, 0)  # loads what is loaded once
    drawn = _milliseconds(lambda i: virtual_trial(generator(1, i), scenario))
    trials = [virtual_trial(generator(1, i), scenario) for i in range(20)]
    analysed = _milliseconds(lambda i: measured(trials[i]))
    rates, rows = [], []
    for workers in (1, 2):
        begun = perf_counter()
        rows.append(simulate(scenario, TRIALS, 1, workers=workers).tobytes())
        rates.append(TRIALS / (perf_counter() - begun))
    return [
        Measured("a virtual trial drawn, processor time", drawn, "ms", most=DRAWN_MS),
        Measured("the same drawn and analysed, processor time", drawn + analysed, "ms", most=WHOLE_MS),
        Measured("trials on one worker", rates[0], "/s"),
        Measured("trials on two workers, their start included", rates[1], "/s"),
        Measured("two workers over one", rates[1] / rates[0], "times"),
        Measured("cores this process may use", len(os.sched_getaffinity(0)), ""),
        Measured("rows that differ between one worker and two", float(rows[0] != rows[1]), "", most=0.0),
    ]


def _milliseconds(of: Callable[[int], object], times: int = 20) -> float:
    begun = process_time()
    for i in range(times):
        of(i)
    return 1e3 * (process_time() - begun) / times
