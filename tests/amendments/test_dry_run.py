"""What an amendment would change, on the populated trial, before anybody activates it: an exact list, and not a byte written."""

from datetime import date
from pathlib import Path

import pytest

from tests.actions.house import (
    CONSENTED,
    ELSEWHERE,
    ENROLLED,
    PREDICTED,
    READY,
    RESTAGED,
    SCREENED,
    SCREENING,
    House,
)
from tests.actions.rooms import on_both
from tests.amendments.work import FRAIL_DM, activate, reconsent, unaltered
from trial.actions import amend
from trial.actions.amend import DryRun
from trial.actor import SYSTEM
from trial.errors import NotAllowed, NotFound
from trial.impact import DERIVED, DUE, MISSING, OUTSIDE, QUERY, RETIRED
from trial.store.tables import metadata

EARLY = [f"FU/FU{m:02d}/1" for m in (3, 6, 9, 12, 15, 18, 21, 24)]


@pytest.fixture(autouse=True)
def _shipped(amended):
    """Every test here."""


def dry(house: House, by: object = SYSTEM, site: str | None = None, **more: object) -> DryRun:
    return amend.dry_run("1.1", site, uow=house.work(by), **more)  # type: ignore[arg-type]


def touched(house: House) -> House:
    """One participant whose stored values the amendment has something to say about, each kind once."""
    tall = FRAIL_DM | {"HEIGHT": "215.0", "WEIGHT": "120.0"}
    house.save(CONSENTED, "DM", tall, confirmed={"DM.HEIGHT:soft": "measured twice"})
    staged = SCREENING["MRI0"] | {"FIELD": "1.5", "CNCAT": "cN0", "LPLN": "Y", "LENGTH": "95"}
    house.save(CONSENTED, "MRI0", staged)
    house.save(CONSENTED, "CT0", SCREENING["CT0"])
    return house


def everything(house: House) -> dict[str, list[dict]]:
    return {t.name: sorted(house.reader.all(t), key=repr) for t in metadata.sorted_tables}


@pytest.mark.requirement("R30")
@on_both
def test_every_kind_of_effect_is_listed_with_its_value(either):
    found = [line for line in dry(touched(either), shown=None).lines if line.participant == CONSENTED]
    told = {(e.kind, e.address, e.path): (e.was, e.would_be) for e in (line.effect for line in found)}
    assert told == {
        (MISSING, "DM/SCR/1", "FRAIL"): ("", ""),
        (OUTSIDE, "DM/SCR/1", "HEIGHT"): ("215.0", ""),
        (RETIRED, "MRI0/SCR/1", "FIELD"): ("1.5", ""),
        (QUERY, "MRI0/SCR/1", "LENGTH"): ("95", ""),
        (DERIVED, "MRI0/SCR/1", "STAGE"): ("II", "III"),
    }


@pytest.mark.requirement("R30")
def test_each_effect_says_it_in_words(house):
    said = {
        line.effect.kind: line.effect.words()
        for line in dry(touched(house), shown=None).lines
        if line.participant == CONSENTED
    }
    assert said == {
        MISSING: "“Clinical frailty scale” has no answer yet.",
        OUTSIDE: "“Height” is 215.0 cm. Only 120 cm to 210 cm is possible. Check the value and its unit.",
        RETIRED: "“Field strength” is 1.5, which is no longer offered. Correct it, or say why it stays.",
        QUERY: "The tumour is 95 long. Check the report; if it is right, say that local excision was not considered.",
        DERIVED: "“Clinical stage (AJCC 8)” would be calculated otherwise.",
    }


@on_both
def test_the_list_is_exact_over_the_whole_trial(either):
    found = dry(either, shown=None)
    told = {(line.participant, line.effect.kind, line.effect.address) for line in found.lines}
    enrolled = (ENROLLED, RESTAGED, PREDICTED, READY, ELSEWHERE)
    wanted = {(name, MISSING, "DM/SCR/1") for name in (SCREENED, *enrolled)}
    for name in enrolled:
        wanted |= {(name, DUE, address) for address in EARLY}
    assert {each for each in told if each[1] != DUE or each[2].startswith("FU/")} == wanted
    # Whatever else is due at those visits moves with them, and nothing that is due elsewhere.
    assert {address.split("/")[1] for _, kind, address in told if kind == DUE} == {a.split("/")[1] for a in EARLY}
    assert (found.looked_at, found.there, found.touched) == (7, 0, 6)
    assert found.total == len(found.lines) == len(told)


def test_what_cannot_differ_is_not_looked_at_and_nothing_is_missed_by_it(house, monkeypatch):
    touched(house)
    quick = dry(house, shown=None)
    monkeypatch.setattr("trial.impact._may_differ", lambda *args, **more: True)
    assert dry(house, shown=None) == quick


