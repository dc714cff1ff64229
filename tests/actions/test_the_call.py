"""Chapter: the call as it is kept. What was asked and answered, what a second one changed, and what a model that fails leaves."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.actions.house import (
    DECISION,
    ESTIMATE,
    PREDICTED,
    RESTAGED,
    RESTAGING,
    SCREENED,
    SCREENING,
    Answering,
    House,
)
from tests.actions.rooms import on_both
from tests.model import graphs
from tests.model.released import MANIFEST
from trial import calls
from trial.actions import predict, watch_model
from trial.actor import SYSTEM
from trial.errors import Busy, VigilError
from trial.frozen.errors import InputsInvalid, ModelCorrupt, ModelTimeout, ModelUnavailable
from trial.release import release
from trial.store.verify import verify

WITHOUT_MODEL = {k: v for k, v in DECISION.items() if k not in ("RANDCONS", "RANDCDAT")} | {
    "CANDWHY": "clinically complete",
    "PREFARM": "WW",
}

ECOG_1 = SCREENING["DM"] | {"ECOG": "1"}


def rows(house: House, participant: str = PREDICTED) -> list[dict]:
    return house.reader.all("prediction", order_by="number", participant=participant)


class Unreadable(Answering):
    """A release whose manifest is not the one that was released."""

    @property
    def manifest(self):
        raise ModelCorrupt("manifest.json has SHA-256 0, released was 1")

    @property
    def model_digest(self):
        return "5" * 64

    @manifest.setter
    def manifest(self, value):
        self.kept = value


# --- the order ----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R59")
@on_both
def test_the_own_estimate_is_locked_and_signed_before_the_call_and_the_call_seen_after_it(either: House) -> None:
    house = either
    house.estimate(RESTAGED)
    house.ask(RESTAGED)
    predict.show_prediction(RESTAGED, 1, uow=house.work("investigator"))
    tags = [row["tag"] for row in house.reader.all("journal", order_by="seq", participant=RESTAGED)]
    signed = max(n for n, tag in enumerate(tags) if tag == "person:crf:signed")
    assert signed < tags.index("system:prediction:made") < tags.index("person:prediction:seen")
    (signature,) = [s for s in house.reader.all("signature", participant=RESTAGED) if s["form"] == "PRE"]
    assert signature["at"] < rows(house, RESTAGED)[0]["at"]


@pytest.mark.requirement("R59")
def test_the_own_estimate_cannot_be_changed_once_the_model_has_answered(house: House) -> None:
    before = house.stored(PREDICTED, "PRE", "DEC")
    with pytest.raises(VigilError):
        house.save(PREDICTED, "PRE", ESTIMATE | {"PRECR": "99"}, "DEC", reasons={"": "the model says so"})
    assert house.stored(PREDICTED, "PRE", "DEC") == before


# --- what is kept -------------------------------------------------------------------------------------------------------


@on_both
def test_a_call_keeps_what_each_modality_did_and_on_what_it_ran(either: House) -> None:
    (row,) = rows(either)
    assert row["contributions"] == [{"modality": "clinical", "without": "0.350000"}]
    assert row["problem"] is None
    kept = row["versions"]
    assert kept["vigil"] == release()
    assert kept["manifest"] == "7" * 64
    assert kept["vector"] == calls.vector_digest(row["inputs"])
    assert (kept["onnxruntime"], kept["numpy"], kept["references"], kept["changed"]) == ("none", "none", 20, [])
    assert kept["references_at"] == row["at"].isoformat(timespec="seconds")
    assert verify(either.engine) == []


@on_both
def test_a_second_call_after_a_correction_is_a_new_row_and_the_old_number_stands_beside_the_new(either: House) -> None:
    either.save(PREDICTED, "MRI0", SCREENING["MRI0"] | {"DISTAV": "55"}, reasons={"": "misread"})
    either.ask(PREDICTED)
    first, second = rows(either)
    assert second["versions"]["changed"] == ["distance"]
    assert calls.changes(first, second) == (calls.Change("distance", "60.0", "55.0"),)
    sources = [{i["name"]: i["source"] for i in row["inputs"]}["distance"] for row in (first, second)]
    assert sources == ["MRI0/SCR/1#1", "MRI0/SCR/1#2"], "each names the revision it was read from"


def test_the_same_weights_under_another_manifest_are_another_model(house: House) -> None:
    house.model.manifest_digest = "8" * 64
    house.ask(PREDICTED)
    assert rows(house)[-1]["versions"]["changed"] == ["model"]


# --- a model that fails -------------------------------------------------------------------------------------------------

FAILURES = {
    "the weights are others": ModelCorrupt("model.onnx has SHA-256 a, released was b"),
    "it hangs": ModelTimeout("the worker did not answer in time"),
    "it crashes": ModelUnavailable("the worker ended with code -6"),
    "it wants other inputs": InputsInvalid("inputs that differ from the manifest: ct"),
}


@pytest.mark.parametrize("what", FAILURES)
@on_both
def test_a_failure_is_a_call_that_was_refused_with_what_was_found(either: House, what: str) -> None:
    either.estimate(RESTAGED)
    either.model.answer = FAILURES[what]
    call = either.ask(RESTAGED)
    (row,) = rows(either, RESTAGED)
    assert call.refused == (f"model-unavailable: {type(FAILURES[what]).__name__}",)
    assert (row["probability"], row["classification"], row["contributions"]) == (None, None, None)
    assert row["problem"] == FAILURES[what].detail
    (entry,) = either.journal("system:model:failed", RESTAGED)
    assert FAILURES[what].detail in entry["body"]
    assert type(FAILURES[what]).__name__ in entry["body"]


@on_both
def test_an_unreadable_manifest_refuses_the_call_and_the_decision_goes_on_without_the_model(either: House) -> None:
    house, good = either, either.model
    house.estimate(RESTAGED)
    house.model = Unreadable(good.manifest)
    call = house.ask(RESTAGED)
    assert (call.probability, call.threshold) == (None, None)
    (row,) = rows(house, RESTAGED)
    assert (row["model"], row["version"], row["threshold"], row["inputs"]) == (None, None, None, [])
    assert row["problem"] == "manifest.json has SHA-256 0, released was 1"
    assert len(house.journal("system:model:failed", RESTAGED)) == 1
    house.save(RESTAGED, "DEC", WITHOUT_MODEL, "DEC")
    house.sign(RESTAGED, "DEC", "DEC")
    house.model = good
    assert house.ask(RESTAGED).classification == "positive", "restored, it is asked again"
    assert verify(house.engine) == []


def test_the_rest_of_the_house_works_while_the_model_does_not(house: House) -> None:
    house.estimate(RESTAGED)
    house.model.answer = ModelCorrupt("model.onnx has SHA-256 a, released was b")
    house.ask(RESTAGED)
    assert house.eligible() and house.restaged()


def test_a_model_that_answers_again_takes_the_alarm_back(house: House) -> None:
    house.estimate(RESTAGED)
    house.model.answer = ModelTimeout("the worker did not answer in time")
    house.ask(RESTAGED)
    found = watch_model.alarm(house.reader)
    assert (found["kind"], found["found"]) == ("ModelTimeout", "the worker did not answer in time")
    house.model.answer = 0.6
    house.ask(RESTAGED)
    assert watch_model.alarm(house.reader) is None
    assert len(house.journal("system:model:checked")) == 1


def test_a_call_without_an_alarm_before_it_adds_no_check(house: House) -> None:
    assert house.journal("system:model:checked") == []


# --- while the model thinks ---------------------------------------------------------------------------------------------


@on_both
def test_a_model_that_takes_its_time_holds_up_nobody_who_writes(either: House) -> None:
    class Slow(Answering):
        def call(self, values):
            saved = []
            other = threading.Thread(
                target=lambda: saved.append(either.save(SCREENED, "DM", ECOG_1, reasons={"": "misread"}))
            )
            other.start()
            other.join(20)
            assert saved, "the save waited for the model"
            return super().call(values)

    either.estimate(RESTAGED)
    either.model = Slow(either.model.manifest)
    assert either.ask(RESTAGED).classification == "positive"


class Meanwhile(Answering):
    """A model during whose answer the record changes, so many times."""

    def changing(self, house: House, times: int) -> "Meanwhile":
        self.house, self.left, self.seen = house, times, []
        return self

    def call(self, values):
        self.seen.append(values["distance"])
        if self.left:
            self.left -= 1
            self.house.save(
                PREDICTED, "MRI0", SCREENING["MRI0"] | {"DISTAV": str(50 + self.left)}, reasons={"": "misread"}
            )
        return super().call(values)


@on_both
def test_a_record_that_changes_meanwhile_is_asked_about_again(either: House) -> None:
    either.model = Meanwhile(replace(either.model.manifest, sha256="6" * 64)).changing(either, 1)
    either.ask(PREDICTED)
    assert either.model.seen == [60.0, 50.0]
    last = rows(either)[-1]
    assert {i["name"]: i["value"] for i in last["inputs"]}["distance"] == "50.0"
    assert len(rows(either)) == 2, "the answer to the record as it was is not kept"


def test_a_record_that_never_rests_is_refused_and_nothing_is_kept(house: House) -> None:
    house.model = Meanwhile(replace(house.model.manifest, sha256="6" * 64)).changing(house, 9)
    with pytest.raises(Busy):
        house.ask(PREDICTED)
    assert len(rows(house)) == 1


def test_a_double_click_on_a_model_that_fails_is_one_call(house: House) -> None:
    house.estimate(RESTAGED)
    house.model.answer = ModelUnavailable("no memory")
    first, second = (house.ask(RESTAGED, request="k" * 32) for _ in range(2))
    assert first == second
    assert len(rows(house, RESTAGED)) == 1
    assert house.ask(RESTAGED, request="l" * 32).number == 2


@on_both
def test_two_who_ask_at_once_get_one_call(either: House) -> None:
    either.estimate(RESTAGED)
    barrier = threading.Barrier(2, timeout=20)

    class Together(Answering):
        def call(self, values):
            barrier.wait()
            return super().call(values)

    model, found = Together(either.model.manifest), []
    works = [either.work("investigator") for _ in range(2)]
    threads = [
        threading.Thread(
            target=lambda uow=uow: found.append(predict.call_model(RESTAGED, uow=uow, model=model, files=either.files))
        )
        for uow in works
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(found) == 2 and found[0] == found[1]
    assert len(rows(either, RESTAGED)) == 1


# --- the daily check ----------------------------------------------------------------------------------------------------


def test_a_check_is_kept_in_the_journal_and_due_again_after_a_day(house: House) -> None:
    assert watch_model.due(house.reader, house.clock)
    watch_model.check(house.model, uow=house.work(SYSTEM))
    assert len(house.journal("system:model:checked")) == 1
    house.clock.advance(timedelta(hours=23, minutes=59))
    assert not watch_model.due(house.reader, house.clock)
    house.clock.advance(timedelta(minutes=1))
    assert watch_model.due(house.reader, house.clock)


def test_a_check_that_fails_is_an_alarm_and_due_again_in_ten_minutes(house: House) -> None:
    house.model.answer = ModelCorrupt("reference row 3 gives 0.1, released was 0.2")
    assert isinstance(watch_model.check(house.model, uow=house.work(SYSTEM)), ModelCorrupt)
    assert watch_model.alarm(house.reader)["found"] == "reference row 3 gives 0.1, released was 0.2"
    house.clock.advance(timedelta(minutes=9, seconds=59))
    assert not watch_model.due(house.reader, house.clock)
    house.clock.advance(timedelta(seconds=1))
    assert watch_model.due(house.reader, house.clock)
    house.model.answer = 0.7
    watch_model.check(house.model, uow=house.work(SYSTEM))
    assert watch_model.alarm(house.reader) is None


def test_the_real_model_is_checked_and_called_through_the_same_action(house: House, tmp_path) -> None:
    house.estimate(RESTAGED)
    with graphs.released(tmp_path, graphs.sigmoid(), minimum={}) as model:
        house.model = model
        call = house.ask(RESTAGED)
    (row,) = rows(house, RESTAGED)
    assert call.probability is not None
    assert (row["digest"], row["versions"]["manifest"]) == (model.model_digest, model.manifest_digest)
    assert [c["modality"] for c in row["contributions"]] == list(MANIFEST.modalities)
    assert {c["modality"]: c["without"] for c in row["contributions"]}["ctDNA"] is None, "not done here"
    assert RESTAGING["RESP"] == "CCR"
