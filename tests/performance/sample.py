"""The people of the reference values: whole-number arithmetic, so that R (`reference.R`) makes the same ones. Ties on purpose."""

import numpy as np

N = 60
I = np.arange(1, N + 1)  # noqa: E741 -- as in the R file
P = ((I * 37) % 61 + 1) / 63
P = np.floor(P * 50 + 0.5) / 50
Y = (((I * 53) % 67) / 67 < 0.15 + 0.7 * P).astype(int)
Q = np.floor(10 * (0.5 * P + 0.5 * ((I * 29) % 21) / 20) + 0.5) / 10
"""The clinician: tenths, with a 0 and a 1 among them."""
THRESHOLD = 0.5

DAYS = 30 * (1 + (I * 41) % 33)
STATUS = np.where((I * 7) % 10 < 4, 0, np.where((I * 11) % 9 < 6, 1, 2))
T = 700
"""Days to regrowth (1), a competing event (2) or the last sight (0); the risk is 1 - P."""

M = 400
J = np.arange(1, M + 1)
P_LARGE = np.floor((((J * 37) % 401 + 1) / 403) * 1000 + 0.5) / 1000
Y_LARGE = ((J * 181) % 397 / 397 < P_LARGE**1.4).astype(int)
"""Enough people of each outcome for a curve."""
