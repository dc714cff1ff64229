"""CTCAE v5.0 grades that a laboratory value defines by itself.

Source: NCI, Common Terminology Criteria for Adverse Events v5.0, 27 November 2017. Values are in SI units:
g/L for HGB and ALB, 10^9/L for cells, mmol/L for GLUC; the others only compare with ULN and baseline.
Tests without a numeric definition (CEA, TSH, cortisol, troponin, HCG ...) have no grade.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.derivations.reference_range import HIGH, LOW, exceeds, falls_below, reaches
from forms.logic import derivation


@dataclass(frozen=True)
class Limits:
    """Reference limits and the participant's value before therapy, in the unit of the result; None: not known."""

    lower: Decimal | None
    upper: Decimal | None
    baseline: Decimal | None


Beyond = Callable[[str, Decimal, Decimal | None], bool | None]


@dataclass(frozen=True)
class Cut:
    """Beyond `at` the result has `grade`; grade None: symptoms or treatment decide, not the value."""

    beyond: Beyond
    at: Callable[[Limits], Decimal | None]
    grade: int | None


Branch = Callable[[Limits], tuple[Cut, ...]]
"""The cuts of one term, the most severe first: some terms have others where the value before therapy was abnormal."""


@derivation("ctcae_grade", version=2, takes_unknown=True)
def ctcae_grade(
    test: str | None,
    operator: str | None,
    value: Decimal | None,
    lower: Decimal | None,
    upper: Decimal | None,
    baseline: Decimal | None,
) -> int | None:
    """Grade 0 to 4, or None where the value does not define one or a limit is not known.

    Where v5.0 judges by baseline, a baseline above ULN is the reference; without an earlier value ULN is (the
    first sample itself, and the more severe reading otherwise). That value is held against the limits of this result:
    one ruler for both. A censored result is graded only where every
    value it can stand for has the same grade. Grade 5 and grades that need symptoms are never derived.
    """
    if test is None or operator is None or value is None:
        return None
    grades = grades_by_direction(test, operator, value, Limits(lower, upper, baseline)).values()
    known = [g for g in grades if g is not None]
    return max(known, default=None) if len(known) == len(grades) else None


def grades_by_direction(test: str, operator: str, value: Decimal, limits: Limits) -> dict[str, int | None]:
    """The grade of each term of a test by its direction, LOW or HIGH; without any for a test that CTCAE does not grade.

    A value that is too high is no grade of the term for too low: haemoglobin above ULN is anaemia of grade 0, and of its rise v5.0
    defines no grade. Where two columns of one term apply, the worse counts.
    """
    found: dict[str, int | None] = {}
    for direction, branch in zip(DIRECTIONS.get(test, ()), BRANCHES.get(test, ()), strict=True):
        grade = _grade(branch(limits), operator, value, limits)
        other = found.get(direction, 0)
        found[direction] = None if grade is None or other is None else max(grade, other)
    return found


def _grade(cuts: tuple[Cut, ...], operator: str, value: Decimal, limits: Limits) -> int | None:
    # Most severe first: an open question about a severe cut cannot be settled by a milder one.
    for cut in cuts:
        beyond = cut.beyond(operator, value, cut.at(limits))
        if beyond is not False:
            return cut.grade if beyond else None
    return 0


def _fixed(at: str) -> Callable[[Limits], Decimal | None]:
    return lambda limits: Decimal(at)


def _lower(limits: Limits) -> Decimal | None:
    return limits.lower


def _times(factor: str, reference: Callable[[Limits], Decimal | None]) -> Callable[[Limits], Decimal | None]:
    def at(limits: Limits) -> Decimal | None:
        of = reference(limits)
        return None if of is None else Decimal(factor) * of

    return at


def _upper(limits: Limits) -> Decimal | None:
    return limits.upper


def _baseline(limits: Limits) -> Decimal | None:
    return limits.baseline


def _decrease(*cuts: str) -> Branch:
    """Grade 1 below LLN, then grade 2, 3, 4 below each cut; most severe first."""
    severe = [Cut(falls_below, _fixed(at), grade) for grade, at in enumerate(cuts, 2)]
    return _always(*reversed(severe), Cut(falls_below, _lower, 1))


