"""The populated trial with people at pages, programs and the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.cli import register
from analysis.commands import closed_outputs
from tests.actions.house import House
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres
from tests.performance.conftest import _settings, client
from trial import cli
from wsgi import create_app

__all__ = ["client", "either", "enter", "house", "house_url", "populated", "populated_postgres"]


@pytest.fixture
def vigil(house: House, tmp_path: Path, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run a command on the house: exit code, what it said, what it complained of."""
    commands = cli.commands(lambda: create_app(_settings(house, tmp_path), clock=house.clock, model=house.model))
    register(commands)
    closed_outputs.register(commands)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["vigil", *map(str, arguments)])
        code = cli.run(commands)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call
