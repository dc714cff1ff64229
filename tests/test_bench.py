"""The benchmarks' runner: it finds what is there, holds each figure against its limit, fails where one is passed. No time is measured."""

from importlib import import_module
from types import SimpleNamespace

import pytest

from bench import __main__ as runner
from bench.measured import Measured, quantile, seconds


@pytest.mark.parametrize(
    ("value", "most", "least", "kept"),
    [
        (5.0, 5.0, None, True), (5.001, 5.0, None, False), (1000.0, None, 1000.0, True), (999.0, None, 1000.0, False),
        (1e9, None, None, True), (3.0, 5.0, 4.0, False), (4.5, 5.0, 4.0, True),
    ],
)  # fmt: skip
def test_a_figure_is_kept_within_its_limits_both_included(value, most, least, kept):
    assert Measured("x", value, "ms", most, least).kept is kept


@pytest.mark.parametrize(("value", "code", "words"), [(1.0, 0, "ok"), (9.0, 1, "PASSED ITS LIMIT")])
def test_a_passed_limit_fails_the_run_and_is_named(monkeypatch, capsys, value, code, words):
    module = SimpleNamespace(__doc__="Title.\nMore.", measure=lambda: [Measured("x", value, "ms", most=5.0)])
    monkeypatch.setattr(runner, "import_module", lambda name: module)
    assert runner.main(["model_call"]) == code
    told = capsys.readouterr().out
    assert "model_call: Title.\n" in told
    assert words in told


def test_a_name_that_is_none_is_wrong_use(capsys):
    assert runner.main(["nothing"]) == 2
    assert "model_call" in capsys.readouterr().err


def test_every_module_of_the_folder_is_a_benchmark_with_a_title():
    assert "model_call" in runner.names()
    for name in runner.names():
        module = import_module(f"bench.{name}")
        assert callable(module.measure)
        assert module.__doc__


def test_runs_are_counted_and_ordered():
    done = []
    taken = seconds(lambda: done.append(1), 7)
    assert len(done) == len(taken) == 7
    assert taken == sorted(taken)
    assert (quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([1.0, 2.0, 3.0, 4.0], 1.0)) == (3.0, 4.0)
