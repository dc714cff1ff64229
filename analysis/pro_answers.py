"""From an extract to questionnaires with their scores: one row a questionnaire that somebody handed in or that was said not to be done.

What is dated after the cut is left out. A score that does not exist says why: a stoma, missing items, or not asked of this person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.pro_scores import BY_ID, C30, CR29, FORMS, LARS, MEASURES, WEX, WITH_STOMA, WITHOUT_STOMA, Measure
from forms.answers import Crf
from forms.derivations.quality_of_life import c30_summary
from forms.record import Record
from forms.text import _l
from trial.course import course, in_course_order
from trial.facts import stoma_now
from trial.store.extract import Extract, Extracted

NOT_DONE = "ND"

STOMA = _l("has a stoma")
ITEMS_MISSING = _l("items are missing")
NOT_ASKED = _l("is not asked of this participant")

_SEX_ONLY = {"SEXM": "M", "IMP": "M", "SEXW": "F", "DYS": "F"}


@dataclass(frozen=True)
class Questionnaire:
    """One questionnaire of one visit. `on`: the day it was completed; `not_done`: why it was not, "" where it was.

    `scores` has every measure of the form by its id; None: not evaluable, and `why` says for what reason. `stoma` is Y, N or None.
    """

    participant: str
    site: str
    event: str
    form: str
    on: date | None
    not_done: str
    stoma: str | None
    scores: Mapping[str, float | None]
    why: Mapping[str, str]

    @property
    def received(self) -> bool:
        """Whether it was filled in, however much of it."""
        return not self.not_done

    @property
    def evaluable(self) -> bool:
        """Whether it gave at least one score, of those that a stoma does not route: what a stoma says tells the arm (PROTOCOL 10)."""
        whole = self.form in (LARS, WEX)
        return any(score is not None and (whole or BY_ID[name].stoma is None) for name, score in self.scores.items())


@dataclass(frozen=True)
class Score:
    """One score: what a row of ADQS holds. `on` None: the day is not known."""

    participant: str
    site: str
    event: str
    measure: Measure
    on: date | None
    value: float


def questionnaires(extract: Extract) -> tuple[Questionnaire, ...]:
    """Every questionnaire by the cut, by participant in the order of the extract, then in the order of the course."""
    return tuple(found for row in extract.rows for found in questionnaires_of(row, extract.cut_on))


def questionnaires_of(row: Extracted, cut_on: date) -> Iterator[Questionnaire]:
    """Those of one participant."""
    record = Record(in_course_order(row.crfs), row.record().definitions)
    for crf in record.crfs:
        if crf.form in FORMS and crf.answers.removed is None:
            found = _read(row, record, crf)
            if found.on is None or found.on <= cut_on:
                yield found


def scores(found: Iterable[Questionnaire]) -> Iterator[Score]:
    """Every score that exists, in the order of the questionnaires and of `MEASURES`."""
    for each in found:
        for measure in MEASURES:
            value = each.scores.get(measure.id)
            if value is not None:
                yield Score(each.participant, each.site, each.event, measure, each.on, value)


def _read(row: Extracted, record: Record, crf: Crf) -> Questionnaire:
    if crf.answers.not_done is not None:
        off = crf.answers.not_done
        return Questionnaire(row.participant, row.site, crf.event, crf.form, off.on, off.reason, None, {}, {})
    record, stoma = _told(row, record, crf)
    scope = record.scope(crf)
    on = scope.item(f"{crf.form}.QSDAT")
    if scope.code(f"{crf.form}.QSMODE") == NOT_DONE:
        return Questionnaire(row.participant, row.site, crf.event, crf.form, on, NOT_DONE, stoma, {}, {})
    derived, sex = _derived(record, crf), record.value("DM.SEX")
    kept, why = {}, {}
    for measure in (m for m in MEASURES if m.form == crf.form):
        reason = _not_asked(measure, stoma, sex)
        score = None if reason else derived.get(measure.code)
        kept[measure.id] = None if score is None else float(score)
        if score is None:
            why[measure.id] = reason or ITEMS_MISSING
    return Questionnaire(row.participant, row.site, crf.event, crf.form, on, "", stoma, kept, why)


def _told(row: Extracted, record: Record, crf: Crf) -> tuple[Record, str | None]:
    """The record with what the form is told about a stoma, and the stoma: item 48 of the QLQ-CR29 is its own answer."""
    if crf.form == CR29:
        return record, record.scope(crf).item("QLQ29.Q48")
    if crf.form == C30:
        return record, None
    now = stoma_now(record, course(record, row.allocation), crf.event)
    return record.with_facts(stoma_now=now), now


def _derived(record: Record, crf: Crf) -> Mapping[str, Any]:
    if crf.form in (LARS, WEX):
        name = f"{crf.form}SC"
        return {name: record.scope(crf).item(f"{crf.form}.{name}")}
    scales = record.scope(crf).item(f"{crf.form}.QLQSC")
    return {**scales, "SUM": c30_summary(scales)} if crf.form == C30 else scales


def _not_asked(measure: Measure, stoma: str | None, sex: str | None) -> str:
    """Why a score cannot exist, whatever was answered; "" where it could.

    Without item 48 nobody can tell which wording was answered: that counts once, as missing of those without a stoma.
    """
    if measure.form in (LARS, WEX):
        return STOMA if stoma == WITH_STOMA else ""
    if measure.stoma is not None and (stoma or WITHOUT_STOMA) != measure.stoma:
        return NOT_ASKED
    wanted = _SEX_ONLY.get(measure.code) if measure.form == CR29 else None
    return NOT_ASKED if wanted is not None and sex is not None and sex != wanted else ""
