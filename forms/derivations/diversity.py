"""Diversity of the gut microbiota."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from forms.logic import derivation

TOLERANCE = Decimal("0.001")


@derivation("shannon_index", version=1)
def shannon_index(abundances: Sequence[Decimal | None]) -> Decimal | None:
    """Shannon index H = -sum p ln p (natural logarithm), four places; a taxon of abundance 0 adds nothing.

    `abundances`: relative abundance by taxon, each 0 to 1, together 1 within 0.001 (crf.csv MIC.MICFILE).
    None where one is unknown or the table is not a distribution. Source: Shannon 1948, Bell Syst Tech J 27:379.
    """
    known = [p for p in abundances if p is not None]
    if len(known) < len(abundances) or any(p < 0 for p in known) or abs(sum(known, Decimal(0)) - 1) > TOLERANCE:
        return None
    # fsum and one rounding at the end: the result does not depend on the order of the taxa.
    index = math.fsum(-float(p) * math.log(p) for p in known if p > 0)
    return Decimal(max(0.0, float(index))).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
