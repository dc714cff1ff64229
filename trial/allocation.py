"""Random allocation: minimisation or permuted blocks, each a function of the seed and of what was allocated before.

Nothing here reads a clock, a database or an operating system's random source: whoever holds the revealed seed and the
list of allocations gets every decision again (PROTOCOL 6). Sources: Pocock and Simon, Biometrics 1975;31:103-115;
ICH E9 section 2.3.2; CONSORT 2025 items 17 and 18. `trial/draws.py` states the bytes of a draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trial import blocks
from trial.draws import SeedInvalid, commitment, draw
from trial.errors import VigilError

__all__ = [
    "Allocated",
    "AllocationRefused",
    "Decision",
    "DrawOutOfTurn",
    "Factor",
    "FactorUnknown",
    "LevelInvalid",
    "ListExhausted",
    "Margin",
    "Minimisation",
    "Mismatch",
    "PermutedBlocks",
    "Plan",
    "PlanInvalid",
    "SeedInvalid",
    "allocate",
    "commitment",
    "replay",
]

SEPARATORS = frozenset(";=:")


class AllocationRefused(VigilError):
    """No allocation can be made; each kind says what a person must do."""


@dataclass(eq=False)
class FactorUnknown(AllocationRefused):
    """The stratification factor `name` has no value."""

    name: str


@dataclass(eq=False)
class LevelInvalid(AllocationRefused):
    """The factor `name` has a value outside its declared levels (such as an incomplete response)."""

    name: str
    level: str


@dataclass(eq=False)
class ListExhausted(AllocationRefused):
    """Every one of the `length` slots of a stratum's list has been given out."""

    stratum: str
    length: int


@dataclass(eq=False)
class DrawOutOfTurn(AllocationRefused):
    """A draw number that is not the next one: a skipped draw would be a draw someone could have looked at."""

    expected: int
    given: int


class PlanInvalid(ValueError):
    """Method parameters that contradict each other."""


@dataclass(frozen=True)
class Factor:
    """A stratification factor; `levels` None leaves them open (sites open during a trial)."""

    name: str
    levels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if SEPARATORS & set("".join((self.name, *(self.levels or ())))):
            raise PlanInvalid(f"the factor {self.name} holds one of ; = :")


@dataclass(frozen=True)
class Minimisation:
    """Pocock and Simon's minimisation for two arms: range of the marginal totals, equal weights, biased coin.

    `bias` is the probability of the arm that leaves less imbalance; a tie is decided by an even coin.
    """

    study: str
    arms: tuple[str, ...]
    factors: tuple[Factor, ...]
    bias: float = 0.80

    def __post_init__(self) -> None:
        _check(self.study, self.arms)
        if len(self.arms) != 2 or not 0.5 < self.bias <= 1:
            raise PlanInvalid("minimisation here has two arms and a bias above 0.5, at most 1")


@dataclass(frozen=True)
class PermutedBlocks:
    """Permuted blocks, stratified by every factor; `length` is the number of slots in each stratum's list."""

    study: str
    arms: tuple[str, ...]
    factors: tuple[Factor, ...]
    sizes: tuple[int, ...] = (4, 6)
    length: int = 300

    def __post_init__(self) -> None:
        _check(self.study, self.arms)
        if not self.sizes or any(size < 1 or size % len(self.arms) for size in self.sizes) or self.length < 1:
            raise PlanInvalid("every block size is a multiple of the number of arms, and a list has slots")


Plan = Minimisation | PermutedBlocks


@dataclass(frozen=True)
class Allocated:
    """One allocation as it was stored: draw `number`, the factors as they stood then, the arm, the slot of its list."""

    number: int
    factors: Mapping[str, str | None]
    arm: str
    slot: int | None = None


@dataclass(frozen=True)
class Margin:
    """One line of the imbalance table: participants at the level by arm before this one, and the range if each arm were given."""

    factor: str
    level: str
    counts: tuple[int, ...]
    ranges: tuple[int, ...]


@dataclass(frozen=True)
class Decision:
    """An allocation: `probability` that this arm would be given, None for blocks, where it depends on the hidden block size.

    `margins` is empty and `slot` and `stratum` are None where the method has none.
    """

    number: int
    arm: str
    probability: float | None
    margins: tuple[Margin, ...] = ()
    slot: int | None = None
    stratum: str | None = None

    @property
    def imbalance(self) -> tuple[int, ...]:
        """The total range if each arm were given, in the order of the plan's arms."""
        return tuple(sum(column) for column in zip(*(margin.ranges for margin in self.margins), strict=True))


