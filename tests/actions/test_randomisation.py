"""Randomisation: one allocation for ever, and every reason why not, by name (PROTOCOL 6)."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.actions.house import (
    CONSENTED,
    DECISION,
    ELIGIBLE,
    KEY,
    PREDICTED,
    READY,
    RESTAGING,
    SCREENING,
    SEED,
    STUDY,
    House,
    day,
)
from tests.actions.rooms import on_both
from trial.actions import setup
from trial.actions.allocate import certificate, earlier_allocations, request_randomisation
from trial.actor import SYSTEM
from trial.allocation import allocate
from trial.draws import commitment
from trial.errors import AlreadyExists, NotAllowed, NotFound, NotOpen
from trial.protocol import plan_for
from trial.seal import SealBroken

CONSENT_FORM = SCREENING["IC"]


def refused(house: House, participant: str) -> set[str]:
    """Why not; and that the refusal wrote nothing."""
    before = house.state()
    with pytest.raises(NotOpen) as closed:
        house.randomise(participant)
    assert house.state() == before
    return {str(getattr(b, "id", b)) for b in closed.value.blockers}


@on_both
def test_an_allocation_is_written_with_everything_it_rests_on(either: House) -> None:
    given = either.randomise(READY)
    row = either.reader.the("allocation", participant=READY)
    assert (row["number"], row["arm"], row["method"]) == (1, given.arm, "minimisation")
    assert row["factors"] == {"site": "01", "response": "CCR", "ct": "T1-3", "regimen": "NO-IO"}
    assert row["detail"]["probability"] == "0.5", "the first of a study is a toss"
    assert row["by"] == either.actor().person_id and row["at"] == either.clock.now()


@on_both
def test_the_second_request_gets_the_first_answer(either: House) -> None:
    given = either.randomise(READY)
    assert [either.randomise(READY) for _ in range(3)] == [given] * 3
    assert len(either.journal("system:participant:allocated")) == 1


def test_another_coordinator_a_day_later_gets_it_too(house: House) -> None:
    given = house.randomise(READY)
    house.clock.advance(timedelta(days=40))
    assert house.randomise(READY, request="another tab") == given


def test_the_certificate_names_arm_number_person_and_commitment(house: House) -> None:
    given = house.randomise(READY)
    assert given == certificate(house.reader, READY)
    assert (given.participant, given.number, given.by, given.commitment) == (
        READY,
        1,
        "Coordinator01",
        commitment(SEED),
    )


def test_there_is_no_certificate_without_an_allocation(house: House) -> None:
    with pytest.raises(NotFound):
        certificate(house.reader, PREDICTED)


def test_the_allocation_is_what_the_seed_gives_to_anybody_who_replays_it(house: House) -> None:
    for participant in (READY, house.ready("02"), house.ready()):
        house.randomise(participant)
    study = house.reader.the("randomisation", study=STUDY)
    made = earlier_allocations(house.reader)
    plan = plan_for(study["method"], study["parameters"])
    replayed = [allocate(plan, SEED, made[:n], each.factors, n + 1).arm for n, each in enumerate(made)]
    assert replayed == [each.arm for each in made]


def test_the_seed_is_nowhere_in_the_database(house: House) -> None:
    house.randomise(READY)
    everything = repr([house.reader.all(table) for table in ("randomisation", "journal", "allocation")])
    assert SEED.hex() not in everything


def test_the_arm_opens_the_schedule_of_its_arm(house: House) -> None:
    given = house.randomise(READY)
    due = {row["event"] for row in house.reader.all("due", participant=READY)}
    assert "FU03" in due
    assert ("SUR-1" in due) == (given.arm == "TME")


# --- why not ----------------------------------------------------------------------------------------------------------


def test_nothing_but_consent_gives_every_reason_at_once(house: House) -> None:
    assert refused(house, CONSENTED) == {
        "eligibility-unsigned", "criterion-open", "decision-unsigned", "model-unanswered", "not-derived-candidate",
        "not-candidate", "randomisation-not-accepted", "decision-undated", "factor-unknown",
    }  # fmt: skip


def _changed(form: str, event: str = "SCR", **items: object) -> Callable[[House], None]:
    before = {**SCREENING, "RST": RESTAGING, "DEC": DECISION, "ELIG": ELIGIBLE}[form]

    def change(house: House) -> None:
        answers = {k: v for k, v in (before | items).items() if v is not None}
        house.save(READY, form, answers, event, reasons={"": "source checked"}, confirmed=_ASKED)

    return change


_ASKED = {"IC-S1": "the page was lost", "DEC-S1": "holidays", "RST-S4": "seen twice", "ELIG-S1": "late"}


def _added(form: str, event: str, **items: object) -> Callable[[House], None]:
    return lambda house: house.save(READY, form, items, event) and None


WITHDRAWN = {"ICWDAT": day(140), "ICWSCOPE": ["FUTURE"]}
DEAD = {"DTHDAT": day(140), "DTHCAUS": "OTHER"}


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (_changed("IC", **WITHDRAWN), "consent-withdrawn"),
        (_added("DTH", "ANY", **DEAD), "died"),
        (_added("MET", "ANY", METDAT=day(140)), "metastasis"),
        (_changed("RST", "RST", YCM="M1"), "metastasis"),
        (_changed("DEC", "DEC", M1NOW="Y", STRATEGY="NOTCAND", PREFER=None, RANDCONS=None, RANDCDAT=None), "metastasis"),
        (_added("EOS", "EOS", EOSDAT=day(141), EOSREAS="LOST", LSTALVDT=day(141)), "study-ended"),
        (_changed("MRI0", DISTAV="101"), "criterion-failed"),
        (_changed("MRI0", CNCAT="cNx"), "criterion-open"),
        (_changed("ELIG", ELIGDAT=day(11)), "eligibility-unsigned"),
        (_changed("DEC", "DEC", PREFER="WW"), "decision-unsigned"),
        (_changed("DEC", "DEC", RANDCONS="N", RANDCDAT=None, PREFARM="WW"), "randomisation-not-accepted"),
        (_changed("DEC", "DEC", STRATEGY="NOTCAND", CANDWHY="frail", PREFER=None, RANDCONS=None, RANDCDAT=None), "not-candidate"),
        (_changed("DEC", "DEC", CONTRA="Y", CONTRAWH="cirrhosis", CANDWHY="wants it", RANDCONS=None, RANDCDAT=None, PREFARM="WW"),
         "not-derived-candidate"),
        (_changed("RST", "RST", RESP="ICR", RESPWHY="second look"), "not-derived-candidate"),
        (_changed("RST", "RST", RESP="ICR", RESPWHY="second look"), "factor-unknown"),
    ],
)  # fmt: skip
def test_each_reason_refuses_alone(house: House, happens: Callable[[House], None], reason: str) -> None:
    happens(house)
    assert reason in refused(house, READY)


@pytest.mark.parametrize(("days", "allowed"), [(14, True), (15, False)])
def test_the_fourteenth_day_after_the_decision_is_the_last(house: House, days: int, allowed: bool) -> None:
    house.clock.advance(timedelta(days=days - (house.clock.today().toordinal() - _decided())))
    if allowed:
        assert house.randomise(READY).arm
    else:
        assert refused(house, READY) == {"too-late"}


def _decided() -> int:
    return date.fromisoformat(DECISION["DECDAT"]).toordinal()


def test_a_model_that_changed_its_mind_on_corrected_data_takes_candidacy_away(house: House) -> None:
    house.save(READY, "MRI0", SCREENING["MRI0"] | {"DISTAV": "99"}, reasons={"": "measured again"})
    house.model.answer = 0.1
    house.ask(READY)
    assert "not-derived-candidate" in refused(house, READY)


def test_after_accrual_closed_nobody_is_randomised(house: House) -> None:
    setup.close_randomisation(uow=house.work("data_manager"))
    assert refused(house, READY) == {"accrual-closed"}


def test_an_allocation_that_was_made_is_shown_whatever_happened_since(house: House) -> None:
    given = house.randomise(READY)
    house.save(READY, "DTH", DEAD, "ANY")
    setup.close_randomisation(uow=house.work("data_manager"))
    assert house.randomise(READY) == given


def test_the_wrong_key_opens_nothing_and_writes_nothing(house: House) -> None:
    before = house.state()
    with pytest.raises(SealBroken):
        request_randomisation(READY, uow=house.work(), key=b"x" * 32)
    assert house.state() == before


# --- the seal ---------------------------------------------------------------------------------------------------------


def test_randomisation_opens_once(house: House) -> None:
    with pytest.raises(AlreadyExists):
        setup.open_randomisation(KEY, uow=house.work("administrator"))


def test_the_seed_is_revealed_after_accrual_by_the_unblinded_statistician_and_that_is_logged(house: House) -> None:
    with pytest.raises(NotOpen):
        setup.reveal_seed(KEY, uow=house.work("unblinded_statistician"))
    setup.close_randomisation(uow=house.work("data_manager"))
    with pytest.raises(NotAllowed):
        setup.reveal_seed(KEY, uow=house.work("statistician"))
    assert setup.reveal_seed(KEY, uow=house.work("unblinded_statistician")) == SEED.hex()
    assert len(house.journal("person:seed:revealed")) == 1


def test_form_versions_are_released_once(house: House) -> None:
    assert setup.release_definitions(uow=house.work(SYSTEM)) == 0
