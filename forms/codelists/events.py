"""Codelists of what happens to a participant: regrowth, metastasis, recurrence, second cancer, death, end of study, deviations."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import CDISC, CRF, NEGATIVE, NOT_DONE, OTHER, POSITIVE, UNKNOWN

REGROWTH_OUTCOME = Codelist(
    "REGROWTH_OUTCOME",
    (Code("PENDING", "pending"), Code("CONFIRMED", "confirmed"), Code("NOTCONF", "not confirmed")),
    CRF,
)
REGROWTH_SITE = Codelist(
    "REGROWTH_SITE", (Code("WALL", "rectal wall"), Code("NODE", "mesorectal node"), Code("BOTH", "both")), CRF
)
FOUND_BY = Codelist(
    "FOUND_BY",
    (
        Code("DRE", "DRE"),
        Code("ENDO", "endoscopy", ccode="C16546"),
        Code("MRI", "MRI", ccode="C16809"),
        Code("CT", "CT", ccode="C17204"),
        Code("BX", "biopsy"),
    ),
    CDISC,
)
REGROWTH_HISTOLOGY = Codelist("REGROWTH_HISTOLOGY", (POSITIVE, NEGATIVE, NOT_DONE), CDISC)
SALVAGE = Codelist(
    "SALVAGE",
    (
        Code("PLANNED", "planned"),
        Code("DONE", "done"),
        Code("REFUSED", "refused"),
        Code("NOTRES", "not resectable"),
        Code("UNFIT", "unfit"),
    ),
    CRF,
)
METASTASIS_TREATMENT = Codelist(
    "METASTASIS_TREATMENT",
    (
        Code("RESECTION", "resection"),
        Code("SYSTEMIC", "systemic"),
        Code("BOTH", "both"),
        Code("BSC", "best supportive care"),
    ),
    CRF,
)
RECURRENCE_SITE = Codelist(
    "RECURRENCE_SITE",
    (
        Code("ANASTOMOSIS", "anastomosis"),
        Code("PRESACRAL", "presacral"),
        Code("LATERAL", "lateral"),
        Code("PERINEAL", "perineal"),
        OTHER,
    ),
    CRF,
)
SECOND_CANCER = Codelist("SECOND_CANCER", (Code("CRC", "colorectal"), OTHER), CRF)
DEVIATION_CATEGORY = Codelist(
    "DEVIATION_CATEGORY",
    (
        Code("ELIGIBILITY", "eligibility"),
        Code("CONSENT", "consent"),
        Code("TREATMENT", "treatment"),
        Code("ASSESSMENT", "assessment"),
        Code("RANDOMISATION", "randomisation"),
        Code("SAFETY", "safety"),
        OTHER,
    ),
    CRF,
)
DEVIATION_IMPORTANCE = Codelist("DEVIATION_IMPORTANCE", (Code("MINOR", "minor"), Code("MAJOR", "major")), CRF)
CAUSE_OF_DEATH = Codelist(
    "CAUSE_OF_DEATH",
    (Code("RECTAL", "rectal cancer"), Code("TREATMENT", "treatment"), Code("SECOND", "second cancer"), OTHER, UNKNOWN),
    CRF,
)
END_OF_STUDY = Codelist(
    "END_OF_STUDY",
    (
        Code("COMPLETED", "completed", ccode="C25250"),
        Code("SCREENFAIL", "screen failure"),
        Code("DEATH", "death"),
        Code("WITHDRAWN", "consent withdrawn"),
        Code("LOST", "lost to follow-up"),
        Code("INVESTIGATOR", "investigator"),
        Code("SPONSOR", "sponsor"),
        OTHER,
    ),
    CDISC,
)
