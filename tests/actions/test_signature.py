"""A signature: the password again, bound to what was on the page, broken visibly by a later change (21 CFR 11)."""

from datetime import timedelta

import pytest

from tests.actions.house import (
    CONSENTED,
    CYCLE,
    ELIGIBLE,
    ENROLLED,
    PASSWORD,
    PREDICTED,
    RESTAGED,
    SCREENED,
    SCREENING,
    House,
    day,
)
from tests.actions.rooms import on_both
from trial.actions import enter, sign
from trial.actions.attempts import MOST_FAILURES
from trial.actions.entry import Entry
from trial.content import content_digest
from trial.errors import ContentChanged, NotAllowed, NotFound, NotOpen, Refused, TooManyAttempts, WrongPassword

MRI = SCREENING["MRI0"]


def valid(house: House, participant: str, form: str) -> list[dict]:
    return [s for s in house.reader.all("signature", participant=participant, form=form) if s["voided_at"] is None]


@pytest.mark.requirement("R46")
@on_both
def test_a_signature_says_who_when_and_what_it_means(either: House) -> None:
    either.save(SCREENED, "ELIG", ELIGIBLE)
    signed = either.sign(SCREENED, "ELIG")
    (row,) = valid(either, SCREENED, "ELIG")
    assert (row["printed_name"], row["role"], row["at"]) == ("Investigator01", "investigator", either.clock.now())
    assert row["meaning"] == signed.meaning == "I confirm the derived eligibility of this participant."
    assert row["revision"] == 1 and either.reader.the("crf", participant=SCREENED, form="ELIG")["signed"]
    assert len(either.journal("person:crf:signed", SCREENED)) == 1


@pytest.mark.requirement("R48")
def test_the_digest_binds_place_revision_answers_and_calculated_values() -> None:
    whole = ("VG-01-0001", "MRI0/SCR/1", 1, 1, {"items": {"DISTAV": "60"}}, {"STAGE": "II"})
    changed = [
        ("VG-01-0002", *whole[1:]),
        (whole[0], "MRI0/SCR/2", *whole[2:]),
        (*whole[:2], 2, *whole[3:]),
        (*whole[:3], 2, *whole[4:]),
        (*whole[:4], {"items": {"DISTAV": "61"}}, whole[5]),
        (*whole[:5], {"STAGE": "III"}),
    ]
    digests = {content_digest(*whole), *(content_digest(*other) for other in changed)}
    assert len(digests) == 1 + len(changed)


def test_calculated_values_are_frozen_with_the_signature(house: House) -> None:
    house.sign(SCREENED, "MRI0")
    assert valid(house, SCREENED, "MRI0")[0]["calculated"] == {"STAGE": "III"}


def test_a_calculated_value_that_changed_since_the_page_was_read_is_new_content(house: House) -> None:
    seen = sign.content(house.case(SCREENED), "SCR", "MRI0").digest
    house.save(SCREENED, "CT0", SCREENING["CT0"] | {"CM": "M1", "METSITE": ["LIVER"]}, reasons={"": "second opinion"})
    with pytest.raises(ContentChanged):
        house.sign(SCREENED, "MRI0", seen=seen)


@pytest.mark.requirement("R47")
@pytest.mark.requirement("R52")
@on_both
def test_a_wrong_password_signs_nothing_and_is_recorded(either: House) -> None:
    with pytest.raises(WrongPassword):
        either.sign(SCREENED, "MRI0", password="wrong")
    assert either.reader.all("signature", participant=SCREENED) == []
    (entry,) = either.journal("person:signature:refused", SCREENED)
    assert entry["actor"] == either.actor("investigator").person_id
    (attempt,) = either.reader.all("login_attempt")
    assert (attempt["username"], attempt["success"]) == ("investigator01", False)


def test_too_many_wrong_passwords_close_signing_for_a_while(house: House) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(WrongPassword):
            house.sign(SCREENED, "MRI0", password="wrong")
    with pytest.raises(TooManyAttempts):
        house.sign(SCREENED, "MRI0")
    house.clock.advance(timedelta(minutes=15, seconds=1))
    assert house.sign(SCREENED, "MRI0").digest


def test_content_that_changed_since_the_page_was_read_is_not_signed(house: House) -> None:
    seen = sign.content(house.case(SCREENED), "SCR", "MRI0").digest
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "misread"})
    with pytest.raises(ContentChanged) as changed:
        house.sign(SCREENED, "MRI0", seen=seen)
    assert changed.value.seen == seen != changed.value.current
    assert valid(house, SCREENED, "MRI0") == []


