"""Who is in which column of a safety table by arm: as treated, beside as allocated. No open module imports this one.

Safety is analysed as treated (ICH E9, 5.2.3): by the strategy actually begun. Who began neither strategy is in no column of the two
and is counted; where nothing is recorded as begun yet, the allocation or the choice stands for it, and that is counted too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis.course_row import PREFERENCE, RANDOMISED, TME, WW
from analysis.safety.people import Person
from analysis.table import Column, Table, Translate, share
from forms.codelists.treatment import STRATEGY_BEGUN
from forms.text import _l

ARMS = (WW, TME)
NEITHER = "NEITHER"
GROUPS = (WW, TME, "WW-P", "TME-P", "S", NEITHER)
"""The groups of PROTOCOL 1, and who began neither strategy or has no decision."""
WORDS = {NEITHER: _l("Neither, or no decision")}
AS_TREATED = _l(
    "As treated: by the strategy begun; where none is recorded, as allocated. Who began neither is in no column."
)
POPULATION = _l("All randomised, as treated, who entered the period; from the day of randomisation on.")
AS_ALLOCATED = _l("All randomised, as allocated, who entered the period; from the day of randomisation on.")


def allocated_group(person: Person) -> str:
    """WW, TME, WW-P, TME-P or S as allocated or chosen (PROTOCOL 1); "" before the decision."""
    return _named(person, person.arm)


def treated_group(person: Person) -> str:
    """The same by what was begun; NEITHER where that is neither strategy, or there is no decision."""
    return _named(person, person.treated_as) or NEITHER


def _named(person: Person, arm: str | None) -> str:
    if person.cohort == RANDOMISED:
        return arm or ""
    if person.cohort == PREFERENCE:
        return f"{arm}-P" if arm else ""
    return "S" if person.cohort else ""


def group_in_words(person: Person, tr: Translate = str) -> str:
    """The group as allocated or chosen, and what was begun where that is something else."""
    group, begun = allocated_group(person), person.begun
    if not group or begun is None or begun == (person.arm or TME):
        return group
    return tr(_l("{group}; begun: {strategy}")).format(group=group, strategy=tr(STRATEGY_BEGUN.decode(begun)))


def groups_in_words(people: Iterable[Person], tr: Translate = str) -> dict[str, str]:
    """The group of each participant, for a listing."""
    return {p.participant: group_in_words(p, tr) for p in people}


def population_table(people: Iterable[Person], tr: Translate = str) -> Table:
    """Those randomised, by allocation and by what was begun: how far the two analyses differ, and by whom."""
    counts = Counter((p.arm, _begun(p)) for p in people if p.cohort == RANDOMISED)
    heads = {WW: _l("Began WW"), TME: _l("Began TME"), NEITHER: _l("Began neither"), "": _l("Not recorded")}
    rows = []
    for arm in ARMS:
        of = sum(n for (allocated, _), n in counts.items() if allocated == arm)
        rows.append((arm, *(share(counts[arm, begun], of) for begun in heads), str(of)))
    return Table(
        "safety-population-arm",
        tr(_l("Analysis population of safety: allocated against begun")),
        (Column(tr(_l("Allocated"))), *(Column(tr(text), numeric=True) for text in (*heads.values(), _l("All")))),
        tuple(rows),
        tr(_l("All randomised: {n}.")).format(n=counts.total()),
        (tr(AS_TREATED),),
    )


def _begun(person: Person) -> str:
    """The column of a randomised participant: WW, TME, NEITHER, or "" where nothing is recorded."""
    return "" if person.begun is None else person.treated_as or NEITHER
