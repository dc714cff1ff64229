"""What follows an operation, by the day and by who reported it; deaths by cause and by when they came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.safety.clavien import GRADES, Complication, Extent, Operation, worst_of
from analysis.safety.deaths import by_cause, death_lines, died_between
from analysis.safety.people import Person, person
from analysis.safety.surgery import Aftermath, aftermath, worst_leak
from analysis.safety.surgery_lines import lines
from forms.dates import PartialDate
from tests.safety_analysis.people import day, observed
from tests.safety_analysis.rows import CUT, crf, operated, poc, row, treated


def after(*crfs, arm="TME") -> Aftermath | None:
    found = row("A", *treated(), *crfs, arm=arm)
    return aftermath(found, person(found, CUT))


def operated_on_200(*reports, **given) -> Aftermath:
    found = after(*operated(200), *reports, **given)
    assert found is not None
    return found


def died(text: str):
    return crf("DTH", DTHDAT=PartialDate.parse(text), DTHCAUS="OTHER")


def test_who_was_not_operated_on_is_not_in_it():
    assert after() is None
    assert after(*operated(1001)) is None  # after the cut


@pytest.mark.parametrize(
    ("reports", "at_30", "at_90"),
    [
        ((), None, None),
        ((poc("PO30", any="N"),), "0", None),  # the report of day 30 says nothing of day 90
        ((poc("PO90", any="N"),), "0", "0"),
        ((poc("PO30", any="N"), poc("PO90", any="N")), "0", "0"),
        ((poc("PO90", found=[(200, "I")]),), "I", "I"),
        ((poc("PO90", found=[(230, "IIIa")]),), "IIIa", "IIIa"),  # day 30 is within
        ((poc("PO90", found=[(231, "IIIa")]),), "0", "IIIa"),
        ((poc("PO90", found=[(290, "IVb")]),), "0", "IVb"),
        ((poc("PO90", found=[(291, "V")]),), "0", "0"),
        ((poc("PO90", found=[(205, "II"), (206, "IIIb"), (207, "I")]),), "IIIb", "IIIb"),
        ((poc("PO30", found=[(205, "II")]), poc("PO90", found=[(250, "IIIa")])), "II", "IIIa"),
        ((poc("PO90", found=[(205, None)]),), None, None),
        ((poc("PO90", found=[(205, None), (206, "V")]),), "V", "V"),  # nothing is worse
        ((poc("PO90", found=[(None, "II")]),), None, None),
        ((poc("PO90", found=[(250, None), (205, "I")]),), "I", None),
        ((poc("PO90", any="Y"),), None, None),  # a complication that nobody described
        ((poc("PO30", any=None),), None, None),
        ((poc("PO90", found=[(None, "II"), (205, "IIIa")]),), "IIIa", "IIIa"),  # whenever it was, II is no worse
        ((poc("PO30", found=[(205, "V")]),), "V", "V"),  # what comes after the report of day 30 cannot be worse
    ],
)
def test_the_worst_grade_counts_to_the_day_and_is_told_only_where_it_can_be(reports, at_30, at_90):
    found = operated_on_200(*reports)
    assert (found.worst(30).grade, found.worst(90).grade) == (at_30, at_90)


def test_a_complication_belongs_to_the_last_operation_before_it():
    second = (*operated(200), *operated(400, number=2))
    found = after(*second, poc("PO90-2", found=[(405, "IVa")]), poc("PO90-1", any="N"))
    assert found is not None and [(o.on, o.worst(30).grade) for o in found.operations] == [
        (day(200), "0"),
        (day(400), "IVa"),
    ]
    assert found.worst(90).grade == "IVa" and found.after(day(400)).worst(90).severe is True


@pytest.mark.parametrize(
    ("reports", "at_30", "at_90"),
    [
        ((), None, None),
        ((poc("PO30", any="N"),), False, None),
        ((poc("PO90", any="N"),), False, False),
        ((poc("PO30", found=[(205, "IIIa")]),), True, True),  # whatever is reported of the days that follow
        ((poc("PO90", found=[(205, "II")]),), False, False),
        ((poc("PO90", found=[(205, None)]),), None, None),
        ((poc("PO90", found=[(205, None), (206, "IIIb")]),), True, True),  # the worst is not known, but bad enough
        ((poc("PO90", found=[(231, "IVa")]),), False, True),
        ((poc("PO90", found=[(290, "IIIa")]),), False, True),
        ((poc("PO90", found=[(291, "IIIa")]),), False, False),
        ((poc("PO90", found=[(None, "I")]),), False, False),
        ((poc("PO90", found=[(None, "IIIa")]),), None, None),
    ],
)
def test_grade_three_or_worse_is_told_wherever_the_worst_grade_need_not_be_known(reports, at_30, at_90):
    found = operated_on_200(*reports)
    assert (found.worst(30).severe, found.worst(90).severe) == (at_30, at_90)


def test_an_operation_without_a_report_is_never_free_of_complications():
    """What is reported of one operation does not speak for another."""
    twice = (*operated(200), *operated(400, number=2))
    silent = after(*twice, poc("PO90-1", any="N", leak="NONE", readmitted="N"))
    assert silent is not None and (silent.worst(90), silent.leak, silent.readmitted) == (
        Extent(0, len(GRADES)),
        None,
        None,
    )
    both = after(*twice, *(poc(e, any="N", leak="NONE", readmitted="N") for e in ("PO90-1", "PO90-2")))
    assert both is not None and (both.worst(90).grade, both.leak, both.readmitted) == ("0", "NONE", False)


def test_a_report_on_an_operation_after_the_cut_is_not_one_on_an_earlier_one():
    found = after(
        *operated(200), *operated(1001, number=2), poc("PO90-2", found=[(1002, "IVa")], leak="C", readmitted="Y")
    )
    assert found is not None and (found.worst(90), found.leak, found.readmitted) == (Extent(0, len(GRADES)), None, None)


def test_a_report_on_an_operation_that_has_no_form_does_not_free_the_one_that_has():
    found = after(*operated(200), poc("PO90-2", any="N", leak="NONE", readmitted="N"))
    assert found is not None and found.worst(90) == Extent(0, len(GRADES))


def test_a_report_whose_operation_is_not_known_frees_none_of_several():
    found = after(*operated(200), *operated(400, number=2), poc("PO90-3", found=[(None, "IIIa")]))
    assert found is not None and {o.worst(90) for o in found.operations} == {Extent(0, len(GRADES))}


complications = st.builds(
    Complication, st.one_of(st.none(), st.integers(-5, 100)), st.one_of(st.none(), st.sampled_from(GRADES))
)


@given(st.lists(complications, max_size=6), st.sampled_from([0, 30, 90]), st.booleans())
def test_whatever_is_unknown_turns_out_the_grade_lies_within_the_extent(found, reported, unspecified):
    """Every blank day and grade filled in, one by one, gives an extent inside the former one."""
    operation = Operation(day(200), reported, tuple(found), unspecified)
    for within in (30, 90):
        wide = operation.worst(within)
        for i, each in enumerate(found):
            for days in (each.days,) if each.days is not None else (0, within, within + 1):
                for grade in (each.grade,) if each.grade else GRADES:
                    told = (*found[:i], Complication(days, grade), *found[i + 1 :])
                    narrow = Operation(day(200), reported, told, unspecified).worst(within)
                    assert wide.least <= narrow.least <= narrow.most <= wide.most
        assert worst_of([wide, wide]) == wide


@pytest.mark.parametrize(
    ("leaks", "expected"),
    [
        ([], None),
        ([None], None),
        (["NONE"], "NONE"),
        (["NONE", "B"], "B"),
        (["C", "A"], "C"),
        (["NOANAST"], "NOANAST"),
        (["NOANAST", "NONE"], "NONE"),
        (["NONE", None], None),  # the later report does not say
        ([None, "A"], "A"),
    ],
)
def test_the_worst_leak_of_several_reports(leaks, expected):
    assert worst_leak(leaks) == expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [(("N", "N"), False), (("N", "Y"), True), (("Y", None), True), (("N", None), None), ((), None)],
)
def test_readmission_is_yes_in_any_report_and_no_only_if_all_say_so(answers, expected):
    reports = [poc(event, any="N", readmitted=a) for event, a in zip(("PO30", "PO90"), answers, strict=False)]
    assert operated_on_200(*reports).readmitted is expected


@pytest.mark.parametrize(
    ("death", "end", "at_30", "at_90"),
    [
        (None, None, False, False),
        (None, 229, None, None),  # the study ended the day before
        (None, 230, False, None),
        (None, 290, False, False),
        (day(200).isoformat(), None, True, True),
        (day(230).isoformat(), None, True, True),
        (day(231).isoformat(), None, False, True),
        (day(290).isoformat(), None, False, True),
        (day(291).isoformat(), None, False, False),
        ("2026-08", None, None, True),  # days 212 to 242
        ("2026-10", None, False, None),
        ("2026", None, None, None),
        ("2027", None, False, False),
    ],
)
def test_death_after_an_operation_counts_to_the_day(death, end, at_30, at_90):
    more = [died(death)] if death else []
    more += [crf("EOS", EOSDAT=day(end), EOSREAS="WITHDRAWN")] if end else []
    found = operated_on_200(*more)
    assert (found.died(30), found.died(90)) == (at_30, at_90)


def counts(*found):
    return {line.id: (line.n, line.unknown) for line in lines(found)}


def test_every_operated_participant_is_in_one_line_of_each_window():
    crowd = [
        operated_on_200(poc("PO90", any="N", leak="NONE", readmitted="N")),
        operated_on_200(poc("PO90", found=[(205, "IIIb")], leak="B", readmitted="Y")),
        operated_on_200(poc("PO90", found=[(240, "I")], leak="NOANAST", readmitted="N")),
        operated_on_200(),
    ]
    found = counts(*crowd)
    for days in (30, 90):
        states = ("NONE", "I", "II", "IIIa", "IIIb", "IVa", "IVb", "V", "UNKNOWN")
        assert sum(found[f"{state}_{days}"][0] for state in states) == len(crowd)
    assert (found["NONE_30"], found["I_90"], found["SEVERE_30"], found["SEVERE_90"]) == ((2, 0), (1, 0), (1, 1), (1, 1))
    assert (found["LEAK"], found["LEAK_B"], found["NOANAST"], found["READM"]) == ((1, 1), (1, 0), (1, 0), (1, 1))


def test_nobody_operated_on_gives_zeros():
    assert set(counts().values()) == {(0, 0)}


# --- deaths ---------------------------------------------------------------------------------------------------------------


def who(died_on: str | None = None, **given) -> Person:
    plain = {"died_on": PartialDate.parse(died_on), "died": day(1), "cause": "OTHER"} if died_on else {}
    return observed(**(plain | given)).person


@pytest.mark.parametrize(
    ("died_on", "expected"),
    [
        (None, False),
        (day(9).isoformat(), False),
        (day(10).isoformat(), True),
        (day(58).isoformat(), True),
        (day(59).isoformat(), False),
        ("2026-02", True),  # days 31 to 58
        ("2026-01", None),
        ("2026", None),
        ("2027", False),
    ],
)
def test_a_death_lies_in_a_stretch_only_where_every_day_of_it_does(died_on, expected):
    assert died_between(who(died_on), day(10), day(58)) is expected


def in_stretches(*people):
    return {line.id: (line.n, line.of, line.unknown) for line in death_lines(people)}


@pytest.mark.parametrize(
    ("n", "therapy", "decision"), [(130, 1, 0), (131, 0, 0), (169, 0, 0), (170, 0, 1), (260, 0, 1), (261, 0, 0)]
)
def test_deaths_are_counted_to_30_days_after_the_last_dose_and_90_after_the_decision(n, therapy, decision):
    found = in_stretches(who(day(n).isoformat(), end=n))
    assert (found["ANY"][0], found["THERAPY"][0], found["DECISION"][0]) == (1, therapy, decision)


def test_the_denominator_is_who_was_treated_and_reached_the_stretch():
    crowd = (
        who(), who(day(120).isoformat(), end=120), who(end=169), who(end=170), who(decided_on=None), who(origin=None), who("2026", end=250),
    )  # fmt: skip
    found = in_stretches(*crowd)
    assert {id: of for id, (_, of, _) in found.items()} == {"ANY": 6, "THERAPY": 6, "DECISION": 3}
    assert found["THERAPY"] == (1, 6, 1) and found["DECISION"] == (0, 3, 1)


def test_therapy_that_went_on_at_the_cut_has_no_end():
    assert in_stretches(who(day(900).isoformat(), last_dose_on=None))["THERAPY"] == (1, 1, 0)


def test_causes_are_counted_as_recorded_and_a_blank_is_one():
    crowd = (
        who("2026"),
        who("2026", cause=None),
        who("2026", cause="RECTAL"),
        who("2026"),
        who(),
        who("2026", origin=None),
    )
    assert by_cause(crowd) == {"OTHER": 2, None: 1, "RECTAL": 1}
