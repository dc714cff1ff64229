"""What holds for every CRF: complete definitions, silence on blanks, and a course that passes its own checks."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import catalogue
from forms.answers import Answers
from forms.checks import findings, outside_items, placeholders, quoted
from forms.crfs import facts as named_facts
from forms.language import expressions
from forms.logic import FUNCTIONS, Expr
from tests.crfs.house import record_of
from tests.crfs.participant import FACTS, course

FORMS = catalogue.written()
COURSE = course()
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.oid)
KEYS = {item.key for form in FORMS for item in form.every_item()}


def walk(expr):
    yield expr
    for arg in expr.args:
        if isinstance(arg, Expr):
            yield from walk(arg)


@pytest.mark.requirement("R30")
def test_no_released_version_has_changed():
    assert catalogue.differences() == ()


@each_form
def test_no_message_quotes_a_link_which_is_an_address_and_stands_beside_the_message_in_words(form):
    kinds = {item.key: item.kind for each in FORMS for item in each.every_item()}
    assert not [key for key in quoted(form) if kinds[key] in ("link", "file")]


@each_form
def test_every_item_a_rule_names_exists(form):
    assert {key for expr in expressions(form) for key in sorted(expr.keys())} - KEYS == set()
    assert outside_items(form) <= KEYS


@each_form
def test_every_value_a_message_names_exists(form):
    named = {key for check in form.checks for key in re.findall(r"\{([A-Z0-9]+\.[A-Z0-9]+)\}", check.message)}
    assert named - KEYS == set()
    assert [c.id for c in form.checks if "{" in placeholders(c.message)] == []


@each_form
def test_every_source_and_link_names_a_form_or_a_group_of_one(form):
    places = {f.oid for f in FORMS} | {f"{f.oid}.{g.oid}" for f in FORMS for g in f.groups} | KEYS
    sources = [
        part for e in expressions(form) for x in walk(e) for a in x.args if isinstance(a, tuple) for part in a[1:]
    ]
    assert {part if isinstance(part, str) else part.key for part in sources} - places == set()
    assert {i.target for i in form.every_item() if i.kind == "link"} <= {f.oid for f in FORMS}


@each_form
def test_every_function_a_rule_calls_is_registered(form):
    called = {x.args[0] for e in expressions(form) for x in walk(e) if x.op == "call"}
    assert called - set(FUNCTIONS) == set()


@each_form
def test_every_fact_is_declared_and_used_and_explained(form):
    used = {fact for expr in expressions(form) for fact in expr.facts()} - {"today", "now"}
    explained = {e.args[0] for e in vars(named_facts).values() if isinstance(e, Expr)}
    assert used == set(form.facts)
    assert used <= explained


@each_form
def test_checks_are_numbered_by_their_form_and_level(form):
    letters = {"hard": "H", "soft": "S"}
    assert [c.id for c in form.checks if not c.id.startswith(f"{form.oid}-{letters[c.level]}")] == []


@each_form
def test_a_message_says_what_to_do_in_few_words(form):
    assert [c.id for c in form.checks if not 40 <= len(c.message) <= 330 or not c.message.endswith(".")] == []


@each_form
def test_a_deviation_is_of_a_kind_the_deviation_form_knows(form):
    deviations = {c.deviation for c in form.checks if c.deviation}
    form_dv = catalogue.current("DV")
    assert all(
        kind in form_dv.item("DVCAT").codes and weight in form_dv.item("DVSEV").codes for kind, weight in deviations
    )
    assert [c.id for c in form.checks if c.deviation and c.level == "hard"] == []


@each_form
def test_the_items_of_a_section_stand_together(form):
    sections = [form.item(name).section for name in form.layout if not any(g.oid == name for g in form.groups)]
    changes = [s for before, s in zip([None, *sections], sections, strict=False) if s != before]
    assert len(changes) == len(set(changes))


@each_form
def test_a_number_says_how_many_decimals_are_kept(form):
    assert [i.oid for i in form.every_item() if i.kind == "decimal" and i.places is None] == []


@each_form
def test_every_form_says_where_it_comes_from(form):
    assert form.source
    assert form.title


@each_form
def test_a_blank_form_is_incomplete_and_says_nothing_else(form):
    blank = catalogue.crf(form.oid)
    assert {f.level for f in findings(record_of(blank), blank)} <= {"missing"}


@each_form
def test_a_blank_form_beside_a_whole_course_refuses_nothing(form):
    # No consent to samples on file would be a reason; here there is consent.
    blank = catalogue.crf(form.oid, "UNS", 9)
    assert {f.level for f in findings(record_of(*COURSE, blank, **FACTS), blank)} <= {"missing"}


def test_the_example_course_holds_every_form():
    assert {crf.form for crf in COURSE} == set(catalogue.order())


@pytest.mark.parametrize("crf", COURSE, ids=lambda crf: crf.form)
def test_a_usual_course_is_complete_and_passes_its_own_checks(crf):
    assert [f"{f.id}: {f.text()}" for f in findings(record_of(*COURSE, **FACTS), crf)] == []


def emptied(crf, dropped):
    answers = crf.answers
    keep = {name: value for name, value in answers.items.items() if f"{crf.form}.{name}" not in dropped}
    rows = {
        group: tuple(
            replace(r, items={k: v for k, v in r.items.items() if f"{crf.form}.{k}" not in dropped}) for r in rows
        )
        for group, rows in answers.groups.items()
    }
    return replace(crf, answers=Answers(keep, groups=rows))


def hard_ids(crfs, facts):
    record = record_of(*crfs, **facts)
    return {f.id for crf in crfs for f in findings(record, crf) if f.level == "hard"}


@settings(max_examples=15, deadline=None)
@given(
    st.sets(st.sampled_from(sorted(KEYS)), max_size=60),
    st.sets(st.sampled_from(sorted(set(FACTS) - {"eligible"})), max_size=4),
)
def test_an_answer_left_blank_never_makes_anything_impossible(dropped, forgotten):
    # A link without its target is an error of its own; the forms stay, only their answers go.
    crfs = tuple(emptied(crf, dropped) for crf in COURSE)
    assert hard_ids(crfs, {name: fact for name, fact in FACTS.items() if name not in forgotten}) == set()
