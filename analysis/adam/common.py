"""Variables that stand in more than one dataset."""

from analysis.adam.variables import ASSIGNED, COLLECTED, DERIVED, TEXT, Variable
from forms.codelists.response import RESPONSE
from trial.course import PREFERENCE, RANDOMISED, STANDARD
from trial.protocol import PROTOCOL

_LEVELS = PROTOCOL.randomisation
_RESPONSES = {code.code: code.decode for code in RESPONSE.codes}

STUDY = Variable("STUDYID", "Study Identifier", TEXT, ASSIGNED, "The study's identifier in the protocol.")
SUBJECT = Variable(
    "USUBJID", "Unique Subject Identifier", TEXT, ASSIGNED, "The participant's number, given at creation."
)
SITE = Variable(
    "SITEID", "Study Site Identifier", TEXT, ASSIGNED, "The site that enrolled; a transfer does not change it."
)
IDS = (STUDY, SUBJECT, SITE)

PLANNED = Variable(
    "TRT01P", "Planned Treatment", TEXT, ASSIGNED, "The arm allocated; missing where nobody was allocated.",
    codes=(("WW", "watch-and-wait"), ("TME", "total mesorectal excision")), reveals=True,
)  # fmt: skip
COHORT = Variable(
    "COHORT", "Cohort", TEXT, DERIVED, "Randomised where allocated; after the decision by preference or in the standard cohort.",
    ("DEC.DECDAT", "DEC.STRATEGY", "DEC.PREFARM"),
    codes=((RANDOMISED, "randomised"), (PREFERENCE, "by preference"), (STANDARD, "standard")), reveals=True,
)  # fmt: skip
STRATA = (
    Variable(
        "STRATA1", "Randomisation factor: response", TEXT, ASSIGNED, "Clinical response as stored with the allocation.", ("RST.RESP",),
        tuple((level, _RESPONSES[level]) for level in _LEVELS.response_levels), reveals=True,
    ),
    Variable(
        "STRATA2", "Randomisation factor: regimen", TEXT, ASSIGNED, "At least one dose of immunotherapy, as stored with the allocation.",
        ("EX.EXTRT", "EX.EXDOSE"), tuple(zip(_LEVELS.regimen_levels, ("with immunotherapy", "without"), strict=True)), reveals=True,
    ),
    Variable(
        "STRATA3", "Randomisation factor: cT", TEXT, ASSIGNED, "Clinical T as stored with the allocation.", ("MRI0.CTCAT",),
        tuple((level, level) for level in _LEVELS.ct_levels), reveals=True,
    ),
)  # fmt: skip


def visit(how: str = "The visit at which the form was due.") -> Variable:
    """The visit a row belongs to."""
    return Variable("AVISIT", "Analysis Visit", TEXT, COLLECTED, how)
