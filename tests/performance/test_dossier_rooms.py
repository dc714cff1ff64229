"""The dossier on the page and at the command line: made of the trial as it stands, and of the model as it answers now."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from analysis.dossier_results import TABLES, dossier_data
from analysis.reports.performance_tables import every_table
from tests.performance.test_rooms import USERS
from trial.actor import Actor
from trial.frozen.errors import ModelCorrupt
from trial.frozen.runner import FrozenModel
from trial.roles import ROLES
from trial.store import extract
from trial.store.model_calls import model_calls

VIEWER = Actor(None, "statistician", "statistician", None)


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def made_of(house, model):
    cut_on, now = house.clock.today(), house.clock.now()
    with house.reader as reader:
        taken = extract.pooled(reader, VIEWER, cut_on=cut_on, now=now)
        calls = model_calls(reader, VIEWER, cut_on=cut_on)
    return dossier_data(taken, calls, ["01"], model)


@pytest.fixture(scope="module")
def model():
    with FrozenModel() as released:
        yield released


@pytest.fixture(autouse=True)
def released(house, model):
    """The pages of this house call the released model, not one that answers what a test wants."""
    house.model = model


@pytest.mark.parametrize("role", list(ROLES))
def test_who_sees_pooled_results_may_take_it(house, client, role):
    wanted = 200 if "results.pooled" in ROLES[role].verbs else 403
    assert client(USERS[role]).get("/results/performance/dossier.pdf").status_code == wanted


def test_before_anybody_has_an_outcome_it_measures_nothing_and_says_so(house, client):
    page = client("statistician").get("/results/performance/dossier.pdf")
    assert page.mimetype == "application/pdf"
    assert "there is nothing to measure" in words(page.data)


def test_with_outcomes_it_holds_measures_and_what_was_called(house, planted, client, model):
    found = made_of(house, model)
    assert {table.id for table in found.tables} == TABLES
    answered = sum(row["probability"] is not None for row in house.reader.all("prediction"))
    assert found.setting.called == answered > len(planted)
    text = words(client("statistician").get("/results/performance/dossier.pdf").data)
    assert f"Calls answered: {answered}, refused: 0" in text
    assert "TRIPOD+AI" in text


def test_the_tables_it_repeats_are_tables_of_the_validation(house, planted, model):
    from analysis.performance_results import performance_results

    with house.reader as reader:
        taken = extract.pooled(reader, VIEWER, cut_on=house.clock.today(), now=house.clock.now())
        calls = model_calls(reader, VIEWER, cut_on=house.clock.today())
    assert {table.id for table in every_table(performance_results(taken, calls))} >= TABLES


def test_the_released_model_was_approved_by_two_and_gives_its_reference_vectors(house, model):
    found = made_of(house, model)
    assert found.approved
    assert found.worst <= 1.5e-6


def test_of_a_model_that_is_not_as_released_there_is_no_dossier(house, tmp_path):
    (tmp_path / "manifest.json").write_bytes(b"{}")
    with FrozenModel(folder=tmp_path) as broken, pytest.raises(ModelCorrupt):
        made_of(house, broken)


def test_taking_it_is_recorded(house, client):
    statistician = client("statistician")
    before = len(house.journal("person:data:taken"))
    statistician.get("/results/performance/dossier.pdf")
    assert len(house.journal("person:data:taken")) == before + 1


def test_the_command_writes_it(house, planted, vigil, tmp_path):
    code, told, _complaint = vigil("report", "dossier", "--out", tmp_path / "dossier.pdf")
    assert code == 0
    assert "dossier at" in told
    assert "Model card" in words((tmp_path / "dossier.pdf").read_bytes())
