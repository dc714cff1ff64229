"""Chapter: `vigil power`."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from analysis.commands import power as command
from analysis.power import run
from analysis.power.chunks import ReplicateFailed
from analysis.power.scenario import SCENARIOS
from trial.cli import commands


def no_database():
    raise AssertionError("the command opened the application")


def vigil(*words):
    return CliRunner().invoke(commands_with_analysis(), ["power", *words])


def commands_with_analysis():
    from analysis.cli import register

    group = commands(no_database)
    register(group)
    return group


def test_without_simulation_the_design_is_worked_out_without_a_database():
    told = vigil()
    assert told.exit_code == 0, told.output
    assert "Sample size, worked out again" in told.output and "2.9626" in told.output and "2.0141" in told.output


def test_the_design_for_machines():
    found = json.loads(vigil("--json").output)
    assert [look["z"] for look in found["looks"]] == pytest.approx([2.9626, 2.3590, 2.0141], abs=5e-5)
    assert found["sample_size"]["events_fixed"] == pytest.approx(96.3, abs=0.01)


@pytest.mark.parametrize("scenario", ["alternative", "null"])
def test_a_simulation_names_its_scenario_and_counts_its_trials(scenario):
    told = vigil("--simulate", "3", "--scenario", scenario, "--workers", "1", "--seed", "4", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["scenario"], found["seed"], found["replicates"]) == (scenario, 4, 3)


def test_tables_and_csv_hold_the_same_cells():
    words = ("--simulate", "2", "--workers", "1")
    text, rows = vigil(*words).stdout, list(csv.reader(io.StringIO(vigil(*words, "--csv").stdout)))
    assert all(cell in text for row in rows for cell in row[:1])


def test_what_is_kept_is_found_again(tmp_path):
    words = ("--simulate", "2", "--workers", "1", "--keep", str(tmp_path / "kept"))
    assert vigil(*words).stdout == vigil(*words).stdout
    assert len(list((tmp_path / "kept").glob("*.npy"))) == 1
    refused = vigil(*words, "--seed", "9")
    assert refused.exit_code == 1 and "another scenario, seed or release" in refused.output


def test_one_process_a_core_is_the_usual(monkeypatch):
    monkeypatch.setattr(command.os, "sched_getaffinity", lambda _: {0, 1, 2})
    assert command._hands(None, None, None)["workers"] == 3
    assert command._hands(7, None, None)["workers"] == 7


@pytest.mark.parametrize(
    "wrong",
    [
        ("--simulate", "0"), ("--simulate", "3", "--scenario", "hope"), ("--simulate", "3", "--workers", "0"),
        ("--simulate", "3", "--workers", "2", "--scheduler", "tcp://x:1"), ("--simulate", "3", "--seed", "-1"),
    ],
)  # fmt: skip
def test_wrong_use_is_exit_code_2(wrong):
    assert vigil(*wrong).exit_code == 2


def test_a_replicate_that_fails_is_told_without_a_trace(monkeypatch):
    def failing(*_args, **_more):
        raise ReplicateFailed("null", 4, 17, "ValueError: broken")

    monkeypatch.setattr(run, "simulate", failing)
    told = vigil("--simulate", "3")
    assert told.exit_code == 1
    assert "scenario null, seed 4, replicate 17: ValueError: broken" in told.output and "Traceback" not in told.output


def test_help_lists_every_scenario():
    told = vigil("--help").output
    assert all(name in told for name in SCENARIOS)
    assert "--scheduler" in told and "cluster" in told
