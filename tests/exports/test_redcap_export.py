"""Chapter: the trial leaves as a REDCap project: complete, blinded as the role must be, with a manifest, and in the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pytest

from forms.redcap import Setup, data_csv, dictionary_csv, read_project
from forms.redcap.setup import MISSING
from forms.redcap.sheet import Line, read_sheet
from tests.actions.house import ELSEWHERE, LABORATORY, SCREENED, TODAY, House
from tests.actions.rooms import on_both
from trial.actions.enter import remove_crf
from trial.actions.export_redcap import MANIFEST, Export, export_redcap
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS
from trial.errors import NotAllowed
from trial.exports.redcap_layout import event_name
from trial.roles import ROLES, may

OPEN, BLINDED = "unblinded_statistician", "statistician"
MAY = [r for r in ROLES if may(r, "export.blinded") or may(r, "export.unblinded")]


def exported(house: House, role: str = OPEN) -> Export:
    return export_redcap("VIGIL-1", software="vigil test", uow=house.work(role))


def lines(export: Export) -> tuple[Line, ...]:
    return read_sheet(export.files["data.csv"]).lines


def line(export: Export, participant: str, event: str = "SCR", form: str = "", instance: str = "") -> Mapping[str, str]:
    (found,) = [
        each.cells
        for each in lines(export)
        if each.cells["record_id"] == participant
        and each.cells["redcap_event_name"] == event_name(event)
        and (each.cells["redcap_repeat_instrument"], each.cells["redcap_repeat_instance"]) == (form, instance)
    ]
    return found


def manifest(export: Export) -> dict:
    return dict(json.loads(export.files[MANIFEST]))


@pytest.mark.requirement("R66")
@on_both
def test_every_participant_is_a_record_and_every_answer_a_cell(either: House) -> None:
    export = exported(either)
    found = line(export, SCREENED)
    assert (found["dm_brthdat"], found["dm_height"], found["dm_sex"]) == ("1961-04-30", "172.0", "M")
    assert (found["mh_priormal"], found["dm_complete"], found["redcap_data_access_group"]) == ("0", "2", "site_01")
    everyone = {row["id"] for row in either.reader.all("participant")}
    assert {each.cells["record_id"] for each in lines(export)} == everyone
    assert export.counts["participants"] == len(everyone)


def test_rows_of_a_group_are_instances_that_name_their_row_and_form(house: House) -> None:
    saved = house.save(SCREENED, "LB", {"LBDAT": TODAY.isoformat()}, groups={"R": [LABORATORY]})
    assert saved.revision == 1
    (row,) = house.stored(SCREENED, "LB")["groups"]["R"]
    export = exported(house)
    found = line(export, SCREENED, "SCR", "lb_r", "1")
    assert (found["lb_r_row"], found["lb_r_of"], found["lb_lbtest"]) == (row["id"], "1", "CEA")
    assert line(export, SCREENED, "SCR", "lb", "1")["lb_lbdat"] == TODAY.isoformat()


def test_a_reason_for_a_blank_is_a_missing_data_code_and_a_form_not_done_says_why(house: House) -> None:
    why = {"": "corrected"}
    house.save(SCREENED, "DM", {"SEX": "M"}, missing={"HEIGHT": "ND", "WEIGHT": "UNK"}, reasons=why)
    off = {"reason": "=scanner broken", "on": "2026-01-02"}
    house.save(SCREENED, "CT0", not_done=off, reasons=why)
    found = line(exported(house), SCREENED)
    assert (found["dm_height"], found["dm_weight"]) == ("VG_ND", "VG_UNK")
    assert (found["ct0_not_done"], found["ct0_not_done_on"], found["ct0_complete"]) == (
        "=scanner broken", "2026-01-02", "0",
    )  # fmt: skip
    assert set(manifest(exported(house))["missing_data_codes"]) == set(MISSING)


@pytest.mark.requirement("R66")
@pytest.mark.parametrize("role", [OPEN, BLINDED])
def test_the_export_read_again_and_written_again_is_the_same_to_the_byte(house: House, role: str) -> None:
    export = exported(house, role)
    study = read_project("V", export.files["dictionary.csv"], export.files["data.csv"], Setup(missing=MISSING))
    assert dictionary_csv(study) == export.files["dictionary.csv"]
    assert data_csv(study) == export.files["data.csv"]
    assert not [s for s in study.subjects if [t for t in s.unreadable.values() if not t.endswith((".csv", ".zip"))]]


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("role", [r for r in MAY if ROLES[r].blinded])
def test_a_blinded_role_gets_no_form_event_or_item_that_would_tell_an_arm(house: House, role: str) -> None:
    export = exported(house, role)
    columns = read_sheet(export.files["data.csv"]).columns
    assert not [c for c in columns if c.partition("_")[0].upper() in HIDDEN_FORMS]
    assert not {"dec_prefarm", "dec_randcons", "dec_prefer", "dec_randcdat", "fu_endo", "ae_aerel"} & set(columns)
    events = {each.cells["redcap_event_name"].partition("_")[0].upper() for each in lines(export)}
    assert not events & HIDDEN_EVENTS
    assert manifest(export)["with_arm"] is False


def test_who_may_see_arms_gets_the_decision(house: House) -> None:
    export = exported(house)
    assert "dec_prefer" in read_sheet(export.files["data.csv"]).columns
    assert manifest(export)["with_arm"] is True


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", [r for r in ROLES if r not in MAY])
def test_who_has_no_right_to_export_gets_nothing_and_nothing_is_told(house: House, role: str) -> None:
    before = house.state()
    with pytest.raises(NotAllowed):
        exported(house, role)
    assert house.state() == before


@pytest.mark.requirement("R28")
@pytest.mark.requirement("R22")
@on_both
def test_the_journal_says_who_took_what_before_it_is_handed_out(either: House) -> None:
    export = exported(either, BLINDED)
    (entry,) = either.journal("person:redcap_export:written")
    told = json.loads(entry["body"])["event"]
    assert told["sha256"] == export.sha256 == hashlib.sha256(export.files[MANIFEST]).hexdigest()
    assert (told["participants"], told["lines"]) == (export.counts["participants"], export.counts["lines"])


@pytest.mark.requirement("R66")
@pytest.mark.requirement("R70")
def test_the_manifest_has_digests_counts_and_what_was_not_carried(house: House) -> None:
    export = exported(house)
    told = manifest(export)
    for name, content in export.files.items():
        if name != MANIFEST:
            assert told["files"][name] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert told["counts"]["lines"] == len(lines(export))
    assert {each["kind"] for each in told["not_carried"]} >= {"signature", "confirmation", "branching", "calculation"}
    assert (told["software"], told["role"]) == ("vigil test", OPEN)


def test_a_form_taken_out_of_the_record_is_not_exported(house: House) -> None:
    entry = house.entry(SCREENED, "CT0")
    remove_crf(entry, "entered for the wrong person", uow=house.work())
    assert line(exported(house), SCREENED)["ct0_ctdat"] == ""


def test_a_participant_without_any_form_is_a_record_all_the_same(house: House) -> None:
    new = house.add("02")
    assert line(exported(house), new)["redcap_data_access_group"] == "site_02"
    assert ELSEWHERE != new
