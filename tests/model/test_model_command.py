"""Chapter: `vigil model`. A draft is trained, approved by two people, frozen, checked and asked, without a database."""

import csv
import io
import json
import shutil

import pytest

from tests.model.networks import description, network
from tests.model.released import FOLDER, MANIFEST, RAW
from trial import cli
from trial.frozen import pin
from trial.frozen.manifest import content_digest

COMMANDS = ("train", "cohort", "package", "freeze", "verify", "card", "predict")
MANY = "150"


def call(capsys, monkeypatch, *arguments):
    def never():
        raise AssertionError("no installation is needed")

    monkeypatch.setattr("sys.argv", ["vigil", "model", *map(str, arguments)])
    code = cli.run(cli.commands(never))
    told = capsys.readouterr()
    assert "Traceback" not in told.err
    return code, told.out, told.err


@pytest.fixture
def vigil(capsys, monkeypatch):
    return lambda *arguments: call(capsys, monkeypatch, *arguments)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """A cohort as a table, and a draft trained on it, both by the commands."""
    place = tmp_path_factory.mktemp("drafted")
    with pytest.MonkeyPatch.context() as patch:
        for arguments in (
            ["cohort", "--seed", "8", "--size", MANY, "--out", place / "cohort.csv"],
            [
                "train",
                "--table",
                place / "cohort.csv",
                "--version",
                "0.2.0",
                "--extractor",
                "mirp 2.4",
                "--out",
                place / "draft",
            ],
        ):
            patch.setattr("sys.argv", ["vigil", "model", *map(str, arguments)])
            assert cli.run(cli.commands(lambda: None)) == 0
    return place


def approvals(folder, *names):
    digest = content_digest(json.loads((folder / "manifest.json").read_text("utf-8")))
    return [part for name in names for part in ("--approved", name, "statistician", "2026-11-27", digest)]


