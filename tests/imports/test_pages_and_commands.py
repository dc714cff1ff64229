"""Chapter: the Imports page and `vigil import` for every kind of file, the page of reference ranges, and central results at the site."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import wsgi
from tests.actions.house import ELSEWHERE, KEY, RESTAGED, SCREENED, House, SmallManifest, day
from tests.imports.sheets import line, read, sheet
from tests.imports.tables import FEATURES, MANIFEST, TAXA, row, sampled, table, take
from tests.imports.test_range_files import HEADING, state, stated
from trial import cli
from trial.actions.import_kinds import TITLES, kind_named
from trial.blinding import HIDDEN_FORMS, HIDDEN_ITEMS
from trial.errors import NotFound
from trial.roles import IMPORTED_FORMS, ROLES, UPLOAD_FORMS, may
from trial.settings import Settings
from trial.store import extract

Enter = Callable[[str], FlaskClient]
KINDS = tuple(TITLES)


@dataclass(frozen=True)
class Declaring(SmallManifest):
    """The small manifest with the features of the released one."""

    inputs: Any = field(default_factory=lambda: MANIFEST.inputs)


@pytest.fixture
def declaring(house: House) -> House:
    """The house, its model declaring the features that the released one reads."""
    house.model.manifest = Declaring()
    return house


def post(client: FlaskClient, kind: str, content: bytes, **fields: str) -> Any:
    data = {"do": "take", **fields, "file": (io.BytesIO(content), f"{kind}.csv")}
    return client.post(f"/imports/?kind={kind}", data=data)


def good_and_bad(house: House, kind: str) -> tuple[bytes, bytes, str]:
    """A file that is taken, one that is not, and words of the refusal."""
    participant = sampled(house)
    match kind:
        case "labs":
            return (
                sheet(line(SCREENED)),
                sheet(line(SCREENED, ("HBG", "=", "1", "g/L"))),
                "The test “HBG” is not known.",
            )
        case "ranges":
            return sheet(stated(), heading=HEADING), sheet(stated(low="900"), heading=HEADING), "above the upper one"
        case "radiomics":
            renamed = table(row(kind, participant)).replace(b"stat_mean", b"statmean")
            return table(row(kind, participant)), renamed, "stat_mean (statmean?)"
        case "taxa":
            return (
                table(row(kind, participant)),
                table(row(kind, participant, other="0.9")),
                "The abundances sum to 1.07",
            )
        case "ctdna":
            return (
                table(row(kind, participant)),
                table(row(kind, participant, result="pos")),
                "“pos” is not one of the answers",
            )
        case _:
            return (
                table(row(kind, participant)),
                table(row(kind, participant, mmr="?")),
                "“?” is not one of the answers",
            )


# --- the page of imports -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_looked_at_then_taken_and_a_bad_file_is_explained(
    declaring: House, enter: Enter, kind: str
) -> None:
    good, bad, words = good_and_bad(declaring, kind)
    client = enter("data_manager")
    assert "Nothing was kept" in post(client, kind, good, do="look").text
    assert declaring.reader.all("import_run") == []
    assert words in post(client, kind, bad).text
    taken = post(client, kind, good)
    assert taken.status_code == 200
    assert "The file was taken." in taken.text
    assert f"{kind}.csv" in client.get(f"/imports/?kind={kind}").text


def test_the_page_names_the_columns_and_the_features_of_the_model(declaring: House, enter: Enter) -> None:
    client = enter("data_manager")
    page = client.get("/imports/?kind=radiomics").text
    assert all(name in page for name in FEATURES) and "morph_volume [mm3]" in page and "segmentation" in page
    assert all(name in client.get("/imports/?kind=taxa").text for name in TAXA if name != "other")
    assert "valid_from" in client.get("/imports/?kind=ranges").text
    assert "participant, event, date, test" in client.get("/imports/").text


def test_runs_stand_on_the_page_of_their_kind(declaring: House, enter: Enter) -> None:
    client = enter("data_manager")
    post(client, "ranges", sheet(stated(), heading=HEADING))
    assert "ranges.csv" in client.get("/imports/?kind=ranges").text
    assert "ranges.csv" not in client.get("/imports/?kind=labs").text


def test_a_kind_there_is_not_is_not_found(enter: Enter) -> None:
    client = enter("data_manager")
    assert client.get("/imports/?kind=everything").status_code == 404
    assert post(client, "everything", b"a,b\n").status_code == 404
    with pytest.raises(NotFound):
        kind_named("everything", SmallManifest)


def test_a_laboratory_is_offered_no_ranges_and_refused_them(enter: Enter) -> None:
    client = enter("laboratory01")
    assert "kind=ranges" not in client.get("/imports/").text
    assert post(client, "ranges", sheet(stated(), heading=HEADING)).status_code == 403


# --- the page of ranges --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(ROLES))
def test_who_reads_ranges(house: House, enter: Enter, role: str) -> None:
    name = role if house.reader.one("person", username=role) else f"{role}01"
    assert enter(name).get("/ranges/").status_code == (200 if may(role, "ranges.read") else 403)


def test_ranges_are_listed_by_site_and_test_and_a_site_sees_its_own(house: House, enter: Enter) -> None:
    state(house, stated(source="SHEET-ONE"), stated(site="02", source="SHEET-TWO"), stated(site="", test="CEA", unit="ug/L",
          low="", high="4.7", source="SHEET-ALL"))  # fmt: skip
    everything = enter("data_manager").get("/ranges/").text
    assert all(
        name in everything for name in ("SHEET-ONE", "SHEET-TWO", "SHEET-ALL", "up to 4.7 ug/L", "120 to 160 g/L")
    )
    narrowed = enter("data_manager").get("/ranges/?site=02&test=HGB").text
    assert "SHEET-TWO" in narrowed and "SHEET-ONE" not in narrowed and "SHEET-ALL" not in narrowed
    own = enter("investigator01").get("/ranges/?site=02").text
    assert "SHEET-TWO" not in own
    own = enter("investigator01").get("/ranges/").text
    assert "SHEET-ONE" in own and "SHEET-ALL" in own and "SHEET-TWO" not in own


def test_a_corrected_range_is_shown_as_such(house: House, enter: Enter) -> None:
    state(house, stated(low="12"))
    number = house.reader.all("laboratory_range")[0]["id"]
    assert "corrected" not in enter("monitor01").get("/ranges/").text
    state(house, stated(replaces=str(number)))
    assert "<s>12 to 160 g/L</s>" in enter("monitor01").get("/ranges/").text


def test_the_laboratory_form_says_what_its_results_were_held_against(house: House, enter: Enter) -> None:
    read(house, sheet(line(SCREENED), line(SCREENED, ("CEA", "=", "7", "ug/L"))))
    state(house, stated(low="133", source="Sheet 3"))
    page = enter("investigator01").get(f"/participants/{SCREENED}/SCR/LB").text
    assert "133 to 160 g/L" in page and "site 01, from 2025-01-01: Sheet 3" in page
    assert "up to 5 ug/L" in page and "fall-back of the trial" in page
    assert "LOW" in page
    assert "held against" not in enter("investigator01").get(f"/participants/{SCREENED}/SCR/DM").text


def test_the_page_of_the_form_leaves_ranges_to_the_server(house: House, enter: Enter) -> None:
    """The browser has no table of ranges: it must not judge by the fall-back where the site states another."""
    state(house, stated(low="133"))
    read(house, sheet(line(SCREENED)))
    page = enter("coordinator01").get(f"/participants/{SCREENED}/SCR/LB").text
    live = json.loads(page.split('id="live">')[1].split("</script>")[0])
    assert "laboratory_ranges" not in live["facts"]


# --- central results at the site -----------------------------------------------------------------------------------------


def central(house: House, participant: str) -> None:
    """One result of each kind, imported by the data manager."""
    read(house, sheet(line(participant)))
    for kind in ("radiomics", "taxa", "ctdna", "molecular"):
        assert take(house, kind, row(kind, participant)).counts == {"accepted": 1}


@pytest.mark.requirement("R35")
def test_an_investigator_sees_central_results_of_own_participants_at_once(house: House, enter: Enter) -> None:
    own = sampled(house)
    client = enter("investigator01")
    before = client.get(f"/participants/{own}").text
    central(house, own)
    page = client.get(f"/participants/{own}").text
    assert page != before
    shown = {"LB": "132", "RAD": "pyradiomics 3.1.0", "MIC": "48000", "LBX": "0.75", "MOL": "4.2"}
    for form, value in shown.items():
        assert f"/participants/{own}/SCR/{form}" in page, form
        opened = client.get(f"/participants/{own}/SCR/{form}")
        assert opened.status_code == 200 and value in opened.text, form
    reference = house.stored(own, "RAD")["items"]["RADFILE"]["sha256"]
    assert client.get(f"/participants/{own}/files/{reference}").data.startswith(b"feature,value\n")


@pytest.mark.requirement("R35")
@pytest.mark.parametrize("role", ["investigator01", "coordinator01", "monitor01", "laboratory01"])
def test_nobody_of_a_site_sees_central_results_of_another(house: House, enter: Enter, role: str) -> None:
    theirs = sampled(house, "02")
    central(house, theirs)
    client = enter(role)
    for form in ("LB", "RAD", "MIC", "LBX", "MOL"):
        assert client.get(f"/participants/{theirs}/SCR/{form}").status_code in (403, 404), form
    reference = house.stored(theirs, "RAD")["items"]["RADFILE"]["sha256"]
    assert client.get(f"/participants/{theirs}/files/{reference}").status_code in (403, 404)
    assert theirs not in client.get("/").text and theirs not in client.get("/participants/").text


@pytest.mark.requirement("R35")
def test_central_results_tell_no_arm_to_who_is_blinded(house: House) -> None:
    """Every form that a file may write is collected in both arms at the same visits, so its presence says nothing."""
    assert not IMPORTED_FORMS & HIDDEN_FORMS
    assert not {key.partition(".")[0] for key in HIDDEN_ITEMS} & IMPORTED_FORMS
    assert IMPORTED_FORMS - {"LB"} <= UPLOAD_FORMS
    central(house, own := sampled(house))
    for role in ("statistician", "data_manager"):
        found = extract.listing(house.reader, house.actor(role), cut_on=house.clock.today(), now=house.clock.now())
        rows = [r for r in found.rows if r.participant == own]
        assert rows and rows[0].allocation is None
        assert {c.form for c in rows[0].crfs} >= IMPORTED_FORMS


@pytest.mark.requirement("R35")
@pytest.mark.parametrize("event", ["NC07", "NC20"])
def test_a_laboratory_result_at_a_visit_of_one_strategy_is_withheld_with_it(house: House, event: str) -> None:
    from trial.roles import hides

    assert hides("statistician", "LB", event=event)
    assert hides("data_manager", "LB", event=event, aggregate=True)
    assert not hides("statistician", "LB", event="FU12")


# --- the command ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(
    declaring: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """`vigil import ...` in the populated trial: exit code, what was said, what was said as an error."""
    settings = Settings(
        instance=tmp_path, database_url=declaring.engine.url.render_as_string(hide_password=False), files=tmp_path / "files",
        secret_key="s" * 64, sealing_key=KEY, https=False,
    )  # fmt: skip
    app = wsgi.create_app(settings, clock=declaring.clock, model=declaring.model)

    def call(content: bytes, *arguments: str) -> tuple[int, str, str]:
        (tmp_path / "data.csv").write_bytes(content)
        monkeypatch.setattr("sys.argv", ["vigil", "import", arguments[0], str(tmp_path / "data.csv"), *arguments[1:]])
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    yield call
    app.extensions["vigil"].engine.dispose()


def arguments(kind: str) -> tuple[str, ...]:
    named = (kind,) if kind in ("labs", "ranges") else ("omics", "--kind", kind)
    return (*named, "--as", "data_manager")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_command(declaring: House, command: Any, kind: str) -> None:
    good, bad, words = good_and_bad(declaring, kind)
    code, out, _err = command(good, *arguments(kind), "--dry-run")
    assert (code, out) == (0, "dry run: nothing was kept; 1 accepted\n")
    code, out, err = command(bad, *arguments(kind))
    assert words in out + err
    code, out, _err = command(good, *arguments(kind), "--json")
    assert code == 0 and json.loads(out)["counts"] == {"accepted": 1}


def test_a_file_of_ranges_with_a_bad_line_is_refused_whole(command: Any, declaring: House) -> None:
    code, out, _err = command(sheet(stated(), stated(low="900"), heading=HEADING), *arguments("ranges"))
    assert code == 6
    assert "line 3\tHGB\tThe lower limit lies above the upper one." in out
    assert "all or nothing: nothing was kept" in out
    assert declaring.reader.all("laboratory_range") == []


def test_a_role_that_is_not_held_imports_nothing(command: Any) -> None:
    code, _out, err = command(sheet(stated(), heading=HEADING), "ranges", "--as", "coordinator01")
    assert code == 3 and "ranges.set" in err


def test_the_laboratory_imports_by_command_for_its_own_sites(command: Any, declaring: House) -> None:
    content = table(row("radiomics", SCREENED), row("radiomics", ELSEWHERE))
    code, out, _err = command(content, "omics", "--kind", "radiomics", "--as", "laboratory01", "--role", "laboratory")
    assert code == 0 and "1 accepted, 1 rejected" in out
    assert declaring.revisions(ELSEWHERE, "RAD") == []
    content = table(row("radiomics", RESTAGED, event="RST", date=day(119)), row("radiomics", ELSEWHERE))
    code, out, _err = command(
        content, "omics", "--kind", "radiomics", "--as", "laboratory01", "--role", "laboratory", "--all"
    )
    assert code == 6 and "nothing was kept" in out
