"""An interim analysis of the primary comparison: the looks with their bounds, and what the present one says (PROTOCOL 8).

Information is events over planned events, at the looks as they were made. By arm: for the unblinded statistician and the monitoring
board alone. The bounds at a look depend on the looks before it and on no later one; those still to come are taken as planned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from analysis.brownian import CLOSEST, checked_information
from analysis.closed import ByArm, Comparison
from analysis.cut import DataCut
from analysis.prospects import Prospects, design_drift, prospects, repeated_interval
from analysis.sequential import Look, boundaries
from analysis.stagewise import Final, final
from trial.protocol import Design

NEAR = 0.05
"""A planned look so near to one that was made is that one: a cut is taken on a day, and has some events more or less."""


@dataclass(frozen=True)
class Earlier:
    """A look that was made: its share of the information, its z where it is known, and the locked cut that both come from.

    `cut` None: a person typed them, or they are the plan's; nothing in the record stands behind them.
    """

    fraction: float
    z: float | None = None
    cut: DataCut | None = None


class LooksUnreadable(ValueError):
    """Earlier looks that are not written as they are asked for; `text` is what could not be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not a look: {text}")
        self.text = text


@dataclass(frozen=True)
class Interim:
    """The state at a look. `looks`: those made, this one (at `place`), and those planned after it; empty without any event.

    `assumed`: nobody said when looks were made, so that they stand as planned. `stopped`: the analysis that allows for the looks, at a
    bound that is crossed and at the last look; None after an earlier look that reached its own bound, since that look decided.
    """

    design: Design
    events: int
    comparison: Comparison
    earlier: tuple[Earlier, ...]
    looks: tuple[Look, ...]
    assumed: bool
    last: bool
    prospects: Prospects | None
    stopped: Final | None

    @property
    def place(self) -> int:
        """Where the present look stands among all, from 0."""
        return len(self.earlier)

    @property
    def look(self) -> Look | None:
        """The present look; None before the first event."""
        return self.looks[self.place] if self.looks else None

    @property
    def due_at(self) -> float | None:
        """Share of the information at which the plan has the first look not made before this one; None: only the last is left."""
        left = _not_made(self.design.looks, [each.fraction for each in self.earlier])
        return left[0] if left else None

    @property
    def crossed(self) -> bool | None:
        """Whether z reached the bound; None without a comparison."""
        z = self.comparison.z
        return None if z is None or self.look is None else z >= self.look.z

    @property
    def crossed_before(self) -> int | None:
        """Where the first earlier look stands, from 0, whose z is known to have reached its bound; None where none is."""
        return _first_crossed(self.earlier, self.looks)

    @property
    def repeated(self) -> tuple[float, float] | None:
        """The repeated interval of the hazard ratio."""
        hazard = self.comparison.hazard
        return None if hazard is None or self.look is None else repeated_interval(hazard.log_hr, hazard.se, self.look.z)

    @property
    def futile(self) -> bool | None:
        """Whether conditional power under the trend lies below the limit of the plan; binds nobody. None where there is none."""
        return None if self.prospects is None else self.prospects.trend < self.design.futility_conditional_power


def read_looks(text: str) -> tuple[Earlier, ...]:
    """Looks as they are typed: "0.5, 0.75", or with their z: "0.5=1.83". Raises LooksUnreadable, InformationInvalid."""
    found = tuple(_read(part.strip()) for part in text.split(",") if part.strip())
    if found:
        checked_information([each.fraction for each in found])
    return found


def typed(text: str) -> tuple[Earlier, ...] | None:
    """The same as a person leaves it: nothing typed is None, so that looks stand as planned; "0" is that there was none."""
    return None if not text.strip() else () if text.strip() == "0" else read_looks(text)


def interim(found: ByArm, design: Design, earlier: Sequence[Earlier] | None = None, *, last: bool = False) -> Interim:
    """The present look. `earlier`: looks made before, None where nobody says (then as planned); `last`: nothing more will come.

    Raises InformationInvalid where an earlier look holds as much information as there is now.
    """
    events = events_of(found)
    t, comparison = events / design.events, found.comparison
    made = _as_planned(design, t) if earlier is None else tuple(earlier)
    if not events:
        return Interim(design, 0, comparison, (), (), earlier is None, last, None, None)
    ended = last or t > 1 - CLOSEST
    before = [each.fraction for each in made]
    to_come = () if ended else (*(p for p in _not_made(design.looks, [*before, t]) if p > t), 1.0)
    looks = boundaries((*before, t, *to_come), alpha=design.alpha_one_sided)
    return Interim(
        design, events, comparison, made, looks, earlier is None, ended,
        _prospects(comparison, t, looks, design, ended), _stopped(comparison, looks, made, design, ended),
    )  # fmt: skip


def events_of(found: ByArm) -> int:
    """Events in both arms."""
    return sum(curve.n_events for _, curve in found.curves)


def _prospects(
    comparison: Comparison, t: float, looks: Sequence[Look], design: Design, ended: bool
) -> Prospects | None:
    if comparison.z is None or ended:
        return None
    return prospects(comparison.z, t, looks[-1].z, design=design_drift(design.margin_hazard_ratio, design.events))


def _stopped(
    comparison: Comparison, looks: Sequence[Look], earlier: Sequence[Earlier], design: Design, ended: bool
) -> Final | None:
    z, hazard, place = comparison.z, comparison.hazard, len(earlier)
    if z is None or hazard is None or not (ended or z >= looks[place].z):
        return None
    if _first_crossed(earlier, looks) is not None:
        return None
    made = looks[: place + 1]
    return final(
        [look.fraction for look in made],
        [look.z for look in made[:-1]],
        z,
        se=hazard.se,
        margin=comparison.margin,
        alpha=design.alpha_one_sided,
    )


def _first_crossed(earlier: Sequence[Earlier], looks: Sequence[Look]) -> int | None:
    seen = enumerate(zip(earlier, looks, strict=False))
    return next((place for place, (made, look) in seen if made.z is not None and made.z >= look.z), None)


def _as_planned(design: Design, t: float) -> tuple[Earlier, ...]:
    return tuple(Earlier(planned) for planned in design.looks if planned < t - NEAR)


def _not_made(planned: Sequence[float], made: Sequence[float]) -> list[float]:
    """Planned looks that none of those made stands for: each made look stands for the planned one near to it."""
    return [
        each for each in planned if not any(abs(each - at) <= NEAR for at in made) and each > max(made, default=0.0)
    ]


def _read(part: str) -> Earlier:
    fraction, _sign, z = (piece.strip() for piece in part.partition("="))
    try:
        found = Earlier(float(fraction), float(z) if z else None)
    except ValueError:
        raise LooksUnreadable(part) from None
    if found.z is not None and not isfinite(found.z):
        raise LooksUnreadable(part)  # float() reads "nan" and "inf": a z that crosses nothing, or everything
    return found