@pytest.fixture
def frozen(drafted, tmp_path, vigil):
    code, out, _ = vigil(
        "freeze",
        drafted / "draft",
        *approvals(drafted / "draft", "A. One", "B. Two"),
        "--out",
        tmp_path / "f",
        "--json",
    )
    assert code == 0
    return tmp_path / "f", json.loads(out)["manifest_sha256"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(vigil, command):
    code, out, _ = vigil(command, "--help")
    assert code == 0 and "Usage" in out


def test_a_table_is_trained_on_and_the_draft_says_so(drafted):
    raw = json.loads((drafted / "draft" / "manifest.json").read_text("utf-8"))
    assert raw["approvals"] == [] and raw["version"] == "0.2.0"
    assert (raw["training"]["cohort"], raw["training"]["n"], raw["training"]["seed"]) == ("a table", int(MANY), None)
    assert raw["training"]["extractor"] == "mirp 2.4"
    assert not any("seen no patient" in each for each in raw["out_of_scope"])
    assert "none held out" in raw["performance"]["cohort"]
    assert raw["validation"]["sites"].keys() == raw["training"]["sites"].keys()


def test_a_table_and_a_seed_together_are_wrong_use(vigil, drafted, tmp_path):
    code, _, err = vigil("train", "--table", drafted / "cohort.csv", "--seed", 1, "--out", tmp_path / "x")
    assert code == 2 and "--table brings its own" in err


def test_training_and_testing_on_the_same_people_is_wrong_use(vigil, tmp_path):
    code, _, err = vigil("train", "--seed", 1, "--testing-seed", 1, "--out", tmp_path / "x")
    assert code == 2 and "must not be" in err


def test_a_table_with_one_bad_cell_trains_nothing(vigil, drafted, tmp_path):
    text = (drafted / "cohort.csv").read_text("utf-8").splitlines()
    (tmp_path / "bad.csv").write_text(
        "\n".join([*text[:3], text[3].replace(",0,", ",maybe,", 1).replace(",1,", ",maybe,", 1)]), "utf-8"
    )
    code, _, err = vigil("train", "--table", tmp_path / "bad.csv", "--out", tmp_path / "x")
    assert code == 3 and "line=4" in err and not (tmp_path / "x").exists()


def test_two_sites_train_nothing(vigil, drafted, tmp_path):
    lines = (drafted / "cohort.csv").read_text("utf-8").splitlines()
    few = [lines[0], *(line for line in lines[1:] if line.split(",")[1] in ("S1", "S2"))]
    (tmp_path / "few.csv").write_text("\n".join(few), "utf-8")
    code, _, err = vigil("train", "--table", tmp_path / "few.csv", "--out", tmp_path / "x")
    assert code == 3 and "fewer than 3 sites" in err


@pytest.mark.parametrize("names", [(), ("A. One",), ("A. One", "a.  one")])
def test_freezing_needs_two_people(vigil, drafted, tmp_path, names):
    code, _, err = vigil("freeze", drafted / "draft", *approvals(drafted / "draft", *names), "--out", tmp_path / "f")
    assert code == 3 and "2 different people" in err and not (tmp_path / "f").exists()


def test_an_approval_of_another_draft_is_none(vigil, drafted, tmp_path):
    code, _, err = vigil("freeze", drafted / "draft", *approvals(FOLDER, "A. One", "B. Two"), "--out", tmp_path / "f")
    assert code == 3 and "approved" in err


def test_nothing_is_written_over(vigil, drafted, frozen, tmp_path):
    given = approvals(drafted / "draft", "A. One", "B. Two")
    assert vigil("freeze", drafted / "draft", *given, "--out", frozen[0])[0] == 2
    assert vigil("train", "--table", drafted / "cohort.csv", "--out", frozen[0])[0] == 2
    assert vigil("cohort", "--seed", 1, "--size", 2, "--out", drafted / "cohort.csv")[0] == 2


def test_a_frozen_folder_is_verified_by_its_digest(vigil, frozen):
    folder, digest = frozen
    code, out, _ = vigil("verify", folder, "--digest", digest, "--json")
    assert code == 0
    assert json.loads(out) == {"folder": str(folder), "findings": [], "references": 20}
    assert vigil("verify", folder, "--digest", "0" * 64)[0] == 6


def test_a_draft_is_no_frozen_model(vigil, drafted):
    code, out, _ = vigil("verify", drafted / "draft", "--json")
    assert code == 6 and "2 different people" in json.loads(out)["findings"][0]
    assert vigil("predict", drafted / "cohort.csv", "--model", drafted / "draft")[0] == 6


def test_the_release_verifies_without_being_named(vigil):
    code, out, _ = vigil("verify")
    assert code == 0 and "vigil-complete-response" in out and "20 reference vectors agree" in out


def test_a_flipped_byte_is_6_for_every_command_that_trusts_the_folder(vigil, tmp_path):
    for name in ("model.onnx", "manifest.json", "card.md"):
        shutil.copy(FOLDER / name, tmp_path / name)
    content = bytearray((tmp_path / "model.onnx").read_bytes())
    content[5000] ^= 1
    (tmp_path / "model.onnx").write_bytes(content)
    (tmp_path / "rows.csv").write_text("id\n", "utf-8")
    assert vigil("verify", tmp_path)[0] == 6
    assert vigil("card", tmp_path)[0] == 6
    assert vigil("predict", tmp_path / "rows.csv", "--model", tmp_path)[0] == 6


def test_the_card_is_printed_from_the_manifest(vigil):
    assert vigil("card")[1] == (FOLDER / "card.md").read_text("utf-8") + "\n"
    assert json.loads(vigil("card", "--json")[1]) == RAW


def rows(path, *changes):
    """A table of the release's reference rows, each with its own changes of cells; answers are the released probabilities."""
    names = [each.name for each in MANIFEST.inputs]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", *names])
        writer.writeheader()
        for number, change in enumerate(changes):
            row = dict(zip(names, MANIFEST.references[number].inputs, strict=True))
            row = {name: "" if value is None else repr(value) for name, value in row.items()}
            writer.writerow({"id": f"p{number}", **row, **change})
    return path


def test_a_batch_gets_probability_class_flags_and_refusals(vigil, tmp_path):
    nothing = {each.name: "" for each in MANIFEST.inputs if each.modality == "radiomics"}
    code, out, _ = vigil(
        "predict", rows(tmp_path / "r.csv", {}, {"ctdna_baseline": "", "ctdna_restaging": ""}, nothing, {}), "--json"
    )
    assert code == 0
    first, second, third, fourth = json.loads(out)
    assert first["probability"] == f"{MANIFEST.references[0].probability:.6f}"
    assert first["class"] == ("positive" if MANIFEST.references[0].probability >= MANIFEST.threshold else "negative")
    assert second["missing_modalities"] == ["ctDNA"] and second["refused"] == []
    assert third["probability"] is third["class"] is None and len(third["refused"]) == 16
    assert (fourth["sha256"], fourth["model"]) == (pin.MODEL_DIGEST, f"{MANIFEST.name} {MANIFEST.version}")


def test_the_row_at_the_threshold_is_positive_and_the_one_below_is_not(vigil, tmp_path):
    by_note = {each.note: each for each in MANIFEST.references}
    names = [each.name for each in MANIFEST.inputs]
    changes = [
        dict(zip(names, map(repr, by_note[note].inputs), strict=True)) for note in ("threshold - 0.000001", "threshold")
    ]
    _, out, _ = vigil("predict", rows(tmp_path / "r.csv", *changes), "--json")
    assert [each["class"] for each in json.loads(out)] == ["negative", "positive"]


def test_a_value_outside_its_range_is_asked_and_flagged(vigil, tmp_path):
    _, out, _ = vigil("predict", rows(tmp_path / "r.csv", {"distance": "500"}))
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["out_of_range"] == "distance" and row["probability"]


def test_a_batch_is_written_to_a_new_file_and_no_formula_leaves(vigil, tmp_path):
    table = rows(tmp_path / "r.csv", {"id": "=1+1"})
    assert vigil("predict", table, "--out", tmp_path / "o.csv")[0] == 0
    (row,) = csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text("utf-8")))
    assert row["id"] == "'=1+1"
    assert vigil("predict", table, "--out", tmp_path / "o.csv")[0] == 2


