"""Chapter: REDCap records in the trial's own layout come in through the checks of the page, in the name of who enters them there (R39)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pytest

from forms.redcap.sheet import read_sheet, write_sheet
from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, READY, SCREENED, House, day
from tests.actions.rooms import on_both
from trial.actions.enter import save_crf
from trial.actions.export_redcap import export_redcap
from trial.actions.import_order import Order
from trial.actions.import_redcap import NEVER, import_redcap
from trial.actions.import_run import Outcome
from trial.errors import NotAllowed
from trial.imports.redcap import columns
from trial.imports.tabular import FileUnreadable
from trial.roles import NEVER_IMPORTED, ROLES, may, may_write_form

UNUSUAL = "150.0"
"""Kilograms: outside the plausible range of DM.WEIGHT, inside the possible one."""


def record(participant: str, event: str = "scr_arm_1", **cells: str) -> dict[str, str]:
    return {"record_id": participant, "redcap_event_name": event, **cells}


def row(participant: str, number: int, form: str, event: str = "scr_arm_1", **cells: str) -> dict[str, str]:
    return record(participant, event, redcap_repeat_instrument=form, redcap_repeat_instance=str(number), **cells)


def sheet(*lines: Mapping[str, str]) -> bytes:
    return write_sheet(tuple(dict.fromkeys(name for line in lines for name in line)), lines)


def read(house: House, content: bytes, by: str = "coordinator", site: str = "01", **order: object) -> Outcome:
    uow = house.work(by, site)
    return import_redcap(io.BytesIO(content), Order("records.csv", **order), files=house.files, uow=uow)  # type: ignore[arg-type]


def reasons(outcome: Outcome) -> dict[int, str]:
    return {v.line: v.words() for v in outcome.rejected}


def exported(house: House) -> bytes:
    return export_redcap("V", software="test", uow=house.work("unblinded_statistician")).files["data.csv"]


PERSON = {"dm_brthdat": "1961-04-30", "dm_sex": "M", "dm_height": "172.0", "dm_weight": "70.5", "dm_ecog": "0"}


@pytest.mark.requirement("R39")
@on_both
@pytest.mark.parametrize("mode", ["row", "all"])
def test_a_line_fills_every_form_it_has_cells_of(either: House, mode: str) -> None:
    line = record(CONSENTED, **PERSON, mh_priormal="0", mh_metacrc="0", mh_autoimm="0", mh_antibio="1")
    outcome = read(either, sheet(line), mode=mode)
    assert (outcome.state, outcome.counts) == ("done", {"accepted": 2}), reasons(outcome)
    assert either.stored(CONSENTED, "DM")["items"]["WEIGHT"] == "70.5"
    assert either.stored(CONSENTED, "MH")["items"] == {
        "PRIORMAL": "N", "METACRC": "N", "AUTOIMM": "N", "ANTIBIO": "Y",
    }  # fmt: skip


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R26")
def test_the_digest_of_the_file_is_the_source_and_who_brought_it_the_author(house: House) -> None:
    outcome = read(house, sheet(record(CONSENTED, **PERSON)))
    (revision,) = house.revisions(CONSENTED, "DM")
    assert revision["source"] == f"import:redcap:{outcome.sha256}"
    assert revision["author"] == house.actor("coordinator").person_id
    assert house.reader.the("import_run", id=outcome.run)["kind"] == "redcap"


@pytest.mark.requirement("R66")
@on_both
def test_the_trial_s_own_export_read_again_changes_nothing(either: House) -> None:
    lines = [line.cells for line in read_sheet(exported(either)).lines]
    own = [line for line in lines if line["redcap_data_access_group"] == "site_01"]
    before = either.reader.all("crf_revision")
    for mode in ("row", "all"):
        outcome = read(either, sheet(*own), mode=mode)
        assert (outcome.state, set(outcome.counts)) == ("done", {"unchanged"}), reasons(outcome)
        assert outcome.counts["unchanged"] > 40
    assert either.reader.all("crf_revision") == before


@on_both
def test_an_export_read_into_the_trial_again_after_it_changed_brings_the_values_back(either: House) -> None:
    export = exported(either)
    either.save(SCREENED, "MRI0", {"DISTAV": "61"}, reasons={"": "measured again"})
    line = next(x.cells for x in read_sheet(export).lines if x.cells["record_id"] == SCREENED)
    assert read(either, sheet(line)).counts["rejected"] == 1
    assert read(either, sheet(line), reason="the first reading was right").counts["changed"] == 1
    assert either.stored(SCREENED, "MRI0")["items"]["DISTAV"] == "60"
    assert either.revisions(SCREENED, "MRI0")[-1]["reason"] == "the first reading was right"


def test_rows_of_a_group_join_their_form_and_keep_their_ids(house: House) -> None:
    test = {"lb_lbtest": "HGB", "lb_lboper": "=", "lb_lborres": "132", "lb_lborresu": "g/L"}
    other = {**test, "lb_lbtest": "CEA", "lb_lborres": "3.1", "lb_lborresu": "ug/L"}
    content = sheet(
        row(SCREENED, 1, "lb", lb_lbdat=day(5)), row(SCREENED, 1, "lb_r", **test), row(SCREENED, 2, "lb_r", **other)
    )
    assert read(house, content).counts == {"accepted": 3}
    rows = house.stored(SCREENED, "LB")["groups"]["R"]
    assert {r["items"]["LBTEST"]: r["items"]["LBORRES"] for r in rows} == {"HGB": "132", "CEA": "3.1"}
    assert read(house, content).counts == {"unchanged": 3}
    changed = sheet(row(SCREENED, 2, "lb_r", **{**other, "lb_lborres": "3.2"}))
    assert read(house, changed, reason="typing error").counts == {"changed": 1}
    assert [r["id"] for r in house.stored(SCREENED, "LB")["groups"]["R"]] == [r["id"] for r in rows]


def test_a_wrong_row_is_refused_by_its_line_and_the_others_are_taken(house: House) -> None:
    good = {"lb_lbtest": "HGB", "lb_lboper": "=", "lb_lborres": "132", "lb_lborresu": "g/L"}
    content = sheet(
        row(SCREENED, 1, "lb", lb_lbdat=day(5)),
        row(SCREENED, 1, "lb_r", **good),
        row(SCREENED, 2, "lb_r", **{**good, "lb_lbtest": "CEA", "lb_lborres": "high"}),
    )
    outcome = read(house, content)
    assert outcome.counts == {"accepted": 2, "rejected": 1}
    assert list(reasons(outcome)) == [4]


def test_a_blank_cell_leaves_what_is_saved_and_a_code_for_missing_data_says_why(house: House) -> None:
    assert read(house, sheet(record(SCREENED, dm_sex="M", dm_weight=""))).counts == {"unchanged": 1}
    assert house.stored(SCREENED, "DM")["items"]["WEIGHT"] == "70.5"
    assert read(house, sheet(record(SCREENED, dm_smoke="VG_UNK"))).counts == {"changed": 1}
    assert house.stored(SCREENED, "DM")["missing"] == {"SMOKE": "UNK"}


def test_a_form_not_done_comes_with_its_reason(house: House) -> None:
    content = sheet(record(CONSENTED, ct0_not_done="scanner broken", ct0_not_done_on=day(3)))
    assert read(house, content).counts == {"accepted": 1}
    assert house.stored(CONSENTED, "CT0")["not_done"] == {"reason": "scanner broken", "on": day(3)}
    assert read(house, content).counts == {"unchanged": 1}


@pytest.mark.parametrize(
    ("cells", "words"),
    [({"dm_weight": "heavy"}, "“heavy” is not a number."), ({"dm_sex": "X"}, "“X” is not one of the answers of this item."),
     ({"mh_priormal": "Y es"}, "“Y es” is neither yes nor no."), ({"dm_brthdat": "30.04.1961"}, "“30.04.1961” is not a date."),
     ({"dm_weight": "1200"}, None), ({"dm_smoke": "=1+1"}, "“=1+1” is not one of the answers of this item.")],
)  # fmt: skip
def test_what_the_page_would_refuse_is_refused_in_its_words(house: House, cells: dict[str, str], words: str) -> None:
    outcome = read(house, sheet(record(CONSENTED, **cells), record(ENROLLED, dm_sex="M")), reason="x")
    assert outcome.counts == {"rejected": 1, "unchanged": 1}
    assert words is None or reasons(outcome)[2].startswith(words)


PLACES = [
    (record("VG-1", dm_sex="M"), "“VG-1” is no participant number."),
    (record(SCREENED, "fu99_arm_1", dm_sex="M"), "The schedule has no event “fu99_arm_1”."),
    (record(SCREENED, "scr_arm_2", dm_sex="M"), "The schedule has no event “scr_arm_2”."),
    (record(SCREENED, "fu06_arm_1", dm_sex="M"), "The schedule has no form “DM” there."),
    (row(SCREENED, 1, "dm", dm_sex="M"), "No form that repeats is called “dm”."),
    (row(SCREENED, 1, "nothing", dm_sex="M"), "No form that repeats is called “nothing”."),
    (row(SCREENED, 0, "lb", lb_lbdat="2026-01-10"), "“0” is no number of an instance."),
    (record(SCREENED, lb_lbdat="2026-01-10"), "“lb” repeats: each instance stands in a line of its own."),
    (record("VG-01-9999", dm_sex="M"), "There is no such participant, or you may not import for its site."),
    (record(ELSEWHERE, dm_sex="F"), "There is no such participant, or you may not import for its site."),
]


@pytest.mark.requirement("R39")
@pytest.mark.requirement("R04")
@pytest.mark.parametrize(("line", "words"), PLACES)
def test_a_line_that_cannot_be_placed_says_why(house: House, line: dict[str, str], words: str) -> None:
    outcome = read(house, sheet(line, record(ENROLLED, dm_sex="M")))
    assert outcome.counts == {"rejected": 1, "unchanged": 1}
    assert reasons(outcome) == {2: words}


# --- what a file may write, in whose name ---------------------------------------------------------------------------


@pytest.mark.requirement("R33")
def test_only_who_enters_forms_on_the_screen_may_bring_them_in_a_file() -> None:
    assert {r for r in ROLES if may(r, "import.forms")} == {"coordinator", "investigator"}
    assert all(may_write_form(r, "DM") for r in ROLES if may(r, "import.forms"))


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "import.forms")])
def test_nobody_of_the_sponsor_brings_site_data_in(house: House, by: str) -> None:
    before = house.state()
    with pytest.raises(NotAllowed):
        read(house, sheet(record(CONSENTED, **PERSON)), by=by)
    assert house.state() == before


OTHERWISE = {
    "IC": row(READY, 1, "ic", ic_icver="2.0"), "ELIG": record(READY, elig_eligconf="0"),
    "PRE": record(READY, "dec_arm_1", pre_precr="10"), "DEC": record(READY, "dec_arm_1", dec_prefer="WW"),
    "SAE": row(READY, 1, "sae", "any_arm_1", sae_saenarr="fell"), "DV": row(READY, 1, "dv", "any_arm_1", dv_dvterm="x"),
}  # fmt: skip


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("by", ["coordinator", "investigator"])
@pytest.mark.parametrize("form", sorted(NEVER_IMPORTED))
def test_consent_estimate_decision_and_reports_come_from_no_file(house: House, form: str, by: str) -> None:
    assert set(OTHERWISE[form]) <= set(columns())
    before = house.reader.all("crf_revision")
    outcome = read(house, sheet(OTHERWISE[form]), by=by, reason="because")
    assert reasons(outcome) == {2: NEVER}
    assert house.reader.all("crf_revision") == before


@pytest.mark.requirement("R33")
@pytest.mark.parametrize("form", sorted(NEVER_IMPORTED))
def test_the_door_itself_refuses_them_whoever_knocks(house: House, form: str) -> None:
    entry = house.entry(READY, form, event="SCR", source="import:redcap:" + "0" * 64)
    for by in ("coordinator", "investigator", "data_manager"):
        with pytest.raises(NotAllowed):
            save_crf(entry, uow=house.work(by))


@pytest.mark.requirement("R33")
def test_no_file_takes_or_gives_a_signature(house: House) -> None:
    before = house.reader.all("signature")
    lines = [line.cells for line in read_sheet(exported(house)).lines if line.cells["record_id"] == READY]
    read(house, sheet(*lines), by="investigator")
    assert house.reader.all("signature") == before


def test_the_site_of_another_is_not_reached(house: House) -> None:
    assert read(house, sheet(record(ELSEWHERE, dm_sex="F")), site="02", reason="x").counts == {"changed": 1}
    assert read(house, sheet(record(SCREENED, dm_sex="F")), site="02", reason="x").counts == {"rejected": 1}


# --- the run ---------------------------------------------------------------------------------------------------------


@on_both
def test_a_dry_run_says_what_would_happen_and_keeps_nothing(either: House) -> None:
    before = either.state()
    outcome = read(either, sheet(record(CONSENTED, **PERSON), record(SCREENED, dm_sex="X")), dry=True)
    assert (outcome.state, outcome.counts, outcome.run) == ("dry", {"accepted": 1, "rejected": 1}, None)
    assert either.state() == before


@on_both
def test_all_or_nothing_keeps_nothing_where_one_line_is_rejected(either: House) -> None:
    lines = (record(CONSENTED, **PERSON), record(SCREENED, dm_sex="X"))
    outcome = read(either, sheet(*lines), mode="all")
    assert (outcome.state, outcome.counts) == ("refused", {"accepted": 1, "rejected": 1})
    assert either.revisions(CONSENTED, "DM") == []
    assert read(either, sheet(*lines)).counts == {"accepted": 1, "rejected": 1}
    assert len(either.revisions(CONSENTED, "DM")) == 1


def test_an_unusual_value_needs_the_reason_of_the_run(house: House) -> None:
    content = sheet(record(CONSENTED, **{**PERSON, "dm_weight": UNUSUAL}))
    assert read(house, content).counts == {"rejected": 1}
    assert read(house, content, reason="weighed twice").counts == {"accepted": 1}
    assert "weighed twice" in house.stored(CONSENTED, "DM")["confirmed"].values()


@pytest.mark.requirement("R39")
def test_the_report_names_line_form_verdict_and_reason(house: House) -> None:
    outcome = read(house, sheet(record(CONSENTED, **PERSON, mh_priormal="maybe"), record(ENROLLED)))
    assert outcome.report
    told = list(csv.DictReader(io.StringIO(house.files.read(outcome.report).decode())))
    assert [(r["line"], r["form"], r["verdict"]) for r in told] == [
        ("2", "DM SCR 1", "accepted"), ("2", "MH SCR 1", "rejected"), ("3", "", "unchanged"),
    ]  # fmt: skip
    assert told[1]["why"] == "“maybe” is neither yes nor no."


def test_a_line_that_stands_twice_is_taken_once_and_told(house: House) -> None:
    outcome = read(house, sheet(record(CONSENTED, **PERSON), record(CONSENTED, dm_sex="F")))
    assert outcome.counts == {"accepted": 1, "rejected": 1}
    assert reasons(outcome) == {3: "The form, or its row, stands twice; line 2 was taken."}


def test_columns_nobody_knows_are_named_and_the_status_says_nothing(house: House) -> None:
    content = sheet(record(CONSENTED, **PERSON, dm_complete="0", favourite_colour="blue"))
    outcome = read(house, content)
    assert (outcome.counts, outcome.foreign) == ({"accepted": 1}, ("favourite_colour",))


@pytest.mark.parametrize(
    "content",
    [b"", b"record_id,dm_sex\nVG-01-0001,M\n", b"record_id,redcap_event_name,dm_sex,dm_sex\n",
     "record_id,redcap_event_name,dm_sex\n".encode("utf-16"), b"record_id|redcap_event_name|dm_sex\n"],
)  # fmt: skip
def test_a_file_that_is_no_table_of_records_is_refused_whole(house: House, content: bytes) -> None:
    before = house.state()
    with pytest.raises(FileUnreadable):
        read(house, content)
    assert house.state() == before


def test_an_open_quotation_mark_and_a_short_line_are_named(house: House) -> None:
    content = sheet(record(CONSENTED, **PERSON)) + f'{SCREENED},scr_arm_1\n{ENROLLED},scr_arm_1,"x\n'.encode()
    outcome = read(house, content)
    assert outcome.counts == {"accepted": 1, "rejected": 2}
    assert list(reasons(outcome)) == [3, 4]
