"""A stored call as a tired reader needs it: what was missing, what was out of range, what each modality did, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from forms.catalogue import definitions
from forms.text import _l
from trial import calls
from trial.calls import Contribution, Known
from trial.store import crfs
from trial.store.reading import Row
from trial.web.inputs import MODALITY_WORDS, InputView, named, number_words
from trial.web.words import value_words

Views = dict[str, InputView]
HALF = 100
"""Half the width of the plot: the longest bar."""

FOUND: Mapping[str, str] = {
    "model.onnx": _l("The file with its weights and its preparation of the inputs is not the one that was released."),
    "manifest.json": _l("The file with its list of inputs, their order and its threshold is not the one that was released."),
    "the manifest": _l("The file with its list of inputs and its threshold belongs to another model."),
    "reference row": _l("Its answers to the reference rows are not those it was released with."),
}  # fmt: skip
"""How what was found of a model that is not the released one begins, in words."""

KIND_WORDS: Mapping[str, str] = {
    "ModelCorrupt": _l("The model is not the one that was released, and was not asked."),
    "ModelTimeout": _l("The model did not answer in time and was stopped."),
    "ModelUnavailable": _l("The model broke off, for want of memory for example, and was stopped."),
    "InputsInvalid": _l("The inputs are not those the model declares, and it was not asked."),
}
NEXT_WORDS: Mapping[str, str] = {
    "ModelCorrupt": _l("An administrator must put the release back. Calling again before that changes nothing."),
    "ModelTimeout": _l("The next call starts it anew: try again. If it fails again, tell an administrator."),
    "ModelUnavailable": _l("The next call starts it anew: try again. If it fails again, tell an administrator."),
    "InputsInvalid": _l("Tell an administrator: this is a fault of the system and not of the data."),
}

NOT_FOR = (
    _l("It does not decide. A candidate also needs a clinical response of cCR or near-cCR and no contraindication."),
    _l("It says nothing about metastasis, survival or function."),
    _l("It is for participants of this trial at this decision point, and for nobody else."),
)
"""PROTOCOL 5, whatever the model is."""


@dataclass(frozen=True)
class Part:
    """One modality: its name, how much was known, what it did in words, and its bar: where it begins and how long it is, of 200."""

    name: str
    known: str
    words: str
    turn: str
    begin: float = HALF
    length: float = 0.0
    log_odds: str = ""


@dataclass(frozen=True)
class Failure:
    """Why the model could not be asked: in words, what to do, and what was found as it was found."""

    words: str
    found_words: str
    then: str
    found: str


@dataclass(frozen=True)
class ChangeView:
    """An input that differs from the call before, with both numbers."""

    label: str
    before: str
    now: str


def percent(p: Decimal) -> str:
    """A probability in per cent, to one digit."""
    return f"{p * 100:.1f} %"


def parts(row: Row) -> list[Part]:
    """Every modality of the model, in its order; a call older than contributions tells what was known only."""
    did = {each.modality: each for each in calls.contributions(row)}
    longest = max((abs(each.log_odds) for each in did.values() if each.log_odds is not None), default=0.0)
    return [_part(known, did.get(known.modality), longest) for known in calls.completeness(row["inputs"])]


def _part(known: Known, did: Contribution | None, longest: float) -> Part:
    name = _(MODALITY_WORDS.get(known.modality, known.modality))
    count = _("%(known)d of %(all)d known", known=known.known, all=known.of)
    if did is None or did.log_odds is None:
        words = _("Missing: the model was asked without it.") if not known.known else ""
        return Part(name, count, words, "missing" if not known.known else "unknown")
    length = HALF * abs(did.log_odds) / longest if longest else 0.0
    begin = HALF - (length if did.log_odds < 0 else 0.0)
    return Part(
        name, count, _did(name, did), did.turn, round(begin, 1), round(length, 1), f"{did.log_odds:+.2f}".replace("-", "−")
    )  # fmt: skip


def _did(name: str, did: Contribution) -> str:
    numbers = {"name": name, "without": percent(did.without or Decimal(0)), "p": percent(did.probability)}
    if did.turn != "same" and numbers["without"] == numbers["p"]:
        return {
            "raised": _("%(name)s raised the probability of %(p)s by less than can be shown.", **numbers),
            "lowered": _("%(name)s lowered the probability of %(p)s by less than can be shown.", **numbers),
        }[did.turn]
    return {
        "raised": _("%(name)s raised the probability from %(without)s to %(p)s.", **numbers),
        "lowered": _("%(name)s lowered the probability from %(without)s to %(p)s.", **numbers),
        "same": _("%(name)s left the probability at %(p)s.", **numbers),
    }[did.turn]


def failure(row: Row) -> Failure | None:
    """What was wrong with the model; None where it was asked, or where inputs were missing."""
    if row["problem"] is None:
        return None
    kind = str(row["refused"][0]).rpartition(": ")[2]
    return failure_words(kind, row["problem"])


def failure_words(kind: str, found: str) -> Failure:
    """A failure of the model in words. `kind`: class of the error."""
    known = next((words for beginning, words in FOUND.items() if found.startswith(beginning)), "")
    return Failure(
        _(KIND_WORDS.get(kind, KIND_WORDS["ModelUnavailable"])),
        _(known) if known else "",
        _(NEXT_WORDS.get(kind, NEXT_WORDS["ModelUnavailable"])),
        found,
    )


def missing(row: Row) -> list[str]:
    """Modalities of which nothing was known."""
    return [_(MODALITY_WORDS.get(k.modality, k.modality)) for k in calls.completeness(row["inputs"]) if not k.known]


def partly(row: Row) -> list[str]:
    """Modalities of which something was not known, with how much was."""
    return [
        _(
            "%(name)s (%(known)d of %(all)d)",
            name=_(MODALITY_WORDS.get(k.modality, k.modality)),
            known=k.known,
            all=k.of,
        )
        for k in calls.completeness(row["inputs"])
        if 0 < k.known < k.of
    ]


def beyond(row: Row, manifest: Any) -> list[str]:
    """Inputs outside the range the model was trained on, with that range where the manifest of the call is at hand."""
    ranges = {spec.name: (spec.low, spec.high) for spec in manifest.inputs} if manifest else {}
    return [_beyond(each, ranges, manifest) for each in calls.out_of_range(row["inputs"])]


def _beyond(each: Mapping[str, Any], ranges: Mapping[str, tuple[float, float]], manifest: Any) -> str:
    label = named(
        each["name"], next((s.source for s in manifest.inputs if s.name == each["name"]), "") if manifest else ""
    )
    value = number_words(each["value"], each["unit"])
    if each["name"] not in ranges:
        return f"{label}: {value}"
    low, high = (number_words(str(bound), each["unit"]) for bound in ranges[each["name"]])
    return _("%(label)s: %(value)s, trained on %(low)s to %(high)s", label=label, value=value, low=low, high=high)


def aged(row: Row) -> list[str]:
    """Modalities of which a sample was not repeated at the re-assessment."""
    old = dict.fromkeys(each["modality"] for each in row["inputs"] if each["age_days"] is not None)
    return [_(MODALITY_WORDS.get(name, name)) for name in old]


def changed(then: tuple[Mapping[str, Any], Views] | None, now: tuple[Row, Views]) -> list[ChangeView]:
    """What differs from the call before, the answers of both. A call is its row and its inputs as they are shown."""
    if then is None:
        return []
    both = then[1] | now[1]
    return [
        ChangeView(both[each.name].label, *(_shown(views, each.name) for views in (then[1], now[1])))
        for each in calls.changes(then[0], now[0])
    ]


def _shown(views: Views, name: str) -> str:
    return views[name].value if name in views else "—"


def answers(revision: Row | None, *items: str) -> list[tuple[str, str]]:
    """Label and answer of some items of a revision, those that were answered."""
    if revision is None:
        return []
    crf = crfs.as_crf(revision)
    form = definitions()[crf.form, crf.version]
    found = [(form.item(oid), crf.answers.items.get(oid)) for oid in items]
    return [(_(item.label), value_words(item, value)) for item, value in found if value is not None]


def tested(row: Row) -> datetime:
    """When the reference rows agreed last before an answered call."""
    return datetime.fromisoformat(row["versions"]["references_at"])


def not_for(manifest: Any) -> list[str]:
    """What the answer must not be used for: by the protocol, and by the manifest of the call where it says so."""
    # A manifest of the first format declares no limits of its own.
    own = getattr(manifest, "out_of_scope", ()) if manifest else ()
    return [*map(_, NOT_FOR), *map(str, own)]
