"""What a form must be told, because no answer in the record holds it. The caller (`trial`) supplies these by name.

A fact the caller does not know is None: a condition on it cannot be told, and the item is shown but not required.
`today` (date, UTC) and `now` (aware UTC) are standing facts of the language.
"""

from forms.logic import fact

ARM = fact("arm")
"""Text: "WW", "TME" (randomised), "WW-P", "TME-P" (preference), "S" (standard); None before it is decided."""
COHORT = fact("cohort")
"""Text: "RANDOMISED", "PREFERENCE" or "STANDARD"."""
EVENT = fact("event")
"""Text: the code of `soa.csv` of the event the form belongs to, without a number: "SCR", "RST2", "FU06", "PO30"."""
SCHEDULED = fact("scheduled")
"""Tuple of FORM.ITEM that the schedule of activities asks for at this event for this participant: ("FU.DRE", "FU.ENDO")."""
WINDOW_OPENS = fact("window_opens")
"""Date: first day of the window of this event."""
WINDOW_CLOSES = fact("window_closes")
"""Date: last day of the window of this event."""
OPERATED_ON = fact("operated_on")
"""Date: the operation that this post-operative visit (PO30-2, PO90-2 ...) belongs to."""
STOMA_NOW = fact("stoma_now")
"""Text "Y" or "N": whether the participant has a stoma at this event."""
BIRTH_YEAR_ONLY = fact("birth_year_only")
"""Truth: the site keeps the year of birth only."""
CONSENT_VERSIONS = fact("consent_versions")
"""Tuple of text: the consent form versions of the site."""
LABORATORY_RANGES = fact("laboratory_ranges")
"""Mapping of test code to {"M": (low, high), "F": (low, high)} in SI units, the site's own; None: the fall-back."""
TAXON_TABLES = fact("taxon_tables")
"""Mapping of the SHA-256 of an uploaded abundance table to the tuple of its abundances (Decimal)."""
ELIGIBLE = fact("eligible")
"""Truth: every inclusion met and every exclusion absent. None: cannot tell yet."""
MODEL_CALL = fact("model_call")
"""Text: reference to the stored model call the decision rests on, or "refused: " and the reason."""
MODEL_CLASS = fact("model_class")
"""Text "POSITIVE" or "NEGATIVE": the class of that call; None where it was refused or not made."""
ALLOCATED_ON = fact("allocated_on")
"""Date of the allocation; None before it."""
