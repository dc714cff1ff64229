"""Results with limits and grades, the shift to the worst grade, the liver: boundaries of day and value, blanks, a site's own limits."""

import datetime
from decimal import Decimal

import pytest

from analysis.safety.laboratory import Measured, above_without_grade, graded, results, shifts, worst
from analysis.safety.liver import CHOLESTASIS, HYS_LAW, NORMAL, TEMPLE, liver
from analysis.safety.people import person
from forms.answers import Crf
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import CUT, crf, extract, lb, row, treated
from trial.store.extract import Extracted


def measured(*crfs: Crf, name: str = "A", sex: str | None = "M", ranges=(), site: str = "01") -> Measured:
    known = treated() if sex is None else treated(sex=sex)
    forms = tuple(c for c in known if sex is not None or c.form != "DM")
    found = row(name, *forms, *crfs, site=site)
    who = person(found, CUT)
    return Measured(who, results(found, who, extract(found, ranges=ranges)))


def cells(*people: Measured, test: str, direction: str) -> dict:
    return next((dict(s.cells) for s in shifts(people) if (s.test, s.direction) == (test, direction)), {})


def site_range(**given) -> dict:
    plain = {
        "id": 1, "site": None, "laboratory": None, "test": "ALT", "unit": "U/L", "sex": None, "age_from": None, "age_to": None, "low": "5",
        "high": "100", "valid_from": datetime.date(2025, 1, 1), "valid_to": None, "source": "s", "replaces": None,
    }  # fmt: skip
    return plain | given


def test_every_grade_is_the_one_the_form_itself_derives():
    """One definition: the worst of the directions is LBTOXGR."""
    samples = (
        lb(1, -3, HGB="120", ALT="90", CREAT="70", GLUC="5", LIPASE="20", CEA="9", WBC="4"),
        lb(2, 40, HGB="99", ALT="200", CREAT="120", GLUC="9", LIPASE="130", CEA="9", WBC="1.5", BILI="30", LYM="<0.5"),
        lb(3, 41, HGB=">176", ALT="<40", PLAT="70"),
    )
    found: Extracted = row("A", *treated(), *samples)
    record, who = found.record(), person(found, CUT)
    asked = [s for c in record.all("LB") for s in record.rows(c, "R")]
    by_form = {(s.item("LB.LBDAT"), s.item("LB.LBTEST")): s.item("LB.LBTOXGR") for s in asked}
    mine = {}
    for r in results(found, who, extract(found)):
        grades = list(r.grades.values())
        mine[r.on, r.test] = None if None in grades or not grades else max(grades)
    assert mine == by_form and len(mine) == 19
    assert sum(g is not None for g in mine.values()) > 8


def test_limits_are_the_sites_own_where_it_stated_some_and_of_its_own_site():
    own, foreign = site_range(site="01"), site_range(id=2, site="02", high="10")
    (result,) = measured(lb(1, 30, ALT="150"), ranges=(own, foreign)).results
    assert (result.high, result.multiple, result.grades) == (Decimal(100), 1.5, {"HIGH": 1})
    (other,) = measured(lb(1, 30, ALT="150"), ranges=(own, foreign), site="02").results
    assert other.multiple == 15
    (none,) = measured(lb(1, 30, ALT="150")).results
    assert none.multiple == 3  # the fall-back of a man, 50 U/L


def test_where_the_sex_decides_and_is_missing_there_is_no_limit_and_no_grade():
    (result,) = measured(lb(1, 30, ALT="150"), sex=None).results
    assert (result.high, result.multiple, result.grades) == (None, None, {"HIGH": None})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((-3,), (1,), {(0, 2): 1}),
        ((0,), (1,), {(0, 2): 1}),  # on the day of the first dose: drawn before it
        ((), (1,), {(None, 2): 1}),
        ((-3,), (), {}),
        ((-3,), (0,), {}),  # nothing after the first dose
        ((-3,), (1000,), {(0, 2): 1}),
        ((-3,), (1001,), {}),  # after the cut
    ],
)
def test_before_and_after_are_told_at_the_day_of_the_first_dose(before, after, expected):
    forms = [lb(i, n, HGB="140") for i, n in enumerate(before, 1)] + [
        lb(9 + i, n, HGB="90") for i, n in enumerate(after)
    ]
    assert cells(measured(*forms), test="HGB", direction="LOW") == expected


def test_before_is_the_last_result_and_after_is_the_worst():
    found = measured(
        lb(1, -9, HGB="70"), lb(2, -1, HGB="120"), lb(3, 10, HGB="99"), lb(4, 20, HGB="75"), lb(5, 30, HGB="140")
    )
    assert cells(found, test="HGB", direction="LOW") == {(1, 3): 1}


