"""The whole true life of one simulated participant, from a written seed: what a perfect observer would know.

`draw(seed, i)` depends on nothing else: participant i is the same in a run of 60 and in one of 20,000, serial or
parallel. Days are offsets from consent (day 0). Codes are those of `forms/codelists`. A driver enters this truth through
the forms; nothing here knows a form, a site, an arm or a database.
"""

from dataclasses import dataclass, field

from trial.simulate import person as people
from trial.simulate.biology import Biology, Molecular, draw_biology, draw_report, draw_types
from trial.simulate.bloods import LabSample, draw_labs
from trial.simulate.chance import Dice
from trial.simulate.course import Course, Setting, operated, watched
from trial.simulate.disease import Fate, draw_fate
from trial.simulate.person import Biopsy, Consent, Ct, History, Mri, Person, Plan
from trial.simulate.restaging import Choice, Restaging, draw_choice, draw_restagings
from trial.simulate.tables import Omics, draw_baseline, draw_restaging
from trial.simulate.therapy import Therapy, draw_therapy
from trial.simulate.toxicity import AdverseEvent, known_by

(
    SCREENING, PERSON, STAGING, HISTORY, MOLECULAR, BIOLOGY, BASELINE_TABLES, THERAPY, RESTAGING, RESTAGING_TABLES, CHOICE, LABS,
    FATE, WATCHED, OPERATED, QUESTIONNAIRES, EARLY,
) = range(17)  # fmt: skip
"""Streams: the second number of each spawn key. New topics go to the end, so that old seeds keep their lives."""


@dataclass(frozen=True)
class EarlyEnd:
    """Death or withdrawal before the decision: day and code of END_OF_STUDY."""

    day: int
    reason: str


@dataclass(frozen=True)
class Truth:
    """One life. `failure` names why the participant is not eligible (None: eligible); everything after screening is None then.

    `omics` holds the tables of each event (SCR, RST, RST2); `watched` and `operated` are the two courses after the decision;
    `progressed` a distant metastasis found by restaging.
    """

    seed: int
    index: int
    failure: str | None
    consent: Consent
    person: Person
    history: History
    biopsy: Biopsy
    mri: Mri
    ct: Ct
    plan: Plan
    molecular: Molecular
    biology: Biology
    omics: dict[str, Omics]
    labs: tuple[LabSample, ...]
    therapy: Therapy | None
    early_end: EarlyEnd | None
    restagings: tuple[Restaging, ...]
    progressed: bool
    choice: Choice | None
    fate: Fate | None
    watched: Course | None
    operated: Course | None

    @property
    def eligible(self) -> bool:
        """Whether every criterion is met."""
        return self.failure is None

    @property
    def response(self) -> str | None:
        """The clinical response at the last restaging; None without one."""
        return self.restagings[-1].response if self.restagings else None

    def course(self, management: str) -> Course | None:
        """The course under WW or TME; None without a decision."""
        return self.watched if management == "WW" else self.operated

    def adverse_events(self, management: str) -> tuple[AdverseEvent, ...]:
        """Every event of therapy and operations, as known by the end of the participant's study, in order of onset."""
        if self.therapy is None:
            return ()
        course, events = self.course(management), self.therapy.adverse_events
        if course is None:
            return known_by(events, self.early_end.day if self.early_end else self.therapy.last_day)
        later = [event for operation in course.operations for event in operation.adverse_events]
        return tuple(
            sorted((*known_by(events, course.last_known), *later), key=lambda event: (event.start, event.term))
        )

    def complete_response(self, management: str) -> bool | None:
        """Complete response by 12 months under WW or TME, as PROTOCOL 5 defines it for the model; None: not known."""
        course = self.course(management)
        if course is None or self.choice is None:
            return None
        return _complete_response(course, self.choice.day)


