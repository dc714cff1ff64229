"""A cut that was worked out is kept, since it cannot change: and from what is kept nobody gets more than from the record."""

from __future__ import annotations

from datetime import date
from threading import Thread

import pytest

from tests.actions.house import READY, TODAY, House
from tests.actions.rooms import _opened, copied, on_both
from tests.cuts.conftest import lock
from tests.cuts.test_as_it_stood import allocated, alter, at, calls_at, corrected, named_low, transferred
from tests.trail.test_redaction import mistyped, take_out
from trial.actions.cuts import verify_cut
from trial.blinding import HIDDEN_FORMS
from trial.cuts import ALTERED, REDACTED
from trial.errors import CutAltered, NotAllowed
from trial.roles import ROLES
from trial.store import cut_kept, extract
from trial.store.model_calls import model_calls

TAKES = ("pooled", "closed", "board", "accrual", "listing")


@pytest.fixture
def counted(monkeypatch) -> list[str]:
    """The names of cuts, each time one is worked out."""
    found: list[str] = []
    really = cut_kept.worked_out

    def worked_out(reader, cut):
        found.append(cut.name)
        return really(reader, cut)

    monkeypatch.setattr(cut_kept, "worked_out", worked_out)
    return found


@on_both
def test_a_cut_is_worked_out_once_whatever_is_written_after_it(either, counted):
    lock(either)
    first, calls = at(either), calls_at(either)
    for later in (corrected, allocated, transferred):
        later(either)
    assert at(either).rows == first.rows and calls_at(either) == calls
    assert at(either, take="listing").digest == at(either, take="pooled").digest == first.digest
    assert counted == ["dmc-1"]


def given(house: House, role: str, take: str, site: str = "01") -> object:
    """What a role gets, or in which words it is refused."""
    viewer = house.actor(role, site)
    try:
        return getattr(extract, take)(house.reader, viewer, cut_on=TODAY, now=house.clock.now(), cut="dmc-1")
    except NotAllowed as refusal:
        return str(refusal)


@pytest.mark.requirement("R54")
@pytest.mark.parametrize("take", TAKES)
@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_gets_from_memory_what_it_gets_from_the_record(kept_house, role, take):
    cut_kept._KEPT.clear()
    fresh = given(kept_house, role, take)
    cut_kept._KEPT.clear()
    assert given(kept_house, "unblinded_statistician", "closed").rows, "somebody who sees arms came first"
    assert cut_kept._KEPT[kept_house.engine]
    again = given(kept_house, role, take)
    assert again == fresh
    if not isinstance(again, str) and take == "listing" and ROLES[role].blinded:
        assert all(row.allocation is None for row in again.rows)
        assert not {crf.form for row in again.rows for crf in row.crfs} & HIDDEN_FORMS


@pytest.fixture
def kept_house(house):
    house.randomise(READY)
    lock(house)
    return house


def test_rows_with_arms_are_what_is_kept_so_that_the_test_above_can_fail(kept_house):
    found = given(kept_house, "unblinded_statistician", "listing")
    assert any(row.allocation for row in found.rows)


def test_calls_of_the_model_are_refused_to_who_may_not_see_them_though_they_are_kept(kept_house):
    at(kept_house)
    with pytest.raises(NotAllowed):
        model_calls(kept_house.reader, kept_house.actor("coordinator", "01"), cut_on=TODAY, cut="dmc-1")


@pytest.mark.parametrize("site", ["01", "02"])
def test_a_site_gets_its_own_people_where_everybody_is_kept(kept_house, site):
    everyone = {row.participant for row in at(kept_house).rows}
    seen = {row.participant for row in given(kept_house, "monitor", "accrual", site).rows}
    assert seen and seen < everyone
    assert {row.site for row in given(kept_house, "monitor", "accrual", site).rows} == {site}


@on_both
@pytest.mark.requirement("R25")
def test_what_is_redacted_is_not_served_from_memory(either, counted):
    mistyped(either)
    lock(either)
    before = at(either)
    assert "张伟" in repr(before.rows)
    take_out(either)
    after = at(either)
    assert "张伟" not in repr(after) and after.redactions == (1,) and after.digest != before.digest
    assert "张伟" not in repr(list(cut_kept._KEPT[either.engine].values()))
    assert counted == ["dmc-1", "dmc-1"]


def test_codes_that_are_redacted_are_not_served_from_memory(house):
    lock(named_low(house))
    at(house)
    take_out(house, text="Low")
    assert "Low" not in repr([row.codings for row in at(house).rows])
    assert verify_cut("dmc-1", uow=house.work("auditor")).state == REDACTED


def test_a_verification_works_the_cut_out_anew_and_what_is_altered_is_no_longer_given(house, counted):
    lock(house)
    at(house)
    alter(house, "crf_revision", "update crf_revision set answers = replace(answers, '70.5', '70.6') where form = 'DM'")
    assert verify_cut("dmc-1", uow=house.work("auditor")).state == ALTERED
    with pytest.raises(CutAltered):
        at(house)
    assert counted == ["dmc-1"] * 3


def test_a_cut_whose_row_or_place_in_the_journal_was_altered_is_not_the_one_that_is_kept(house):
    lock(house)
    at(house)
    alter(house, "journal", "update journal set hash = replace(hash, 'a', 'b')")
    with pytest.raises(CutAltered):
        at(house)


def test_no_more_cuts_are_kept_than_were_said(house, counted):
    for name in ("one", "two", "three"):
        lock(house, name)
        at(house, name)
    at(house, "two")
    assert [key[0] for key in cut_kept._KEPT[house.engine]] == ["three", "two"]
    at(house, "one")
    assert counted == ["one", "two", "three", "one"] and len(cut_kept._KEPT[house.engine]) == cut_kept.MOST


def test_two_installations_share_nothing(house, tmp_path_factory, populated):
    folder = tmp_path_factory.mktemp("other")
    lock(house)
    kept = at(house)
    for other in _opened(copied(populated, folder), folder):
        corrected(other)
        lock(other)
        assert at(other).digest != kept.digest and at(house).digest == kept.digest


def test_many_who_ask_at_once_get_the_same(kept_house):
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(at(kept_house).rows)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(rows == found[0] for rows in found)


def test_a_date_says_nothing_where_a_cut_is_named(kept_house):
    viewer, now = kept_house.actor("statistician"), kept_house.clock.now()
    first = extract.pooled(kept_house.reader, viewer, cut_on=date(2020, 1, 1), now=now, cut="dmc-1")
    assert first == extract.pooled(kept_house.reader, viewer, cut_on=TODAY, now=now, cut="dmc-1")
