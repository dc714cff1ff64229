"""The work list says of each form what the schedule says of it: the condition in SQL and the rule in words, day by day."""

from datetime import date, timedelta
from itertools import product

import pytest

from tests.actions.house import ENROLLED
from tests.actions.rooms import on_both
from trial.schedule import Status, on_day
from trial.store import worklist

FROM, TO = (None, date(2025, 1, 10)), (None, date(2025, 1, 20))
GIVEN_UP = (None, date(2025, 1, 15), date(2025, 1, 21), date(2025, 1, 25))
ROWS = {
    f"FU{n:02}": days for n, days in enumerate(product(FROM, TO, GIVEN_UP), 30)
}  # visits that the schedule has not, so that no other row is meant
AHEAD = timedelta(days=3)


@pytest.fixture
def owed(either):
    """A participant who owes one form for each way a window can be known."""
    with either.work() as uow:
        names = ("due_from", "due_to", "given_up_from")
        uow.put_all(
            "due",
            [
                {"participant": ENROLLED, "event": event, "form": "FU", "occurrence": 1, "due_on": None}
                | {"state": "required", "reason": "", "because": None, "missing": 0, "asks": 0, "to_verify": 0}
                | dict(zip(names, days, strict=True))
                for event, days in ROWS.items()
            ],
        )
        uow.commit()
    return either


@on_both
@pytest.mark.parametrize("day", [6, 7, 9, 10, 14, 15, 20, 21, 24, 25, 26])
def test_what_was_missed_is_not_owed_and_everything_else_is(owed, day):
    today = date(2025, 1, day)
    found = worklist.open_forms(owed.reader, None, today=today, ahead=AHEAD, forms={"FU"})
    expected = {
        event
        for event, (start, end, given_up) in ROWS.items()
        if on_day(start, end, given_up, today) is not Status.MISSED and (start is None or start <= today + AHEAD)
    }
    assert {row["event"] for row in found} & ROWS.keys() == expected
    assert worklist.count_open(owed.reader, None, today=today, ahead=AHEAD, forms={"FU"}) == len(found)


@on_both
@pytest.mark.parametrize("day", [20, 21, 25])
def test_the_participant_list_counts_what_is_overdue_and_not_what_was_missed(owed, day):
    today = date(2025, 1, day)
    before = {
        row["id"]: row["overdue"] for row in worklist.participants_page(owed.reader, None, today=date(2025, 1, 1))
    }
    found = {row["id"]: row["overdue"] for row in worklist.participants_page(owed.reader, None, today=today)}
    late = sum(on_day(*days, today) is Status.OVERDUE for days in ROWS.values())
    assert found[ENROLLED] - before[ENROLLED] == late
