"""Timing of surgery: curves against R (rms, glm, coxph), what is read from the forms, and words where there is no curve."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.closed_flow_outputs import OUTPUTS
from analysis.closed_timing import operated, primary
from analysis.closed_timing_tables import timing_figure, timing_table
from analysis.outputs import OPEN
from analysis.timing import DFS, OUTCOMES, PCR, R0, SEVERE, Operated, timed
from tests.analysis.courses import course, operation
from tests.flow.people import CUT, crf, decided, on, person, taken

SAMPLE = Path(__file__).with_name("operated.csv")


def sample() -> list[Operated]:
    """240 operations drawn once from a seed; six without a ypT."""
    told = {"1": True, "0": False, "": None}
    with SAMPLE.open() as file:
        return [
            Operated(r["participant"], int(r["waited"]) / 7, {PCR: told[r["pcr"]], R0: told[r["r0"]], SEVERE: told[r["severe"]]},
                     int(r["days"]), int(r["event"]), {"age": float(r["age"])})
            for r in csv.DictReader(file)
        ]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return {bent.id: bent for bent in timed(sample(), ("age",))}


def at(bent, weeks):
    (one,) = [c for c in bent.ratios if c.name == f"{weeks:g}"]
    return one.hr, one.lower, one.upper


# R 4.2.2, rms: glm(y ~ rcs(weeks, 4) + age, binomial), coxph(Surv(days, event) ~ rcs + age): tests/flow/reference.R.


@pytest.mark.parametrize(
    ("outcome", "counts", "eight", "sixteen", "bend"),
    [
        (PCR, (234, 125, 10.5714285714286), (0.79943464838060, 0.603392294808851, 1.05917122662939),
         (1.12045758150931, 0.649596297688219, 1.93262368709535), (1.605484715846467, 0.448098431324202)),
        (SEVERE, (240, 28, 10.7142857142857), (0.821351066949516, 0.525069213969348, 1.28481647224987),
         (1.643303973005819, 0.720467539848464, 3.74818822269868), (1.216321253089730, 0.544351213961777)),
        (DFS, (240, None, 10.7142857142857), (1.02400571111992, 0.809320514959451, 1.29563958533629),
         (1.47814960553526, 0.954410262520116, 2.28929459598931), (4.061760197632520, 0.131219983761414)),
    ],
)  # fmt: skip
def test_each_curve_is_that_of_r(found, outcome, counts, eight, sixteen, bend):
    bent = found[outcome]
    n, events, reference = counts
    assert bent.n == n and (events is None or bent.events == events) and bent.reference == pytest.approx(reference)
    assert at(bent, 8) == pytest.approx(eight, rel=1e-5) and at(bent, 16) == pytest.approx(sixteen, rel=1e-5)
    assert (bent.bends.chi2, bent.bends.p) == pytest.approx(bend, rel=1e-5) and bent.bends.df == 2


def test_an_outcome_that_everybody_had_has_no_curve(found):
    assert found[R0].ratios == () and found[R0].why == "too few" and (found[R0].n, found[R0].events) == (240, 240)


def test_the_curve_ends_where_nearly_everybody_has_been_operated_on(found):
    weeks = sorted(p.weeks for p in sample())
    drawn = [float(c.name) for c in found[DFS].curve]
    assert weeks[0] < drawn[0] < drawn[-1] < weeks[-1] and len(drawn) == 60
    nearest = min(found[DFS].curve, key=lambda c: abs(float(c.name) - found[DFS].reference))
    assert nearest.hr == pytest.approx(1.0, abs=0.02)


def people_at(weeks, n=40) -> list[Operated]:
    return [
        Operated(f"VG-01-{i:04d}", weeks(i), {PCR: i % 2 == 0, R0: None, SEVERE: i % 3 == 0}, 100 + i, i % 2, {"age": 60.0 + i % 7})
        for i in range(n)
    ]  # fmt: skip


def test_weeks_that_hardly_differ_bear_no_four_knots():
    bent = timed(people_at(lambda i: 8.0), ("age",))
    assert [b.ratios for b in bent] == [()] * 4 and bent[0].why == bent[
        3
    ].why == "too few different values of weeks for 4 knots"
    assert bent[1].why == "too few" and bent[1].n == 0


@pytest.mark.parametrize(("events", "drawn"), [(9, False), (10, True)])
def test_ten_events_are_needed(events, drawn):
    people = [
        Operated(p.participant, p.weeks, {PCR: i < events, R0: None, SEVERE: None}, p.days, 0, p.covariates)
        for i, p in enumerate(people_at(lambda i: 6 + (i * 7 % 40) / 4))
    ]
    assert bool(timed(people, ())[0].curve) is drawn


def test_nobody_operated_gives_words_and_no_number():
    nothing = timed([], ("age",))
    table = timing_table(nothing, 0)
    assert [row[0] for row in table.rows] == [
        w for words in OUTCOMES.values() for w in (words, "not estimable: too few")
    ]
    figure = timing_figure(nothing, identity="t", title="Timing")
    assert b"not estimable: too few" in figure.svg and "R0 resection: too few" in figure.alt


def test_the_table_and_the_figure_say_the_ratios(found):
    table = timing_table(tuple(found.values()), 240)
    rows = list(table.rows)
    assert rows[0] == ("Pathological complete response (ypT0 ypN0)", "125 / 234", "", "0.448")
    assert ("10.6 weeks, the median", "", "1", "") in rows and ("8 weeks", "", "0.80 (0.60–1.06)", "") in rows
    figure = timing_figure(tuple(found.values()), identity="t", title="Timing")
    assert "Pathological complete response (ypT0 ypN0): " in figure.alt and figure.svg.count(b"Odds ratio<") >= 2


# Which operation, and what came of it.


@pytest.mark.parametrize(
    ("operations", "day"),
    [
        ((), None),
        ((operation(40),), 40),
        ((operation(90), operation(40)), 40),
        ((operation(30, "LE"), operation(60)), 60),
        ((operation(30, None),), None),
        ((operation(30, reason="REGROWTH"),), None),
        ((operation(30, salvage=True), operation(60)), None),
    ],
)
def test_the_first_excision_counts_unless_it_was_for_a_regrowth(operations, day):
    made = primary(course(operations=operations))
    assert (made and (made.on - course().randomised_on).days) == day


FRACTION = on("2026-05-08")


def operated_on(weeks: int = 12, *more, procedure: str = "LAR", specimen=None, fraction=True, number: int = 1):
    forms = list(decided(STRATEGY="NOTCAND"))
    if not fraction:
        forms = [f for f in forms if f.form != "RT"]
    done = crf("SUR", {"SUROPNO": 1, "SURDAT": FRACTION + timedelta(weeks=weeks), "SURPROC": procedure}, "SUR")
    forms.append(done)
    if specimen:
        forms.append(crf("YP", {"YPSUR": done.address} | specimen, "SUR"))
    return person(number, *forms, *more)


def only(*people):
    (made,) = operated(taken(*people))
    return made


def test_weeks_are_counted_from_the_last_fraction_to_the_operation():
    assert only(operated_on(12)).weeks == 12.0
    assert only(operated_on(17)).covariates.keys() >= {"age", "emvi"}


@pytest.mark.parametrize(
    "row",
    [operated_on(fraction=False), operated_on(procedure="LE"), operated_on(-1), operated_on(150), person(1)],
    ids=["no radiotherapy", "local excision", "operated before it ended", "operated after the cut", "nothing"],
)
def test_who_is_not_in_it(row):
    assert operated(taken(row)) == ()


@pytest.mark.parametrize(
    ("specimen", "pcr", "clear"),
    [
        (None, None, None),
        ({"YPT": "ypT0", "YPN": "ypN0", "RSTAT": "R0"}, True, True),
        ({"YPT": "ypT0", "YPN": "ypN1a", "RSTAT": "R1"}, False, False),
        ({"YPT": "ypTx", "YPN": "ypN0"}, None, None),
        ({"YPT": "ypTis", "YPN": "ypN0", "RSTAT": "R2"}, False, False),
    ],
)
def test_what_the_specimen_says(specimen, pcr, clear):
    made = only(operated_on(specimen=specimen))
    assert (made.outcomes[PCR], made.outcomes[R0]) == (pcr, clear)


def complication(day: int | None, grade: str | None):
    told = {"POCDAT": None if day is None else FRACTION + timedelta(weeks=12, days=day), "CLAVIEN": grade}
    row = {"POCTERM": "leak"} | {name: value for name, value in told.items() if value is not None}
    return crf("POC", {"POCANY": "Y"}, "PO90", R=[row])


@pytest.mark.parametrize(
    ("forms", "severe"),
    [
        ((), None),
        ((crf("POC", {"POCANY": "N"}, "PO30"),), None),  # says nothing of day 90
        ((crf("POC", {"POCANY": "N"}, "PO90"),), False),
        ((complication(0, "IIIa"),), True),
        ((complication(90, "V"),), True),
        ((complication(91, "V"),), False),
        ((complication(5, "II"),), False),
        ((complication(5, None),), None),
        ((complication(None, "IIIb"),), None),  # whether it came within them is not known
    ],
)
def test_grade_three_within_ninety_days_is_severe(forms, severe):
    assert only(operated_on(12, *forms)).outcomes[SEVERE] is severe


def test_survival_starts_at_the_operation():
    met = crf("MET", {"METDAT": FRACTION + timedelta(weeks=12, days=200)}, "ANY")
    made = only(operated_on(12, met))
    assert (made.days, made.event) == (200, 1)
    late = crf("MET", {"METDAT": CUT + timedelta(days=1)}, "ANY")
    assert only(operated_on(12, late)).event == 0


def test_the_output_is_closed_alone_and_the_same_each_time():
    (output,) = [each for each in OUTPUTS if each.id == "timing"]
    assert "timing" not in {each.id for each in OPEN} and output.number == "14.2.9"
    extract = taken(operated_on(12), operated_on(9, number=2))
    made = output.make(extract, str)
    assert made == output.make(extract, str) and made.estimand == "DFS"
    assert made.tables[0].denominator.endswith("in every cohort: 2.")
