"""Chapter: when two spellings are one term."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.coding import match
from trial.dictionaries.folding import LONGEST, exact, loose, words

SAME = [
    ("Anaemia", "anemia"), ("DIARRHOEA", "diarrhea"), ("Oedema  of the legs", "edema of the legs"), ("Crohn's disease", "crohn s disease"),
    ("café-au-lait", "cafe au lait"), ("ｆｅｖｅｒ", "fever"), ("Oesophagitis", "esophagitis"), ("Ischaemic colitis", "ischemic colitis"),
    ("Tumour", "tumor"), ("Haemorrhage", "hemorrhage"), ("Leukopenia", "leucopenia"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_term_are_found_together(one: str, other: str) -> None:
    assert loose(one) == loose(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ileus", "colitis"), ("grade 2 rash", "grade 3 rash"), ("hypotension", "hypertension")]
)
def test_other_terms_stay_apart(one: str, other: str) -> None:
    assert loose(one) != loose(other)


def test_exact_forgives_only_what_no_eye_sees() -> None:
    assert exact("  Low   White\tcells ") == exact("low white cells")
    assert exact("Anaemia") != exact("anemia")


def test_two_long_texts_with_one_beginning_are_two() -> None:
    one, other = "pain " * 200 + "left", "pain " * 200 + "right"
    assert loose(one) != loose(other)
    assert len(loose(one)) <= LONGEST


def test_a_text_of_signs_alone_is_not_every_other() -> None:
    assert loose("???") != loose("!!!")


def test_a_script_without_blanks_is_looked_up_by_pairs() -> None:
    assert words("白细胞减少") == ("白细", "细胞", "胞减", "减少")
    assert words("low white low") == ("low", "white")


@given(st.text(max_size=300))
def test_folding_again_changes_nothing_and_fits(text: str) -> None:
    assert loose(exact(text)) == loose(text)
    assert len(loose(text)) <= LONGEST or len(exact(text)) > LONGEST
    assert all(words(text)) or not text.strip()


def row(text: str, code: str = "1", current: bool = True) -> dict[str, object]:
    return {"text": text, "code": code, "current": current}


LISTED = {"id": 7, "code": "9"}
TABLE = [
    # text typed, current candidates, synonym, its term: code, how, certain
    ("anemia", [row("Anemia")], None, None, ("1", "auto", True)),
    ("anaemia", [row("Anemia")], None, None, ("1", "auto", False)),
    ("anemia", [row("Anemia"), row("Anaemia", "2")], None, None, ("1", "auto", True)),
    ("anemia", [row("Anemia"), row("ANEMIA", "2")], None, None, None),
    ("anæmia", [row("Anaemia"), row("Anemia", "2")], None, None, None),
    ("low blood", [], None, None, None),
    ("low blood", [], LISTED, row("Anemia", "9"), ("9", "synonym", True)),
    ("low blood", [], LISTED, row("Anemia", "9", current=False), None),
    ("low blood", [], LISTED, None, None),
    ("anemia", [row("Anemia")], LISTED, row("Other", "9"), ("1", "auto", True)),
    ("anaemia", [row("Anemia")], LISTED, row("Other", "9"), ("9", "synonym", True)),
]


@pytest.mark.parametrize(("text", "candidates", "synonym", "of_synonym", "wanted"), TABLE)
def test_what_is_found_without_a_person(text, candidates, synonym, of_synonym, wanted) -> None:
    found = match(text, candidates, synonym, of_synonym)
    assert (found and (found.row["code"], found.how, found.certain)) == wanted
