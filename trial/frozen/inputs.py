"""The inputs of the model, declared once: `train.py` writes them into the manifest, and the manifest rules from then on."""

from trial.frozen.manifest import InputSpec
from trial.simulate.tables import RADIOMICS

YES_NO = {"N": 0.0, "Y": 1.0}
MUTATION = {"WT": 0.0, "MUT": 1.0}
SEEN = {"NOTDET": 0.0, "DET": 1.0}
WITH_IO = {"LCRT": 0.0, "LCRT_IO": 1.0, "SCRT_TNT": 0.0, "SCRT_TNT_IO": 1.0, "LCRT_TNT": 0.0, "LCRT_TNT_IO": 1.0}
TOTAL = {"LCRT": 0.0, "LCRT_IO": 0.0, "SCRT_TNT": 1.0, "SCRT_TNT_IO": 1.0, "LCRT_TNT": 1.0, "LCRT_TNT_IO": 1.0}
CT = {"cT1": 1.0, "cT2": 2.0, "cT3a": 3.0, "cT3b": 3.25, "cT3c": 3.5, "cT3d": 3.75, "cT4a": 4.0}
CMS4 = {"CMS1": 0.0, "CMS2": 0.0, "CMS3": 0.0, "MIXED": 0.0, "CMS4": 1.0}

RADIOMICS_RANGE = {
    "morph_volume": (0.0, 500_000.0), "morph_sphericity": (0.0, 1.0), "stat_mean": (0.0, 1000.0), "stat_skew": (-5.0, 5.0),
    "ih_entropy": (0.0, 10.0), "cm_joint_entr": (0.0, 20.0), "cm_contrast": (0.0, 1000.0), "szm_lze": (0.0, 10_000.0),
}  # fmt: skip
RADIOMICS_UNIT = {"morph_volume": "mm3"}
TAXA = ("Faecalibacterium", "Roseburia", "Akkermansia", "Fusobacterium")

LOGGED = ("cea_baseline", "cea_restaging", "volume_", "contrast_", "lze_", "til_density")
"""Beginnings of the names of inputs whose logarithm is taken inside the model, since they span orders of magnitude."""


def _coded(name: str, modality: str, source: str, codes: dict[str, float]) -> InputSpec:
    return InputSpec(name, modality, source, None, min(codes.values()), max(codes.values()), codes)


def _clinical() -> list[InputSpec]:
    return [
        InputSpec("distance", "clinical", "MRI0.DISTAV", "mm", 0.0, 120.0),
        InputSpec("length", "clinical", "MRI0.LENGTH", "mm", 5.0, 150.0),
        _coded("ct", "clinical", "MRI0.CTCAT", CT),
        _coded("cn", "clinical", "MRI0.CNCAT", {"cN0": 0.0, "cN1": 1.0, "cN2": 2.0}),
        _coded("mrf", "clinical", "MRI0.MRF", YES_NO),
        _coded("emvi", "clinical", "MRI0.EMVI", YES_NO),
        _coded("immunotherapy", "clinical", "PLAN.REGIMEN", WITH_IO),
        _coded("total_neoadjuvant", "clinical", "PLAN.REGIMEN", TOTAL),
        InputSpec("cea_baseline", "clinical", "LB.R:CEA@BASELINE", "ug/L", 0.0, 500.0),
        InputSpec("cea_restaging", "clinical", "LB.R:CEA@RESTAGING", "ug/L", 0.0, 200.0),
        _coded("good_response", "clinical", "RST.RESP", {"CCR": 1.0, "NCR": 1.0, "ICR": 0.0, "NE": 0.0}),
        _coded("dre", "clinical", "RST.DRE", {"NORMAL": 0.0, "SMOOTH": 1.0, "TUMOUR": 2.0}),
        _coded("endoscopy", "clinical", "RST.ENDO", {"SCAR": 0.0, "IRREGULAR": 1.0, "TUMOUR": 2.0}),
        _coded("mrtrg", "clinical", "RST.MRTRG", {str(grade): float(grade) for grade in range(1, 6)}),
        _coded("dwi", "clinical", "RST.DWI", {"NONE": 0.0, "SMALL": 1.0, "MARKED": 2.0}),
    ]


def _radiomics() -> list[InputSpec]:
    return [
        InputSpec(
            f"{feature.partition('_')[2]}_{point.lower()}", "radiomics", f"RAD.RADFILE:{feature}@{point}",
            RADIOMICS_UNIT.get(feature), *RADIOMICS_RANGE[feature],
        )
        for point in ("BASELINE", "RESTAGING")
        for feature in RADIOMICS
    ]  # fmt: skip


def _laboratory() -> list[InputSpec]:
    return [
        _coded("mmr", "molecular", "MOL.MMR", {"PMMR": 0.0, "DMMR": 1.0}),
        _coded("ras", "molecular", "MOL.RAS", MUTATION),
        _coded("braf", "molecular", "MOL.BRAF", MUTATION),
        _coded("cms4", "molecular", "MOL.CMS", CMS4),
        *(InputSpec(t.lower(), "microbiota", f"MIC.MICFILE:{t}@BASELINE", "proportion", 0.0, 1.0) for t in TAXA),
        InputSpec(
            "fusobacterium_restaging", "microbiota", "MIC.MICFILE:Fusobacterium@RESTAGING", "proportion", 0.0, 1.0
        ),
        InputSpec("til_density", "pathology", "PATH.SLIDFEAT:til_density", "1/mm2", 0.0, 10_000.0),
        InputSpec("stroma_fraction", "pathology", "PATH.SLIDFEAT:stroma_fraction", "proportion", 0.0, 1.0),
        InputSpec("nuclear_area", "pathology", "PATH.SLIDFEAT:nuclear_area", "um2", 10.0, 200.0),
        _coded("grade", "pathology", "PATH.GRADE", {"G1": 1.0, "G2": 2.0, "G3": 3.0}),
        _coded("ctdna_baseline", "ctDNA", "LBX.CDNARES@BASELINE", SEEN),
        _coded("ctdna_restaging", "ctDNA", "LBX.CDNARES@RESTAGING", SEEN),
    ]


INPUTS: tuple[InputSpec, ...] = (*_clinical(), *_radiomics(), *_laboratory())
MINIMUM = {"clinical": 11, "radiomics": 8}
"""Known inputs below which a call is refused: most clinical items, and one of the two image sets."""
