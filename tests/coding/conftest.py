"""The rooms of the data office serve coding too; and a command line in them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.actions.house import KEY, House
from tests.office.conftest import desk, either, enter, house, house_url, populated, populated_postgres
from trial import cli
from trial.settings import Settings
from wsgi import create_app

__all__ = ["desk", "either", "enter", "house", "house_url", "populated", "populated_postgres"]

Told = tuple[int, str, str]


@pytest.fixture
def vigil(house: House, tmp_path: Path, capsys, monkeypatch) -> Iterator[Callable[..., Told]]:
    """Run a command on the populated trial: exit code, what it said, what it complained of."""
    url = house.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        instance=tmp_path, database_url=url, files=tmp_path / "files", secret_key="s" * 64, sealing_key=KEY, https=False
    )
    app = create_app(settings, clock=house.clock, model=house.model)

    def call(*arguments: str) -> Told:
        monkeypatch.setattr("sys.argv", ["vigil", *map(str, arguments)])
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    yield call
    app.extensions["vigil"].engine.dispose()
