"""Chapter: deviations the system raises, in the save that reveals them or at the daily look; each once, and never taken back by it."""

from datetime import timedelta

import pytest

from forms.answers import from_json
from forms.catalogue import current
from tests.actions.house import (
    CYCLE,
    ENROLLED,
    RADIOTHERAPY,
    READY,
    RESTAGED,
    RESTAGING,
    SCREENED,
    SCREENING,
    House,
    day,
)
from tests.actions.rooms import on_both
from trial.actions import hold, queries
from trial.actions.deviations import raise_deviations
from trial.actions.hold import Scope
from trial.actor import SYSTEM
from trial.errors import NotAllowed
from trial.store.verify import verify

MRI = SCREENING["MRI0"]
WRONG = {"": "typing error"}


def raised(house: House, participant: str) -> list[str]:
    return [r["key"] for r in house.reader.all("breach", order_by="occurrence", participant=participant)]


def forms(house: House, participant: str) -> list[dict]:
    rows = house.reader.all("crf", order_by="occurrence", participant=participant, form="DV")
    return [house.stored(participant, "DV", "ANY", r["occurrence"])["items"] for r in rows]


def proposals(house: House, participant: str, state: str = "candidate") -> list[dict]:
    rows = house.reader.all("query", order_by="id", participant=participant, state=state)
    return [r for r in rows if (r["rule"] or "").startswith("proposal:")]


def daily(house: House, **options):
    return raise_deviations(uow=house.work(SYSTEM), **options)


def later(house: House, days: int) -> None:
    house.clock.advance(timedelta(days=days))


@pytest.fixture
def randomised(house: House) -> House:
    house.randomise(READY)
    return house


@on_both
def test_a_missed_window_is_raised_at_the_daily_look_and_only_once(either: House) -> None:
    either.randomise(READY)
    later(either, 250)
    first = {r.participant: [b.key for b in r.breaches] for r in daily(either)}
    assert "window:FU03" in first[READY]
    assert raised(either, READY) == first[READY]
    before = either.state()
    assert daily(either) == ()
    assert either.state() == before
    row = either.revisions(READY, "DV", "ANY")[0]
    assert (row["source"], row["author"]) == ("system", None)
    assert len(either.journal("system:breach:found", READY)) == len(first[READY])
    assert [f for f in verify(either.engine, released={}) if f.kind != "definition"] == []


def test_the_day_before_nothing_is_raised(randomised: House) -> None:
    assert not [k for r in daily(randomised) for k in raised(randomised, r.participant) if k.startswith("window:FU")]


def test_a_dry_run_says_the_same_and_writes_nothing(randomised: House) -> None:
    later(randomised, 250)
    before = randomised.state()
    said = daily(randomised, dry_run=True)
    assert randomised.state() == before
    assert [(r.participant, r.breaches) for r in said] == [(r.participant, r.breaches) for r in daily(randomised)]


def test_a_frozen_participant_is_left_alone_and_said_to_be(randomised: House) -> None:
    later(randomised, 250)
    hold.place("freeze", Scope(participant=READY), "cleaning", uow=randomised.work("data_manager"))
    (told,) = (r for r in daily(randomised) if r.participant == READY)
    assert told.held and told.breaches
    assert raised(randomised, READY) == []


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(randomised: House) -> None:
    later(randomised, 250)

    class Cut(Exception):
        pass

    def cut(done: int, of: int) -> None:
        if done == 3:
            raise Cut

    with pytest.raises(Cut):
        daily(randomised, progress=cut)
    half = len(randomised.reader.all("breach"))
    daily(randomised)
    whole = randomised.reader.all("breach")
    assert 0 < half < len(whole)
    assert len({(r["participant"], r["key"]) for r in whole}) == len(whole)


@pytest.mark.parametrize("role", ["coordinator", "monitor", "administrator"])
def test_the_daily_look_is_not_everybodys(house: House, role: str) -> None:
    with pytest.raises(NotAllowed):
        raise_deviations(uow=house.work(role))


