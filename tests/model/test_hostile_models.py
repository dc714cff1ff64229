"""Chapter: a model that hangs, crashes or is too large is stopped and reported; the next call starts another worker and is answered."""

import os
from dataclasses import replace

import pytest

from tests.model import graphs
from tests.model.graphs import ordinary, released
from tests.model.released import values, worker
from trial import confine
from trial.child import Child, ChildSilent
from trial.frozen.errors import ModelCorrupt, ModelTimeout, ModelUnavailable
from trial.frozen.runner import FrozenModel, Limits

QUICK = Limits(answer=0.7)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_model_that_loops_for_ever_is_killed_and_the_next_call_is_answered(tmp_path):
    with released(tmp_path, graphs.endless(), limits=QUICK) as model:
        assert model.predict(ordinary()) == 0.731059
        hung = model.pid
        with pytest.raises(ModelTimeout, match="did not answer in time"):
            model.predict(ordinary(1001.0))
        assert gone(hung)
        assert model.pid is None
        assert model.predict(ordinary()) == 0.731059


def test_a_model_that_wants_more_memory_than_it_may_have_is_reported_and_replaced(tmp_path):
    limits = Limits(memory=confine.GIBIBYTE)
    with released(tmp_path, graphs.greedy(), limits=limits) as model:
        assert model.predict(ordinary()) == 0.731059
        greedy = model.pid
        with pytest.raises(ModelUnavailable, match="the model failed"):
            model.predict(ordinary(2048.0))
        assert gone(greedy)
        assert model.predict(ordinary()) == 0.731059


def test_what_fits_into_the_limit_is_answered(tmp_path):
    # The difference to the test above is the limit alone: 64 MB of zeros change nothing.
    with released(tmp_path, graphs.greedy()) as model:
        assert model.predict(ordinary(64.0)) == 1.0


@pytest.mark.parametrize("large", [False, True])
def test_a_model_too_large_to_be_loaded_is_reported_and_takes_nothing_down(tmp_path, large):
    weights = graphs.helper.make_tensor("w", graphs.FLOAT, [16_000_000], bytes(64_000_000), raw=True)
    nodes = [
        *graphs.first_input(), graphs.helper.make_node("ReduceMax", ["w"], ["most"], keepdims=0), *graphs.squashed("most"),
    ]  # fmt: skip
    onnx = graphs.model_of(nodes, initializers=[weights]) if large else graphs.sigmoid()
    with released(tmp_path, onnx, references=(), limits=Limits(memory=300 * 2**20)) as model:
        if large:
            with pytest.raises(ModelUnavailable, match="MemoryError"):
                model.predict(ordinary())
        else:
            assert model.predict(ordinary()) == 0.731059
        assert (model.pid is None) is large


@pytest.mark.parametrize(
    ("body", "found"), [("os.abort()", "-6"), ("os.kill(os.getpid(), 11)", "-11"), ("os._exit(9)", "9")]
)
def test_a_model_that_crashes_is_reported_with_the_signal_and_replaced(tmp_path, body, found):
    flag = tmp_path / "crashed"
    body = f"""
if other and not os.path.exists({str(flag)!r}):
    open({str(flag)!r}, "w").close()
    {body}
say(id=asked["id"], p=[0.5] if other else found)
"""
    with FrozenModel(worker=worker(tmp_path, body)) as model:
        with pytest.raises(ModelUnavailable, match=f"ended with code {found}\\b"):
            model.predict(values(0, length=41.0))
        assert model.predict(values(0, length=41.0)) == 0.5


def test_a_model_that_would_read_a_file_of_the_machine_is_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"\0\0\x80?")
    for location in (str(secret), str(secret).lstrip("/")):  # from the root, which is where the worker stands
        with (
            released(tmp_path, graphs.reading_a_file(location)) as model,
            pytest.raises(ModelUnavailable, match="the model failed"),
        ):
            model.predict(ordinary())


def test_bytes_that_are_no_model_are_reported(tmp_path):
    with released(tmp_path, b"not a model") as model, pytest.raises(ModelUnavailable, match="the model failed"):
        model.predict(ordinary())


def test_a_file_with_the_weights_of_another_model_fails_its_reference_rows(tmp_path):
    with (
        released(tmp_path, graphs.sigmoid(), references=((1.0, 0.731062),)) as model,
        pytest.raises(ModelCorrupt, match=r"reference row 1 gives 0\.731059, released was 0\.731062"),
    ):
        model.predict(ordinary())


def test_a_worker_that_does_not_listen_holds_nobody_up(tmp_path):
    path = tmp_path / "deaf.py"
    path.write_text("import time; time.sleep(60)", "utf-8")
    child = Child(path, confine.Limits())
    with pytest.raises(ChildSilent, match="did not listen"):
        child.ask({"model": "x" * 5_000_000}, 0.5)
    assert not child.alive


def test_a_worker_retires_before_its_processor_time_ends_in_somebodys_call(tmp_path):
    body = 'say(id=asked["id"], p=[0.5] if other else found, cpu=3.0 * asked["id"])'
    with FrozenModel(worker=worker(tmp_path, body), limits=replace(Limits(), cpu=20)) as model:
        model.predict(values(0))
        first = model.pid
        model.predict(values(0))
        assert model.pid == first
        for _ in range(3):
            model.predict(values(0))
        assert model.pid != first


# --- another model through the same interface ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [graphs.FLOAT, graphs.DOUBLE], ids=["float32", "float64"])
def test_a_model_of_either_precision_is_called_the_same_way(tmp_path, kind):
    with released(tmp_path, graphs.sigmoid(kind)) as model:
        assert model.predict(ordinary()) == 0.731059
        assert model.predict(ordinary(None)) == 0.5


def test_a_model_of_a_volume_gets_its_numbers_in_its_shape(tmp_path):
    onnx = graphs.sigmoid(shape=(None, 1, 2, 2, 2))
    with released(tmp_path, onnx, references=()) as model:
        assert model.run([[1.0] + [0.0] * 7, [0.0] * 8]) == [0.731059, 0.5]
        with pytest.raises(ModelUnavailable, match="the model failed: ValueError"):
            model.run([[1.0] * 9])
