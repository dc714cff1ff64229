"""Saving a form: what is kept, what is refused, what is asked."""

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, SCREENED, SCREENING, House, day
from tests.actions.rooms import on_both
from trial.actions import hold
from trial.actions.hold import Scope
from trial.changes import Change
from trial.errors import CrfLocked, NotFound, NotOpen, ReasonNeeded, Refused

MRI = SCREENING["MRI0"]


@pytest.mark.requirement("R16")
def test_the_first_save_is_revision_one_by_its_author_at_that_instant(house: House) -> None:
    saved = house.save(CONSENTED, "DM", SCREENING["DM"])
    (row,) = house.revisions(CONSENTED, "DM")
    assert (saved.revision, row["number"], row["author"]) == (1, 1, house.actor().person_id)
    assert (row["at"], row["reason"], row["source"]) == (house.clock.now(), "first entry", "screen")


def test_what_is_typed_is_what_is_stored(house: House) -> None:
    house.save(CONSENTED, "DM", SCREENING["DM"])
    assert house.stored(CONSENTED, "DM") == {"items": SCREENING["DM"]}


def test_a_save_is_in_the_journal_with_paths_and_never_with_values(house: House) -> None:
    house.save(CONSENTED, "DM", SCREENING["DM"])
    body = house.journal("site:crf:saved", CONSENTED)[-1]["body"]
    assert "BRTHDAT" in body
    assert "1961-04-30" not in body


def test_a_form_with_open_required_answers_is_saved_and_is_incomplete(house: House) -> None:
    saved = house.save(CONSENTED, "DM", {"SEX": "F"})
    assert not saved.complete
    assert not house.reader.the("crf", participant=CONSENTED, form="DM")["complete"]


def test_filling_the_blanks_completes_it_and_needs_no_reason(house: House) -> None:
    house.save(CONSENTED, "DM", {"SEX": "F"})
    assert house.save(CONSENTED, "DM", SCREENING["DM"] | {"SEX": "F"}).complete
    assert house.revisions(CONSENTED, "DM")[-1]["reason"] == "items answered for the first time"


@pytest.mark.requirement("R31")
def test_a_reason_code_completes_an_item_without_a_value(house: House) -> None:
    without = {k: v for k, v in MRI.items() if k != "LENGTH"}
    assert house.save(CONSENTED, "MRI0", without, missing={"LENGTH": "ND"}).complete


@pytest.mark.requirement("R17")
def test_a_changed_value_needs_a_reason_that_names_it(house: House) -> None:
    with pytest.raises(ReasonNeeded) as asked:
        house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"})
    assert [c.path for c in asked.value.changes] == ["DISTAV"]
    assert str(asked.value.changes[0].old) == "60"
    assert len(house.revisions(SCREENED, "MRI0")) == 1


@pytest.mark.requirement("R16")
@pytest.mark.requirement("R17")
def test_a_change_with_a_reason_is_kept_and_the_reason_with_it(house: House) -> None:
    saved = house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"DISTAV": "misread the report"})
    assert (saved.revision, saved.changed) == (2, ("DISTAV",))
    assert house.revisions(SCREENED, "MRI0")[-1]["reason"] == "DISTAV: misread the report"


def test_one_reason_can_stand_for_all_changes(house: House) -> None:
    saved = house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70", "LENGTH": "40"}, reasons={"": "second reading"})
    assert set(saved.changed) == {"DISTAV", "LENGTH"}


def test_a_reason_for_one_value_does_not_explain_another(house: House) -> None:
    with pytest.raises(ReasonNeeded) as asked:
        house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70", "LENGTH": "40"}, reasons={"DISTAV": "misread"})
    assert [c.path for c in asked.value.changes] == ["LENGTH"]


@pytest.mark.parametrize("words", ["", "   ", "\n"])
def test_a_blank_is_no_reason(house: House, words: str) -> None:
    with pytest.raises(ReasonNeeded):
        house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"DISTAV": words})


def test_taking_a_value_away_needs_a_reason(house: House) -> None:
    with pytest.raises(ReasonNeeded) as asked:
        house.save(SCREENED, "MRI0", {k: v for k, v in MRI.items() if k != "LENGTH"})
    assert [(c.path, c.new) for c in asked.value.changes] == [("LENGTH", None)]


def test_a_value_in_place_of_a_reason_code_needs_a_reason(house: House) -> None:
    house.save(CONSENTED, "MRI0", {k: v for k, v in MRI.items() if k != "LENGTH"}, missing={"LENGTH": "ND"})
    with pytest.raises(ReasonNeeded) as asked:
        house.save(CONSENTED, "MRI0", MRI)
    assert asked.value.changes[0].old == {"missing": "ND"}


def test_saving_the_same_again_writes_nothing(house: House) -> None:
    before = house.state()
    saved = house.save(SCREENED, "MRI0", MRI)
    assert (saved.revision, saved.changed) == (1, ())
    assert house.state() == before


def test_answers_to_items_that_are_not_asked_are_dropped_on_saving(house: House) -> None:
    house.save(CONSENTED, "CT0", SCREENING["CT0"] | {"CM": "M0", "METSITE": ["LIVER"]})
    assert "METSITE" not in house.stored(CONSENTED, "CT0")["items"]


def test_an_answer_that_hides_another_takes_it_away_in_the_same_save_with_its_reason(house: House) -> None:
    house.save(CONSENTED, "CT0", SCREENING["CT0"] | {"CM": "M1", "METSITE": ["LIVER"]})
    house.save(CONSENTED, "CT0", SCREENING["CT0"] | {"METSITE": ["LIVER"]}, reasons={"": "second opinion"})
    assert house.stored(CONSENTED, "CT0")["items"] == SCREENING["CT0"]


