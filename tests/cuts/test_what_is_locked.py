"""Naming and locking a cut: who may, what is refused, what is written down."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.actions.house import TODAY
from tests.actions.rooms import on_both
from tests.cuts.conftest import lock
from trial import roles
from trial.actions.cuts import LONGEST_REASON, Wanted, cut_named, cuts, make_cut, verify_cut
from trial.cuts import SAME
from trial.errors import NotAllowed, NotFound, Refused
from trial.release import release
from trial.store import extract, journal
from trial.store.model_calls import model_calls

MAKERS = {"statistician", "unblinded_statistician"}
READERS = MAKERS | {"data_manager", "auditor"}


@on_both
@pytest.mark.requirement("R22")
def test_a_cut_holds_where_the_journal_stood_and_what_was_in_force(either):
    before = journal.head(either.reader)
    made = lock(either)
    assert (made.position, made.head) == before
    assert (made.name, made.on, made.reason) == ("dmc-1", TODAY, "For the board.")
    assert made.code == release()
    assert made.definitions["protocol"] == "1.0"
    forms = {f"{r['form']}/{r['version']}": r["sha256"] for r in either.reader.all("definition")}
    assert made.definitions["forms"] == forms and "IC/1" in forms
    assert made.at == either.clock.now()
    (entry,) = either.journal("person:cut:made")
    assert entry["seq"] == made.position + 1
    told = json.loads(entry["body"])
    assert told["event"] == {"name": "dmc-1", "cut_on": "2026-06-01", "position": made.position, "digest": made.digest}
    assert [w["table"] for w in told["writes"]] == ["data_cut"]


def test_its_digests_are_those_of_the_data_as_they_stand(house):
    made = lock(house)
    viewer, now = house.actor("statistician"), house.clock.now()
    assert extract.pooled(house.reader, viewer, cut_on=TODAY, now=now).digest == made.digest
    assert model_calls(house.reader, viewer, cut_on=TODAY).digest == made.calls_digest


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("role", list(roles.ROLES))
def test_the_statisticians_make_cuts_and_four_roles_read_them(house, role):
    lock(house)
    if role in MAKERS:
        assert lock(house, "mine", by=role).name == "mine"
    else:
        with pytest.raises(NotAllowed):
            lock(house, "mine", by=role)
    if role in READERS:
        assert cuts(house.reader, house.actor(role))[-1][0].name == "dmc-1"
        assert cut_named(house.reader, house.actor(role), "dmc-1").name == "dmc-1"
        assert verify_cut("dmc-1", uow=house.work(role)).state == SAME
    else:
        for look in (cuts, lambda r, a: cut_named(r, a, "dmc-1"), lambda _r, a: verify_cut("dmc-1", uow=house.work(a))):
            with pytest.raises(NotAllowed):
                look(house.reader, house.actor(role))


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("dmc-1", True), ("DMC_2026.1", True), ("1", True), ("a" * 60, True), ("  dmc-2 ", True),
        ("a" * 61, False), ("", False), (" ", False), ("-dmc", False), (".hidden", False), ("dmc 1", False), ("dmc/1", False),
        ("../x", False), ("dmc?cut=1", False), ("截止", False), ("dmc\n1", False), ("e\u0301", False),
    ],
)  # fmt: skip
def test_a_name_fits_an_address_and_a_file(house, name, fits):
    if fits:
        assert lock(house, name).name == name.strip()
        return
    with pytest.raises(Refused) as caught:
        lock(house, name)
    assert [f.id for f in caught.value.findings] == ["cut:name"]


def test_a_name_is_given_once(house):
    first = lock(house)
    with pytest.raises(Refused) as caught:
        lock(house, reason="another")
    assert caught.value.findings[0].args == {"name": "dmc-1"}
    assert cut_named(house.reader, house.actor("auditor"), "dmc-1") == first


@pytest.mark.parametrize(("days", "fits"), [(-400, True), (-1, True), (0, True), (1, False)])
def test_the_date_of_a_cut_is_today_at_the_latest(house, days, fits):
    on = TODAY + timedelta(days)
    if fits:
        assert lock(house, on=on).on == on
        return
    with pytest.raises(Refused) as caught:
        lock(house, on=on)
    assert [f.id for f in caught.value.findings] == ["cut:on"]


@pytest.mark.parametrize("reason", ["", "  ", "x" * (LONGEST_REASON + 1), "a\x00b"])
def test_a_cut_has_a_reason(house, reason):
    before = house.state()
    with pytest.raises(Refused) as caught:
        lock(house, reason=reason)
    assert {f.id for f in caught.value.findings} == {"cut:reason"}
    assert house.state() == before


def test_every_problem_is_told_at_once(house):
    with pytest.raises(Refused) as caught:
        make_cut(Wanted("a b", TODAY + timedelta(1), ""), uow=house.work("statistician"))
    assert [f.id for f in caught.value.findings] == ["cut:name", "cut:on", "cut:reason"]


def test_cuts_are_listed_the_last_first_with_who_made_them(house):
    lock(house, "one")
    lock(house, "two", by="unblinded_statistician")
    found = [(cut.name, who) for cut, who in cuts(house.reader, house.actor("data_manager"))]
    assert found == [("two", "Unblinded Statistician"), ("one", "Statistician")]


def test_a_name_nobody_gave_is_not_found(house):
    for ask in (
        lambda: cut_named(house.reader, house.actor("statistician"), "none"),
        lambda: verify_cut("none", uow=house.work("statistician")),
        lambda: extract.pooled(
            house.reader, house.actor("statistician"), cut_on=TODAY, now=house.clock.now(), cut="none"
        ),
        lambda: model_calls(house.reader, house.actor("statistician"), cut_on=TODAY, cut="none"),
    ):
        with pytest.raises(NotFound):
            ask()
