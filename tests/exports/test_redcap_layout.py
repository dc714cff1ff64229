"""Chapter: Vigil's forms as REDCap instruments: names, repeats, logic, and what is left out and said."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import definitions
from forms.redcap import dictionary_csv, read_project
from forms.redcap.fields import read_fields
from trial import soa
from trial.exports.redcap import study_of
from trial.exports.redcap_layout import event_name, event_of, in_course, instruments
from trial.roles import ROLES, hides

OPEN, BLINDED = "unblinded_statistician", "statistician"


@pytest.mark.parametrize("role", [OPEN, BLINDED, "data_manager"])
def test_every_field_has_a_name_of_its_own_that_redcap_takes(role: str) -> None:
    fields = [item.oid for each in instruments(role) for item in each.definition.items]
    assert len(fields) == len(set(fields)) > 300
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,25}", field) for field in fields)


def test_every_stored_item_of_every_form_is_a_field() -> None:
    ours = {item.key for each in instruments(OPEN) for item in each.ours.values()}
    assert ours == {item.key for form in definitions().values() for item in form.every_item() if item.stored}


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if role.blinded])
def test_a_blinded_role_has_no_field_that_would_tell_an_arm(role: str) -> None:
    ours = [item for each in instruments(role) for item in each.ours.values()]
    assert not [i.key for i in ours if hides(role, i.form, i.oid, aggregate=True)]
    assert len(ours) < len([i for each in instruments(OPEN) for i in each.ours.values()])


def test_a_repeating_group_is_an_instrument_that_repeats_and_names_its_row() -> None:
    (rows,) = [each for each in instruments(OPEN) if each.name == "lb_r"]
    assert rows.repeats
    assert {"lb_r_row", "lb_r_of", "lb_lbtest"} <= {item.oid for item in rows.definition.items}
    (form,) = [each for each in instruments(OPEN) if each.name == "lb"]
    assert "lb_lbtest" not in form.ours


def test_a_condition_within_the_form_is_written_and_one_that_reads_another_is_said() -> None:
    lines = {field.name: field for field in read_fields(dictionary_csv(study_of("V", (), OPEN)))}
    assert lines["ic_icwscope"].branching == "[ic_icwdat] <> ''"
    assert lines["mh_pregtest"].branching == "[mh_wocbp] = '1'"
    assert lines["mh_wocbp"].branching == ""
    said = {(loss.where, loss.kind) for loss in study_of("V", (), OPEN).losses}
    assert {("mh.mh_wocbp", "branching"), ("dm.dm_bmi", "calculation")} <= said


@pytest.mark.parametrize("role", [OPEN, BLINDED])
def test_the_dictionary_is_one_redcap_reads_and_ours_reads_it_again(role: str) -> None:
    written = dictionary_csv(study_of("V", (), role))
    again = read_project("V", written)
    assert dictionary_csv(again) == written
    kinds = {loss.kind for loss in again.losses}
    assert not kinds & {"branching", "calculation", "choices", "field-type", "range", "validation"}


def test_every_event_of_the_schedule_has_a_name_and_comes_back() -> None:
    for event in soa.events():
        key = f"{event}-3" if event in ("NAT", "SUR", "PO30", "PO90", "UNS", "RGW", "SLV") else event
        assert event_of(event_name(key)) == key
        assert re.fullmatch(r"[a-z0-9_]+_arm_1", event_name(key))


@given(
    st.text() | st.sampled_from(["scr", "scr_arm_2", "SCR_arm_1", "fu99_arm_1", "sur_arm_1", "scr_1_arm_1", "_arm_1"])
)
def test_any_other_name_is_no_event(name: str) -> None:
    found = event_of(name)
    assert found is None or event_name(found) == name


def test_events_stand_in_the_order_of_the_course() -> None:
    assert in_course({"EOS", "SUR-2", "FU03", "SUR-1", "SCR"}) == ["SCR", "SUR-1", "SUR-2", "FU03", "EOS"]
