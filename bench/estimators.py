"""Estimators beside the fastest library that gives the right answer, on the same rows, in turn, the best of several runs.

A peer is asked for the same thing: where it stops at a standard error, the formula of the limits is added to it. Libraries that are
wrong at ties (lifelines' Aalen-Johansen, robust variance and proportionality test) are no peers: docs/decisions/0022.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from analysis.cox import cox
from analysis.fine_gray import fine_gray
from analysis.gray import gray_test
from analysis.incidence import aalen_johansen
from analysis.landmark import rate_difference
from analysis.logrank import log_rank
from analysis.multistate import Move, occupancy
from analysis.proportionality import proportionality
from analysis.rmst import rmst_difference
from analysis.survival import kaplan_meier
from analysis.turnbull import turnbull
from analysis.weibull import weibull

SIZES = (300, 3_000, 30_000)
SMALL = 0.05
"""Seconds that 300 rows may take."""
RATIO = 1.2
"""Of the fastest right library, at 3,000 and 30,000 rows."""
ABSOLUTE = {("Fine-Gray", 30_000): 1.0, ("Aalen-Johansen with interval", 30_000): 0.02}


@dataclass(frozen=True)
class Row:
    """`limit` is in seconds; None where there is neither a peer nor a bound of its own."""

    name: str
    n: int
    seconds: float
    peer: str | None
    peer_seconds: float | None
    limit: float | None

    @property
    def ratio(self) -> float | None:
        """Of the peer's time."""
        return None if self.peer_seconds is None else self.seconds / self.peer_seconds

    @property
    def held(self) -> bool:
        """Within its limit."""
        return self.limit is None or self.seconds <= self.limit


@dataclass(frozen=True)
class Case:
    """One estimator; peers by name, each for sizes up to the second number."""

    name: str
    ours: Callable[[pd.DataFrame], object]
    peers: tuple[tuple[str, int, Callable[[pd.DataFrame], object]], ...] = ()


def frame(n: int, seed: int = 5) -> pd.DataFrame:
    """Three groups, two kinds of event, days without ties beyond those of whole days in 40 years."""
    draw = np.random.default_rng(seed)
    x, group = draw.normal(size=n), draw.integers(0, 3, n)
    a, b = draw.exponential(2000 * np.exp(-0.3 * x - 0.2 * (group == 1))), draw.exponential(3000, n)
    c = draw.uniform(200, 4000, n)
    days = np.ceil(np.minimum(np.minimum(a, b), c) * 4) / 4
    status = np.where(c <= np.minimum(a, b), 0, np.where(a <= b, 1, 2))
    visit = np.floor(a / 90) * 90
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "days": days,
            "status": status,
            "event": (status > 0).astype(int),
            "group": group,
            "stratum": draw.integers(0, 8, n),
            "x": x,
            "y": draw.integers(0, 2, n).astype(float),
            "z": draw.normal(size=n),
            "lower": visit,
            "upper": np.where(visit > 3000, np.nan, visit + 90),
            "entry": np.floor(days / 3),
        }
    )


def rows(sizes: tuple[int, ...] = SIZES) -> Iterator[Row]:
    """Every estimator at every size."""
    for case in CASES:
        for n in sizes:
            yield measured(case, frame(n))


def measured(case: Case, data: pd.DataFrame) -> Row:
    """Ours and its peers in turn, so that all meet the same machine; the fastest peer is the one to compare with."""
    n = len(data)
    peers = [(name, call) for name, most, call in case.peers if n <= most]
    times = dict.fromkeys(("", *(name for name, _ in peers)), math.inf)
    calls = [("", case.ours), *peers]
    slow = {
        name for name, call in calls if _seconds(call, data) > 2 and _seconds(call, data) > 2
    }  # the first may load a library
    for again in range(25 if n <= 3_000 else 15):
        for name, call in calls:
            if name not in slow or again < 2:
                times[name] = min(times[name], _seconds(call, data))
    ours = times.pop("")
    best = min(times, key=lambda name: times[name], default=None)
    peer = None if best is None else times[best]
    return Row(case.name, n, ours, best, peer, _limit(case.name, n, peer))


def _limit(name: str, n: int, peer: float | None) -> float | None:
    if n <= 300:
        return SMALL
    bounds = [ABSOLUTE.get((name, n)), None if peer is None else RATIO * peer]
    return min((b for b in bounds if b is not None), default=None)


def _seconds(call: Callable[[pd.DataFrame], object], data: pd.DataFrame) -> float:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        begun = perf_counter()
        call(data)
        return perf_counter() - begun


