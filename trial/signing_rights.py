"""What must be so before a person signs electronically, and the words that are declared and sent (21 CFR 11.100(b), (c)).

Pure. A certification belongs to the check of identity it followed: when that check is revoked, the certification goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.text import _l

Row = Mapping[str, Any]

VERSION = "1.0"
CERTIFICATION = (
    "I understand that my electronic signature in this system is the legally binding equivalent of my handwritten signature. "
    "I alone use my user name, password and second factor; I tell the administrator at once when somebody else may know them."
)
"""What a person declares before the first signature. Kept with the declaration, in these words: never translated."""
LETTER = (
    "Pursuant to Section 11.100 of Title 21 of the Code of Federal Regulations, this is to certify that we intend that all electronic "
    "signatures executed in this system by our employees, agents, or representatives, located anywhere in the world, are the legally "
    "binding equivalent of traditional handwritten signatures."
)
"""What the organisation sends to the agency, as the agency words it (FDA, Letters of Non-Repudiation Agreement)."""

PASSWORD, IDENTITY, CERTIFIED = "password", "identity", "certification"
MISSING: Mapping[str, str] = {
    PASSWORD: _l("Your password was set by an administrator: change it to one that only you know."),
    IDENTITY: _l("An administrator must record that your identity was verified."),
    CERTIFIED: _l("You must declare once that your electronic signature binds you as your handwritten one does."),
}
"""What a person who cannot sign yet must see to, in words."""
HOW: Mapping[str, str] = {
    "in-person": _l("In person"),
    "video": _l("By video, document held to the camera"),
    "employer": _l("By the employer's personnel department"),
    "eid": _l("By an electronic identity scheme"),
}
DOCUMENTS: Mapping[str, str] = {
    "passport": _l("Passport"),
    "identity-card": _l("Identity card"),
    "driving-licence": _l("Driving licence"),
    "staff-card": _l("Staff card with photograph"),
    "eid": _l("Electronic identity"),
}


@dataclass(frozen=True)
class SigningRight:
    """The check of identity and the certification in force; None where there is none."""

    identity: Row | None
    certification: Row | None

    def missing(self, account: Row) -> Iterator[str]:
        """Keys of `MISSING`, for the account's row."""
        if account["must_change_password"]:
            yield PASSWORD
        if self.identity is None:
            yield IDENTITY
        if self.certification is None:
            yield CERTIFIED


def right(checks: Iterable[Row], certifications: Iterable[Row]) -> SigningRight:
    """From one person's rows in `identity_check` and `certification`: the newest check that stands, and what was certified under it."""
    standing = [c for c in checks if c["revoked_at"] is None]
    check = max(standing, key=lambda c: int(c["id"]), default=None)
    certified = next((c for c in certifications if check is not None and c["identity"] == check["id"]), None)
    return SigningRight(check, certified)
