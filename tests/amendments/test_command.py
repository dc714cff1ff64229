"""`vigil amend`: the same answers as the page, for whoever has the installation's shell."""

import csv
import json
from collections.abc import Callable

import pytest

from tests.actions.house import KEY, READY, SCREENED, House
from tests.amendments.work import activate, reconsent
from trial import cli
from trial.settings import Settings
from wsgi import create_app


@pytest.fixture(autouse=True)
def _shipped(amended):
    """Every test here."""


@pytest.fixture
def run(house: House, tmp_path, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    url = house.engine.url.render_as_string(hide_password=False)
    settings = Settings(
        instance=tmp_path, database_url=url, files=tmp_path / "files", secret_key="s" * 64, sealing_key=KEY, https=False
    )
    app = create_app(settings, clock=house.clock, model=house.model)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["vigil", "amend", *arguments])
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_help_needs_no_installation(capsys, monkeypatch):
    def never():
        raise AssertionError("no installation is needed")

    for command in ((), ("list",), ("dry-run",), ("activate",)):
        monkeypatch.setattr("sys.argv", ["vigil", "amend", *command, "--help"])
        assert cli.run(cli.commands(never)) == 0
        assert "Usage" in capsys.readouterr().out


def test_the_list_names_versions_sites_and_counts(run, house):
    activate(house)
    reconsent(house, READY)
    code, out, _ = run("list", "--json")
    assert code == 0
    first, second = json.loads(out)
    assert (first["version"], first["participants"]) == ("1.0", {"01": 5, "02": 1})
    assert (second["sites"], second["forms"], second["participants"]) == (
        {"01": "2026-04-01"},
        {"DM": 2, "MRI0": 2},
        {"01": 1, "02": 0},
    )
    assert "01 since 2026-04-01" in run("list")[1]


@pytest.mark.requirement("R30")
def test_a_dry_run_prints_every_line_and_the_totals(run, house):
    before = house.state()
    code, out, _ = run("dry-run", "1.1", "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["looked_at"], told["touched"], told["kinds"]["missing"], told["withheld"]) == (7, 6, 6, False)
    line = next(each for each in told["lines"] if each["participant"] == SCREENED)
    assert (line["site"], line["kind"], line["form"], line["path"]) == ("01", "missing", "DM", "FRAIL")
    assert "nothing was written; 7 participants, 6 concerned, 0 on it already" in run("dry-run", "1.1")[1]
    assert house.state() == before


def test_a_dry_run_writes_its_lines_to_a_file(run, tmp_path):
    out = tmp_path / "lines.csv"
    assert run("dry-run", "1.1", "--site", "02", "--out", str(out))[0] == 0
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    told = json.loads(run("dry-run", "1.1", "--site", "02", "--json")[1])["lines"]
    assert rows == [{k: str(v) for k, v in line.items()} for line in told]
    assert len(rows) > 8


def test_a_dry_run_as_a_blinded_person_leaves_out_what_tells_an_arm(run):
    told = json.loads(run("dry-run", "1.1", "--json", "--as", "data_manager")[1])
    assert told["withheld"]
    assert "due" not in told["kinds"]


@pytest.mark.requirement("R37")
def test_activating_needs_a_person_a_site_and_the_day_of_approval(run, house):
    assert run("activate", "1.1", "--site", "01")[0] == 2
    assert run("activate", "1.1", "--site", "01", "--approved-on", "april", "--as", "data_manager")[0] == 2
    code, out, _ = run("activate", "1.1", "--site", "01", "--approved-on", "2026-04-01", "--as", "data_manager")
    assert (code, "works under protocol 1.1" in out) == (0, True)
    assert house.reader.the("activation", site="01")["by"] == house.actor("data_manager").person_id


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("activate", "1.1", "--site", "01", "--approved-on", "2026-06-02", "--as", "data_manager"), 3),
        (
            (
                "activate",
                "1.1",
                "--site",
                "01",
                "--approved-on",
                "2026-04-01",
                "--as",
                "monitor01",
                "--role",
                "monitor",
            ),
            3,
        ),
        (("activate", "1.1", "--site", "01", "--approved-on", "2026-04-01", "--as", "monitor01"), 3),
        (("activate", "1.1", "--site", "99", "--approved-on", "2026-04-01", "--as", "data_manager"), 4),
        (("activate", "3.0", "--site", "01", "--approved-on", "2026-04-01", "--as", "data_manager"), 4),
        (("activate", "1.1", "--site", "01", "--approved-on", "2026-04-01", "--as", "nobody"), 4),
        (("dry-run", "1.0"), 4),
    ],
)
def test_a_refusal_has_its_code_and_writes_nothing(run, house, arguments, code):
    before = house.state()
    got, _, err = run(*arguments)
    assert got == code
    assert "Traceback" not in err
    assert house.state() == before
    assert house.reader.all("activation") == []
