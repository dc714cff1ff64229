"""What the laboratories measure: radiomics, stool, plasma and slides, as feature tables.

The names of radiomics features are short IBSI names; taxa are genera. Numbers are rounded as a CSV would hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from trial.simulate.biology import Biology
from trial.simulate.chance import Dice
from trial.simulate.person import Biopsy, Mri

RADIOMICS = (
    "morph_volume", "morph_sphericity", "stat_mean", "stat_skew", "ih_entropy", "cm_joint_entr", "cm_contrast", "szm_lze",
)  # fmt: skip
TAXA = (
    "Bacteroides", "Prevotella", "Faecalibacterium", "Roseburia", "Blautia", "Bifidobacterium", "Akkermansia", "Ruminococcus",
    "Alistipes", "Parabacteroides", "Streptococcus", "Escherichia", "Fusobacterium", "Lachnospira", "other",
)  # fmt: skip
SLIDE = ("til_density", "stroma_fraction", "nuclear_area", "gland_fraction", "mitoses_per_mm2")

ABUNDANCE = (0.22, 0.09, 0.08, 0.05, 0.07, 0.06, 0.02, 0.06, 0.04, 0.04, 0.03, 0.03, 0.012, 0.05, 0.14)
HELPFUL = {"Faecalibacterium": 0.55, "Roseburia": 0.4, "Akkermansia": 0.5, "Fusobacterium": -0.7, "Escherichia": -0.3}


@dataclass(frozen=True)
class Radiomics:
    """One image set: the feature table, and whether image and segmentation passed (PASS or FAIL)."""

    day: int
    features: Mapping[str, float]
    qc: str
    segmentation: str


@dataclass(frozen=True)
class Stool:
    """One stool sample: relative abundances that sum to 1, reads, and antibiotics before it (Y or N)."""

    day: int
    taxa: Mapping[str, float]
    reads: int
    method: str
    antibiotics: str


@dataclass(frozen=True)
class Plasma:
    """One plasma sample: DET, NOTDET or FAILED; `vaf` in per cent where detected."""

    day: int
    assay: str
    result: str
    vaf: float | None


@dataclass(frozen=True)
class Omics:
    """The samples of one time point; None where there is none. `slide` is a table of the baseline biopsy."""

    radiomics: Radiomics | None
    stool: Stool | None
    plasma: Plasma | None
    slide: Mapping[str, float] | None = None


def draw_baseline(dice: Dice, biology: Biology, mri: Mri, biopsy: Biopsy, samples: bool, antibiotics: str) -> Omics:
    """Baseline tables; stool and plasma only with consent to samples."""
    day = dice.whole(1, 5)
    return Omics(
        _radiomics(dice, mri.day, _baseline_features(dice, biology, mri)),
        _stool(dice, day, biology.flora, antibiotics) if samples and dice.chance(0.95) else None,
        _plasma(dice, day, 1.6, 1.5) if samples and dice.chance(0.96) else None,
        _slide(dice, biology) if biopsy.slide_qc == "PASS" else None,
    )


def draw_restaging(
    dice: Dice, biology: Biology, mri: Mri, mri_day: int | None, day: int, samples: bool, repeated: float
) -> Omics:
    """Tables at restaging; each modality is done (again) with probability `repeated`. `mri_day` None: no images."""
    done = [dice.chance(repeated) for _ in range(3)]
    features = _restaging_features(dice, biology, mri)
    shed = log(1 + 4 * biology.burden)
    return Omics(
        _radiomics(dice, mri_day, features) if done[0] and mri_day is not None else None,
        _stool(dice, day, 0.9 * biology.flora, "Y" if dice.chance(0.06) else "N") if samples and done[1] else None,
        _plasma(dice, day, 1.1 * shed - 1.9, 0.25 * shed) if samples and done[2] else None,
    )


def _radiomics(dice: Dice, day: int, features: Mapping[str, float]) -> Radiomics:
    qc = "PASS" if dice.chance(0.965) else "FAIL"
    return Radiomics(day, features, qc, dice.pick({"MANUAL": 0.4, "SEMI": 0.45, "AUTO": 0.15}))


def _baseline_features(dice: Dice, biology: Biology, mri: Mri) -> dict[str, float]:
    s = biology.sensitivity
    return _named(
        RADIOMICS,
        (1000 * mri.volume * dice.lognormal(1, 0.06), dice.normal(0.62 + 0.03 * s, 0.07, 0.2, 0.98), dice.normal(310 - 18 * s, 55, 40),
         dice.normal(0.45 - 0.12 * s, 0.35), dice.normal(5.2 - 0.28 * s, 0.4, 1, 9), dice.normal(8.6 - 0.35 * s, 0.6, 2, 14),
         dice.lognormal(34, 0.35) * (1 - 0.06 * max(min(s, 3), -3)), dice.lognormal(120, 0.5)),
    )  # fmt: skip


def _restaging_features(dice: Dice, biology: Biology, mri: Mri) -> dict[str, float]:
    left = log(1 + 3 * biology.burden)
    return _named(
        RADIOMICS,
        (1000 * mri.volume * (0.06 + 0.07 * left) * dice.lognormal(1, 0.35), dice.normal(0.5 + 0.03 * left, 0.08, 0.15, 0.98),
         dice.normal(180 + 24 * left, 48, 30), dice.normal(0.1 + 0.13 * left, 0.32), dice.normal(3.9 + 0.26 * left, 0.42, 0.5, 9),
         dice.normal(6.5 + 0.36 * left, 0.65, 1, 14), dice.lognormal(18, 0.35) * (1 + 0.16 * left), dice.lognormal(70, 0.5)),
    )  # fmt: skip


def _stool(dice: Dice, day: int, flora: float, antibiotics: str) -> Stool:
    killed = 0.6 if antibiotics == "Y" else 0.0
    raw = {
        taxon: share * dice.lognormal(1, 0.7) * 2.718 ** (HELPFUL.get(taxon, 0.0) * (flora - killed))
        for taxon, share in zip(TAXA, ABUNDANCE, strict=True)
    }
    reads = dice.whole(2_000, 9_900) if dice.chance(0.03) else int(dice.lognormal(48_000, 0.4, 10_000, 400_000))
    return Stool(day, _closed(raw), reads, dice.pick({"16S": 0.8, "SHOTGUN": 0.2}), antibiotics)


def _closed(raw: Mapping[str, float]) -> dict[str, float]:
    """Shares rounded to six decimals that sum to 1: the last taxon takes the rounding."""
    total = sum(raw.values())
    shares = {taxon: round(value / total, 6) for taxon, value in raw.items()}
    shares["other"] = round(shares["other"] + 1 - sum(shares.values()), 6)
    return shares


def _plasma(dice: Dice, day: int, odds: float, level: float) -> Plasma:
    if dice.chance(0.03):
        return Plasma(day, "INFORMED", "FAILED", None)
    found = dice.chance(1 / (1 + 2.718**-odds))
    vaf = round(dice.lognormal(0.15 + 0.4 * max(level, 0.05), 0.9, 0.01, 30), 2) if found else None
    return Plasma(day, dice.pick({"INFORMED": 0.7, "AGNOSTIC": 0.3}), "DET" if found else "NOTDET", vaf)


def _slide(dice: Dice, biology: Biology) -> dict[str, float]:
    s, immune = biology.sensitivity, 2.0 if biology.mmr == "DMMR" else 1.0
    return _named(
        SLIDE,
        (dice.lognormal(420 * immune, 0.45) * 2.718 ** (0.16 * s), dice.normal(0.46 - 0.05 * s, 0.11, 0.05, 0.95),
         dice.normal(62 - 2.0 * s, 9, 25, 140), dice.normal(0.4 + 0.03 * s, 0.13, 0.02, 0.95), dice.lognormal(9, 0.5)),
    )  # fmt: skip


def _named(names: tuple[str, ...], values: tuple[float, ...]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in zip(names, values, strict=True)}
