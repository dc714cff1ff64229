"""All criteria together: no waivers, nothing missing makes anyone eligible, any protocol's criteria (section 2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import crf, definitions
from forms.crfs.words import ref as item
from forms.dates import PartialDate
from forms.logic import fact
from forms.record import Record
from forms.text import _l
from tests.spec.people import SCREENING, person, prior
from trial.criteria import EXCLUSION, INCLUSION, exclude, include
from trial.eligibility import Verdict, assess, eligible, failed
from trial.evidence import item_of
from trial.protocol import PROTOCOL

SOURCES = sorted({k for c in PROTOCOL.criteria for k in sorted(c.rule.keys()) if k.partition(".")[0] in SCREENING})
NEEDED = [k for k in SOURCES if k not in ("MH.PMTYPE", "MH.PMCURED")]


def test_the_participant_of_these_chapters_is_eligible():
    assert assess(PROTOCOL, person()).eligible is True


def test_ten_criteria_in_the_order_of_the_protocol():
    names = [c.id for c in PROTOCOL.criteria]
    assert names == ["IN1", "IN2", "IN3", "IN4", "IN5", "IN6", "IN7", "EX1", "EX2", "EX3"]
    assert {c.kind for c in PROTOCOL.criteria} == {INCLUSION, EXCLUSION}


def test_every_source_item_exists_in_the_catalogue():
    for criterion in PROTOCOL.criteria:
        for key in sorted(criterion.rule.keys()):
            assert item_of(person(), key).key == key


@pytest.mark.parametrize("key", NEEDED)
def test_without_one_needed_answer_it_cannot_be_told_and_the_item_is_named(key):
    form, _, oid = key.partition(".")
    found = assess(PROTOCOL, person(**{form: {oid: None}}))
    assert found.eligible is None
    assert key in {s.key for line in found.open for s in line.missing}
    assert not found.failed


@pytest.mark.requirement("R53")
@given(st.sets(st.sampled_from(NEEDED), min_size=1))
def test_with_any_needed_answers_removed_nobody_is_ever_eligible(keys):
    removed: dict[str, dict[str, None]] = {}
    for key in keys:
        form, _, oid = key.partition(".")
        removed.setdefault(form, {})[oid] = None
    assert assess(PROTOCOL, person(**removed)).eligible is None


@given(st.sets(st.sampled_from(NEEDED)), st.sampled_from([{}, {"DM": {"BRTHDAT": PartialDate(2015, 1, 1)}}]))
def test_the_verdict_without_the_argument_is_the_verdict_of_the_argument(keys, other):
    answers: dict[str, dict[str, object]] = {form: dict(items) for form, items in other.items()}
    for key in keys:
        form, _, oid = key.partition(".")
        answers.setdefault(form, {})[oid] = None
    record = person(**answers)
    whole = assess(PROTOCOL, record)
    assert eligible(PROTOCOL, record) is whole.eligible
    assert failed(PROTOCOL, record) == whole.failed


def test_a_protocol_without_criteria_lets_nobody_in():
    assert eligible(replace(PROTOCOL, criteria=()), person()) is None


@given(st.sets(st.sampled_from(sorted(SCREENING)), min_size=1))
def test_with_any_form_removed_nobody_is_ever_eligible(forms):
    found = assess(PROTOCOL, person(without=tuple(forms)))
    needed = {k.partition(".")[0] for k in NEEDED}
    assert found.eligible is (None if forms & needed else True)


def every_answer():
    """Any answers to the source items, blanks and unknown codes included."""
    choices = {}
    for key in NEEDED:
        codes = item_of(person(), key).codes
        given_answer = SCREENING[key.partition(".")[0]].get(key.partition(".")[2])
        values = codes.values if codes else ("Y", "N") if given_answer in ("Y", "N") else (given_answer,)
        choices[key] = st.sampled_from([None, *values])
    return st.fixed_dictionaries(choices)


def answered(answers) -> Record:
    forms: dict[str, dict[str, object]] = {}
    for key, value in answers.items():
        form, _, oid = key.partition(".")
        forms.setdefault(form, {})[oid] = value
    return person(**forms)


@given(every_answer(), st.sampled_from(NEEDED))
def test_taking_an_answer_away_never_makes_anyone_eligible(answers, key):
    if assess(PROTOCOL, answered(answers)).eligible is not True:
        assert assess(PROTOCOL, answered(answers | {key: None})).eligible is not True


@given(every_answer(), st.sampled_from(NEEDED))
def test_answering_more_never_overturns_what_was_known(answers, key):
    """Kleene's logic is monotone: an answer can settle an open criterion, never turn a settled one."""
    before = {line.id: line.verdict for line in assess(PROTOCOL, answered(answers | {key: None})).lines}
    after = {line.id: line.verdict for line in assess(PROTOCOL, answered(answers)).lines}
    assert all(after[name] is v for name, v in before.items() if v is not Verdict.CANNOT_TELL)


