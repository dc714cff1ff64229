"""Chapter: calling the model. Digests before each call, reference vectors at each start and daily, a process that can be killed."""

import json
import os
import threading
from dataclasses import replace

import pytest

from tests.model.released import FOLDER, MANIFEST, copied, values, worker
from trial.errors import VigilError
from trial.frozen import pin
from trial.frozen.errors import InputsInvalid, ModelCorrupt, ModelTimeout, ModelUnavailable
from trial.frozen.manifest import checked_bytes
from trial.frozen.runner import DAY, FrozenModel, Limits

QUICK = Limits(answer=0.5)


@pytest.fixture(scope="module")
def model():
    with FrozenModel() as released:
        yield released


def test_a_call_gives_the_released_probability(model):
    assert model.predict(values(0)) == MANIFEST.references[0].probability


@pytest.mark.parametrize("row", range(20))
def test_every_reference_row_gives_its_probability(model, row):
    assert model.predict(values(row)) == MANIFEST.references[row].probability


def test_a_thousand_calls_give_one_answer(model):
    assert {model.predict(values(3)) for _ in range(1000)} == {MANIFEST.references[3].probability}


def test_the_worker_is_started_once_and_kept(model):
    model.predict(values(0))
    first = model.pid
    model.predict(values(1))
    assert model.pid == first


def test_threads_share_a_worker_and_get_their_own_answers(model):
    found = {}

    def ask(row):
        found[row] = [model.predict(values(row)) for _ in range(20)]

    threads = [threading.Thread(target=ask, args=(row,)) for row in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == {row: [MANIFEST.references[row].probability] * 20 for row in range(6)}


def test_everything_missing_is_still_an_answer_of_the_model(model):
    # Whether it may be asked is for check_minimum to say; the model itself never invents and never fails.
    assert 0 <= model.predict(dict.fromkeys(values(), None)) <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.pop("ct"), "differ from the manifest: ct"),
        (lambda v: v.update(shoe_size=42.0), "shoe_size"),
        (lambda v: v.update(length=float("nan")), "no numbers: length"),
        (lambda v: v.update(length=float("inf")), "no numbers: length"),
    ],
)
def test_inputs_that_are_not_those_declared_are_refused(model, change, message):
    asked = values(0)
    change(asked)
    with pytest.raises(InputsInvalid, match=message):
        model.predict(asked)


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
@pytest.mark.parametrize("spoil", ["flip", "truncate", "append", "empty", "remove"])
def test_a_spoilt_file_is_refused_before_anything_runs(tmp_path, name, spoil):
    path = copied(tmp_path) / name
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    if spoil == "remove":
        path.unlink()
    else:
        path.write_bytes({
            "flip": bytes(content[:middle]) + bytes([content[middle] ^ 1]) + bytes(content[middle + 1 :]),
            "truncate": bytes(content[:-1]),
            "append": bytes(content) + b"\n",
            "empty": b"",
        }[spoil])  # fmt: skip
    with FrozenModel(folder=tmp_path) as spoilt:
        with pytest.raises(ModelCorrupt, match=name):
            spoilt.predict(values(0))
        assert spoilt.pid is None


def test_a_file_spoilt_while_the_worker_runs_stops_the_next_call(tmp_path):
    with FrozenModel(folder=copied(tmp_path)) as running:
        running.predict(values(0))
        path = tmp_path / "model.onnx"
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
        with pytest.raises(ModelCorrupt):
            running.predict(values(0))


def test_a_manifest_for_another_model_is_refused():
    with pytest.raises(ModelCorrupt, match="another model"):
        FrozenModel(model_digest="0" * 64).predict(values(0))


def test_reference_vectors_that_do_not_agree_refuse_the_model(tmp_path):
    raw = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    raw["references"][7]["probability"] = round(1 - raw["references"][7]["probability"], 6)
    copied(tmp_path).joinpath("manifest.json").write_text(json.dumps(raw), "utf-8")
    with FrozenModel(folder=tmp_path, manifest_digest=digest_of(tmp_path / "manifest.json")) as wrong:
        with pytest.raises(ModelCorrupt, match="reference row 8"):
            wrong.predict(values(0))
        assert wrong.pid is None


def digest_of(path):
    try:
        checked_bytes(path, "?")
    except ModelCorrupt as found:
        return found.detail.split()[3].rstrip(",")
    raise AssertionError("a digest of ? cannot agree")


