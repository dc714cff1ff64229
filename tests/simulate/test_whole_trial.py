"""What must be true of every simulated trial, whatever its seed: structure, not numbers."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from analysis.endpoints import derive_all
from analysis.estimands import NRDFS, REGROWTH
from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from forms.catalogue import definitions
from forms.checks import findings
from forms.record import Record
from tests.simulate.conftest import KEY, Trial, course_rows_of
from trial import schedule
from trial.actions.allocate import earlier_allocations
from trial.actions.case import load
from trial.allocation import replay
from trial.clock import FixedClock
from trial.course import course
from trial.phase import Phase, phase
from trial.protocol import plan_for
from trial.schedule import Status
from trial.seal import unseal
from trial.simulate.truth import draw
from trial.store import crfs
from trial.store.verify import verify


@pytest.fixture(scope="module")
def cases(trial: Trial):
    clock = FixedClock(datetime.combine(trial.plan.until, time(20, tzinfo=UTC)))
    with trial.reader as reader:
        return [load(reader, row, clock) for row in reader.all("participant", order_by="id")]


@pytest.fixture(scope="module")
def courses(trial: Trial):
    return course_rows_of(trial)


def test_everyone_who_was_to_come_gave_consent(trial, courses):
    assert len(courses) == trial.plan.participants == trial.done.participants
    assert all(row.consent_on for row in courses)


def test_no_saved_form_breaks_a_hard_check_or_leaves_a_soft_one_unanswered(cases):
    open_findings = [
        (case.id, crf.address, f.key)
        for case in cases
        for crf in case.crfs
        for f in findings(case.record(crf.event), crf)
        if f.level != "missing"
    ]
    assert open_findings == []


def test_screen_failures_are_kept_with_their_reason_and_never_treated(courses):
    failed = [row for row in courses if row.screen_failed_on]
    assert failed
    assert all(row.end_reason == "SCREENFAIL" and row.therapy_start_on is None for row in failed)


def test_every_participant_went_one_way_after_the_decision(courses):
    decided = Counter(row.cohort for row in courses if row.decision_on)
    assert set(decided) <= {"RANDOMISED", "PREFERENCE", "STANDARD"} and decided["STANDARD"] and decided["PREFERENCE"]


def test_both_arms_are_drawn_and_both_strategies_begun(trial, cases):
    assert {row["arm"] for row in trial.reader.all("allocation")} == {"WW", "TME"}
    begun = {crf.answers.items["MGTSTRT"] for case in cases for crf in case.crfs if crf.form == "MGT"}
    assert begun >= {"WW", "TME"}


def test_every_form_that_fell_due_was_entered_or_marked_except_where_the_visit_was_not_in_person(trial, cases):
    """What a site leaves open: everything of a visit that did not take place, and what is taken or filled in at the site when the
    visit was a telephone call or a look into a registry. A visit that lies after the last day is still to come.
    """
    open_still = [(case.id, *each) for case in cases for each in _open(trial, case)]
    assert open_still == []


def test_the_visits_that_leave_forms_open_are_there(trial, cases):
    modes = Counter(_modes(trial, case).get(d.event) for case in cases for d in _due(case) if d.status == Status.MISSED)
    assert modes["MISSED"] and modes["PHONE"]
    assert all(n < sum(modes.values()) for n in modes.values())


AT_THE_SITE = frozenset({"LB", "QLQ30", "QLQ29", "LARS", "WEX"})
SETTLED = frozenset({Status.ENTERED, Status.NOT_DONE, Status.CANCELLED, Status.NOT_YET})


def _due(case):
    return schedule.due(case.protocol, case.record(), case.allocation, case.today)


def _open(trial, case):
    modes = _modes(trial, case)
    for d in _due(case):
        mode = modes.get(d.event)
        excused = mode in ("MISSED", "TO COME") or (mode in ("PHONE", "REGISTRY") and d.form in AT_THE_SITE)
        if d.status not in SETTLED and not excused:
            yield d.address, str(d.status), mode


def _modes(trial, case):
    """How each visit after the decision took place in the life of this participant; TO COME: after the last day."""
    truth = draw(trial.plan.seed, _index(trial, case.id))
    begun = next((crf.answers.items["MGTSTRT"] for crf in case.crfs if crf.form == "MGT"), None)
    seen = truth.course("WW" if begun == "WW" else "TME")
    consented = case.bare.value("IC.ICDAT")
    return {
        v.event: "TO COME" if consented + timedelta(days=v.day) > trial.plan.until else v.mode
        for v in (seen.visits if seen else ())
    }


def _index(trial, participant):
    """Which life this is: the key under which the simulation added the participant says so."""
    row = next(
        r for r in trial.reader.all("idempotency", action="add_participant") if r["result"] == {"id": participant}
    )
    return int(row["key"].split("-")[2])


def test_somebody_was_in_every_phase_of_the_course(trial, cases):
    found = {phase(c) for case in cases for c in _courses(trial, case)}
    assert found == set(Phase)


def _courses(trial, case):
    """The course as it stood after each revision of a form that moves it."""
    rows = trial.reader.all("crf_revision", participant=case.id)
    known, drawn = {}, case.allocation
    for row in sorted(rows, key=lambda r: (r["at"], r["number"])):
        crf = crfs.as_crf(row)
        known[crf.address] = crf
        if crf.form in MOVING:
            yield course(
                Record(tuple(known.values()), definitions()), drawn if drawn and drawn["at"] < row["at"] else None
            )


MOVING = frozenset({"IC", "ELIG", "EX", "RT", "RST", "DEC", "MGT", "RGW", "SUR", "DTH", "EOS"})


def test_nobody_is_allocated_twice_and_every_draw_has_its_number(trial):
    rows = trial.reader.all("allocation", order_by="number")
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["participant"] for row in rows}) == len(rows)


def test_every_allocation_is_made_again_from_the_seed(trial):
    study = trial.reader.the("randomisation")
    seed = unseal(bytes.fromhex(study["seed_sealed"]), key=KEY, study=study["study"])
    assert replay(plan_for(study["method"], study["parameters"]), seed, earlier_allocations(trial.reader)) is None


def test_the_model_was_asked_only_after_the_own_estimate_was_signed(cases):
    for case in cases:
        estimate = next((s for s in case.signatures if s["form"] == "PRE"), None)
        assert all(estimate is not None and estimate["at"] <= call["at"] for call in case.predictions)


def test_nothing_happens_after_a_death(courses):
    for row in courses:
        if row.died_on is not None:
            assert all(day <= row.died_on.latest for day in (*row.assessed_on, *(o.on for o in row.operations)))


def test_no_form_of_a_dead_participant_holds_a_later_day(cases):
    for case in cases:
        died = course(case.record(), case.allocation).died_on
        if died is not None:
            held = [
                (crf.address, name, day)
                for crf in case.crfs
                if crf.form not in ("DTH", "EOS", "DV")
                for name, day in _days(crf)
            ]
            assert [h for h in held if h[2] > died.latest] == []


def _days(crf):
    """Every date a form holds, of a partial one the first day it can be."""
    for answers in (crf.answers, *(row for rows in crf.answers.groups.values() for row in rows)):
        for name, value in answers.items.items():
            day = getattr(value, "earliest", value)
            if isinstance(day, date):
                yield name, day.date() if isinstance(day, datetime) else day


def test_competing_events_make_the_incidence_smaller_than_one_minus_kaplan_meier(courses):
    table = derive_all(courses, REGROWTH)
    assert table.rows
    found, naive = aalen_johansen(table.days, table.status), one_minus_kaplan_meier(table.days, table.status)
    assert found.at(1096).value <= naive.at(1096).value + 1e-12


def test_the_primary_endpoint_counts_everyone_randomised(courses):
    assert len(derive_all(courses, NRDFS).rows) == sum(row.randomised_on is not None for row in courses)


def test_a_late_visit_is_a_deviation(cases):
    assert any(crf.form == "DV" for case in cases for crf in case.crfs)


def test_the_journal_vouches_for_all_of_it(trial):
    assert list(verify(trial.engine, files=trial.files)) == []
