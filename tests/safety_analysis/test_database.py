"""From the database: an extract carries the ranges that sites stated, its digest covers them, and every output is made of it."""

import dataclasses

import pytest

from analysis import closed_safety_outputs, safety_outputs
from analysis.safety.laboratory import results
from analysis.safety.people import person
from tests.actions.house import SCREENED, House
from tests.actions.rooms import on_both
from tests.imports.sheets import line, read, sheet
from tests.imports.test_range_files import indicator, state, stated
from trial.store import extract
from trial.store.extract import Extract


def pooled(house: House) -> Extract:
    return extract.pooled(house.reader, house.actor("statistician"), cut_on=house.clock.today(), now=house.clock.now())


def haemoglobin(of: Extract):
    (row,) = (r for r in of.rows if r.participant == SCREENED)
    found = results(row, person(row, of.cut_on), of)
    return next(r for r in found if r.test == "HGB")


@on_both
def test_a_range_that_a_site_states_is_in_the_extract_and_changes_its_digest(either: House) -> None:
    before = pooled(either)
    assert before.ranges == ()
    state(either, stated(low="190", high="200"))
    after = pooled(either)
    assert [(r["site"], r["test"], r["low"]) for r in after.ranges] == [("01", "HGB", "190")]
    assert after.digest != before.digest and pooled(either).digest == after.digest


def test_a_result_is_judged_as_the_form_judges_it_by_the_range_of_its_site(house: House) -> None:
    read(house, sheet(line(SCREENED)))
    usual = haemoglobin(pooled(house))
    state(house, stated(low="190", high="200"))
    told = haemoglobin(pooled(house))
    assert (str(told.low), str(told.high)) == ("190", "200") != (str(usual.low), str(usual.high))
    assert told.grades["LOW"] == indicator(house)["LBTOXGR"]


def test_a_range_of_another_site_is_not_for_this_one(house: House) -> None:
    read(house, sheet(line(SCREENED)))
    usual = haemoglobin(pooled(house))
    state(house, stated(site="02", low="190", high="200"))
    assert haemoglobin(pooled(house)).low == usual.low


def test_who_reaches_one_site_gets_its_ranges_and_those_of_all_sites(house: House) -> None:
    state(house, stated(site="01"), stated(site="02"), stated(site="", test="CEA", unit="ug/L", low="", high="4.7"))
    viewer = dataclasses.replace(house.actor("statistician"), sites=frozenset({"02"}))
    found = extract.pooled(house.reader, viewer, cut_on=house.clock.today(), now=house.clock.now())
    assert [r["site"] for r in found.ranges] == ["02", None]


@pytest.mark.parametrize("output", safety_outputs.OUTPUTS, ids=[o.id for o in safety_outputs.OUTPUTS])
def test_every_open_output_is_made_of_what_is_in_the_database(house: House, output) -> None:
    assert output.make(pooled(house), str).tables


@pytest.mark.parametrize("output", closed_safety_outputs.OUTPUTS, ids=[o.id for o in closed_safety_outputs.OUTPUTS])
def test_every_closed_output_is_made_of_what_is_in_the_database(house: House, output) -> None:
    viewer = house.actor("unblinded_statistician")
    whole = extract.closed(house.reader, viewer, cut_on=house.clock.today(), now=house.clock.now())
    assert output.make(whole, str).tables
