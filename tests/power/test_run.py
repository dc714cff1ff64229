"""Chapter: replicates on any number of workers, here or on a cluster, give the same bits; nothing is lost, nobody is left behind."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.power import chunks, cluster, kept, run
from analysis.power.chunks import CHUNK, Chunk, ReplicateFailed, work
from analysis.power.cluster import NoCluster
from analysis.power.kept import KeptForOther
from analysis.power.measures import replicate
from analysis.power.run import simulate
from tests.power.trials import ALTERNATIVE, NULL, SEED

COUNT = 2 * CHUNK + 5
ROOT = Path(run.__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def alone():
    return simulate(ALTERNATIVE, COUNT, SEED)


@pytest.fixture(scope="module")
def scheduler():
    """A real scheduler and two workers on localhost, in threads of this process."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made.scheduler_address


def test_rows_are_the_replicates_in_order(alone):
    for number in (0, CHUNK, COUNT - 1):
        assert alone[number].tobytes() == replicate(ALTERNATIVE, SEED, number).tobytes()


def test_a_longer_run_begins_with_the_shorter_one(alone):
    assert simulate(ALTERNATIVE, 7, SEED).tobytes() == alone[:7].tobytes()


@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_processes_gives_the_same_bits(alone, workers):
    assert simulate(ALTERNATIVE, COUNT, SEED, workers=workers).tobytes() == alone.tobytes()


def test_a_dask_cluster_gives_the_same_bits(alone, scheduler):
    told = []
    assert simulate(ALTERNATIVE, COUNT, SEED, scheduler=scheduler, progress=told.append).tobytes() == alone.tobytes()
    assert told[0] == 0 and told[-1] == COUNT and told == sorted(told)


def test_the_order_in_which_chunks_finish_cannot_be_seen(alone, monkeypatch):
    monkeypatch.setattr(run, "_finished", lambda todo, *_: map(work, reversed(todo)))
    assert simulate(ALTERNATIVE, COUNT, SEED).tobytes() == alone.tobytes()


def test_progress_counts_what_is_done():
    told = []
    simulate(ALTERNATIVE, CHUNK + 1, SEED, progress=told.append)
    assert told == [0, CHUNK, CHUNK + 1]


def failing(number):
    def one(scenario, seed, which):
        if which == number:
            raise ZeroDivisionError("a broken replicate")
        return replicate(scenario, seed, which)

    return one


def test_a_replicate_that_fails_ends_the_run_and_is_named(monkeypatch):
    monkeypatch.setattr(chunks, "replicate", failing(3))
    with pytest.raises(
        ReplicateFailed, match="scenario alternative, seed 5, replicate 3: ZeroDivisionError: a broken replicate"
    ):
        simulate(ALTERNATIVE, 10, SEED)


IMPOSSIBLE = replace(ALTERNATIVE, name="impossible", regrows=0.9, r0=0.1)


def test_and_from_another_process_as_well():
    with pytest.raises(ReplicateFailed, match="scenario impossible, seed 5, replicate 0: NoSuchLaw"):
        simulate(IMPOSSIBLE, 5, SEED, workers=2)


def test_and_from_a_cluster(scheduler):
    with pytest.raises(ReplicateFailed, match="scenario impossible, seed 5, replicate 0: NoSuchLaw"):
        simulate(IMPOSSIBLE, 5, SEED, scheduler=scheduler)


def test_a_cluster_with_another_release_is_refused(scheduler, monkeypatch):
    asked = iter(["mine"])
    monkeypatch.setattr(cluster, "code", lambda: next(asked, "theirs"))
    with pytest.raises(NoCluster, match="another release"):
        simulate(ALTERNATIVE, 5, SEED, scheduler=scheduler)


def test_where_no_scheduler_answers_it_is_said(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    with pytest.raises(NoCluster, match=r"127\.0\.0\.1:9"):
        simulate(ALTERNATIVE, 5, SEED, scheduler="tcp://127.0.0.1:9")


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match="vigil\\[cluster\\]"):
        simulate(ALTERNATIVE, 5, SEED, scheduler="tcp://127.0.0.1:9")


def test_nothing_but_a_cluster_needs_the_extra():
    code = "import sys; import analysis.power.run, analysis.commands.power; print('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "False\n"


# --- finished chunks in a folder ---


def test_a_run_that_was_cut_off_goes_on_and_does_nothing_twice(alone, monkeypatch, tmp_path):
    monkeypatch.setattr(chunks, "replicate", failing(CHUNK + 3))
    with pytest.raises(ReplicateFailed):
        simulate(ALTERNATIVE, COUNT, SEED, keep=tmp_path)
    done = []
    monkeypatch.setattr(chunks, "replicate", lambda s, seed, i: done.append(i) or replicate(s, seed, i))
    assert simulate(ALTERNATIVE, COUNT, SEED, keep=tmp_path).tobytes() == alone.tobytes()
    assert done == list(range(CHUNK, COUNT))


