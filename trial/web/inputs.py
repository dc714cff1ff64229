"""What went into a stored model call, as a person reads it: the item asked, the answer given, the revision that held it.

The call itself keeps model names and encoded numbers, for ever. The answer is read from the revision the call names, which
never changes either; the number that was passed stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from forms.answers import Crf
from forms.catalogue import current, definitions
from forms.language import Item
from forms.text import _l
from forms.webform import MISSING_WORDS
from trial.call_rows import UNAVAILABLE
from trial.errors import VigilError
from trial.store import crfs
from trial.store.reading import Reader, Row
from trial.web.words import calculated_words, event_words, place_words, value_words

MODALITY_WORDS: Mapping[str, str] = {
    "clinical": _l("Clinical"), "radiomics": _l("Radiomics"), "molecular": _l("Molecular"), "microbiota": _l("Gut microbiota"),
    "pathology": _l("Pathology"), "ctDNA": _l("Circulating tumour DNA"),
}  # fmt: skip
"""Modalities of the manifest, as PROTOCOL 5 calls them."""

FEATURE_WORDS: Mapping[str, str] = {
    "morph_volume": _l("Tumour volume"), "morph_sphericity": _l("Sphericity"), "stat_mean": _l("Mean intensity"),
    "stat_skew": _l("Skewness of intensity"), "ih_entropy": _l("Entropy of the intensity histogram"),
    "cm_joint_entr": _l("Joint entropy, co-occurrence"), "cm_contrast": _l("Contrast, co-occurrence"),
    "szm_lze": _l("Large zone emphasis, size zones"), "til_density": _l("Density of tumour-infiltrating lymphocytes"),
    "stroma_fraction": _l("Fraction of stroma"), "nuclear_area": _l("Mean area of nuclei"), "CEA": _l("Carcinoembryonic antigen"),
}  # fmt: skip
"""Columns of feature tables and laboratory tests in words; a genus is its own name."""

POINT_WORDS: Mapping[str, str] = {"BASELINE": _l("baseline"), "RESTAGING": _l("restaging")}
UNIT_WORDS: Mapping[str, str] = {"ug/L": "µg/L", "mm3": "mm³", "um2": "µm²", "1/mm2": "/mm²", "proportion": "%"}

NOTE_WORDS: Mapping[str, str] = {
    "not-done": _l("not done"), "unknown": _l("not known"), "limit-of-detection": _l("beyond the limit of detection; the limit counts"),
    "quality-failed": _l("quality control not passed"), "too-few-reads": _l("too few reads"), "assay-failed": _l("the assay failed"),
    "no-table": _l("no table of features uploaded"), "feature-absent": _l("not in the uploaded table"),
    "out-of-range": _l("outside the range the model was trained on"), "code-not-declared": _l("an answer the model does not know"),
    "not-a-number": _l("not a number"), "time-point-differs": _l("taken at another time point"),
} | MISSING_WORDS  # fmt: skip
"""Why an input is missing, or what to bear in mind about it."""

_BEGINNINGS = {
    "immunotherapy": _l("Immunotherapy in the regimen"),
    "total_neoadjuvant": _l("Total neoadjuvant therapy"),
}
"""Inputs that ask less than the item they are read from."""


@dataclass(frozen=True)
class InputView:
    """One input. `value`: the answer; `passed`: the number the model was given, as stored.

    `where`: the revision it was read from, `place`: the same in full; `url`: the history of that form.
    """

    label: str
    value: str
    passed: str
    where: str = ""
    place: str = ""
    url: str = ""
    remark: str = ""


def views(row: Row, participant: str, reader: Reader, manifest: Any) -> dict[str, InputView]:
    """The inputs of a call by name, in the order of the model. `manifest`: of that call, None where it is not at hand."""
    sources = {spec.name: spec.source for spec in manifest.inputs} if manifest else {}
    held = _Revisions(reader, participant)
    return {i["name"]: _view(i, sources.get(i["name"], ""), participant, held) for i in row["inputs"]}


def by_modality(row: Row, shown: Mapping[str, InputView]) -> list[tuple[str, list[InputView]]]:
    """The inputs under their modalities."""
    found: dict[str, list[InputView]] = {}
    for each in row["inputs"]:
        found.setdefault(each["modality"], []).append(shown[each["name"]])
    return [(_(MODALITY_WORDS.get(name, name)), views) for name, views in found.items()]


def lacking(row: Row) -> list[str]:
    """The sources that were missing below the declared minimum, in words; none where the model itself was."""
    return [source_words(reason) for reason in row["refused"] or () if not reason.startswith(UNAVAILABLE)]


def manifest_of(row: Row, manifest: Any) -> Any:
    """The released manifest, where the released model is the one that was asked; nothing of another model is known here: None."""
    try:
        released = manifest()
    except VigilError:
        return None
    return released if released.sha256 == row["digest"] else None


def source_words(source: str) -> str:
    """`RAD.RADFILE:stat_mean@RESTAGING` as "Mean intensity, restaging"; an item by its label; what is neither as it stands."""
    where, _at, point = source.partition("@")
    key, _colon, feature = where.partition(":")
    item = item_at(key)
    label = _(FEATURE_WORDS.get(feature, feature)) if feature else source if item is None else _(item.label)
    return f"{label}, {_(POINT_WORDS[point])}" if point in POINT_WORDS else label


def item_at(key: str) -> Item | None:
    """The item FORM.ITEM, None where there is none of that name (FORM.GROUP of a laboratory test)."""
    form, _dot, oid = key.partition(".")
    return next((i for i in current(form).every_item() if i.oid == oid), None) if form in _forms() else None


def _forms() -> set[str]:
    return {oid for oid, _version in definitions()}


def named(name: str, source: str) -> str:
    """An input by the label of what it is read from; by its own name where nothing is known of it."""
    return _(_BEGINNINGS[name]) if name in _BEGINNINGS else source_words(source) if source else name


class _Revisions:
    """Revisions of one participant, each read once."""

    def __init__(self, reader: Reader, participant: str) -> None:
        self._reader, self._participant = reader, participant
        self._read: dict[tuple[str, str, int], dict[int, Crf]] = {}

    def at(self, address: str) -> Crf | None:
        """The revision FORM/EVENT/OCCURRENCE#NUMBER."""
        place, _hash, number = address.partition("#")
        form, event, occurrence = place.split("/")
        key = (event, form, int(occurrence))
        if key not in self._read:
            rows = crfs.history(self._reader, self._participant, *key)
            self._read[key] = {row["number"]: crfs.as_crf(row) for row in rows}
        return self._read[key].get(int(number))