@dataclass(frozen=True)
class Mismatch:
    """The first allocation that replay does not give again; `expected` is a Decision, or the refusal it would have met."""

    number: int
    expected: Decision | AllocationRefused
    found: Allocated


def allocate(
    plan: Plan, seed: bytes, earlier: Sequence[Allocated], factors: Mapping[str, str | None], n: int
) -> Decision:
    """Decide draw `n` for a participant with these factors.

    `earlier`: every allocation ever made, in draw order, those of removed participants too. Raises FactorUnknown,
    LevelInvalid, ListExhausted, DrawOutOfTurn (all AllocationRefused) and SeedInvalid.
    """
    levels = _levels(plan, factors)
    if (expected := _next_draw(earlier)) != n:
        raise DrawOutOfTurn(expected, n)
    before = [(each, _levels(plan, each.factors)) for each in earlier]
    if isinstance(plan, Minimisation):
        return _minimise(plan, seed, before, levels, n)
    return _next_in_list(plan, seed, before, levels, n)


def replay(plan: Plan, seed: bytes, allocations: Sequence[Allocated]) -> Mismatch | None:
    """Make every allocation again from the revealed seed; the first that differs, or None where all agree."""
    for position, found in enumerate(allocations):
        try:
            expected = allocate(plan, seed, allocations[:position], found.factors, found.number)
        except AllocationRefused as refused:
            return Mismatch(found.number, refused, found)
        if (expected.arm, expected.slot) != (found.arm, found.slot):
            return Mismatch(found.number, expected, found)
    return None


def _minimise(
    plan: Minimisation, seed: bytes, before: list[tuple[Allocated, dict[str, str]]], levels: dict[str, str], n: int
) -> Decision:
    margins = tuple(_margin(plan.arms, factor.name, levels[factor.name], before) for factor in plan.factors)
    first, second = (sum(margin.ranges[i] for margin in margins) for i in range(2))
    chance_of_first = 0.5 if first == second else plan.bias if first < second else 1 - plan.bias
    is_first = draw(seed, plan.study, n) < chance_of_first
    return Decision(n, plan.arms[0 if is_first else 1], chance_of_first if is_first else 1 - chance_of_first, margins)


def _margin(arms: tuple[str, ...], name: str, level: str, before: list[tuple[Allocated, dict[str, str]]]) -> Margin:
    given = [each.arm for each, levels in before if levels[name] == level]
    counts = tuple(given.count(arm) for arm in arms)
    return Margin(name, level, counts, tuple(_range_with(counts, i) for i in range(len(arms))))


def _range_with(counts: tuple[int, ...], arm: int) -> int:
    after = [count + (i == arm) for i, count in enumerate(counts)]
    return max(after) - min(after)


def _next_in_list(
    plan: PermutedBlocks, seed: bytes, before: list[tuple[Allocated, dict[str, str]]], levels: dict[str, str], n: int
) -> Decision:
    name = blocks.stratum(tuple(levels), levels)
    # Not a count: the highest slot ever given, so that a slot whose participant was removed is never given again.
    slot = 1 + max((each.slot or 0 for each, other in before if other == levels), default=0)
    if slot > plan.length:
        raise ListExhausted(name, plan.length)
    arms = blocks.arms_of(seed, plan.study, name, arms=plan.arms, sizes=plan.sizes, length=slot)
    return Decision(n, arms[-1], None, slot=slot, stratum=name)


def _levels(plan: Plan, factors: Mapping[str, str | None]) -> dict[str, str]:
    """The level of each factor of the plan, in its order; raises FactorUnknown, LevelInvalid."""
    levels: dict[str, str] = {}
    for factor in plan.factors:
        level = factors.get(factor.name)
        if level is None:
            raise FactorUnknown(factor.name)
        if (factor.levels is not None and level not in factor.levels) or SEPARATORS & set(level):
            raise LevelInvalid(factor.name, level)
        levels[factor.name] = level
    return levels


def _next_draw(earlier: Sequence[Allocated]) -> int:
    """One more than the last draw; raises DrawOutOfTurn where the earlier ones are not 1, 2, 3 ..."""
    for expected, each in enumerate(earlier, start=1):
        if each.number != expected:
            raise DrawOutOfTurn(expected, each.number)
    return len(earlier) + 1


def _check(study: str, arms: tuple[str, ...]) -> None:
    if not study or SEPARATORS & set(study):
        raise PlanInvalid(f"the study id {study!r} is empty or holds one of ; = :")
    if len(set(arms)) != len(arms) or len(arms) < 2:
        raise PlanInvalid("a trial allocates two or more different arms")
