"""Restaging, own estimate, model, decision, randomisation: each step opens when the one before is done (PROTOCOL 5)."""

from dataclasses import replace

import pytest

from tests.actions.house import DECISION, ENROLLED, PREDICTED, READY, RESTAGED, RESTAGING, SCREENING, House
from trial.actions.predict import show_prediction
from trial.errors import FileMissing, NotOpen, Refused
from trial.frozen.errors import ModelUnavailable
from trial.frozen.manifest import InputSpec


def why_not(action) -> set[str]:
    with pytest.raises(NotOpen) as closed:
        action()
    return {str(getattr(b, "id", b)) for b in closed.value.blockers}


def test_no_estimate_before_the_restaging_is_complete(house: House) -> None:
    assert "restaging-form-missing" in why_not(lambda: house.estimate(ENROLLED))


def test_no_model_before_the_own_estimate(house: House) -> None:
    before = house.state()
    assert why_not(lambda: house.ask(RESTAGED)) == {"own-estimate-missing"}
    assert house.model.asked == 0
    assert house.state() == before


def test_no_model_while_the_own_estimate_is_unsigned(house: House) -> None:
    house.save(RESTAGED, "PRE", {"PREDAT": "2026-05-13", "PRECR": "70", "PRESTRAT": "WW"}, "DEC")
    assert why_not(lambda: house.ask(RESTAGED)) == {"own-estimate-unsigned"}
    house.sign(RESTAGED, "PRE", "DEC")
    assert house.ask(RESTAGED).classification == "positive"


def test_no_decision_before_the_own_estimate_and_the_model(house: House) -> None:
    save = lambda: house.save(RESTAGED, "DEC", DECISION, "DEC")  # noqa: E731
    assert why_not(save) == {"own-estimate-missing", "model-not-called"}
    house.estimate(RESTAGED)
    assert why_not(save) == {"model-not-called"}
    house.ask(RESTAGED)
    assert save().complete


def test_no_randomisation_before_the_decision_is_signed(house: House) -> None:
    house.save(PREDICTED, "DEC", DECISION, "DEC")
    assert why_not(lambda: house.randomise(PREDICTED)) == {"decision-unsigned"}
    house.sign(PREDICTED, "DEC", "DEC")
    assert house.randomise(PREDICTED).arm in ("WW", "TME")


def test_a_restaging_that_opens_a_question_afterwards_stops_the_model(house: House) -> None:
    house.estimate(RESTAGED)
    house.save(RESTAGED, "RST", {k: v for k, v in RESTAGING.items() if k != "DWI"}, "RST", reasons={"": "not assessed"})
    assert why_not(lambda: house.ask(RESTAGED)) == {"restaging-incomplete"}


def test_without_an_answer_of_the_model_the_decision_can_be_made_and_nobody_is_randomised(house: House) -> None:
    house.estimate(RESTAGED)
    house.model.answer = ModelUnavailable("no worker")
    assert house.ask(RESTAGED).refused == ("model-unavailable: ModelUnavailable",)
    prefers = {k: v for k, v in DECISION.items() if k not in ("RANDCONS", "RANDCDAT")}
    house.save(RESTAGED, "DEC", prefers | {"CANDWHY": "clinically complete", "PREFARM": "WW"}, "DEC")
    house.sign(RESTAGED, "DEC", "DEC")
    assert {"model-unanswered", "not-derived-candidate"} <= why_not(lambda: house.randomise(RESTAGED))


# --- the call ---------------------------------------------------------------------------------------------------------


def rows(house: House, participant: str = PREDICTED) -> list[dict]:
    return house.reader.all("prediction", order_by="number", participant=participant)


def test_a_call_is_stored_whole_with_the_source_of_every_input(house: House) -> None:
    (row,) = rows(house)
    assert (row["model"], row["version"], row["digest"]) == ("small", "1.0", "5" * 64)
    assert (row["probability"], row["threshold"], row["classification"]) == ("0.700000", "0.500000", "positive")
    inputs = {i["name"]: (i["value"], i["source"]) for i in row["inputs"]}
    assert inputs == {
        "distance": ("60.0", "MRI0/SCR/1#1"), "length": ("42.0", "MRI0/SCR/1#1"), "cea": ("2.1", "LB/RST/1#1"),
        "response": ("1.0", "RST/RST/1#1"),
    }  # fmt: skip
    assert row["by"] == house.actor("investigator").person_id
    assert len(house.journal("system:prediction:made", PREDICTED)) == 1


