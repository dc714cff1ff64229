"""Codelists of consent, demography, history, pathology, imaging at baseline, and the plan."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import (
    CDISC,
    CRF,
    FAIL,
    NOT_ASSESSABLE,
    NOT_DONE,
    OTHER,
    PASS,
    UNKNOWN,
)

AJCC = "AJCC Cancer Staging Manual, 8th edition"
CONSENT_KIND = Codelist("CONSENT_KIND", (Code("INITIAL", "initial"), Code("RECONSENT", "re-consent")), CRF)
WITHDRAWN_FROM = Codelist(
    "WITHDRAWN_FROM",
    (
        Code("TREATMENT", "study treatment"),
        Code("VISITS", "study visits"),
        Code("SURVIVAL", "contact for survival status"),
        Code("SAMPLES", "samples"),
        Code("FUTURE", "future use"),
    ),
    CRF,
)
SEX = Codelist("SEX", (Code("M", "M", ccode="C20197"), Code("F", "F", ccode="C16576")), CDISC)
ETHNIC_GROUP = Codelist("ETHNIC_GROUP", (Code("HAN", "Han"), OTHER, UNKNOWN), CRF)
ECOG = Codelist("ECOG", tuple(Code(c, c) for c in "01234"), "ECOG performance status, Oken 1982")
SMOKING = Codelist("SMOKING", (Code("NEVER", "never"), Code("FORMER", "former"), Code("CURRENT", "current")), CRF)
PRIOR_MALIGNANCY = Codelist(
    "PRIOR_MALIGNANCY",
    (Code("CISCERVIX", "cervix in situ"), Code("BCC", "basal cell skin"), Code("SCC", "squamous cell skin"), OTHER),
    CRF,
)

BIOPSY_BY = Codelist("BIOPSY_BY", (Code("COLONOSCOPY", "colonoscopy"), OTHER), CRF)
HISTOLOGY = Codelist(
    "HISTOLOGY",
    (
        Code("ADENO", "adenocarcinoma"),
        Code("MUCINOUS", "mucinous adenocarcinoma"),
        Code("SIGNET", "signet-ring cell carcinoma"),
        OTHER,
    ),
    "WHO Classification of Tumours, digestive system, 5th edition",
)
DIFFERENTIATION = Codelist(
    "DIFFERENTIATION", (Code("G1", "well"), Code("G2", "moderate"), Code("G3", "poor"), NOT_ASSESSABLE), CRF
)
SLIDE_QC = Codelist("SLIDE_QC", (PASS, FAIL, NOT_DONE), CRF)

FIELD_STRENGTH = Codelist("FIELD_STRENGTH", (Code("1.5", "1.5"), Code("3.0", "3.0"), OTHER), CRF)
CLINICAL_T = Codelist(
    "CLINICAL_T",
    (
        Code("cTx", "cTx", unknown=True),
        Code("cT1", "cT1"),
        Code("cT2", "cT2"),
        Code("cT3a", "cT3a"),
        Code("cT3b", "cT3b"),
        Code("cT3c", "cT3c"),
        Code("cT3d", "cT3d"),
        Code("cT4a", "cT4a"),
        Code("cT4b", "cT4b"),
    ),
    f"{AJCC}; cT3a-d by MERCURY",
)
CLINICAL_N = Codelist(
    "CLINICAL_N", (Code("cNx", "cNx", unknown=True), Code("cN0", "cN0"), Code("cN1", "cN1"), Code("cN2", "cN2")), AJCC
)
CLINICAL_STAGE = Codelist(
    "CLINICAL_STAGE", (Code("I", "I"), Code("II", "II"), Code("III", "III"), Code("IV", "IV"), UNKNOWN), AJCC
)
CT_MODALITY = Codelist(
    "CT_MODALITY",
    (Code("CT", "CT", ccode="C17204"), Code("PETCT", "PET-CT", ccode="C103512"), Code("MRI", "MRI", ccode="C16809")),
    CDISC,
)

REGIMEN = Codelist(
    "REGIMEN",
    (
        Code("LCRT", "LCRT"),
        Code("LCRT_IO", "LCRT+IO"),
        Code("SCRT_TNT", "SCRT-TNT"),
        Code("SCRT_TNT_IO", "SCRT-TNT+IO"),
        Code("LCRT_TNT", "LCRT-TNT"),
        Code("LCRT_TNT_IO", "LCRT-TNT+IO"),
    ),
    CRF,
)
REGIMENS_WITH_IO = ("LCRT_IO", "SCRT_TNT_IO", "LCRT_TNT_IO")