def test_an_answer_that_cannot_be_told_to_be_asked_is_kept(house: House) -> None:
    participant = house.consented()
    house.save(participant, "MH", SCREENING["MH"] | {"WOCBP": "N"})
    assert house.stored(participant, "MH")["items"]["WOCBP"] == "N"


@pytest.mark.requirement("R29")
@on_both
def test_what_cannot_be_true_is_refused_and_nothing_is_half_saved(either: House) -> None:
    before = either.state()
    with pytest.raises(Refused) as refused:
        either.save(CONSENTED, "MRI0", MRI | {"DISTAV": "251"})
    assert [f.id for f in refused.value.findings] == ["MRI0.DISTAV:hard"]
    assert "251 mm" in refused.value.findings[0].text()
    assert either.state() == before


def test_all_that_is_wrong_is_said_at_once(house: House) -> None:
    with pytest.raises(Refused) as refused:
        house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "sixty", "MRIDAT": "2026-02-30", "CTCAT": "T9"})
    assert {f.item for f in refused.value.findings} == {"DISTAV", "MRIDAT", "CTCAT"}


def test_rows_get_an_id_at_the_first_save_and_keep_it(house: House) -> None:
    row = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "3.0", "LBORRESU": "ug/L"}
    house.save(CONSENTED, "LB", {"LBDAT": day(1)}, groups={"R": [row]})
    (first,) = house.stored(CONSENTED, "LB")["groups"]["R"]
    again = [
        {"id": "", "items": row | {"LBTEST": "HGB", "LBORRES": "130", "LBORRESU": "g/L"}},
        {"id": first["id"], "items": row},
    ]
    house.save(CONSENTED, "LB", {"LBDAT": day(1)}, groups={"R": again})
    assert house.stored(CONSENTED, "LB")["groups"]["R"][1] == first


def test_a_form_not_done_keeps_the_reason_and_counts_for_nothing(house: House) -> None:
    house.save(CONSENTED, "LB", not_done={"reason": "sample lost", "on": day(1)})
    assert house.stored(CONSENTED, "LB")["not_done"] == {"reason": "sample lost", "on": day(1)}
    assert house.case(CONSENTED).bare.latest("LB") is None
    assert house.reader.the("crf", participant=CONSENTED, form="LB")["status"] == "not_done"


def test_not_done_without_a_reason_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="not_done"):
        house.save(CONSENTED, "LB", not_done={"reason": " ", "on": ""})


def test_consent_comes_first(house: House) -> None:
    participant = house.add()
    with pytest.raises(NotOpen) as closed:
        house.save(participant, "DM", SCREENING["DM"])
    assert closed.value.blockers == ("consent-first",)
    assert house.revisions(participant, "DM") == []


def test_a_locked_form_is_not_written(house: House) -> None:
    hold.place("lock", Scope(None, SCREENED, "SCR", "MRI0", 1), "read twice", uow=house.work("data_manager"))
    with pytest.raises(CrfLocked):
        house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"": "late finding"})


@pytest.mark.parametrize(
    ("form", "event", "occurrence"),
    [("XX", "SCR", 1), ("DM", "FU03", 1), ("DM", "SCR", 2), ("DM", "SCR", 0), ("DM", "NOWHERE", 1), ("DM", "SCR-2", 1),
     ("EX", "NAT", 1), ("EX", "NAT-0", 1), ("EX", "NAT-01", 1), ("PRE", "DEC", 2), ("AE", "ANY", 1000), ("SUR", "SUR-1000", 1),
     ("FU.DRE", "FU03", 1), ("", "", 1)],
)  # fmt: skip
def test_an_address_the_protocol_does_not_have_is_not_found(
    house: House, form: str, event: str, occurrence: int
) -> None:
    before = house.state()
    with pytest.raises(NotFound):
        house.save(ENROLLED, form, {}, event, occurrence=occurrence, based_on=None, by="investigator")
    assert house.state() == before


def test_a_form_version_that_was_never_released_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        house.save(CONSENTED, "DM", SCREENING["DM"], version=99)


def test_a_second_instance_of_a_form_that_repeats_has_a_place(house: House) -> None:
    drug = {"EXTRT": "OXALIPLATIN", "EXCYC": "1", "EXSTDT": day(14), "EXDOSE": "200", "EXADJ": ["NONE"]}
    for n in (1, 2):
        house.save(ENROLLED, "EX", drug | {"EXTRT": ("CAPECITABINE", "OXALIPLATIN")[n - 1]}, "NAT-1", occurrence=n)
    assert len(house.case(ENROLLED).bare.all("EX")) == 2


def test_a_save_makes_the_next_forms_due(house: House) -> None:
    participant = house.consented()
    due = {row["form"] for row in house.reader.all("due", participant=participant, event="SCR")}
    assert {"DM", "MH", "PATH", "MRI0", "CT0", "PLAN", "ELIG"} <= due
    assert "MIC" not in due, "this participant gave no consent to samples"


def test_another_sites_participant_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        house.save(ELSEWHERE, "MRI0", MRI, by=house.actor("coordinator", "01"))


def test_a_change_says_what_it_corrects() -> None:
    assert Change("DISTAV", 60, 70).corrects
    assert Change("DISTAV", 60, None).corrects
    assert not Change("DISTAV", None, 70).corrects
