"""Chapter: the clock is held against a time server, nobody sets it, and an alarm is seen (R21)."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.actions.house import House
from trial import drift
from trial.actions import watch_clock
from trial.actor import SYSTEM
from trial.cli import commands
from trial.drift import Drift, compare
from trial.roles import VERBS
from trial.store.unit_of_work import UnitOfWork
from wsgi import create_app

TWO = Decimal(2)
EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""


@contextmanager
def time_server(ahead: float) -> Iterator[str]:
    """A real time server on this machine that is so many seconds ahead of it: RFC 5905, one packet in, one out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)

        def answer() -> None:
            packet, asker = server.recvfrom(48)
            now = time.time() + ahead + EPOCH
            stamp = struct.pack("!II", int(now), int((now % 1) * 2**32))
            server.sendto(
                struct.pack("!BBbb", 0x24, 1, 0, -20) + bytes(12) + stamp + packet[40:48] + stamp + stamp, asker
            )

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("ahead", "alarm"),
    [("0", False), ("2", False), ("-2", False), ("2.001", True), ("-2.001", True), ("86400", True), (None, True)],
)
def test_what_is_an_alarm(ahead: str | None, alarm: bool) -> None:
    assert Drift("server", None if ahead is None else Decimal(ahead), TWO).alarm is alarm


@pytest.mark.requirement("R21")
@pytest.mark.parametrize("seconds", [0.0, 90.0, -90.0])
def test_a_server_is_asked_and_its_answer_understood(seconds: float) -> None:
    with time_server(seconds) as server:
        found = compare(server, TWO)
    assert found.ahead is not None
    # The server is ahead: this machine is behind. On one machine the way there and back is short.
    assert abs(float(found.ahead) + seconds) < 1
    assert found.alarm is (seconds != 0)


def test_a_server_that_does_not_answer_is_an_alarm_and_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "TIMEOUT", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        found = compare(f"127.0.0.1:{silent.getsockname()[1]}", TWO)
    assert (found.ahead, found.alarm) == (None, True)


@pytest.mark.requirement("R21")
def test_an_alarm_stands_until_a_comparison_takes_it_back(house: House) -> None:
    assert watch_clock.alarm(house.reader) is None
    watch_clock.note(compare("s", TWO, ask=lambda _server: -7.5), uow=house.work(SYSTEM))
    standing = watch_clock.alarm(house.reader)
    assert standing is not None
    assert (standing["server"], standing["ahead"], standing["limit"]) == ("s", "7.500", "2")
    watch_clock.note(compare("s", TWO, ask=lambda _server: 0.2), uow=house.work(SYSTEM))
    assert watch_clock.alarm(house.reader) is None
    assert len(house.journal("system:clock:drifted")) == len(house.journal("system:clock:compared")) == 1


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(
    ("who", "sees"), [("administrator", True), ("auditor", True), ("monitor01", True), ("coordinator01", False)]
)
def test_who_can_act_on_it_sees_it_on_the_first_page(desk, who: str, sees: bool) -> None:
    watch_clock.note(compare("time.example", TWO, ask=lambda _server: None), uow=desk.house.work(SYSTEM))
    assert ("time.example did not answer" in desk.client(who).get("/").text) is sees


@pytest.mark.requirement("R21")
def test_the_clock_cannot_be_set_by_anybody() -> None:
    """No right, page or argument of an action sets the time: a unit of work takes its clock from the house that opened it."""
    assert [verb for verb in VERBS if "clock" in verb or "time" in verb] == []
    app = create_app
    assert "clock" in app.__kwdefaults__  # tests give another clock to the whole house, at its start
    assert not [name for name in vars(UnitOfWork) if "clock" in name]


@pytest.mark.requirement("R21")
def test_the_command_says_it_and_fails_on_an_alarm(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    runner = CliRunner()
    with time_server(0) as server:
        assert runner.invoke(commands(create_app), ["clock", "--server", server]).exit_code == 0
    with time_server(60) as server:
        off = runner.invoke(commands(create_app), ["clock", "--server", server])
    assert "-60." in off.output or "-59." in off.output
    assert off.exception is not None
    assert runner.invoke(commands(create_app), ["clock"]).exit_code == 2
    assert len(house.journal("system:clock:drifted")) == 1
