"""Codelists that more than one form uses, and the codes they are built of."""

from forms.codelist import Code, Codelist

CDISC = "CDISC CT 2025-03-28, published by NCI EVS"
CRF = "CRF specification 1.0"

YES = Code("Y", "yes", ccode="C49488")
NO = Code("N", "no", ccode="C49487")
UNKNOWN = Code("U", "unknown", unknown=True, ccode="C17998")
NOT_ASSESSABLE = Code("NASS", "not assessable", unknown=True)
NOT_DONE = Code("ND", "not done", unknown=True, ccode="C49484")
FAILED = Code("FAILED", "failed", unknown=True)
OTHER = Code("OTHER", "other")
NONE = Code("NONE", "none")
NOT_APPLICABLE = Code("NA", "not applicable", ccode="C48660")
POSITIVE = Code("POS", "positive", ccode="C38758")
NEGATIVE = Code("NEG", "negative", ccode="C38757")
PASS = Code("PASS", "pass")
FAIL = Code("FAIL", "fail")
# "cannot tell" is what a calculation answers when it lacks a source value: complete for the page, unknown to logic.
CANNOT_TELL = Code("CT", "cannot tell", unknown=True)

NO_YES_NASS = Codelist("NO_YES_NASS", (NO, YES, NOT_ASSESSABLE), CDISC)
YES_NO_UNKNOWN = Codelist("YES_NO_UNKNOWN", (YES, NO, UNKNOWN), CDISC)
YES_NO_CT = Codelist("YES_NO_CT", (YES, NO, CANNOT_TELL), CDISC)
YES_NO = Codelist("YES_NO", (YES, NO), CDISC)
TEST_RESULT = Codelist("TEST_RESULT", (NEGATIVE, POSITIVE, NOT_DONE), CDISC)
PASS_FAIL = Codelist("PASS_FAIL", (PASS, FAIL), CRF)
M_CATEGORY = Codelist(
    "M_CATEGORY",
    (Code("M0", "M0"), Code("M1", "M1"), Code("MX", "Mx", unknown=True)),
    "AJCC Cancer Staging Manual, 8th edition",
)
LIVER = Code("LIVER", "liver", ccode="C12392")
LUNG = Code("LUNG", "lung", ccode="C12468")
PERITONEUM = Code("PERITONEUM", "peritoneum", ccode="C12770")
DISTANT_NODE = Code("NODE", "distant node", ccode="C12745")
BONE = Code("BONE", "bone", ccode="C12366")
BRAIN = Code("BRAIN", "brain", ccode="C12439")
METASTATIC_SITE_0 = Codelist("METASTATIC_SITE_0", (LIVER, LUNG, PERITONEUM, DISTANT_NODE, BONE, OTHER), CDISC)
METASTATIC_SITE = Codelist("METASTATIC_SITE", (LIVER, LUNG, PERITONEUM, DISTANT_NODE, BONE, BRAIN, OTHER), CDISC)
CONFIRMED_BY = Codelist(
    "CONFIRMED_BY", (Code("HIST", "histology"), Code("IMAGING", "imaging"), Code("CLINICAL", "clinical")), CRF
)
WATCH_AND_WAIT = Code("WW", "watch-and-wait")
SURGERY = Code("SURGERY", "surgery")
