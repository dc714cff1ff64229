"""Chapter: the board of modalities. Each cell says what the model would be given and, where it would lack something, why."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, RESTAGED, SCREENED, House, SmallManifest, day
from tests.actions.rooms import on_both
from tests.api.conftest import program
from tests.imports.tables import FEATURES, MANIFEST, row, sampled, take
from trial.omics.modalities import REASONS, STATES, Cell, cells, columns
from trial.roles import ROLES, may
from trial.store.modalities import board

__all__ = ["program"]
KEYS = [
    "radiomics@BASELINE", "radiomics@RESTAGING", "molecular", "microbiota@BASELINE", "microbiota@RESTAGING", "pathology", "ctDNA@BASELINE",
    "ctDNA@RESTAGING",
]  # fmt: skip


def seen(house: House, participant: str, role: str = "auditor") -> dict[str, Cell]:
    lines = board(house.reader, MANIFEST, role, None, house.clock.today())
    return dict(next(line for line in lines if line.participant == participant).cells)


def told(house: House, participant: str, key: str) -> tuple[str, str | None]:
    cell = seen(house, participant)[key]
    return cell.state, cell.why


def test_the_columns_are_the_modalities_and_time_points_that_the_model_reads() -> None:
    assert [column.key for column in columns(MANIFEST)] == KEYS
    assert columns(SmallManifest()) == ()
    assert [c.forms for c in columns(MANIFEST)][:4] == [("RAD",), ("RAD",), ("MOL",), ("MIC",)]


@on_both
def test_somebody_who_was_just_screened_has_everything_before_them(either: House) -> None:
    found = seen(either, SCREENED)
    assert {key: (c.state, c.why) for key, c in found.items()} == {
        "radiomics@BASELINE": ("pending", "not-yet"),
        "radiomics@RESTAGING": ("pending", "not-yet"),
        "molecular": ("pending", "not-yet"),
        "microbiota@BASELINE": ("refused", "no-samples"),
        "microbiota@RESTAGING": ("refused", "no-samples"),
        "pathology": ("part", "quality-failed"),
        "ctDNA@BASELINE": ("refused", "no-samples"),
        "ctDNA@RESTAGING": ("refused", "no-samples"),
    }
    assert (found["pathology"].known, found["pathology"].asked) == (1, 4)


def test_what_was_imported_is_there_and_the_cell_leads_to_its_form(house: House) -> None:
    take(house, "radiomics", row("radiomics", SCREENED))
    cell = seen(house, SCREENED)["radiomics@BASELINE"]
    assert cell == Cell("there", 8, 8, None, "RAD/SCR/1", None)


def test_a_failed_image_is_failed_and_not_missing(house: House) -> None:
    take(house, "radiomics", row("radiomics", SCREENED, quality="fail", **dict.fromkeys(FEATURES, "")))
    assert told(house, SCREENED, "radiomics@BASELINE") == ("failed", "quality-failed")


FAILS = [
    ("taxa", "microbiota@BASELINE", {"reads": "9999"}, ("failed", "too-few-reads")),
    ("taxa", "microbiota@BASELINE", {"reads": "10000"}, ("there", None)),
    ("ctdna", "ctDNA@BASELINE", {"result": "failed", "vaf": ""}, ("failed", "assay-failed")),
    ("ctdna", "ctDNA@BASELINE", {"result": "not detected", "vaf": ""}, ("there", None)),
    ("molecular", "molecular", {}, ("there", None)),
    ("molecular", "molecular", {"ras": "unknown"}, ("part", "unknown")),
    ("molecular", "molecular", {"cms": ""}, ("part", "unknown")),
]


@pytest.mark.parametrize(("kind", "key", "cells_", "expected"), FAILS)
def test_each_modality_by_what_its_form_says(
    house: House, kind: str, key: str, cells_: dict[str, str], expected: tuple[str, str | None]
) -> None:
    participant = sampled(house)
    outcome = take(house, kind, row(kind, participant, **cells_), reason="as reported by the laboratory")
    assert outcome.counts == {"accepted": 1}
    assert told(house, participant, key) == expected


def test_what_was_not_entered_when_therapy_began_is_missing(house: House) -> None:
    """At the restaging of the populated trial the baseline is over; the restaging is not until the decision."""
    assert told(house, RESTAGED, "molecular")[0] == "missing"
    assert told(house, RESTAGED, "radiomics@RESTAGING")[0] in ("missing", "pending")


def test_a_form_that_was_marked_as_not_done_is_missing_and_leads_there(house: House) -> None:
    house.save(SCREENED, "MOL", {}, not_done={"reason": "ND", "date": day(5), "words": "no tissue left"})
    cell = seen(house, SCREENED)["molecular"]
    assert (cell.state, cell.why, cell.source) == ("missing", "not-done", "MOL/SCR/1")


def test_samples_withdrawn_are_refused_from_then_on_and_what_was_there_stays(house: House) -> None:
    participant = sampled(house)
    take(house, "taxa", row("taxa", participant))
    withdrawn = house.stored(participant, "IC", "ANY" if not house.revisions(participant, "IC") else "SCR")["items"]
    house.save(
        participant,
        "IC",
        {**withdrawn, "ICWDAT": day(20), "ICWSCOPE": ["SAMPLES"]},
        reasons={"": "the participant asked"},
    )
    assert told(house, participant, "microbiota@BASELINE") == ("there", None)
    assert told(house, participant, "ctDNA@BASELINE") == ("refused", "withdrawn")
    assert told(house, participant, "radiomics@BASELINE")[0] == "pending"


def test_every_state_and_reason_has_words(house: House) -> None:
    for line in board(house.reader, MANIFEST, "auditor", None, house.clock.today()):
        for cell in line.cells.values():
            assert cell.state in STATES
            assert cell.why is None or cell.why in REASONS or cell.why in ("ND", "NA", "UNK")
            assert (cell.state == "there") is (cell.known == cell.asked)


def test_the_board_opens_no_file(house: House) -> None:
    """A participant whose table is gone from the disk still has a line: the board says what was recorded."""
    take(house, "radiomics", row("radiomics", SCREENED))
    for path in [p for p in house.files.root.rglob("*") if p.is_file()]:
        path.unlink()
    assert told(house, SCREENED, "radiomics@BASELINE") == ("there", None)


def test_no_forms_give_cells_of_nothing() -> None:
    from forms.catalogue import definitions
    from forms.record import Record

    found = cells(Record((), definitions()), MANIFEST, date(2026, 6, 1))
    assert list(found) == KEYS
    assert {cell.state for cell in found.values()} == {"pending"}


# --- who sees it ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(house: House, desk: Any) -> Any:
    house.model.manifest = MANIFEST
    take(house, "radiomics", row("radiomics", SCREENED))
    return desk


@pytest.mark.requirement("R04")
def test_a_site_sees_its_own_participants_and_the_auditor_everybody(shown: Any) -> None:
    own, all_ = (shown.client(who).get("/data/modalities").text for who in ("coordinator01", "auditor"))
    assert SCREENED in own and ELSEWHERE not in own
    assert SCREENED in all_ and ELSEWHERE in all_
    assert "/data/modalities" in shown.client("coordinator01").get("/data").text
    assert f"/participants/{SCREENED}/SCR/RAD" in own


@pytest.mark.parametrize("role", ROLES)
def test_each_role_on_the_board(shown: Any, role: str) -> None:
    names = {row["username"] for row in shown.house.reader.all("person")}
    client = shown.client(role if role in names else f"{role}01")
    assert (client.get("/data/modalities").status_code == 200) is may(role, "omics.read")


def test_the_board_is_narrowed_and_so_is_the_file(shown: Any) -> None:
    client = shown.client("auditor")
    query = "column=radiomics@BASELINE&state=there"
    page = client.get(f"/data/modalities?{query}").text.partition("</form>")[2]
    assert SCREENED in page and CONSENTED not in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"/data/modalities.csv?{query}").text.lstrip("\ufeff"))))
    assert {r["participant"] for r in rows} == {SCREENED}
    first = next(r for r in rows if (r["modality"], r["time_point"]) == ("radiomics", "BASELINE"))
    assert (first["state"], first["known"], first["asked"], first["source"]) == ("there", "8", "8", "RAD/SCR/1")
    assert "No participant here" in client.get("/data/modalities?site=99").text


def test_the_figures_are_those_of_the_lines(shown: Any) -> None:
    page = shown.client("coordinator01").get("/data/modalities").text
    lines = board(shown.house.reader, MANIFEST, "coordinator", frozenset({"01"}), shown.house.clock.today())
    assert f"{len(lines)} participants" in page
    there = sum(line.cells["radiomics@BASELINE"].state == "there" for line in lines)
    assert f"<strong>{there}</strong>" in page


@pytest.mark.requirement("R56")
def test_nothing_that_tells_an_arm_is_read_for_who_is_blinded(shown: Any) -> None:
    """The forms the board reads are of no strategy, and visits that one strategy has are not read for a blinded role."""
    from trial.blinding import HIDDEN_FORMS
    from trial.omics.modalities import READ

    assert not READ & HIDDEN_FORMS
    blind, open_ = (
        board(shown.house.reader, MANIFEST, role, None, shown.house.clock.today())
        for role in ("data_manager", "auditor")
    )
    assert blind == open_


def test_a_model_without_omics_has_an_empty_board(desk: Any) -> None:
    assert "reads no modality besides" in desk.client("auditor").get("/data/modalities").text


def test_a_program_reads_the_same_board(house: House, program: Any) -> None:
    client = program("coordinator")
    client.client.application.extensions["vigil"].model.manifest = MANIFEST
    take(house, "radiomics", row("radiomics", SCREENED))
    lines = client.get("/modalities?site=01")
    mine = next(line for line in lines if line["participant"] == SCREENED)
    cell = next(c for c in mine["cells"] if (c["modality"], c["time_point"]) == ("radiomics", "BASELINE"))
    assert cell["state"] == "there" and cell["source"] == "RAD/SCR/1"
    assert {line["site"] for line in lines} == {"01"}
