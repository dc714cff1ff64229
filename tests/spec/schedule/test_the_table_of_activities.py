"""`trial/data/soa.csv` is the protocol's own table; cells say for whom."""

from pathlib import Path

import pytest

from forms.catalogue import current, definitions
from tests.shared_data import SHARED, needs_shared
from trial import soa

OURS = Path(soa.__file__).parent / "data" / "soa.csv"


@needs_shared
def test_the_project_carries_the_protocols_table_unchanged():
    assert OURS.read_bytes() == (SHARED / "protocol" / "soa.csv").read_bytes()


def test_every_form_of_the_table_is_a_form_and_every_item_an_item():
    known = {oid for oid, _ in definitions()}
    assert set(soa.forms()) == known
    for name in soa.table():
        form, _, item = name.partition(".")
        assert not item or current(form).item(item).oid == item


def test_cells_hold_nothing_but_the_four_words():
    cells = {cell for row in soa.table().values() for cell in row.values()}
    assert cells == {soa.EVERYONE, soa.WATCHING, soa.NEAR_COMPLETE, soa.AFTER_SURGERY}


def test_events_stand_in_the_order_of_the_course():
    order = soa.events()
    assert order[:6] == ("SCR", "NAT", "EOT", "RST", "RST2", "DEC")
    assert order.index("FU03") < order.index("FU06") < order.index("FU60") < order.index("ANY")


@pytest.mark.parametrize(
    ("event", "series", "number"),
    [("SCR", "SCR", 0), ("FU03", "FU03", 0), ("SUR-1", "SUR", 1), ("PO30-12", "PO30", 12)],
)
def test_a_repeating_event_carries_a_number(event, series, number):
    assert (soa.series(event), soa.number(event)) == (series, number)


def test_an_event_nobody_planned_has_no_place():
    with pytest.raises(ValueError, match="FU99"):
        soa.position("FU99")


@pytest.mark.parametrize(
    ("watching", "near_complete", "expected"),
    [
        (False, False, {"FU.CHESTCT"}),
        (True, False, {"FU.DRE", "FU.ENDO", "FU.MRI", "FU.CHESTCT"}),
        (True, True, {"FU.DRE", "FU.ENDO", "FU.MRI", "FU.CHESTCT"}),
        (False, True, {"FU.CHESTCT"}),
    ],
)
def test_items_at_month_6_by_state(watching, near_complete, expected):
    assert set(soa.items_at("FU06", watching=watching, near_complete=near_complete)) == expected


def test_near_complete_visits_have_no_mri():
    assert set(soa.items_at("NC07", watching=True, near_complete=True)) == {"FU.DRE", "FU.ENDO"}
    assert soa.items_at("NC07", watching=True) == ()
    assert soa.forms_at("NC07", watching=True) == ()


@pytest.mark.parametrize("event", [e for e in soa.events() if e.startswith("FU")])
def test_every_arm_is_looked_at_alike_for_distant_disease(event):
    shared = ("FU.CHESTCT", "FU.COLO")
    watching, operated = soa.items_at(event, watching=True), soa.items_at(event)
    assert [i for i in watching if i in shared] == [i for i in operated if i in shared]
    assert "LB" in soa.forms_at(event)


def test_colonoscopy_at_12_36_and_60_months():
    assert [e for e in soa.events() if "FU.COLO" in soa.items_at(e)] == ["FU12", "FU36", "FU60"]


def test_ct_every_six_months():
    found = [e for e in soa.events() if "FU.CHESTCT" in soa.items_at(e)]
    assert found == ["FU06", "FU12", "FU18", "FU24", "FU30", "FU36", "FU42", "FU48", "FU54", "FU60"]


@pytest.mark.parametrize("form", ["QLQ30", "QLQ29", "LARS", "WEX"])
def test_quality_of_life_at_screening_decision_and_6_12_24_36_months(form):
    assert [e for e in soa.events() if form in soa.forms_at(e)] == ["SCR", "DEC", "FU06", "FU12", "FU24", "FU36"]


def test_an_unknown_word_in_a_cell_concerns_nobody():
    assert soa.applies("everybody", watching=True, near_complete=True, operated=True) is False
    assert soa.cell("NOFORM", "SCR") == ""
