"""The attributes of an estimand that are words: treatment, intercurrent events with their strategy, and the summary measure.

Source: ICH E9(R1), section A.3.3 (the five attributes) and A.3.2 (the strategies); what each endpoint does, PROTOCOL 7.
"""

from dataclasses import dataclass

from forms.text import _l


@dataclass(frozen=True)
class Strategy:
    """How an intercurrent event enters an estimand; `id` is exported, `name` printed, `text` what it means."""

    id: str
    name: str
    text: str


POLICY = Strategy("TREATMENT_POLICY", _l("treatment policy"), _l("what comes after counts all the same"))
COMPOSITE = Strategy("COMPOSITE", _l("composite"), _l("it is itself an outcome"))
WHILE = Strategy("WHILE_ON", _l("while at risk"), _l("the question is asked only until then, and it competes"))
STRATUM = Strategy(
    "PRINCIPAL_STRATUM", _l("those to whom it does not happen"), _l("only the others are asked about, as observed")
)


@dataclass(frozen=True)
class Treatment:
    """What is compared, or described where nothing is."""

    id: str
    text: str


@dataclass(frozen=True)
class Intercurrent:
    """Something after the start that bears on the outcome, and what is done about it."""

    id: str
    text: str
    strategy: Strategy

    def by(self, strategy: Strategy) -> "Intercurrent":
        """The same event dealt with otherwise."""
        return Intercurrent(self.id, self.text, strategy)


AS_ALLOCATED = Treatment("WW_VS_TME", _l("watch-and-wait against surgery (TME), as allocated"))
WATCHING = Treatment("WW", _l("watch-and-wait; nothing is compared"))
OPERATING = Treatment("OPERATION", _l("the operation after neoadjuvant therapy; nothing is compared"))
SALVAGING = Treatment("SALVAGE", _l("salvage of a confirmed regrowth under watch-and-wait; nothing is compared"))
NEOADJUVANT = Treatment("NEOADJUVANT", _l("neoadjuvant therapy with against without immunotherapy, as begun"))

DEATH = Intercurrent("DEATH", _l("death of any cause"), COMPOSITE)
CROSSOVER = Intercurrent("CROSSOVER", _l("another strategy than allocated or chosen"), POLICY)
FURTHER = Intercurrent("FURTHER_TREATMENT", _l("further treatment of the cancer"), POLICY)
SALVAGED = Intercurrent("SALVAGED_REGROWTH", _l("regrowth salvaged R0, or awaiting salvage"), POLICY)
UNSALVAGED = Intercurrent(
    "UNSALVAGED_REGROWTH", _l("regrowth that cannot be salvaged, or is salvaged R1 or R2"), COMPOSITE
)
REFUSAL = Intercurrent("REFUSAL", _l("refusal of salvage"), COMPOSITE)
R1_RESECTION = Intercurrent("R1_RESECTION", _l("R1 at the primary resection"), POLICY)
REGROWN = Intercurrent("REGROWTH", _l("local regrowth"), COMPOSITE)
METASTASIS = Intercurrent("METASTASIS", _l("distant metastasis"), POLICY)
RECURRENCE = Intercurrent("RECURRENCE", _l("local recurrence"), POLICY)
SECOND_PRIMARY = Intercurrent("SECOND_PRIMARY", _l("second primary colorectal cancer"), POLICY)
UNPROMPTED = Intercurrent(
    "OPERATION_FIRST", _l("total mesorectal excision or local excision before any confirmed regrowth"), WHILE
)
NO_OPERATION = Intercurrent("NO_OPERATION", _l("no operation, or no report of its specimen"), STRATUM)

HAZARD = _l("hazard ratio, watch-and-wait to surgery; survival at 1, 2 and 3 years")
INCIDENCE = _l("cumulative incidence at 1, 2 and 3 years, competing events not censored")
SURVIVAL = _l("survival at 1, 2 and 3 years")
PROPORTION = _l(
    "proportion; difference and ratio of proportions, with and without weighting for what was known before therapy"
)
PROPORTION_ALONE = _l("proportion with its exact limits")
DISTRIBUTION = _l("median and quartiles; difference of means")
GRADES = _l("proportion in each grade")
