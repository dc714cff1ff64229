"""Chapter: the files of a dictionary, line by line. A licensed copy is never needed: the invented one has the same layout."""

import zipfile

import pytest

from tests.coding.work import DRUGS, MINI, edited, line_of, reading
from trial.dictionaries import whodrug
from trial.dictionaries.terms import Source


def test_every_level_is_read_with_the_primary_path_first() -> None:
    terms, problems = reading(MINI)
    assert problems == []
    assert {level: sum(t.level == level for t in terms) for level in ("SOC", "HLGT", "HLT", "PT", "LLT")} == {
        "SOC": 6, "HLGT": 6, "HLT": 11, "PT": 29, "LLT": 64,
    }  # fmt: skip
    two = next(t for t in terms if t.text == "Low neutrophils" and t.level == "PT")
    socs = [path[2] for path in two.paths]
    assert socs == ["VGS0001", "VGS0003"]
    assert two.parent == two.paths[0][0]


def test_a_term_that_is_not_current_says_so() -> None:
    terms, _ = reading(MINI)
    assert [t.text for t in terms if t.level == "LLT" and not t.current] == ["Neutropenic fever", "Haemoglobin low"]


def test_no_code_is_one_of_the_licensed_dictionary() -> None:
    terms, _ = reading(MINI)
    assert {t.code[:2] for t in terms} == {"VG"}
    assert not any(t.code.isdigit() for t in (*terms, *reading(DRUGS, "whodrug")[0]))


def test_a_zip_with_a_folder_in_it_is_read_the_same(tmp_path) -> None:
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for file in MINI.iterdir():
            zipped.write(file, f"MedAscii/{file.name.upper()}")
    assert reading(path) == reading(MINI)


LLT = "llt.asc"
BROKEN = [
    (LLT, lambda s: s + "VGL9999$Nowhere$VGP9999$$$$$$$Y$$\n", 65, "has no preferred term"),
    (LLT, lambda s: s + "VGL9999$Short$VGP0001$\n", 65, "fewer fields"),
    (LLT, lambda s: s.replace("$Y$", "$?$", 1), 1, "not Y or N"),
    (LLT, lambda s: s.replace("VGL0001$", "$", 1), 1, "blank"),
    (LLT, lambda s: s.replace("VGL0001$", "V" * 17 + "$", 1), 1, "too long"),
    ("soc.asc", lambda s: s + s.splitlines()[0] + "\n", 7, "stands twice"),
    ("pt.asc", lambda s: s + s.splitlines()[0] + "\n", 30, "stands twice"),
    ("mdhier.asc", lambda s: s.replace("$Y$", "$N$", 1), 0, "no primary class"),
    ("mdhier.asc", lambda s: s + line_of(s, "Low white cells") + "\n", 30 + 1, "two primary paths"),
    (
        "mdhier.asc",
        lambda s: s.replace("VGP0001$VGH0001$VGG0001$VGS0001", "VGP0001$VGH0001$VGG0001$VGS0002", 1),
        1,
        "files of links",
    ),
    ("pt.asc", lambda s: s.replace("$$VGS0001$", "$$VGS0002$", 1), 1, "another one in pt.asc"),
    ("hlt_pt.asc", lambda s: s + "VGH0001$VGP9999$\n", 31, "no term with code VGP9999"),
    ("soc_hlgt.asc", lambda s: s + "VGS9999$VGG0001$\n", 7, "no term with code VGS9999"),
    (
        "mdhier.asc",
        lambda s: s + s.splitlines()[0].replace("VGP0001", "VGP9999") + "\n",
        31,
        "no term with code VGP9999",
    ),
]


@pytest.mark.parametrize(("file", "change", "line", "words"), BROKEN, ids=[words for *_, words in BROKEN])
def test_a_line_that_is_not_what_it_should_be_is_named(tmp_path, file, change, line, words) -> None:
    _terms, problems = reading(edited(tmp_path / "copy", file, change))
    assert any(p.line == line and words in p.words() for p in problems), [p.words() for p in problems]


def test_a_line_of_other_bytes_than_utf_8_is_named_and_the_next_is_read(tmp_path) -> None:
    folder = edited(tmp_path / "copy", LLT, lambda s: s)
    lines = (folder / LLT).read_bytes().splitlines(keepends=True)
    (folder / LLT).write_bytes(b"".join([lines[0].replace(b"Low", b"\xe9\xff"), *lines[1:]]))
    terms, problems = reading(folder)
    assert [p.line for p in problems] == [1]
    assert sum(t.level == "LLT" for t in terms) == 63


def test_a_byte_order_mark_windows_line_ends_and_an_end_of_file_sign_are_nothing(tmp_path) -> None:
    folder = edited(tmp_path / "copy", LLT, lambda s: s)
    (folder / LLT).write_bytes(b"\xef\xbb\xbf" + (folder / LLT).read_bytes().replace(b"\n", b"\r\n") + b"\x1a")
    assert reading(folder) == reading(MINI)


def test_a_missing_file_is_a_problem_not_a_fault(tmp_path) -> None:
    folder = edited(tmp_path / "copy", LLT, lambda s: s)
    (folder / "soc.asc").unlink()
    assert any(p.file == "soc.asc" and "missing" in p.words() for p in reading(folder)[1])


# --- names of drugs -----------------------------------------------------------------------------------------------------


def test_a_drug_has_its_preferred_name_and_its_classes() -> None:
    terms, problems = reading(DRUGS, "whodrug")
    assert problems == []
    brand = next(t for t in terms if t.text == "Aspirin invented brand")
    assert (brand.code, brand.parent, brand.paths) == ("VGD00101002", "VGD00101001", ("Y01AA01",))
    assert next(t for t in terms if t.code == "VGD00101001").paths == ("Y01AA01", "Y05EE01")


WRONG = [
    ("DD.txt", lambda s: s + "VGD00\n", 8, "shorter"),
    ("DD.txt", lambda s: s + s.splitlines()[0] + "\n", 8, "stands twice"),
    ("DD.txt", lambda s: s.replace("VGD00101001", "VGD00901002", 1), 1, "no preferred name"),
    ("DD.txt", lambda s: s.replace("VGD00101001", "VGD001 1001", 1), 1, "not made of digits"),
    ("DDA.txt", lambda s: s.replace("Y01AA01", "Q99ZZ99", 1), 1, "no ATC class"),
]


@pytest.mark.parametrize(("file", "change", "line", "words"), WRONG, ids=[words for *_, words in WRONG])
def test_a_line_of_drugs_that_is_wrong_is_named(tmp_path, file, change, line, words) -> None:
    _terms, problems = reading(edited(tmp_path / "copy", file, change, DRUGS), "whodrug")
    assert any(p.line == line and words in p.words() for p in problems), [p.words() for p in problems]


def test_another_layout_is_given_by_column() -> None:
    layout = whodrug.layout_of({"INA.txt": {"text": [7, None]}})
    problems: list[object] = []
    source = Source(DRUGS)
    first = next(whodrug.read(source, problems.append, layout))
    assert first.text == "7Invented: against pain"
    with pytest.raises(KeyError):
        whodrug.layout_of({"INA.txt": {"name": [0, 7]}})
