"""The registry on pages and at the command line: entering, importing, exporting, comparing."""

import csv
import hashlib
import io
import json

import pytest

from tests.actions.house import READY, RESTAGED, day
from tests.registry.conftest import WAIVER, add, whole
from trial import roles
from trial.actions.export_odm import export_trial
from trial.actions.export_redcap import export_redcap
from trial.actions.import_labs import LABS
from trial.actions.import_odm import import_trial
from trial.actions.import_order import Order
from trial.actions.import_redcap import import_redcap
from trial.actions.imports import import_file
from trial.registry import NEVER

POSTED = {
    "site": "01",
    "committee": WAIVER.committee,
    "reference": WAIVER.reference,
    "granted_on": "2025-11-03",
    "key": "k",
}


def test_a_coordinator_enters_a_historical_patient(house, enter):
    client = enter("coordinator01")
    answer = client.post("/registry/new", data=POSTED)
    assert (answer.status_code, answer.location) == (303, "/registry/RG-01-0001")
    shown = client.get("/registry/RG-01-0001").text
    assert "consent waived by Ethics committee of the hospital, 2025-117, on 2025-11-03" in shown
    assert "/participants/RG-01-0001/SCR/MRI0" in shown and "/SCR/IC" not in shown and "/DEC/PRE" not in shown
    assert client.get("/participants/RG-01-0001/SCR/MRI0").status_code == 200
    assert "RG-01-0001" in client.get("/registry/").text
    assert 'value="2025-117"' in client.get("/registry/new").text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"granted_on": "soon"}, "YYYY-MM-DD"),
        ({"reference": " "}, "reference"),
        ({"granted_on": "2999-01-01"}, "ahead"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(house, enter, changed, words):
    answer = enter("coordinator01").post("/registry/new", data=POSTED | changed)
    assert answer.status_code == 422 and words in answer.text and WAIVER.committee in answer.text
    assert house.reader.all("historical") == []


def test_the_page_of_a_participant_of_the_registry_is_the_registrys(house, enter):
    name = add(house)
    answer = enter("coordinator01").get(f"/participants/{name}")
    assert (answer.status_code, answer.location) == (302, f"/registry/{name}")
    assert enter("coordinator01").get(f"/registry/{RESTAGED}").status_code == 404
    assert enter("coordinator02").get(f"/registry/{name}").status_code == 404


@pytest.mark.parametrize("role", ["data_manager", "statistician", "unblinded_statistician"])
def test_the_comparison_page_says_what_it_is(house, enter, role):
    whole(house)
    shown = enter(role).get("/results/registry/").text
    assert "Observational: nobody was allocated" in shown and "Not estimated" in shown and "VG-" not in shown
    (seen,) = house.journal("person:registry:taken")
    assert "treatment comparison" in seen["body"]


def test_a_form_of_the_trial_alone_is_closed_on_the_page_too(house, enter):
    name = add(house)
    answer = enter("investigator01").post(
        f"/participants/{name}/SCR/ELIG", data={"version": "1", "based_on": "", "ELIGCONF": "Y"}
    )
    assert answer.status_code in (403, 409, 422) and "historical patient of the registry" in answer.text


# Files, through the importers of the trial.


def forms_of(house, name):
    return {r["form"] for r in house.reader.all("crf", participant=name)}


def test_a_laboratory_file_fills_the_registry(house):
    name = add(house)
    file = f"participant,event,date,test,result,unit\n{name},SCR,{day(-5)},CEA,8.4,ng/mL\n".encode()
    done = import_file(io.BytesIO(file), Order("labs.csv"), LABS, files=house.files, uow=house.work("data_manager"))
    assert done.counts == {"accepted": 1}
    assert house.stored(name, "LB")["groups"]["R"][0]["items"]["LBTEST"] == "CEA"


def test_a_redcap_file_brings_the_decision_of_the_past_and_never_a_consent(house):
    """The lines of a participant of the trial under a number of the registry: what the trial alone has is refused line by line."""
    name = add(house)
    told = export_redcap("VIGIL-1", software="Vigil", uow=house.work("data_manager")).files["data.csv"].decode()
    rows = [r for r in csv.DictReader(io.StringIO(told)) if r["record_id"] == READY]
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows({**r, "record_id": name} for r in rows)
    order = Order("r.csv", reason="from the chart")
    import_redcap(io.BytesIO(out.getvalue().encode()), order, files=house.files, uow=house.work("investigator"))
    assert {"DM", "MRI0", "PATH", "RST", "DEC"} <= forms_of(house, name)
    assert not forms_of(house, name) & NEVER
    assert house.reader.all("due", participant=name) == house.reader.all("breach", participant=name) == []


def test_an_odm_file_does_the_same(house, tmp_path):
    name = add(house)
    export_trial(tmp_path / "odm", release="1", uow=house.work("unblinded_statistician"))
    content = (tmp_path / "odm" / "clinicaldata.xml").read_bytes()
    moved = io.BytesIO(content.replace(READY.encode(), name.encode()))
    import_trial(moved, Order("odm.xml", reason="from the chart"), files=house.files, uow=house.work("data_manager"))
    assert {"DM", "MRI0", "PATH", "RST", "DEC"} <= forms_of(house, name)
    assert not forms_of(house, name) & NEVER


# The command line.


WAIVED = ("--committee", WAIVER.committee, "--reference", WAIVER.reference, "--date", "2025-11-03")


def test_numbers_by_the_command_and_the_list_of_them(run):
    code, told = run("registry", "add", "--site", "01", *WAIVED, "--count", 2, "--as", "coordinator01", "--json")
    assert (code, json.loads(told)) == (0, ["RG-01-0001", "RG-01-0002"])
    code, told = run("registry", "list", "--as", "auditor", "--role", "auditor", "--json")
    assert [row["id"] for row in json.loads(told)] == ["RG-01-0001", "RG-01-0002"]


def test_the_export_is_a_table_and_what_vouches_for_it(house, run, tmp_path):
    whole(house)
    code, told = run("registry", "export", "--out", tmp_path / "t.csv", "--as", "statistician", "--json")
    assert code == 0, told
    beside = json.loads((tmp_path / "t.csv.json").read_text())
    content = (tmp_path / "t.csv").read_bytes()
    assert beside == json.loads(told) and beside["sha256"] == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"id,site,outcome,distance,length,cea,response\nRG-01-0001,01,,60.0,42.0,,1.0\n")
    (taken,) = house.journal("person:registry:taken")
    assert beside["cut_digest"] in taken["body"]
    assert run("registry", "export", "--out", tmp_path / "t.csv", "--as", "statistician")[0] != 0


def test_the_comparison_at_the_command_line(house, run):
    whole(house)
    code, told = run("registry", "compare", "--as", "statistician", "--json")
    assert code == 0 and json.loads(told)["crude"]["ALL"] == {"events": [0, 0], "of": [0, 0], "difference": None}
    assert json.loads(told)["left_out"] == {"young": 1}
    assert "Observational" in run("registry", "compare", "--as", "statistician")[1]


def test_who_may_not_is_refused_by_the_commands(run, tmp_path):
    for command in (("export", "--out", tmp_path / "x.csv"), ("compare",)):
        assert run("registry", *command, "--as", "coordinator01", "--role", "coordinator")[0] != 0
    assert not (tmp_path / "x.csv").exists()
    assert not roles.may("coordinator", "registry.results")
