from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from tests.store.house import NOON, Happened
from trial.clock import FixedClock, SystemClock
from trial.events import REGISTRY, Event, plain, stamp
from trial.store.types import canonical

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.requirement("R20")
def test_the_system_clock_is_aware_and_in_utc():
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), SHANGHAI, date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC), SHANGHAI, date(2026, 3, 2)),
        (datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC), UTC, date(2026, 3, 1)),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"), date(2026, 3, 30)),
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Berlin"), date(2026, 3, 28)),
    ],
)
def test_the_day_is_the_day_at_the_trials_zone(instant, zone, day):
    assert FixedClock(instant, zone).today() == day
    assert SystemClock(zone, lambda _: instant).today() == day


def test_a_fixed_clock_stands_until_advanced_and_never_goes_back():
    clock = FixedClock(NOON.astimezone(SHANGHAI))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC
    clock.advance(timedelta(hours=12))
    assert clock.now() == NOON + timedelta(hours=12)
    assert clock.today() == date(2026, 3, 2)
    clock.advance(timedelta(0))
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(microseconds=-1))


def test_an_instant_without_a_zone_is_no_instant():
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2026, 3, 1))
    with pytest.raises(ValueError, match="zone"):
        stamp(datetime(2026, 3, 1))


@pytest.mark.requirement("R20")
def test_stamps_sort_as_time_whatever_the_zone_and_fraction():
    instants = [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(seconds=1), NOON.replace(year=2027)]
    zones = [UTC, SHANGHAI, timezone(timedelta(hours=-5)), UTC]
    stamps = [stamp(i.astimezone(z)) for i, z in zip(instants, zones, strict=True)]
    assert stamps == sorted(stamps)
    assert {len(s) for s in stamps} == {27}
    assert stamps[0] == "2026-03-01T12:00:00.000000Z"


@pytest.mark.parametrize(
    "tag", ["site:crf", "Site:crf:saved", "site:crf:saved:twice", "", "site::saved", "site:crf:saved "]
)
def test_a_tag_reads_source_subject_action(tag):
    with pytest.raises(ValueError, match="source:subject:action"):
        type("Wrong", (Event,), {}, tag=tag)


def test_a_tag_belongs_to_one_event():
    assert REGISTRY["test:thing:happened"] is Happened
    with pytest.raises(ValueError, match="belongs to Happened"):
        type("Second", (Event,), {}, tag="test:thing:happened")


class Arm(StrEnum):
    WW = "WW"


@dataclass(frozen=True)
class Part:
    on: date


def test_an_event_tells_its_fields_as_json_without_the_participant():
    @dataclass(frozen=True)
    class Everything(Event, tag="test:every:kind"):
        fields: tuple

    event = Everything(
        (Arm.WW, Decimal("1.20"), Part(date(2026, 3, 1)), NOON, None, True, 0, {"k": (1,)}, {"b", "a"}), participant="P"
    )
    told = ["WW", "1.20", {"on": "2026-03-01"}, "2026-03-01T12:00:00.000000Z", None, True, 0, {"k": [1]}, ["a", "b"]]
    assert event.payload() == {"fields": told}
    del REGISTRY["test:every:kind"]


@pytest.mark.parametrize("value", [object(), b"bytes", Part, 1j])
def test_what_has_no_exact_json_form_is_refused(value):
    with pytest.raises(TypeError, match="no exact JSON form"):
        plain(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_canonical_json_has_no_numbers_that_are_none(value):
    with pytest.raises(ValueError, match="JSON"):
        canonical(value)


def test_canonical_json_has_one_spelling():
    assert canonical({"b": 1, "a": "é\u2028直"}) == canonical({"a": "é\u2028直", "b": 1}) == '{"a":"é\u2028直","b":1}'
