"""Every score of the four questionnaires as data: range, direction, items, what a missing item does, what change matters.

No score is computed here: the forms derive them (`forms.derivations`), and this module reads them, says what they mean, and adds the
QLQ-C30 summary score. A scale of the QLQ-CR29 that asks people with and without a stoma about different things is two measures.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.derivations.bowel_function import LARS_POINTS
from forms.derivations.eortc import Scale
from forms.derivations.quality_of_life import QLQ_C30, QLQ_CR29, SUMMED
from forms.text import _l
from trial.blinding import HIDDEN_FORMS, HIDDEN_ITEMS

C30, CR29, LARS, WEX = "QLQ30", "QLQ29", "LARS", "WEX"
FUNCTION, SYMPTOM, SUM = "function", "symptom", "sum"
WITH_STOMA, WITHOUT_STOMA = "Y", "N"

BETTER, UNCHANGED, WORSE = "better", "unchanged", "worse"
_DECIMALS = 2  # of a score: 93.33 less 83.33 is 9.999999999999 as doubles, and 10 points

HALF = _l("scored when at least half of its items were answered, from the mean of those")
WHOLE = _l("scored when every item was answered")
THIRTEEN = _l("the mean of 13 scales, scored when each of them was")

OSOBA = "Osoba et al. 1998 (J Clin Oncol 16:139)"
AS_C30 = _l("10 points as for the QLQ-C30: no value of its own is agreed")


@dataclass(frozen=True)
class Measure:
    """One score. `id`: a PARAMCD; `code`: its name in what the form derives; `items`: OIDs on `form`.

    `rises`: a high score is good. `low`, `high`: the range. `rule`: what missing items do. `important`: the least change that matters
    to people, with `important_source`; None where none is agreed. `stoma`: only of people with ("Y") or without ("N") one.
    """

    id: str
    form: str
    code: str
    label: str
    kind: str
    items: tuple[str, ...]
    rises: bool
    high: int
    rule: str
    source: str
    important: int | None
    important_source: str
    stoma: str | None = None
    low: int = 0

    @property
    def tells_arm(self) -> bool:
        """Whether a blinded role may not see it: the form or one of its items is hidden (PROTOCOL 10, `trial.blinding`)."""
        return self.form in HIDDEN_FORMS or any(f"{self.form}.{oid}" in HIDDEN_ITEMS for oid in self.items)

    def better_by(self, change: float) -> float:
        """A change of the score as points for the better; negative: for the worse."""
        return change if self.rises else -change

    def response(self, change: float) -> str | None:
        """BETTER or WORSE where the change matters, the bound itself included, else UNCHANGED; None without an agreed bound."""
        if self.important is None:
            return None
        gained = round(self.better_by(change), _DECIMALS)
        return BETTER if gained >= self.important else WORSE if gained <= -self.important else UNCHANGED


_C30_LABELS = {
    "QL": _l("Global health status"),
    "PF": _l("Physical functioning"),
    "RF": _l("Role functioning"),
    "EF": _l("Emotional functioning"),
    "CF": _l("Cognitive functioning"),
    "SF": _l("Social functioning"),
    "FA": _l("Fatigue"),
    "NV": _l("Nausea and vomiting"),
    "PA": _l("Pain"),
    "DY": _l("Dyspnoea"),
    "SL": _l("Insomnia"),
    "AP": _l("Appetite loss"),
    "CO": _l("Constipation"),
    "DI": _l("Diarrhoea"),
    "FI": _l("Financial difficulties"),
}
_CR29_LABELS = {
    "BI": _l("Body image"),
    "ANX": _l("Anxiety"),
    "WEI": _l("Weight"),
    "SEXM": _l("Sexual interest (men)"),
    "SEXW": _l("Sexual interest (women)"),
    "UF": _l("Urinary frequency"),
    "BMS": _l("Blood and mucus in stool"),
    "SF": _l("Stool frequency"),
    "UI": _l("Urinary incontinence"),
    "DY": _l("Dysuria"),
    "AP": _l("Abdominal pain"),
    "BP": _l("Buttock pain"),
    "BF": _l("Bloating"),
    "DM": _l("Dry mouth"),
    "HL": _l("Hair loss"),
    "TA": _l("Taste"),
    "FL": _l("Flatulence"),
    "FI": _l("Faecal incontinence"),
    "SS": _l("Sore skin"),
    "EMB": _l("Embarrassment"),
    "STO": _l("Stoma care problems"),
    "IMP": _l("Impotence"),
    "DYS": _l("Dyspareunia"),
}
_GOOD = frozenset({"QL", "SEXM", "SEXW"})
_FOR_STOMA: dict[str, tuple[str | None, ...]] = {"STO": (WITH_STOMA,)} | dict.fromkeys(
    ("SF", "FL", "FI", "SS", "EMB"), (WITHOUT_STOMA, WITH_STOMA)
)


def _scale(form: str, prefix: str, label: str, scale: Scale, source: str, why: str, stoma: str | None) -> Measure:
    good = scale.falls or scale.name in _GOOD
    items = tuple(f"Q{n}" for n in scale.items)
    return Measure(
        f"{prefix}{scale.name}{stoma or ''}", form, scale.name, label, FUNCTION if good else SYMPTOM,
        items, good, 100, HALF, source, 10, why, stoma,
    )  # fmt: skip


_MANUAL = "EORTC QLQ-C30 Scoring Manual, 3rd edition, 2001"
_SUMMARY = Measure(
    "C30SUM", C30, "SUM", _l("Summary score"), FUNCTION, tuple(f"Q{n}" for scale in SUMMED for n in scale.items),
    True, 100, THIRTEEN, "Giesinger et al. 2016 (J Clin Epidemiol 69:79)", 10, OSOBA,
)  # fmt: skip
_C30 = tuple(_scale(C30, "C30", _C30_LABELS[s.name], s, _MANUAL, OSOBA, None) for s in QLQ_C30)
_CR29 = tuple(
    _scale(CR29, "C29", _CR29_LABELS[s.name], s, "Whistance et al. 2009 (Eur J Cancer 45:3017)", AS_C30, stoma)
    for s in QLQ_CR29
    for stoma in _FOR_STOMA.get(s.name, (None,))
)
_BY_CATEGORY = _l("no value is agreed: read by category")
_NONE_AGREED = _l("no value is agreed")
LARS_SCORE = Measure(
    "LARS", LARS, "LARSSC", _l("LARS score"), SUM, tuple(f"L{n}" for n in range(1, 6)), False,
    sum(max(points.values()) for points in LARS_POINTS), WHOLE, "Emmertsen and Laurberg 2012 (Ann Surg 255:922)",
    None, _BY_CATEGORY, WITHOUT_STOMA,
)  # fmt: skip
WEXNER_SCORE = Measure(
    "WEXNER", WEX, "WEXSC", _l("Wexner incontinence score"), SUM, tuple(f"W{n}" for n in range(1, 6)), False,
    20, WHOLE, "Jorge and Wexner 1993 (Dis Colon Rectum 36:77)", None, _NONE_AGREED, WITHOUT_STOMA,
)  # fmt: skip

MEASURES: tuple[Measure, ...] = (*_C30, _SUMMARY, *_CR29, LARS_SCORE, WEXNER_SCORE)
BY_ID = {measure.id: measure for measure in MEASURES}
FORMS: dict[str, str] = {
    C30: "EORTC QLQ-C30",
    CR29: "EORTC QLQ-CR29",
    LARS: _l("LARS score"),
    WEX: _l("Wexner score"),
}
"""The four questionnaires, in the order of the schedule."""


def measures_of(form: str) -> tuple[Measure, ...]:
    """What a questionnaire measures, in the order of its scales."""
    return tuple(measure for measure in MEASURES if measure.form == form)
