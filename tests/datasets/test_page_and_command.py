"""Taking the datasets: who may, what they get, what the journal keeps, from the page and at the command line."""

import hashlib
import io
import json
import re
import zipfile

import pytest

from analysis.dataset_pages import FORMATS as ON_PAGE
from analysis.dataset_work import may_take
from analysis.taken.bundle import FORMATS
from trial import roles
from trial.actions.cuts import Wanted, make_cut
from trial.actions.participants import add_participant

BLINDED, WITH_ARM = "/results/datasets/", "/results/datasets/with-arm"


def taken(client, address=BLINDED, **form):
    """The files of a download by name."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    answer = client.post(address, data={"format": "csv", "csrf_token": token[1] if token else ""} | form)
    assert answer.status_code == 200 and answer.mimetype == "application/zip", answer.status_code
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.requirement("R22", "R28")
@pytest.mark.parametrize("role", ["statistician", "data_manager"])
def test_a_blinded_role_takes_datasets_without_arm(house, enter, role):
    files = taken(enter(role))
    manifest = json.loads(files["manifest.json"])
    assert manifest["blinded"] is True and {"adttep.csv", "adsl.csv", "README.txt"} <= files.keys()
    assert b"TRT01P" not in files["adsl.csv"] + files["adtte.csv"] + files["dictionary.csv"]
    (seen,) = house.journal("person:data:taken")
    assert "datasets as csv" in str(seen["body"]) and manifest["cut"]["digest"] in str(seen["body"])


def test_the_unblinded_statistician_takes_them_with_arm(house, enter):
    files = taken(enter("unblinded_statistician"), WITH_ARM, format="r", days="y")
    manifest = json.loads(files["manifest.json"])
    assert manifest["blinded"] is False and manifest["study_days"] is True
    assert "adttep.csv" not in files and b"TRT01P" in files["adsl.csv"] and {"load.R", "primary.R"} <= files.keys()
    assert b"RFICDY" in files["adsl.csv"] and b"RFICDT" not in files["adsl.csv"]


@pytest.mark.requirement("R03")
def test_every_other_role_is_refused(house, enter):
    for role in ("coordinator01", "monitor01", "safety_officer", "dsmb_member", "auditor", "administrator"):
        for address in (BLINDED, WITH_ARM):
            assert enter(role).get(address).status_code == 403, (role, address)
    assert enter("statistician").get(WITH_ARM).status_code == 403
    assert enter("unblinded_statistician").get(BLINDED).status_code == 403
    assert house.journal("person:data:taken") == []


def test_a_locked_cut_gives_the_same_bytes_after_later_entries(house, enter):
    make_cut(Wanted("first", house.clock.today(), "for the test"), uow=house.work("statistician"))
    client = enter("statistician")
    assert '<option value="first">cut first</option>' in client.get(BLINDED).text
    assert '<option value="first" selected>' in client.get(f"{BLINDED}?cut=first").text
    before, live = taken(client, cut="first"), taken(client)
    add_participant("01", uow=house.work())
    assert taken(client, cut="first") == before
    assert taken(client) != live
    assert json.loads(before["manifest.json"])["cut"]["name"] == "first"


def test_a_cut_that_is_none_is_not_found(house, enter):
    assert enter("statistician").post(BLINDED, data={"format": "csv", "cut": "none"}).status_code == 404
    assert house.journal("person:data:taken") == []


def test_the_roles_that_may_take_them_are_these():
    assert {role for role in roles.ROLES if may_take(role)} == {
        "data_manager",
        "statistician",
        "unblinded_statistician",
    }


def test_the_page_describes_each_dataset_and_format_and_the_blinded_one_knows_no_arm(house, enter):
    shown = enter("statistician").get(BLINDED).text
    assert all(f'value="{form}"' in shown for form in FORMATS) and set(ON_PAGE) == set(FORMATS)
    assert all(name in shown for name in ("ADSL", "ADTTEP", "ADAE", "ADRS", "ADQS"))
    assert "TRT01P" not in shown and "OPERFL" not in shown
    assert "TRT01P" in enter("unblinded_statistician").get(WITH_ARM).text


def test_a_format_that_is_none_is_refused_and_nothing_is_recorded(house, enter):
    client = enter("statistician")
    assert client.post(BLINDED, data={"format": "pickle"}).status_code == 400
    assert house.journal("person:data:taken") == []


def test_the_results_page_leads_there(house, enter):
    assert f'href="{BLINDED}"' in enter("statistician").get("/results/").text
    unblinded = enter("unblinded_statistician").get("/results/").text
    assert f'href="{WITH_ARM}"' in unblinded and f'href="{BLINDED}"' not in unblinded


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_writes_each_format_with_digests_that_hold(house, run, tmp_path, form):
    code, told = run("datasets", "--out", tmp_path / "out", "--format", form, "--as", "statistician")
    assert code == 0, told
    for line in told.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    listed = {each["name"] for each in manifest["files"]} | {"manifest.json"}
    assert listed == {path.name for path in (tmp_path / "out").iterdir()} and manifest["format"] == form
    assert len(house.journal("person:data:taken")) == 1


def test_the_command_twice_gives_the_same_bytes_and_the_manifest_is_told(house, run, tmp_path):
    asked = (
        "datasets",
        "--format",
        "xpt",
        "--zip",
        "--study-days",
        "--as",
        "unblinded_statistician",
        "--role",
        "unblinded_statistician",
    )
    code, told = run(*asked, "--out", tmp_path / "a", "--json")
    assert code == 0 and json.loads(told)["study_days"] is True and json.loads(told)["blinded"] is False
    assert run(*asked, "--out", tmp_path / "b")[0] == 0
    (a,), (b,) = (list((tmp_path / name).iterdir()) for name in "ab")
    assert a.name == b.name and a.read_bytes() == b.read_bytes()


def test_the_command_refuses_who_may_not_and_a_folder_with_something_in_it(house, run, tmp_path):
    assert run("datasets", "--out", tmp_path / "x", "--as", "coordinator01", "--role", "coordinator")[0] != 0
    assert not (tmp_path / "x").exists()
    full = tmp_path / "full"
    full.mkdir()
    (full / "kept.txt").write_text("mine")
    code, _ = run("datasets", "--out", full, "--as", "statistician")
    assert code != 0 and [path.name for path in full.iterdir()] == ["kept.txt"]
    assert house.journal("person:data:taken") == []