@pytest.mark.requirement("R48")
def test_the_digest_of_another_record_does_not_sign_this_one(house: House) -> None:
    house.save(CONSENTED, "MRI0", MRI)
    seen = sign.content(house.case(CONSENTED), "SCR", "MRI0").digest
    with pytest.raises(ContentChanged):
        house.sign(SCREENED, "MRI0", seen=seen)


@pytest.mark.requirement("R49")
@on_both
def test_a_later_change_breaks_the_signature_visibly(either: House) -> None:
    either.sign(SCREENED, "MRI0")
    either.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"LENGTH": "misread"})
    (row,) = either.reader.all("signature", participant=SCREENED)
    assert row["voided_at"] == either.clock.now() and "misread" in row["void_reason"]
    assert not either.reader.the("crf", participant=SCREENED, form="MRI0")["signed"]
    assert len(either.journal("system:signature:voided", SCREENED)) == 1


def test_a_broken_signature_stays_broken_when_the_value_comes_back(house: House) -> None:
    house.sign(SCREENED, "MRI0")
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "misread"})
    house.save(SCREENED, "MRI0", MRI, reasons={"": "no, it was right"})
    assert valid(house, SCREENED, "MRI0") == []
    assert house.sign(SCREENED, "MRI0")
    assert [s["revision"] for s in valid(house, SCREENED, "MRI0")] == [3]


def test_saving_the_same_again_leaves_the_signature(house: House) -> None:
    house.sign(SCREENED, "MRI0")
    house.save(SCREENED, "MRI0", MRI)
    assert len(valid(house, SCREENED, "MRI0")) == 1


def test_removing_a_signed_form_breaks_its_signature(house: House) -> None:
    house.sign(SCREENED, "MRI0")
    enter.remove_crf(Entry(SCREENED, "SCR", "MRI0", based_on=1), "wrong person", uow=house.work())
    assert valid(house, SCREENED, "MRI0") == []


def test_signing_twice_is_one_signature(house: House) -> None:
    assert house.sign(SCREENED, "MRI0") == house.sign(SCREENED, "MRI0")
    assert len(valid(house, SCREENED, "MRI0")) == 1


def test_an_incomplete_form_is_not_signed(house: House) -> None:
    house.save(CONSENTED, "MRI0", {"MRIDAT": MRI["MRIDAT"]})
    with pytest.raises(NotOpen) as closed:
        house.sign(CONSENTED, "MRI0")
    assert closed.value.blockers == ("incomplete",)


def test_a_form_with_an_open_question_is_not_signed(house: House) -> None:
    event = {"AESPID": "1", "AETERM": "Ileus", "AESTDAT": day(20), "AETOXGR": "3", "AESER": "Y", "AESCRIT": ["HOSPITAL"],
             "AEREL": ["CHEMO"], "AEOUT": "RECOVERING"}  # fmt: skip
    report = {"SAEAENO": "AE/ANY/1", "SAEREP": "INITIAL", "SAEAWARE": f"{day(21)} 08:30", "SAENARR": "Admitted.",
              "SAEDRUG": ["CAPECITABINE"], "SAECAUSI": "RELATED"}  # fmt: skip
    house.save(ENROLLED, "EX", CYCLE, "NAT-1")
    house.save(ENROLLED, "AE", event, "ANY")
    house.save(ENROLLED, "SAE", report, "ANY", by="investigator")
    mild = {k: v for k, v in event.items() if k != "AESCRIT"} | {"AESER": "N"}
    house.save(ENROLLED, "AE", mild, "ANY", reasons={"": "discussed"})
    with pytest.raises(NotOpen):
        house.sign(ENROLLED, "SAE", "ANY")


def test_what_was_never_saved_cannot_be_signed(house: House) -> None:
    with pytest.raises(NotFound):
        house.sign(CONSENTED, "MRI0", seen="0" * 64)


def test_a_form_not_done_cannot_be_signed(house: House) -> None:
    house.save(CONSENTED, "MRI0", not_done={"reason": "claustrophobia", "on": ""})
    with pytest.raises(NotFound):
        house.sign(CONSENTED, "MRI0", seen="0" * 64)


