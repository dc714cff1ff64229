"""Codelists of restaging, the decision point and follow-up."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import (
    CANNOT_TELL,
    CRF,
    NEGATIVE,
    NONE,
    NOT_ASSESSABLE,
    NOT_DONE,
    POSITIVE,
    SURGERY,
    WATCH_AND_WAIT,
)

MSK = "MSKCC regression schema, Smith 2015"
AJCC = "AJCC Cancer Staging Manual, 8th edition"
_NORMAL = Code("NORMAL", "normal")
_SMOOTH = Code("SMOOTH", "smooth induration")
_NO_TUMOUR = Code("NOTUM", "no tumour")
_EQUIVOCAL = Code("EQUIV", "equivocal", ccode="C86071")
_SUSPICIOUS = Code("SUSP", "suspicious")
_SECOND_PRIMARY = Code("SPC", "second primary")

RESTAGING_DRE = Codelist("RESTAGING_DRE", (_NORMAL, _SMOOTH, Code("TUMOUR", "palpable tumour"), NOT_DONE), MSK)
RESTAGING_ENDOSCOPY = Codelist(
    "RESTAGING_ENDOSCOPY",
    (
        Code("SCAR", "flat white scar or telangiectasia"),
        Code("IRREGULAR", "irregular mucosa / small nodule / superficial ulcer"),
        Code("TUMOUR", "visible tumour"),
        NOT_DONE,
    ),
    MSK,
)
MRI_RESPONSE = Codelist(
    "MRI_RESPONSE", (Code("CCR", "complete"), Code("NCR", "near-complete"), Code("ICR", "incomplete"), NOT_DONE), MSK
)
MRTRG = Codelist("MRTRG", tuple(Code(c, c) for c in "12345"), "mrTRG, Patel 2011")
DWI_SIGNAL = Codelist(
    "DWI_SIGNAL", (NONE, Code("SMALL", "small residual"), Code("MARKED", "marked"), NOT_ASSESSABLE), CRF
)
YC_T = Codelist("YC_T", (*(Code(f"ycT{n}", f"ycT{n}") for n in range(5)), Code("ycTx", "ycTx", unknown=True)), AJCC)
YC_N = Codelist("YC_N", (Code("ycN0", "ycN0"), Code("ycN+", "ycN+"), Code("ycNx", "ycNx", unknown=True)), AJCC)
BIOPSY_RESULT = Codelist("BIOPSY_RESULT", (NOT_DONE, NEGATIVE, POSITIVE), CRF)
# "not evaluable" is a finding that a rule can use (never a candidate); "unknown" would silence the rule instead.
RESPONSE = Codelist(
    "RESPONSE",
    (
        Code("CCR", "cCR", ccode="C123574"),
        Code("NCR", "near-cCR"),
        Code("ICR", "incomplete"),
        Code("NE", "not evaluable", ccode="C62222"),
    ),
    MSK,
)

INTENDED_STRATEGY = Codelist("INTENDED_STRATEGY", (WATCH_AND_WAIT, SURGERY, Code("UNDECIDED", "undecided")), CRF)
_CANDIDATE = Code("CAND", "candidate")
_NOT_CANDIDATE = Code("NOTCAND", "not candidate")
CANDIDACY = Codelist("CANDIDACY", (_CANDIDATE, _NOT_CANDIDATE), CRF)
# The derived candidacy "cannot tell" is a plain answer: randomisation must be refused on it, not left undecided.
DERIVED_CANDIDACY = Codelist(
    "DERIVED_CANDIDACY", (_CANDIDATE, _NOT_CANDIDATE, Code(CANNOT_TELL.code, "cannot tell")), CRF
)
PREFERENCE = Codelist("PREFERENCE", (WATCH_AND_WAIT, SURGERY, NONE), CRF)
CHOSEN_STRATEGY = Codelist("CHOSEN_STRATEGY", (WATCH_AND_WAIT, SURGERY), CRF)

CONTACT = Codelist(
    "CONTACT", (Code("VISIT", "visit"), Code("PHONE", "telephone"), Code("REGISTRY", "record or registry")), CRF
)
FOLLOW_UP_DRE = Codelist("FOLLOW_UP_DRE", (_NORMAL, _SMOOTH, _SUSPICIOUS, NOT_DONE), MSK)
TUMOUR_SEEN = Codelist("TUMOUR_SEEN", (_NO_TUMOUR, _EQUIVOCAL, _SUSPICIOUS, NOT_DONE), CRF)
METASTASIS_SEEN = Codelist(
    "METASTASIS_SEEN", (Code("NOMET", "no metastasis"), _EQUIVOCAL, Code("MET", "metastasis"), NOT_DONE), CRF
)
COLONOSCOPY = Codelist("COLONOSCOPY", (_NO_TUMOUR, Code("ADENOMA", "adenoma"), _SECOND_PRIMARY, NOT_DONE), CRF)
SUSPICION = Codelist(
    "SUSPICION",
    (NONE, Code("RGW", "regrowth"), Code("LR", "local recurrence"), Code("MET", "distant metastasis"), _SECOND_PRIMARY),
    CRF,
)
