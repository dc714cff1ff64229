"""What an extract brings beside participants: the pre-consent log and the openings of the sites, by the sites that are reached."""

from __future__ import annotations

from datetime import timedelta

from tests.actions.house import House
from tests.actions.rooms import on_both
from trial.actions.screening import log_before_consent, take_back
from trial.screening_log import Line
from trial.store import extract


def taken(house: House, role: str = "statistician", days: int = 0):
    day = house.clock.today() + timedelta(days=days)
    return extract.pooled(house.reader, house.actor(role), cut_on=day, now=house.clock.now())


def log(house: House, reason: str = "DECLINED", month: str | None = None, site: str = "01") -> int:
    line = Line(month or f"{house.clock.today():%Y-%m}", "60-69", "F", reason)
    return log_before_consent(site, line, uow=house.work("coordinator", site))


@on_both
def test_the_log_and_the_openings_are_in_it(either):
    log(either)
    log(either, "NOTELIG")
    log(either, "NOTELIG")
    found = taken(either)
    assert [(row["site"], row["reason"], row["n"]) for row in found.log] == [
        ("01", "DECLINED", 1),
        ("01", "NOTELIG", 2),
    ]
    assert set(found.opened) == {row["code"] for row in either.reader.all("site")}


def test_a_line_changes_the_digest_and_one_taken_back_counts_no_more(house):
    before = taken(house)
    number = log(house)
    logged = taken(house)
    assert before.digest != logged.digest and before.log == ()
    take_back(number, uow=house.work("coordinator"))
    assert taken(house).log == () and taken(house).digest == before.digest


def test_months_and_sites_after_the_cut_are_left_out(house):
    log(house)
    earlier = taken(house, days=-40)
    assert earlier.log == ()
    assert all(day <= earlier.cut_on for day in earlier.opened.values())


def test_the_registry_has_no_log(house):
    found = extract.registry(
        house.reader, house.actor("statistician"), cut_on=house.clock.today(), now=house.clock.now()
    )
    assert found.log is None
