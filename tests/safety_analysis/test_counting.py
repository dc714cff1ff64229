"""Overview, rates by exposure and time to the first event: truth tables with blanks, one event, nobody at risk."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from analysis.safety.exposure import exposure_rate, first_day
from analysis.safety.first_event import first_event
from analysis.safety.overview import immune, lines, serious, severe, sorts
from analysis.safety.people import COMPLETED, CUT, DEATH, LEFT, LOST
from analysis.safety.periods import AT_RISK, DECISION, FOLLOW_UP, NEOADJUVANT
from forms.dates import DAYS_PER_YEAR
from tests.safety_analysis.people import THERAPY, day, event, observed, selection

ONLY = {name: frozenset({name}) for name in (NEOADJUVANT, DECISION, FOLLOW_UP)}
CODES = [code for code, *_ in sorts(operation=True)]


def overview(*events, wanted=AT_RISK, **given):
    found = lines(selection(observed(*events, **given), wanted=wanted), operation=True)
    return {line.id: (line.participants, line.unknown) for line in found}


def counted(*events, **given):
    """The lines that are not (0, 0)."""
    return {code: n for code, n in overview(*events, **given).items() if n != (0, 0)}


YES, MAYBE = (1, 0), (0, 1)


@pytest.mark.parametrize(
    ("given_event", "expected"),
    [
        (event(10), {"ANY": YES}),
        (event(10, grade=2), {"ANY": YES}),
        (event(10, grade=3), {"ANY": YES, "SEVERE": YES}),
        (event(10, grade=5), {"ANY": YES, "SEVERE": YES, "FATAL": YES}),
        (event(10, grade=None), {"ANY": YES, "SEVERE": MAYBE, "FATAL": MAYBE}),
        (event(10, serious=True), {"ANY": YES, "SERIOUS": YES}),
        (event(10, serious=None), {"ANY": YES, "SERIOUS": MAYBE}),
        (event(10, related=frozenset({"CHEMO"})), {"ANY": YES, "CHEMO": YES}),
        (event(10, related=frozenset({"RT", "IO"}), grade=3),
         {"ANY": YES, "SEVERE": YES, "RT": YES, "RT_SEVERE": YES, "IO": YES, "IO_SEVERE": YES}),
        (event(10, related=frozenset({"OPERATION"})), {"ANY": YES, "OPERATION": YES}),
        (event(10, related=frozenset({"CHEMO"}), grade=None),
         {"ANY": YES, "SEVERE": MAYBE, "CHEMO": YES, "CHEMO_SEVERE": MAYBE, "FATAL": MAYBE}),
        (event(10, related=None), {"ANY": YES} | dict.fromkeys(("CHEMO", "RT", "IO", "OPERATION"), MAYBE)),  # mild: settled
        (event(10, immune_related=True), {"ANY": YES, "IMMUNE": YES}),
        (event(10, immune_related=None), {"ANY": YES, "IMMUNE": MAYBE}),
        (event(10, delayed=True), {"ANY": YES, "DELAY": YES}),
        (event(10, delayed=None, stopped=True), {"ANY": YES, "DELAY": MAYBE, "STOP": YES}),
        (event(10, fatal=True), {"ANY": YES, "FATAL": YES}),
        (event(10, fatal=None), {"ANY": YES, "FATAL": MAYBE}),
        (event(-5), {}),  # before the first dose: not treatment-emergent
        (event(1001), {}),
        (event(0), {"ANY": YES}),
        (event(-5, 3), {"ANY": MAYBE}),
        (event(-5, 3, serious=True), {"ANY": MAYBE, "SERIOUS": MAYBE}),
    ],
)  # fmt: skip
def test_the_overview_counts_what_is_sure_and_what_cannot_be_told(given_event, expected):
    assert counted(given_event) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"), [(NEOADJUVANT, {"ANY": YES}), (DECISION, {}), (FOLLOW_UP, {}), (None, {"ANY": YES})]
)
def test_an_event_counts_in_the_period_it_began_in(wanted, expected):
    assert counted(event(130), wanted=ONLY.get(wanted, AT_RISK)) == expected


def test_an_event_of_unclear_period_counts_in_all_periods_and_may_count_in_each():
    across = event(120, 175)
    assert counted(across) == {"ANY": YES}
    assert [counted(across, wanted=ONLY[p]) for p in (NEOADJUVANT, DECISION, FOLLOW_UP)] == [{"ANY": MAYBE}] * 3


def test_participants_and_not_events_are_counted_and_a_sure_one_outweighs_a_possible_one():
    assert counted(event(10), event(11), event(12, grade=None), event(13, grade=4)) == {
        "ANY": YES, "SEVERE": YES, "FATAL": MAYBE,
    }  # fmt: skip


def test_an_open_overview_says_nothing_of_operations():
    assert "OPERATION" not in [code for code, *_ in sorts()] and "OPERATION" in CODES
    assert not any("operation" in text.lower() for _, text, _ in sorts())


def test_nobody_gives_zeros():
    assert {(line.participants, line.unknown) for line in lines(selection())} == {(0, 0)}


def test_the_terms_of_a_period_are_those_that_lie_in_it_for_certain():
    found = selection(observed(event(120, 175), event(10), event(-3)), wanted=ONLY[NEOADJUVANT])
    assert (len(found.sure()), found.undated) == (1, 1)


# --- by exposure ----------------------------------------------------------------------------------------------------------


def rated(*people, rule=severe, wanted=AT_RISK):
    return exposure_rate(selection(*people, wanted=wanted), rule)


def test_time_at_risk_stops_with_the_first_event_and_its_day_counts():
    found = rated(observed(event(10, grade=3), event(5, grade=3), event(2)), observed(who="B", end=99))
    assert (found.participants, found.years) == (1, pytest.approx((6 + 100) / DAYS_PER_YEAR))


def test_the_rate_has_exact_limits_of_garwood():
    found = rated(observed(event(9, grade=3)), observed(who="B", end=354))
    years = (10 + 355) / DAYS_PER_YEAR
    assert found.rate.value == pytest.approx(1 / years)
    assert found.rate.lower == pytest.approx(chi2.ppf(0.025, 2) / 2 / years)
    assert found.rate.upper == pytest.approx(chi2.ppf(0.975, 4) / 2 / years)


def test_without_an_event_the_upper_limit_alone_says_something():
    found = rated(observed())
    assert (found.participants, found.rate.value, found.rate.lower) == (0, 0, 0)
    assert found.rate.upper == pytest.approx(-math.log(0.025) / (1001 / DAYS_PER_YEAR))


def test_nobody_at_risk_gives_no_rate():
    found = rated(observed(origin=None), wanted=ONLY[DECISION])
    assert (found.participants, found.years, found.rate) == (0, 0, None)


@pytest.mark.parametrize(
    ("given_event", "participants", "days", "unknown", "imputed"),
    [
        (event(175, grade=3), 1, 6, 0, 0),
        (event(165, 180, grade=3), 0, 91, 1, 0),  # may lie before the decision
        (event(172, 180, grade=3), 1, 3, 0, 1),  # on the earliest day it can be
        (event(175, grade=None), 0, 91, 1, 0),
        (event(300, grade=3), 0, 91, 0, 0),
        (event(260, grade=3), 1, 91, 0, 0),
        (event(261, grade=3), 0, 91, 0, 0),
    ],
)
def test_a_rate_of_a_period_counts_only_what_lies_in_it_for_certain(given_event, participants, days, unknown, imputed):
    found = rated(observed(given_event), wanted=ONLY[DECISION])
    assert (found.participants, found.years, found.unknown, found.imputed) == (
        participants, pytest.approx(days / DAYS_PER_YEAR), unknown, imputed,
    )  # fmt: skip


def test_a_period_in_two_spans_counts_both_and_its_event_in_the_second():
    member = observed(event(300, grade=3))
    assert rated(member, wanted=ONLY[FOLLOW_UP]).years == pytest.approx((39 + 40) / DAYS_PER_YEAR)


def test_an_event_across_all_periods_is_dated_to_its_earliest_day_at_risk():
    member = observed(event(-5, 3, grade=3), end=50)
    assert first_day(member, member.events, AT_RISK) == day(0)
    assert first_day(member, (), AT_RISK) is None


ends = st.integers(0, 400)
some_events = st.lists(
    st.builds(lambda n, grade: event(n, grade=grade), st.integers(-20, 420), st.sampled_from([None, 1, 3])), max_size=4
)


@given(some_events, ends)
def test_time_at_risk_of_the_periods_adds_up_where_there_is_no_event(given_events, end):
    member = observed(*given_events, end=end)
    parts = [rated(member, rule=lambda e: False, wanted=w).years for w in ONLY.values()]
    assert sum(parts) == pytest.approx((end + 1) / DAYS_PER_YEAR)


@given(some_events, ends)
def test_an_event_never_lengthens_the_time_at_risk(given_events, end):
    member = observed(*given_events, end=end)
    assert 0 < rated(member).years <= rated(member, rule=lambda e: False).years


# --- time to the first event ----------------------------------------------------------------------------------------------


def firsts(*people, rule=severe):
    return first_event(selection(*people), rule)


CROWD = (
    observed(event(10, who="A", grade=3)),
    observed(who="B", end=20, why=DEATH),
    observed(event(30, who="C", grade=3), who="C"),
    observed(who="D", end=40, why=LEFT),
    observed(who="E", end=50, why=LOST),
    observed(event(60, who="F", grade=4), who="F"),
    observed(who="G", end=70, why=COMPLETED),
    observed(who="H", end=80, why=CUT),
)


@pytest.mark.parametrize(
    ("why", "died", "left"), [(DEATH, 1, 0), (LEFT, 0, 1), (LOST, 0, 0), (COMPLETED, 0, 0), (CUT, 0, 0)]
)
def test_death_and_leaving_compete_and_the_rest_is_censored(why, died, left):
    found = firsts(observed(end=20, why=why))
    assert (found.event.n_events, found.died.n_events, found.left.n_events) == (0, died, left)


def test_the_incidence_is_that_of_aalen_and_johansen_and_never_one_less_kaplan_meier():
    found = firsts(*CROWD)
    days, status = [10, 20, 30, 40, 50, 60, 70, 80], [1, 2, 1, 3, 0, 1, 0, 0]
    assert found.event == aalen_johansen(days, status, 1)
    assert found.died == aalen_johansen(days, status, 2) and found.left == aalen_johansen(days, status, 3)
    # By hand: 1/8 + 7/8 6/7 1/6... S(t-) at 10, 30, 60 is 1, 6/8, 4/8 of everybody, at risk 8, 6, 3.
    assert found.event.at(60).value == pytest.approx(1 / 8 + 6 / 8 / 6 + 4 / 8 / 3)
    naive = 1 - one_minus_kaplan_meier(days, status).at(60).value
    assert naive > found.event.at(60).value + 0.05


def test_an_event_on_the_day_of_death_is_an_event_and_one_on_day_0_has_time_0():
    found = firsts(observed(event(20, grade=5), end=20, why=DEATH), observed(event(0, who="B", grade=3), who="B"))
    assert (found.event.n_events, found.died.n_events, found.event.times) == (2, 0, (0.0, 20.0))


def test_what_cannot_be_told_is_no_event_and_is_counted():
    found = firsts(observed(event(10, grade=None)), observed(event(-5, 5, who="B", grade=3), who="B"))
    assert (found.event.n, found.event.n_events, found.unknown) == (2, 0, 2)


def test_one_event_of_one_and_nobody():
    assert firsts(observed(event(10, grade=3))).event.at(10).value == 1
    assert firsts().event.n == 0


def test_rules_look_at_one_thing_each():
    plain = event(1, grade=3, serious=None, immune_related=True)
    assert (severe(plain), serious(plain), immune(plain)) == (True, None, True)


def test_a_participant_whose_therapy_never_ended_stays_in_it():
    assert rated(
        observed(periods=(THERAPY.__class__("therapy", day(0), None),)), wanted=ONLY[NEOADJUVANT]
    ).years == pytest.approx(1001 / DAYS_PER_YEAR)