def test_reference_vectors_are_tested_again_after_a_day(tmp_path):
    path = worker(tmp_path, 'say(id=asked["id"], p=found if asked["id"] < 14 else [0.5] * len(found))')
    now = [0.0]
    with FrozenModel(worker=path, elapsed=lambda: now[0]) as model:
        for _ in range(12):  # questions 2 to 13; the first were the reference rows
            model.predict(values(0))
        now[0] = DAY - 1
        assert model.predict(values(0)) == 0.5
        now[0] = DAY
        with pytest.raises(ModelCorrupt, match="reference row"):
            model.predict(values(0))


def test_the_check_command_tests_the_reference_vectors_at_once(model, tmp_path):
    model.check()
    with (
        FrozenModel(worker=worker(tmp_path, 'say(id=asked["id"], p=[0.25] * len(found))')) as wrong,
        pytest.raises(ModelCorrupt),
    ):
        wrong.check()


def test_a_worker_that_hangs_is_killed_and_the_next_call_starts_another(tmp_path):
    flag = tmp_path / "hung"
    body = f"""
if other and not os.path.exists({str(flag)!r}):
    open({str(flag)!r}, "w").close()
    time.sleep(60)
say(id=asked["id"], p=[0.5] if other else found)
"""
    with FrozenModel(worker=worker(tmp_path, body), limits=QUICK) as model:
        model.predict(values(0))
        hung = model.pid
        with pytest.raises(ModelTimeout):
            model.predict(values(0, length=41.0))
        assert model.pid is None
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
        assert model.predict(values(0, length=41.0)) == 0.5
        assert model.pid not in (None, hung)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise SystemExit(3)", "ended with code 3"),
        ('say(id=asked["id"] + 1, p=[0.5] * len(found))', "another question"),
        ('say(id=asked["id"], p=[1.5] * len(found))', "no probability"),
        ('say(id=asked["id"], p=[0.5])', "another question"),
        ('say(id=asked["id"], p=0.5)', "another question"),
        ('say(id=asked["id"], p=None)', "no probability"),
        ('say(id=asked["id"], p=[None] * len(found))', "no probability"),
        ('say(id=asked["id"], p=[float("nan")] * len(found))', "no probability"),
        ('say(failed="RuntimeError: no such operator")', "the model failed: RuntimeError: no such operator"),
        ('sys.stdout.write("[]\\n"); sys.stdout.flush()', "no object"),
        ('sys.stdout.write("nonsense\\n"); sys.stdout.flush()', "no JSON"),
        ('sys.stdout.write("x" * 200_000); sys.stdout.flush(); time.sleep(60)', "more than an answer"),
    ],
)
def test_a_worker_that_misbehaves_is_never_believed(tmp_path, body, message):
    with FrozenModel(worker=worker(tmp_path, body), limits=QUICK) as model:
        with pytest.raises(ModelUnavailable, match=message):
            model.predict(values(0))
        assert model.pid is None


def test_a_worker_that_cannot_start_is_unavailable(tmp_path):
    path = tmp_path / "worker.py"
    path.write_text("raise SystemExit(9)", "utf-8")
    with FrozenModel(worker=path) as model, pytest.raises(ModelUnavailable):
        model.predict(values(0))


def test_a_worker_that_never_gets_ready_is_killed(tmp_path):
    path = tmp_path / "worker.py"
    path.write_text("import time; time.sleep(60)", "utf-8")
    with FrozenModel(worker=path, limits=replace(QUICK, start=0.5)) as model, pytest.raises(ModelTimeout):
        model.predict(values(0))


def test_a_worker_killed_from_outside_is_replaced(model):
    model.predict(values(0))
    first = model.pid
    os.kill(first, 9)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert model.predict(values(0)) == MANIFEST.references[0].probability
    assert model.pid != first


def test_a_worker_that_dies_while_it_is_asked_is_replaced_at_the_next_call(tmp_path):
    flag = tmp_path / "died"
    body = f"""
if other and not os.path.exists({str(flag)!r}):
    open({str(flag)!r}, "w").close()
    os._exit(1)
say(id=asked["id"], p=[0.5] if other else found)
"""
    with FrozenModel(worker=worker(tmp_path, body)) as model:
        with pytest.raises(ModelUnavailable):
            model.predict(values(0, length=41.0))
        assert model.predict(values(0, length=41.0)) == 0.5


def test_every_failure_is_one_the_house_can_put_into_words():
    assert all(issubclass(each, VigilError) for each in (ModelCorrupt, ModelTimeout, ModelUnavailable, InputsInvalid))


def test_closing_ends_the_worker():
    model = FrozenModel()
    model.predict(values(0))
    pid = model.pid
    model.close()
    assert model.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    model.close()


def test_the_pinned_release_is_the_default():
    assert FrozenModel().model_digest == pin.MODEL_DIGEST
