"""Two people, two tabs, a lost answer: nobody's typing is lost, and nothing is done twice."""

import pytest

from tests.actions.house import CONSENTED, ENROLLED, SCREENED, SCREENING, TODAY, House, day
from tests.actions.rooms import on_both
from trial.actions import drafts, enter
from trial.actions.entry import Entry
from trial.errors import AlreadyExists, NotFound, NotOpen, ReasonNeeded, Refused, StaleRevision

MRI = SCREENING["MRI0"]


@pytest.mark.requirement("R36")
@on_both
def test_a_stale_save_is_refused_with_both_versions_and_the_others_name(either: House) -> None:
    mine = either.entry(SCREENED, "MRI0", MRI | {"LENGTH": "50"}, reasons={"": "mine"}, based_on=1)
    either.save(SCREENED, "MRI0", MRI | {"DISTAV": "70"}, reasons={"": "theirs"}, by="investigator")
    before = either.state()
    with pytest.raises(StaleRevision) as stale:
        either.post(mine)
    conflict = stale.value
    assert (conflict.based_on, conflict.current, conflict.author_name) == (1, 2, "Investigator01")
    assert (conflict.mine["items"]["LENGTH"], conflict.theirs["items"]["DISTAV"], conflict.base["items"]["DISTAV"]) == (
        "50",
        "70",
        "60",
    )
    assert either.state() == before


def test_a_first_save_that_comes_second_is_stale_too(house: House) -> None:
    house.save(CONSENTED, "DM", SCREENING["DM"])
    with pytest.raises(StaleRevision) as stale:
        house.save(CONSENTED, "DM", SCREENING["DM"] | {"SEX": "F"}, based_on=None)
    assert stale.value.base is None


def test_a_revision_from_the_future_is_stale(house: House) -> None:
    with pytest.raises(StaleRevision):
        house.save(SCREENED, "MRI0", MRI, based_on=7)


@on_both
def test_the_same_post_twenty_times_makes_one_revision_and_gets_one_answer(either: House) -> None:
    entry = either.entry(CONSENTED, "DM", SCREENING["DM"], key="one-click")
    answers = [either.post(entry) for _ in range(20)]
    assert len(set(answers)) == 1
    assert len(either.revisions(CONSENTED, "DM")) == 1
    assert len(either.journal("site:crf:saved", CONSENTED)) == 2, "consent and this"


def test_the_first_answer_comes_back_even_after_others_saved(house: House) -> None:
    entry = house.entry(CONSENTED, "DM", SCREENING["DM"], key="lost-answer")
    first = house.post(entry)
    house.save(CONSENTED, "DM", SCREENING["DM"] | {"WEIGHT": "71.0"}, reasons={"": "weighed again"})
    assert house.post(entry) == first


def test_a_key_of_one_person_is_not_anothers(house: House) -> None:
    entry = house.entry(CONSENTED, "DM", SCREENING["DM"], key="k")
    house.post(entry)
    with pytest.raises(StaleRevision):
        house.post(entry, by="investigator")


def test_a_key_used_for_another_form_is_refused_and_not_answered_wrongly(house: House) -> None:
    house.post(house.entry(CONSENTED, "DM", SCREENING["DM"], key="k"))
    with pytest.raises(AlreadyExists):
        house.post(house.entry(CONSENTED, "CT0", SCREENING["CT0"], key="k"))
    assert house.revisions(CONSENTED, "CT0") == []


def test_a_refused_post_leaves_its_key_free(house: House) -> None:
    with pytest.raises(Refused):
        house.save(CONSENTED, "MRI0", MRI | {"DISTAV": "999"}, key="k")
    assert house.save(CONSENTED, "MRI0", MRI, key="k").revision == 1


@on_both
def test_two_clicks_make_one_participant(either: House) -> None:
    assert either.add(key="click") == either.add(key="click") != either.add(key="another click")


@pytest.mark.requirement("R40")
def test_participants_are_numbered_within_their_site(house: House) -> None:
    assert [house.add("01"), house.add("02"), house.add("01")] == ["VG-01-0007", "VG-02-0002", "VG-01-0008"]


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_kept_as_a_draft_for_that_person_only(house: House) -> None:
    entry = house.entry(CONSENTED, "DM", {"HEIGHT": "17", "BRTHDAT": "not yet"})
    drafts.keep_draft(entry, uow=house.work())
    kept = drafts.draft(house.reader, house.actor().person_id, entry)
    assert kept is not None and kept["raw"]["document"] == entry.raw
    assert drafts.draft(house.reader, house.actor("investigator").person_id, entry) is None


