"""Chapter: the child that reads. It has limits, no network, nothing of ours; whatever ends it is one refusal with its reason."""

import ctypes
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.files import made
from tests.files.reading import read, reason
from trial import confine, contained
from trial.child import Child
from trial.confine import Limits
from trial.errors import StorageFull, Unread
from trial.frozen.child import Child as ModelChild

ROOT = Path(__file__).resolve().parents[2]


def worker(folder, body):
    """A worker of one line of answer, which does `body` first and leaves its answer in `said`."""
    path = folder / "worker.py"
    frame = (
        "import json, os, sys\nasked = json.loads(sys.stdin.readline())\n{body}\nprint(json.dumps(said), flush=True)\n"
    )
    path.write_text(frame.format(body=body), "utf-8")
    return path


def told(folder, body, **limits):
    child = Child(worker(folder, body), Limits(**limits))
    try:
        return child.ask({}, 30)
    finally:
        child.kill()


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("kind", "content", "preview"),
    [
        ("csv-features", b"feature,value\na,1\n", False),
        ("csv-taxa", b"taxon,abundance\nA,0.4\nB,0.6\n", False),
        ("image", made.jpeg(), True),
        ("dicom-zip", made.study(2), True),
        ("mask", made.packed(made.nifti()), False),
        ("mask", made.dicom(made.instance(sop=made.SEG, Modality="SEG")), False),
    ],
    ids=["features", "taxa", "image", "study", "nifti", "segmentation"],
)
def test_every_kind_of_file_is_read_there(tmp_path, kind, content, preview):
    found = read(tmp_path, kind, content)
    assert (found.preview is not None) is preview
    assert found.preview is None or found.preview.startswith(b"\x89PNG")
    assert b"Zimmermann" not in found.content


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("csv-features", b"f,v\na,x\n", "number"),
        ("csv-features", b"f,v\na,NaN\n", "number"),
        ("csv-features", b"f,v\na,1\na,2\n", "table"),
        ("csv-features", b"f,v\na,1,mm\n", "table"),
        ("csv-features", b"f,v\n", "rows"),
        ("csv-taxa", b"t,a\nA,0.4\n", "sum"),
        ("image", made.png_bomb(), "bomb"),
        ("dicom-zip", made.zipped({"../x": b""}), "outside"),
        ("mask", made.dicom(made.instance()), "no-image"),
    ],
)
def test_what_it_refuses_it_refuses_by_name(tmp_path, kind, content, expected):
    assert reason(tmp_path, kind, content) == expected


def test_the_line_of_a_table_is_told(tmp_path):
    with pytest.raises(Unread) as refused:
        read(tmp_path, "csv-features", b"f,v\na,1\nb,x\n")
    assert refused.value.detail == "3"


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("body", "limits", "expected"),
    [
        ("while True: pass", {"cpu": 1}, "time"),
        ("import time; time.sleep(60)", {"seconds": 1.0}, "time"),
        ("os.kill(os.getpid(), 9)", {}, "memory"),
        ("os.kill(os.getpid(), 11)", {}, "crash"),
        ("sys.exit(3)", {}, "crash"),
        ("raise RuntimeError('parser')", {}, "crash"),
        ("print('no json', flush=True); said = {}", {}, "crash"),
        ("print('x' * 10**6, flush=True); said = {}", {}, "crash"),
    ],
    ids=["cpu", "silence", "killed", "segfault", "exit", "exception", "babble", "flood"],
)
def test_whatever_ends_the_child_is_one_refusal(tmp_path, body, limits, expected):
    seconds = limits.pop("seconds", 30.0)
    given = {"worker": worker(tmp_path, body), "limits": Limits(**limits), "seconds": seconds}
    assert reason(tmp_path, "image", made.png(), **given) == expected


def test_too_little_memory_is_told_as_memory(tmp_path):
    given = {"limits": Limits(memory=200 * 2**20, written=2**30)}
    assert (
        reason(tmp_path, "csv-features", b"f,v\n" + b"".join(b"%d,1\n" % n for n in range(1_500_000)), **given)
        == "memory"
    )


def test_what_it_writes_is_limited(tmp_path):
    given = {"limits": Limits(written=1000)}
    assert reason(tmp_path, "csv-features", b"f,v\n" + b"".join(b"%d,1\n" % n for n in range(999)), **given) == "bomb"


