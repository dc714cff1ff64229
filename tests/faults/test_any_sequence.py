"""Whatever people do, in any order: what is stored is what the journal says, and the rules hold after each step."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.actions.house import (
    CYCLE,
    DECISION,
    ELIGIBLE,
    RADIOTHERAPY,
    RESTAGING,
    SCREENING,
    House,
    day,
    open_house,
)
from tests.actions.house import LABORATORY as CEA
from trial import schedule
from trial.actions import due, enter
from trial.actions.entry import Entry
from trial.errors import ConfirmationNeeded, NotOpen, ReasonNeeded, Refused, VigilError
from trial.store.verify import verify

EXPECTED = (ConfirmationNeeded, NotOpen, ReasonNeeded, Refused)
"""What a person may be told; anything else is a fault."""
PARTICIPANTS = [f"VG-01-{n:04d}" for n in range(1, 7)]
FORMS = {
    **{(form, "SCR"): items for form, items in SCREENING.items()},
    ("ELIG", "SCR"): ELIGIBLE,
    ("EX", "NAT-1"): CYCLE,
    ("RT", "EOT"): RADIOTHERAPY,
    ("RST", "RST"): RESTAGING,
    ("DEC", "DEC"): DECISION,
    ("DTH", "ANY"): {"DTHDAT": day(150), "DTHCAUS": "OTHER"},
    ("LB", "RST"): {"LBDAT": day(119)},
}
VALUES = [
    "",
    "Y",
    "N",
    "60",
    "101",
    "8",
    "-1",
    "cT4b",
    "NCR",
    "ICR",
    "CCR",
    day(0),
    day(130),
    "2026-02-30",
    "2026",
    "９",
    "x" * 500,
]
people = st.sampled_from(PARTICIPANTS)


class Trial(RuleBasedStateMachine):
    """Six participants at all stages, and people who type anything into any form at any time."""

    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.template, self.folder / "vigil.sqlite3")
        self.house: House = open_house(f"sqlite:///{self.folder / 'vigil.sqlite3'}", self.folder / "files")
        self.allocated: dict[str, str] = {}
        self.refusals = 0

    def attempt(self, action) -> None:
        """Do it; where it is refused, in words a person may get, nothing was written."""
        before = self.house.reader.all("journal_head")
        try:
            action()
        except EXPECTED:
            self.refusals += 1
            assert self.house.reader.all("journal_head") == before

    @rule(who=people, where=st.sampled_from(sorted(FORMS)), data=st.data())
    def type_into_a_form(self, who: str, where: tuple[str, str], data: st.DataObject) -> None:
        form, event = where
        items = dict(FORMS[where])
        for name in data.draw(st.sets(st.sampled_from(sorted(items)), max_size=2)):
            items[name] = data.draw(st.sampled_from(VALUES))
        groups = {"groups": {"R": [CEA]}} if form == "LB" else {}
        confirmed = dict.fromkeys(_questions(form), "checked") if data.draw(st.booleans()) else {}
        reasons = {"": "source checked"} if data.draw(st.booleans()) else {}
        self.attempt(lambda: self.house.save(who, form, items, event, confirmed=confirmed, reasons=reasons, **groups))

    @rule(who=people, where=st.sampled_from(sorted(FORMS)))
    def sign(self, who: str, where: tuple[str, str]) -> None:
        if (state := self.house.case(who).bare.at(*where)) is not None and state.counts:
            self.attempt(lambda: self.house.sign(who, *where))

    @rule(who=people, where=st.sampled_from(sorted(FORMS)))
    def remove(self, who: str, where: tuple[str, str]) -> None:
        entry = Entry(who, where[1], where[0])
        entry = Entry(who, where[1], where[0], based_on=self.house.revision(entry))
        if entry.based_on is not None:
            self.attempt(lambda: enter.remove_crf(entry, "should not exist", uow=self.house.work("investigator")))

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        items = SCREENING["IC"] | {"ICWDAT": day(145), "ICWSCOPE": ["VISITS"]}
        self.attempt(lambda: self.house.save(who, "IC", items, reasons={"": "called"}))

    @rule(who=people)
    def estimate(self, who: str) -> None:
        self.attempt(lambda: self.house.estimate(who))

    @rule(who=people, answer=st.sampled_from([0.1, 0.5, 0.9]))
    def ask_the_model(self, who: str, answer: float) -> None:
        self.house.model.answer = answer
        self.attempt(lambda: self.house.ask(who))

    @rule(who=people)
    def randomise(self, who: str) -> None:
        self.attempt(lambda: self.house.randomise(who))

    @precondition(lambda self: self.allocated)
    @rule(data=st.data())
    def ask_for_an_allocation_again(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.allocated)))
        assert self.house.randomise(who).arm == self.allocated[who]

    @rule()
    def add_a_participant(self) -> None:
        self.house.add()

    @invariant()
    def an_allocation_never_changes(self) -> None:
        found = {row["participant"]: row["arm"] for row in self.house.reader.all("allocation")}
        assert found.items() >= self.allocated.items()
        self.allocated = found

    @invariant()
    def every_state_points_at_its_last_revision(self) -> None:
        for row in self.house.reader.all("crf"):
            key = {n: row[n] for n in ("participant", "event", "form", "occurrence")}
            assert [r["number"] for r in self.house.reader.all("crf_revision", order_by="number", **key)] == list(
                range(1, row["revision"] + 1)
            )

    @invariant()
    def a_valid_signature_is_on_the_last_revision(self) -> None:
        for row in self.house.reader.all("signature", voided_at=None):
            key = {n: row[n] for n in ("participant", "event", "form", "occurrence")}
            assert self.house.reader.the("crf", **key)["revision"] == row["revision"]

    def teardown(self) -> None:
        assert verify(self.house.engine) == [], "the chain holds, and its replay gives every row"
        before = sorted(self.house.reader.all("due"), key=repr)
        due.rebuild(uow=self.house.work("investigator"))
        assert sorted(self.house.reader.all("due"), key=repr) == before, "what is due is what the record says"
        self.house.engine.dispose()
        shutil.rmtree(self.folder)


def _questions(form: str) -> list[str]:
    from forms.catalogue import current

    definition = current(form)
    return [c.id for c in definition.checks if c.level == "soft"] + [
        f"{i.key}:soft" for i in definition.items if i.soft
    ]


def test_any_sequence_of_actions_leaves_a_record_that_verifies(populated: Path) -> None:
    Trial.template = populated
    run_state_machine_as_test(
        Trial,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
def test_many_sequences_of_actions_leave_a_record_that_verifies(populated: Path) -> None:
    Trial.template = populated
    run_state_machine_as_test(
        Trial,
        settings=settings(
            max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_populated_trial_is_what_its_schedule_says(house: House) -> None:
    for participant in PARTICIPANTS:
        case = house.case(participant)
        expected = {
            (d.form, d.event, d.occurrence, d.due_on)
            for d in schedule.expected(case.protocol, case.record("ANY"), case.allocation)
        }
        stored = house.reader.all("due", participant=participant)
        assert {(r["form"], r["event"], r["occurrence"], r["due_on"]) for r in stored} == expected


def test_what_is_expected_of_a_refusal_is_one_of_ours() -> None:
    assert all(issubclass(kind, VigilError) for kind in EXPECTED)
