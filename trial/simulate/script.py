"""What happens when in one simulated life: steps on days, each a form or a decision, later steps made by earlier ones.

A step is done by `Hands` and may return further steps: only after the decision is it known which of the two courses the
trial will see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from trial.actions.enter import Entry
from trial.simulate import answers
from trial.simulate.chance import Dice
from trial.simulate.course import Course, Regrowth
from trial.simulate.hands import Hands
from trial.simulate.operation import Operation
from trial.simulate.tables import Omics
from trial.simulate.toxicity import AdverseEvent, known_by
from trial.simulate.truth import QUESTIONNAIRES, Truth
from trial.simulate.visits import Visit

Act = Callable[[], "Iterator[Step] | None"]
QUALITY_OF_LIFE = frozenset({"FU06", "FU12", "FU24", "FU36"})
PLASMA = frozenset({"FU06", "FU12", "FU24"})


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

    # --- saving ---------------------------------------------------------------------------------------------------

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

    # --- screening ------------------------------------------------------------------------------------------------

    def steps(self) -> Iterator[Step]:
        """What is known to happen from the start."""
        yield Step(0, "consent", self._consent)
        yield Step(self._screened(), "screening", self._screening)
        yield Step(max(self.truth.plan.eligibility_day, self._screened()), "eligibility", self._eligibility)

    def _screened(self) -> int:
        """The day the last screening result is in."""
        truth = self.truth
        examined = (truth.biopsy.day, truth.biopsy.report_day, truth.mri.day, truth.ct.day)
        return max(1, truth.labs[0].day, *examined)

    def _consent(self) -> None:
        self.participant = self.hands.add(self.site, self.key("participant"))
        self.save("IC", "SCR", answers.consent(self.truth, self.base, self.version))
        self.save("DM", "SCR", answers.demography(self.truth, self.base, year_only=self.year_only))

    def _screening(self) -> None:
        truth, base = self.truth, self.base
        self.save("PLAN", "SCR", answers.plan(truth, base))
        items, rows = answers.history(truth.history, base)
        self.save("MH", "SCR", items, PM=rows)
        if truth.history.autoimmune == "Y" and (truth.plan.regimen or "").endswith("IO"):
            # The history raised a question on the plan that was saved before it.
            self._revise("PLAN", "SCR", answers.plan(truth, base), "asked")
        self.save("PATH", "SCR", answers.pathology(truth, base) | self._slide())
        self.save("MRI0", "SCR", answers.mri(truth, base))
        self.save("CT0", "SCR", answers.staging(truth, base))
        self._laboratory("SCR")

    def _slide(self) -> answers.Items:
        table = self.truth.omics["SCR"].slide
        if table is None or self.truth.biopsy.slide_qc != "PASS":
            return {}
        return {"SLIDFEAT": self.hands.table(self.participant, "PATH", "SLIDFEAT", table), "SLIDSW": "scanner 2.1"}

    def _laboratory(self, event: str) -> None:
        for sample in self.truth.labs:
            if sample.event == event:
                items, rows = answers.laboratory(sample.day, sample.results, self.base)
                self.save("LB", event, items, R=rows)

    def _eligibility(self) -> Iterator[Step]:
        truth = self.truth
        today = answers.day(self.base, max(truth.plan.eligibility_day, self._screened()))
        if truth.eligible:
            self._omics("SCR", truth.omics["SCR"], "BASELINE")
            self._questionnaires("SCR", today, stoma=False)
        confirmed = {"ELIGCONF": "Y" if truth.eligible else "N", "ELIGDAT": today}
        self.save("ELIG", "SCR", confirmed, investigator=True)
        if not truth.eligible:
            self.save("EOS", "EOS", {"EOSDAT": today, "EOSREAS": "SCREENFAIL", "LSTALVDT": today})
            return
        self.hands.sign(self.participant, "SCR", "ELIG")
        report = max(truth.molecular.day, truth.plan.eligibility_day, self._screened())
        yield Step(report, "molecular", lambda: self.save("MOL", "SCR", answers.molecular(truth, self.base)))
        yield from self._therapy()

    def _omics(self, event: str, found: Omics, point: str) -> None:
        if found.radiomics:
            file = self.hands.table(self.participant, "RAD", "RADFILE", found.radiomics.features)
            self.save("RAD", event, answers.radiomics(found.radiomics, self.base, point, file))
        else:
            self._not_done("RAD", event)
        if self.truth.consent.samples == "Y":
            self._samples(event, found, point)

    def _samples(self, event: str, found: Omics, point: str) -> None:
        if found.stool:
            file = self.hands.table(self.participant, "MIC", "MICFILE", found.stool.taxa)
            self.save("MIC", event, answers.stool(found.stool, self.base, file))
        else:
            self._not_done("MIC", event)
        if found.plasma:
            self.save("LBX", event, answers.plasma(found.plasma, self.base, point))
        else:
            self._not_done("LBX", event)

    def _not_done(self, form: str, event: str) -> None:
        """A form that is due and was not done, marked so: a blank would not say whether anyone looked."""
        raw = {"items": {}, "not_done": {"reason": "not available at this visit", "on": ""}}
        self.hands.save(
            Entry(self.participant, event, form, 1, None, None, raw, {}, self.key(f"{form}-{event}-nd"), "simulation")
        )

    def _questionnaires(self, event: str, today: str | None, *, stoma: bool) -> None:
        for n, form in enumerate(("QLQ30", "QLQ29", "LARS", "WEX")):
            dice = Dice(self.seed, self.truth.index, QUESTIONNAIRES, n, sum(map(ord, event)))
            items = answers.questionnaire(form, dice, today, stoma=stoma, sex=self.truth.person.sex)
            self.save(form, event, items)

    # --- therapy --------------------------------------------------------------------------------------------------

    def _therapy(self) -> Iterator[Step]:
        therapy = self.truth.therapy
        assert therapy is not None
        for number in sorted({c.number for c in therapy.cycles}):
            given = [c for c in therapy.cycles if c.number == number]
            yield Step(max(c.end for c in given), f"cycle-{number}", partial(self._cycle, number))
        yield Step(therapy.last_day + 3, "end-of-therapy", self._end_of_therapy)
        early = self.truth.early_end
        events = known_by(therapy.adverse_events, early.day) if early else therapy.adverse_events
        for event in events:
            yield from self._adverse(event)
        if early:
            yield Step(early.day, "early-end", self._early_end)
        for found in self.truth.restagings:
            after = Step(found.day + 1, found.event, partial(self._restaging, found))
            yield after
        if self.truth.choice:
            yield Step(self.truth.choice.day, "decision", self._decision)

    def _cycle(self, number: int) -> None:
        assert self.truth.therapy is not None
        given = [c for c in self.truth.therapy.cycles if c.number == number]
        for place, each in enumerate(given, start=1):
            self.save("EX", f"NAT-{number}", answers.cycle(each, self.base), place)
        self._laboratory(f"NAT-{number}")
        if not any(sample.event == f"NAT-{number}" for sample in self.truth.labs):
            self._not_done("LB", f"NAT-{number}")

    def _end_of_therapy(self) -> None:
        self.save("RT", "EOT", answers.radiotherapy(self.truth, self.base))
        self._laboratory("EOT")

    def _adverse(self, event: AdverseEvent) -> Iterator[Step]:
        number = self.number("AE")
        reported = max(event.seriousness.aware if event.seriousness else event.start, event.start) + 1
        yield Step(reported, f"ae-{number}", lambda: self._report(event, number))
        if event.end is not None and event.end > reported:
            yield Step(event.end + 2, f"ae-{number}-end", lambda: self._resolved(event, number))

    def _report(self, event: AdverseEvent, number: int) -> None:
        self.save("AE", "ANY", answers.adverse_event(event, number, self.base, self.until()), number)
        if event.seriousness:
            link = f"AE/ANY/{number}"
            report = self.number("SAE")
            self.save("SAE", "ANY", answers.serious(event, link, self.base), report, investigator=True)
            self.hands.sign(self.participant, "ANY", "SAE", report)
            self.hands.assess(self.entry("SAE", "ANY", answers.judged(event), report))

    def _resolved(self, event: AdverseEvent, number: int) -> None:
        if self.management is not None and event.end is not None and event.end > self.course.last_known:
            return
        self._revise("AE", "ANY", answers.adverse_event(event, number, self.base, self.until()), "resolved", number)

    def _early_end(self) -> None:
        assert self.truth.early_end is not None
        today = answers.day(self.base, self.truth.early_end.day)
        if self.truth.early_end.reason == "DEATH":
            self.save("DTH", "ANY", {"DTHDAT": today, "DTHCAUS": "OTHER"})
        else:
            self._withdraw(today, ("TREATMENT", "VISITS"))
        self._end(today, self.truth.early_end.reason, today)

    def _withdraw(self, today: str | None, scope: tuple[str, ...]) -> None:
        current = self.hands.case(self.participant).bare.at("IC", "SCR")
        assert current is not None
        items = answers.consent(self.truth, self.base, self.version) | {"ICWDAT": today, "ICWSCOPE": scope}
        self.save("IC", "SCR", items, based_on=current.number, purpose="withdrawn")

    def _end(self, today: str | None, reason: str, alive: str | None) -> None:
        self.save("EOS", "EOS", {"EOSDAT": today, "EOSREAS": reason, "LSTALVDT": None if reason == "DEATH" else alive})

    # --- restaging and decision -----------------------------------------------------------------------------------

    def _restaging(self, found: Any) -> None:
        self._laboratory(found.event)
        self.save("RST", found.event, answers.restaging(found, self.base))
        if found.event in self.truth.omics:
            self._omics(found.event, self.truth.omics[found.event], "RESTAGING")
        self.hands.sign(self.participant, found.event, "RST")

    def _decision(self) -> Iterator[Step]:
        choice = self.truth.choice
        assert choice is not None
        today = answers.day(self.base, choice.day)
        estimate = {
            "PREDAT": answers.day(self.base, choice.estimate_day),
            "PRECR": choice.estimate,
            "PRESTRAT": choice.intended,
        }
        if self.hands.case(self.participant).bare.at("PRE", "DEC") is None:
            self.hands.save_and_sign(self.entry("PRE", "DEC", estimate))
        self.hands.ask_model(self.participant)
        self._questionnaires("DEC", today, stoma=False)
        self._decide(today)
        yield from self._followed()

    def _decide(self, today: str | None) -> None:
        choice = self.truth.choice
        assert choice is not None
        items = {
            "M1NOW": "Y" if self.truth.progressed else "N", "CONTRA": "Y" if choice.contraindication else "N",
            "CONTRAWH": choice.contraindication, "MDTDAT": answers.day(self.base, choice.mdt_day),
            "DECDAT": today,
        }  # fmt: skip
        derived = self._derived(items)
        candidate = derived == "CAND"
        items |= {"STRATEGY": "CAND" if candidate else "NOTCAND"}
        if derived == "CT":
            items |= {"CANDWHY": "without a model probability the MDT decided for surgery"}
        if candidate:
            items |= {"PREFER": choice.preference, "RANDCONS": choice.accepts}
            items |= (
                {"RANDCDAT": answers.day(self.base, min(choice.accepted_day, choice.day))}
                if choice.accepts == "Y"
                else {"PREFARM": choice.chosen}
            )
        self.save("DEC", "DEC", items, investigator=True)
        self.hands.sign(self.participant, "DEC", "DEC")
        self.management = self._managed(candidate)

    def _derived(self, items: answers.Items) -> str | None:
        from trial.actions.enter import preview

        entry = self.entry("DEC", "DEC", items)
        found = preview(entry, uow=self.hands.uow(self.hands.investigators[self.site]))
        value = found.calculated["CANDDER"]
        return None if value is None else str(value)

    def _managed(self, candidate: bool) -> str:
        """WW or TME, as it was really begun: some refuse what was allocated, some decline the operation they need."""
        choice = self.truth.choice
        assert choice is not None
        if candidate and choice.accepts == "Y":
            arm = self.hands.randomise(self.participant)
            return {"WW": "TME", "TME": "WW"}[arm] if choice.refuses else arm
        if candidate:
            return "WW" if choice.chosen == "WW" else "TME"
        return "WW" if choice.declines_operation else "TME"

    # --- after the decision ---------------------------------------------------------------------------------------

    @property
    def course(self) -> Course:
        """The course the trial sees."""
        seen = self.truth.watched if self.management == "WW" else self.truth.operated
        assert seen is not None
        return seen

    def _followed(self) -> Iterator[Step]:
        course, choice = self.course, self.truth.choice
        assert choice is not None
        yield Step(min(choice.day + 56, course.end.day), "management", self._begun)
        for place, visit in enumerate(course.visits):
            if visit.mode != "MISSED":
                yield Step(visit.day, f"visit-{place}", partial(self._visit, visit))
        for place, alarm in enumerate(course.alarms):
            yield Step(alarm.closed, f"alarm-{place}", partial(self._alarm, alarm.suspected))
        if course.regrowth:
            yield from self._regrown(course.regrowth)
        for place, operation in enumerate(course.operations, start=1):
            yield from self._operated(operation, place)
        yield from self._events(course)
        yield Step(course.end.day, "zz-end", self._ended)

    def _begun(self) -> None:
        course, choice = self.course, self.truth.choice
        assert choice is not None
        begun = course.begun
        day = course.begun_day if begun != "NONE" else None
        items = {"MGTSTRT": begun, "MGTDAT": answers.day(self.base, day)}
        differs = {"MGTWHY": "REFUSED"} if choice.refuses or choice.declines_operation else {"MGTWHY": "PROGRESSION"}
        self.save("MGT", "ANY", items | differs)

    def _stoma(self, day: int) -> bool:
        return any(
            o.stoma is not None and o.stoma.day <= day and (o.stoma.closed is None or o.stoma.closed > day)
            for o in self.course.operations
        )

    def _visit(self, at: Visit) -> None:
        record = self.hands.case(self.participant).record(at.event)
        scheduled = tuple(record.facts.get("scheduled") or ())
        stoma, today = self._stoma(at.day), answers.day(self.base, at.day)
        if at.mode == "VISIT":
            cea = [answers_cea(self, at)]
            items, rows = answers.laboratory(at.day, cea, self.base)
            self.save("LB", at.event, items, R=rows)
        self.save("FU", at.event, answers.visit(self.truth, self.course, at, self.base, scheduled, stoma=stoma))
        if at.event in PLASMA and self.truth.consent.samples == "Y":
            self._not_done("LBX", at.event)
        if at.mode == "VISIT" and at.event in QUALITY_OF_LIFE:
            self._questionnaires(at.event, today, stoma=stoma)

    def _alarm(self, suspected: int) -> None:
        number = self.number("RGW")
        self.save("RGW", f"RGW-{number}", answers.alarm(suspected, self.base))

    def _regrown(self, found: Regrowth) -> Iterator[Step]:
        place: list[int] = []

        def suspected() -> None:
            place.append(self.number("RGW"))
            self.save("RGW", f"RGW-{place[0]}", answers.regrowth(found, self.base, outcome="PENDING"))

        def confirmed() -> None:
            event = f"RGW-{place[0]}"
            first = "PLANNED" if found.salvage == "DONE" else found.salvage
            self._revise("RGW", event, answers.regrowth(found, self.base, salvage=first), "confirmed")

        def salvaged() -> None:
            self._revise("RGW", f"RGW-{place[0]}", answers.regrowth(found, self.base, salvage="DONE"), "salvaged")

        yield Step(found.suspected + 1, "rgw", suspected)
        yield Step(max(found.salvage_day, found.confirmed) + 1, "rgw-confirmed", confirmed)
        if found.salvage == "DONE":
            done = [o for o in self.course.operations if o.reason == "REGROWTH"]
            for each in done:
                yield Step(each.day + 2, "rgw-done", salvaged)

    def _revise(self, form: str, event: str, items: answers.Items, purpose: str, occurrence: int = 1) -> None:
        current = self.hands.case(self.participant).bare.at(form, event, occurrence)
        self.save(form, event, items, occurrence, based_on=current.number if current else None, purpose=purpose)

    def _operated(self, found: Operation, number: int) -> Iterator[Step]:
        salvage = found.reason == "REGROWTH"
        event = "SLV-1" if salvage else f"SUR-{number}"

        def done() -> None:
            self.save("SUR", event, answers.operation(found, self.base, number))
            if found.stoma:
                self.save("STO", "ANY", answers.stoma(found, self.base, closed=False), number)
            if salvage:
                self.save("SLV", event, {"SLVSUR": f"SUR/{event}/1"})

        yield Step(found.day + 1, f"sur-{number}", done)
        yield Step(
            found.specimen.day + 1,
            f"yp-{number}",
            lambda: self.save("YP", event, answers.specimen(found, self.base, f"SUR/{event}/1")),
        )
        for days, visit in ((30, "PO30"), (90, "PO90")):
            yield Step(found.day + days, f"{visit}-{number}", partial(self._complications, found, number, days, visit))
        if found.stoma and found.stoma.closed is not None:
            yield Step(
                found.stoma.closed + 1,
                f"stoma-{number}",
                lambda: self._revise("STO", "ANY", answers.stoma(found, self.base, closed=True), "closed", number),
            )
        for event_found in found.adverse_events:
            yield from self._adverse(event_found)

    def _complications(self, found: Operation, number: int, days: int, visit: str) -> None:
        if self.course.end.reason == "DEATH" and self.course.end.day < found.day + days:
            return
        items, rows = answers.complications(found, self.base, found.day + days)
        self.save("POC", f"{visit}-{number}", items, R=rows)

    def _events(self, course: Course) -> Iterator[Step]:
        if course.metastasis:
            spread = course.metastasis
            yield Step(spread.day + 3, "met", lambda: self.save("MET", "ANY", answers.metastasis(spread, self.base)))
        if course.recurrence:
            local = course.recurrence
            yield Step(local.day + 3, "lr", lambda: self.save("LR", "ANY", answers.recurrence(local, self.base)))
        if course.second:
            other = course.second
            yield Step(other.day + 3, "spc", lambda: self.save("SPC", "ANY", answers.second_cancer(other, self.base)))

    def _ended(self) -> None:
        end, death = self.course.end, self.course.death
        today = answers.day(self.base, end.day)
        if death is not None:
            self.save("DTH", "ANY", {"DTHDAT": answers.day(self.base, death.day), "DTHCAUS": death.cause})
        if end.reason == "WITHDRAWN":
            self._withdraw(today, end.withdrawn_from)
        self._end(today, end.reason, answers.day(self.base, end.last_alive))


def answers_cea(life: Life, at: Visit) -> Any:
    """CEA at a visit: near normal, rising with a metastasis."""
    from trial.simulate.bloods import cea_result

    dice = Dice(life.seed, life.truth.index, QUESTIONNAIRES, 99, at.day)
    spread = life.course.metastasis is not None and life.course.metastasis.day <= at.day
    return cea_result(dice, 14.0 if spread else 1.8)


def on(base: date, day: int) -> date:
    """The calendar day of an offset."""
    return base + timedelta(days=day)