def test_a_full_disk_is_not_the_fault_of_the_file(tmp_path):
    said = worker(tmp_path, "said = {'network': 'none', 'failed': 'disk'}")
    with pytest.raises(StorageFull):
        read(tmp_path, "image", made.png(), worker=said)


def test_without_a_key_nothing_is_given_a_pseudonym(tmp_path):
    assert reason(tmp_path, "dicom-zip", made.study(1), key=b"") == "crash"


# --- what it may not do --------------------------------------------------------------------------------------------------

CONNECT = """
import socket
try:
    with socket.create_connection(("127.0.0.1", {port}), timeout=5):
        said = {{"reached": True, "network": sys.argv[1]}}
except OSError as error:
    said = {{"reached": False, "network": sys.argv[1]}}
"""


@pytest.mark.requirement("R77")
def test_it_reaches_no_listener_where_the_kernel_keeps_it_apart(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = told(tmp_path, CONNECT.format(port=listener.getsockname()[1]))
    if found["network"] == "none":
        pytest.skip("this kernel allows neither a network namespace nor seccomp")
    assert found["reached"] is False


def test_where_no_namespace_is_allowed_no_socket_is_made(tmp_path):
    """The second way, alone: the filter is set in a process of its own."""
    code = (
        "import ctypes, json, socket\nfrom trial import confine\nset_ = confine._no_sockets(ctypes.CDLL(None, use_errno=True))\n"
        "try:\n    socket.socket(); made = True\nexcept PermissionError: made = False\n"
        "open('/dev/null').close()\nprint(json.dumps([set_, made]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    filtered, made_one = json.loads(done.stdout)
    if not filtered:
        pytest.skip("no seccomp here")
    assert made_one is False


@pytest.mark.parametrize(("namespace", "seccomp", "said"), [(0, 0, "namespace"), (-1, 0, "seccomp"), (-1, -1, "none")])
def test_it_says_how_the_network_was_taken_away(monkeypatch, namespace, seccomp, said):
    class System:
        def unshare(self, flags):
            return namespace

        def prctl(self, *what):
            return seccomp

    monkeypatch.setattr(ctypes, "CDLL", lambda *given, **options: System())
    assert confine.alone() == said


def test_a_reader_with_the_network_within_reach_is_written_to_the_log(tmp_path, caplog):
    said = worker(
        tmp_path,
        "open(asked['folder'] + '/content', 'w').close()\nsaid = {'network': 'none', 'taken': {'flags': [], 'facts': {}}}",
    )
    assert read(tmp_path, "image", made.png(), worker=said).network == "none"
    assert "network" in caplog.text


def test_it_gets_nothing_of_our_environment_and_no_open_file(tmp_path, monkeypatch):
    monkeypatch.setenv("VIGIL_SEALING_KEY", "secret")
    with (tmp_path / "held").open("w"):
        found = told(
            tmp_path, "said = {'env': dict(os.environ), 'files': sorted(map(int, os.listdir('/proc/self/fd')))}"
        )
    assert set(found["env"]) <= {"LC_CTYPE"}
    assert [n for n in found["files"] if n > 3] == []  # the third is the listing itself


@pytest.mark.parametrize("kind", [Child, ModelChild])
def test_both_kinds_of_child_are_limited_by_the_same_definition(tmp_path, kind):
    names = ("AS", "CPU", "NOFILE", "FSIZE", "CORE")
    body = f"import resource\nsaid = {{n: resource.getrlimit(getattr(resource, 'RLIMIT_' + n))[0] for n in {names}}}"
    child = kind(worker(tmp_path, body), Limits(memory=2**30, cpu=9, open_files=40, written=77))
    try:
        assert child.ask({}, 20) == {"AS": 2**30, "CPU": 9, "NOFILE": 40, "FSIZE": 77, "CORE": 0}
    finally:
        child.kill()


def test_the_server_loads_none_of_the_libraries_that_read_pictures():
    code = "import json, sys, wsgi; print(json.dumps([m for m in ('pydicom', 'PIL', 'trial.imaging') if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_the_child_is_gone_afterwards(tmp_path):
    before = _children()
    read(tmp_path, "csv-features", b"f,v\na,1\n")
    assert _children() == before


def _children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_the_limits_of_the_house_are_these():
    assert (contained.LIMITS.memory, contained.LIMITS.written, contained.SECONDS) == (2 * 2**30, 2**30, 300.0)
