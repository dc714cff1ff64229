"""Peak aminotransferase against peak bilirubin, each in multiples of its upper limit (eDISH), and who may be a case of Hy's law.

Peaks after the day of the first dose, whenever each was reached. Cuts: aminotransferase 3 times or more, bilirubin more than 2 times.
A candidate needs a look at the patient: the two within 30 days, no alkaline phosphatase of 2 times or more, no other cause. Sources: FDA
2009, Guidance on premarketing evaluation of drug-induced liver injury; Watkins et al. 2011, Drug Saf 34:243 (eDISH).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analysis.safety.laboratory import Measured, Result
from forms.text import _l

HYS_LAW, TEMPLE, CHOLESTASIS, NORMAL = "HYS_LAW", "TEMPLE", "CHOLESTASIS", "NORMAL"
QUADRANTS: Mapping[str, str] = {
    HYS_LAW: _l("Aminotransferase 3 times or more and bilirubin above 2 times: possible Hy's law"),
    TEMPLE: _l("Aminotransferase 3 times or more alone (Temple's corollary)"),
    CHOLESTASIS: _l("Bilirubin above 2 times alone (cholestasis)"),
    NORMAL: _l("Neither"),
}
AMINOTRANSFERASE_FROM, BILIRUBIN_ABOVE, PHOSPHATASE_FROM, TOGETHER_DAYS = 3.0, 2.0, 2.0, 30
AMINOTRANSFERASES = ("ALT", "AST")


@dataclass(frozen=True)
class Peak:
    """The two peaks of one participant and the results behind them. `phosphatase`: highest multiple of ULN, None: not known."""

    participant: str
    enzyme: Result
    bilirubin: Result
    phosphatase: float | None

    @property
    def x(self) -> float:
        return self.enzyme.multiple or 0.0

    @property
    def y(self) -> float:
        return self.bilirubin.multiple or 0.0

    @property
    def quadrant(self) -> str:
        """Where the participant stands: the cut of the enzyme belongs to it, that of bilirubin does not."""
        return _QUADRANT[self.x >= AMINOTRANSFERASE_FROM, self.y > BILIRUBIN_ABOVE]

    @property
    def apart(self) -> int:
        """Days between the two peaks."""
        return abs((self.bilirubin.on - self.enzyme.on).days)

    @property
    def cholestatic(self) -> bool | None:
        """Whether alkaline phosphatase reached 2 times its limit; None where it was not measured."""
        return None if self.phosphatase is None else self.phosphatase >= PHOSPHATASE_FROM


_QUADRANT = {(True, True): HYS_LAW, (True, False): TEMPLE, (False, True): CHOLESTASIS, (False, False): NORMAL}


@dataclass(frozen=True)
class Liver:
    """`peaks` of everybody with both; `unplaced`: treated people without one of them, or of whom a limit is not known."""

    peaks: tuple[Peak, ...]
    unplaced: int

    @property
    def counted(self) -> Mapping[str, int]:
        found = Counter(peak.quadrant for peak in self.peaks)
        return {quadrant: found[quadrant] for quadrant in QUADRANTS}

    @property
    def candidates(self) -> tuple[Peak, ...]:
        return tuple(peak for peak in self.peaks if peak.quadrant == HYS_LAW)


def liver(people: Iterable[Measured]) -> Liver:
    """Everybody who was treated, in the order given."""
    treated = [p for p in people if p.person.first_dose_on is not None]
    found = [peak for each in treated for peak in _peak(each)]
    return Liver(tuple(found), len(treated) - len(found))


def _peak(each: Measured) -> Iterator[Peak]:
    enzyme = _highest(r for test in AMINOTRANSFERASES for r in each.under(test))
    bilirubin = _highest(each.under("BILI"))
    if enzyme and bilirubin:
        phosphatase = _highest(each.under("ALP"))
        yield Peak(each.person.participant, enzyme, bilirubin, phosphatase.multiple if phosphatase else None)


def _highest(found: Iterable[Result]) -> Result | None:
    """The highest multiple, the first of several. A limit of detection counts as it stands: the true value of "<" lies below it."""
    return max((r for r in found if r.multiple is not None), key=lambda r: r.multiple or 0.0, default=None)
