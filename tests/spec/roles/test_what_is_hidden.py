"""What would tell an arm is hidden from blinded roles: the exact list of section 10, and what follows from it."""

import pytest

from forms.catalogue import current, order
from trial import soa
from trial.blinding import (
    ALLOCATION_COLUMNS,
    CONSEQUENT_ITEMS,
    HIDDEN_EVENTS,
    HIDDEN_FORMS,
    HIDDEN_ITEMS,
    HIDDEN_STATUS,
    LISTED_ITEMS,
)
from trial.roles import ROLES, SLIDE_ITEMS, hides

SECTION_10_FORMS = {"MGT", "SUR", "YP", "STO", "POC", "SLV", "RGW", "LR", "LARS", "WEX"}
SECTION_10_ITEMS = {
    "DEC.RANDCONS", "DEC.PREFER", "DEC.PREFARM", "FU.DRE", "FU.ENDO", "FU.MRI", "FU.STOMANOW", "AE.AEREL",
}  # fmt: skip
OPEN = [r for r in ROLES if r not in ("statistician", "safety_officer", "laboratory")]


def test_the_list_of_section_10():
    assert HIDDEN_FORMS - {"DV"} == SECTION_10_FORMS
    assert LISTED_ITEMS == SECTION_10_ITEMS
    assert {"NC07", "NC20"} <= HIDDEN_EVENTS
    assert "allocation" in ALLOCATION_COLUMNS
    assert "cohort" in ALLOCATION_COLUMNS
    assert {"due_status", "deviations"} <= HIDDEN_STATUS


def test_every_hidden_form_item_and_event_exists():
    assert set(order()) >= HIDDEN_FORMS
    assert set(soa.events()) >= HIDDEN_EVENTS
    for key in HIDDEN_ITEMS:
        form, _, item = key.partition(".")
        assert current(form).item(item).key == key


@pytest.mark.parametrize("key", sorted(HIDDEN_ITEMS))
def test_a_hidden_item_is_hidden_from_the_statistician_always_and_from_the_data_manager_in_aggregate(key):
    form, _, item = key.partition(".")
    assert hides("statistician", form, item)
    assert hides("statistician", form, item, aggregate=True)
    assert hides("data_manager", form, item, aggregate=True)
    assert not hides("data_manager", form, item)
    assert not hides("unblinded_statistician", form, item, aggregate=True)


@pytest.mark.parametrize("form", sorted(HIDDEN_FORMS))
def test_a_hidden_form_is_hidden_whole(form):
    assert hides("statistician", form)
    assert hides("statistician", form, "ANYTHING")
    assert hides("data_manager", form, aggregate=True)
    assert not hides("data_manager", form)


@pytest.mark.parametrize("event", ["NC07", "NC20", "SUR-1", "PO30-2", "RGW-1", "SLV-1"])
def test_a_visit_that_only_one_strategy_has_is_hidden_whichever_form_it_holds(event):
    assert hides("statistician", "LB", "LBDAT", event=event)
    assert not hides("statistician", "LB", "LBDAT", event="FU03")


def test_stoma_items_of_the_questionnaire_are_48_to_55():
    hidden = {n for n in range(31, 60) if hides("statistician", "QLQ29", f"Q{n}")}
    assert hidden == set(range(48, 56))


@pytest.mark.parametrize("role", OPEN)
@pytest.mark.parametrize("form", ["SUR", "RGW", "MGT", "DEC", "FU"])
def test_site_staff_and_other_open_roles_see_the_forms_of_single_participants(role, form):
    assert not hides(role, form)


@pytest.mark.parametrize(
    "role", ["coordinator", "investigator", "monitor", "safety_officer", "unblinded_statistician", "auditor"]
)
def test_who_is_not_blinded_is_not_blinded_in_aggregate(role):
    assert not hides(role, "SUR", aggregate=True)


@pytest.mark.parametrize("form", ["DM", "MRI0", "RST", "LB", "MET", "DTH", "QLQ30", "AE", "EX"])
def test_what_tells_no_arm_is_shown(form):
    assert not hides("statistician", form)
    assert not hides("statistician", form, "ANYTHING", event="FU06", aggregate=True)


def test_the_safety_officer_sees_safety_and_the_laboratory_its_samples():
    assert not hides("safety_officer", "SAE")
    assert hides("safety_officer", "RST")
    assert not hides("laboratory", "RAD", "RADFILE")
    assert hides("laboratory", "DM")
    shown = {i.oid for i in current("PATH").every_item() if not hides("laboratory", "PATH", i.oid)}
    assert {f"PATH.{oid}" for oid in shown} == SLIDE_ITEMS


def test_an_unknown_role_sees_nothing():
    assert hides("visitor", "DM")
    assert hides("", "DM", "SEX")


def test_items_that_only_a_watched_participant_answers_hang_on_hidden_ones():
    for key in CONSEQUENT_ITEMS - {"FU.SUSPECT", "QLQ29.QLQSC"}:
        form, _, oid = key.partition(".")
        asked = current(form).item(oid).ask_if
        assert asked is not None
        assert asked.keys() & HIDDEN_ITEMS, key


def test_blinded_roles_are_the_two_of_section_10():
    assert {name for name, role in ROLES.items() if role.blinded} == {"statistician", "data_manager"}
    assert {name for name, role in ROLES.items() if role.blinded_rows} == {"statistician"}
