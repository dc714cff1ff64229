"""Chapter: the law. Failures come from two ways, and together they have the hazard that the scenario states."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.power import law as laws
from analysis.power.law import DEATH, METASTASIS, RECURRENCE, SECOND, UNSALVAGED, NoSuchLaw, law, ratio, shares
from analysis.power.people import People
from analysis.power.scenario import MONTH, SCENARIOS, Scenario
from analysis.power.virtual import generator, lives
from analysis.power.watching import FAR
from tests.power.trials import ALTERNATIVE, NULL, OPERATE, WATCH

N = 60_000
THREE_YEARS = 1096


def population(scenario, arm, n=N, number=0):
    rng = generator(11, number)
    no = np.zeros(n, dtype=bool)
    near = rng.random(n) < scenario.near_complete
    who = People(n, np.zeros(n, dtype=np.int64), ~no, np.full(n, arm), np.full(n, arm == WATCH), near, no, no)
    return lives(rng, scenario, who)


@pytest.fixture(scope="module")
def watched():
    return population(NULL, WATCH)


def test_survival_without_failure_under_tme_is_the_protocol_s_at_three_years():
    assert law(ALTERNATIVE).operated[THREE_YEARS] == pytest.approx(0.85, abs=1e-4)


@pytest.mark.parametrize(("scenario", "left"), [(ALTERNATIVE, 0.85), (NULL, 0.75)])
def test_and_under_watch_and_wait_the_scenario_s(scenario, left):
    assert law(scenario).watching[THREE_YEARS] == pytest.approx(left, abs=2e-4)


@pytest.mark.parametrize(
    ("name", "strays"), [("alternative", 2e-3), ("null", 1e-4), ("higher-regrowth", 5e-3), ("poor-salvage", 5e-3)]
)
def test_hazards_are_proportional_on_every_day_but_for_weeks_after_a_round_of_visits(name, strays):
    found, stated = law(SCENARIOS[name]), SCENARIOS[name].hazard_ratios[0][1]
    assert np.abs(found.watching - found.operated**stated).max() < strays


def test_hazards_that_are_not_proportional_change_on_their_day():
    found = law(SCENARIOS["late-equal"])
    early, late = (np.log(found.watching[b] / found.watching[a]) / np.log(found.operated[b] / found.operated[a])
                   for a, b in ((0, round(18 * MONTH)), (round(18 * MONTH), 3000)))  # fmt: skip
    assert (early, late) == (pytest.approx(2.54, abs=0.01), pytest.approx(1.0, abs=0.01))


@pytest.mark.parametrize("arm", [WATCH, OPERATE])
def test_lives_that_are_drawn_fail_as_the_law_says(arm):
    """Kolmogorov's distance of 60,000 draws: 1.95/sqrt(n) is passed once in a thousand."""
    failed = np.sort(population(NULL, arm).failed)
    free = law(NULL).watching if arm == WATCH else law(NULL).operated
    days = np.arange(1, free.size)
    assert np.abs(np.searchsorted(failed, days, side="right") / N - (1 - free[1:])).max() < 1.95 / N**0.5


def test_a_constant_hazard_under_tme_is_one_under_watch_and_wait_although_its_parts_are_not(watched):
    """Failed salvage comes in the first two years; the sum of all failures a year does not change."""
    yearly = [
        ((watched.failed > a) & (watched.failed <= a + 365)).sum() / (watched.failed > a).sum()
        for a in (0, 365, 730, 1095)
    ]
    salvage = [
        ((watched.failed > a) & (watched.failed <= a + 365) & (watched.kind == UNSALVAGED)).sum()
        for a in (0, 365, 730, 1095)
    ]
    assert max(yearly) - min(yearly) < 0.008
    assert salvage[0] > 5 * salvage[2] > 5 * salvage[3]


def test_failed_salvage_is_as_frequent_as_regrowth_and_salvage_make_it(watched):
    """29 % regrow, 19 % of them are not salvaged R0; some have failed otherwise before."""
    expected = NULL.regrows * (1 - NULL.salvaged * NULL.r0)
    assert 0.85 * expected < (watched.kind[watched.failed < FAR] == UNSALVAGED).sum() / N < expected


def test_metastasis_is_four_times_as_frequent_once_a_regrowth_can_be_seen(watched):
    """Among those whose regrowth is salvaged R0, in the year after it was seen, against who never regrows in the same months."""
    grown = (
        (watched.suspected < FAR) & (watched.failed > watched.suspected) & watched.cleared & (watched.salvaged < FAR)
    )
    after = watched.failed - watched.suspected
    hit = (grown & (after <= 365) & (watched.kind == METASTASIS)).sum() / np.minimum(after, 365)[grown].sum()
    never = watched.suspected == FAR
    plain = (never & (watched.failed <= 900) & (watched.kind == METASTASIS)).sum() / np.minimum(watched.failed, 900)[
        never
    ].sum()
    assert 3.3 < hit / plain < 4.7


def test_kinds_of_failure_follow_the_tables_of_the_simulated_lives():
    operated = population(ALTERNATIVE, OPERATE)
    failed = operated.kind[operated.failed < FAR]
    found = {kind: (failed == kind).mean() for kind in (METASTASIS, RECURRENCE, SECOND, DEATH)}
    assert found == pytest.approx(shares(operated=True), abs=0.01)
    assert shares(operated=False)[RECURRENCE] == 0
    assert sum(shares(operated=False).values()) == pytest.approx(1)
    assert ratio() == pytest.approx(1 + 3 * shares(operated=False)[METASTASIS])


def test_nobody_dies_before_failing_and_a_death_is_a_failure(watched):
    assert (watched.died >= watched.failed).all()
    assert (watched.died == watched.failed)[(watched.kind == DEATH) & (watched.failed < FAR)].all()
    assert (watched.died > watched.failed)[(watched.kind != DEATH) & (watched.failed < FAR)].all()


def test_more_failed_salvage_than_the_hazard_allows_is_no_law():
    with pytest.raises(NoSuchLaw) as refused:
        law(replace(ALTERNATIVE, regrows=0.9, r0=0.2))
    assert refused.value.day < 365 and "alternative" in str(refused.value)


def test_a_law_is_made_once(monkeypatch):
    law(ALTERNATIVE)
    monkeypatch.setattr(laws, "_alone", None)
    assert law(ALTERNATIVE).days > 3000


@pytest.mark.parametrize("spent", [0.0, 1e-9, 0.3, 50.0])
def test_the_day_of_a_spent_hazard_is_the_first_that_spends_it(spent):
    found = law(ALTERNATIVE)
    (day,) = found.operated_failures(np.array([spent]))
    assert day == found.days + 1 or -np.log(found.operated[day]) >= spent
    assert day == 0 or -np.log(found.operated[day - 1]) < spent


def test_the_law_does_not_hang_on_the_number_of_courses_it_is_made_from(monkeypatch):
    few = law(Scenario("few", "few"))
    monkeypatch.setattr(laws, "COURSES", 16_000)
    many = law(Scenario("many", "many"))
    assert np.abs(few.alone[:1500] - many.alone[:1500]).max() < 1.5e-3
