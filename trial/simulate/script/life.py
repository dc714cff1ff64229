"""One simulated life as it is entered: where it stands, and how its forms are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trial.actions.entry import Entry
from trial.simulate import answers
from trial.simulate.course import Course
from trial.simulate.hands import Hands
from trial.simulate.truth import Truth

Act = Callable[[], "Iterator[Step] | None"]


@dataclass(frozen=True)
class Step:
    """Something done on a day (offset from consent); `name` is unique within the participant."""

    day: int
    name: str
    act: Act


@dataclass
class Life:
    """One participant in the trial: the truth, the day 0, the site, and what has been entered so far."""

    truth: Truth
    base: date
    site: str
    hands: Hands
    seed: int
    version: str = "1.0"
    year_only: bool = False
    management: str | None = None
    participant: str = ""
    numbers: dict[str, int] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """The idempotency key of a step: a simulation that was cut off goes on where it stopped."""
        return f"sim-{self.seed}-{self.truth.index}-{name}"[:80]

    def number(self, form: str) -> int:
        """The next occurrence of a repeating form."""
        self.numbers[form] = self.numbers.get(form, 0) + 1
        return self.numbers[form]

    def until(self) -> date:
        """Today in the simulated world."""
        return self.hands.clock.today()

    def entry(
        self,
        form: str,
        event: str,
        items: answers.Items,
        occurrence: int = 1,
        *,
        based_on: int | None = None,
        purpose: str = "first",
        **groups: Any,
    ) -> Entry:
        """A form as typed. `purpose` tells the saves of one form apart, whatever revision each is based on."""
        raw = answers.document(items, **groups)
        name = f"{form}-{event}-{occurrence}-{purpose}"
        return Entry(
            self.participant,
            event,
            form,
            occurrence,
            based_on,
            None,
            raw,
            {"": "follow-up information"},
            self.key(name),
            "simulation",
        )

    def save(self, form: str, event: str, items: answers.Items, occurrence: int = 1, **options: Any) -> None:
        """Save a form by the coordinator, with reason codes for what is missing."""
        investigator = options.pop("investigator", False)
        entry = self.entry(form, event, items, occurrence, **options)
        saved = self.hands.save(entry, investigator=investigator)
        # A later revision means that this was done before the simulation was cut off: the gaps of today are others.
        if not saved.complete and self.hands.revision(entry) == saved.revision:
            again = self.hands.completed(
                Entry(**{**entry.__dict__, "based_on": saved.revision, "key": f"{entry.key}-c"[:80]}),
                investigator=investigator,
            )
            if again.raw.get("missing"):
                self.hands.save(again, investigator=investigator)

    def not_done(self, form: str, event: str) -> None:
        """A form that is due and was not done, marked so: a blank would not say whether anyone looked."""
        raw = {"items": {}, "not_done": {"reason": "not available at this visit", "on": ""}}
        self.hands.save(
            Entry(self.participant, event, form, 1, None, None, raw, {}, self.key(f"{form}-{event}-nd"), "simulation")
        )

    def revise(self, form: str, event: str, items: answers.Items, purpose: str, occurrence: int = 1) -> None:
        """Save a form again; `purpose` says what for."""
        current = self.hands.case(self.participant).bare.at(form, event, occurrence)
        self.save(form, event, items, occurrence, based_on=current.number if current else None, purpose=purpose)

    @property
    def course(self) -> Course:
        """The course the trial sees."""
        seen = self.truth.watched if self.management == "WW" else self.truth.operated
        assert seen is not None
        return seen
