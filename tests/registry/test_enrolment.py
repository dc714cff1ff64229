"""Historical patients: a number of their own under a waiver, the same forms, and no step of the trial (PROTOCOL 1)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forms.findings import Finding
from tests.actions.house import ELIGIBLE, ENROLLED, ESTIMATE, PASSWORD, RESTAGED, SCREENING, TODAY
from tests.actions.rooms import on_both
from tests.registry.conftest import FORMS, LATE, WAIVER, add, whole
from trial import registry
from trial.actions import transfers
from trial.actions.redact import Order, redact
from trial.actions.registry import add_historical, patients, waiver_used_last
from trial.errors import ConfirmationNeeded, ConstraintBroken, NotAllowed, NotFound, NotOpen, Refused
from trial.registry import Waiver, asked, barred_from_files, historical, number_of
from trial.roles import NEVER_IMPORTED
from trial.store import cohort
from trial.store.verify import verify


def test_the_registry_numbers_its_own(house):
    assert [add(house), add(house), add(house, "02")] == ["RG-01-0001", "RG-01-0002", "RG-02-0001"]
    assert house.add() == "VG-01-0007"


@on_both
def test_a_waiver_is_kept_with_the_number_and_the_trail_agrees(either):
    name = add(either)
    row = either.reader.the("historical", participant=name)
    assert (row["committee"], row["reference"], row["granted_on"]) == (
        WAIVER.committee,
        WAIVER.reference,
        WAIVER.granted_on,
    )
    assert either.journal("site:historical:added", name)
    assert [f for f in verify(either.engine, released={}) if f.kind != "definition"] == []


def test_many_numbers_at_once_and_a_second_click_gives_the_same(house):
    first = add_historical("01", WAIVER, uow=house.work(), count=3, key="k")
    assert first == ["RG-01-0001", "RG-01-0002", "RG-01-0003"]
    uow = house.work()
    assert add_historical("01", WAIVER, uow=uow, count=3, key="k") == first


@pytest.mark.parametrize(
    ("waiver", "count"),
    [
        (Waiver("", "1", TODAY), 1),
        (Waiver("Committee", "  ", TODAY), 1),
        (Waiver("x" * 201, "1", TODAY), 1),
        (Waiver("Committee", "1", TODAY + timedelta(days=1)), 1),
        (WAIVER, 0),
        (WAIVER, 501),
    ],
)
def test_without_a_named_waiver_nobody_is_entered(house, waiver, count):
    before = house.state()
    with pytest.raises(Refused):
        add_historical("01", waiver, uow=house.work(), count=count)
    assert house.state() == before


def test_a_waiver_of_today_counts(house):
    assert add_historical("01", Waiver("Committee", "1", TODAY), uow=house.work()) == ["RG-01-0001"]


@pytest.mark.parametrize("role", ["monitor", "data_manager", "statistician", "auditor", "administrator", "laboratory"])
def test_only_a_site_enters_its_patients(house, role):
    with pytest.raises(NotAllowed):
        add_historical("01", WAIVER, uow=house.work(role))


def test_another_sites_patient_is_not_there(house):
    name = add(house, "02")
    with pytest.raises(NotFound):
        house.post(house.entry(name, "DM", SCREENING["DM"]), house.actor("coordinator", "01"))
    assert [p.id for p in patients(house.reader, house.actor())] == []
    assert [p.id for p in patients(house.reader, house.actor("data_manager"))] == [name]


def test_the_waiver_used_last_is_offered_again(house):
    assert waiver_used_last(house.reader, house.actor()) is None
    add(house)
    other = Waiver("Another", "9", date(2026, 1, 1))
    add_historical("01", other, uow=house.work())
    assert waiver_used_last(house.reader, house.actor()) == other


# The same forms.


def test_every_form_is_entered_without_a_consent(house):
    name = whole(house)
    (found,) = patients(house.reader, house.actor())
    assert (found.id, found.entered) == (name, len(FORMS))
    assert house.reader.one("crf", participant=name, form="IC") is None


@pytest.mark.parametrize("form", sorted(registry.NEVER - {"DV"}))
def test_forms_that_only_the_trial_has_are_closed(house, form):
    name = add(house)
    items = {"IC": SCREENING["IC"], "ELIG": ELIGIBLE, "PRE": ESTIMATE}.get(form, {})
    event = {"PRE": "DEC", "SAE": "ANY"}.get(form, "SCR")
    with pytest.raises(NotOpen) as caught:
        house.save(name, form, items, event)
    assert caught.value.blockers == (registry.CLOSED,)


def test_a_window_of_the_protocol_is_not_asked_about_and_is_no_deviation(house, patient):
    assert house.reader.all("breach", participant=patient) == []
    assert house.stored(patient, "RST", "RST")["items"]["RSTDAT"] == LATE["RSTDAT"]
    # The same restaging of a participant is asked about.
    with pytest.raises(ConfirmationNeeded) as caught:
        house.save(RESTAGED, "RST", LATE, "RST", reasons={"": "another day"})
    assert [f.id for f in caught.value.findings] == ["RST-S1"]


def test_what_cannot_be_true_is_refused_all_the_same(house):
    name = add(house)
    with pytest.raises(Refused):
        house.save(name, "DM", SCREENING["DM"] | {"BRTHDAT": "1861-04-30"})


def test_an_implausible_value_is_asked_about_all_the_same(house):
    name = add(house)
    with pytest.raises(ConfirmationNeeded):
        house.save(name, "MRI0", SCREENING["MRI0"] | {"DISTAV": "190"})


def test_nothing_is_due_and_nothing_is_asked_in_the_background(house, patient):
    for table in ("due", "query", "breach", "verbatim", "notice"):
        assert house.reader.all(table, participant=patient) == [], table


# No step of the trial.


def test_the_model_is_not_called_and_nobody_is_randomised_or_moved(house, patient):
    for step in (lambda: house.ask(patient), lambda: house.randomise(patient)):
        with pytest.raises(NotOpen) as caught:
            step()
        assert caught.value.blockers == (registry.CLOSED,)
    assert house.model.asked == 0
    order = transfers.Order(patient, "02", TODAY, "moved", "investigator02")
    with pytest.raises(NotOpen):
        transfers.transfer(order, uow=house.work("data_manager"))


@given(st.text(min_size=1, max_size=3), st.integers(1, 9999))
def test_a_number_says_whose_it_is(site, number):
    assert historical(number_of(site, number))
    assert not historical(f"VG-{site}-{number:04d}")


@pytest.mark.parametrize("form", ["IC", "ELIG", "PRE", "DEC", "SAE", "DV", "RST", "LB"])
def test_a_file_brings_what_the_chart_holds(form):
    assert barred_from_files("VG-01-0001", form) is (form in NEVER_IMPORTED)
    assert barred_from_files("RG-01-0001", form) is (form in registry.NEVER)
    assert barred_from_files("RG-01-0001", "DEC") is False


@pytest.mark.parametrize(
    ("level", "deviation", "kept"),
    [("soft", ("ASSESSMENT", "MINOR"), False), ("soft", None, True), ("hard", None, True), ("missing", None, True)],
)
def test_only_departures_from_the_protocol_are_not_asked(level, deviation, kept):
    finding = Finding(level, "X", "words", deviation=deviation)
    assert asked("RG-01-0001", (finding,)) == ((finding,) if kept else ())
    assert asked("VG-01-0001", (finding,)) == (finding,)


@on_both
def test_the_two_selections_share_nobody_and_leave_out_nobody(either):
    add(either)
    everyone = {row["id"] for row in either.reader.all("participant")}
    trial = {row["id"] for row in cohort.in_trial(either.reader)}
    known = {row["id"] for row in cohort.in_registry(either.reader, None)}
    assert trial | known == everyone and not trial & known and known == {"RG-01-0001"}


def test_the_database_gives_no_waiver_to_a_participant_of_the_trial(house):
    values = {"committee": "c", "reference": "r", "granted_on": TODAY, "by": None, "at": house.clock.now()}
    with pytest.raises(ConstraintBroken), house.work() as uow:
        uow.insert("historical", participant=ENROLLED, **values)


@pytest.mark.requirement("R25")
@on_both
def test_a_name_typed_into_a_waiver_can_be_taken_out_and_nothing_else_changed(either):
    (name,) = add_historical("01", Waiver("Committee of Dr Zimmermann", "7", TODAY), uow=either.work())
    order = Order(name, "Zimmermann", "A name was typed into the waiver.", "investigator01", PASSWORD)
    redact(order, uow=either.work("data_manager"))
    row = either.reader.the("historical", participant=name)
    assert "Zimmermann" not in row["committee"] and (row["reference"], row["granted_on"]) == ("7", TODAY)
    assert [f for f in verify(either.engine, released={}) if f.kind != "definition"] == []
    add(either)
    for statement in (
        "update historical set granted_on = '2020-01-01'",
        "delete from historical",
        "update historical set reference = '8' where participant = 'RG-01-0002'",
    ):
        with pytest.raises(DBAPIError, match="append-only"), either.engine.begin() as connection:
            connection.execute(text(statement))
