"""A study of another system as JSON and back, without loss: what the store keeps of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from forms.answers import Crf, from_json, to_json
from forms.foreign import Aside, ForeignSubject, Loss, SourceAudit
from forms.frozen import form_from_json, form_to_json
from forms.language import FormDef

Definitions = Mapping[tuple[str, int], FormDef]


def definitions_to_json(definitions: Definitions) -> list[dict[str, Any]]:
    """Every form version, in order."""
    return [form_to_json(form) for form in definitions.values()]


def definitions_from_json(data: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], FormDef]:
    """What `definitions_to_json` wrote."""
    forms = [form_from_json(each) for each in data]
    return {(form.oid, form.version): form for form in forms}


def asides_to_json(asides: Iterable[Aside]) -> list[list[str]]:
    """Where, name and text of each."""
    return [[each.where, each.name, each.text] for each in asides]


def asides_from_json(data: Iterable[list[str]]) -> tuple[Aside, ...]:
    """What `asides_to_json` wrote."""
    return tuple(Aside(*each) for each in data)


def losses_to_json(losses: Iterable[Loss]) -> list[dict[str, Any]]:
    """Every field of each."""
    return [asdict(loss) for loss in losses]


def losses_from_json(data: Iterable[Mapping[str, Any]]) -> tuple[Loss, ...]:
    """What `losses_to_json` wrote."""
    return tuple(Loss(**each) for each in data)


def subject_to_json(subject: ForeignSubject, definitions: Definitions) -> dict[str, Any]:
    """The subject's answers, texts that were no answers, audit trail and asides; its key stands beside them."""
    return {
        "crfs": [_crf(each, definitions) for each in subject.crfs],
        "unreadable": [[address, path, text] for (address, path), text in subject.unreadable.items()],
        "audit": [{name: v for name, v in asdict(each).items() if v is not None} for each in subject.audit],
        "asides": asides_to_json(subject.asides),
    }


def subject_from_json(key: str, data: Mapping[str, Any], definitions: Definitions) -> ForeignSubject:
    """What `subject_to_json` wrote."""
    return ForeignSubject(
        key,
        tuple(_read_crf(each, definitions) for each in data["crfs"]),
        {(address, path): text for address, path, text in data["unreadable"]},
        tuple(SourceAudit(**each) for each in data["audit"]),
        asides_from_json(data["asides"]),
    )


def _crf(crf: Crf, definitions: Definitions) -> list[Any]:
    kinds = definitions[crf.form, crf.version].kinds()
    return [crf.form, crf.version, crf.event, crf.occurrence, crf.number, to_json(crf.answers, kinds)]


def _read_crf(data: list[Any], definitions: Definitions) -> Crf:
    form, version, event, occurrence, number, answers = data
    return Crf(form, version, event, occurrence, number, from_json(answers, definitions[form, version].kinds()))
