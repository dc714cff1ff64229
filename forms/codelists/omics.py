"""Codelists of laboratory, radiomics, microbiota, ctDNA, molecular reports and specimens."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import CDISC, CRF, FAIL, FAILED, PASS, UNKNOWN

RESULT_OPERATOR = Codelist("RESULT_OPERATOR", (Code("=", "="), Code("<", "<"), Code(">", ">")), CRF)
REFERENCE_INDICATOR = Codelist(
    "REFERENCE_INDICATOR",
    (
        Code("LOW", "LOW", ccode="C78801"),
        Code("NORMAL", "NORMAL", ccode="C78727"),
        Code("HIGH", "HIGH", ccode="C78800"),
    ),
    CDISC,
)

RADIOMICS_TIME = Codelist("RADIOMICS_TIME", (Code("BASELINE", "baseline"), Code("RESTAGING", "restaging")), CRF)
SEGMENTATION = Codelist(
    "SEGMENTATION", (Code("MANUAL", "manual"), Code("SEMI", "semi-automatic"), Code("AUTO", "automatic")), CRF
)

SEQUENCING = Codelist("SEQUENCING", (Code("16S", "16S"), Code("SHOTGUN", "shotgun")), CRF)
CTDNA_TIME = Codelist(
    "CTDNA_TIME",
    (
        Code("BASELINE", "baseline"),
        Code("MID", "mid-treatment"),
        Code("RESTAGING", "restaging"),
        Code("FU", "follow-up"),
    ),
    CRF,
)
CTDNA_ASSAY = Codelist("CTDNA_ASSAY", (Code("INFORMED", "tumour-informed"), Code("AGNOSTIC", "tumour-agnostic")), CRF)
CTDNA_RESULT = Codelist("CTDNA_RESULT", (Code("DET", "detected"), Code("NOTDET", "not detected"), FAILED), CRF)

MOLECULAR_METHOD = Codelist(
    "MOLECULAR_METHOD",
    (
        Code("IHC", "IHC"),
        Code("PCR", "PCR", ccode="C17003"),
        Code("NGS", "NGS", ccode="C101293"),
        Code("EXPRESSION", "expression"),
    ),
    CDISC,
)
MISMATCH_REPAIR = Codelist("MISMATCH_REPAIR", (Code("PMMR", "pMMR/MSS"), Code("DMMR", "dMMR/MSI-H"), UNKNOWN), CRF)
MUTATION = Codelist("MUTATION", (Code("WT", "wild type"), Code("MUT", "mutant"), UNKNOWN), CRF)
CMS = Codelist(
    "CMS",
    (
        Code("CMS1", "CMS1"),
        Code("CMS2", "CMS2"),
        Code("CMS3", "CMS3"),
        Code("CMS4", "CMS4"),
        Code("MIXED", "mixed"),
        UNKNOWN,
    ),
    "Guinney 2015, consensus molecular subtypes",
)

SPECIMEN = Codelist(
    "SPECIMEN",
    (
        Code("TISSUE", "tissue", ccode="C12801"),
        Code("STOOL", "stool", ccode="C13234"),
        Code("PLASMA", "plasma", ccode="C13356"),
        Code("BLOOD", "whole blood", ccode="C12434"),
        Code("SLIDE", "slide"),
    ),
    CDISC,
)
STORAGE = Codelist("STORAGE", tuple(Code(c, c) for c in ("-80", "-20", "4", "20")), CRF)
SPECIMEN_QC = Codelist("SPECIMEN_QC", (PASS, FAIL, Code("PENDING", "pending")), CRF)
