"""Values that R gave, kept as JSON beside the script that made them; the tests need no R.

Each JSON names its versions. To make them again: `Rscript NAME.R COLON.CSV` in this folder.
`sample.csv` is 120 made-up participants with heavily tied times, three groups and two kinds of event.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).parent


def values(name: str) -> dict[str, Any]:
    """What R gave."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def sample() -> pd.DataFrame:
    """The 120, with `b` and `c` as 0/1 beside `group`."""
    frame = pd.read_csv(FOLDER / "sample.csv")
    return frame.assign(b=(frame["group"] == "b") * 1.0, c=(frame["group"] == "c") * 1.0)


def cases() -> dict[str, pd.DataFrame]:
    """The sample, and the parts of it that R was given too."""
    whole = sample()
    first = whole.loc[whole["status"] == 1, "id"].iloc[2]
    return {
        "sample": whole,
        "competing_missing_in_b": whole[~((whole["group"] == "b") & (whole["status"] == 2))],
        "only_early_in_c": whole[~((whole["group"] == "c") & (whole["days"] > 12))],
        "no_competing": whole.assign(status=whole["status"].replace(2, 0)),
        "one_event": whole.assign(status=whole["status"].where(whole["status"] != 1, 0).where(whole["id"] != first, 1)),
        "all_censored": whole.assign(status=0),
    }


def visits() -> pd.DataFrame:
    """80 made-up participants seen about every 90 days: last visit without regrowth, first one with it (blank: never)."""
    return pd.read_csv(FOLDER / "visits.csv")


def courses() -> pd.DataFrame:
    """60 made-up courses: 1 watched, 2 regrowth, 3 salvaged, 4 metastasis, 5 dead; blank `entered`: seen no longer."""
    return pd.read_csv(FOLDER / "courses.csv")
