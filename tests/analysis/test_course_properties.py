"""What holds for all courses, however odd: nobody is lost, nothing happens after the cut, one rule implies another."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.course_row import Operation, Regrowth, SecondPrimary, Stoma
from analysis.cut import at_the_cut
from analysis.datasets import ADTTE_COLUMNS, adtte
from analysis.endpoints import derive, derive_all
from analysis.estimands import COHORT, ESTIMANDS, NRDFS, REGROWTH, seen_from
from analysis.rules import confirmed
from forms.dates import PartialDate
from tests.analysis.courses import course, day

days = st.integers(-30, 1100).map(day)
maybe = st.none() | days
partial = st.builds(lambda d, parts: PartialDate(*(d.year, d.month, d.day)[:parts]), days, st.integers(1, 3))


def some(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


operations = st.builds(
    Operation,
    days,
    st.sampled_from(["LAR", "LE", "OTHER", None]),
    st.sampled_from(["REGROWTH", "ALLOCATED", None]),
    st.sampled_from(["R0", "R1", "R2", None]),
    salvage=st.booleans(),
)
regrowths = st.builds(
    Regrowth,
    days,
    st.sampled_from(["PENDING", "CONFIRMED", "NOTCONF", None]),
    maybe,
    st.sampled_from(["PLANNED", "DONE", "REFUSED", "NOTRES", "UNFIT", None]),
    maybe,
)
given_things = st.fixed_dictionaries(
    {
        "cohort": st.sampled_from(["RANDOMISED", "PREFERENCE", "STANDARD", None]),
        "arm": st.sampled_from(["WW", "TME", None]),
        "randomised_on": maybe,
        "decision_on": maybe,
        "operations": some(operations),
        "regrowths": some(regrowths),
        "metastases_on": some(days),
        "local_recurrences_on": some(days),
        "second_primaries": some(st.builds(SecondPrimary, days, st.sampled_from(["CRC", "OTHER", None]))),
        "stomas": some(st.builds(Stoma, days, st.sampled_from(["TEMPORARY", "PERMANENT", None]), maybe)),
        "died_on": st.none() | partial,
        "last_known_alive_on": maybe,
        "assessed_on": some(days),
    }
)
courses = given_things.map(lambda given: course(**given))
every_estimand = st.sampled_from(list(ESTIMANDS.values()))


@given(courses, every_estimand)
def test_time_is_never_negative_and_never_ends_after_the_cut(row, estimand):
    if found := derive(row, estimand):
        assert found.days >= 0 and found.ended_on <= row.cut_on
        assert (found.what is None) == (found.status == 0)
        assert found.status < 2 or estimand.competing


@given(courses, every_estimand)
def test_a_course_that_is_cut_twice_is_the_same(row, estimand):
    assert at_the_cut(at_the_cut(row)) == at_the_cut(row)
    assert derive(at_the_cut(row), estimand) == derive(row, estimand)


@given(courses, every_estimand)
def test_the_order_of_what_happened_in_the_record_does_not_matter(row, estimand):
    from dataclasses import replace

    turned = {
        name: getattr(row, name)[::-1]
        for name in (
            "operations",
            "regrowths",
            "metastases_on",
            "local_recurrences_on",
            "second_primaries",
            "stomas",
            "assessed_on",
        )
    }
    one, other = derive(row, estimand), derive(replace(row, **turned), estimand)
    assert (one is None) == (other is None)
    if one and other:
        assert (one.status, one.days, one.what, set(one.unresolved)) == (
            other.status,
            other.days,
            other.what,
            set(other.unresolved),
        )


@given(courses)
def test_whoever_has_an_nr_dfs_event_has_a_dfs_event_no_later(row):
    nrdfs, dfs = derive(row, NRDFS), derive(row, ESTIMANDS["DFS"])
    if nrdfs and nrdfs.status:
        assert dfs.status == 1 and dfs.ended_on <= nrdfs.ended_on


@given(courses)
def test_forgiving_refusal_never_adds_an_event_and_counting_r1_never_removes_one(row):
    found = {e: derive(row, ESTIMANDS[e]) for e in ("NRDFS", "NRDFS_REFUSAL", "NRDFS_R1")}
    if found["NRDFS"]:
        assert found["NRDFS_REFUSAL"].status <= found["NRDFS"].status <= found["NRDFS_R1"].status


@given(courses)
def test_a_regrowth_event_needs_a_confirmed_regrowth(row):
    found = derive(row, REGROWTH)
    if found and found.status == 1:
        assert confirmed(at_the_cut(row))


@given(courses)
def test_dmfs_and_os_follow_death(row):
    found = {e: derive(row, ESTIMANDS[e]) for e in ("DMFS", "OS")}
    if found["OS"] and found["OS"].status:
        assert found["DMFS"].status == 1 and found["DMFS"].ended_on <= found["OS"].ended_on


@given(st.lists(courses, max_size=6), every_estimand, st.randoms(use_true_random=False))
def test_the_order_of_participants_does_not_matter(rows, estimand, chance):
    from dataclasses import replace

    named = [replace(row, participant=f"VG-01-{n:04d}") for n, row in enumerate(rows)]
    shuffled = list(named)
    chance.shuffle(shuffled)
    assert derive_all(named, estimand) == derive_all(shuffled, estimand)


@given(st.lists(courses, max_size=4))
def test_the_frame_has_a_row_for_each_and_never_an_arm(rows):
    estimands = [seen_from(NRDFS, COHORT), REGROWTH]
    frame = adtte(rows, estimands)
    assert tuple(frame.columns) == ADTTE_COLUMNS
    assert len(frame) == sum(len(derive_all(rows, e).rows) for e in estimands)
    assert not {"WW", "TME"} & set(frame.to_numpy().ravel().tolist())


def test_the_frame_of_one_event_one_competing_and_one_censored():
    rows = [
        course(participant="A", metastases_on=(day(30),)),
        course(participant="B"),
        course(participant="C", died_on=PartialDate.of(day(50))),
    ]
    frame = adtte(rows, [NRDFS, REGROWTH])
    assert frame[["PARAMCD", "USUBJID", "AVAL", "CNSR", "EVNTDESC"]].to_numpy().tolist() == [
        ["NRDFS", "A", 30, 0, "METASTASIS"],
        ["NRDFS", "C", 50, 0, "DEATH"],
        ["NRDFS", "B", 900, 1, "CENSORED"],
        ["REGROWTH", "C", 50, 2, "DEATH"],
        ["REGROWTH", "A", 900, 1, "CENSORED"],
        ["REGROWTH", "B", 900, 1, "CENSORED"],
    ]
    assert frame.loc[0, ["STARTDT", "ADT", "ORIGIN"]].tolist() == ["2026-01-15", "2026-02-14", "RANDOMISATION"]
