"""Chapter: what the worker may not do. Its limits are real, and it inherits nothing."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.model.released import FOLDER, values
from trial import confine
from trial.frozen.child import Child
from trial.frozen.errors import ModelUnavailable
from trial.frozen.runner import FrozenModel, Limits

PROBE = """
import json, os, resource, sys
sys.stdin.readline()
{body}
"""


def probe(tmp_path, body, **limits):
    """What `body` leaves in `said`, run by a child under the worker's limits."""
    path = tmp_path / "probe.py"
    path.write_text(PROBE.format(body=body) + "\nprint(json.dumps(said), flush=True)\n", "utf-8")
    child = Child(path, confine.Limits(limits.get("memory", 2**30), limits.get("cpu", 20)))
    try:
        return child.ask({"go": True}, 20)
    finally:
        child.kill()


def test_the_limits_asked_for_are_the_limits_set(tmp_path):
    body = "said = {n: resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[0] for n in ('AS', 'CPU', 'NOFILE', 'FSIZE', 'CORE')}"
    assert probe(tmp_path, body) == {"AS": 2**30, "CPU": 20, "NOFILE": 64, "FSIZE": 0, "CORE": 0}


def test_the_environment_is_empty(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGIL_SEED_KEY", "secret")
    found = probe(tmp_path, "said = {'env': dict(os.environ)}")["env"]
    # The interpreter itself may set the locale's coercion; nothing of ours is there.
    assert set(found) <= {"LC_CTYPE"}


def test_the_working_folder_is_not_ours(tmp_path):
    assert probe(tmp_path, "said = {'cwd': os.getcwd()}") == {"cwd": "/"}


def test_nothing_can_be_written_to_a_file(tmp_path):
    body = f"""
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with open({str(tmp_path / "leak")!r}, "w") as leak:
        leak.write("inputs of a participant")
    said = {{"written": True}}
except OSError as problem:
    said = {{"written": False, "errno": problem.errno}}
"""
    assert probe(tmp_path, body)["written"] is False


def test_memory_beyond_the_limit_is_refused(tmp_path):
    body = """
try:
    block = bytearray(2**31)
    said = {"taken": True}
except MemoryError:
    said = {"taken": False}
"""
    assert probe(tmp_path, body) == {"taken": False}


def test_a_worker_with_too_little_memory_is_unavailable_and_takes_nothing_down():
    with FrozenModel(limits=replace(Limits(), memory=64 * 2**20)) as model, pytest.raises(ModelUnavailable):
        model.predict(values(0))


def test_a_worker_out_of_cpu_time_is_killed_by_the_system(tmp_path):
    with pytest.raises(ModelUnavailable, match="ended with code -"):
        probe(tmp_path, "while True: pass", cpu=1)


def test_the_server_side_imports_none_of_the_model_libraries():
    code = (
        "import sys, json, trial.prediction, trial.frozen.runner\n"
        "print(json.dumps([m for m in ('numpy', 'onnxruntime', 'sklearn', 'skl2onnx', 'onnx', 'pandas') if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]
    )
    assert json.loads(done.stdout) == []
