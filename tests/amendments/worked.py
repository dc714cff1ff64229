"""The worked amendment: protocol 1.1, as a later release of this software would ship it.

DM 2 asks one thing more (FRAIL) and narrows a range (HEIGHT 120 to 210 cm); MRI0 2 retires a code (FIELD 1.5), asks about long tumours
(MRI0-S3), and stages a lateral node of 7 mm or more as N1. Follow-up in the first two years is due within 7 days, not 14. Participants
consent to it on version 2.0 of the consent form.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from trial.amendments import Release, rehearsed
from trial.protocol import PROTOCOL

VERSIONS = Path(__file__).parent / "versions"
FIRST = Release(
    replace(PROTOCOL, version="1.1", windows=replace(PROTOCOL.windows, early_tolerance=7)),
    title="Amendment 1: frailty, field strength, closer follow-up",
    changes=(
        "The clinical frailty scale is asked at screening.",
        "Heights outside 120 to 210 cm are not possible.",
        "Staging at 1.5 T is no longer offered.",
        "A lateral pelvic node of 7 mm or more is staged as N1.",
        "Follow-up visits of the first two years: 7 days on either side.",
    ),
    forms={"DM": 2, "MRI0": 2},
    consents=("2.0",),
)
SECOND = Release(
    replace(FIRST.protocol, version="1.2", windows=replace(FIRST.protocol.windows, late_tolerance=14)),
    title="Amendment 2: nobody has to consent again",
    consents=("2.0",),
)
APPROVED = date(2026, 4, 1)


@contextmanager
def shipped(*more: Release) -> Iterator[None]:
    """The amendment, and others after it, as if this release had them."""
    with ExitStack() as stack:
        stack.enter_context(rehearsed(FIRST, VERSIONS))
        for each in more:
            stack.enter_context(rehearsed(each))
        yield
