"""The trial of levamisole and fluorouracil in colon cancer (`../shared/data/colon.csv`; Moertel 1990, 1995)."""

import pandas as pd

from tests.shared_data import SHARED

RECURRENCE = ("rec_time", "rec_event")
DEATH = ("time", "event")


def colon() -> pd.DataFrame:
    """929 rows, with `lev` and `lev5fu` as 0/1 beside `rx`."""
    frame = pd.read_csv(SHARED / "data" / "colon.csv")
    return frame.assign(lev=(frame["rx"] == "Lev") * 1.0, lev5fu=(frame["rx"] == "Lev+5FU") * 1.0)


def competing(frame: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Time to the first of recurrence (1) and death without recurrence (2), in days; 0 censored."""
    status = [1 if row.rec_event else 2 if row.event else 0 for row in frame.itertuples()]
    days = [int(row.rec_time if row.rec_event else row.time) for row in frame.itertuples()]
    return days, status