def _view(each: Mapping[str, Any], source: str, participant: str, held: _Revisions) -> InputView:
    crf = held.at(each["source"]) if each["source"] else None
    return InputView(
        named(each["name"], source),
        _value(each, source, crf),
        each["value"] or "",
        _("%(form)s, %(event)s, revision %(n)s", form=crf.form, event=event_words(crf.event), n=crf.number) if crf else "",
        place_words(crf.form, crf.event, crf.occurrence) if crf else "",
        _past(participant, crf) if crf else "",
        "; ".join(_remarks(each)),
    )  # fmt: skip


def _past(participant: str, crf: Crf) -> str:
    return url_for("crf.history", participant=participant, event=crf.event, form=crf.form, occurrence=crf.occurrence)


def _value(each: Mapping[str, Any], source: str, crf: Crf | None) -> str:
    """The answer as it stands in the revision; of a table or a laboratory, and where nothing better is known, the number."""
    item = None if ":" in source else item_at(source.partition("@")[0])
    if crf is not None and item is not None and (answer := crf.answers.items.get(item.oid)) is not None:
        words = value_words(definitions()[crf.form, crf.version].item(item.oid), answer)
        if each["name"] not in _BEGINNINGS or each["value"] is None:
            return words
        return f"{calculated_words(float(each['value']) > 0)} ({words})"
    return number_words(each["value"], each["unit"])


def number_words(value: str | None, unit: str | None) -> str:
    """A number as measured to four figures, with its unit; proportions in per cent; a dash for none."""
    if value is None:
        return "—"
    number = float(value) * (100 if unit == "proportion" else 1)
    text = f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"
    return f"{text} {UNIT_WORDS.get(unit, unit)}" if unit else text


def _remarks(each: Mapping[str, Any]) -> list[str]:
    note, age = each["note"], each["age_days"]
    aged = [_("not repeated at the re-assessment: %(n)s days old", n=age)] if age is not None else []
    return [*([_(NOTE_WORDS.get(note, note))] if note else []), *aged]
