"""Which sentences answer which item of a guideline; the items that are not here are for the authors to write."""

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.reports import dossier_sentences as say
from analysis.reports.dossier_data import DossierData
from analysis.reports.dossier_sentences import Say, Translate
from analysis.reports.guidelines import GUIDELINES, Item
from forms.text import _l

Answers = Mapping[str, tuple[Say, ...]]

TRIPOD_AI: Answers = {
    "1": (say.objective, say.predicted),
    "3a": (say.integration,),
    "3b": (say.purpose, say.out_of_scope),
    "4": (say.objective,),
    "5a": (say.source,),
    "5b": (say.dates,),
    "6a": (say.centres,),
    "6b": (say.eligibility,),
    "6c": (say.treatments,),
    "7": (say.preparation, say.quality),
    "8a": (say.outcome,),
    "8c": (say.blinding,),
    "9b": (say.predictors, say.timing),
    "10": (say.size,),
    "11": (say.missing,),
    "12a": (say.training, say.objective),
    "12b": (say.preparation,),
    "12c": (say.kind, say.validation),
    "12e": (say.measures,),
    "12f": (say.no_update,),
    "12g": (say.computed,),
    "15": (say.output,),
    "16": (say.training, say.source),
    "17": (say.consent,),
    "18c": (say.registration,),
    "18f": (say.code,),
    "20a": (say.calls,),
    "21": (say.calls,),
    "22": (say.identity, say.specification),
    "23a": (say.performance,),
    "23b": (say.performance,),
    "24": (say.no_update,),
    "27a": (say.quality, say.missing),
    "27b": (say.handling,),
}

CONSORT_AI: Answers = {
    "1a,b (ii)": (say.purpose,),
    "2a (i)": (say.purpose, say.contribution),
    "4a (i)": (say.eligibility,),
    "4a (ii)": (say.missing, say.quality),
    "4b": (say.integration,),
    "5 (i)": (say.identity,),
    "5 (ii)": (say.predictors, say.timing),
    "5 (iii)": (say.quality, say.missing),
    "5 (iv)": (say.handling,),
    "5 (v)": (say.output,),
    "5 (vi)": (say.contribution, say.blinding),
    "19": (say.errors, say.performance),
    "25": (say.code,),
}

DECIDE_AI: Answers = {
    "2b": (say.purpose, say.integration),
    "3a": (say.eligibility, say.missing),
    "4a": (say.identity, say.kind, say.training),
    "4b": (say.predictors, say.quality, say.missing),
    "4c": (say.output,),
    "5a": (say.centres,),
    "5b": (say.integration, say.contribution),
    "6a": (say.errors,),
    "9a": (say.calls,),
    "10b": (say.no_update,),
    "12a": (say.calls,),
    "14": (say.performance,),
    "17": (say.code,),
}

ANSWERS: Mapping[str, Answers] = {"TRIPOD+AI": TRIPOD_AI, "CONSORT-AI": CONSORT_AI, "DECIDE-AI": DECIDE_AI}
AUTHORS = _l("For the authors: the system does not know this.")


@dataclass(frozen=True)
class Answered:
    """An item and what is said to it; `by_system` is false where the authors must write it."""

    item: Item
    text: str
    by_system: bool


def answered(guideline: str, data: DossierData, tr: Translate = str) -> tuple[Answered, ...]:
    """Every item of a guideline, in its order. Raises KeyError for a guideline that is not here."""
    return tuple(_answer(item, ANSWERS[guideline].get(item.number, ()), data, tr) for item in GUIDELINES[guideline])


def _answer(item: Item, sentences: tuple[Say, ...], data: DossierData, tr: Translate) -> Answered:
    said = [text for each in sentences if (text := each(data, tr))]
    return Answered(item, " ".join(said) or tr(AUTHORS), bool(said))
