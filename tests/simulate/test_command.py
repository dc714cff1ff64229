"""`vigil simulate`: it says how far it is, goes on where it was, and tells by its exit code how it ended."""

import re
import sys

import pytest

from trial import cli
from trial.settings import Settings
from trial.simulate import driver
from wsgi import create_app

SMALL = ("simulate", "--participants", "2", "--seed", "3", "--months", "2", "--start", "2021-01-04")


@pytest.fixture
def app(tmp_path):
    made = create_app(
        Settings(
            instance=tmp_path,
            database_url=f"sqlite:///{tmp_path / 'vigil.sqlite3'}",
            files=tmp_path / "files",
            secret_key="s" * 64,
            sealing_key=b"k" * 32,
            https=False,
        )
    )
    yield made
    made.extensions["vigil"].model.close()
    made.extensions["vigil"].engine.dispose()


@pytest.fixture
def call(app, capsys, monkeypatch):
    def called(*arguments):
        monkeypatch.setattr("sys.argv", ["vigil", *arguments])
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    return called


def counts(said):
    return tuple(
        map(int, re.fullmatch(r"(\d+) participants, (\d+) steps, (\d+) after \d{4}-\d\d-\d\d\n", said).groups())
    )


def test_it_says_what_was_done_and_ends_with_0(call):
    code, out, _ = call(*SMALL, "--until", "2021-05-01")
    participants, steps, left = counts(out)
    assert (code, participants) == (0, 2)
    assert steps > 6
    assert left > 0


def test_without_a_last_day_it_ends_36_months_after_accrual(call, monkeypatch):
    plans = []
    monkeypatch.setattr(driver, "simulate", lambda plan, **_: plans.append(plan) or driver.Simulated(0, 0, 0))
    code, out, _ = call(*SMALL)
    assert (code, plans[0].until.isoformat(), plans[0].accrual_months) == (0, "2024-03-04", 2)
    assert out.endswith("after 2024-03-04\n")


def test_a_second_call_adds_nothing_and_a_later_last_day_goes_on(app, call):
    def written():
        return app.extensions["vigil"].reading().the("journal_head")["seq"]

    _, first, _ = call(*SMALL, "--until", "2021-03-01")
    stands_at = written()
    code, second, _ = call(*SMALL, "--until", "2021-03-01")
    assert (code, second, written()) == (0, first, stands_at)
    code, third, _ = call(*SMALL, "--until", "2021-05-01")
    assert code == 0
    assert counts(third)[1] > counts(first)[1]
    assert written() > stands_at
    assert len(app.extensions["vigil"].reading().all("participant")) == 2


def test_a_terminal_sees_the_day_and_the_steps_and_a_file_sees_no_bar(call, monkeypatch):
    assert call(*SMALL, "--until", "2021-03-01")[2] == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, out, bar = call(*SMALL, "--until", "2021-03-01")
    steps, left = counts(out)[1:]
    last = bar.split("\r")[-1]
    assert re.search(rf"2021-0[12]-\d\d: .*{steps}/{steps + left} ", last), last


@pytest.mark.parametrize(
    "wrong", [("--participants", "0"), ("--months", "0"), ("--months", "201"), ("--until", "soon")]
)
def test_what_cannot_be_simulated_is_wrong_use(call, wrong):
    code, _, err = call("simulate", *wrong)
    assert code == 2
    assert wrong[0] in err
    assert "Traceback" not in err


def test_stopped_by_hand_it_ends_with_130_and_goes_on_when_called_again(call, monkeypatch):
    take, taken = driver._take, []

    def stopped(step):
        taken.append(step)
        if len(taken) == 4:
            raise KeyboardInterrupt
        return take(step)

    with monkeypatch.context() as patched:
        patched.setattr(driver, "_take", stopped)
        code, out, err = call(*SMALL, "--until", "2021-03-01")
        assert (code, out) == (130, "")
        assert "Traceback" not in err
    code, out, _ = call(*SMALL, "--until", "2021-03-01")
    assert code == 0
    assert counts(out)[0] == 2