def _by_baseline(first: tuple[str, str], *factors: str, begins: Beyond = exceeds) -> Branch:
    """Grades 2, 3, 4 above each multiple of ULN, or of a baseline above ULN; `first`: the grade 1 multiple of the one and the other.

    `begins`: how grade 1 begins by an abnormal baseline: ALT "1.5 - 3.0 x baseline" at the multiple, bilirubin "> 1.0" above it.
    """

    def cuts(limits: Limits) -> tuple[Cut, ...]:
        abnormal = limits.upper is not None and limits.baseline is not None and limits.baseline > limits.upper
        of = _baseline if abnormal else _upper
        severe = [Cut(exceeds, _times(f, of), grade) for grade, f in enumerate(factors, 2)]
        return (*reversed(severe), Cut(begins if abnormal else exceeds, _times(first[abnormal], of), 1))

    return cuts


def _always(*cuts: Cut) -> Branch:
    return lambda limits: cuts


def _by_upper(*cuts: tuple[str, int | None]) -> Branch:
    return _always(*(Cut(exceeds, _times(factor, _upper), grade) for factor, grade in cuts))


def _exceeds_if_known(operator: str, value: Decimal, limit: Decimal | None) -> bool | None:
    """For a column that applies besides another one: where its reference is not known the other alone is graded."""
    return False if limit is None else exceeds(operator, value, limit)


BRANCHES: Mapping[str, tuple[Branch, ...]] = {
    # "Increase in >0 - 2 g/dL" does not say from where in v5.0, so above ULN the value defines nothing.
    "HGB": (_decrease("100", "80"), _always(Cut(_exceeds_if_known, _upper, None))),
    "WBC": (_decrease("3", "2", "1"), _always(Cut(exceeds, _fixed("100"), 3))),
    "NEUT": (_decrease("1.5", "1", "0.5"),),
    "LYM": (_decrease("0.8", "0.5", "0.2"), _always(Cut(exceeds, _fixed("20"), 3), Cut(exceeds, _fixed("4"), 2))),
    "PLAT": (_decrease("75", "50", "25"),),
    "ALB": (_decrease("30", "20"),),
    # Hyperglycaemia is graded by treatment in v5.0, so above ULN the value defines nothing.
    "GLUC": (_decrease("3.0", "2.2", "1.7"), _by_upper(("1", None))),
    "ALT": (_by_baseline(("1", "1.5"), "3", "5", "20", begins=reaches),),
    "AST": (_by_baseline(("1", "1.5"), "3", "5", "20", begins=reaches),),
    "ALP": (_by_baseline(("1", "2"), "2.5", "5", "20", begins=reaches),),
    "BILI": (_by_baseline(("1", "1"), "1.5", "3", "10"),),
    "CREAT": (
        _by_upper(("6", 4), ("3", 3), ("1.5", 2), ("1", 1)),
        _always(
            Cut(_exceeds_if_known, _times("3", _baseline), 3),
            Cut(_exceeds_if_known, _times("1.5", _baseline), 2),
        ),
    ),
    "CK": (_by_upper(("10", 4), ("5", 3), ("2.5", 2), ("1", 1)),),
    # Above 2 x ULN symptoms decide between grades 2 and 3, above 5 x ULN between 3 and 4.
    "LIPASE": (_by_upper(("2", None), ("1.5", 2), ("1", 1)),),
    "LDH": (_by_upper(("1", 1)),),
}
"""Terms by laboratory test; a test with two branches can be too low and too high."""
DIRECTIONS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("HGB", "WBC", "LYM", "GLUC"), (LOW, HIGH)),
    **dict.fromkeys(("NEUT", "PLAT", "ALB"), (LOW,)),
    **dict.fromkeys(("ALT", "AST", "ALP", "BILI", "CK", "LIPASE", "LDH"), (HIGH,)),
    "CREAT": (HIGH, HIGH),
}
"""Which way each branch goes."""