@pytest.mark.requirement("R52")
def test_a_coordinator_signs_nothing_and_the_refusal_costs_no_attempt(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.sign(SCREENED, "MRI0", by="coordinator")
    assert house.reader.all("login_attempt") == []


def test_an_investigator_of_another_site_finds_nothing_to_sign(house: House) -> None:
    before = house.state()
    with pytest.raises(NotFound):
        house.sign(SCREENED, "MRI0", by=house.actor("investigator", "02"))
    assert house.state() == before


# --- eligibility ------------------------------------------------------------------------------------------------------


def blockers(house: House, participant: str, form: str = "ELIG", event: str = "SCR") -> list[tuple[str, str | None]]:
    with pytest.raises(NotOpen) as closed:
        house.sign(participant, form, event)
    return [(getattr(b, "id", b), getattr(b, "what", None)) for b in closed.value.blockers]


def test_eligibility_that_is_not_derived_cannot_even_be_saved_as_confirmed(house: House) -> None:
    participant = house.screened(MRI0={"DISTAV": "101"})
    with pytest.raises(Refused, match="ELIG-H1"):
        house.save(participant, "ELIG", ELIGIBLE)


@pytest.mark.parametrize(
    ("form", "items", "criterion", "verdict"),
    [
        ("MRI0", {"DISTAV": "101"}, "IN4", "criterion-failed"),
        ("MRI0", {"CTCAT": "cT4b"}, "IN3", "criterion-failed"),
        ("PATH", {"SYNCHCRC": "Y"}, "EX2", "criterion-failed"),
        ("IC", {"ICSIGN": "N"}, "IN1", "criterion-failed"),
        ("MRI0", {"CNCAT": "cNx"}, "IN3", "criterion-open"),
    ],
)
def test_eligibility_confirmed_before_a_correction_cannot_be_signed_after_it(
    house: House, form: str, items: dict, criterion: str, verdict: str
) -> None:
    house.save(SCREENED, "ELIG", ELIGIBLE)
    confirmed = {"IC-S1": "the page was lost"} if form == "IC" else {}
    house.save(SCREENED, form, SCREENING[form] | items, confirmed=confirmed, reasons={"": "source checked"})
    assert (verdict, criterion) in blockers(house, SCREENED)


def test_a_screening_failure_is_confirmed_and_signed_as_such(house: House) -> None:
    participant = house.screened(MRI0={"DISTAV": "101"})
    house.save(participant, "ELIG", ELIGIBLE | {"ELIGCONF": "N"})
    assert house.sign(participant, "ELIG").meaning


# --- the own estimate -------------------------------------------------------------------------------------------------


@on_both
def test_the_own_estimate_is_signed_and_locked_when_saved(either: House) -> None:
    saved, signed = either.estimate(RESTAGED)
    assert (saved.revision, signed.printed_name) == (1, "Investigator01")
    with pytest.raises(NotOpen) as closed:
        either.estimate(
            RESTAGED, {"PREDAT": "2026-05-20", "PRECR": "90", "PRESTRAT": "WW"}, reasons={"": "after the model"}
        )
    assert closed.value.blockers == ("own-estimate-locked",)


def test_a_wrong_password_saves_no_estimate(house: House) -> None:
    with pytest.raises(WrongPassword):
        house.estimate(RESTAGED, password="wrong")
    assert house.revisions(RESTAGED, "PRE", "DEC") == []


def test_an_estimate_with_a_gap_is_refused_since_it_could_never_be_filled(house: House) -> None:
    for way in (house.estimate, lambda p, items: house.save(p, "PRE", items, "DEC")):
        with pytest.raises(Refused) as refused:
            way(RESTAGED, {"PREDAT": "2026-05-13", "PRESTRAT": "WW"})
        assert [f.item for f in refused.value.findings] == ["PRECR"]
    assert house.revisions(RESTAGED, "PRE", "DEC") == []


def test_a_locked_estimate_is_not_removed_either(house: House) -> None:
    with pytest.raises(NotOpen):
        enter.remove_crf(Entry(PREDICTED, "DEC", "PRE", based_on=1), "second thoughts", uow=house.work("investigator"))


def test_the_same_estimate_posted_twice_is_one_estimate_with_one_signature(house: House) -> None:
    entry = house.entry(RESTAGED, "PRE", {"PREDAT": "2026-05-13", "PRECR": "70", "PRESTRAT": "WW"}, "DEC", key="click")
    answers = [sign.save_and_sign(entry, password=PASSWORD, uow=house.work("investigator")) for _ in range(3)]
    assert len({saved for saved, _ in answers}) == len({signed for _, signed in answers}) == 1
    assert len(valid(house, RESTAGED, "PRE")) == 1


def test_an_estimate_that_cannot_be_signed_is_not_saved(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise NotOpen("sign", ("incomplete",))

    monkeypatch.setattr(sign, "_refuse_unsignable", broken)
    before = house.state()
    with pytest.raises(NotOpen):
        house.estimate(RESTAGED)
    assert house.state() == before


def test_the_enrolled_participant_carries_a_valid_signature(house: House) -> None:
    assert len(valid(house, ENROLLED, "ELIG")) == 1