@given(every_answer())
def test_an_open_criterion_always_names_what_it_lacks_and_a_settled_one_names_nothing(answers):
    for line in assess(PROTOCOL, answered(answers)).lines:
        assert bool(line.missing) is (line.verdict is Verdict.CANNOT_TELL)
        assert line.sources
        assert all(s.address for s in line.sources)


@given(every_answer())
def test_eligible_is_exactly_all_met_and_all_absent(answers):
    found = assess(PROTOCOL, answered(answers))
    verdicts = {line.verdict for line in found.lines}
    assert (found.eligible is True) is (verdicts == {Verdict.MET, Verdict.ABSENT})
    assert (found.eligible is False) is bool(verdicts & {Verdict.NOT_MET, Verdict.PRESENT})


def test_one_failure_decides_whatever_is_missing():
    found = assess(PROTOCOL, person(without=("MRI0",), CT0={"CM": "M1"}))
    assert found.eligible is False
    assert [line.id for line in found.failed] == ["IN3", "IN5", "EX1"]


def test_statements_of_a_criterion_are_judged_one_by_one():
    found = assess(PROTOCOL, person(MRI0={"CTCAT": "cT2", "CNCAT": "cN0"})).line("IN3")
    assert [s.holds for s in found.statements] == [True, False]


def test_a_form_that_was_removed_is_not_a_source():
    record = person()
    gone = replace(record.latest("CT0"), answers=replace(record.latest("CT0").answers, removed="entered twice"))
    assert assess(PROTOCOL, record.with_crf(gone)).eligible is None


def test_a_line_for_a_criterion_nobody_has_is_an_error():
    with pytest.raises(KeyError):
        assess(PROTOCOL, person()).line("IN99")


# --- another protocol -------------------------------------------------------------------------------------------------

OTHER = replace(
    PROTOCOL,
    version="colon-0.1",
    criteria=(
        include("C1", _l("ECOG 0 or 1"), (_l("ECOG"), item("DM.ECOG").is_in("0", "1"))),
        include("C2", _l("Diabetes is known, and treated at this site"), (_l("Site"), fact("diabetes_clinic") == "Y"),
                (_l("Diabetes"), item("MH.DIABETES") == "Y")),
        exclude("X1", _l("Autoimmune disease"), item("MH.AUTOIMM") == "Y"),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("ecog", "diabetes", "clinic", "autoimmune", "eligible"),
    [
        ("0", "Y", "Y", "N", True),
        ("2", "Y", "Y", "N", False),
        ("1", "Y", "N", "N", False),
        ("1", None, "Y", "N", None),
        ("1", "Y", None, "N", None),
        ("1", "Y", "Y", "Y", False),
        (None, "Y", "Y", "N", None),
    ],
)
def test_the_engine_takes_another_protocols_criteria(ecog, diabetes, clinic, autoimmune, eligible):
    record = person(DM={"ECOG": ecog}, MH={"DIABETES": diabetes, "AUTOIMM": autoimmune}).with_facts(
        diabetes_clinic=clinic
    )
    found = assess(OTHER, record)
    assert found.eligible is eligible
    assert found.protocol == "colon-0.1"


def test_a_protocol_without_criteria_makes_nobody_eligible():
    assert assess(replace(PROTOCOL, criteria=()), person()).eligible is None


def test_a_criterion_over_a_calculated_item_reads_what_it_was_calculated_from():
    stage = replace(PROTOCOL, criteria=(include("S", _l("Stage III"), (_l("Stage"), item("MRI0.STAGE") == "III")),))
    assert assess(stage, person()).eligible is True
    assert assess(stage, person(MRI0={"CNCAT": "cN0"})).eligible is False
    assert assess(stage, person(MRI0={"CNCAT": "cNx"})).eligible is not True


def test_the_record_of_these_chapters_breaks_no_rule_of_its_forms():
    from forms.checks import findings

    record = person(prior({"PMTYPE": "BCC", "PMCURED": "Y"}), without=("MH",))
    hard = [f for c in record.crfs for f in findings(record, c) if f.level == "hard"]
    assert hard == []
    assert ("DM", 1) in definitions()
    assert crf("DM").version == 1
