"""The public OpenEDC study: loaded as our forms and answers, every rule checked, every count held.

The data were generated at random by OpenEDC (imi-muenster, MIT licence) inside the ranges and codelists but without
regard to conditions and calculations, which is what the counts show.
"""

import xml.etree.ElementTree as ElementTree
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pytest

from forms.odm13 import Forms, Loaded, Violation, check, count_by_kind, forms_of, load, read_study, read_subjects
from tests.shared_data import SHARED, needs_shared

EXAMPLES = SHARED / "standards" / "odm-1.3-examples"
CLINICAL = EXAMPLES / "openedc_clinicaldata.xml"
NS = {"o": "http://www.cdisc.org/ns/odm/v1.3"}

pytestmark = needs_shared


@pytest.fixture(scope="module")
def forms() -> Forms:
    return forms_of(read_study((EXAMPLES / "openedc_metadata.xml").read_bytes()))


def subjects(forms: Forms, data: bytes) -> tuple[Loaded, ...]:
    return tuple(load(forms, subject) for subject in read_subjects(data))


@pytest.fixture(scope="module")
def loaded(forms: Forms) -> tuple[Loaded, ...]:
    return subjects(forms, CLINICAL.read_bytes())


@pytest.fixture(scope="module")
def violations(loaded: tuple[Loaded, ...]) -> tuple[Violation, ...]:
    return tuple(each for subject in loaded for each in check(subject))


def test_the_study_becomes_five_forms_of_28_items(forms: Forms) -> None:
    assert {form: len(definition.every_item()) for (form, _), definition in forms.definitions.items()} == {
        "F_1": 11, "F_2": 6, "F_3": 4, "F_4": 6, "F_5": 1,
    }  # fmt: skip


def test_every_value_of_the_file_becomes_an_answer_or_a_stored_calculation(loaded: tuple[Loaded, ...]) -> None:
    assert len(loaded) == 90
    assert sum(len(s.record.crfs) for s in loaded) == 342
    answers = sum(len(crf.answers.items) for s in loaded for crf in s.record.crfs)
    calculated = sum(len(s.calculated) for s in loaded)
    # 1,684 ItemData in the file; 117 of them are BMI (59) and WHO-5 index (58), which we calculate and never store.
    assert (answers, calculated) == (1567, 117)
    assert not any(s.unreadable or s.undeclared for s in loaded)


def test_the_violations_by_kind_are_those_of_the_published_file(violations: tuple[Violation, ...]) -> None:
    assert count_by_kind(violations) == {
        "calculation": 81,  # every stored BMI and index whose inputs are there: the generator wrote random numbers
        "condition": 288,  # answers to items that the study says are not collected
        "missing": 6,  # the one mandatory item, cardiovascular diseases, left blank on a form that was begun
        "not_calculable": 36,  # a result is stored although an input is blank
    }


def test_the_violations_by_item_are_those_of_the_published_file(violations: tuple[Violation, ...]) -> None:
    assert Counter((v.kind, v.item) for v in violations) == {
        ("calculation", "BMI"): 47,
        ("calculation", "I.2"): 34,
        ("not_calculable", "BMI"): 12,
        ("not_calculable", "I.2"): 24,
        ("missing", "CardiovascularDiseases"): 6,
        ("condition", "Pregnant"): 31,  # not female
        ("condition", "WeeksPregnant"): 33,  # not pregnant
        ("condition", "I.6"): 54,  # another country of birth named although one was chosen
        ("condition", "I.8"): 27,
        ("condition", "I.9"): 28,
        ("condition", "I.10"): 31,
        ("condition", "I.11"): 31,
        ("condition", "I.12"): 29,
        ("condition", "I.5"): 24,
    }


# --- the same counts by a second, naive program that shares no code with the first ------------------------------------

TRIGGERS = {
    "Pregnant": ("Gender", "Female"), "WeeksPregnant": ("Pregnant", "1"), "I.6": ("CountryOfBirth", "Other"),
    "I.8": ("CardiovascularDiseases", "1"), "I.9": ("CardiovascularDiseases", "1"), "I.10": ("TumorDiseases", "1"),
    "I.11": ("TumorDiseases", "1"), "I.12": ("SideEffect", "1"), "I.5": ("SymptomsChanged", "1"),
}  # fmt: skip
WHO = tuple(f"WHO.{n}" for n in range(1, 6))


