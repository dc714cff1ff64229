"""Chapter: one trial as one row of numbers."""

import numpy as np
import pytest

from analysis.cox import cox
from analysis.incidence import aalen_johansen
from analysis.power import measures
from analysis.power.known import failures, metastases, regrowths
from analysis.power.looking import Seen, looks
from analysis.power.measures import AT, COLUMNS, FACTS, INTERVALS, facts, intervals, measured, replicate, stopping
from analysis.power.summary import LABELS
from analysis.survival import kaplan_meier
from tests.power.trials import ALTERNATIVE, SEED, by_hand, trial


def named(row):
    return dict(zip(COLUMNS, row.tolist(), strict=True))


def look(z, bound=2.5, day=100, power=0.5):
    return Seen(day, 50, 0.5, 0.0, 0.2, z, bound, power)


def test_a_replicate_is_its_trial_measured():
    assert replicate(ALTERNATIVE, SEED, 3).tobytes() == measured(trial(3)).tobytes()


def test_replicates_and_seeds_are_streams_of_their_own():
    rows = [replicate(ALTERNATIVE, seed, number).tobytes() for seed, number in ((1, 0), (1, 1), (2, 0), (1, 0))]
    assert len(set(rows)) == 3 and rows[0] == rows[3]


def test_every_interval_has_a_label_and_three_columns():
    assert set(LABELS) == set(INTERVALS)
    assert len(COLUMNS) == len(set(COLUMNS)) == len(FACTS) + 3 * len(INTERVALS)


def test_estimates_are_those_of_the_estimators_at_the_final_analysis():
    found, made = named(measured(trial(1))), trial(1)
    day = looks(made)[-1].day
    rows, grown, spread = failures(made, day), regrowths(made, day), metastases(made, day)
    rate = kaplan_meier(*rows.of(1)).at(AT)
    assert [found[f"failure_free_ww.{p}"] for p in ("value", "lower", "upper")] == [rate.value, rate.lower, rate.upper]
    assert found["regrowth_2.value"] == aalen_johansen(grown.days, grown.status).at(730.5).value
    assert found["metastasis_tme.upper"] == aalen_johansen(*spread.of(0)).at(AT).upper


def test_the_hazard_ratio_and_its_limits_are_those_of_the_cox_model():
    import pandas as pd

    found, made = named(measured(trial(1))), trial(1)
    rows = failures(made, looks(made)[-1].day)
    frame = pd.DataFrame({"d": rows.days, "e": rows.status, "w": rows.watched.astype(float), "s": rows.stratum})
    fit = cox(frame, days="d", event="e", covariates=["w"], strata=["s"])["w"]
    assert [found[f"hr.{p}"] for p in ("value", "lower", "upper")] == pytest.approx(
        [fit.hr, fit.lower, fit.upper], rel=1e-9
    )


@pytest.mark.parametrize(
    ("zs", "at"), [((1, 1, 1), 2), ((3, 1, 1), 0), ((1, 3, 3), 1), ((1, 1, 3), 2), ((float("nan"), 3, 1), 1)]
)
def test_the_trial_stops_at_the_first_look_that_crosses_or_at_the_last(zs, at):
    seen = tuple(look(z, day=100 * i) for i, z in enumerate(zs, start=1))
    assert stopping(seen) is seen[at]


@pytest.mark.parametrize(
    ("zs", "powers", "declared", "at"),
    [
        ((1, 1, 3), (0.5, 0.5), 1.0, 3),
        ((1, 1, 3), (0.1, 0.5), 0.0, 1),
        ((1, 1, 3), (0.5, 0.149), 0.0, 2),
        ((1, 1, 3), (0.15, 0.15), 1.0, 3),  # below 0.15, not at it
        ((3, 1, 1), (0.9, 0.1), 1.0, 1),
    ],
)
def test_futility_does_not_bind_and_what_it_would_cost_is_told(monkeypatch, zs, powers, declared, at):
    seen = tuple(
        look(z, day=100 * i, power=p) for i, (z, p) in enumerate(zip(zs, (*powers, float("nan")), strict=True), start=1)
    )
    found = facts(trial(0), seen)
    assert found["efficacy"] == 1.0
    assert found["efficacy_binding"] == declared
    assert found["month_binding"] == pytest.approx(100 * at / measures.MONTH)
    assert [found["futile_1"], found["futile_2"]] == [float(p < 0.15) for p in powers]


def test_a_look_that_was_not_made_has_no_numbers():
    found = facts(trial(0), (look(1.0), look(3.0, day=500)))
    assert found["interims"] == 1 and np.isnan([found["z_2"], found["events_2"], found["futile_2"]]).all()
    assert (found["stopped_at"], found["efficacy"]) == (3, 1.0)


def test_what_is_not_estimable_is_not_a_number_and_no_error():
    lone = by_hand({"failed": 30}, {"arm": 1, "entry": 5})
    found = named(measured(lone))
    assert np.isnan([found["hr.value"], found["metastasis_shr.value"], found["salvage_r0.value"]]).all()
    assert found["efficacy"] == 0.0


def test_repeated_intervals_of_all_looks_are_told_by_the_nearest_limits():
    found = facts(trial(0), (look(1.0, bound=3.0), look(1.0, bound=2.0, day=500)))
    assert (found["every_repeated_low"], found["every_repeated_high"]) == pytest.approx((np.exp(-0.4), np.exp(0.4)))


def test_no_interval_is_left_without_an_estimate_in_an_ordinary_trial():
    made = trial(2)
    assert [name for name, each in intervals(made, looks(made)) if each.value is None or each.lower is None] == []
    assert [name for name, _ in intervals(made, looks(made))].sort() == list(INTERVALS).sort()


def test_nobody_is_counted_by_one_minus_kaplan_meier():
    """The estimator for comparison is named nowhere in the package: what cannot be called cannot be printed."""
    from pathlib import Path

    sources = Path(measures.__file__).parent.glob("*.py")
    assert [p.name for p in sources if "one_minus_kaplan_meier" in p.read_text("utf-8")] == []
