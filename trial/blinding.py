"""What would tell an arm: dropped from the rows of blinded roles and replaced by pooled counts (PROTOCOL 10).

Kept apart from the roles so that an analysis can name the same things without knowing who asks.
"""

from __future__ import annotations

ALLOCATION_COLUMNS = frozenset({"allocation", "arm", "cohort"})
"""Columns of typed tables and of derived rows."""

HIDDEN_FORMS = frozenset({"MGT", "SUR", "YP", "STO", "POC", "SLV", "RGW", "LR", "LARS", "WEX", "DV"})
"""Forms that only one strategy produces. DV: a deviation "no endoscopy at month 6" names the arm."""

QLQ29_STOMA = frozenset({f"QLQ29.Q{n}" for n in range(48, 56)})
"""Item 48 asks for a stoma and routes 49 to 55."""

LISTED_ITEMS = frozenset(
    {"DEC.RANDCONS", "DEC.PREFER", "DEC.PREFARM", "FU.DRE", "FU.ENDO", "FU.MRI", "FU.STOMANOW", "AE.AEREL"}
)
"""Items PROTOCOL 10 lists."""

CONSEQUENT_ITEMS = frozenset(
    {
        "DEC.RANDCDAT", "FU.ENDODAT", "FU.ENDOIMG", "FU.MRIDAT", "FU.SUSPECT", "QLQ29.QLQSC"
    }
)  # fmt: skip
"""Items that are answered only where a listed one is, or that repeat it: hidden with it."""

HIDDEN_ITEMS = LISTED_ITEMS | QLQ29_STOMA | CONSEQUENT_ITEMS
HIDDEN_EVENTS = frozenset({"NC07", "NC20", "SUR", "PO30", "PO90", "RGW", "SLV"})
"""Visits that only one strategy has: an entered form there tells the arm, whichever form it is."""
HIDDEN_STATUS = frozenset({"due_from", "due_on", "due_to", "given_up_from", "due_status", "deviations"})
"""What follows from the arm without being an answer."""
