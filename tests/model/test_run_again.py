"""Chapter: years later. Every stored call is run again through the model it was made with, and gives the same number or is named."""

import json
import re
import shutil
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from tests.actions.house import KEY, RESTAGED, SCREENING
from tests.actions.rooms import on_both
from tests.model import graphs
from trial import cli
from trial.actions.run_again import Again
from trial.actor import SYSTEM
from trial.cli.model_check import one_round
from trial.frozen.shelf import Shelf
from trial.settings import Settings
from trial.store.verify import verify
from wsgi import create_app

WHERE = f"prediction {RESTAGED}/1"


@pytest.fixture
def model(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    with graphs.released(folder, graphs.sigmoid(), minimum={}) as made:
        yield made


def called(house, model):
    """A participant with one call of that model; the populated trial has two of a model that is nowhere."""
    house.estimate(RESTAGED)
    house.model = model
    house.ask(RESTAGED)
    return house


def again(house, shelf):
    check = Again(shelf.of)
    found = list(check(house.reader))
    shelf.close()
    return found, check


def tamper(house, column, value):
    """Change a stored call behind the back of the application, as the owner of the database could."""
    with house.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER prediction_refuses_update"))
        else:
            connection.execute(text("ALTER TABLE prediction DISABLE TRIGGER USER"))
        connection.execute(
            text(f"UPDATE prediction SET {column} = :value WHERE participant = :who"), {"value": value, "who": RESTAGED}
        )
        connection.commit()


@on_both
def test_a_stored_call_gives_the_same_number_again(either, model):
    found, check = again(called(either, model), Shelf(model))
    assert found == []
    assert check.ran == 1


def test_a_call_of_a_model_that_is_not_here_is_said_to_be_not_run(house, model):
    found, check = again(called(house, model), Shelf(model))
    assert found == []
    assert check.absent == Counter({f"small 1.0 ({'5' * 64})": 2})


TAMPERED = {
    "the probability": ("probability", "0.731060", r"the model gives 1\.000000, stored is 0\.731060"),
    "the class": ("classification", "negative", "the class is positive, stored is negative"),
    "the threshold": ("threshold", "0.010000", r"the threshold of the model is 0\.\d+, stored is 0\.010000"),
    "the contributions": (
        "contributions", '[{"modality":"clinical","without":"0.400000"}]', r"without clinical the model gives 0\.5, stored is 0\.400000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
@on_both
def test_a_stored_call_that_was_changed_is_named_with_both_numbers(either, model, what):
    column, value, words = TAMPERED[what]
    called(either, model)
    tamper(either, column, value)
    (found,), _check = again(either, Shelf(model))
    assert (found.kind, found.where) == ("prediction", WHERE)
    assert re.search(words, found.detail)


def test_a_changed_input_is_named_by_the_number_and_by_its_digest(house, model):
    called(house, model)
    (row,) = house.reader.all("prediction", participant=RESTAGED)
    inputs = [i | {"value": "-1.0"} if i["name"] == graphs.FIRST else i for i in row["inputs"]]
    tamper(house, "inputs", json.dumps(inputs, sort_keys=True, separators=(",", ":")))
    found, _check = again(house, Shelf(model))
    assert [f.detail.partition(": ")[2].split(",")[0] for f in found] == [
        "the model gives 0.268941",  # 1 / (1 + exp(1))
        "the class is negative",
        f"the inputs are not those of digest {row['versions']['vector']}",
        "without pathology the model gives 0.268941",  # the histological grade is known too, and does nothing
    ]


def test_inputs_in_another_order_are_not_run(house, model):
    called(house, model)
    (row,) = house.reader.all("prediction", participant=RESTAGED)
    tamper(house, "inputs", json.dumps(row["inputs"][::-1], sort_keys=True, separators=(",", ":")))
    (found,), _check = again(house, Shelf(model))
    assert found.detail == "run again: its inputs are not those of the model"


def test_the_journal_finds_the_change_as_well(house, model):
    called(house, model)
    tamper(house, "probability", "0.731060")
    found = verify(house.engine, checks=(Again(Shelf(model).of),))
    assert [(f.kind, f.where) for f in found] == [("prediction", WHERE)] * 2
    model.close()


def test_a_call_that_was_refused_has_nothing_to_run(house, model):
    model.folder.joinpath("model.onnx").write_bytes(b"spoilt")
    called(house, model)
    assert again(house, Shelf(model))[0] == []


def test_a_spoilt_model_cannot_run_its_calls_again_and_says_so(house, model):
    called(house, model)
    model.folder.joinpath("model.onnx").write_bytes(b"spoilt")
    (found,), check = again(house, Shelf(model))
    assert (found.kind, found.where, check.ran) == ("model", "by-hand " + model.manifest.version, 0)
    assert "cannot be run again" in found.detail


# --- after another release ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [16, 64])
def test_an_earlier_release_on_the_shelf_answers_for_its_calls(house, model, tmp_path, name):
    called(house, model)
    shelf = tmp_path / "models"
    shutil.copytree(model.folder, shelf / model.model_digest[:name])
    newer = tmp_path / "newer"
    newer.mkdir()
    with graphs.released(newer, graphs.sigmoid(graphs.DOUBLE), minimum={}) as installed:
        found, check = again(house, Shelf(installed, shelf))
        assert (found, check.ran) == ([], 1)
        found, check = again(house, Shelf(installed, tmp_path / "nowhere"))
        assert (found, check.ran, sum(check.absent.values())) == ([], 0, 3)


def test_a_folder_on_the_shelf_that_holds_something_else_is_not_believed(house, model, tmp_path):
    called(house, model)
    newer, shelf = tmp_path / "newer", tmp_path / "models"
    newer.mkdir()
    with graphs.released(newer, graphs.sigmoid(graphs.DOUBLE), minimum={}) as installed:
        shutil.copytree(newer, shelf / model.model_digest)
        (found,), check = again(house, Shelf(installed, shelf))
    assert "SHA-256" in found.detail
    assert check.ran == 0


def test_calls_of_one_model_before_and_after_a_correction_are_both_run(house, model):
    called(house, model)
    house.save(RESTAGED, "MRI0", SCREENING["MRI0"] | {"DISTAV": "55"}, reasons={"": "misread"})
    house.ask(RESTAGED)
    found, check = again(house, Shelf(model))
    assert (found, check.ran) == ([], 2)


# --- the commands -------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(house, model, tmp_path, capsys, monkeypatch):
    settings = Settings(
        instance=tmp_path, database_url=house.engine.url.render_as_string(hide_password=False), files=tmp_path / "files",
        secret_key="s" * 64, sealing_key=KEY, https=False,
    )  # fmt: skip
    app = create_app(settings, clock=house.clock, model=model)

    def command(*arguments):
        monkeypatch.setattr("sys.argv", ["vigil", *arguments])
        code = cli.run(cli.commands(lambda: app))
        return code, capsys.readouterr().out

    yield command
    app.extensions["vigil"].engine.dispose()


def test_verify_runs_calls_again_and_says_how_many_and_which_not(house, model, run):
    called(house, model)
    code, out = run("verify")
    assert code == 0
    assert "1 calls of the model were run again" in out
    assert f"2 calls of small 1.0 ({'5' * 64}) were not run again: it is not installed" in out
    tamper(house, "probability", "0.731060")
    code, out = run("verify", "--json")
    told = json.loads(out)
    assert code == 6
    assert any("run again" in f["detail"] for f in told["findings"])
    assert told["calls"]["run_again"] == 1


def test_verify_takes_a_folder_of_earlier_releases(house, model, run, tmp_path):
    called(house, model)
    shelf = tmp_path / "elsewhere"
    shutil.copytree(model.folder, shelf / model.model_digest)
    (row,) = house.reader.all("prediction", participant=RESTAGED)
    assert Shelf(model, shelf).of(row["digest"], "0" * 64).folder == shelf / model.model_digest
    assert run("verify", "--models", str(shelf))[0] == 0


def test_the_check_command_passes_and_is_kept_in_the_journal(house, run):
    code, out = run("model", "check", "--json")
    assert code == 0
    assert json.loads(out) == {
        "passed": True, "name": "by-hand", "version": graphs.RAW["version"], "references": 1, "difference": 0.0,
    }  # fmt: skip
    assert len(house.journal("system:model:checked")) == 1


def test_the_check_command_fails_on_one_flipped_byte_and_says_what_was_found(house, model, run):
    path = model.folder / "manifest.json"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, out = run("model", "check")
    assert code == 6
    assert "manifest.json has SHA-256" in out
    (entry,) = house.journal("system:model:failed")
    assert "manifest.json has SHA-256" in entry["body"]
    assert json.loads(run("model", "check", "--json")[1])["kind"] == "ModelCorrupt"


def test_the_rounds_beside_the_server_check_at_the_start_and_then_when_due(house, model):
    here = SimpleNamespace(
        house=SimpleNamespace(model=model, clock=house.clock, reading=lambda: house.reader),
        writing=lambda: house.work(SYSTEM),
    )
    one_round(here, now=True)
    assert model.pid is not None, "a worker waits for the first call"
    one_round(here)
    assert len(house.journal("system:model:checked")) == 1
    house.clock.advance(timedelta(days=1))
    one_round(here)
    assert len(house.journal("system:model:checked")) == 2
