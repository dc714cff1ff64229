"""The study page: every parameter of the protocol has a label, a value with its unit, and its section."""

import re

import pytest

from trial.protocol import PROTOCOL
from trial.web import parameters


@pytest.fixture
def sections(world):
    with world.app.test_request_context():
        return parameters.sections(PROTOCOL)


def test_every_parameter_the_protocol_declares_is_worded_and_no_other():
    declared = {
        path for name, _title, _n in parameters.SECTIONS for path, _v in parameters.flat(getattr(PROTOCOL, name), name)
    }
    assert declared == set(parameters.WORDING)


def test_each_section_names_its_place_in_the_protocol(sections):
    assert [s.number for s in sections] == [2, 3, 6, 8, 9]


def test_no_label_or_value_is_a_name_of_the_code(sections):
    for label, value in (pair for s in sections for pair in s.parameters):
        assert "_" not in label + value
        assert not label[0].islower()
        assert "%(" not in value


def test_values_carry_their_unit(sections):
    told = dict(pair for s in sections for pair in s.parameters)
    assert told["Greatest distance of the tumour from the anal verge, on MRI"] == "100 mm"
    assert told["Latest allocation after the decision"] == "14 days"
    assert told["Alpha, one-sided"] == "2.5 %"
    assert told["Margin of non-inferiority"] == "10 percentage points"
    assert told["Arms, 1:1"] == "Watch and wait, Total mesorectal excision"
    assert all(re.search(r"[a-z%±]", v) for v in (told["Accrual"], told["Site to sponsor, from awareness"]))


def test_a_single_unit_is_not_told_in_the_plural(world):
    with world.app.test_request_context():
        assert parameters.DAYS(1) == "1 day"