def test_a_window_is_told_before_and_after(house):
    lines = dry(house, shown=None).lines
    visit = next(e for e in (line.effect for line in lines if line.participant == READY) if e.address == "FU/FU03/1")
    assert (visit.was, visit.would_be) == ("2026-08-05 – 2026-09-02", "2026-08-12 – 2026-08-26")


@pytest.mark.requirement("R37")
@on_both
def test_a_dry_run_writes_nothing_at_all(either):
    touched(either)
    before = everything(either)
    dry(either, by="data_manager")
    dry(either, shown=None)
    assert everything(either) == before
    assert unaltered(either)


def test_a_dry_run_leaves_the_file_as_it_was(house):
    place = Path(house.engine.url.database)
    house.engine.dispose()
    before = place.read_bytes()
    dry(house)
    house.engine.dispose()
    assert place.read_bytes() == before


def test_one_site_alone_may_be_looked_at(house):
    found = dry(house, site="02")
    assert (found.looked_at, found.sites) == (1, ("02",))
    with pytest.raises(NotFound):
        dry(house, site="99")


def test_who_is_on_the_version_already_is_counted_and_left_out(house):
    activate(house)
    reconsent(house, READY)
    found = dry(house, shown=None)
    assert found.there == 1
    assert READY not in {line.participant for line in found.lines}


def test_who_will_consent_to_nothing_any_more_is_counted_and_left_out(house):
    house.save(ELSEWHERE, "DTH", {"DTHDAT": "2026-05-20", "DTHCAUS": "RECTAL"}, "ANY")
    house.save(SCREENED, "EOS", {"EOSDAT": "2026-05-20", "EOSREAS": "SCREENFAIL", "LSTALVDT": "2026-05-20"}, "EOS")
    found = dry(house, shown=None)
    assert (found.ended, found.touched) == (2, 4)
    assert not {ELSEWHERE, SCREENED} & {line.participant for line in found.lines}


def test_the_first_lines_are_shown_and_all_are_handed_on(house):
    handed: list[object] = []
    steps: list[tuple[int, int]] = []
    found = dry(house, shown=3, each=handed.append, progress=lambda done, of: steps.append((done, of)))
    assert len(found.lines) == 3
    assert len(handed) == found.total > 3
    assert steps == [(n, 7) for n in range(1, 8)]


def test_a_blinded_role_is_not_told_what_would_tell_an_arm(house):
    found = dry(house, by="data_manager", shown=None)
    assert found.withheld
    assert found.of_kind(DUE) == 0
    assert found.of_kind(MISSING) == 6


@pytest.mark.parametrize("role", ["administrator", "coordinator", "investigator", "monitor", "statistician", "auditor"])
def test_who_may_not_look_does_not(house, role):
    with pytest.raises(NotAllowed):
        dry(house, by=role)


def test_the_original_needs_no_dry_run_and_an_unknown_version_has_none(house):
    for version in ("1.0", "3.0"):
        with pytest.raises(NotFound):
            amend.dry_run(version, uow=house.work(SYSTEM))


def test_a_question_that_was_answered_before_is_not_asked_again(house):
    """A soft check of the old version that stands confirmed is no news under the new one."""
    short = FRAIL_DM | {"HEIGHT": "138.0", "WEIGHT": "45.0"}
    house.save(CONSENTED, "DM", short, confirmed={"DM.HEIGHT:soft": "measured twice"})
    kinds = [line.effect.kind for line in dry(house, shown=None).lines if line.participant == CONSENTED]
    assert kinds == [MISSING]


def test_a_participant_without_a_form_has_no_effect(house):
    assert [line for line in dry(house, shown=None).lines if line.participant == CONSENTED] == []


def test_where_everybody_stands_is_counted_by_site(house):
    activate(house)
    reconsent(house, READY, date(2026, 5, 20))
    found = {place.code: place for place in amend.places(house.reader, house.actor("data_manager"))}
    assert found["01"].on == {"1.0": 5, "1.1": 1}
    assert found["02"].on == {"1.0": 1, "1.1": 0}
    assert found["01"].active["1.1"]["approved_on"] == date(2026, 4, 1)
    assert found["02"].active == {}


def test_a_site_that_one_does_not_reach_is_not_listed(house):
    assert [p.code for p in amend.places(house.reader, house.actor("coordinator", "02"))] == ["02"]


def test_the_administrator_sees_sites_and_no_participants(house):
    assert {p.on for p in amend.places(house.reader, house.actor("administrator"))} == {None}
