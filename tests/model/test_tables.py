"""Chapter: tables of inputs. A cohort written out and read back is the same cut; what is not declared is refused with its line."""

import csv
import io

import numpy as np
import pytest

from tests.model.released import MANIFEST
from trial.frozen.cohort import FACTS, NAMES, simulate
from trial.frozen.errors import TableInvalid
from trial.frozen.inputs import INPUTS
from trial.frozen.table import read_cohort, read_rows, rows_of

COHORT = simulate(6, 30)
ROWS = list(rows_of(COHORT))


def content(rows, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def changed(line, **cells):
    """The table with cells of one line (the heading is 1) changed."""
    rows = [list(row) for row in ROWS]
    for name, value in cells.items():
        rows[line - 1][ROWS[0].index(name)] = value
    return content(rows)


def test_a_cohort_written_out_is_read_back_to_the_digit():
    found = read_cohort(content(ROWS))
    assert found.digest() == COHORT.digest()
    np.testing.assert_array_equal(found.x, COHORT.x)
    assert (found.seed, found.drawn, found.ids) == (None, 30, COHORT.ids)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_do_as_well(separator):
    assert read_cohort(content(ROWS, separator)).digest() == COHORT.digest()


def test_columns_may_come_in_any_order():
    order = list(range(len(ROWS[0])))[::-1]
    assert read_cohort(content([[row[i] for i in order] for row in ROWS])).digest() == COHORT.digest()


def test_a_code_is_as_good_as_its_number():
    spec = next(each for each in INPUTS if each.name == "ct")
    by_number = {number: code for code, number in spec.codes.items()}
    at = ROWS[0].index("ct")
    rows = [ROWS[0], *([*row[:at], by_number[float(row[at])], *row[at + 1 :]] for row in ROWS[1:] if row[at])]
    found, same = read_cohort(content(rows)), read_cohort(content([ROWS[0], *(r for r in ROWS[1:] if r[at])]))
    assert found.digest() == same.digest()


def test_a_blank_is_missing_and_nothing_else():
    found = read_cohort(changed(2, distance=""))
    assert np.isnan(found.x[0, NAMES.index("distance")])
    assert np.isnan(found.x).sum() == np.isnan(COHORT.x).sum() + 1


def test_an_outcome_not_known_is_counted_and_left_out():
    found = read_cohort(changed(2, outcome=""))
    assert (len(found.y), found.drawn) == (29, 30)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"ct": "cT4b"}, "ct is 'cT4b'"),
        ({"ct": "3.1"}, "declared code"),
        ({"distance": "near"}, "distance is 'near'"),
        ({"distance": "nan"}, "no number"),
        ({"distance": "inf"}, "no number"),
        ({"distance": "1e400"}, "no number"),
        ({"distance": "121"}, "outside the declared range: distance"),
        ({"stroma_fraction": "-0.01"}, "outside the declared range: stroma_fraction"),
        ({"outcome": "yes"}, "outcome is 'yes'"),
        ({"outcome": "2"}, "outcome is '2'"),
        ({"id": ""}, "without id"),
        ({"site": ""}, "without site"),
        ({"id": COHORT.ids[0]}, "a second row"),
    ],
)
def test_what_is_not_declared_is_refused_with_its_line(cells, message):
    with pytest.raises(TableInvalid, match=message) as refused:
        read_cohort(changed(5, **cells))
    assert refused.value.line == 5


@pytest.mark.parametrize("name", [*FACTS, "distance", "ctdna_restaging"])
def test_a_column_that_is_not_there_is_named(name):
    at = ROWS[0].index(name)
    with pytest.raises(TableInvalid, match=name):
        read_cohort(content([[*row[:at], *row[at + 1 :]] for row in ROWS]))


def test_a_renamed_column_is_refused_and_so_is_one_too_many():
    with pytest.raises(TableInvalid, match="volume_baseline"):
        read_cohort(content([["morph_volume" if c == "volume_baseline" else c for c in ROWS[0]], *ROWS[1:]]))
    with pytest.raises(TableInvalid, match="does not know: shoe_size"):
        read_cohort(content([[*ROWS[0], "shoe_size"], *([*row, "42"] for row in ROWS[1:])]))


@pytest.mark.parametrize(("broken", "line"), [(b"", 0), (b"\xff\xfe", 0), (b"id,site\n", 0)])
def test_what_is_no_table_is_refused(broken, line):
    with pytest.raises(TableInvalid) as refused:
        read_cohort(io.BytesIO(broken))
    assert refused.value.line == line


def test_a_line_with_a_cell_too_few_is_refused_with_its_number():
    with pytest.raises(TableInvalid) as refused:
        read_cohort(content([*ROWS[:3], ROWS[3][:-1], *ROWS[4:]]))
    assert refused.value.line == 4


def test_nobody_with_an_outcome_is_no_cohort():
    with pytest.raises(TableInvalid, match="nobody has a known outcome"):
        read_cohort(content([ROWS[0], *([r[0], r[1], "", *r[3:]] for r in ROWS[1:])]))


def test_rows_to_predict_need_neither_site_nor_outcome():
    rows = [[row[0], *row[len(FACTS) :]] for row in ROWS]
    found = list(read_rows(content(rows), MANIFEST.inputs))
    assert [key for key, _ in found] == list(COHORT.ids)
    for (_, values), row in zip(found, COHORT.x, strict=True):
        np.testing.assert_array_equal([np.nan if v is None else v for v in values.values()], row)


def test_a_cohort_may_be_asked_about_as_it_is():
    assert [key for key, _ in read_rows(content(ROWS), MANIFEST.inputs)] == list(COHORT.ids)


def test_a_value_outside_its_range_may_be_asked_about():
    rows = [[row[0], *row[len(FACTS) :]] for row in ROWS[:2]]
    rows[1][rows[0].index("distance")] = "500"
    ((_, values),) = read_rows(content(rows), MANIFEST.inputs)
    assert values["distance"] == 500.0
