"""Chapter: coding a term: what the system may do alone, what waits for a person, what ends with a change of the form."""

from dataclasses import replace

import pytest

from tests.actions.house import ELSEWHERE, READY, SCREENED, House
from tests.actions.rooms import on_both
from tests.coding.work import MINI, auto, code, code_of, edited, live, load, report, state
from trial.actions import coding as actions
from trial.actions import hold, queries
from trial.actions.hold import Scope
from trial.actions.queries import Question
from trial.errors import AlreadyExists, CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.roles import ROLES
from trial.store import coding
from trial.store.extract import Extracted, _visible, listing, pooled
from trial.store.verify import verify


@on_both
def test_a_term_that_is_the_text_of_one_current_term_is_coded_by_the_system_and_says_how(either: House) -> None:
    load(either)
    report(either, "White blood cell  DECREASED")
    assert state(either) == "uncoded"
    assert auto(either) == actions.Coded(approved=1)
    (row,) = live(either)
    assert (row["state"], row["how"], row["version"], row["verbatim"]) == (
        "approved", "auto", "1.0", "White blood cell  DECREASED",
    )  # fmt: skip
    assert [(c["level"], c["text"]) for c in row["codes"]] == [
        ("LLT", "White blood cell decreased"), ("PT", "Low white cells"), ("HLT", "Invented subgroup: white cells"),
        ("HLGT", "Invented group: cells"), ("SOC", "Invented class: blood"),
    ]  # fmt: skip
    assert state(either) == "approved"
    assert verify(either.engine) == []


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("anaemia", "proposed"),
        ("Febrile neutropenia!", "proposed"),
        ("a bad day", "uncoded"),
        ("neutropenic fever", "uncoded"),
    ],
)
def test_what_only_looks_alike_is_proposed_and_what_is_unknown_or_not_current_is_left(
    house: House, typed: str, wanted: str
) -> None:
    load(house)
    report(house, typed)
    auto(house)
    assert state(house) == wanted


def test_a_guess_does_not_stand_until_a_person_approves_it(house: House) -> None:
    load(house)
    report(house, "anaemia")
    auto(house)
    assert coding.approved(house.reader, SCREENED) == []
    (row,) = live(house)
    assert actions.approve([row["id"]], uow=house.work("data_manager")) == actions.Coded(approved=1)
    (row,) = coding.approved(house.reader, SCREENED)
    assert row["approved_by"] == house.actor("data_manager").person_id
    with pytest.raises(NotOpen):
        actions.approve([row["id"]], uow=house.work("data_manager"))


def test_a_proposal_that_is_wrong_is_rejected_with_a_reason(house: House) -> None:
    load(house)
    report(house, "anaemia")
    auto(house)
    (row,) = live(house)
    with pytest.raises(ReasonNeeded):
        actions.reject([row["id"]], " ", uow=house.work("data_manager"))
    actions.reject([row["id"]], "the site meant something else", uow=house.work("data_manager"))
    assert live(house) == []
    assert state(house) == "uncoded"
    assert house.reader.the("coding", id=row["id"])["ended_because"] == "the site meant something else"


@on_both
def test_one_choice_codes_every_term_of_that_text_at_every_site(either: House) -> None:
    load(either)
    for number, words in enumerate(("Loose motions", "loose  motions"), start=1):
        report(either, words, number)
    report(either, "LOOSE MOTIONS", participant=ELSEWHERE)
    assert code(either, "loose motions", "Diarrhea", approve=True) == actions.Coded(approved=3)
    assert {r["code"] for r in (*live(either), *live(either, 2), *live(either, participant=ELSEWHERE))} == {
        code_of(either, "Diarrhea")
    }
    assert code(either, "loose motions", "Diarrhea", approve=True) == actions.Coded(unchanged=3)


def test_a_choice_may_wait_for_another_pair_of_eyes(house: House) -> None:
    load(house)
    report(house, "loose motions")
    code(house, "loose motions", "Diarrhea")
    code(house, "loose motions", "Colitis")
    assert [r["codes"][0]["text"] for r in live(house)] == ["Colitis"]
    assert state(house) == "proposed"


def test_a_text_on_the_list_of_synonyms_is_coded_from_then_on(house: House) -> None:
    load(house)
    report(house, "loose motions")
    code(house, "loose motions", "Diarrhea", approve=True, keep=True)
    report(house, "Loose motions", 2)
    assert auto(house) == actions.Coded(approved=1)
    (row,) = live(house, 2)
    (synonym,) = house.reader.all("synonym")
    assert (row["how"], row["synonym"]) == ("synonym", synonym["id"])


