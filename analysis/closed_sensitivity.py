"""The primary comparison under other assumptions, by arm, for the closed outputs. No open module imports this one.

A trial of non-inferiority is made to look good by who is lost and by who did not do as allocated: both blur the arms. So NR-DFS is compared
once more with everybody lost under watch-and-wait counted as an event, among those who began what they were allocated to, and without each
site in turn. The strata are those of the primary comparison. Sources: ICH E9, 5.2 and 3.3.2; PROTOCOL 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.begun import strategy_begun
from analysis.closed import ARMS, STRATA, Comparison, no_comparison, survival_by_arm
from analysis.closed_results import nrdfs_frame
from analysis.course_row import WW
from analysis.estimands import NRDFS
from analysis.output import Made, Output
from analysis.safety.people import LEFT, LOST, person
from analysis.table import Column, Table, Translate
from forms.text import _l
from trial.protocol import PROTOCOL
from trial.store.extract import Extract

if TYPE_CHECKING:
    import pandas as pd

PRIMARY, WORST, BEGUN, WITHOUT = "PRIMARY", "WORST", "BEGUN", "WITHOUT"
WORDS = {
    PRIMARY: _l("Primary: all randomised, as allocated"),
    WORST: _l("Lost under watch-and-wait: an event on the last day seen"),
    BEGUN: _l("Who began what they were allocated to"),
    WITHOUT: _l("Without site {site}"),
}


@dataclass(frozen=True)
class Varied:
    """One set of assumptions; `people` and `events` as WW, TME. `site`: the one left out. `lost`: censored people made events."""

    kind: str
    people: tuple[int, int]
    events: tuple[int, int]
    comparison: Comparison
    site: str | None = None
    lost: int = 0


def varied(extract: Extract) -> tuple[Varied, ...]:
    """The primary comparison first, then each variation, sites by number. Raises ArmUnknown."""
    frame, _notes = nrdfs_frame(extract)
    rows = {row.participant: row for row in extract.rows}
    lost = frame["participant"].map(lambda who: person(rows[who], extract.cut_on).end in (LOST, LEFT))
    begun = frame["participant"].map(lambda who: strategy_begun(rows[who].record(), extract.cut_on))
    site = frame["participant"].map(lambda who: rows[who].site)
    unseen = lost & (frame["arm"] == WW) & (frame["status"] == 0)

    def found() -> Iterator[Varied]:
        yield _compared(PRIMARY, frame)
        yield _compared(WORST, frame.assign(status=frame["status"].mask(unseen, 1)), lost=int(unseen.sum()))
        yield _compared(BEGUN, frame[begun == frame["arm"]])
        for each in sorted(site.unique()):
            yield _compared(WITHOUT, frame[site != each], site=each)

    return tuple(found())


def _compared(kind: str, frame: pd.DataFrame, site: str | None = None, lost: int = 0) -> Varied:
    found = survival_by_arm(frame, title=NRDFS.title, margin=PROTOCOL.design.margin_hazard_ratio, strata=STRATA)
    (ww, tme) = (curve for _, curve in found.curves)
    return Varied(kind, (ww.n, tme.n), (ww.n_events, tme.n_events), found.comparison, site, lost)


def sensitivity(extract: Extract, tr: Translate) -> Made:
    """A row a set of assumptions."""
    found = varied(extract)
    lost = next(each.lost for each in found if each.kind == WORST)
    heads = (
        *(tr(_l("{arm}: events / n")).format(arm=arm) for arm in ARMS),
        tr(_l("Hazard ratio (95 % CI)")),
        tr(_l("z")),
    )
    table = Table(
        "nrdfs-sensitivity",
        tr(_l("NR-DFS, watch-and-wait against surgery, under other assumptions")),
        (Column(tr(_l("Assumption"))), *(Column(head, numeric=True) for head in heads)),
        tuple(_row(each, tr) for each in found),
        tr(_l("All randomised. A hazard ratio below 1 favours watch-and-wait; strata: {strata}.")).format(strata=", ".join(STRATA)),
        (
            tr(_l("z = (ln margin - ln hazard ratio) / standard error: positive favours watch-and-wait. Margin {margin}.")).format(
                margin=PROTOCOL.design.margin_hazard_ratio),
            tr(_l("Lost: follow-up ended by loss or by leaving the visits, without an event; {n} under watch-and-wait.")).format(n=lost),
            tr(_l("Began: the strategy recorded as begun by the cut. Who is left out is not comparable by lot any more.")),
            tr(_l("Sensitivity analyses: none takes the place of the primary one.")),
        ),
    )  # fmt: skip
    return Made((table,), (), NRDFS.id)


def _row(found: Varied, tr: Translate) -> tuple[str, ...]:
    counts = (f"{events} / {n}" for events, n in zip(found.events, found.people, strict=True))
    h, z = found.comparison.hazard, found.comparison.z
    ratio = no_comparison(found.comparison, tr) if h is None else f"{h.hr:.2f} ({h.lower:.2f}–{h.upper:.2f})"
    return (tr(WORDS[found.kind]).format(site=found.site), *counts, ratio, "" if z is None else f"{z:.2f}")


OUTPUTS: tuple[Output, ...] = (
    Output("nrdfs-sensitivity", _l("NR-DFS by arm under other assumptions"), sensitivity, "14.2.1.5"),
)
