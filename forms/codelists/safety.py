"""Codelists of adverse events, serious adverse events, medication and questionnaires."""

from forms.codelist import Code, Codelist
from forms.codelists.shared import CDISC, CRF, NO, NONE, NOT_APPLICABLE, NOT_DONE, OTHER, UNKNOWN, YES

SERIOUSNESS = Codelist(
    "SERIOUSNESS",
    (
        Code("DEATH", "death"),
        Code("LIFETHREAT", "life-threatening"),
        Code("HOSPITAL", "hospitalisation"),
        Code("DISABILITY", "disability"),
        Code("CONGENITAL", "congenital anomaly"),
        Code("MEDICAL", "medically important"),
    ),
    "ICH E2A",
)
RELATED_TO = Codelist(
    "RELATED_TO",
    (
        Code("RT", "radiotherapy"),
        Code("CHEMO", "chemotherapy"),
        Code("IO", "immunotherapy"),
        Code("OPERATION", "operation"),
        Code("PROCEDURE", "study procedure"),
        NONE,
    ),
    CRF,
)
IMMUNE_RELATED = Codelist("IMMUNE_RELATED", (NO, YES, Code("SUSPECTED", "suspected")), CRF)
OUTCOME = Codelist(
    "OUTCOME",
    (
        Code("RECOVERED", "recovered", ccode="C49498"),
        Code("RECOVERING", "recovering", ccode="C49496"),
        Code("NOTREC", "not recovered", ccode="C49494"),
        Code("SEQUELAE", "recovered with sequelae", ccode="C49495"),
        Code("FATAL", "fatal", ccode="C48275"),
        UNKNOWN,
    ),
    f"{CDISC}: OUT, shortened; the C-codes carry the submission values",
)
_DELAYED = Code("DELAYED", "delayed")
_STOPPED = Code("STOPPED", "stopped", ccode="C49502")
_UNCHANGED = Code("NONE", "none", ccode="C49504")
ACTION_TAKEN = Codelist("ACTION_TAKEN", (_UNCHANGED, _DELAYED, _STOPPED, NOT_APPLICABLE), CDISC)
ACTION_TAKEN_DOSE = Codelist(
    "ACTION_TAKEN_DOSE",
    (_UNCHANGED, Code("REDUCED", "dose reduced", ccode="C49505"), _DELAYED, _STOPPED, NOT_APPLICABLE),
    CDISC,
)

REPORT_KIND = Codelist("REPORT_KIND", (Code("INITIAL", "initial"), Code("FOLLOWUP", "follow-up")), "ICH E2A")
EXPECTEDNESS = Codelist("EXPECTEDNESS", (Code("EXPECTED", "expected"), Code("UNEXPECTED", "unexpected")), "ICH E2A")
CAUSALITY = Codelist("CAUSALITY", (Code("RELATED", "related"), Code("NOTREL", "not related")), "ICH E2A")
MEDICATION_CLASS = Codelist(
    "MEDICATION_CLASS",
    (
        Code("ANTIBIOTIC", "antibiotic"),
        Code("STEROID", "corticosteroid"),
        Code("ANALGESIC", "analgesic"),
        Code("ANTIEMETIC", "antiemetic"),
        OTHER,
    ),
    CRF,
)

COMPLETED_BY = Codelist(
    "COMPLETED_BY", (Code("PAPER", "paper"), Code("SCREEN", "screen"), Code("INTERVIEW", "interview"), NOT_DONE), CRF
)
SHOWN_IN = Codelist("SHOWN_IN", (Code("zh", "zh"), Code("en", "en")), "ISO 639-1")
ONE_TO_THREE = Codelist("ONE_TO_THREE", tuple(Code(c, c) for c in "123"), "LARS score, Emmertsen 2012")
ONE_TO_FOUR = Codelist("ONE_TO_FOUR", tuple(Code(c, c) for c in "1234"), "LARS score, Emmertsen 2012")