def test_a_second_call_on_the_same_inputs_is_the_first(house: House) -> None:
    house.model.answer = 0.1
    assert house.ask(PREDICTED).probability == house.ask(PREDICTED).probability
    assert len(rows(house)) == 1 and house.model.asked == 0


def test_a_call_after_a_correction_is_a_new_row_that_names_what_changed(house: House) -> None:
    house.save(PREDICTED, "MRI0", SCREENING["MRI0"] | {"DISTAV": "55"}, reasons={"": "misread"})
    house.model.answer = 0.2
    second = house.ask(PREDICTED)
    first, last = rows(house)
    assert (second.number, second.classification) == (2, "negative")
    assert last["versions"]["changed"] == ["distance"]
    assert (first["probability"], first["number"]) == ("0.700000", 1), "the first is kept: it is the one analysed"


def test_another_model_is_another_call(house: House) -> None:
    house.model.manifest = replace(house.model.manifest, sha256="6" * 64)
    house.ask(PREDICTED)
    assert rows(house)[-1]["versions"]["changed"] == ["model"]


def test_a_model_that_did_not_answer_can_be_asked_again(house: House) -> None:
    house.estimate(RESTAGED)
    house.model.answer = ModelUnavailable("no memory")
    assert house.ask(RESTAGED).probability is None
    house.model.answer = 0.6
    assert house.ask(RESTAGED).classification == "positive"
    assert [r["refused"] for r in rows(house, RESTAGED)] == [["model-unavailable: ModelUnavailable"], None]


@pytest.mark.parametrize(
    ("probability", "found"), [(0.5, "positive"), (0.4999996, "positive"), (0.499999, "negative"), (0.0, "negative")]
)
def test_the_class_is_positive_from_the_threshold_on(house: House, probability: float, found: str) -> None:
    house.estimate(RESTAGED)
    house.model.answer = probability
    assert house.ask(RESTAGED).classification == found


def test_below_its_declared_minimum_the_model_is_not_asked_and_the_call_names_what_is_missing(house: House) -> None:
    house.model.manifest = replace(house.model.manifest, minimum={"clinical": 4})
    house.save(RESTAGED, "LB", event="RST", not_done={"reason": "sample lost", "on": ""}, reasons={"": "sample lost"})
    house.estimate(RESTAGED)
    call = house.ask(RESTAGED)
    assert (call.probability, call.classification, house.model.asked) == (None, None, 0)
    assert rows(house, RESTAGED)[0]["refused"] == list(call.refused) == ["LB.R:CEA@RESTAGING"]


@pytest.mark.requirement("R28")
def test_looking_at_a_call_is_recorded(house: House) -> None:
    row = show_prediction(PREDICTED, 1, uow=house.work("monitor"))
    assert row["probability"] == "0.700000"
    assert len(house.journal("person:prediction:seen", PREDICTED)) == 1


def test_a_stored_table_that_is_gone_stops_the_call_with_its_name(house: House) -> None:
    spec = InputSpec("texture", "radiomics", "RAD.RADFILE:stat_mean@RESTAGING", None, 0, 1)
    house.model.manifest = replace(house.model.manifest, inputs=(*house.model.manifest.inputs, spec))
    table = {"sha256": "a" * 64, "name": "rad.csv", "size": 3}
    items = {"RADTP": "RESTAGING", "RADDAT": RESTAGING["MRIDAT"], "RADFILE": table, "RADSW": "PyRadiomics", "RADSEG": "MANUAL",
             "RADQC": "PASS"}  # fmt: skip
    house.save(RESTAGED, "RAD", items, "RST", reasons={"": "extractor arrived"})
    house.estimate(RESTAGED)
    with pytest.raises(FileMissing):
        house.ask(RESTAGED)


def test_an_estimate_over_one_hundred_per_cent_is_refused(house: House) -> None:
    with pytest.raises(Refused):
        house.estimate(RESTAGED, {"PREDAT": "2026-05-13", "PRECR": "101", "PRESTRAT": "WW"})


def test_the_ready_participant_went_through_every_step(house: House) -> None:
    tags = [house.journal(tag, READY)[-1]["seq"] for tag in ("system:prediction:made", "person:crf:signed")]
    assert tags == sorted(tags)