def test_a_synonym_is_kept_once_and_removed_with_a_reason(house: House) -> None:
    load(house)
    code_ = code_of(house, "Diarrhea")
    actions.add_synonym("meddra", "The runs", code_, uow=house.work("data_manager"))
    with pytest.raises(AlreadyExists):
        actions.add_synonym("meddra", "the  runs", code_, uow=house.work("data_manager"))
    with pytest.raises(ReasonNeeded):
        actions.remove_synonym(1, "", uow=house.work("data_manager"))
    actions.remove_synonym(1, "too vague", uow=house.work("data_manager"))
    report(house, "the runs")
    assert auto(house) == actions.Coded(left=1)
    with pytest.raises(NotFound):
        actions.remove_synonym(1, "again", uow=house.work("data_manager"))


# --- the form changes ---------------------------------------------------------------------------------------------------


@on_both
def test_a_changed_term_loses_its_code_in_the_same_save_and_the_history_stays(either: House) -> None:
    load(either)
    report(either, "fatigue")
    auto(either)
    (before,) = live(either)
    report(either, "nausea", reasons={"": "misread"})
    assert (live(either), state(either)) == ([], "uncoded")
    row = either.reader.the("coding", id=before["id"])
    assert (row["state"], row["ended_because"]) == ("superseded", "the verbatim term changed")
    ended = either.journal("system:coding:ended", SCREENED)[-1]
    saved = either.journal("site:crf:saved", SCREENED)[-1]
    assert ended["at"] == saved["at"]
    auto(either)
    assert live(either)[0]["codes"][0]["text"] == "Nausea"


def test_a_change_elsewhere_on_the_form_leaves_the_code(house: House) -> None:
    load(house)
    report(house, "fatigue")
    auto(house)
    house.save(SCREENED, "AE", {**EVENT_, "AETOXGR": "1"}, "ANY", reasons={"": "regraded"})
    assert state(house) == "approved"


EVENT_ = {"AESPID": "1", "AETERM": "fatigue", "AESTDAT": "2026-02-01", "AETOXGR": "2", "AESER": "N", "AEOUT": "RECOVERED",
          "AEENDAT": "2026-02-10", "AEREL": ["NONE"]}  # fmt: skip


def test_a_removed_form_takes_its_codes_with_it(house: House) -> None:
    from trial.actions import enter

    load(house)
    report(house, "fatigue")
    auto(house)
    enter.remove_crf(house.entry(SCREENED, "AE", {}, "ANY"), "entered twice", uow=house.work())
    assert (live(house), state(house)) == ([], None)


def test_a_removed_row_takes_its_code_and_the_others_keep_theirs(house: House) -> None:
    load(house)
    rows = [{"PMTYPE": "OTHER", "PMSITE": text, "PMDAT": "2010", "PMCURED": "Y"} for text in ("fever", "nausea")]
    history = {"PRIORMAL": "Y", "METACRC": "N", "AUTOIMM": "N", "ANTIBIO": "N"}
    save = {"reasons": {"": "as told"}}
    house.save(SCREENED, "MH", history, groups={"PM": rows}, **save)
    auto(house)
    found = house.reader.all("verbatim", participant=SCREENED, form="MH")
    assert {(r["text"], r["state"]) for r in found} == {("fever", "approved"), ("nausea", "approved")}
    stored = house.stored(SCREENED, "MH")["groups"]["PM"]
    kept = [{"id": stored[1]["id"], "items": rows[1]}]
    house.save(SCREENED, "MH", history, groups={"PM": kept}, **save)
    (row,) = house.reader.all("verbatim", participant=SCREENED, form="MH")
    assert (row["text"], row["state"]) == ("nausea", "approved")
    assert row["path"] == f"PM/{stored[1]['id']}/PMSITE"


# --- who, and where not --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"data_manager"}))
def test_only_a_data_manager_codes(house: House, by: str) -> None:
    load(house)
    report(house, "loose motions")
    with pytest.raises(NotAllowed):
        code(house, "loose motions", "Diarrhea", by=by)
    with pytest.raises(NotAllowed):
        auto(house, by=by)
    with pytest.raises(NotAllowed):
        load(house, version="2.0", by=by)


@pytest.mark.requirement("R43")
@pytest.mark.parametrize("kind", ["freeze", "lock"])
def test_what_is_frozen_or_locked_is_not_coded_and_is_counted(house: House, kind: str) -> None:
    load(house)
    report(house, "fatigue")
    report(house, "fatigue", participant=ELSEWHERE)
    hold.place(kind, Scope(None, SCREENED), "done", uow=house.work("data_manager"))
    assert auto(house) == actions.Coded(approved=1, held=1)
    assert state(house) == "uncoded"
    assert code(house, "fatigue", "Fatigue", approve=True) == actions.Coded(unchanged=1, held=1)
    report_ = {"participant": ELSEWHERE}
    hold.place(kind, Scope(None, ELSEWHERE), "done", uow=house.work("data_manager"))
    with pytest.raises(CrfLocked):
        code(house, "fatigue", "Nausea", reason="nausea was meant", approve=True)
    assert live(house, **report_)[0]["codes"][0]["text"] == "Fatigue"