def draw(seed: int, i: int) -> Truth:
    """Participant `i` (from 0) of the simulated trial with this seed."""
    who = people.draw_person(Dice(seed, i, PERSON))
    screening = Dice(seed, i, SCREENING)
    failure = screening.pick(people.FAILURES)
    consent, staging = people.draw_consent(screening), Dice(seed, i, STAGING)
    mri, ct, plan = (
        people.draw_mri(staging, failure),
        people.draw_ct(staging, failure),
        people.draw_plan(staging, failure),
    )
    biopsy = people.draw_biopsy(staging, mri, failure)
    history = people.draw_history(Dice(seed, i, HISTORY), who, plan, failure)
    molecular = Dice(seed, i, MOLECULAR)
    types = draw_types(molecular)
    nature = draw_biology(Dice(seed, i, BIOLOGY), who, mri, types, plan.regimen)
    baseline = draw_baseline(
        Dice(seed, i, BASELINE_TABLES), nature, mri, biopsy, consent.samples == "Y", history.antibiotics
    )
    later = _later(seed, i, failure, who, consent, mri, plan, nature)
    labs = draw_labs(Dice(seed, i, LABS), who, nature, plan, history, later.therapy, later.restagings)
    return Truth(
        seed=seed, index=i, failure=failure, consent=consent, person=who, history=history, biopsy=biopsy, mri=mri, ct=ct, plan=plan,
        molecular=draw_report(molecular, types), biology=nature, omics={"SCR": baseline, **later.omics}, labs=labs,
        therapy=later.therapy, early_end=later.early_end, restagings=later.restagings, progressed=later.progressed,
        choice=later.choice, fate=later.fate, watched=later.watched, operated=later.operated,
    )  # fmt: skip


@dataclass(frozen=True)
class _Later:
    """What follows screening."""

    therapy: Therapy | None = None
    early_end: EarlyEnd | None = None
    restagings: tuple[Restaging, ...] = ()
    omics: dict[str, Omics] = field(default_factory=dict)
    progressed: bool = False
    choice: Choice | None = None
    fate: Fate | None = None
    watched: Course | None = None
    operated: Course | None = None


def _later(
    seed: int, i: int, failure: str | None, who: Person, consent: Consent, mri: Mri, plan: Plan,
    nature: Biology,
) -> _Later:  # fmt: skip
    if failure is not None or plan.regimen is None or plan.start_day is None:
        return _Later()
    given = draw_therapy(Dice(seed, i, THERAPY), who, plan.regimen, plan.start_day)
    if early := _early_end(Dice(seed, i, EARLY), given):
        return _Later(therapy=given, early_end=early)
    found = draw_restagings(Dice(seed, i, RESTAGING), nature, given)
    choice = draw_choice(Dice(seed, i, CHOICE), found[-1], nature)
    dice = Dice(seed, i, RESTAGING_TABLES)
    omics = {
        each.event: draw_restaging(
            dice, nature, mri, each.mri_day, each.day, consent.samples == "Y", 0.96 if each.event == "RST" else 0.6
        )
        for each in found
    }
    fate = draw_fate(Dice(seed, i, FATE), who, nature)
    progressed = found[-1].ycm == "M1"
    at = Setting(choice.day, found[-1].response, mri.distance, nature, fate, found[-1].ct_day if progressed else None)
    reason = "STANDARD" if found[-1].response not in ("CCR", "NCR") or progressed else "ALLOCATED"
    return _Later(
        given, None, found, omics, progressed, choice, fate,
        watched(Dice(seed, i, WATCHED), at), operated(Dice(seed, i, OPERATED), at, reason),
    )  # fmt: skip


def _early_end(dice: Dice, given: Therapy) -> EarlyEnd | None:
    """Half a per cent die during therapy and one per cent withdraw."""
    reason = dice.pick({None: 0.985, "DEATH": 0.005, "WITHDRAWN": 0.01})
    return None if reason is None else EarlyEnd(given.last_day + dice.whole(2, 20), reason)


YEAR_DAYS, CLEAR_FROM = 365, 351


def _complete_response(course: Course, decision: int) -> bool | None:
    within = decision + YEAR_DAYS
    if course.regrowth is not None and course.regrowth.confirmed <= within:
        return False
    if course.operations and course.operations[0].day <= within:
        specimen = course.operations[0].specimen
        return (specimen.ypt, specimen.ypn) == ("ypT0", "ypN0")
    if course.metastasis is not None and course.metastasis.day <= within:
        return False
    if course.death is not None and course.death.day <= within:
        return False
    clear = [v for v in course.visits if v.mode == "VISIT" and v.day >= decision + CLEAR_FROM]
    suspected = course.regrowth.suspected if course.regrowth else None
    return True if clear and (suspected is None or suspected > clear[0].day) else None
