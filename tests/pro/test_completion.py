"""Expected, received, evaluable: who could answer, who did, and what an answer gave.

No restaging is recorded of these participants, so nobody can say when their decision visit falls due: DEC is not expected.
"""

from datetime import date, timedelta

import pytest

from analysis.pro_answers import questionnaires
from analysis.pro_completion import DIED, EXPECTED, LEFT, VISITS, completion, standings
from analysis.pro_scores import FORMS
from tests.pro.house import c30, cr29, crf, death, extract, lars, life, not_done, person, visit_day, wexner
from trial import soa

WHO = "VG-01-0001"


def stood(*crfs, cut_on=date(2029, 6, 30), **given):
    return {s.event: s.state for s in standings(extract(person(WHO, *life(**given), *crfs), cut_on=cut_on))}


def counted(*people, form="QLQ30", event="SCR", **given):
    made = extract(*people, **given)
    found = completion(standings(made), questionnaires(made))
    return next(c for c in found if (c.form, c.event) == (form, event))


def test_all_four_questionnaires_are_asked_at_the_same_visits_of_everybody():
    """So the visits of one may stand for all, and none follows from the arm."""
    assert VISITS == ("SCR", "DEC", "FU06", "FU12", "FU24", "FU36")
    for form in FORMS:
        assert {e: soa.cell(form, e) for e in soa.events() if soa.cell(form, e)} == dict.fromkeys(VISITS, soa.EVERYONE)


def test_a_visit_is_expected_once_its_window_has_closed():
    due = visit_day("FU12")
    assert stood(cut_on=due) == dict.fromkeys(("SCR", "FU06"), EXPECTED)
    assert stood(cut_on=due + timedelta(40)) == dict.fromkeys(("SCR", "FU06", "FU12"), EXPECTED)


def test_the_last_day_of_a_window_is_still_inside_it():
    last = date(2027, 7, 11) + timedelta(14)  # six months after the decision, 14 days
    assert "FU06" not in stood(cut_on=last) and "FU06" in stood(cut_on=last + timedelta(1))


def test_a_questionnaire_that_came_early_was_expected():
    early = date(2027, 7, 5)
    assert stood(c30("FU06", on=early), cut_on=early)["FU06"] == EXPECTED
    assert "FU06" not in stood(lars("FU06", on=early), cut_on=early)  # what a hidden form says changes no denominator


def test_the_dead_and_those_who_left_are_not_expected_from_then_on():
    assert stood(death("2027-12-01")) == {
        "SCR": EXPECTED,
        "FU06": EXPECTED,
        "FU12": DIED,
        "FU24": DIED,
    }
    gone = crf("EOS", "EOS", EOSDAT=date(2027, 12, 1), EOSREAS="LOST")
    assert stood(gone) == {"SCR": EXPECTED, "FU06": EXPECTED, "FU12": LEFT, "FU24": LEFT}


def test_a_death_after_the_cut_changes_nothing():
    assert stood(death("2028-02-01"), cut_on=date(2028, 1, 30)) == stood(cut_on=date(2028, 1, 30))


def test_received_evaluable_not_done_and_no_form_are_counted_apart():
    blank = {f"Q{n}": None for n in range(1, 31)}
    people = [
        person("VG-01-0001", *life(), c30()),
        person("VG-01-0002", *life(), c30(**blank)),
        person("VG-01-0003", *life(), not_done("QLQ30", "SCR", "Too ill.")),
        person("VG-01-0004", *life(), crf("QLQ30", "SCR", QSDAT=visit_day("SCR"), QSMODE="ND")),
        person("VG-01-0005", *life()),
    ]
    found = counted(*people)
    assert (found.expected, found.received, found.evaluable, found.not_done, found.no_form) == (5, 2, 1, 2, 1)
    assert found.reasons == (("ND", 1), ("Too ill.", 1)) and found.stoma == 0


@pytest.mark.parametrize("form", ["LARS", "WEX"])
def test_people_with_a_stoma_are_left_out_of_bowel_function_and_counted(form):
    make = lars if form == "LARS" else wexner
    seen = crf("FU", "FU12", FUDAT=visit_day("FU12"), FUMODE="VISIT", ALIVE="Y", STOMANOW="Y")
    people = [
        person("VG-01-0001", *life(), seen, make("FU12")),
        person("VG-01-0002", *life(), make("FU12")),
        person("VG-01-0003", *life()),
    ]
    found = counted(*people, form=form, event="FU12")
    assert (found.expected, found.received, found.stoma, found.scorable, found.evaluable) == (3, 2, 1, 2, 1)
    assert counted(*people, event="FU12").scorable == 3


def test_what_only_a_stoma_routes_makes_no_cr29_evaluable():
    routed = {f"Q{n}": None for n in (*range(31, 48), *range(56, 60))}
    found = counted(person(WHO, *life(), cr29(answer=2, **routed)), form="QLQ29")
    assert (found.received, found.evaluable) == (1, 0)


def test_only_those_asked_for_are_counted_and_visits_nobody_reached_are_left_out():
    made = extract(person("VG-01-0001", *life(), c30()), person("VG-01-0002", *life()))
    found = completion(standings(made), questionnaires(made), {"VG-01-0002"})
    assert {c.event for c in found} == {"SCR", "FU06", "FU12", "FU24"}
    assert [(c.expected, c.received) for c in found if c.form == "QLQ30" and c.event == "SCR"] == [(1, 0)]


def test_without_anybody_there_is_nothing():
    assert completion((), ()) == ()


def test_a_form_set_aside_for_somebody_dead_or_gone_is_not_expected_and_not_counted():
    """Or a site that tidies up after a death would lower the share received."""
    gone = crf("EOS", "EOS", EOSDAT=date(2027, 12, 1), EOSREAS="LOST")
    for left, state in ((death("2027-12-01"), DIED), (gone, LEFT)):
        for aside in (not_done("QLQ30", "FU12", "Died."), crf("QLQ30", "FU12", QSDAT=visit_day("FU12"), QSMODE="ND")):
            assert stood(left, aside) == stood(left) and stood(left)["FU12"] == state
    people = [
        person("VG-01-0001", *life(), death("2027-12-01"), not_done("QLQ30", "FU12", "Died.")),
        person("VG-01-0002", *life()),
        person("VG-01-0003", *life(), c30("FU12")),
    ]
    found = counted(*people, event="FU12")
    assert (found.died, found.expected, found.received, found.not_done, found.no_form) == (1, 2, 1, 0, 1)


def test_a_form_set_aside_before_its_window_closed_is_not_expected_yet():
    early = visit_day("FU12", -1)
    assert "FU12" not in stood(not_done("QLQ30", "FU12"), cut_on=early)
    assert stood(not_done("QLQ30", "FU12"), cut_on=visit_day("FU12", 40))["FU12"] == EXPECTED
