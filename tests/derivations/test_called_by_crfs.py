"""Every calculation a CRF asks for exists and takes what it is given; codes agree with the codelists."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import forms.crfs
import forms.derivations
import forms.rules
from forms.codelists.omics import REFERENCE_INDICATOR, RESULT_OPERATOR
from forms.derivations import reference_range
from forms.language import Form, expressions
from forms.logic import FUNCTIONS, Expr


def every_form() -> list[type[Form]]:
    for module in pkgutil.iter_modules(forms.crfs.__path__):
        importlib.import_module(f"forms.crfs.{module.name}")
    return [form for form in Form.__subclasses__() if form.__module__.startswith("forms.crfs")]


def calls(expression: Expr) -> Iterator[Expr]:
    if expression.op == "call":
        yield expression
    for argument in expression.args:
        if isinstance(argument, Expr):
            yield from calls(argument)


@pytest.mark.parametrize("form", every_form(), ids=lambda form: form.__name__)
def test_each_call_names_a_registered_function_and_gives_it_what_it_takes(form: type[Form]) -> None:
    for expression in expressions(form.definition):
        for call in calls(expression):
            name, *inputs = call.args
            inspect.signature(FUNCTIONS[name].function).bind(*inputs)


def test_the_derived_items_of_the_specification_are_calculated() -> None:
    asked = {call.args[0] for form in every_form() for e in expressions(form.definition) for call in calls(e)}
    assert {
        "bmi", "candidacy", "clinical_response", "clinical_stage", "ctcae_grade", "lars_score", "nar_score", "pcr",
        "permanent_stoma", "qlq_c30", "reference_indicator", "regrowth_event_date", "salvage_date", "shannon_index",
        "susar", "wexner_score",
    } <= asked  # fmt: skip


def test_the_codes_of_laboratory_results_are_those_of_the_codelists() -> None:
    assert set(RESULT_OPERATOR.values) == {"=", "<", ">"}
    assert set(REFERENCE_INDICATOR.values) == {reference_range.LOW, reference_range.NORMAL, reference_range.HIGH}
