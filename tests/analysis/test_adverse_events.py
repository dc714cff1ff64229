"""Adverse event tables: participants, not events; the highest grade; unknown is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.adverse_events import AdverseEvent, OutsideSafetySet, tabulate

CARDIAC, GUT = "Cardiac disorders", "Gastrointestinal disorders"


def ae(participant="A", term="Diarrhea", soc=GUT, grade=1, **given):
    plain = {"serious": False, "related": frozenset(), "immune_related": False, "fatal": False}
    return AdverseEvent(participant, term, soc, grade, **(plain | given))


def overview(*events, members="ABCD"):
    return {line.id: (line.participants, line.unknown) for line in tabulate(events, members).overview}


def lines(*events, members="ABCD"):
    return [(line.term or line.soc, line.by_grade, line.grade_unknown) for line in tabulate(events, members).lines]


def test_a_participant_with_two_events_of_a_term_counts_once_at_the_higher_grade():
    assert lines(ae(grade=1), ae(grade=3), ae(grade=2)) == [(GUT, (0, 0, 1, 0, 0), 0), ("Diarrhea", (0, 0, 1, 0, 0), 0)]


def test_a_participant_with_two_terms_of_a_class_counts_once_in_the_class():
    found = lines(ae(grade=1), ae(term="Nausea", grade=2), ae("B", term="Nausea", grade=1))
    assert found == [(GUT, (1, 1, 0, 0, 0), 0), ("Nausea", (1, 1, 0, 0, 0), 0), ("Diarrhea", (1, 0, 0, 0, 0), 0)]


def test_classes_and_terms_stand_by_frequency_and_then_by_name():
    found = tabulate([ae("A"), ae("A", "Angina", CARDIAC), ae("B", "Asystole", CARDIAC)], "AB").lines
    assert [line.term or line.soc for line in found] == [CARDIAC, "Angina", "Asystole", GUT, "Diarrhea"]


@pytest.mark.parametrize(
    ("grades", "by_grade", "unknown"),
    [
        ([None], (0, 0, 0, 0, 0), 1),
        ([None, 2], (0, 1, 0, 0, 0), 0),
        ([5], (0, 0, 0, 0, 1), 0),
        ([3, 4], (0, 0, 0, 1, 0), 0),
    ],
)
def test_an_unknown_grade_is_its_own_column_and_never_mild(grades, by_grade, unknown):
    assert lines(*(ae(grade=g) for g in grades))[1] == ("Diarrhea", by_grade, unknown)


def test_any_grade_and_severe_are_sums_of_the_columns():
    line = tabulate([ae("A", grade=2), ae("B", grade=3), ae("C", grade=5), ae("D", grade=None)], "ABCD").lines[0]
    assert (line.any_grade, line.severe) == (4, 2)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # any, severe, serious, to therapy, it and severe, it and serious, immune, fatal: (sure, cannot tell)
        (ae(), [1, 0, 0, 0, 0, 0, 0, 0]),
        (ae(grade=3), [1, 1, 0, 0, 0, 0, 0, 0]),
        (ae(grade=2, serious=True), [1, 0, 1, 0, 0, 0, 0, 0]),
        (ae(related=frozenset({"RT"})), [1, 0, 0, 1, 0, 0, 0, 0]),
        (ae(related=frozenset({"RT", "OPERATION"})), [1, 0, 0, 1, 0, 0, 0, 0]),
        # An operation or a study procedure tells an arm: an open table does not know of it.
        (ae(grade=4, serious=True, related=frozenset({"OPERATION", "PROCEDURE"})), [1, 1, 1, 0, 0, 0, 0, 0]),
        (ae(grade=4, related=frozenset({"IO"}), serious=True, immune_related=True), [1, 1, 1, 1, 1, 1, 1, 0]),
        (ae(grade=5), [1, 1, 0, 0, 0, 0, 0, 1]),
        (ae(fatal=True), [1, 0, 0, 0, 0, 0, 0, 1]),
        (ae(grade=None), [1, None, 0, 0, 0, 0, 0, None]),
        (ae(serious=None), [1, 0, None, 0, 0, 0, 0, 0]),
        (ae(related=None, grade=3), [1, 1, 0, None, None, 0, 0, 0]),
        (ae(related=None, grade=2), [1, 0, 0, None, 0, 0, 0, 0]),  # not severe: settled whatever the relation
        (ae(immune_related=None), [1, 0, 0, 0, 0, 0, None, 0]),
        (ae(fatal=None), [1, 0, 0, 0, 0, 0, 0, None]),
    ],
)
def test_the_overview_counts_what_is_sure_and_what_cannot_be_told(event, expected):
    pairs = [(0, 1) if each is None else (each, 0) for each in expected]
    assert list(overview(event).values()) == pairs


def test_a_sure_event_outweighs_an_unknown_one_of_the_same_participant():
    assert overview(ae(grade=None), ae(grade=3))["SEVERE"] == (1, 0)


def test_participants_without_an_event_stay_in_the_denominator():
    found = tabulate([ae("A")], ["A", "B", "C"])
    assert (found.denominator, found.events, found.lines[0].any_grade) == (3, 1, 1)


def test_nobody_and_nothing_give_an_empty_table():
    found = tabulate([], [])
    assert (found.denominator, found.events, found.lines) == (0, 0, ())
    assert {(line.participants, line.unknown) for line in found.overview} == {(0, 0)}


def test_an_event_of_somebody_outside_the_safety_set_is_refused_by_name():
    with pytest.raises(OutsideSafetySet, match="not in the safety set: X, Y") as refused:
        tabulate([ae("Y"), ae("A"), ae("X")], "AB")
    assert refused.value.participants == ("X", "Y")


events = st.lists(
    st.builds(
        ae,
        st.sampled_from("ABCD"),
        st.sampled_from(["Diarrhea", "Nausea", "Ileus"]),
        st.just(GUT),
        st.sampled_from([None, 1, 2, 3, 4, 5]),
        serious=st.sampled_from([True, False, None]),
    ),
    max_size=25,
)


@given(events, st.randoms(use_true_random=False))
def test_no_line_exceeds_the_denominator_and_order_does_not_matter(found, chance):
    table = tabulate(found, "ABCD")
    assert all(line.any_grade <= table.denominator for line in table.lines)
    assert all(line.participants + line.unknown <= table.denominator for line in table.overview)
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert tabulate(shuffled, "ABCD") == table


@given(events)
def test_a_class_has_at_least_its_commonest_term_and_at_most_the_sum_of_its_terms(found):
    table = tabulate(found, "ABCD")
    terms = [line.any_grade for line in table.lines if line.term]
    for line in table.lines:
        if line.term is None:
            assert max(terms) <= line.any_grade <= sum(terms)