def recount() -> Counter[str]:
    """Violations by kind, straight from the XML: items are unique in this study, so a subject is one flat table."""
    counts: Counter[str] = Counter()
    for subject in ElementTree.parse(CLINICAL).iterfind(".//o:SubjectData", NS):
        answers = {i.attrib["ItemOID"]: i.attrib["Value"] for i in subject.iterfind(".//o:ItemData", NS)}
        for item, (trigger, wanted) in TRIGGERS.items():
            counts["condition"] += item in answers and answers.get(trigger, wanted) != wanted
        begun = {i.attrib["ItemOID"] for i in subject.iterfind(".//o:FormData[@FormOID='F.2']//o:ItemData", NS)}
        counts["missing"] += bool(begun) and "CardiovascularDiseases" not in begun
        counts.update(recalculated(answers))
    return counts


def recalculated(answers: dict[str, str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    if "BMI" in answers and {"Weight", "Height"} <= set(answers):
        bmi = Decimal(answers["Weight"]) / Decimal(answers["Height"]) ** 2
        counts["calculation"] += bmi.quantize(Decimal("0.01"), ROUND_HALF_UP) != Decimal(answers["BMI"])
    elif "BMI" in answers:
        counts["not_calculable"] += 1
    if "I.2" in answers and set(WHO) <= set(answers):
        counts["calculation"] += 4 * sum(int(answers[w]) for w in WHO) != int(answers["I.2"])
    elif "I.2" in answers:
        counts["not_calculable"] += 1
    return counts


def test_a_second_program_counts_the_same(violations: tuple[Violation, ...]) -> None:
    assert dict(recount()) == count_by_kind(violations)


# --- no range and no codelist is broken in the published file, so each is broken here by hand ------------------------


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        (b'Value="72" ItemOID="Age"', b'Value="18" ItemOID="Age"', {}),
        (b'Value="72" ItemOID="Age"', b'Value="17" ItemOID="Age"', {"range": 1}),
        (b'Value="72" ItemOID="Age"', b'Value="119" ItemOID="Age"', {}),
        (b'Value="72" ItemOID="Age"', b'Value="120" ItemOID="Age"', {"range": 1}),
        (b'Value="2.27082" ItemOID="Height"', b'Value="3" ItemOID="Height"', {"range": 1}),
        (b'Value="2.27082" ItemOID="Height"', b'Value="2.9" ItemOID="Height"', {}),
        (b'Value="49.20059" ItemOID="Weight"', b'Value="160.1" ItemOID="Weight"', {"range": 1}),
        (b'Value="Spain" ItemOID="CountryOfBirth"', b'Value="Atlantis" ItemOID="CountryOfBirth"', {"codelist": 1}),
        (b'Value="Spain" ItemOID="CountryOfBirth"', b'Value="Other" ItemOID="CountryOfBirth"', {"condition": -1}),
        (b'Value="5" ItemOID="WHO.2"', b'Value="6" ItemOID="WHO.2"', {"codelist": 1}),
        (b'Value="2111-02-04" ItemOID="I.16"', b'Value="2111-02-30" ItemOID="I.16"', {"type": 1}),
        # 49.20059 / 2.27082^2 = 9.5413: the right result, in the two places the file stores, is no violation.
        (b'Value="-929768.56" ItemOID="BMI"', b'Value="9.54" ItemOID="BMI"', {"calculation": -1}),
        (b'Value="-929768.56" ItemOID="BMI"', b'Value="9.55" ItemOID="BMI"', {}),
    ],
)
def test_one_changed_value_changes_the_counts_by_exactly_that(
    forms: Forms, violations: tuple[Violation, ...], old: bytes, new: bytes, more: dict[str, int]
) -> None:
    data = CLINICAL.read_bytes()
    assert old in data
    changed = [v for s in subjects(forms, data.replace(old, new, 1)) for v in check(s)]
    difference = Counter(count_by_kind(changed))
    difference.subtract(count_by_kind(violations))
    assert {kind: n for kind, n in difference.items() if n} == more