@pytest.mark.parametrize(
    ("grades", "expected"),
    [([], None), ([0], 0), ([0, 3, 1], 3), ([None], None), ([0, None], None), ([3, None], None), ([4, None], 4)],
)
def test_the_worst_grade_is_not_told_while_an_ungraded_result_may_be_worse(grades, expected):
    assert worst(grades) == expected


def test_haemoglobin_above_its_limit_is_no_anaemia_and_counted_as_a_rise_without_a_grade():
    found = measured(lb(1, -3, HGB="140"), lb(2, 30, HGB="180"))
    assert cells(found, test="HGB", direction="LOW") == {(0, 0): 1}
    assert ("HGB", "HIGH") not in graded() and ("GLUC", "HIGH") not in graded() and ("LYM", "HIGH") in graded()
    assert dict(above_without_grade([found])) == {"HGB": 1, "GLUC": 0}
    assert dict(above_without_grade([measured(lb(1, 30, HGB="175", GLUC="7"))])) == {"HGB": 0, "GLUC": 1}


def test_who_has_no_result_after_the_first_dose_is_in_no_cell_and_counted():
    (shift,) = shifts([measured(lb(1, 30, HGB="140")), measured(name="B"), measured(lb(1, -2, HGB="140"), name="C")])
    assert (shift.n, shift.without) == (1, 2)


def test_nobody_and_the_untreated_give_no_shift():
    untreated = row("Z", crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-20)), lb(1, 30, HGB="90"))
    who = person(untreated, CUT)
    assert shifts([]) == () == shifts([Measured(who, results(untreated, who, extract(untreated)))])


@pytest.mark.parametrize(("operator_value", "kept"), [("<9", True), (">200", True), ("90", True)])
def test_a_limit_of_detection_is_a_result(operator_value, kept):
    assert bool(measured(lb(1, 30, ALT=operator_value)).results) is kept


def test_a_result_without_value_test_or_unit_is_left_out():
    broken = lb(1, 30, ALT="90")
    rows = broken.answers.groups["R"]
    for missing in ("LBTEST", "LBORRES", "LBORRESU", "LBOPER"):
        items = {k: v for k, v in rows[0].items.items() if k != missing}
        holed = Crf(
            "LB", 1, "ANY", 1, 1, type(broken.answers)({"LBDAT": day(30)}, groups={"R": (type(rows[0])("x", items),)})
        )
        assert measured(holed).results == ()


# --- the liver ------------------------------------------------------------------------------------------------------------


def placed(alt: str, bili: str, **more: str):
    (peak,) = liver([measured(lb(1, 30, ALT=alt, BILI=bili, **more))]).peaks
    return peak


@pytest.mark.parametrize(
    ("alt", "bili", "quadrant"),
    [
        # A man: ALT to 50, bilirubin to 26.
        ("149.9", "52", NORMAL),
        ("150", "52", TEMPLE),  # 3 times belongs to it
        ("149.9", "52.1", CHOLESTASIS),
        ("150", "52.1", HYS_LAW),  # more than 2 times
        ("10", "5", NORMAL),
    ],
)
def test_the_quadrants_begin_at_3_times_and_above_2_times(alt, bili, quadrant):
    assert placed(alt, bili).quadrant == quadrant


def test_the_higher_of_both_aminotransferases_counts_by_its_own_limit():
    peak = placed("100", "10", AST="100")
    assert (peak.enzyme.test, peak.x) == ("AST", 2.5)


def test_peaks_are_taken_after_the_first_dose_and_need_not_coincide():
    found = measured(lb(1, 0, ALT="900", BILI="90"), lb(2, 10, ALT="200", BILI="10"), lb(3, 45, ALT="20", BILI="78"))
    (peak,) = liver([found]).peaks
    assert (peak.x, peak.y, peak.quadrant, peak.apart) == (4, 3, HYS_LAW, 35)


@pytest.mark.parametrize(("alp", "cholestatic"), [("249.9", False), ("250", True), (None, None)])
def test_alkaline_phosphatase_of_2_times_or_more_speaks_against_hys_law(alp, cholestatic):
    more = {} if alp is None else {"ALP": alp}
    assert placed("200", "60", **more).cholestatic is cholestatic


def test_who_lacks_one_of_the_two_or_a_limit_is_not_placed_and_counted():
    crowd = [
        measured(lb(1, 30, ALT="20", BILI="10")),
        measured(lb(1, 30, ALT="900"), name="B"),
        measured(lb(1, 30, BILI="90"), name="C"),
        measured(lb(1, 30, ALT="900", BILI="90"), name="D", sex=None),
        measured(name="E"),
    ]
    found = liver(crowd)
    assert (len(found.peaks), found.unplaced, found.candidates) == (1, 4, ())
    assert found.counted == {HYS_LAW: 0, TEMPLE: 0, CHOLESTASIS: 0, NORMAL: 1}


def test_nobody_has_no_liver():
    found = liver([])
    assert (found.peaks, found.unplaced, sum(found.counted.values())) == ((), 0, 0)
