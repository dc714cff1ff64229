"""What reading and checking have to say about an answer: one kind of value for the page, the import and the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One remark on one item, row or form.

    `level`: "problem" the text cannot be read, "hard" it cannot be true, "soft" it needs a confirmation with a reason,
    "missing" a required answer or its reason is absent. `message` is a gettext msgid with named placeholders, `args` their
    values, in the units and words a person sees. `item` is None for a remark on the whole form.
    """

    level: str
    id: str
    message: str
    item: str | None = None
    row: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    deviation: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """What a confirmation names: the check, and the row where there is one."""
        return self.id if self.row is None else f"{self.id}@{self.row}"

    @property
    def blocks(self) -> bool:
        """Whether nothing can be saved while this stands."""
        return self.level in ("problem", "hard")

    def text(self) -> str:
        """The message in English with its values filled in; pages translate first."""
        return self.message % self.args if self.args else self.message