def test_a_proposal_on_a_form_that_was_locked_since_is_not_approved(house: House) -> None:
    load(house)
    report(house, "anaemia")
    auto(house)
    (row,) = live(house)
    hold.place("lock", Scope(None, SCREENED), "done", uow=house.work("data_manager"))
    with pytest.raises(CrfLocked):
        actions.approve([row["id"]], uow=house.work("data_manager"))


def test_a_term_that_is_not_there_or_not_current_is_no_choice(house: House) -> None:
    load(house)
    report(house, "loose motions")
    for wrong in (code_of(house, "Neutropenic fever"), "VGX0001"):
        with pytest.raises(NotFound):
            actions.code_term("meddra", "loose motions", wrong, uow=house.work("data_manager"))
    with pytest.raises(NotFound):
        code(house, "nobody typed this", "Diarrhea")


def test_the_site_does_not_type_a_preferred_term(house: House) -> None:
    with pytest.raises(Refused):
        house.save(SCREENED, "AE", EVENT_ | {"AEDECOD": "Tiredness"}, "ANY")


def test_a_question_in_order_to_code_says_that_it_comes_from_coding(house: House) -> None:
    report(house, "felt odd")
    asked = Question(SCREENED, "Odd in what way?", "ANY", "AE", 1, "AETERM", coding=True)
    number = queries.raise_query(asked, uow=house.work("data_manager"))
    assert house.reader.the("query", id=number)["source"] == "coding"
    pretended = queries.raise_query(asked, uow=house.work("monitor"))
    assert house.reader.the("query", id=pretended)["source"] == "monitor"


# --- without a dictionary ------------------------------------------------------------------------------------------------


def test_without_a_dictionary_nothing_is_coded_and_nothing_is_owed(house: House) -> None:
    report(house, "fatigue")
    assert auto(house) == actions.Coded()
    with pytest.raises(NotOpen):
        actions.code_term("meddra", "fatigue", "VGL0001", uow=house.work("data_manager"))
    assert state(house) == "uncoded"


def test_terms_that_were_entered_before_are_there_when_a_dictionary_comes(house: House) -> None:
    report(house, "fatigue")
    with house.work() as uow:
        uow.drop("verbatim", {"participant": SCREENED})
        uow.commit()
    load(house)
    assert auto(house) == actions.Coded(approved=1)


# --- tables -------------------------------------------------------------------------------------------------------------


def test_tables_show_the_coded_term_where_there_is_one_and_the_words_of_the_site_elsewhere(house: House) -> None:
    from analysis.results import adverse_events

    load(house)
    report(house, "fatigue")
    report(house, "felt odd", 2)
    auto(house)
    row = extracted(house)[SCREENED]
    assert [(e.term, e.soc) for e in adverse_events(row)] == [
        ("Tiredness", "Invented class: general"),
        ("felt odd", ""),
    ]
    assert [e.term for e in adverse_events(replace(row, codings=()))] == ["fatigue", "felt odd"]


def test_a_code_is_withheld_from_an_extract_where_its_term_is(house: House) -> None:
    load(house)
    house.save(READY, "AE", EVENT_, "ANY")
    auto(house)
    (row,) = live(house, participant=READY)
    assert [c["id"] for c in extracted(house)[READY].codings] == [row["id"]]
    hidden = Extracted(
        READY,
        "01",
        house.clock.now(),
        (),
        None,
        (row | {"form": "POC", "path": "R/1/POCTERM"}, row | {"event": "SUR-1"}),
    )
    assert _visible(hidden, "data_manager").codings == ()
    assert _visible(hidden, "unblinded_statistician").codings != ()


def test_a_code_changes_the_digest_of_what_was_extracted(house: House) -> None:
    def digest() -> str:
        viewer = house.actor("statistician")
        return pooled(house.reader, viewer, cut_on=house.clock.today(), now=house.clock.now()).digest

    load(house)
    report(house, "fatigue")
    before = digest()
    auto(house)
    assert digest() != before


def extracted(house: House) -> dict[str, Extracted]:
    viewer = house.actor("data_manager")
    return {
        row.participant: row
        for row in listing(house.reader, viewer, cut_on=house.clock.today(), now=house.clock.now()).rows
    }


def test_the_terms_of_a_dictionary_cannot_be_changed_unseen(house: House, tmp_path) -> None:
    load(house)
    load(house, edited(tmp_path / "next", "llt.asc", lambda s: s.replace("Fatigue", "Weariness"), MINI), "1.1")
    assert list(coding.altered(house.reader)) == []
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dictionary_term SET text = 'Bliss' WHERE text = 'Weariness'")
    assert [f.where for f in coding.altered(house.reader)] == ["meddra 1.1"]
