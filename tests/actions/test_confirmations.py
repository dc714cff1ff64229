"""What is possible but unlikely, or breaks the protocol, is asked about; the answer and its reason are kept."""

import pytest

from tests.actions.house import (
    CONSENTED,
    CYCLE,
    DECISION,
    ENROLLED,
    PREDICTED,
    RADIOTHERAPY,
    RESTAGED,
    RESTAGING,
    SCREENING,
    House,
    day,
)
from tests.actions.rooms import on_both
from trial.errors import ConfirmationNeeded, NotOpen, Refused

MRI = SCREENING["MRI0"]
OLD = {"BRTHDAT": "1961-04-30", "SEX": "M", "HEIGHT": "172.0", "WEIGHT": "135.0", "ECOG": "0"}


def asked(house: House, *args, **options) -> dict[str, str]:
    """The questions of a save, by key."""
    with pytest.raises(ConfirmationNeeded) as question:
        house.save(*args, **options)
    return {f.key: f.text() for f in question.value.findings}


def deviations(house: House, participant: str) -> list[dict]:
    return [
        house.stored(participant, "DV", "ANY", row["occurrence"])["items"]
        for row in house.reader.all("crf", order_by="occurrence", participant=participant, form="DV")
    ]


@on_both
def test_an_unlikely_value_is_asked_about_and_not_saved_until_then(either: House) -> None:
    before = either.state()
    questions = asked(either, CONSENTED, "MRI0", MRI | {"DISTAV": "160"})
    assert set(questions) == {"MRI0.DISTAV:soft"}
    assert either.state() == before


def test_a_centimetre_typed_for_a_millimetre_is_named(house: House) -> None:
    questions = asked(house, CONSENTED, "MRI0", MRI | {"DISTAV": "8"})
    assert "8 cm = 80 mm?" in questions["MRI0.DISTAV:soft"]


def test_a_reason_answers_the_question_and_stays_with_the_revision(house: House) -> None:
    house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "160"}, confirmed={"MRI0.DISTAV:soft": "measured twice"})
    assert house.stored(CONSENTED, "MRI0")["confirmed"] == {"MRI0.DISTAV:soft": "measured twice"}


@pytest.mark.parametrize("words", ["", "  "])
def test_a_confirmation_without_words_is_none(house: House, words: str) -> None:
    assert asked(house, CONSENTED, "MRI0", MRI | {"DISTAV": "160"}, confirmed={"MRI0.DISTAV:soft": words})


def test_every_question_wants_its_own_answer(house: House) -> None:
    confirmed = {"DM.WEIGHT:soft": "weighed again"}
    assert set(asked(house, CONSENTED, "DM", OLD | {"ECOG": "2"}, confirmed=confirmed)) == {"DM-S1"} | _bmi(OLD)


def _bmi(items: dict[str, str]) -> set[str]:
    value = float(items["WEIGHT"]) / (float(items["HEIGHT"]) / 100) ** 2
    return set() if 16 <= value <= 40 else {"DM.BMI:soft"}


def test_a_confirmation_of_what_was_not_asked_is_not_kept(house: House) -> None:
    house.save(CONSENTED, "MRI0", MRI, confirmed={"MRI0.DISTAV:soft": "in advance"})
    assert "confirmed" not in house.stored(CONSENTED, "MRI0")


def test_a_question_that_went_away_is_asked_again_when_it_comes_back(house: House) -> None:
    confirmed = {"MRI0.DISTAV:soft": "measured twice"}
    house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "160"}, confirmed=confirmed)
    house.save(CONSENTED, "MRI0", MRI, confirmed=confirmed, reasons={"": "misread"})
    assert asked(house, CONSENTED, "MRI0", MRI | {"DISTAV": "170"}, reasons={"": "no, right the first time"})


def test_a_hard_refusal_comes_before_any_question(house: House) -> None:
    with pytest.raises(Refused):
        house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "160", "LENGTH": "400"})


def test_a_confirmed_value_that_is_only_unlikely_is_no_deviation(house: House) -> None:
    house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "160"}, confirmed={"MRI0.DISTAV:soft": "measured twice"})
    assert deviations(house, CONSENTED) == []


LATE = RESTAGING | {"RSTDAT": day(140), "ENDODAT": day(139), "MRIDAT": day(139), "YCMDAT": day(139)}


@pytest.fixture
def late(house: House) -> House:
    """A restaging after its interval, confirmed with a reason."""
    house.save(ENROLLED, "EX", CYCLE, "NAT-1")
    house.save(ENROLLED, "RT", RADIOTHERAPY, "EOT")
    house.save(ENROLLED, "RST", LATE, "RST", confirmed={"RST-S1": "the scanner was broken"})
    return house


def test_a_confirmed_breach_becomes_a_deviation_in_the_same_transaction(late: House) -> None:
    (found,) = deviations(late, ENROLLED)
    assert (found["DVCAT"], found["DVSEV"]) == ("ASSESSMENT", "MINOR")
    assert "the scanner was broken" in found["DVTERM"] and "RST/RST/1" in found["DVTERM"]
    (row,) = late.revisions(ENROLLED, "DV", "ANY")
    assert row["source"] == "system"
    seqs = [
        entry["seq"]
        for tag in ("site:crf:saved", "system:deviation:raised")
        for entry in late.journal(tag, ENROLLED)[-1:]
    ]
    assert seqs[1] == seqs[0] + 1


def test_a_breach_that_stands_is_raised_once(late: House) -> None:
    changed = LATE | {"MRTRG": "2"}
    late.save(
        ENROLLED, "RST", changed, "RST", confirmed={"RST-S1": "the scanner was broken"}, reasons={"": "second reader"}
    )
    assert len(deviations(late, ENROLLED)) == 1


def test_a_second_breach_gets_a_form_of_its_own(late: House) -> None:
    confirmed = {"ELIG-S1": "urgent obstruction"}
    items = {"ELIGCONF": "Y", "ELIGDAT": day(16)}
    late.save(ENROLLED, "ELIG", items, confirmed=confirmed, reasons={"": "date corrected"})
    assert [d["DVCAT"] for d in deviations(late, ENROLLED)] == ["ASSESSMENT", "ELIGIBILITY"]


def test_an_unanswered_question_before_the_decision_stops_the_own_estimate(house: House) -> None:
    # The radiomics were of the day of the MRI when they were saved; a later correction brings the question up.
    participant = house.restaged()
    house.save(participant, "RAD", {"RADTP": "BASELINE", "RADDAT": MRI["MRIDAT"]})
    house.save(participant, "MRI0", MRI | {"MRIDAT": day(-9)}, reasons={"": "misread"})
    with pytest.raises(NotOpen) as closed:
        house.estimate(participant)
    assert {(b.id, b.address) for b in closed.value.blockers} == {("soft-check-open", "RAD/SCR/1")}


def test_the_decision_asks_why_it_departs_from_the_derivation(house: House) -> None:
    items = DECISION | {"STRATEGY": "NOTCAND"}
    saved = house.save(
        PREDICTED, "DEC", {k: v for k, v in items.items() if k not in ("PREFER", "RANDCONS", "RANDCDAT")}, "DEC"
    )
    assert not saved.complete, "the reason for the departure is required"


def test_the_restaged_participant_carries_no_question(house: House) -> None:
    assert deviations(house, RESTAGED) == []
