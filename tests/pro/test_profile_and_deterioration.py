"""Mean, change and time to deterioration by hand: who counts, at which day, and that death is neither worse nor lost."""

import statistics
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.endpoints import CENSORED, COMPETING, EVENT, derive
from analysis.pro_answers import Score
from analysis.pro_deterioration import cannot_worsen, deterioration
from analysis.pro_profile import changes, mean, profile, values
from analysis.pro_scores import BY_ID
from analysis.steps import Estimate
from forms.dates import PartialDate
from tests.analysis.courses import course

PF, FA, LARS = BY_ID["C30PF"], BY_ID["C30FA"], BY_ID["LARS"]
EVENTS = ("SCR", "DEC", "FU06", "FU12")
START = date(2026, 4, 1)
WHO = "VG-01-0001"


def score(value, event="SCR", days=0, who=WHO, measure=PF):
    return Score(who, "01", event, measure, START + timedelta(days), float(value))


def people(measure=PF, **scores):
    return [
        score(v, e, 90 * i, who, measure)
        for who, row in scores.items()
        for i, (e, v) in enumerate(zip(EVENTS, row, strict=False))
        if v is not None
    ]


def test_the_mean_and_its_limits_are_those_of_the_t_distribution():
    """R 4.2.2: t.test(c(60, 70, 80, 100))$conf.int gives 50.3246911620 104.6753088380."""
    found = mean([60, 70, 80, 100])
    assert found.value == 77.5 and (found.lower, found.upper) == pytest.approx(
        (50.3246911620, 104.6753088380), abs=1e-9
    )


def test_one_score_has_a_mean_without_limits_and_none_has_nothing():
    assert (mean([60]), mean([])) == (Estimate(60.0), Estimate(None))


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30), st.randoms())
def test_the_order_of_scores_does_not_change_a_bit(numbers, chance):
    mixed = list(numbers)
    chance.shuffle(mixed)
    assert mean(numbers) == mean(mixed)


def test_change_is_of_those_with_both_scores_and_counts_what_matters():
    scores = people(a=(80, 70, 60, None), b=(50, None, 60, 70), c=(None, 40, 40, 40), d=(60, 60, 69.99, 50))
    rows = profile(values(scores, PF), PF, EVENTS, "SCR")
    assert [r.n for r in rows] == [3, 3, 4, 3] and [r.changed for r in rows] == [0, 2, 3, 2]
    at = rows[2]
    assert changes(values(scores, PF), "FU06", "SCR") == pytest.approx({"a": -20, "b": 10, "d": 9.99})
    assert at.change.value == pytest.approx((-20 + 10 + 9.99) / 3) and (at.better, at.worse) == (1, 1)
    assert at.sd == pytest.approx(statistics.stdev([60, 60, 40, 69.99]))
    assert (rows[0].better, rows[0].worse) == (None, None)


def test_before_the_baseline_there_is_no_change_and_a_score_without_bound_has_no_responders():
    rows = profile(values(people(a=(80, 70, 60)), PF), PF, EVENTS, "DEC")
    assert [r.changed for r in rows] == [0, 0, 1, 0]
    found = profile(values(people(LARS, a=(10, 30)), LARS), LARS, EVENTS, "SCR")
    assert (found[1].changed, found[1].better, found[1].worse) == (1, None, None)


def test_a_symptom_that_rises_is_worse():
    rows = profile(values(people(FA, a=(10, 20), b=(30, 20), c=(30, 30)), FA), FA, EVENTS, "SCR")
    assert (rows[1].better, rows[1].worse) == (1, 1)


def test_only_those_asked_for_are_read():
    assert values(people(a=(80,), b=(50,)), PF, {"b"}) == {("b", "SCR"): 50.0}


def row(*scores, confirmed=False, **given):
    told = {
        "cut_on": START + timedelta(2000),
        "consent_on": START,
        "last_known_alive_on": START + timedelta(400),
    } | given
    found = derive(
        course(**told), deterioration(scores[0].measure if scores else PF, scores, baseline="SCR", confirmed=confirmed)
    )
    return None if found is None else (found.status, found.days)


@pytest.mark.parametrize(
    ("later", "plain", "confirmed"),
    [
        ([(90, 70)], (EVENT, 90), (CENSORED, 90)),  # exactly 10 worse
        ([(90, 70.01)], (CENSORED, 90), (CENSORED, 90)),
        ([(90, 65), (180, 80)], (EVENT, 90), (CENSORED, 180)),
        ([(90, 65), (180, 60)], (EVENT, 90), (EVENT, 90)),
        ([(90, 65), (180, 80), (270, 60), (360, 50)], (EVENT, 90), (EVENT, 270)),
        (
            [(90, 95), (180, 85)],
            (CENSORED, 180),
            (CENSORED, 180),
        ),  # from the best seen it fell, from the baseline it did not
        ([], (CENSORED, 0), (CENSORED, 0)),
    ],
)
def test_the_first_worsening_that_matters_ends_the_time(later, plain, confirmed):
    scores = (score(80), *(score(v, f"FU{i:02d}", d) for i, (d, v) in enumerate(later, 1)))
    assert row(*scores) == plain and row(*scores, confirmed=True) == confirmed


def test_death_before_competes_and_death_after_changes_nothing():
    died = PartialDate.of(START + timedelta(300))
    assert row(score(80), score(78, "FU06", 90), died_on=died) == (COMPETING, 300)
    assert row(score(80), score(60, "FU06", 90), died_on=died) == (EVENT, 90)


def test_without_a_baseline_or_without_its_day_there_is_no_row():
    assert row(score(60, "FU06", 90)) is None
    undated = Score(WHO, "01", "SCR", PF, None, 80.0)
    assert row(undated, score(60, "FU06", 90)) is None


def test_scores_after_the_cut_are_not_counted():
    cut = START + timedelta(120)
    found = row(score(80), score(79, "FU06", 90), score(20, "FU12", 180), cut_on=cut, last_known_alive_on=cut)
    assert found is not None and found[0] == CENSORED


def test_a_symptom_deteriorates_upwards():
    assert row(score(10, measure=FA), score(20, "FU06", 90, measure=FA)) == (EVENT, 90)
    assert row(score(30, measure=FA), score(0, "FU06", 90, measure=FA)) == (CENSORED, 90)


@pytest.mark.parametrize(("measure", "value", "near"), [(PF, 9.9, 1), (PF, 10, 0), (FA, 90, 0), (FA, 90.1, 1)])
def test_who_is_too_near_the_bad_end_cannot_worsen(measure, value, near):
    assert cannot_worsen(measure, [score(value, measure=measure)], baseline="SCR") == near


def test_a_score_without_an_agreed_bound_has_no_deterioration():
    with pytest.raises(ValueError, match="LARS"):
        deterioration(LARS, (), baseline="SCR")


@pytest.mark.parametrize(
    "numbers", [[50, 50, 50], [66.67 - 33.34, 33.33, 83.33 - 50]], ids=["equal", "equal but for the last bit"]
)
def test_equal_scores_have_no_limits_for_they_are_no_certainty(numbers):
    """R 4.2.2: t.test(c(50, 50, 50)) stops, "data are essentially constant"."""
    found = mean(numbers)
    assert found.value == pytest.approx(numbers[0]) and found.lower is None and found.upper is None