@pytest.mark.requirement("R58")
@on_both
def test_a_wrong_stratum_is_raised_in_the_save_that_shows_it_and_the_allocation_stays(either: House) -> None:
    either.randomise(READY)
    (drawn,) = either.reader.all("allocation")
    either.save(READY, "MRI0", MRI | {"CTCAT": "cT4a"}, reasons={"": "second reading"})
    assert raised(either, READY) == ["stratum:ct"]
    (found,) = forms(either, READY)
    assert (found["DVCAT"], found["DVSEV"]) == ("RANDOMISATION", "MAJOR")
    assert either.reader.all("allocation") == [drawn]
    entries = [either.journal(tag, READY)[-1]["seq"] for tag in ("site:crf:saved", "system:breach:found")]
    assert entries[1] == entries[0] + 1


def test_found_ineligible_later_stays_enrolled_with_a_deviation(house: House) -> None:
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "101"}, reasons={"": "second reading"})
    assert raised(house, ENROLLED) == ["eligibility:IN4"]
    assert house.case(ENROLLED).bare.value("ELIG.ELIGCONF") == "Y"


def test_what_was_not_done_is_raised_in_that_save(house: House) -> None:
    absent = {"reason": "refused", "on": day(130)}
    house.save(RESTAGED, "QLQ30", event="DEC", not_done=absent)
    assert raised(house, RESTAGED) == ["notdone:QLQ30/DEC/1"]
    assert "refused" in forms(house, RESTAGED)[0]["DVTERM"]


def test_an_ordinary_save_raises_nothing(house: House) -> None:
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "43"}, reasons=WRONG)
    assert forms(house, SCREENED) == []


# --- when the data are corrected later --------------------------------------------------------------------------------


@on_both
def test_a_corrected_value_leaves_the_form_and_proposes_to_ask(either: House) -> None:
    either.save(ENROLLED, "MRI0", MRI | {"DISTAV": "101"}, reasons={"": "second reading"})
    either.save(ENROLLED, "MRI0", MRI, reasons={"": "third reading"})
    assert len(forms(either, ENROLLED)) == 1
    (proposal,) = proposals(either, ENROLLED)
    assert (proposal["form"], proposal["event"], proposal["source"]) == ("DV", "ANY", "system")
    assert "still stand" in proposal["words"]


def test_it_is_proposed_once_and_taken_back_when_the_breach_is_there_again(house: House) -> None:
    for value in ("101", "60", "61"):
        house.save(ENROLLED, "MRI0", MRI | {"DISTAV": value}, reasons=WRONG)
    assert len(proposals(house, ENROLLED)) == 1
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "102"}, reasons=WRONG)
    assert proposals(house, ENROLLED) == []
    assert len(proposals(house, ENROLLED, "resolved")) == 1
    assert raised(house, ENROLLED) == ["eligibility:IN4"], "and the deviation is not raised again"


@pytest.mark.parametrize("act", ["open", "cancel"])
@pytest.mark.parametrize("by", ["monitor", "data_manager"])
def test_a_monitor_or_a_data_manager_opens_or_drops_it(house: House, act: str, by: str) -> None:
    for value in ("101", "60"):
        house.save(ENROLLED, "MRI0", MRI | {"DISTAV": value}, reasons=WRONG)
    (proposal,) = proposals(house, ENROLLED)
    queries.act_on([proposal["id"]], act, "seen", uow=house.work(by))
    assert proposals(house, ENROLLED) == []
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "62"}, reasons=WRONG)
    (kept,) = proposals(house, ENROLLED, {"open": "open", "cancel": "cancelled"}[act])
    assert kept["id"] == proposal["id"], "a check that looks again does not resolve what a person took up"


