"""The primary comparison under other assumptions: who is lost, who did otherwise, which site."""

import pytest

from analysis.closed_outputs import BY_ID
from analysis.closed_results import nrdfs_by_arm
from analysis.closed_sensitivity import BEGUN, PRIMARY, WITHOUT, WORST, sensitivity, varied
from tests.datasets.house import crf, day, death, extract, life, person, visit


def followed(number, arm, *more, died=None, site="01", begun=None, response="CCR"):
    """Decided on day 0, drawn on day 4, seen on days 180 and 360, or dead."""
    end = (death(day(died).isoformat()),) if died else (visit(180), visit(360, "FU12"))
    started = (crf("MGT", "DEC", MGTDAT=day(10), MGTSTRT=begun or arm),)
    return person(f"VG-{site}-{number:04d}", *life(), *started, *end, *more, arm=arm, response=response)


def lost(n, reason="LOST"):
    return crf("EOS", "EOS", EOSDAT=day(n), EOSREAS=reason)


def left(n, *scope):
    return crf("IC", "ANY", 2, ICWDAT=day(n), ICWSCOPE=scope)


def of(*people, kind=WORST, site=None):
    (found,) = [v for v in varied(extract(*people)) if (v.kind, v.site) == (kind, site)]
    return found


BASE = (
    followed(1, "WW", died=200), followed(2, "WW"), followed(3, "WW", site="02"), followed(4, "WW", died=330, site="02"),
    followed(5, "TME", died=150), followed(6, "TME"), followed(7, "TME", died=300, site="02"), followed(8, "TME", site="02"),
)  # fmt: skip


def test_the_first_row_is_the_primary_comparison():
    first, *_ = varied(extract(*BASE))
    assert first.kind == PRIMARY and first.comparison == nrdfs_by_arm(extract(*BASE))[0].comparison
    assert (first.people, first.events) == ((4, 4), (2, 2))


@pytest.mark.parametrize(
    ("arm", "how", "counted"),
    [
        ("WW", (lost(400),), 1),
        ("WW", (lost(400, "WITHDRAWN"),), 1),
        ("WW", (left(400, "VISITS"),), 1),
        ("WW", (left(400, "SAMPLES"),), 0),
        ("WW", (lost(400, "COMPLETED"),), 0),
        ("WW", (), 0),
        ("TME", (lost(400),), 0),
    ],
)
def test_who_is_lost_under_watch_and_wait_counts_as_an_event_and_nobody_else_does(arm, how, counted):
    people = (*BASE, followed(9, arm, *how))
    plain, worst = (of(*people, kind=kind) for kind in (PRIMARY, WORST))
    assert worst.lost == counted
    assert (worst.events[0] - plain.events[0], worst.events[1] - plain.events[1]) == (counted, 0)
    assert worst.people == plain.people


def test_who_was_lost_after_an_event_had_it_already():
    found = of(*BASE[1:], followed(1, "WW", lost(210), died=200))
    assert found.lost == 0 and found.events == (2, 2)


def test_the_worst_case_is_worse_for_watch_and_wait():
    people = (*BASE, followed(9, "WW", lost(400)))
    assert of(*people).comparison.hazard.hr > of(*people, kind=PRIMARY).comparison.hazard.hr
    assert of(*people).comparison.z < of(*people, kind=PRIMARY).comparison.z


@pytest.mark.parametrize(("begun", "people"), [("WW", (5, 4)), ("TME", (4, 4)), ("NONE", (4, 4))])
def test_who_began_otherwise_is_left_out_and_not_moved(begun, people):
    assert of(*BASE, followed(9, "WW", begun=begun), kind=BEGUN).people == people


def test_each_site_is_left_out_in_turn():
    found = [v for v in varied(extract(*BASE)) if v.kind == WITHOUT]
    assert [(v.site, v.people) for v in found] == [("01", (2, 2)), ("02", (2, 2))]


def test_the_table_says_how_many_were_lost_and_what_is_not_estimable():
    (table,) = sensitivity(extract(*BASE, followed(9, "WW", lost(400))), str).tables
    assert [row[0] for row in table.rows] == [
        "Primary: all randomised, as allocated",
        "Lost under watch-and-wait: an event on the last day seen",
        "Who began what they were allocated to",
        "Without site 01",
        "Without site 02",
    ]
    assert any("; 1 under watch-and-wait." in note for note in table.footnotes)
    assert table.rows[0][1:3] == ("2 / 5", "2 / 4")


def test_of_nobody_there_are_no_numbers_and_no_sites():
    (table,) = BY_ID["nrdfs-sensitivity"].make(extract(), str).tables
    assert {row[3] for row in table.rows} == {"No comparison until both arms had an event"}
    assert len(table.rows) == 3
