"""Who acts: a person in one role, with the sites that role reaches. Handed in by the caller, never looked up in the domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`sites` None means every site. `person_id` None is the system itself."""

    person_id: int | None
    name: str
    role: str
    sites: frozenset[str] | None = frozenset()

    def reaches(self, site: str | None) -> bool:
        """Whether the role extends to that site; to what belongs to no site it always does."""
        return site is None or self.sites is None or site in self.sites


SYSTEM = Actor(None, "Vigil", "system", None)
"""The system as author: derived forms, clocks, deviations."""
