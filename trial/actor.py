"""Who acts: a person in one role, with the sites that role reaches. Handed in by the caller, never looked up in the domain."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """`sites` None means every site. `person_id` None is the system itself.

    `held_back`: sites where the role is not in force today, with the reasons (`trial.rights.WHY`). `session`: the sign-in on whose
    pages this person acts; None where a program acts for who signed in.
    """

    person_id: int | None
    name: str
    role: str
    sites: frozenset[str] | None = frozenset()
    held_back: tuple[tuple[str | None, tuple[str, ...]], ...] = ()
    session: str | None = field(default=None, compare=False, repr=False)

    def reaches(self, site: str | None) -> bool:
        """Whether the role extends to that site; to what belongs to no site it always does."""
        return site is None or self.sites is None or site in self.sites

    def why_not(self, site: str | None) -> tuple[str, ...]:
        """Why nothing may be written there now; empty where the role is in force. Without a site: unless it is in force at some."""
        if site is not None:
            return next((why for at, why in self.held_back if at in (site, None)), ())
        whole = self.sites is not None and self.sites <= {at for at, _why in self.held_back}
        return self.held_back[0][1] if self.held_back and whole else ()


SYSTEM = Actor(None, "Vigil", "system", None)
"""The system as author: derived forms, clocks, deviations."""
