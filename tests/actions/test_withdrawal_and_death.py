"""After a withdrawal only what its scope leaves, after death nothing that happens; what came before may be entered late."""

import pytest

from tests.actions.house import CYCLE, ENROLLED, LABORATORY, RADIOTHERAPY, RESTAGING, SCREENING, House, day
from trial import limits, schedule
from trial.course import Course
from trial.errors import Refused

ADVERSE = {"AESPID": "1", "AETERM": "diarrhoea", "AESTDAT": day(70), "AETOXGR": "2", "AESER": "N", "AEREL": ["NONE"], "AEIR": "N",
           "AEOUT": "NOTREC", "AEACNRT": "NONE", "AEACNCH": "NONE", "AEACNIO": "NONE"}  # fmt: skip
DEATH = {"DTHDAT": day(60), "DTHCAUS": "OTHER"}


def withdraw(house: House, *scope: str, on: str = day(60)) -> None:
    items = SCREENING["IC"] | {"ICWDAT": on, "ICWSCOPE": list(scope)}
    house.save(ENROLLED, "IC", items, reasons={"": "the participant called"})


def sample(house: House, on: str) -> None:
    house.save(ENROLLED, "LB", {"LBDAT": on}, "EOT", groups={"R": [LABORATORY]})


def messages(refused: pytest.ExceptionInfo[Refused]) -> str:
    return " ".join(f.text() for f in refused.value.findings)


@pytest.mark.requirement("R45")
def test_after_a_withdrawal_from_visits_no_visit_is_entered(house: House) -> None:
    withdraw(house, "VISITS")
    with pytest.raises(Refused) as refused:
        sample(house, day(61))
    assert "after consent was withdrawn" in messages(refused)
    assert house.revisions(ENROLLED, "LB", "EOT") == []


@pytest.mark.requirement("R45")
@pytest.mark.parametrize("on", [day(59), day(60)])
def test_what_happened_before_or_on_the_day_of_withdrawal_is_still_entered(house: House, on: str) -> None:
    withdraw(house, "VISITS")
    sample(house, on)
    assert len(house.revisions(ENROLLED, "LB", "EOT")) == 1


@pytest.mark.requirement("R45")
def test_safety_stays_open_after_a_withdrawal_from_everything(house: House) -> None:
    withdraw(house, "TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE")
    house.save(ENROLLED, "AE", ADVERSE, "ANY")
    assert len(house.revisions(ENROLLED, "AE", "ANY")) == 1


def test_a_withdrawal_from_treatment_leaves_the_visits(house: House) -> None:
    house.save(ENROLLED, "EX", CYCLE, "NAT-1")
    withdraw(house, "TREATMENT")
    sample(house, day(70))
    with pytest.raises(Refused):
        house.save(ENROLLED, "EX", CYCLE | {"EXCYC": "2", "EXSTDT": day(61), "EXENDT": day(62)}, "NAT-2")


def test_a_withdrawal_that_names_nothing_closes_all_but_safety(house: House) -> None:
    withdraw(house)
    with pytest.raises(Refused):
        sample(house, day(61))
    house.save(ENROLLED, "AE", ADVERSE, "ANY")


FORMS = (
    "RT",
    "EX",
    "SUR",
    "SLV",
    "YP",
    "POC",
    "STO",
    "MIC",
    "LBX",
    "SPEC",
    "FU",
    "MET",
    "LR",
    "SPC",
    "RGW",
    "LB",
    "QLQ30",
    "AE",
    "DTH",
)
SCOPES = [(), ("TREATMENT",), ("VISITS",), ("SURVIVAL",), ("SAMPLES",), ("FUTURE",), ("TREATMENT", "VISITS"), ("VISITS", "SURVIVAL"),
          ("TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE")]  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES, ids="+".join)
def test_nothing_that_is_still_owed_is_refused(scope: tuple[str, ...]) -> None:
    withdrawn = Course(withdrawn_from=scope)
    for form in FORMS:
        assert schedule.withdrawn(withdrawn, form) or not limits.closed_by(scope, form), form


def test_death_refuses_what_happens_after_it(house: House) -> None:
    house.save(ENROLLED, "DTH", DEATH, "ANY")
    with pytest.raises(Refused) as refused:
        sample(house, day(61))
    assert "after the date of death" in messages(refused)


def test_what_happened_before_death_is_entered_late(house: House) -> None:
    house.save(ENROLLED, "DTH", DEATH, "ANY")
    house.save(ENROLLED, "RT", RADIOTHERAPY, "EOT")
    sample(house, day(60))
    assert house.case(ENROLLED).bare.latest("LB") is not None


def test_a_death_before_the_last_thing_that_happened_is_refused_and_names_it(house: House) -> None:
    house.save(ENROLLED, "EX", CYCLE, "NAT-1")
    house.save(ENROLLED, "RT", RADIOTHERAPY, "EOT")
    house.save(ENROLLED, "RST", RESTAGING, "RST")
    with pytest.raises(Refused) as refused:
        house.save(ENROLLED, "DTH", DEATH, "ANY")
    assert f"The date of death {day(60)} is before" in messages(refused) and "RST/RST/1" in messages(refused)
    assert house.revisions(ENROLLED, "DTH", "ANY") == []


def test_a_death_of_which_only_the_month_is_known_refuses_only_what_is_certain(house: House) -> None:
    house.save(ENROLLED, "DTH", DEATH | {"DTHDAT": day(60)[:7]}, "ANY")
    sample(house, day(60)[:7] + "-28")
    with pytest.raises(Refused):
        house.save(ENROLLED, "RT", RADIOTHERAPY | {"RTENDT": day(120)}, "EOT")


def test_death_cancels_what_falls_due_after_it(house: House) -> None:
    owed = {"participant": ENROLLED, "state": "required"}
    before = {r["event"] for r in house.reader.all("due", **owed)}
    house.save(ENROLLED, "DTH", DEATH, "ANY")
    after = {r["event"] for r in house.reader.all("due", **owed)}
    assert "FU12" in before and "FU12" not in after and "EOS" in after