def test_a_draft_is_replaced_by_the_next_and_is_no_part_of_the_record(house: House) -> None:
    before = house.state()
    for height in ("1", "17", "172"):
        drafts.keep_draft(house.entry(CONSENTED, "DM", {"HEIGHT": height}), uow=house.work())
    (row,) = house.reader.all("draft")
    assert row["raw"]["document"]["items"] == {"HEIGHT": "172"}
    assert house.state() == before


def test_saving_drops_the_draft_and_a_refusal_keeps_it(house: House) -> None:
    entry = house.entry(CONSENTED, "MRI0", MRI | {"DISTAV": "999"})
    drafts.keep_draft(entry, uow=house.work())
    with pytest.raises(Refused):
        house.post(entry)
    assert len(house.reader.all("draft")) == 1
    house.save(CONSENTED, "MRI0", MRI)
    assert house.reader.all("draft") == []


def test_a_draft_can_be_dropped(house: House) -> None:
    entry = house.entry(CONSENTED, "DM", {"HEIGHT": "17"})
    drafts.keep_draft(entry, uow=house.work())
    drafts.drop_draft(entry, uow=house.work())
    assert house.reader.all("draft") == []


def test_a_draft_has_a_place_or_is_not_kept(house: House) -> None:
    with pytest.raises(NotFound):
        drafts.keep_draft(Entry(CONSENTED, "SCR", "NOFORM"), uow=house.work())


# --- preview ----------------------------------------------------------------------------------------------------------


def test_a_preview_says_what_saving_would_and_writes_nothing(house: House) -> None:
    before = house.state()
    entry = house.entry(CONSENTED, "DM", {"HEIGHT": "172.0", "WEIGHT": "70.5", "SEX": "?"})
    told = enter.preview(entry, uow=house.work())
    assert {f.level for f in told.findings} == {"problem", "missing"}
    assert str(told.calculated["BMI"])[:4] == "23.8"
    assert [c.path for c in told.changes] == ["HEIGHT", "WEIGHT"]
    assert house.state() == before


def test_a_preview_does_not_wait_for_a_writer(house: House) -> None:
    with house.work("investigator") as uow:
        uow.lock("participant", {"id": CONSENTED})
        told = enter.preview(house.entry(CONSENTED, "DM", {"SEX": "M"}), uow=house.work())
    assert told.findings


# --- removing ---------------------------------------------------------------------------------------------------------


def adverse(n: int = 1) -> dict:
    return {"AESPID": str(n), "AETERM": "diarrhoea", "AESTDAT": day(20), "AETOXGR": "2", "AESER": "N", "AEREL": ["NONE"], "AEIR": "N",
            "AEOUT": "NOTREC", "AEACNRT": "NONE", "AEACNCH": "NONE", "AEACNIO": "NONE"}  # fmt: skip


@pytest.fixture
def event(house: House) -> House:
    house.save(ENROLLED, "AE", adverse(), "ANY")
    return house


def removing(house: House, reason: str = "entered for the wrong person", based_on: int | None = 1) -> int:
    entry = Entry(ENROLLED, "ANY", "AE", based_on=based_on)
    return enter.remove_crf(entry, reason, uow=house.work())


def test_a_removed_form_counts_no_more_and_its_revisions_stay(event: House) -> None:
    assert removing(event) == 2
    assert event.case(ENROLLED).bare.all("AE") == ()
    first, second = event.revisions(ENROLLED, "AE", "ANY")
    assert first["answers"]["items"] == second["answers"]["items"]
    assert (second["reason"], second["answers"]["removed"]) == ("entered for the wrong person",) * 2


@pytest.mark.parametrize("reason", ["", "   "])
def test_removing_needs_a_reason(event: House, reason: str) -> None:
    with pytest.raises(ReasonNeeded):
        removing(event, reason)
    assert len(event.revisions(ENROLLED, "AE", "ANY")) == 1


def test_removing_on_an_old_page_is_stale(event: House) -> None:
    event.save(ENROLLED, "AE", adverse() | {"AETOXGR": "3"}, "ANY", reasons={"": "worse"})
    with pytest.raises(StaleRevision):
        removing(event, based_on=1)


def test_what_was_never_saved_or_is_gone_already_cannot_be_removed(event: House) -> None:
    removing(event)
    with pytest.raises(NotOpen) as closed:
        removing(event, based_on=2)
    assert closed.value.blockers == ("nothing-saved",)


def test_a_removed_form_comes_back_with_a_reason(event: House) -> None:
    removing(event)
    with pytest.raises(ReasonNeeded):
        event.save(ENROLLED, "AE", adverse(), "ANY")
    assert event.save(ENROLLED, "AE", adverse(), "ANY", reasons={"": "it was the right person"}).revision == 3
    assert len(event.case(ENROLLED).bare.all("AE")) == 1


def test_the_clock_of_the_house_is_the_day_of_entry(house: House) -> None:
    assert house.clock.today() == TODAY
