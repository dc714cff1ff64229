"""Protocol 1.1 at work: activated by site, followed from the new consent on, and nothing that stands is touched."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, READY, SCREENED, SCREENING, TODAY, House
from tests.actions.rooms import on_both
from tests.amendments.work import FRAIL_DM, MAY, activate, reconsent, unaltered, version, window
from tests.amendments.worked import APPROVED
from trial.actions import amend, enter
from trial.actions.transfers import Order, transfer
from trial.errors import AlreadyExists, ApprovalAhead, NotAllowed, NotFound, Refused, VersionNotInForce
from trial.store.tables import metadata
from trial.store.tables_crfs import crf_revision

FIELD = SCREENING["MRI0"]


@pytest.fixture(autouse=True)
def _shipped(amended):
    """Every test here."""


def new_screened(house: House, site: str = "01") -> str:
    """A new participant who consents on version 2.0."""
    name = house.add(site)
    house.save(name, "IC", SCREENING["IC"] | {"ICVER": "2.0", "ICDAT": MAY.isoformat()})
    return name


@pytest.mark.requirement("R37")
@on_both
def test_a_site_that_is_not_activated_stays_on_its_version(either):
    activate(either, "02")
    assert version(either, ENROLLED) == "1.0"
    with pytest.raises(Refused, match="IC-H4"):
        reconsent(either, ENROLLED)
    assert version(either, ENROLLED) == "1.0"


@pytest.mark.requirement("R37")
@on_both
def test_activation_alone_moves_nobody(either):
    before = {name: either.case(name).followed.version for name in (CONSENTED, ENROLLED, READY)}
    due = either.reader.all("due")
    assert activate(either) == ()
    assert {name: version(either, name) for name in before} == dict.fromkeys(before, "1.0")
    assert sorted(either.reader.all("due"), key=repr) == sorted(due, key=repr)
    either.save(CONSENTED, "DM", FRAIL_DM)
    assert either.revisions(CONSENTED, "DM")[-1]["form_version"] == 1


@pytest.mark.requirement("R37")
@on_both
def test_a_new_consent_moves_the_participant_in_the_same_transaction(either):
    activate(either)
    assert window(either, READY, "FU", "FU03") == (date(2026, 8, 5), date(2026, 9, 2))
    reconsent(either, READY)
    case = either.case(READY)
    assert (case.followed.version, case.followed.since) == ("1.1", MAY)
    assert window(either, READY, "FU", "FU03") == (date(2026, 8, 12), date(2026, 8, 26))
    assert unaltered(either)


def test_only_the_participant_who_consented_moves(house):
    activate(house)
    reconsent(house, READY)
    assert {name: version(house, name) for name in (SCREENED, ENROLLED, ELSEWHERE)} == dict.fromkeys(
        (SCREENED, ENROLLED, ELSEWHERE), "1.0"
    )


@pytest.mark.requirement("R30")
@on_both
def test_a_new_form_is_asked_under_the_participants_version(either):
    activate(either)
    name = new_screened(either)
    assert version(either, name) == "1.1"
    saved = either.save(name, "DM", FRAIL_DM)
    assert not saved.complete
    row = either.revisions(name, "DM")[-1]
    assert row["form_version"] == 2
    assert either.save(name, "DM", FRAIL_DM | {"FRAIL": "3"}).complete


@pytest.mark.requirement("R30")
def test_each_version_has_its_own_ranges_checks_and_derivations(house):
    activate(house)
    new, old = new_screened(house), CONSENTED
    tall = FRAIL_DM | {"HEIGHT": "215.0", "WEIGHT": "120.0"}
    confirmed = {"DM.HEIGHT:soft": "measured twice"}
    house.save(old, "DM", tall, confirmed=confirmed)
    with pytest.raises(Refused, match=r"DM\.HEIGHT:hard"):
        house.save(new, "DM", tall | {"FRAIL": "2"}, confirmed=confirmed)
    lateral = FIELD | {"CNCAT": "cN0", "LPLN": "Y", "MRIDAT": "2026-05-26"}
    house.save(new, "MRI0", lateral)
    house.save(new, "CT0", SCREENING["CT0"] | {"CTDAT": "2026-05-26"})
    house.save(old, "MRI0", FIELD | {"CNCAT": "cN0", "LPLN": "Y"})
    house.save(old, "CT0", SCREENING["CT0"])
    stage = {name: house.case(name).bare.value("MRI0.STAGE") for name in (old, new)}
    assert stage == {old: "II", new: "III"}


@pytest.mark.requirement("R37")
@on_both
def test_a_correction_keeps_the_version_the_form_was_entered_under(either):
    activate(either)
    reconsent(either, ENROLLED)
    either.save(ENROLLED, "DM", FRAIL_DM | {"WEIGHT": "71.0"}, reasons={"WEIGHT": "misread"})
    first, second = either.revisions(ENROLLED, "DM")
    assert (first["form_version"], second["form_version"]) == (1, 1)
    assert first["answers"]["items"]["WEIGHT"] == "70.5"


@pytest.mark.requirement("R37")
def test_a_person_may_move_a_form_and_loses_nothing_by_it(house):
    house.save(CONSENTED, "MRI0", FIELD | {"FIELD": "1.5"})
    activate(house)
    reconsent(house, CONSENTED)
    entry = house.entry(CONSENTED, "MRI0", FIELD | {"FIELD": "1.5"}, version=2)
    said = enter.preview(entry, uow=house.work())
    assert [f.key for f in said.findings] == ["MRI0.FIELD:retired"]
    assert "1.5" in said.findings[0].text()
    kept = house.entry(
        CONSENTED, "MRI0", FIELD | {"FIELD": "1.5"}, version=2, confirmed={"MRI0.FIELD:retired": "the only scanner"}
    )
    house.post(kept)
    row = house.revisions(CONSENTED, "MRI0")[-1]
    assert (row["form_version"], row["answers"]["items"]["FIELD"], row["reason"]) == (2, "1.5", enter.MOVED)
    assert house.case(CONSENTED).bare.code("MRI0.FIELD") == "1.5"


def test_an_amendment_leaves_every_signature_as_it_is(house):
    """Whatever was signed was signed under its version, and stays under it."""
    activate(house)
    reconsent(house, READY)
    assert house.case(READY).signed("ELIG") is not None
    assert all(s["voided_at"] is None for s in house.case(READY).signatures)
    assert unaltered(house)


def test_a_retired_code_cannot_be_chosen_anew(house):
    activate(house)
    name = new_screened(house)
    with pytest.raises(Refused, match=r"MRI0\.FIELD:retired"):
        house.save(name, "MRI0", FIELD | {"FIELD": "1.5", "MRIDAT": "2026-05-26"})
    house.save(name, "MRI0", FIELD | {"MRIDAT": "2026-05-26"})
    with pytest.raises(Refused, match=r"MRI0\.FIELD:retired"):
        house.save(name, "MRI0", FIELD | {"FIELD": "1.5", "MRIDAT": "2026-05-26"}, reasons={"": "misread"})


def test_a_form_goes_to_a_later_version_and_to_no_other(house):
    with pytest.raises(VersionNotInForce):
        house.save(CONSENTED, "DM", FRAIL_DM | {"FRAIL": "3"}, version=2)
    activate(house)
    new = new_screened(house)
    with pytest.raises(VersionNotInForce) as refused:
        house.save(new, "DM", FRAIL_DM, version=1)
    assert refused.value.wanted == (2,)
    house.save(new, "DM", FRAIL_DM | {"FRAIL": "3"})
    with pytest.raises(VersionNotInForce):
        house.save(new, "DM", FRAIL_DM, version=1, reasons={"": "back"})


@pytest.mark.requirement("R37")
@on_both
def test_each_saved_revision_says_what_it_was_entered_under(either):
    activate(either)
    reconsent(either, CONSENTED)
    either.save(CONSENTED, "DM", FRAIL_DM | {"FRAIL": "3"})
    said = [json.loads(row["body"])["event"] for row in either.journal("site:crf:saved", CONSENTED)]
    assert [(s["crf"], s["version"], s["protocol"], s["consent"]) for s in said] == [
        ("IC/SCR/1", 1, "1.0", None),
        ("IC/SCR/2", 1, "1.0", "1.0"),
        ("DM/SCR/1", 2, "1.1", "2.0"),
    ]


@pytest.mark.requirement("R37")
@on_both
def test_an_amendment_never_changes_a_stored_revision(either):
    query = select(crf_revision).order_by(*crf_revision.primary_key.columns)
    before = either.reader.all(query)
    activate(either)
    reconsent(either, ENROLLED)
    after = either.reader.all(query)
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 1
    assert unaltered(either)


@pytest.mark.requirement("R37")
@on_both
def test_an_approval_in_the_future_is_refused(either):
    rows = {t.name: either.reader.scalar(select(func.count()).select_from(t)) for t in metadata.sorted_tables}
    with pytest.raises(ApprovalAhead):
        activate(either, on=TODAY + timedelta(1))
    assert {t.name: either.reader.scalar(select(func.count()).select_from(t)) for t in metadata.sorted_tables} == rows
    activate(either, on=TODAY)


@on_both
def test_activating_twice_is_refused(either):
    activate(either)
    with pytest.raises(AlreadyExists):
        activate(either, on=APPROVED + timedelta(1))
    assert len(either.reader.all("activation")) == 1
    assert unaltered(either)


def test_an_activation_is_in_the_journal_with_its_approval(house):
    activate(house)
    row = house.journal("person:amendment:activated")[-1]
    told = json.loads(row["body"])["event"]
    assert (told["site"], told["protocol"], told["approved_on"], told["consents"]) == (
        "01",
        "1.1",
        "2026-04-01",
        ["2.0"],
    )
    assert row["actor"] == house.actor("data_manager").person_id


@pytest.mark.parametrize(("given", "site"), [("1.0", "01"), ("9.9", "01"), ("1.1", "99")])
def test_what_there_is_not_cannot_be_activated(house, given, site):
    with pytest.raises(NotFound):
        activate(house, site, version=given)


@pytest.mark.parametrize(
    "role", ["coordinator", "investigator", "monitor", "statistician", "auditor", "safety_officer"]
)
def test_who_may_not_activate_does_not(house, role):
    with pytest.raises(NotAllowed):
        activate(house, by=role)


def test_the_administrator_may_activate_who_also_opens_sites(house):
    activate(house, by="administrator")
    assert house.reader.the("activation", site="01")["role"] == "administrator"


def test_who_had_consented_on_the_new_form_already_moves_with_the_activation(house):
    """The site listed version 2.0 before: its activation is what they wait for."""
    listed = [*house.reader.the("site", code="01")["consent_versions"], {"version": "2.0", "valid_from": "2026-04-01"}]
    from tests.store.house import Happened

    with (uow := house.work()):
        uow.update("site", {"code": "01"}, consent_versions=listed)
        uow.record(Happened())
        uow.commit()
    reconsent(house, READY)
    assert version(house, READY) == "1.0"
    assert window(house, READY, "FU", "FU03")[0] == date(2026, 8, 5)
    assert activate(house) == (READY,)
    assert window(house, READY, "FU", "FU03")[0] == date(2026, 8, 12)


def test_a_consent_that_is_taken_out_takes_the_version_with_it(house):
    activate(house)
    reconsent(house, READY)
    entry = house.entry(READY, "IC", occurrence=2)
    enter.remove_crf(entry, "signed by somebody else", uow=house.work())
    assert version(house, READY) == "1.0"
    assert window(house, READY, "FU", "FU03")[0] == date(2026, 8, 5)


EARLY = [f"FU{months:02d}" for months in (3, 6, 9, 12, 15, 18, 21, 24)]


@pytest.mark.parametrize(
    ("consented", "kept"),
    [
        (MAY, []),
        # FU03 is 2026-08-05 to 09-02 under 1.0 and 08-12 to 08-26 under 1.1.
        (date(2026, 8, 26), []),
        (date(2026, 8, 27), ["FU03"]),
        (date(2026, 9, 3), ["FU03"]),
        (date(2027, 1, 10), ["FU03", "FU06"]),
    ],
)
def test_a_window_that_had_closed_before_the_consent_stays_what_it_was(house, consented, kept):
    house.clock.advance(timedelta(days=240))
    activate(house)
    before = {(v.event, v.forms): v for v in visits_of(house, READY)}
    reconsent(house, READY, consented)
    after = {(v.event, v.forms): v for v in visits_of(house, READY)}
    assert before.keys() == after.keys()
    changed = {key[0] for key in before if before[key] != after[key]}
    assert changed == {event for event in EARLY if event not in kept}


def visits_of(house: House, participant: str):
    from trial.visits import visits

    case = house.case(participant)
    return visits(case.protocol, case.bare, case.allocation)


def test_who_moves_house_stays_on_the_version_consented_to(house):
    activate(house)
    reconsent(house, READY)
    transfer(Order(READY, "02", TODAY, "moved house", "investigator02"), uow=house.work("data_manager"))
    assert version(house, READY) == "1.1"
    assert window(house, READY, "FU", "FU03")[0] == date(2026, 8, 12)
    on = {p.code: p.on for p in amend.places(house.reader, house.actor("data_manager"))}
    assert (on["01"]["1.1"], on["02"]["1.1"]) == (0, 1)
    assert activate(house, "02", on=TODAY) == ()
    assert version(house, READY) == "1.1"
