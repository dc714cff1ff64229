"""The acceptance check of the simulated cohort: one definition for the truth alone and for whole trials run through the actions.

On at least 2,000 people under watch-and-wait, from the decision, each bound widened by two Monte Carlo standard errors (reference
page on statistics, section a3): two-year regrowth 22-30 %; at least 88 % of regrowths by two years and 97 % by three; salvage
operation in 85-92 % of regrowths; TME-free 60-80 % at three years; Aalen-Johansen below one minus Kaplan-Meier. Numbers behind it:
van der Valk 2018 (IWWD: 25.2 % regrowth by 2 years, 88 % of them in the first 2), US multicentre 2024 (salvage 74 of 84).
"""

from math import sqrt

FEWEST = 2_000
YEAR = 365.25
TWO_YEAR_REGROWTH = (0.22, 0.30)
OF_REGROWTHS_BY_2_YEARS = (0.88, 1.0)
OF_REGROWTHS_BY_3_YEARS = (0.97, 1.0)
SALVAGED = (0.85, 0.92)
THREE_YEAR_TME_FREE = (0.60, 0.80)


def inside(share, bounds, n):
    """Whether a share of n lies within the bounds, each widened by two standard errors."""
    low, high = bounds
    error = sqrt(share * (1 - share) / n)
    return low - 2 * error <= share <= high + 2 * error
