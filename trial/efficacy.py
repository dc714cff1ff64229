"""The efficacy of neoadjuvant therapy in one participant: measures, response by modality, discordances, and what the model adds.

Response by modality and overall follow the one rule of the forms (`forms.derivations.staging`, PROTOCOL 4). The model's part stays
closed until the investigator's own estimate is signed and locked: seeing the model first would bias it (PROTOCOL 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from forms.decoded import decoded
from forms.derivations.staging import COMPLETE, INCOMPLETE, NEAR, NOT_EVALUABLE, response_by_modality
from forms.record import InstanceScope, Record
from forms.text import _l
from trial import calls
from trial.blockers import Signatures, signed
from trial.side_by_side import Say, Section, Tables, last_at, sections, times

MODALITIES: Mapping[str, str] = {
    "DRE": _l("DRE"),
    "ENDO": _l("endoscopy"),
    "MRI": _l("MRI"),
    "BX": _l("biopsy"),
    "YCN": _l("lymph nodes"),
}
RESPONSES: Mapping[str, str] = {
    COMPLETE: _l("complete"),
    NEAR: _l("near-complete"),
    INCOMPLETE: _l("incomplete"),
    NOT_EVALUABLE: _l("not evaluable"),
}
EVALUABLE = (COMPLETE, NEAR, INCOMPLETE)
GOOD = (COMPLETE, NEAR)
POOR_REGRESSION = ("4", "5")
"""mrTRG that does not go with a good response; the soft check RST-S4 asks the same of a complete one."""
LOCKED, ROLE, NOT_CALLED, REFUSED = "own-estimate", "role", "not-called", "refused"
HIDDEN: Mapping[str, str] = {
    LOCKED: _l("Hidden until the investigator's own estimate is signed and locked."),
    ROLE: _l("Not shown to this role."),
    NOT_CALLED: _l("The model has not been called."),
    REFUSED: _l("The model gave no answer."),
}


@dataclass(frozen=True)
class Response:
    """Response at one restaging. `modalities`: word and response in words (None: nothing said); `derived` and `judged` as codes.

    `entered` is False where the restaging form is not there; `not_done` the reason given for the whole form.
    """

    event: str
    entered: bool
    not_done: str | None
    modalities: tuple[tuple[str, str | None], ...]
    derived: str | None
    judged: str | None
    why: str | None
    discordances: tuple[str, ...]


@dataclass(frozen=True)
class Added:
    """What the model says beside the clinic. `hidden`: why nothing is shown, a key of HIDDEN; then everything else is None.

    `contributions`: modality and log odds, largest first, where they were stored. `beside`: the comparison in words.
    """

    hidden: str | None
    number: int | None = None
    probability: Decimal | None = None
    threshold: Decimal | None = None
    positive: bool | None = None
    model: str | None = None
    estimate: int | None = None
    contributions: tuple[tuple[str, float], ...] = ()
    beside: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Efficacy:
    """Everything the page and the print show. `times` are event keys, the first is screening."""

    times: tuple[str, ...]
    sections: tuple[Section, ...]
    responses: tuple[Response, ...]
    added: Added


def efficacy(
    record: Record,
    tables: Tables,
    features: Mapping[str, str | None],
    *,
    signatures: Signatures,
    prediction: Mapping[str, Any] | None,
    may_see_model: bool,
    say: Say = str,
) -> Efficacy:
    """Read one participant. `prediction`: the row of the first answered call, or of the last refused one; `features`: name and unit."""
    at = times(record)
    responses = tuple(response(record, event, say) for event in at[1:])
    last = next((r for r in reversed(responses) if r.entered), None)
    shown = added(record, signatures, prediction, may_see_model, last, say)
    return Efficacy(at, sections(record, tables, features, say), responses, shown)


def call_that_counts(predictions: tuple[Mapping[str, Any], ...]) -> Mapping[str, Any] | None:
    """The first call that was answered, which the primary analysis uses (PROTOCOL 5, step 4), else the last one; None without a call."""
    answered = next((p for p in predictions if p["probability"] is not None), None)
    return answered or (predictions[-1] if predictions else None)


def response(record: Record, event: str, say: Say = str) -> Response:
    """Response at one restaging event."""
    crf = last_at(record, "RST", event)
    if crf is None or not crf.counts:
        reason = crf.answers.not_done.reason if crf and crf.answers.not_done else None
        return Response(event, False, reason, (), None, None, None, ())
    scope = record.scope(crf)
    found = response_by_modality(*(scope.code(f"RST.{i}") for i in ("DRE", "ENDO", "MRIRESP", "DWI", "BX", "YCN")))
    words = tuple((say(MODALITIES[m]), say(RESPONSES[r]) if r else None) for m, r in found.items())
    derived, judged = scope.code("RST.RESPDER"), scope.code("RST.RESP")
    why = scope.item("RST.RESPWHY")
    return Response(event, True, None, words, derived, judged, why, tuple(_discordances(scope, found, say)))


def _discordances(scope: InstanceScope, found: Mapping[str, str | None], say: Say) -> Iterator[str]:
    if line := between(found, say):
        yield line
    derived, judged = scope.code("RST.RESPDER"), scope.code("RST.RESP")
    if derived and judged and derived != judged:
        yield _beside(say(_l("derived response")), RESPONSES[derived], say(_l("investigator")), RESPONSES[judged], say)
    overall = judged or derived
    if overall in EVALUABLE:
        yield from _against_the_clinic(scope, overall, say)


def between(found: Mapping[str, str | None], say: Say = str) -> str | None:
    """The modalities that can be judged, in one line, where they do not all say the same: "MRI: complete; endoscopy: incomplete"."""
    judged = {m: r for m, r in found.items() if r in EVALUABLE}
    if len(set(judged.values())) < 2:
        return None
    return "; ".join(f"{say(MODALITIES[m])}: {say(RESPONSES[r])}" for m, r in judged.items() if r)


def _beside(one: str, says: str, other: str, tells: str, say: Say) -> str:
    return f"{one}: {say(says)}; {other}: {say(tells)}"


def _against_the_clinic(scope: InstanceScope, overall: str, say: Say) -> Iterator[str]:
    """mrTRG, ctDNA and CEA where they point the other way."""
    clinic, good = say(_l("clinical response")), overall in GOOD
    grade = scope.code("RST.MRTRG")
    if good and grade in POOR_REGRESSION:
        yield f"mrTRG: {grade}; {clinic}: {say(RESPONSES[overall])}"
    event, record = scope.crf.event, scope.record
    plasma = last_at(record, "LBX", event)
    seen = record.scope(plasma).code("LBX.CDNARES") if plasma is not None and plasma.counts else None
    if seen == ("DET" if good else "NOTDET"):
        item = record.definition_of("LBX.CDNARES")
        yield f"ctDNA: {decoded(item, seen, say)}; {clinic}: {say(RESPONSES[overall])}"
    if good and _cea_is_high(record, event):
        yield _beside("CEA", _l("above the reference range"), clinic, RESPONSES[overall], say)


def _cea_is_high(record: Record, event: str) -> bool:
    rows = [r for c in record.all("LB") if c.event == event for r in record.rows(c, "R")]
    return any(r.item("LB.LBTEST") == "CEA" and r.item("LB.LBNRIND") == "HIGH" for r in rows)


def added(
    record: Record,
    signatures: Signatures,
    prediction: Mapping[str, Any] | None,
    may_see: bool,
    last: Response | None,
    say: Say = str,
) -> Added:
    """What the model adds, or why it is not shown: never before the own estimate is signed as it stands, never to who may not see it."""
    if not may_see:
        return Added(ROLE)
    if not signed(record, signatures, record.latest("PRE")):
        return Added(LOCKED)
    if prediction is None:
        return Added(NOT_CALLED)
    if prediction["probability"] is None:
        return Added(REFUSED, prediction["number"], refused=tuple(prediction["refused"] or ()))
    positive = prediction["classification"] == "positive"
    estimate = record.value("PRE.PRECR")
    probability = Decimal(prediction["probability"])
    return Added(
        None,
        prediction["number"],
        probability,
        Decimal(prediction["threshold"]),
        positive,
        f"{prediction['model']} {prediction['version']}",
        estimate,
        _contributions(prediction),
        tuple(_compared(positive, probability, estimate, last, say)),
    )


def _contributions(prediction: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """What each modality that was there added to the log odds of the call, the largest first."""
    told = [
        (each.modality, calls.log_odds(each.probability) - calls.log_odds(each.without))
        for each in calls.contributions(prediction)
        if each.without is not None
    ]
    return tuple(sorted(told, key=lambda one: (-abs(one[1]), one[0])))


def _compared(
    positive: bool, probability: Decimal, estimate: int | None, last: Response | None, say: Say
) -> Iterator[str]:
    overall = (last.judged or last.derived) if last else None
    if overall in EVALUABLE:
        agree = positive is (overall in GOOD)
        words = (
            _l("The model agrees with the clinical response.")
            if agree
            else _l("The model contradicts the clinical response.")
        )
        yield say(words)
    if estimate is not None:
        difference = probability * 100 - estimate
        yield say(_l("Model %(model)s %%, own estimate %(own)s %%: %(difference)s percentage points.")) % {
            "model": f"{probability * 100:.1f}",
            "own": estimate,
            "difference": f"{difference:+.1f}",
        }
