"""What a dataset may be declared and filled with, and what is refused."""

import datetime

import pytest

from analysis.adam.made import DATASETS, OPEN_ONLY, described
from analysis.adam.variables import (
    COLLECTED,
    DATE,
    INTEGER,
    KINDS,
    NUMBER,
    TEXT,
    BadDeclaration,
    Dataset,
    Variable,
    fill,
    in_study_days,
    without_arm,
)
from forms import catalogue
from trial.blinding import HIDDEN_FORMS, HIDDEN_ITEMS

DAY = datetime.date(2027, 1, 11)


def variable(name="A", kind=TEXT, label="A label", **more):
    return Variable(name, label, kind, COLLECTED, "As recorded.", **more)


def dataset(*variables, keys=("A",)):
    return Dataset("D", "A dataset", "One record", keys, variables)


@pytest.mark.parametrize("name", ["", "LONGERTHAN8", "a", "1A", "A B", "É"])
def test_a_name_no_transport_file_takes_is_refused(name):
    with pytest.raises(BadDeclaration):
        variable(name)


@pytest.mark.parametrize("label", ["", "x" * 41, "Größe", "two\nlines"])
def test_a_label_that_would_be_cut_is_refused(label):
    with pytest.raises(BadDeclaration):
        variable(label=label)
    assert variable(label="x" * 40).label == "x" * 40


def test_a_dataset_names_each_variable_once_and_its_keys_are_among_them():
    with pytest.raises(BadDeclaration):
        dataset(variable(), variable())
    with pytest.raises(BadDeclaration):
        dataset(variable(), keys=("B",))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (TEXT, "a", [1, 1.0, b"a"]),
        (INTEGER, 0, [True, 1.0, "1"]),
        (NUMBER, 0.0, [1, "1.0", True]),
        (DATE, DAY, ["2027-01-11", datetime.datetime(2027, 1, 11, tzinfo=datetime.UTC)]),
    ],
)
def test_a_value_is_of_its_type_or_missing(kind, good, bad):
    told = dataset(variable(), variable("V", kind))
    assert fill(told, [{"A": "x", "V": good}, {"A": "y", "V": None}]).rows == (("x", good), ("y", None))
    for value in bad:
        with pytest.raises(BadDeclaration, match=r"D\.V"):
            fill(told, [{"A": "x", "V": value}])


def test_a_value_outside_its_codes_an_unknown_name_and_a_key_twice_are_refused():
    told = dataset(variable(), variable("V", codes=(("Y", "yes"),)))
    for records in ([{"A": "x", "V": "N"}], [{"A": "x", "W": "Y"}], [{"A": "x"}, {"A": "x"}]):
        with pytest.raises(BadDeclaration):
            fill(told, records)


def test_rows_stand_in_the_order_of_the_keys_with_missing_first():
    told = dataset(variable(), variable("N", INTEGER), keys=("N", "A"))
    given = [{"A": "b", "N": 2}, {"A": "a", "N": 10}, {"A": "c"}, {"A": "a", "N": 2}]
    assert fill(told, given).rows == (("c", None), ("a", 2), ("b", 2), ("a", 10)) == fill(told, reversed(given)).rows


def test_an_empty_text_is_missing():
    assert fill(dataset(variable(), variable("V")), [{"A": "x", "V": ""}]).rows == (("x", None),)


def test_a_blinded_dataset_has_no_column_that_tells_an_arm():
    told = fill(dataset(variable(), variable("ARM", reveals=True), variable("V")), [{"A": "x", "ARM": "WW", "V": "v"}])
    assert without_arm(told).rows == (("x", "v"),)
    with pytest.raises(BadDeclaration):
        without_arm(fill(dataset(variable(reveals=True)), []))


@pytest.mark.parametrize(
    ("day", "study_day"), [(DAY, 1), (DAY - datetime.timedelta(1), -1), (DAY + datetime.timedelta(1), 2), (None, None)]
)
def test_study_days_take_the_place_of_dates_and_free_text_goes(day, study_day):
    told = Dataset(
        "D", "A dataset", "One record", ("USUBJID",),
        (
            variable("USUBJID"), variable("ADT", DATE, "Analysis Date", day="ADY"), variable("BDT", DATE),
            variable("TERM", identifies=True), variable("V"),
        ),
    )  # fmt: skip
    filled = fill(told, [{"USUBJID": "x", "ADT": day, "BDT": DAY, "TERM": "words", "V": "v"}])
    made = in_study_days(filled, {"x": DAY})
    assert made.rows == (("x", study_day, "v"),)
    assert [(v.name, v.label, v.kind) for v in made.dataset.variables][1] == ("ADY", "Analysis study day", INTEGER)
    assert in_study_days(filled, {"x": None}).rows == (("x", None, "v"),) == in_study_days(filled, {}).rows


@pytest.mark.parametrize("each", DATASETS, ids=lambda d: d.name)
def test_what_is_declared_can_be_carried_and_says_where_it_comes_from(each):
    for v in each.variables:
        assert v.kind in KINDS and v.how.endswith(".") and v.origin in ("Collected", "Derived", "Assigned")
        assert v.kind != DATE or v.day, f"{v.name}: no study day takes the place of this date"
    names = [v.day or v.name for v in each.variables]
    assert len({*names}) == len(names), "study days have names of their own"


@pytest.mark.parametrize("each", DATASETS, ids=lambda d: d.name)
def test_every_source_is_an_item_that_is_asked(each):
    newest = {form: definition for (form, _), definition in sorted(catalogue.definitions().items())}
    for v in each.variables:
        for key in v.source:
            form, _, item = key.partition(".")
            assert newest[form].get(item) is not None, key


@pytest.mark.parametrize("each", described(blinded=True), ids=lambda d: d.name)
def test_no_blinded_variable_is_read_from_what_tells_an_arm(each):
    for v in each.variables:
        assert not {key for key in v.source if key in HIDDEN_ITEMS or key.partition(".")[0] in HIDDEN_FORMS}, v.name


def test_the_pooled_times_are_for_blinded_roles_alone():
    assert {d.name for d in described(True)} - {d.name for d in described(False)} == OPEN_ONLY