@pytest.mark.parametrize("other", ["scenario", "seed", "release"])
def test_a_folder_of_another_run_is_refused(other, monkeypatch, tmp_path):
    simulate(ALTERNATIVE, 2, SEED, keep=tmp_path)
    scenario, seed = (NULL if other == "scenario" else ALTERNATIVE), SEED + (other == "seed")
    if other == "release":
        monkeypatch.setattr(kept, "code", lambda: "another")
    with pytest.raises(KeptForOther, match=tmp_path.name):
        simulate(scenario, 2, seed, keep=tmp_path)


def test_a_chunk_that_was_not_written_whole_is_not_there(tmp_path):
    simulate(ALTERNATIVE, 3, SEED, keep=tmp_path)
    (file,) = tmp_path.glob("*.npy")
    file.rename(file.with_suffix(".part"))
    assert kept.Kept(tmp_path, ALTERNATIVE, SEED).read(0, 3) is None


def test_a_file_of_another_shape_is_refused(tmp_path):
    simulate(ALTERNATIVE, 3, SEED, keep=tmp_path)
    (file,) = tmp_path.glob("*.npy")
    np.save(file, np.zeros((3, 2)))
    with pytest.raises(KeptForOther):
        simulate(ALTERNATIVE, 3, SEED, keep=tmp_path)


DECIDE = (
    "analysis/cox.py",
    "trial/simulate/disease.py",
    "trial/protocol.py",
    "trial/allocation.py",
    "trial/blocks.py",
    "trial/draws.py",
)


@pytest.mark.parametrize("file", DECIDE)
def test_the_digest_of_the_code_covers_the_estimators_the_hazards_and_the_draws(file, monkeypatch):
    """Another byte in any file that decides a row is another release."""
    before, read = kept.code(), Path.read_bytes
    assert len(before) == 64 and before == kept.code()
    altered = lambda self: read(self) + (b"#" if self == ROOT / file else b"")  # noqa: E731
    monkeypatch.setattr(Path, "read_bytes", altered)
    assert kept.code() != before


# --- interruptions ---

LONG = """
import signal
from analysis.power.run import simulate
from analysis.power.scenario import SCENARIOS
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as at a terminal, though the tests run in the background
    simulate(SCENARIOS["alternative"], 100_000, 1, workers=2, progress=lambda done: print(done, flush=True))
"""


def children(pid):
    """The processes a process has started, by the kernel."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid):
    """Whether a process has ended; one that nobody has asked about yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="asks the kernel about processes in its way")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_no_worker_is_left_when_the_run_ends(how, tmp_path):
    script = tmp_path / "long.py"
    script.write_text(LONG)
    run_ = subprocess.Popen(
        [sys.executable, script], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert [run_.stdout.readline(), run_.stdout.readline()][0] == "0\n"  # workers are at work
        started = children(run_.pid)
        assert len(started) >= 2
        run_.send_signal(how)
        _out, problem = run_.communicate(timeout=120)
    finally:
        run_.kill()
    until = time.monotonic() + 30
    while time.monotonic() < until and not all(map(gone, started)):
        time.sleep(0.1)
    assert [pid for pid in started if not gone(pid)] == []
    assert run_.returncode != 0
    assert "SpawnProcess" not in problem  # workers print no trace of their own


def test_a_worker_that_is_killed_ends_the_run():
    class Pool:
        def submit(self, *_args):
            raise run.BrokenProcessPool("a process was terminated abruptly")

    with pytest.raises(run.BrokenProcessPool):
        list(run._as_they_come(Pool(), [Chunk(ALTERNATIVE, 1, 0, 1)]))


def test_a_broken_pool_is_told_in_words(monkeypatch):
    def broken(pool, todo):
        raise run.BrokenProcessPool("a process was terminated abruptly")

    monkeypatch.setattr(run, "_as_they_come", broken)
    with pytest.raises(run.WorkersLost, match="terminated abruptly"):
        simulate(ALTERNATIVE, 3, SEED, workers=2)


def test_workers_get_one_thread_each_and_the_setting_is_put_back(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with run._one_thread_each():
        assert [os.environ[name] for name in run.THREADS] == ["1", "1", "1"]
    assert os.environ["OMP_NUM_THREADS"] == "3" and "MKL_NUM_THREADS" not in os.environ
