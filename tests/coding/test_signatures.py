"""Chapter: a signature covers the code that stood when it was given; another code voids it, in the same transaction (21 CFR 11.70)."""

import json

import pytest

from tests.actions.house import PASSWORD, SCREENED, House
from tests.actions.rooms import on_both
from tests.coding.work import MINI, WHOLE, auto, code, edited, line_of, live, load, report
from tests.office.test_casebook import sign as endorse
from trial.actions import coding as actions
from trial.actions import dictionaries, sign
from trial.errors import ContentChanged, ReasonNeeded
from trial.store.verify import verify

REASON = "the discharge letter says colitis"


def signed(house: House) -> dict[str, object]:
    """The investigator signs the adverse event; the row."""
    house.sign(SCREENED, "AE", "ANY")
    return house.reader.all("signature", order_by="id", participant=SCREENED, form="AE")[-1]


def voided(house: House) -> list[str | None]:
    return [r["void_reason"] for r in house.reader.all("signature", order_by="id", participant=SCREENED, form="AE")]


@pytest.mark.requirement("R49")
@on_both
def test_a_signature_is_voided_by_coding_again_in_the_same_transaction_with_the_reason(either: House) -> None:
    load(either)
    report(either, "diarrhea", more=WHOLE)
    auto(either)
    row = signed(either)
    assert row["calculated"]["coded"]["AETERM"]["codes"][1]["text"] == "Loose stools"
    endorse(either)
    done = code(either, "diarrhea", "Colitis", approve=True, reason=REASON)
    assert done == actions.Coded(approved=1)
    assert voided(either) == [REASON]
    assert either.reader.the("crf", participant=SCREENED, event="ANY", form="AE", occurrence=1)["signed"] is False
    assert [r["void_reason"] for r in either.reader.all("casebook", participant=SCREENED)] == [REASON]
    approved, broken, book = (
        either.journal(tag, SCREENED)[-1]
        for tag in ("person:coding:approved", "system:signature:voided", "system:casebook:voided")
    )
    assert broken["seq"] == approved["seq"] + 1 == book["seq"] - 1
    assert json.loads(approved["body"])["event"]["reason"] == REASON
    assert verify(either.engine) == []


@pytest.mark.requirement("R49")
def test_signed_again_it_covers_the_new_code_and_both_signatures_can_be_checked(house: House) -> None:
    load(house)
    report(house, "diarrhea", more=WHOLE)
    auto(house)
    first = signed(house)
    code(house, "diarrhea", "Colitis", approve=True, reason=REASON)
    second = signed(house)
    assert first["content_digest"] != second["content_digest"]
    assert second["calculated"]["coded"]["AETERM"]["codes"][0]["text"] == "Colitis"
    assert voided(house) == [REASON, None]
    assert verify(house.engine) == []


def test_the_first_code_after_a_signature_leaves_it_valid(house: House) -> None:
    """The signer saw no code, and nothing that was seen has changed: the sponsor adds, as with expectedness."""
    load(house)
    report(house, "diarrhea", more=WHOLE)
    row = signed(house)
    assert "coded" not in row["calculated"]
    endorse(house)
    auto(house)
    assert voided(house) == [None]
    assert [r["voided_at"] for r in house.reader.all("casebook", participant=SCREENED)] == [None]
    code(house, "diarrhea", "Colitis", approve=True, reason=REASON)
    assert voided(house) == [None], "it never covered a code"
    assert verify(house.engine) == []


def test_a_proposal_voids_nothing_its_approval_does(house: House) -> None:
    load(house)
    report(house, "diarrhea", more=WHOLE)
    auto(house)
    signed(house)
    code(house, "diarrhea", "Colitis", reason=REASON)
    assert voided(house) == [None]
    proposal = next(r for r in live(house) if r["state"] == "proposed")
    actions.approve([proposal["id"]], uow=house.work("data_manager"))
    assert voided(house) == [REASON]


def test_another_code_needs_a_reason(house: House) -> None:
    load(house)
    report(house, "diarrhea", more=WHOLE)
    auto(house)
    with pytest.raises(ReasonNeeded):
        code(house, "diarrhea", "Colitis", approve=True)
    assert [r["codes"][0]["text"] for r in live(house)] == ["Diarrhea"]


@pytest.mark.requirement("R48")
def test_a_code_that_came_while_the_page_was_open_is_looked_at_before_it_is_signed(house: House) -> None:
    load(house)
    report(house, "diarrhea", more=WHOLE)
    seen = sign.content(house.case(SCREENED), "ANY", "AE").digest
    auto(house)
    with pytest.raises(ContentChanged):
        sign.sign_crf(SCREENED, "ANY", "AE", 1, seen=seen, password=PASSWORD, uow=house.work("investigator"))


@pytest.mark.requirement("R49")
@on_both
def test_a_new_version_voids_only_where_another_code_is_approved(either: House, tmp_path) -> None:
    load(either)
    for number, words in enumerate(("diarrhea", "fatigue"), start=1):
        report(either, words, number, more=WHOLE)
    auto(either)
    for number in (1, 2):
        seen = sign.content(either.case(SCREENED), "ANY", "AE", number).digest
        sign.sign_crf(SCREENED, "ANY", "AE", number, seen=seen, password=PASSWORD, uow=either.work("investigator"))
    moved = line_of((MINI / "llt.asc").read_text("utf-8"), "$Diarrhea$")
    there = moved.replace(
        moved.split("$")[2], line_of((MINI / "pt.asc").read_text("utf-8"), "Sore bowel").split("$")[0]
    )
    again = load(either, edited(tmp_path / "next", "llt.asc", lambda s: s.replace(moved, there)), "1.1")
    done = dictionaries.adopt(again.dictionary, uow=either.work("data_manager"))
    assert done == dictionaries.Adopted(carried=1, proposed=1)
    assert voided(either) == [None, None]
    proposal = next(r for r in live(either) if r["state"] == "proposed")
    actions.approve([proposal["id"]], uow=either.work("data_manager"))
    assert voided(either) == ["version 1.1: moved-pt", None]
    assert verify(either.engine) == []
