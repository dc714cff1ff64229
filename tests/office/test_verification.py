"""Chapter: source data verification (R42): at item, form and visit, by a plan, and taken back by any change."""

import pytest

from forms.answers import Answers, Crf, Row
from forms.catalogue import definitions
from tests.actions.house import READY, SCREENED, SCREENING, House
from tests.actions.rooms import on_both
from tests.office.work import row
from trial.actions import hold, verify_data
from trial.actions.hold import Scope
from trial.critical import USED_BY, critical_items
from trial.errors import CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded, StaleRevision
from trial.roles import ROLES
from trial.verification import Plan, drawn, paths_of, plan_of, required

MRI = SCREENING["MRI0"]


def verify(
    house: House, participant: str = SCREENED, form: str = "MRI0", paths=None, *, revision: int = 1, by: str = "monitor"
) -> int:
    return verify_data.verify_values(
        participant, "SCR", form, 1, revision=revision, paths=paths, uow=house.work(by, participant[3:5])
    )


def verified(house: House, participant: str = SCREENED, form: str = "MRI0") -> dict:
    found = house.reader.one("verification", participant=participant, form=form)
    return found["paths"] if found else {}


@on_both
def test_one_value_is_verified_at_the_revision_that_was_compared_by_whom_and_when(either: House) -> None:
    assert verify(either, paths=["DISTAV"]) == 1
    who = either.actor("monitor").person_id
    assert verified(either) == {"DISTAV": {"revision": 1, "by": who, "at": either.clock.now().isoformat()}}


def test_a_whole_form_is_every_value_it_holds(house: House) -> None:
    assert verify(house) == len(MRI)
    assert verified(house).keys() == MRI.keys()


def test_a_whole_visit_is_every_form_of_it(house: House) -> None:
    seen = {c.address: c.number for c in house.case(SCREENED).crfs}
    done = verify_data.verify_visit(SCREENED, "SCR", seen=seen, uow=house.work("monitor"))
    assert done == sum(len(items) for items in SCREENING.values())
    assert {r["to_verify"] for r in house.reader.all("due", participant=SCREENED)} == {0}


def test_a_visit_with_a_form_that_changed_meanwhile_is_not_verified_at_all(house: House) -> None:
    seen = {c.address: c.number for c in house.case(SCREENED).crfs}
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"})
    with pytest.raises(StaleRevision):
        verify_data.verify_visit(SCREENED, "SCR", seen=seen, uow=house.work("monitor"))
    assert house.reader.all("verification") == []


def test_an_empty_visit_has_nothing_to_verify(house: House) -> None:
    with pytest.raises(NotOpen):
        verify_data.verify_visit(SCREENED, "FU03", seen={}, uow=house.work("monitor"))


def test_verifying_again_changes_nothing(house: House) -> None:
    verify(house)
    before = verified(house)
    assert verify(house) == 0
    assert verified(house) == before


@pytest.mark.requirement("R42")
@on_both
def test_a_changed_value_loses_its_verification_and_the_journal_says_so(either: House) -> None:
    verify(either)
    either.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"": "misread"})
    assert verified(either).keys() == MRI.keys() - {"DISTAV"}
    reset = either.journal("system:verification:reset", SCREENED)[-1]
    assert '"paths":["DISTAV"]' in reset["body"]
    assert row(either, SCREENED, "MRI0")["to_verify"] == 1


@pytest.mark.requirement("R42")
def test_a_value_that_is_taken_away_loses_it_too(house: House) -> None:
    verify(house)
    house.save(SCREENED, "MRI0", {k: v for k, v in MRI.items() if k != "LENGTH"}, reasons={"": "of another scan"})
    assert "LENGTH" not in verified(house)


@pytest.mark.requirement("R42")
def test_a_removed_form_keeps_nothing_verified(house: House) -> None:
    from trial.actions import enter

    verify(house)
    enter.remove_crf(house.entry(SCREENED, "MRI0"), "another person's", uow=house.work())
    assert verified(house) == {}


def test_changing_it_back_does_not_bring_it_back(house: House) -> None:
    verify(house)
    house.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"": "misread"})
    house.save(SCREENED, "MRI0", MRI, reasons={"": "misread again"})
    assert "DISTAV" not in verified(house)


