"""Who is in the validation and who is not, and why: the flow of people, refused calls, missing modalities, by count alone.

How an outcome became known is not told here: by specimen or by surveillance is nearly by arm (docs/decisions/0019).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analysis.called import Call, Person
from analysis.disposition import Step
from forms.text import _l

UNAVAILABLE = "model-unavailable"
"""How the reason of a call begins that failed for want of the model, not of inputs; a test holds it to the verb's own word."""


@dataclass(frozen=True)
class ModelConsort:
    """Steps as in `analysis.disposition`. `refused`: people whose calls all were refused, by what was lacking first of all.

    `lacking`: how many refused calls lacked each source. `missing`: people with a first answered call by modality missing in it.
    """

    steps: tuple[Step, ...]
    refused: tuple[tuple[str, int], ...]
    lacking: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, int], ...]

    def __getitem__(self, code: str) -> int:
        return next(step.n for step in self.steps if step.id == code)


def model_consort(everyone: Sequence[Person], digest: str | None) -> ModelConsort:
    """Count the people; `digest`: of the model that is validated, None while no call was answered."""
    return ModelConsort(
        tuple(Step(code, text, len(_reached(everyone, code, digest)), of) for code, text, of, _ in _FLOW),
        _refusals(everyone),
        _counted(source for p in everyone for c in p.calls for source in c.refused if not source.startswith(UNAVAILABLE)),
        _counted(modality for p in everyone if (call := asked(p, digest)) for modality in call.missing),
    )  # fmt: skip


def asked(person: Person, digest: str | None) -> Call | None:
    """The call that counts, if this model gave it."""
    call = person.call
    return call if call and call.digest == digest else None


def validated(everyone: Sequence[Person], digest: str | None) -> tuple[Person, ...]:
    """The people whose outcome is compared with the model's prediction."""
    return _reached(everyone, "VALIDATED", digest)


def due(everyone: Sequence[Person], digest: str | None) -> tuple[Person, ...]:
    """Those, and people whose outcome stayed unknown although the year is over."""
    return _reached(everyone, "MATURE", digest)


_Test = Callable[[Person, str | None], bool]
_FLOW: tuple[tuple[str, str, str | None, _Test], ...] = (
    ("RESTAGED", _l("Restaged, asked about or decided on"), None, lambda p, d: True),
    ("UNASKED", _l("Model never asked"), "RESTAGED", lambda p, d: not p.calls),
    ("REFUSED", _l("Every call refused"), "RESTAGED", lambda p, d: bool(p.calls) and p.call is None),
    ("ANSWERED", _l("A call answered"), "RESTAGED", lambda p, d: p.call is not None),
    ("AGAIN", _l("Called again after a correction (the first answer counts)"), "ANSWERED",
     lambda p, d: sum(c.probability is not None for c in p.calls) > 1),
    ("OTHER", _l("First answer by another model: not counted"), "ANSWERED", lambda p, d: p.call is not None and not asked(p, d)),
    ("THIS", _l("First answer by this model"), "ANSWERED", lambda p, d: asked(p, d) is not None),
    ("UNDECIDED", _l("No decision yet"), "THIS", lambda p, d: asked(p, d) is not None and p.decided_on is None),
    ("YOUNG", _l("Decision less than 12 months before the cut"), "THIS",
     lambda p, d: asked(p, d) is not None and p.decided_on is not None and not p.mature),
    ("MATURE", _l("Decision 12 months or more before the cut"), "THIS", lambda p, d: asked(p, d) is not None and p.mature),
    ("UNVERIFIED", _l("Outcome unknown"), "MATURE", lambda p, d: _mature(p, d) and p.response.complete is None),
    ("VALIDATED", _l("Outcome known: validated"), "MATURE", lambda p, d: _mature(p, d) and p.response.complete is not None),
    ("OWN", _l("With an own estimate of the clinician"), "VALIDATED",
     lambda p, d: _mature(p, d) and p.response.complete is not None and p.own is not None),
)  # fmt: skip


def _mature(person: Person, digest: str | None) -> bool:
    return asked(person, digest) is not None and person.mature


def _reached(everyone: Sequence[Person], code: str, digest: str | None) -> tuple[Person, ...]:
    test = next(test for each, _, _, test in _FLOW if each == code)
    return tuple(p for p in everyone if test(p, digest))


def _refusals(everyone: Sequence[Person]) -> tuple[tuple[str, int], ...]:
    never = [p.calls[0] for p in everyone if p.calls and p.call is None]
    kinds = Counter("MODEL" if call.refused[0].startswith(UNAVAILABLE) else "INPUTS" for call in never)
    return tuple(sorted(kinds.items()))


def _counted(names: "object") -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda each: (-each[1], each[0])))  # type: ignore[call-overload]
