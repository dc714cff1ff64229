"""Chapter: dictionaries and coding from the command line."""

import json

from tests.coding.test_versions import without
from tests.coding.work import DRUGS, MINI, edited, report, state
from trial.store.coding import altered
from trial.store.verify import verify

WHO = ("--as", "data_manager")


def test_a_dictionary_is_imported_terms_are_coded_and_another_version_is_weighed(vigil, house, tmp_path) -> None:
    report(house, "fatigue")
    report(house, "felt odd", 2)
    assert "no dictionary" in vigil("coding", "status")[1]
    code, out, _ = vigil("import", "meddra", MINI, "--version", "1.0", *WHO)
    assert (code, out) == (0, "116 terms; in use\n")
    assert json.loads(vigil("coding", "auto", *WHO, "--json")[1])["approved"] == 1
    told = json.loads(vigil("coding", "status", "--json")[1])
    assert told["terms"]["meddra"] == {"uncoded": 1, "proposed": 0, "recode": 0, "approved": 1}
    folder = edited(tmp_path / "next", "llt.asc", lambda s: without("Fatigue"))
    code, out, _ = vigil("import", "meddra", folder, "--version", "1.1", *WHO)
    assert (code, "not in use" in out) == (0, True)
    impact = json.loads(vigil("coding", "impact", "1.1", "--json")[1])
    assert [(row["verbatim"], row["what"]) for row in impact["changed"]] == [("fatigue", "gone")]
    assert "1 codes would not mean the same" in vigil("coding", "impact", "1.1")[1]
    assert json.loads(vigil("coding", "adopt", "1.1", *WHO, "--json")[1]) == {
        "carried": 0,
        "proposed": 0,
        "left": 1,
        "held": 0,
    }
    assert state(house) == "recode"
    assert verify(house.engine, checks=(altered,)) == []


def test_names_of_drugs_may_come_in_other_columns(vigil, tmp_path) -> None:
    layout = tmp_path / "layout.json"
    layout.write_text(json.dumps({"DD.txt": {"text": [33, 40]}}), "utf-8")
    assert vigil("import", "whodrug", DRUGS, "--version", "1", *WHO, "--layout", layout)[0] == 0
    layout.write_text(json.dumps({"DD.txt": {"name": [33, 40]}}), "utf-8")
    assert vigil("import", "whodrug", DRUGS, "--version", "2", *WHO, "--layout", layout)[0] == 2


def test_a_bad_line_is_printed_and_the_exit_code_says_that_it_failed(vigil, tmp_path) -> None:
    folder = edited(tmp_path / "bad", "llt.asc", lambda s: s + "VGL9$Nowhere$VGP9$$$$$$$Y$$\n")
    code, out, _ = vigil("import", "meddra", folder, "--version", "1.0", *WHO)
    assert code == 6
    assert "llt.asc:65" in out
    assert "nothing was kept" in out


def test_what_is_no_dictionary_or_not_allowed_or_not_there_has_its_code(vigil, tmp_path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("nothing", "utf-8")
    assert vigil("import", "meddra", other, "--version", "1.0", *WHO)[0] == 4
    assert vigil("import", "meddra", MINI, "--version", "1.0", "--as", "monitor01")[0] == 3
    assert vigil("coding", "impact", "9.9")[0] == 4