def test_a_value_that_only_moves_to_another_row_position_stays_verified() -> None:
    from trial.verification import still_verified

    rows = (Row("b", {"LBORRES": 1}), Row("a", {"LBORRES": 2}))
    crf = Crf("LB", 1, "SCR", 1, 2, Answers(groups={"R": rows}))
    kept = {"R/a/LBORRES": {}, "R/b/LBORRES": {}}
    assert still_verified(kept, (), crf) == kept


def test_what_was_on_the_screen_is_what_is_verified(house: House) -> None:
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"})
    with pytest.raises(StaleRevision):
        verify(house, revision=1)


def test_a_value_that_is_not_there_cannot_be_verified(house: House) -> None:
    with pytest.raises(NotFound):
        verify(house, paths=["VOLUME"])


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"monitor"}))
def test_only_a_monitor_verifies(house: House, by: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        verify(house, by=by)


def test_a_frozen_form_is_verified_a_locked_one_is_not(house: House) -> None:
    place = Scope(None, SCREENED, "SCR", "MRI0", 1)
    hold.place("freeze", place, "cleaned", uow=house.work("data_manager"))
    verify(house, paths=["DISTAV"])
    hold.place("lock", place, "done", uow=house.work("data_manager"))
    with pytest.raises(CrfLocked):
        verify(house)


# --- the plan -------------------------------------------------------------------------------------------------------


def plan(house: House, kind: str, reason: str = "monitoring plan 1.0", by: str = "data_manager", **options) -> int:
    return verify_data.set_plan(kind, reason, uow=house.work(by), **options)


def test_before_a_plan_is_set_critical_items_are_verified(house: House) -> None:
    wanted = [k for k in MRI if f"MRI0.{k}" in critical_items()]
    assert plan_of(None).kind == "critical"
    assert row(house, SCREENED, "MRI0")["to_verify"] == len(wanted) < len(MRI)


def test_a_new_plan_is_a_new_row_and_counts_for_everything_entered(house: House) -> None:
    assert (plan(house, "all"), plan(house, "critical", "after the pilot")) == (1, 2)
    plan(house, "all", "for the inspection")
    assert row(house, SCREENED, "MRI0")["to_verify"] == len(MRI)
    assert [r["kind"] for r in house.reader.all("review_plan", order_by="number")] == ["all", "critical", "all"]


def test_a_sample_keeps_its_seed_and_draws_the_same_again(house: House) -> None:
    plan(house, "sample", percent=30)
    kept = house.reader.the("review_plan", number=1)
    assert len(kept["seed"]) == 32
    first = {r["form"]: r["to_verify"] for r in house.reader.all("due", participant=SCREENED)}
    plan(house, "sample", percent=30, seed=kept["seed"])
    assert {r["form"]: r["to_verify"] for r in house.reader.all("due", participant=SCREENED)} == first


@pytest.mark.parametrize("percent", [1, 10, 50, 99])
def test_a_sample_is_as_large_as_it_says(percent: int) -> None:
    plan_ = Plan(1, "sample", percent, "seed")
    chosen = sum(drawn(plan_, f"VG-01-{n:04d}", "MRI0/SCR/1") for n in range(5000))
    assert abs(chosen / 5000 - percent / 100) < 4 * (percent / 100 * (1 - percent / 100) / 5000) ** 0.5


def test_another_seed_draws_others() -> None:
    names = [f"VG-01-{n:04d}" for n in range(200)]
    samples = [{n for n in names if drawn(Plan(1, "sample", 20, seed), n, "FU/FU03/1")} for seed in ("a", "b")]
    assert samples[0] != samples[1]


def test_critical_items_are_verified_in_every_form_of_a_sample(house: House) -> None:
    crf = next(c for c in house.case(READY).crfs if c.form == "RST")
    wanted = required(Plan(1, "sample", 1, "nobody"), READY, crf)
    assert {p for p in paths_of(crf.answers) if f"RST.{p}" in critical_items()} <= wanted


def test_a_plan_needs_a_reason_and_a_data_manager(house: House) -> None:
    with pytest.raises(ReasonNeeded):
        plan(house, "all", " ")
    with pytest.raises(NotAllowed):
        plan(house, "all", by="monitor")


def test_every_critical_item_is_an_item_that_is_typed() -> None:
    typed = {i.key for form in definitions().values() for i in form.every_item() if i.stored}
    assert set().union(*USED_BY.values()) <= typed
    assert critical_items() <= typed
    assert {"IC.ICDAT", "DM.BRTHDAT", "MRI0.DISTAV", "CT0.CM", "PATH.HISTO"} <= critical_items()
