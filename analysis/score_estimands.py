"""The comparison of a score as an estimand: what the main analysis estimates, and the same under another assumption on what is missing.

Nothing is computed here. Source: ICH E9(R1), A.3.3 (the five attributes) and A.5.2 (a sensitivity analysis keeps the estimand and changes
what is assumed).
"""

from dataclasses import dataclass, replace

from analysis import attributes as a
from analysis.attributes import Intercurrent, Treatment
from analysis.estimands import ALL_RANDOMISED, Population
from forms.text import _l


@dataclass(frozen=True)
class ScoreEstimand:
    """`missing`: what is assumed of scores that did not come although they could."""

    id: str
    title: str
    treatment: Treatment
    population: Population
    variable: str
    intercurrent: tuple[Intercurrent, ...]
    summary: str
    missing: str
    source: str


QOL_CHANGE = ScoreEstimand(
    "QOL_CHANGE",
    _l("Change of a quality of life score"),
    a.AS_ALLOCATED,
    ALL_RANDOMISED,
    _l("score at a visit, given that at the decision visit, the last before randomisation"),
    (a.CROSSOVER, a.REGROWN.by(a.POLICY), a.METASTASIS, a.FURTHER, a.DEATH.by(a.WHILE)),
    _l("difference of mean scores at each visit, watch-and-wait less surgery"),
    _l("missing at random given baseline, arm and the scores seen (mixed model); nobody without a baseline score"),
    "PROTOCOL 7, safety: QLQ scores; ICH E9(R1)",
)
QOL_CHANGE_SHIFTED = replace(
    QOL_CHANGE,
    id="QOL_CHANGE_SHIFTED",
    title=_l("Change of a quality of life score, imputed scores shifted (sensitivity analysis)"),
    missing=_l(
        "missing not at random: imputed as if at random within the arm, then better or worse by a number of points in one arm, until the "
        "conclusion is another"
    ),
    source="PROTOCOL 7, safety: QLQ scores; sensitivity analysis of QOL_CHANGE, Cro et al. 2020",
)

SCORE_ESTIMANDS = {each.id: each for each in (QOL_CHANGE, QOL_CHANGE_SHIFTED)}
