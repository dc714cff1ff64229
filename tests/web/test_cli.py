"""The command line: the same answers as the screens, an exit code by kind of failure, JSON where a machine reads it."""

import json

import pytest

from tests.web.conftest import OURS, THEIRS
from trial import cli
from trial.cli.base import EXIT_CODES
from trial.errors import Busy, FileDamaged, NotAllowed, NotFound, NotMigrated, StorageFull


@pytest.fixture
def run(world, capsys, monkeypatch):
    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["vigil", *arguments])
        code = cli.run(cli.commands(lambda: world.app))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_help_needs_no_installation(capsys, monkeypatch):
    def never():
        raise AssertionError("no installation is needed")

    for command in ((), ("user",), ("randomisation",), ("serve",), ("demo",), ("verify",)):
        monkeypatch.setattr("sys.argv", ["vigil", *command, "--help"])
        assert cli.run(cli.commands(never)) == 0
        assert "Usage" in capsys.readouterr().out


def test_wrong_use_is_2_and_shows_no_trace(run):
    code, _, err = run("due", "--days", "many")
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize(("error", "code"), [
    (NotFound("x", {}), 4), (NotAllowed("a", "b"), 3), (StorageFull(""), 5), (NotMigrated(None, "1"), 5), (FileDamaged("a"), 6),
    (Busy(""), 7),
])  # fmt: skip
def test_each_kind_of_failure_has_its_code(error, code):
    assert next(c for kinds, c in EXIT_CODES if isinstance(error, kinds)) == code


def test_a_participant_that_is_not_there_is_4(run):
    assert run("eligibility", "VG-09-0001")[0] == 4


def test_due_is_the_list_of_the_first_page(consented, run):
    code, out, _ = run("due", "--json")
    assert code == 0
    assert {(row["participant"], row["form"]) for row in json.loads(out)} >= {(OURS, "MH"), (OURS, "DM")}
    elsewhere = json.loads(run("due", "--site", "02", "--json")[1])
    assert [(row["participant"], row["form"]) for row in elsewhere] == [(THEIRS, "IC")], (
        "a new participant owes consent"
    )


def test_eligibility_is_told_line_by_line(consented, run):
    code, out, _ = run("eligibility", OURS)
    assert code == 0
    assert "IN1" in out
    assert out.rstrip().endswith("cannot tell yet")
    assert json.loads(run("eligibility", OURS, "--json")[1])["eligible"] is None


def test_verify_passes_and_names_the_first_broken_link(consented, run):
    assert run("verify")[0] == 0
    with consented.house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE participant SET number = 77 WHERE id = 'VG-01-0001'")
    code, out, _ = run("verify", "--json")
    assert code == 6
    assert "VG-01-0001" in json.loads(out)["findings"][0]["where"]


def test_people_and_sites(run, world):
    code, out, _ = run(
        "user", "add", "Wang.Wei", "--name", "Wang Wei", "--role", "coordinator@02", "--role", "monitor@01"
    )
    assert code == 0
    assert "one-time password" in out
    listed = json.loads(run("user", "list", "--json")[1])
    assert next(p for p in listed if p["username"] == "wang.wei")["roles"] == [["coordinator", "02"], ["monitor", "01"]]
    assert run("user", "add", "wang.wei", "--name", "Another")[0] == 3
    assert run("site", "open", "03", "--name", "Third", "--target", "40")[0] == 0
    assert "Third" in run("site", "list")[1]


def test_init_twice_makes_one_administrator(run):
    assert "one-time password" in run("init", "--username", "root", "--name", "Root Person")[1]
    assert "one-time password" not in run("init", "--username", "root", "--name", "Root Person")[1]


def test_init_derives_again_what_is_due(run, world):
    expected = world.house.reading().all("due", participant=OURS)
    with world.uow() as uow:
        for row in expected:
            uow.drop("due", {name: row[name] for name in ("participant", "event", "form", "occurrence")})
        uow.commit()
    assert expected
    assert world.house.reading().all("due", participant=OURS) == []
    assert run("init", "--username", "root", "--name", "Root Person")[0] == 0
    assert sorted(world.house.reading().all("due", participant=OURS), key=repr) == sorted(expected, key=repr)


def test_replay_needs_the_revealed_seed_and_the_right_person(run, world):
    assert run("randomisation", "replay")[0] == 3
    assert run("randomisation", "reveal", "--username", "administrator", "--password", "a password for tests")[0] == 3
    assert run("randomisation", "close")[0] == 0
    code, out, _ = run(
        "randomisation", "reveal", "--username", "unblinded_statistician", "--password", "a password for tests"
    )
    assert (code, out.strip()) == (0, (b"r" * 32).hex())
    assert "0 allocations are reproduced" in run("randomisation", "replay")[1]
