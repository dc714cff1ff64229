"""Time in spells: several rows of a participant, each at risk in (start, stop], with covariates that hold from its start on.

Source: Therneau & Grambsch 2000, section 3.7 (counting process); Mantel & Byar 1974 (a response counts from the day it is there).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.samples import Floats, NotTimeToEvent, Repeated, once

if TYPE_CHECKING:
    import pandas as pd


def apart(participants: Sequence[Hashable], start: Floats | None, stop: Floats) -> None:
    """Raises Repeated where two spells of one participant overlap: somebody would be at risk twice."""
    place = {who: i for i, who in enumerate(dict.fromkeys(participants))}
    who = np.array([place[each] for each in participants], dtype=np.int64)
    begins = np.zeros(stop.size) if start is None else start
    order = np.lexsort((begins, who))
    who, begins, ends = who[order], begins[order], stop[order]
    twice = (who[1:] == who[:-1]) & (begins[1:] < ends[:-1])
    if twice.any():
        names = list(place)
        raise Repeated(tuple(sorted({str(names[i]) for i in who[1:][twice]})))


def split_at_change(
    frame: pd.DataFrame, *, identity: str, days: str, event: str, change: str, name: str
) -> pd.DataFrame:
    """Rows as spells in which `name` is 0 until the day in `change` and 1 after it.

    A change on the last day or later comes too late to matter; one on day 0 holds throughout.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a participant.
    identity, days, event : str
        Columns of who, the time in days, and 1 or 0 (censored).
    change : str
        Column of the day on which the covariate changes; blank: it never did.
    name : str
        What the covariate is to be called.

    Returns
    -------
    pandas.DataFrame
        `start` and the column of days bound a spell; the event stands in the last one of each participant.

    Raises
    ------
    Repeated
        A participant stands there twice.
    NotTimeToEvent
        A change before the origin.

    References
    ----------
    Mantel & Byar 1974, J Am Stat Assoc 69:81-86; Therneau & Grambsch 2000, section 3.7.
    """
    import pandas as pd

    once(frame[identity])
    if (frame[change] < 0).any():
        raise NotTimeToEvent("a change before the origin")
    turned = frame[change].notna() & (frame[change] < frame[days])
    divided = turned & (frame[change] > 0)
    before = frame[divided].assign(**{"start": 0.0, days: frame.loc[divided, change], event: 0, name: 0.0})
    last = frame.assign(**{"start": frame[change].where(divided, 0.0), name: turned.astype(float)})
    return pd.concat([before, last]).sort_values([identity, "start"], kind="stable").reset_index(drop=True)