def test_a_table_of_another_shape_is_refused_with_its_line(vigil, tmp_path):
    code, _, err = vigil("predict", rows(tmp_path / "r.csv", {}, {"ct": "cT4b"}))
    assert code == 3 and "line=3" in err


def test_an_outside_network_is_packaged_frozen_verified_and_not_asked_by_table(vigil, tmp_path):
    (tmp_path / "net.onnx").write_bytes(network())
    (tmp_path / "said.json").write_text(json.dumps(description()), "utf-8")
    code, out, _ = vigil("package", tmp_path / "net.onnx", tmp_path / "said.json", "--out", tmp_path / "d", "--json")
    assert code == 0 and json.loads(out)["content_sha256"]
    assert (
        vigil("freeze", tmp_path / "d", *approvals(tmp_path / "d", "A. One", "B. Two"), "--out", tmp_path / "f")[0] == 0
    )
    assert vigil("verify", tmp_path / "f")[0] == 0
    (tmp_path / "rows.csv").write_text("id\n", "utf-8")
    code, _, err = vigil("predict", tmp_path / "rows.csv", "--model", tmp_path / "f")
    assert code == 2 and "takes a block" in err


def test_a_description_that_is_no_json_is_wrong_use(vigil, tmp_path):
    (tmp_path / "net.onnx").write_bytes(network())
    (tmp_path / "said.json").write_text("{", "utf-8")
    assert vigil("package", tmp_path / "net.onnx", tmp_path / "said.json", "--out", tmp_path / "d")[0] == 2


def test_a_network_that_gives_no_answer_is_7_and_leaves_nothing(vigil, tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"nonsense")
    (tmp_path / "said.json").write_text(json.dumps(description()), "utf-8")
    assert vigil("package", tmp_path / "net.onnx", tmp_path / "said.json", "--out", tmp_path / "d")[0] == 7
    assert not (tmp_path / "d").exists()
