"""The comparison in the registry, from the forms of historical patients to the tables; and what a model is trained on."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.course_row import CourseRow, Operation, Regrowth
from analysis.registry import ALL, COVARIATES, _crude, compare, design
from analysis.registry_rows import Patient, outcome, patients, training_table
from analysis.registry_tables import adjusted_table, as_json, balance_table, rates_table
from forms.dates import PartialDate
from tests.actions.house import SmallManifest
from tests.actions.rooms import on_both
from tests.registry.conftest import add, whole
from trial.clock import FixedClock
from trial.errors import NotAllowed
from trial.store import extract
from trial.store.extract import Extract

DECIDED = date(2020, 1, 1)
BLANK = CourseRow("RG-01-0001", "01", date(2022, 1, 1), decision_on=DECIDED)


def after(days):
    return DECIDED + timedelta(days=days)


def tme(days, ypt, ypn):
    return Operation(after(days), "LAR", ypt=ypt, ypn=ypn)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, None),
        ({"decision_on": None}, None),
        ({"cut_on": after(364), "pelvis_clear_on": (after(352),)}, None),
        ({"cut_on": after(365), "pelvis_clear_on": (after(352),)}, True),
        ({"pelvis_clear_on": (after(350),)}, None),
        ({"pelvis_clear_on": (after(351),)}, True),
        ({"operations": (tme(60, "ypT0", "ypN0"),)}, True),
        ({"operations": (tme(60, "ypT2", "ypN0"),)}, False),
        ({"operations": (tme(60, None, None),)}, None),
        ({"regrowths": (Regrowth(after(200), "CONFIRMED", after(220)),)}, False),
        ({"regrowths": (Regrowth(after(200), "NOTCONF"),), "pelvis_clear_on": (after(360),)}, True),
        ({"metastases_on": (after(100),)}, False),
        ({"died_on": PartialDate.parse("2020-06-01")}, False),
    ],
)
def test_complete_response_by_twelve_months(changed, expected):
    assert outcome(replace(BLANK, **changed)) is expected


def taken(house, role="statistician"):
    return extract.registry(house.reader, house.actor(role), cut_on=house.clock.today(), now=house.clock.now())


@pytest.mark.parametrize(
    "role", ["coordinator", "investigator", "monitor", "auditor", "safety_officer", "administrator"]
)
def test_who_may_not_compare_gets_no_rows(house, role):
    with pytest.raises(NotAllowed):
        taken(house, role)


@on_both
def test_the_extract_holds_the_registry_and_nobody_of_the_trial(either):
    whole(either)
    whole(either, "02")
    assert [row.participant for row in taken(either).rows] == ["RG-01-0001", "RG-02-0001"]


# What a model is trained on.


def read(table):
    return list(csv.reader(io.StringIO(table.text)))


def test_the_training_table_has_the_columns_the_model_declares(house, patient):
    table = training_table(taken(house), SmallManifest(), lambda sha256: {})
    head, row = read(table)
    assert head == ["id", "site", "outcome", "distance", "length", "cea", "response"]
    # No laboratory form: blank; decided three days before the cut: the outcome is not known yet.
    assert row == [patient, "01", "", "60.0", "42.0", "", "1.0"]
    assert table.sha256 == hashlib.sha256(table.text.encode()).hexdigest() and table.digest == taken(house).digest
    assert table.counts == {"patients": 1, "rows": 1, "known_outcomes": 0, "complete_responses": 0, "out_of_range": 0}


def test_an_outcome_is_written_once_its_year_is_over(house, patient):
    house.clock = FixedClock(house.clock.now() + timedelta(days=100))
    house.save(patient, "DTH", {"DTHDAT": "2026-08-01", "DTHCAUS": "RECTAL"}, "ANY")
    assert read(training_table(taken(house), SmallManifest(), lambda sha256: {}))[1][2] == ""
    house.clock = FixedClock(house.clock.now() + timedelta(days=300))
    table = training_table(taken(house), SmallManifest(), lambda sha256: {})
    assert read(table)[1][2] == "0" and table.counts["known_outcomes"] == 1


def test_who_has_no_decision_is_not_in_the_table_and_is_counted(house):
    add(house)
    table = training_table(taken(house), SmallManifest(), lambda sha256: {})
    assert len(read(table)) == 1 and (table.counts["patients"], table.counts["rows"]) == (1, 0)


def test_a_value_outside_its_range_is_written_and_counted(house):
    whole(house, MRI0={"LENGTH": "118"})
    narrow = replace(SmallManifest(), inputs=(replace(SmallManifest().inputs[1], high=100),))
    table = training_table(taken(house), narrow, lambda sha256: {})
    assert read(table)[1][-1] == "118.0" and table.counts["out_of_range"] == 1


def test_the_columns_are_those_of_the_released_model(house, patient):
    from trial.frozen.runner import FrozenModel

    manifest = FrozenModel().manifest
    table = training_table(taken(house), manifest, lambda sha256: {})
    assert read(table)[0][3:] == [spec.name for spec in manifest.inputs]


# The comparison.


def person(n, io, response, **covariates):
    told = dict.fromkeys(COVARIATES, 0.0) | {"age": 50.0 + n % 20, "distance": 40.0 + n % 7} | covariates
    return Patient(f"RG-01-{n:04d}", "01", response, io, "LCRT_IO" if io else "LCRT", True, True, told, None)


def test_unknown_outcomes_count_as_no_complete_response():
    people = [person(1, True, True), person(2, True, None), person(3, False, False)]
    found = _crude(people)
    assert (found.events, found.of) == ((1, 0), (2, 1))


def test_an_empty_group_has_no_difference():
    assert _crude([person(1, True, True)]).difference is None


def test_the_design_leaves_out_what_does_not_vary_and_says_what_is_missing():
    people = [person(n, n % 2 == 0, True, emvi=None if n == 3 else float(n % 3 == 0)) for n in range(12)]
    x, names = design(people)
    assert names == ("age", "emvi", "distance")
    # Ones, age, emvi, emvi missing, distance.
    assert x.shape == (12, 5) and np.linalg.matrix_rank(x) == 5


def made(monkeypatch, people):
    monkeypatch.setattr("analysis.registry.patients", lambda _extract: tuple(people))
    return compare(Extract((), date(2026, 6, 1), None, "d" * 64))


def confounded():
    """The hand-made table of `test_comparing`: cN tells who is treated; weighted rates 0.65 and 0.40."""
    cells = ((0.0, True, 30, 15), (0.0, False, 10, 2), (1.0, True, 10, 8), (1.0, False, 30, 18))
    n = 0
    for node, given, size, events in cells:
        for k in range(size):
            n += 1
            yield person(n, given, k < events, node_positive=node, age=60.0, distance=50.0)


def test_the_weighted_contrast_is_the_one_worked_out_by_hand(monkeypatch):
    found = made(monkeypatch, confounded())
    assert (found.weighted.treated, found.weighted.control) == pytest.approx((0.65, 0.40))
    before, after = next((b.before, b.after) for b in found.balance if b.name == "node_positive")
    # Shares 0.25 and 0.75, variance 40 / 39 * 0.1875 in both groups: -0.5 / sqrt(0.192308) = -1.140175.
    assert before == pytest.approx(-1.140175, abs=1e-6) and after == pytest.approx(0, abs=1e-9)
    assert found.crude[ALL].difference.value == pytest.approx(23 / 40 - 20 / 40)


def test_every_table_says_that_it_is_observational(monkeypatch):
    found = made(monkeypatch, confounded())
    for table in (rates_table(found), adjusted_table(found)):
        assert any(note.startswith("Observational: nobody was allocated") for note in table.footnotes)
    assert as_json(found)["observational"] is True


def test_the_tables_in_words(monkeypatch):
    found = made(monkeypatch, confounded())
    text = rates_table(found).as_text() + adjusted_table(found).as_text() + balance_table(found).as_text()
    assert "23/40" in text and "+25.0 (" in text and "30.0, 30.0" in text and "−1.14" in text
    assert "−0.00" not in text and "None" not in text and "nan" not in text


@pytest.mark.parametrize("treated", [0, 9])
def test_too_few_are_not_weighted_and_the_table_says_so(monkeypatch, treated):
    found = made(monkeypatch, [person(n, n < treated, True) for n in range(40)])
    assert found.weighted is None
    assert ("Not estimated", "too few") in adjusted_table(found).rows


def test_who_is_left_out_is_counted_by_reason(monkeypatch):
    people = [
        replace(person(1, True, True), treated=False),
        replace(person(2, None, True)),
        replace(person(3, True, None), mature=False),
    ]
    found = made(monkeypatch, people)
    assert found.left_out == {"therapy": 1, "regimen": 1, "young": 1} and found.crude[ALL].of == (0, 0)
    assert "no therapy on file: 1" in rates_table(found).as_text()


def test_immunotherapy_is_what_was_given_and_else_what_was_planned(house):
    name = whole(house)
    assert patients(taken(house))[0].immunotherapy is True  # planned LCRT + IO, no drug on file
    cycle = {
        "EXTRT": "CAPECITABINE",
        "EXCYC": "1",
        "EXSTDT": "2026-01-19",
        "EXENDT": "2026-02-09",
        "EXDOSE": "42000",
        "EXADJ": ["NONE"],
    }
    house.save(name, "EX", cycle, "NAT-1")
    assert patients(taken(house))[0].immunotherapy is False
