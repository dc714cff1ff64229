"""Why a number is not given: the data hold no answer, or the search for one did not end. Never a silent number instead."""


class NotEstimable(ValueError):
    """The data do not determine what was asked for; `problem` says why in one phrase."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Separated(NotEstimable):
    """The likelihood rises for ever along `covariates`: no estimate is finite (Heinze & Schemper 2001)."""

    def __init__(self, covariates: tuple[str, ...]) -> None:
        super().__init__(f"separates the events, no finite estimate: {', '.join(covariates)}")
        self.covariates = covariates


class NotConverged(NotEstimable):
    """The search stopped after `steps` steps without an answer."""

    def __init__(self, steps: int) -> None:
        super().__init__(f"no convergence in {steps} steps")
        self.steps = steps


class EmptyGroup(NotEstimable):
    """A group that was asked for has nobody in it; `groups` names those."""

    def __init__(self, groups: tuple[str, ...]) -> None:
        super().__init__(f"nobody in group: {', '.join(groups)}")
        self.groups = groups