def growth(found: list[Row]) -> Iterator[tuple[str, float, float]]:
    """Name, seconds at 30,000 over seconds at 3,000, and what n log n allows with half as much again for caches that overflow."""
    allowed = 1.5 * 10 * math.log(30_000) / math.log(3_000)
    by = {(row.name, row.n): row.seconds for row in found}
    for case in CASES:
        yield case.name, by[case.name, 30_000] / by[case.name, 3_000], allowed


def _band(estimate: np.ndarray, se: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    stretch = 1.959963984540054 * se / (estimate * np.log(estimate))
    return estimate ** np.exp(stretch), estimate ** np.exp(-stretch)


def _survfunc(d: pd.DataFrame) -> object:
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(d["days"], d["event"])
    return _band(found.surv_prob, found.surv_prob_se)


def _lifelines_km(d: pd.DataFrame) -> object:
    from lifelines import KaplanMeierFitter

    return KaplanMeierFitter().fit(d["days"], d["event"]).confidence_interval_


def _cuminc(d: pd.DataFrame) -> object:
    from statsmodels.duration.survfunc import CumIncidenceRight

    found = CumIncidenceRight(d["days"].to_numpy(), d["status"].to_numpy())
    return _band(found.cinc[0], found.cinc_se[0])


def _survdiff(d: pd.DataFrame, **asked: object) -> object:
    from statsmodels.duration.survfunc import survdiff

    return survdiff(d["days"].to_numpy(), d["event"].to_numpy(), d["group"].to_numpy(), **asked)


def _lifelines_cox(d: pd.DataFrame) -> object:
    from lifelines import CoxPHFitter

    return CoxPHFitter().fit(d[["days", "event", "x", "y", "z"]], "days", "event", fit_options={"precision": 1e-10})


def _phreg(d: pd.DataFrame, **asked: object) -> object:
    from statsmodels.duration.hazard_regression import PHReg

    return PHReg(d["days"], d[["x", "y", "z"]], status=d["event"], ties="efron", **asked).fit().bse


def _varying(d: pd.DataFrame) -> object:
    from lifelines import CoxTimeVaryingFitter

    part = d[["id", "entry", "days", "event", "x", "y", "z"]]
    return CoxTimeVaryingFitter().fit(
        part, id_col="id", event_col="event", start_col="entry", stop_col="days", fit_options={"precision": 1e-10}
    )


def _aft(d: pd.DataFrame) -> object:
    from lifelines import WeibullAFTFitter

    part = d[["lower", "upper", "x"]].assign(upper=d["upper"].fillna(np.inf))
    return WeibullAFTFitter().fit_interval_censoring(part, "lower", "upper")


def _cox(d: pd.DataFrame, **asked: object) -> object:
    return cox(d, days="days", event="event", covariates=["x", "y", "z"], identity="id", **asked)


def _difference(d: pd.DataFrame) -> object:
    first, second = (aalen_johansen(part["days"], part["status"]) for _, part in d.groupby("y"))
    return rate_difference(first, second, 1000)


def _moves(d: pd.DataFrame) -> list[Move]:
    ends = zip(d["id"].tolist(), d["days"].tolist(), d["status"].tolist(), strict=True)
    return [Move(str(i), 0.0, t, "free", (None, "A", "B")[s]) for i, t, s in ends]


CASES = (
    Case(
        "Kaplan-Meier with interval",
        lambda d: kaplan_meier(d["days"], d["event"]),
        (("statsmodels", 30_000, _survfunc), ("lifelines", 30_000, _lifelines_km)),
    ),
    Case(
        "Aalen-Johansen with interval",
        lambda d: aalen_johansen(d["days"], d["status"]),
        (("statsmodels", 30_000, _cuminc),),
    ),
    Case(
        "Log-rank, 3 groups",
        lambda d: log_rank(d["days"], d["event"], d["group"].to_numpy()),
        (("statsmodels", 30_000, _survdiff),),
    ),
    Case(
        "Log-rank, 8 strata",
        lambda d: log_rank(d["days"], d["event"], d["group"].to_numpy(), d["stratum"].to_numpy()),
        (("statsmodels", 30_000, lambda d: _survdiff(d, strata=d["stratum"].to_numpy())),),
    ),
    Case(
        "Fleming-Harrington rho 1",
        lambda d: log_rank(d["days"], d["event"], d["group"].to_numpy(), rho=1),
        (("statsmodels", 30_000, lambda d: _survdiff(d, weight_type="fh", fh_p=1)),),
    ),
    Case("Gray's test", lambda d: gray_test(d["days"], d["status"], d["group"].to_numpy())),
    Case(
        "Restricted mean, difference",
        lambda d: rmst_difference(d["days"], d["event"], d["y"].to_numpy(), 1500),
    ),
    Case("Difference of incidence at a day", _difference),
    Case("Cox, Efron", _cox, (("lifelines", 30_000, _lifelines_cox), ("statsmodels", 3_000, _phreg))),
    Case("Cox, robust", lambda d: _cox(d, robust=True)),
    Case(
        "Cox, entry after the origin",
        lambda d: _cox(d, entry="entry"),
        (("lifelines", 3_000, _varying), ("statsmodels", 3_000, lambda d: _phreg(d, entry=d["entry"]))),
    ),
    Case("Cox and proportionality", lambda d: proportionality(_cox(d))),
    Case("Fine-Gray", lambda d: fine_gray(d, days="days", status="status", covariates=["x", "y", "z"], identity="id")),
    Case("Turnbull", lambda d: turnbull(d["lower"].tolist(), d["upper"].fillna(np.inf).tolist())),
    Case(
        "Weibull between visits",
        lambda d: weibull(d, lower="lower", upper="upper", covariates=["x"], identity="id"),
        (("lifelines", 3_000, _aft),),
    ),
    Case("Multi-state occupancy", lambda d: occupancy(_moves(d), ("free", "A", "B"), "free")),
)


def measure() -> list:
    """The same as figures of the bench's table: seconds against their limit, and growth against n log n."""
    from bench.measured import Measured

    found = list(rows())
    return [
        *(
            Measured(
                f"{row.name}, {row.n:,} rows" + (f" (peer {row.peer_seconds * 1e3:.2f})" if row.peer_seconds else ""),
                row.seconds * 1e3,
                "ms",
                most=None if row.limit is None else row.limit * 1e3,
            )
            for row in found
        ),
        *(
            Measured(f"{name}, 30,000 over 3,000 rows", factor, "times", most=most)
            for name, factor, most in growth(found)
        ),
    ]


R_SCRIPT = """
suppressPackageStartupMessages({library(survival); library(cmprsk); library(jsonlite)})
args <- commandArgs(TRUE); d <- read.csv(args[1]); X <- as.matrix(d[, c("x", "y", "z")])
best <- function(f, times = 5) min(sapply(seq_len(times), function(i) system.time(f())[["elapsed"]]))
out <- list(
  "Kaplan-Meier with interval" = best(function() survfit(Surv(days, event) ~ 1, d, conf.type = "log-log")),
  "Aalen-Johansen with interval" = best(function() cuminc(d$days, d$status)),
  "Log-rank, 3 groups" = best(function() survdiff(Surv(days, event) ~ group, d)),
  "Log-rank, 8 strata" = best(function() survdiff(Surv(days, event) ~ group + strata(stratum), d)),
  "Fleming-Harrington rho 1" = best(function() survdiff(Surv(days, event) ~ group, d, rho = 1)),
  "Gray's test" = best(function() cuminc(d$days, d$status, d$group)),
  "Cox, Efron" = best(function() coxph(Surv(days, event) ~ x + y + z, d)),
  "Cox, robust" = best(function() coxph(Surv(days, event) ~ x + y + z, d, robust = TRUE)),
  "Cox and proportionality" = best(function() cox.zph(coxph(Surv(days, event) ~ x + y + z, d))))
if (nrow(d) <= 3000) out[["Fine-Gray"]] <- best(function() crr(d$days, d$status, X), 1)
cat(toJSON(out, auto_unbox = TRUE, digits = NA))
"""


def in_r(sizes: tuple[int, ...] = SIZES) -> dict[tuple[str, int], float]:
    """Seconds in R by estimator and size, for the reader: empty where R is not installed. crr at 30,000 rows takes minutes: left out."""
    if not shutil.which("Rscript"):
        return {}
    found: dict[tuple[str, int], float] = {}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "time.R"
        script.write_text(R_SCRIPT)
        for n in sizes:
            data = Path(folder) / f"{n}.csv"
            frame(n).to_csv(data, index=False)
            run = subprocess.run(["Rscript", str(script), str(data)], capture_output=True, text=True, check=True)
            found |= {(name, n): seconds for name, seconds in json.loads(run.stdout).items()}
    return found


if __name__ == "__main__":
    everything, r = [], in_r()
    for row in rows():
        everything.append(row)
        peer = f"{row.peer} {row.peer_seconds * 1e3:.1f}" if row.peer and row.peer_seconds else "-"
        ratio = f"{row.ratio:.2f}" if row.ratio else "-"
        limit = f"{row.limit * 1e3:.1f}" if row.limit else "-"
        mark = "" if row.held else "  OVER"
        beside = f"{r[row.name, row.n] * 1e3:.0f}" if (row.name, row.n) in r else "-"
        print(
            f"{row.name:30} {row.n:6} {row.seconds * 1e3:9.2f} ms  {peer:24} {ratio:>5}  limit {limit:>8}  R {beside}{mark}"
        )
    for name, factor, allowed in growth(everything):
        print(f"{name:30} 30,000 / 3,000: {factor:5.1f} (n log n at most {allowed:.1f})")
