"""What the tumour is: molecular type, sensitivity to therapy, and whether anything lives after it."""

from dataclasses import dataclass

from trial.simulate.chance import Dice, logistic
from trial.simulate.person import Mri, Person


@dataclass(frozen=True)
class Molecular:
    """Report of day `day`; unknown results keep their code U. `tmb` in mut/Mb."""

    day: int
    methods: tuple[str, ...]
    mmr: str
    ras: str
    braf: str
    cms: str
    tmb: float


@dataclass(frozen=True)
class Biology:
    """Never observed: `sensitivity` (standard normal), `flora` (standard normal), `sterile` after therapy, `burden` left.

    `sterile` is the true complete response: an operation at the decision would find ypT0N0. `burden` is 0 then, and
    otherwise the amount of tumour left, about 1 in the median.
    """

    mmr: str
    sensitivity: float
    flora: float
    cea: float
    sterile: bool
    burden: float


def draw_types(dice: Dice) -> Molecular:
    """Molecular types as they are, before anything is failed or not ordered."""
    mmr = dice.pick({"PMMR": 0.96, "DMMR": 0.04})
    ras = dice.pick({"WT": 0.56, "MUT": 0.44})
    braf = "MUT" if ras == "WT" and dice.chance(0.06) else "WT"
    cms = dice.pick(
        {"CMS1": 0.8, "MIXED": 0.2} if mmr == "DMMR" else {"CMS2": 0.44, "CMS3": 0.14, "CMS4": 0.28, "MIXED": 0.14}
    )
    methods = dice.pick({("IHC", "PCR"): 0.5, ("IHC", "NGS"): 0.35, ("IHC", "NGS", "EXPRESSION"): 0.15})
    tmb = round(dice.lognormal(32 if mmr == "DMMR" else 4, 0.4, 0.3, 180), 1)
    return Molecular(dice.whole(3, 14), methods, mmr, ras, braf, cms, tmb)


def draw_biology(dice: Dice, person: Person, mri: Mri, types: Molecular, regimen: str | None) -> Biology:
    """The chance of a true complete response, and what is left without one."""
    sensitivity, flora = dice.normal(0, 1), dice.normal(0, 1)
    cea = dice.lognormal(3.6 * (1.5 if mri.ct == "cT4a" else 1.0), 0.85, 0.4, 400)
    with_io = bool(regimen and regimen.endswith("IO"))
    score = _score(mri, types, regimen, cea) + 1.7 * sensitivity + 0.45 * flora * (1.6 if with_io else 0.5)
    sterile = dice.chance(logistic(score))
    burden = 0.0 if sterile else dice.lognormal(float(0.28 * 2.718 ** (-0.22 * score)), 1.05, 0.02, 20)
    return Biology(types.mmr, sensitivity, flora, round(cea, 1), sterile, burden)


def _score(mri: Mri, types: Molecular, regimen: str | None, cea: float) -> float:
    with_io = bool(regimen and regimen.endswith("IO"))
    return (
        BASE
        + (1.15 if with_io else 0.0)
        + (2.6 if with_io and types.mmr == "DMMR" else -0.6 if types.mmr == "DMMR" else 0.0)
        + (0.4 if regimen and "TNT" in regimen else 0.0)
        - {"cT1": -0.8, "cT2": -0.6, "cT3a": -0.3, "cT3b": 0.0, "cT3c": 0.25, "cT3d": 0.5, "cT4a": 0.8}.get(mri.ct, 0.8)
        - 0.022 * (mri.length - 43)
        - (0.35 if cea > 5 else 0.0)
        - (0.4 if mri.emvi == "Y" else 0.0)
        - (0.35 if types.ras == "MUT" else 0.0)
        - (0.6 if types.braf == "MUT" else 0.0)
        - (0.45 if types.cms == "CMS4" else 0.0)
    )


BASE = -1.4
"""Log odds of a true complete response of a cT3b tumour under chemoradiotherapy alone; set by the calibration tests."""


def draw_report(dice: Dice, types: Molecular) -> Molecular:
    """The report as it arrives: a result is unknown now and then, CMS often."""
    return Molecular(
        types.day,
        types.methods,
        "U" if dice.chance(0.02) else types.mmr,
        "U" if dice.chance(0.06) else types.ras,
        "U" if dice.chance(0.06) else types.braf,
        types.cms if "EXPRESSION" in types.methods or dice.chance(0.5) else "U",
        types.tmb,
    )
