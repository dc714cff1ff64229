"""Chapter: the oversight page and its command; by site, for who reaches it, and never by arm."""

import json

import pytest
from click.testing import CliRunner

from tests.actions.house import READY, House
from tests.actions.rooms import on_both
from trial.errors import NotAllowed
from trial.roles import ROLES, may
from trial.store.oversight import VERB, oversight
from wsgi import create_app


@on_both
def test_rows_of_other_sites_are_not_there(either: House) -> None:
    with either.reader as reader:
        seen = oversight(reader, either.actor("monitor"))
    assert {s["code"] for s in seen.sites} == {"01"}
    assert {e.site for e in seen.entered} == {"01"}
    assert {r["site_code"] for r in (*seen.queries, *seen.owed)} <= {"01"}


@on_both
def test_a_blinded_role_gets_no_row_that_reveals_an_arm(either: House) -> None:
    either.randomise(READY)
    with either.reader as reader:
        blinded, open_ = (oversight(reader, either.actor(role)) for role in ("data_manager", "auditor"))
    hidden = {"SUR", "MGT", "YP"}
    assert not hidden & ({e.crf.form for e in blinded.entered} | {d["form"] for d in blinded.owed})
    assert hidden & {d["form"] for d in open_.owed}


@pytest.mark.parametrize("role", [r for r in ROLES if not may(r, VERB)])
def test_no_other_role_has_it(house: House, role: str) -> None:
    with house.reader as reader, pytest.raises(NotAllowed):
        oversight(reader, house.actor(role))


def test_the_page_shows_each_site_its_cells_and_what_they_mean(desk) -> None:
    page = desk.client("data_manager").get("/oversight/").text
    assert "Site 01" in page
    assert "Site 02" in page
    assert "not estimable" in page
    assert "Entry lag" in page
    own = desk.client("coordinator02").get("/oversight/").text
    assert "Site 01" not in own


def test_the_file_has_one_line_a_site_and_indicator(desk) -> None:
    from analysis.indicators import INDICATORS

    got = desk.client("monitor01").get("/oversight/indicators.csv")
    lines = got.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "Site,Indicator,Value,Unit,From,Of,Verdict"
    assert len(lines) == 1 + 2 * len(INDICATORS)


def test_the_command_prints_the_same(house: House, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.cli import register
    from trial.cli import commands

    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    vigil = commands(create_app)
    register(vigil)
    out = CliRunner().invoke(vigil, ["monitor", "--json", "--site", "01"])
    assert out.exit_code == 0, out.output
    assert json.loads(out.output)["01"]["lag"]["verdict"] in ("act", "look", "fine")
    assert "Key risk indicators" in CliRunner().invoke(vigil, ["monitor"]).output
