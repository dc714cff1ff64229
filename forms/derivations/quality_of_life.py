"""Scales of the EORTC QLQ-C30 and QLQ-CR29: item numbers and scoring only, never the wording."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from forms.derivations.eortc import HUNDREDTH, Scale, functional, score_all, symptom
from forms.logic import derivation

QLQ_C30: tuple[Scale, ...] = (
    Scale("QL", (29, 30), span=6),
    functional("PF", 1, 2, 3, 4, 5),
    functional("RF", 6, 7),
    functional("EF", 21, 22, 23, 24),
    functional("CF", 20, 25),
    functional("SF", 26, 27),
    symptom("FA", 10, 12, 18),
    symptom("NV", 14, 15),
    symptom("PA", 9, 19),
    symptom("DY", 8),
    symptom("SL", 11),
    symptom("AP", 13),
    symptom("CO", 16),
    symptom("DI", 17),
    symptom("FI", 28),
)
"""The 15 scales of version 3.0 (scoring manual, 3rd ed., table 1)."""

QLQ_CR29: tuple[Scale, ...] = (
    functional("BI", 45, 46, 47),
    functional("ANX", 43),
    functional("WEI", 44),
    # Sexual interest is a functional scale whose items already rise with function, so nothing is reversed.
    Scale("SEXM", (56,)),
    Scale("SEXW", (58,)),
    symptom("UF", 31, 32),
    symptom("BMS", 38, 39),
    symptom("SF", 52, 53),
    symptom("UI", 33),
    symptom("DY", 34),
    symptom("AP", 35),
    symptom("BP", 36),
    symptom("BF", 37),
    symptom("DM", 40),
    symptom("HL", 41),
    symptom("TA", 42),
    symptom("FL", 49),
    symptom("FI", 50),
    symptom("SS", 51),
    symptom("EMB", 54),
    symptom("STO", 55),
    symptom("IMP", 57),
    symptom("DYS", 59),
)
"""4 multi-item scales and 19 single items (Whistance et al. 2009, Eur J Cancer 45:3017)."""

CR29_ITEMS = (*range(31, 48), *range(49, 60))
"""The scored items in order; item 48, the stoma question, only routes."""

_ROUTED_BY_STOMA = frozenset(range(49, 55))
_STOMA_ONLY = frozenset({55})
_MEN, _WOMEN = frozenset({56, 57}), frozenset({58, 59})


@derivation("qlq_c30", version=1, takes_unknown=True)
def qlq_c30(*answers: int | None) -> Mapping[str, Decimal | None]:
    """The 15 scales, 0 to 100, from the answers to items 1 to 30 in order.

    High is good for QL, PF, RF, EF, CF and SF, and bad for the others. None by scale under the half-scale rule.
    """
    return score_all(QLQ_C30, dict(zip(range(1, 31), answers, strict=True)))


@derivation("qlq_cr29", version=1, takes_unknown=True)
def qlq_cr29(sex: str | None, stoma: str | None, *answers: int | None) -> Mapping[str, Decimal | None]:
    """The 23 scales, 0 to 100, from sex ("M"/"F"), item 48 ("Y"/"N") and items 31 to 47, 49 to 59 in order.

    Routing: 49 to 54 are asked of everyone in one of two wordings that item 48 chooses, so without it they have
    no meaning and are None; 55 needs a stoma; 56 and 57 are asked of men, 58 and 59 of women. Scales of people
    with and without a stoma are not compared with each other (Whistance 2009).
    High is good for BI, ANX, WEI, SEXM and SEXW, and bad for the others.
    """
    asked = _asked(sex, stoma)
    given = zip(CR29_ITEMS, answers, strict=True)
    return score_all(QLQ_CR29, {number: answer for number, answer in given if number in asked})


SUMMED = tuple(scale for scale in QLQ_C30 if scale.name not in ("QL", "FI"))
"""The 13 scales of the summary score: all but global health status and financial difficulties."""


def c30_summary(scores: Mapping[str, Decimal | None]) -> Decimal | None:
    """The QLQ-C30 summary score, 0 to 100 in hundredths, high is good: the mean of 13 scales, symptoms turned round.

    None where one of them is missing. Source: Giesinger et al. 2016 (J Clin Epidemiol 69:79).
    """
    found = [(scale, scores[scale.name]) for scale in SUMMED]
    known = [score if scale.falls else 100 - score for scale, score in found if score is not None]
    if len(known) < len(SUMMED):
        return None
    return (sum(known, Decimal(0)) / len(known)).quantize(HUNDREDTH, ROUND_HALF_UP)


def _asked(sex: str | None, stoma: str | None) -> frozenset[int]:
    routed = _ROUTED_BY_STOMA | _STOMA_ONLY if stoma == "Y" else _ROUTED_BY_STOMA if stoma == "N" else frozenset()
    sexed = _MEN if sex == "M" else _WOMEN if sex == "F" else frozenset()
    return frozenset(range(31, 48)) | routed | sexed