def test_the_site_neither_opens_nor_drops_a_proposal(house: House) -> None:
    for value in ("101", "60"):
        house.save(ENROLLED, "MRI0", MRI | {"DISTAV": value}, reasons=WRONG)
    (proposal,) = proposals(house, ENROLLED)
    for act in ("open", "cancel"):
        with pytest.raises(NotAllowed):
            queries.act_on([proposal["id"]], act, "seen", uow=house.work("coordinator"))


def test_a_deviation_that_a_person_took_back_is_neither_raised_again_nor_asked_about(house: House) -> None:
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "101"}, reasons=WRONG)
    from trial.actions.enter import remove_crf

    entry = house.entry(ENROLLED, "DV", event="ANY")
    remove_crf(entry, "raised by mistake", uow=house.work())
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "102"}, reasons=WRONG)
    house.save(ENROLLED, "MRI0", MRI, reasons=WRONG)
    assert proposals(house, ENROLLED) == []
    daily(house)
    assert "eligibility:IN4" in raised(house, ENROLLED)
    assert len([f for f in forms(house, ENROLLED) if "IN4" in f["DVTERM"]]) == 1


LATE = RESTAGING | {"RSTDAT": day(140), "ENDODAT": day(139), "MRIDAT": day(139), "YCMDAT": day(139)}


def test_a_confirmed_breach_that_went_away_is_asked_about_and_raised_once(house: House) -> None:
    house.save(ENROLLED, "EX", CYCLE, "NAT-1")
    house.save(ENROLLED, "RT", RADIOTHERAPY, "EOT")
    said = {"confirmed": {"RST-S1": "the scanner was broken"}}
    house.save(ENROLLED, "RST", LATE, "RST", **said)
    assert raised(house, ENROLLED) == ["check:RST/RST/1:RST-S1"]
    house.save(ENROLLED, "RST", RESTAGING, "RST", reasons=WRONG)
    (proposal,) = proposals(house, ENROLLED)
    assert proposal["rule"] == "proposal:breach:check:RST/RST/1:RST-S1"
    house.save(ENROLLED, "RST", LATE, "RST", reasons=WRONG, **said)
    assert proposals(house, ENROLLED) == []
    assert len(forms(house, ENROLLED)) == 1


def test_a_late_visit_entered_after_it_was_called_missed_is_asked_about(randomised: House) -> None:
    later(randomised, 250)
    daily(randomised)
    on = randomised.clock.today() - timedelta(120)
    items = {"FUDAT": on.isoformat(), "FUMODE": "PHONE", "ALIVE": "Y", "STOMANOW": "N", "SUSPECT": ["NONE"]}
    window = {"FU-S1": "notes found"}
    randomised.save(READY, "FU", items, "FU03", confirmed=window | {"FU-S2": "x"})
    assert [p["rule"] for p in proposals(randomised, READY)] == ["proposal:breach:window:FU03"]


def test_the_forms_the_system_writes_are_whole_and_ask_nothing(randomised: House) -> None:
    later(randomised, 250)
    daily(randomised)
    rows = [r for r in randomised.reader.all("due", participant=READY, form="DV") if r["state"] == "entered"]
    assert rows and all((r["missing"], r["asks"]) == (0, 0) for r in rows)
    for row in rows:
        from_json(randomised.stored(READY, "DV", "ANY", row["occurrence"]), current("DV").kinds())


@on_both
def test_repeated_results_are_proposed_once(either: House) -> None:
    result = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": "2.17", "LBORRESU": "ug/L"}
    for event, on in (("SCR", day(1)), ("NAT-1", day(14)), ("EOT", day(52))):
        either.save(ENROLLED, "LB", {"LBDAT": on}, event, groups={"R": [result]})
    daily(either)
    (proposal,) = proposals(either, ENROLLED)
    assert (proposal["rule"], proposal["event"]) == ("proposal:same:CEA", "EOT")
    daily(either)
    assert len(proposals(either, ENROLLED)) == 1
