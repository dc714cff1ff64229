"""`vigil export redcap` and `vigil import redcap`: files on disk, exit codes, what is printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.actions.house import SCREENED, House
from tests.exports.conftest import either, enter, house, house_url, populated, populated_postgres
from tests.redcap.projects import HERE, data_file, dictionary, dictionary_file, sheet, xml_file
from tests.shared_data import needs_shared
from trial import cli

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]

Run = Callable[..., tuple[int, str, str]]


class Here:
    """As much of an installation as a command asks for."""

    def __init__(self, house: House) -> None:
        self.engine, self.files, self.clock, self._house = house.engine, house.files, house.clock, house
        self.gated = True

    def reading(self) -> object:
        return self._house.reader

    def writing(self, actor: object) -> object:
        return self._house.work(actor)  # type: ignore[arg-type]


@pytest.fixture
def run(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["vigil", *map(str, arguments)])
        app = SimpleNamespace(extensions={"vigil": Here(house)})
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_trial_is_written_to_a_folder_with_its_digests(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, told, _ = run("export", "redcap", "--out", out, "--as", "statistician", "--role", "statistician", "--json")
    assert code == 0
    assert {p.name for p in out.iterdir()} == {row["file"] for row in json.loads(told)} == {
        "dictionary.csv", "data.csv", "events.csv", "instrument_event_mapping.csv", "manifest.json",
    }  # fmt: skip
    assert run("export", "redcap", "--out", out, "--as", "statistician", "--role", "statistician")[0] == 2


def test_a_role_that_is_not_held_or_may_not_is_3_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    for role in ("unblinded_statistician", "coordinator"):
        code, _, err = run("export", "redcap", "--out", tmp_path / "x", "--as", "coordinator01", "--role", role)
        assert code == 3
        assert "Traceback" not in err
    assert not (tmp_path / "x").exists()


def test_a_data_file_goes_into_the_trial_and_the_report_is_printed(house: House, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(sheet("record_id,redcap_event_name,dm_smoke,mh_cvd", f"{SCREENED},scr_arm_1,NEVER,maybe"))
    dry = run("import", "redcap", path, "--as", "coordinator01", "--dry-run")
    assert dry[0] == 0
    assert "dry run: nothing was kept; 1 changed, 1 rejected" in dry[1]
    code, out, _ = run("import", "redcap", path, "--as", "coordinator01", "--all")
    assert code == 6
    assert "line 2" in out
    assert run("import", "redcap", path, "--as", "coordinator01")[0] == 0
    assert house.stored(SCREENED, "DM")["items"]["SMOKE"] == "NEVER"


def test_who_may_not_and_what_is_no_table_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"nothing")
    assert run("import", "redcap", path, "--as", "data_manager", "--role", "data_manager")[0] == 3
    code, _, err = run("import", "redcap", path, "--as", "coordinator01")
    assert code == 6
    assert "no column" in err
    assert run("import", "redcap", path, path, "--as", "coordinator01")[0] == 2


def test_a_dictionary_that_is_none_is_named_by_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_bytes(dictionary({"name": "age"}, {"name": "age"}))
    code, _, err = run("import", "redcap", path, "--study", "X", "--as", "data_manager")
    assert code == 6
    assert "line 4: The field “age” stands twice." in err


@needs_shared
@pytest.mark.requirement("R39")
@pytest.mark.requirement("R66")
@pytest.mark.parametrize(
    "project", ["redcapr_dag", "redcapr_clinical-trial-1", "redcapr_longitudinal", "redcapr_repeating-instruments"]
)
def test_a_public_project_is_kept_beside_the_trial_and_written_again_to_the_byte(
    run: Run, tmp_path: Path, project: str
) -> None:
    paths = [HERE / f"{project}_{part}.csv" for part in ("dictionary", "data")]
    code, told, _ = run("import", "redcap", *paths, "--study", project, "--as", "data_manager")
    assert code == 0
    assert "study 1; " in told
    assert run("import", "redcap", *paths, "--study", project, "--as", "data_manager")[0] == 3
    out = tmp_path / "out"
    assert run("export", "redcap", "--study", project, "--out", out, "--as", "data_manager")[0] == 0
    assert (out / "dictionary.csv").read_bytes() == dictionary_file(project)
    assert (out / "data.csv").read_bytes() == data_file(project)


@needs_shared
def test_a_project_s_xml_and_a_dictionary_alone_are_projects_too(run: Run, tmp_path: Path) -> None:
    xml = tmp_path / "project.xml"
    xml.write_bytes(xml_file("redcapr_repeating-instruments"))
    code, told, _ = run("import", "redcap", xml, "--study", "From XML", "--as", "data_manager", "--json")
    assert code == 0
    assert json.loads(told)["counts"]["subjects"] == 2
    alone = HERE / "genomics_thailand_general_dictionary.csv"
    code, told, _ = run("import", "redcap", alone, "--study", "Registry", "--as", "data_manager", "--dry-run")
    assert code == 0
    assert "The condition is not carried" in told
    assert run("export", "redcap", "--study", "Registry", "--out", tmp_path / "y", "--as", "data_manager")[0] == 4


def test_codes_for_missing_data_are_told_with_the_project(run: Run, tmp_path: Path) -> None:
    names, data = tmp_path / "dictionary.csv", tmp_path / "data.csv"
    names.write_bytes(dictionary({"name": "age", "validation": "integer"}))
    data.write_bytes(sheet("record_id,age", "1,NI"))
    more = ("--study", "Small", "--as", "data_manager", "--dry-run")
    assert "1 unreadable" in run("import", "redcap", names, data, *more)[1]
    assert "0 unreadable" in run("import", "redcap", names, data, *more, "--missing", "NI, No information")[1]
