"""Reports of serious events as they stood at the cut: what was learnt, sent or reported later had not happened."""

import datetime

import pytest

from analysis.safety.events import safety_events
from analysis.safety.people import person
from analysis.safety.serious_reports import serious_reports
from tests.safety_analysis.made_trial import at
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import ae, row, sae, treated
from trial.safety import ClockState


def reported(cut: int, **answers):
    """The report of an unexpected reaction of which the site learnt on day 41, at a cut on that day."""
    given = {"SAESPON": at(41, 20), "SAEEXP": "UNEXPECTED", "SAECAUSI": "RELATED"} | answers
    serious = ae(1, "Colitis", 40, 3, AESER="Y", AESCRIT=("HOSPITAL",), AEREL=("IO",))
    found = row("A", *treated(), serious, sae(1, 1, at(41), **{k: v for k, v in given.items() if v is not None}))
    (report,) = serious_reports(found, safety_events(found, person(found, day(cut)), day(cut)), day(cut))
    return report


def states(report):
    return {clock.name: clock.state for clock in report.clocks}


@pytest.mark.parametrize(
    ("cut", "authority"),
    [
        (49, ClockState.RUNNING),  # it was sent the day after this cut
        (50, ClockState.MET),
        (60, ClockState.MET),
    ],
)
def test_a_report_sent_after_the_cut_met_no_clock_at_it(cut, authority):
    assert states(reported(cut, SAERPTA=at(50)))["authority"] is authority


def test_a_report_that_was_overdue_at_the_cut_is_overdue_whenever_it_was_sent():
    assert states(reported(57, SAERPTA=at(60)))["authority"] is ClockState.OVERDUE
    assert states(reported(60, SAERPTA=at(60)))["authority"] is ClockState.LATE


def test_a_sponsor_who_learnt_after_the_cut_did_not_know_at_it():
    found = states(reported(41, SAESPON=at(42, 1)))
    assert (found["site"], found["authority"]) == (ClockState.RUNNING, ClockState.WAITING)
    assert states(reported(42, SAESPON=at(42, 1)))["site"] is ClockState.MET


@pytest.mark.parametrize(("cut", "on_file"), [(40, False), (41, True)])
def test_a_report_of_which_the_site_learnt_after_the_cut_is_not_on_file(cut, on_file):
    found = reported(cut)
    assert (found.aware is not None, bool(found.clocks), found.susar) == (on_file, on_file, True if on_file else None)


def test_the_last_instant_of_the_day_of_the_cut_counts():
    last = datetime.datetime.combine(day(50), datetime.time(23, 59, 59), datetime.UTC)
    first = last + datetime.timedelta(seconds=1)
    assert states(reported(50, SAERPTA=last))["authority"] is ClockState.MET
    assert states(reported(50, SAERPTA=first))["authority"] is ClockState.RUNNING
