"""Three-valued logic: unknown is an answer, and a rule that makes no sense is an error someone sees."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Answers
from forms.dates import PartialDate
from forms.logic import Expr, LogicError, any_of, count, every, from_json, if_, known, least, lift
from tests.forms.invented import BASE, EVT, crf, record, rows

TRUTHS = (True, False, None)


def value(expr, **items):
    one = crf(**items)
    return expr.value(record(one).scope(one))


@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_and_is_false_as_soon_as_one_is_false_and_or_true_as_soon_as_one_is_true(a, b):
    both, either = value(lift(a) & lift(b)), value(lift(a) | lift(b))
    assert both is (False if False in (a, b) else None if None in (a, b) else True)
    assert either is (True if True in (a, b) else None if None in (a, b) else False)


@pytest.mark.parametrize(("a", "expected"), [(True, False), (False, True), (None, None)])
def test_not_keeps_the_unknown(a, expected):
    assert value(~lift(a)) is expected


truths = st.recursive(
    st.sampled_from(TRUTHS).map(lift),
    lambda inner: (
        st.tuples(inner, inner).map(lambda p: p[0] & p[1])
        | st.tuples(inner, inner).map(lambda p: p[0] | p[1])
        | inner.map(lambda e: ~e)
    ),
    max_leaves=12,
)


@given(truths, truths)
def test_de_morgan_holds_with_unknowns(a, b):
    assert value(~(a & b)) is value(~a | ~b)


@given(truths)
def test_an_expression_survives_json(expr):
    assert value(from_json(expr.to_json())) is value(expr)
    assert from_json(expr.to_json()).to_json() == expr.to_json()


@pytest.mark.parametrize(
    ("answer", "is_tumour", "was_done"),
    [("TUMOUR", True, True), ("CLEAR", False, True), ("ND", None, False), (None, None, None)],
)
def test_a_code_that_means_not_known_is_unknown_unless_the_rule_names_it(answer, is_tumour, was_done):
    items = {} if answer is None else {"LOOKED": answer}
    assert value(BASE.LOOKED == "TUMOUR", **items) is is_tumour
    assert value(BASE.LOOKED != "ND", **items) is was_done


def test_numbers_compare_as_numbers_whatever_their_places():
    assert value(BASE.DIST == 100, DIST=Decimal("100.0")) is True
    assert value(BASE.DIST > 9, DIST=Decimal("10")) is True


def test_zero_is_an_answer():
    assert value(BASE.COUNT == 0, COUNT=0) is True
    assert value(BASE.COUNT.present(), COUNT=0) is True


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (1, True)])
def test_dates_compare_at_the_day(days, expected):
    seen = date.fromordinal(date(2026, 3, 1).toordinal() + days)
    assert value(BASE.SEEN >= date(2026, 3, 1), SEEN=seen) is expected


def test_a_partial_date_that_straddles_cannot_tell():
    assert value(BASE.BORN <= date(2026, 3, 15), BORN=PartialDate(2026, 3)) is None
    assert value(BASE.BORN <= date(2026, 3, 31), BORN=PartialDate(2026, 3)) is True
    assert value(BASE.BORN <= date(2026, 2, 28), BORN=PartialDate(2026, 3)) is False


def test_date_differences_are_signed():
    earlier = BASE.SEEN.days_after(date(2026, 3, 10))
    assert value(earlier, SEEN=date(2026, 3, 1)) == -9


@pytest.mark.parametrize("expr", [BASE.LOOKED > 3, BASE.DIST == "CLEAR", Expr("nonsense", ()), BASE.DIST > BASE.SEEN])
def test_a_rule_that_makes_no_sense_is_an_error_and_not_silence(expr):
    with pytest.raises(LogicError):
        value(expr, LOOKED="CLEAR", DIST=Decimal(3), SEEN=date(2026, 1, 1))


def test_a_fact_nobody_declared_is_an_error():
    one = crf("EVT")
    with pytest.raises(LogicError):
        Expr("fact", ("arm",)).value(record(one, arm="A").scope(one))


def test_python_cannot_ask_an_expression_for_its_truth():
    with pytest.raises(LogicError):
        bool(BASE.DIST > 3)


def test_dividing_by_zero_is_unknown():
    assert value(BASE.DIST / BASE.COUNT, DIST=Decimal(3), COUNT=0) is None


@pytest.mark.parametrize(
    ("looks", "any_tumour", "all_clear", "how_many"),
    [
        ((), False, True, 0),
        (("CLEAR",), False, True, 0),
        (("CLEAR", "ND"), None, None, None),
        (("TUMOUR", "ND"), True, False, None),
        (("TUMOUR", "CLEAR", "TUMOUR"), True, False, 2),
    ],
)
def test_over_instances_any_needs_one_and_every_needs_all(looks, any_tumour, all_clear, how_many):
    instances = [crf(occurrence=i + 1, LOOKED=look) for i, look in enumerate(looks)]
    asker = crf("EVT")
    scope = record(*instances, asker).scope(asker)
    source = ("form", BASE)
    assert any_of(source, BASE.LOOKED == "TUMOUR").value(scope) is any_tumour
    assert every(source, BASE.LOOKED == "CLEAR").value(scope) is all_clear
    assert count(source, BASE.LOOKED == "TUMOUR").value(scope) == how_many


def test_the_earliest_of_known_dates_ignores_blanks():
    asker = crf("EVT")
    seen = [crf(occurrence=1, SEEN=date(2026, 3, 2)), crf(occurrence=2), crf(occurrence=3, SEEN=date(2026, 3, 1))]
    assert least(("form", BASE), BASE.SEEN).value(record(*seen, asker).scope(asker)) == date(2026, 3, 1)


def test_if_waits_for_its_condition():
    assert value(if_(BASE.COUNT > 1, "many", "few"), COUNT=2) == "many"
    assert value(if_(BASE.COUNT > 1, "many", "few"), COUNT=1) == "few"
    assert value(if_(BASE.COUNT > 1, "many", "few")) is None


def test_known_is_never_unknown():
    assert value(known(BASE.LOOKED), LOOKED="ND") is False
    assert value(known(BASE.LOOKED), LOOKED="CLEAR") is True


def test_calculated_items_are_evaluated_on_reading_and_reach_events_links_and_rows():
    answers = Answers(
        {"LOOKED": "TUMOUR", "COUNT": 4, "SAME": "EVT/SCR/1"}, groups={"R": rows(("a", {"WHAT": "liver"}))}
    )
    base, event = crf(answers=answers), crf("EVT", ON=date(2026, 5, 1))
    found = record(base, event)
    assert found.value("BASE.TWICE") == 8
    assert found.value("EVT.FIRST") == "TUMOUR"
    assert found.value("EVT.ROWS") is False  # rows of the own form: EVT has none
    assert any_of(("form", BASE, BASE.R), BASE.R.WHAT == "liver").value(found.scope(event)) is True


def test_the_last_instance_in_the_course_speaks_for_the_form():
    found = record(crf(event="RST", LOOKED="TUMOUR"), crf(event="RST2", LOOKED="CLEAR"))
    assert found.value("BASE.LOOKED") == "CLEAR"


def test_keys_and_facts_of_an_expression_are_known_without_running_it():
    expr = (BASE.LOOKED == "ND") & (EVT.ON > BASE.SEEN)
    assert expr.keys() == {"BASE.LOOKED", "EVT.ON", "BASE.SEEN"}
    assert (BASE.SURE.present() & BASE.SURE.ask_if).facts() == {"arm"}
