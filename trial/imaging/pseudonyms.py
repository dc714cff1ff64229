"""Names for what is named: the same identifier of the same participant gets the same new one, and only who has the key can tell which.

UIDs keep the images of a study together, also over two uploads. Dates of a participant move by one number of days, so that the interval
between two studies is kept to the day, as the assessment of response needs it; the date itself stands on the CRF.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

SHORTEST_KEY = 16
LONGEST_SHIFT = 3650


@dataclass(frozen=True)
class Pseudonyms:
    """Of one participant. Raises ValueError for a key that could be guessed."""

    key: bytes = field(repr=False)
    participant: str

    def __post_init__(self) -> None:
        if len(self.key) < SHORTEST_KEY:
            raise ValueError(f"the key of the pseudonyms has at least {SHORTEST_KEY} bytes")

    def uid(self, uid: str) -> str:
        """A UID in its place: 2.25 and a number of 128 bits (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16])}"

    def mark(self, uids: Iterable[str]) -> str:
        """A keyed digest of studies by their own UIDs, the same for every participant: it shows a study that was sent for two."""
        return hmac.digest(
            self.key, "\0".join(("studies", *sorted(set(uids)))).encode("utf-8", "surrogateescape"), hashlib.sha256
        ).hex()

    def shifted(self, text: str) -> str:
        """A DICOM date (YYYYMMDD) moved; blank where it is none."""
        try:
            return f"{date.fromisoformat(text) - timedelta(days=self.days):%Y%m%d}" if len(text) == 8 else ""
        except (ValueError, OverflowError):
            return ""

    @property
    def days(self) -> int:
        """How far dates move into the past: 1 to 3650 days."""
        return 1 + int.from_bytes(self._digest("days", "")[:8]) % LONGEST_SHIFT

    def _digest(self, purpose: str, text: str) -> bytes:
        message = f"{purpose}\0{self.participant}\0{text}"
        return hmac.digest(self.key, message.encode("utf-8", "surrogateescape"), hashlib.sha256)
