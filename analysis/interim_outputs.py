"""The interim analysis as outputs, for the unblinded statistician and the monitoring board: never listed with the open ones.

Earlier looks come with the extract, as what stood at their locked cuts (`Extract.before`); an extract without any takes them as planned
and says so. Page and command also take looks that are typed, which are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.closed import ByArm
from analysis.closed_results import ClosedData, closed_results
from analysis.courses import course_rows
from analysis.cut import DataCut
from analysis.estimands import NRDFS, REGROWTH
from analysis.figure import Figure
from analysis.interim import Earlier, Interim, interim
from analysis.interim_figure import draw_bounds
from analysis.interim_looks import earlier_looks
from analysis.interim_tables import looks_table, present_table, stopping_table
from analysis.output import Made, Output
from analysis.stopping_rules import StoppingRules, stopping_rules
from analysis.table import Table, Translate
from forms.text import _l
from trial.protocol import PROTOCOL
from trial.store.extract import Extract


@dataclass(frozen=True)
class AtLook:
    """What a look shows, at a cut."""

    study: str
    cut: DataCut
    interim: Interim
    rules: StoppingRules

    @classmethod
    def of(cls, found: ClosedData, extract: Extract, typed: Sequence[Earlier] | None, *, last: bool) -> AtLook:
        """From results by arm that are there already. Raises InformationInvalid, CutNotEarlier."""
        earlier = earlier_looks(extract, found.nrdfs, typed, PROTOCOL.design)
        return cls(found.study, found.cut, state(found.nrdfs, earlier, last=last), rules_of(extract))

    def tables(self, tr: Translate) -> tuple[Table, Table, Table]:
        """The present look, all looks, the stopping rules."""
        return present_table(self.interim, tr), looks_table(self.interim, tr), stopping_table(self.rules, tr)

    def figure(self, tr: Translate) -> Figure:
        """The bounds with what was observed."""
        return draw_bounds(self.interim, tr)


def at_look(extract: Extract, typed: Sequence[Earlier] | None = None, *, last: bool = False) -> AtLook:
    """The look that this extract is, after those of its cuts and those typed. Raises InformationInvalid, CutNotEarlier, ArmUnknown."""
    return AtLook.of(closed_results(extract), extract, typed, last=last)


def looked_at(before: Sequence[str], cut: str | None) -> str:
    """What was looked at, as the journal keeps it: the cut, and those of earlier looks, whose results are shown as well."""
    at = () if cut is None else (f"cut {cut}",)
    return ", ".join(("interim analysis", *at, *(f"after {name}" for name in before)))


def state(found: ByArm, earlier: Sequence[Earlier] | None = None, *, last: bool = False) -> Interim:
    """The present look under the protocol's design."""
    return interim(found, PROTOCOL.design, earlier, last=last)


def rules_of(extract: Extract) -> StoppingRules:
    """The stopping rules under the protocol's design."""
    return stopping_rules(course_rows(extract), PROTOCOL.design)


def _interim(extract: Extract, tr: Translate) -> Made:
    compared = closed_results(extract).nrdfs
    found = state(compared, earlier_looks(extract, compared, None, PROTOCOL.design))
    return Made((present_table(found, tr), looks_table(found, tr)), (draw_bounds(found, tr),), NRDFS.id)


def _rules(extract: Extract, tr: Translate) -> Made:
    return Made((stopping_table(rules_of(extract), tr),), estimand=REGROWTH.id)


OUTPUTS: tuple[Output, ...] = (
    Output("interim", _l("Interim analysis of the primary comparison"), _interim, "14.2"),
    Output("ww-stopping-rules", _l("Stopping rules of watch-and-wait"), _rules, "14.2"),
)
