"""A feed that any calendar reads: whole days, both ends included, the same visit always under the same name."""

from datetime import UTC, date, datetime

from icalendar import Calendar

from trial.calendar import Visit, feed

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
VISIT = Visit(
    "VG-01-0007", "FU03", "Follow-up, 3 months; a, b", date(2026, 6, 10), date(2026, 6, 24), "https://trial.example/x"
)


def events(*visits: Visit) -> list:
    return list(Calendar.from_ical(feed(visits, name="Visits", made_at=NOW)).walk("VEVENT"))


def test_the_last_day_of_the_window_is_in_it() -> None:
    (event,) = events(VISIT)
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 6, 10), date(2026, 6, 25))
    assert event["summary"] == "VG-01-0007 Follow-up, 3 months; a, b"


def test_a_visit_keeps_its_name_when_it_moves() -> None:
    from dataclasses import replace

    moved = replace(VISIT, opens=date(2026, 7, 1), closes=date(2026, 7, 2))
    assert events(VISIT)[0]["uid"] == events(moved)[0]["uid"]
    assert len({e["uid"] for e in events(VISIT, replace(VISIT, event="FU06"))}) == 2


def test_an_empty_feed_is_one() -> None:
    assert events() == []
