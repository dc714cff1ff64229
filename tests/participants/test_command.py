"""Chapter: `vigil deviations raise`, the daily look."""

import json
from datetime import timedelta

import pytest

from tests.actions.house import KEY, READY
from trial import cli
from trial.settings import Settings
from wsgi import create_app


@pytest.fixture
def run(house, tmp_path, capsys, monkeypatch):
    url = house.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        instance=tmp_path, database_url=url, files=tmp_path / "files", secret_key="s" * 64, sealing_key=KEY, https=False
    )
    app = create_app(settings, clock=house.clock, model=house.model)

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["vigil", "deviations", "raise", *arguments])
        code = cli.run(cli.commands(lambda: app))
        return code, capsys.readouterr().out

    yield call
    app.extensions["vigil"].engine.dispose()


def test_a_dry_run_then_the_run_then_nothing_more(house, run):
    house.randomise(READY)
    house.clock.advance(timedelta(days=250))
    code, out = run("--dry-run", "--json")
    planned = json.loads(out)
    assert code == 0
    assert "window:FU03" in {b["key"] for r in planned if r["participant"] == READY for b in r["breaches"]}
    assert house.reader.all("breach") == []
    assert json.loads(run("--json")[1]) == planned
    assert house.reader.all("breach")
    assert run() == (0, "")


def test_a_person_reads_a_line_a_participant(house, run):
    house.clock.advance(timedelta(days=250))
    code, out = run("--dry-run")
    assert code == 0
    assert all(line.startswith("VG-") for line in out.splitlines())
    assert "(minor)" in out
