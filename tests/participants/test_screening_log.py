"""Chapter: the pre-consent log counts people without knowing them, and what leaves the site does not give them away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError

from tests.actions.house import SCREENED, TODAY, House
from tests.actions.rooms import on_both
from trial.actions.screening import log_before_consent, take_back
from trial.errors import NotAllowed, NotFound, Refused, UnitOfWorkMisused
from trial.screening_log import (
    AGE_BANDS,
    DECLINED,
    NOT_APPROACHED,
    REASONS,
    SEXES,
    SMALL,
    Line,
    flow,
    guarded,
    problems,
)
from trial.store import screening, tables
from trial.store.tables_participants import screening_log
from trial.store.verify import verify

LINE = Line("2026-05", "60-69", "F", "DECLINED")


def log(house: House, line: Line = LINE, by: str = "coordinator", site: str = "01", **options) -> int:
    return log_before_consent(site, line, uow=house.work(by, site), **options)


def standing(house: House, sites=frozenset({"01"})) -> list[tuple[str, str]]:
    return [(r["month"], r["reason"]) for r in screening.lines(house.reader, sites)]


def test_the_table_has_no_place_for_anything_that_could_name_a_person():
    columns = {c.name for c in tables.metadata.tables["screening_log"].columns}
    assert columns == {"id", "site", "month", "age_band", "sex", "reason", "replaces", "void", "by", "at"}


@pytest.mark.parametrize(
    ("change", "fine"),
    [
        ({}, True), ({"month": f"{TODAY:%Y-%m}"}, True), ({"month": "2026-07"}, False), ({"month": "2026-13"}, False),
        ({"month": "2026-00"}, False), ({"month": "1961-04-30"}, False), ({"month": "2026-5"}, False), ({"month": ""}, False),
        ({"age_band": "65"}, False), ({"age_band": "U"}, True), ({"age_band": ""}, False), ({"sex": "U"}, True), ({"sex": ""}, False),
        ({"sex": "X"}, False), ({"reason": "because"}, False), ({"reason": "MISSED"}, True), ({"reason": ""}, False),
    ],
)  # fmt: skip
def test_a_line_is_four_answers_from_lists_and_nothing_else(change, fine):
    line = Line(**{"month": "2026-05", "age_band": "60-69", "sex": "F", "reason": "DECLINED"} | change)
    assert (not list(problems(line, TODAY))) is fine


@on_both
def test_a_line_is_counted_and_no_participant_is_made(either: House) -> None:
    before = either.reader.all("participant")
    log(either)
    log(either, Line("2026-05", "U", "U", "NOTELIG"))
    assert either.reader.all("participant") == before
    assert standing(either) == [("2026-05", "NOTELIG"), ("2026-05", "DECLINED")]
    assert [f for f in verify(either.engine, released={}) if f.kind != "definition"] == []


@on_both
def test_a_correction_is_a_row_of_its_own_and_the_old_one_is_never_changed(either: House) -> None:
    first = log(either)
    (written,) = either.reader.all("screening_log")
    log(either, Line("2026-05", "60-69", "M", "DISTANCE"), replaces=first)
    assert either.reader.one("screening_log", id=first) == written
    assert standing(either) == [("2026-05", "DISTANCE")]
    with either.work() as uow, pytest.raises(UnitOfWorkMisused):
        uow.update("screening_log", {"id": first}, reason="MISSED")
    with either.engine.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(update(screening_log).values(reason="MISSED"))


def test_a_line_is_put_right_once(house: House) -> None:
    first = log(house)
    second = log(house, Line("2026-05", "60-69", "M", "DISTANCE"), replaces=first)
    with pytest.raises(Refused):
        log(house, replaces=first)
    with pytest.raises(Refused):
        take_back(first, uow=house.work())
    take_back(second, uow=house.work())
    assert standing(house) == []
    assert len(house.reader.all("screening_log")) == 3


def test_a_double_click_counts_once(house: House) -> None:
    assert log(house, key="k1") == log(house, key="k1")
    assert len(house.reader.all("screening_log")) == 1


@pytest.mark.parametrize(
    "role", ["monitor", "data_manager", "safety_officer", "statistician", "auditor", "administrator"]
)
def test_only_the_site_keeps_it(house: House, role: str) -> None:
    with pytest.raises(NotAllowed):
        log(house, by=role)


def test_no_site_writes_in_the_log_of_another(house: House) -> None:
    with pytest.raises(NotAllowed):
        log_before_consent("02", LINE, uow=house.work("coordinator", "01"))
    theirs = log(house, site="02")
    with pytest.raises(NotFound):
        log(house, replaces=theirs)
    with pytest.raises(NotFound):
        take_back(theirs, uow=house.work("coordinator", "01"))
    assert standing(house) == []


def test_the_flow_counts_what_stands_over_the_sites_one_reaches(house: House) -> None:
    for site, reason in (("01", "DECLINED"), ("01", "MISSED"), ("02", "DECLINED")):
        log(house, Line("2026-04", "50-59", "M", reason), site=site)
    take_back(log(house), uow=house.work())
    everywhere = screening.before_consent(house.reader, house.actor("statistician"))
    assert (everywhere.logged, everywhere.declined["DECLINED"], everywhere.not_approached["MISSED"]) == (3, 2, 1)
    assert screening.before_consent(house.reader, house.actor("coordinator")).logged == 2
    with pytest.raises(NotAllowed):
        screening.before_consent(house.reader, house.actor("administrator"))


def test_every_reason_is_in_one_box_of_the_flow():
    assert set(REASONS) == set(NOT_APPROACHED) | set(DECLINED)
    assert not set(NOT_APPROACHED) & set(DECLINED)
    told = flow(dict.fromkeys(REASONS, 1))
    assert told.logged == sum(told.not_approached.values()) + sum(told.declined.values()) == len(REASONS)
    assert all(len(code) <= 16 for code in REASONS) and all(len(code) <= 8 for code in AGE_BANDS) and "U" in SEXES


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ({"A": 0, "B": 7}, {"A": 0, "B": 7}, 7),
        ({"A": 1, "B": 7}, {"A": None, "B": None}, 8),
        ({"A": 1, "B": 7, "C": 9}, {"A": None, "B": None, "C": 9}, 17),
        ({"A": 4, "B": 5}, {"A": None, "B": None}, 9),
        ({"A": 4, "B": 4, "C": 5}, {"A": None, "B": None, "C": 5}, 13),
        ({"A": 4, "B": 0}, {"A": None, "B": 0}, None),
        ({"A": 5}, {"A": 5}, 5),
        ({}, {}, 0),
    ],
)
def test_small_counts_are_withheld_with_another_where_the_rest_would_tell_one(counts, cells, total):
    assert (guarded(counts).cells, guarded(counts).total) == (cells, total)


@given(st.dictionaries(st.sampled_from(sorted(REASONS)), st.integers(0, 12)))
def test_no_single_small_count_can_be_worked_out(counts):
    shown = guarded(counts)
    withheld = [name for name, n in shown.cells.items() if n is None]
    assert all(n is None for name, n in shown.cells.items() if 0 < counts[name] < SMALL)
    assert len(withheld) != 1 or (shown.total is None and not any(shown.cells.values()))
    assert shown.total in (None, sum(counts.values()))


def test_screen_failures_are_read_from_the_data(house: House) -> None:
    assert list(screening.screen_failures(house.reader, None)) == []
    house.save(SCREENED, "ELIG", {"ELIGCONF": "N", "ELIGDAT": "2026-01-15"})
    assert [r["id"] for r in screening.screen_failures(house.reader, None)] == [SCREENED]
    assert list(screening.screen_failures(house.reader, frozenset({"02"}))) == []
