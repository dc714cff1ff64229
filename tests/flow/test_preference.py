"""Those who drew lots and those who chose: weights, contrasts and effects against R, and words where nothing can be estimated."""

from __future__ import annotations

import csv
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from analysis.closed import ArmUnknown
from analysis.closed_choosers import COVARIATES, Chooser, choosers
from analysis.closed_flow_outputs import OUTPUTS
from analysis.closed_preference import compared
from analysis.closed_preference_tables import balance_table, contrasts_table, effects_table, love_plot
from analysis.comparing import e_value, risk_ratio_of_hazard
from analysis.estimable import NotEstimable
from analysis.preference import Rated, asked, two_stage
from analysis.weighting import weighting
from forms.dates import PartialDate
from tests.flow.people import crf, decided, on, person, taken

SAMPLE = Path(__file__).with_name("choosers.csv")
NONE = dict.fromkeys(COVARIATES)
Z = 1.959963984540054


def sample() -> list[Chooser]:
    """70 randomised and 80 who chose, drawn once from a seed; three have no age."""
    with SAMPLE.open() as file:
        return [
            Chooser(r["participant"], r["cohort"], r["arm"], int(r["days"]), int(r["event"]), r["prefers"] or None,
                    NONE | {"age": float(r["age"]) if r["age"] else None, "near": float(r["near"])})
            for r in csv.DictReader(file)
        ]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return compared(sample(), at=600, adjusted_for=("age", "near"))


def ratio(found, name):
    (contrast,) = [c for c in found.contrasts if c.id == name]
    return contrast.hazard.hr, contrast.hazard.lower, contrast.hazard.upper


# R 4.2.2, survival: coxph(Surv(days, event) ~ ww, ties = "efron"), with weights and robust = TRUE: tests/flow/reference.R.


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("RANDOMISED", (1.762721223043164, 0.818740552639487, 3.795080260956568)),
        ("CHOSE", (0.494692602380731, 0.243722104260725, 1.004097562642191)),
        ("OVERLAP", (0.545753190785882, 0.270575346123015, 1.100789667354088)),
        ("IPTW", (0.536886356213817, 0.268795594800432, 1.072364893861297)),
        ("BOTH_RANDOMISED", (1.763507146711179, 0.822493745749753, 3.781132042124510)),
        ("BOTH_CHOSE", (0.494448747445527, 0.243896657249904, 1.002389973717225)),
        ("BOTH_RANDOMISED_ADJUSTED", (1.686651520036505, 0.783967944750377, 3.628711312867855)),
        ("BOTH_CHOSE_ADJUSTED", (0.493961537365450, 0.242854036756016, 1.004710498765858)),
    ],
)
def test_each_contrast_is_that_of_r(found, name, values):
    assert ratio(found, name) == pytest.approx(values, rel=1e-6)


def test_the_interaction_is_that_of_r(found):
    i = found.interaction
    assert (i.hr, i.lower, i.upper, i.p) == pytest.approx(
        (0.280378079764315, 0.099374168587414, 0.791069437156339, 0.0162689845344892), rel=1e-6
    )


def test_the_adjusted_interaction_is_that_of_r(found):
    i = found.adjusted
    assert (i.hr, i.lower, i.upper, i.p) == pytest.approx(
        (0.292865201553169, 0.103269323090915, 0.830546998020594, 0.020939183915957), rel=1e-6
    )


def test_the_randomised_are_compared_within_the_strata_of_their_draw():
    people = [replace(p, drawn_in=(str(int(p.participant[6:]) % 2),)) for p in sample()]
    (first, *_) = compared(people, at=600).contrasts
    h = first.hazard
    assert (h.hr, h.lower, h.upper) == pytest.approx(
        (1.785272514391949, 0.828656073373379, 3.846225295457711), rel=1e-6
    )


def test_both_interactions_stand_in_the_table_and_the_adjusted_one_is_named_as_the_one_to_read(found):
    table = contrasts_table(found)
    assert [row[0].partition(",")[0].partition(":")[0] for row in table.rows[-2:]] == ["Interaction", "Interaction"]
    assert any("of the two interactions the one to read" in note for note in table.footnotes)


def test_a_covariate_that_nobody_varies_in_leaves_the_model_as_it_was(found):
    plain = compared([replace(p, covariates=NONE | {"near": 1.0}) for p in sample()], at=600)
    assert plain.adjusted == plain.interaction == found.interaction


@pytest.mark.parametrize(("events", "fitted"), [(19, False), (20, True)])
def test_fewer_than_five_events_a_coefficient_give_no_adjusted_model(events, fitted):
    """Arm, cohort, interaction and one covariate: four coefficients."""
    people = [
        person_of(i, cohort, arm, int(i < events), near=float(i // 4 % 2))
        for i in range(60)
        for cohort, arm in [(("RANDOMISED", "PREFERENCE")[i % 2], ("WW", "TME")[i // 2 % 2])]
    ]
    found = compared(people)
    assert (found.adjusted is not None) is fitted and found.interaction is not None
    assert {c.why for c in found.contrasts if c.id.endswith("_ADJUSTED")} == (
        {""} if fitted else {"fewer than 5 events for each coefficient"}
    )


def test_a_group_without_an_event_by_then_has_no_variance_and_gives_no_effect():
    """Greenwood's variance of a survival of 1 is 0, which is not knowledge."""
    quiet = [replace(p, event=0, days=700) if (p.cohort, p.arm) == ("RANDOMISED", "WW") else p for p in sample()]
    assert compared(quiet, at=600).effects == {"ASKED": None, "MOMENTS": None}


def test_effective_sizes_and_balance_are_those_of_r(found):
    w = found.weights
    assert w.overlap.effective == pytest.approx((45.2715610254474, 32.2472685152426), rel=1e-8)
    assert w.inverse.effective == pytest.approx((46.1198265987774, 31.1606243762824), rel=1e-8)
    balance = {b.name: b for b in w.balance}
    age, near = balance["age"], balance["near"]
    assert (age.before, near.before) == pytest.approx((-0.253541952500224, 0.233473422469623), rel=1e-9)
    assert (age.inverse, near.inverse) == pytest.approx((0.0205661764122705, -0.0240979500262622), rel=1e-6)
    assert age.missing == 3 and w.used == ("age", "near") and balance["mrf"].before is None


def test_overlap_weights_balance_every_covariate_exactly(found):
    told = [b.overlap for b in found.weights.balance if b.overlap is not None]
    assert told and max(map(abs, told)) < 1e-9


# R: summary(survfit(Surv(days, event) ~ 1), times = 600): survival and its standard error in each group.
CELLS = {
    ("WW", "WW"): (0.736842105263158, 0.101022617888147),
    ("TME", "WW"): (0.8152173913043478, 0.0842810432959951),
    ("WW", "TME"): (0.7, 0.144913767461894),
    ("TME", "TME"): (0.727272727272727, 0.134281626522908),
}


def test_effects_by_the_preference_that_was_asked(found):
    effects = found.effects["ASKED"]
    s = {key: value for key, (value, _) in CELLS.items()}
    half = Z * sqrt(sum(se**2 for _, se in CELLS.values())) / 2
    treatment = (s["WW", "WW"] + s["WW", "TME"] - s["TME", "WW"] - s["TME", "TME"]) / 2
    selection = (s["WW", "WW"] + s["TME", "WW"] - s["WW", "TME"] - s["TME", "TME"]) / 2
    preferred = (s["WW", "WW"] + s["TME", "TME"] - s["WW", "TME"] - s["TME", "WW"]) / 2
    for one, value in ((effects.treatment, treatment), (effects.selection, selection), (effects.preference, preferred)):
        assert (one.value, one.lower, one.upper) == pytest.approx(
            (value, value - half, value + half), rel=1e-9, abs=1e-12
        )


def test_effects_by_moments(found):
    drawn = (0.7161458333333334, 0.0801887609428315), (0.7778694384864985, 0.0696691621109925)
    chose = (0.7367871229956900, 0.0655247950789194), (0.6956521739130436, 0.0803468351487671)
    p = 47 / 80
    first, second = (chose[0][0] - drawn[0][0]) / (1 - p), (chose[1][0] - drawn[1][0]) / p
    effects = found.effects["MOMENTS"]
    assert effects.treatment.value == pytest.approx(drawn[0][0] - drawn[1][0], rel=1e-9)
    assert effects.selection.value == pytest.approx((first - second) / 2, rel=1e-9)
    assert effects.preference.value == pytest.approx((first + second) / 2, rel=1e-9)


def test_moments_find_the_effects_that_were_put_in():
    """Cells 70 and 50 under the first, 40 and 60 under the second treatment; 3 of 4 prefer the first."""
    drawn = (0.75 * 0.70 + 0.25 * 0.50, 0.75 * 0.40 + 0.25 * 0.60)
    effects = two_stage((Rated(0.70, 0.0), Rated(0.60, 0.0)), (Rated(drawn[0], 0.0), Rated(drawn[1], 0.0)), (300, 100))
    assert effects.treatment.value == pytest.approx(0.65 - 0.45)
    assert effects.selection.value == pytest.approx((0.70 + 0.40 - 0.50 - 0.60) / 2, abs=1e-12)
    assert effects.preference.value == pytest.approx((0.70 + 0.60 - 0.50 - 0.40) / 2)
    whole = asked(((Rated(0.70, 0.0), Rated(0.50, 0.0)), (Rated(0.40, 0.0), Rated(0.60, 0.0))))
    assert whole.selection.value == pytest.approx(effects.selection.value, abs=1e-12)
    assert whole.preference.value == pytest.approx(effects.preference.value)


def test_the_variance_of_the_moments_is_that_of_many_draws():
    rng = np.random.default_rng(20261128)
    chose, drawn, n, p = (0.80, 0.70), (0.72, 0.74), 400, 0.6
    se = 0.03
    made = two_stage(
        (Rated(chose[0], se**2), Rated(chose[1], se**2)), (Rated(drawn[0], se**2), Rated(drawn[1], se**2)), (240, 160)
    )
    x, y = rng.normal(chose, se, (20_000, 2)), rng.normal(drawn, se, (20_000, 2))
    q = rng.binomial(n, p, 20_000) / n
    first, second = (x[:, 0] - y[:, 0]) / (1 - q), (x[:, 1] - y[:, 1]) / q
    for found, drawn_ in ((made.selection, (first - second) / 2), (made.preference, (first + second) / 2)):
        assert (found.upper - found.lower) / (2 * Z) == pytest.approx(drawn_.std(), rel=0.03)


def test_where_all_chose_alike_moments_tell_nothing():
    with pytest.raises(ValueError, match="all chose alike"):
        two_stage((Rated(0.5, 0), Rated(0.5, 0)), (Rated(0.5, 0), Rated(0.5, 0)), (10, 0))


# E-values: VanderWeele and Ding 2017, table 2; a common outcome: (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)).


@pytest.mark.parametrize(
    ("hazard", "share", "risk"),
    [
        (2.0, 0.15, 2.0),
        (2.0, 0.151, (1 - 0.5 ** sqrt(2)) / (1 - 0.5 ** sqrt(0.5))),
        (1.0, 0.5, 1.0),
        (0.5, 0.5, (1 - 0.5 ** sqrt(0.5)) / (1 - 0.5 ** sqrt(2))),
    ],
)
def test_a_hazard_ratio_of_a_common_outcome_is_turned_into_a_risk_ratio(hazard, share, risk):
    assert risk_ratio_of_hazard(hazard, share) == pytest.approx(risk)


def test_e_values_stand_only_where_nobody_drew_lots(found):
    told = {c.id: c.e_values for c in found.contrasts}
    assert {name for name, values in told.items() if values} == {"CHOSE", "OVERLAP", "IPTW"}
    # Events in more than 15 % of those who chose; the limit holds 1.
    assert (
        told["CHOSE"][0] == pytest.approx(e_value(risk_ratio_of_hazard(0.494692602380731, 1.0)))
        and told["CHOSE"][1] == 1.0
    )


# Where nothing can be estimated.


def person_of(n: int, cohort: str, arm: str, event: int = 1, **more: float | None) -> Chooser:
    return Chooser(f"VG-01-{n:04d}", cohort, arm, 300 + n, event, None, NONE | more)


def test_nobody_at_all():
    found = compared([])
    assert all(c.hazard is None and c.why for c in found.contrasts)
    assert (
        found.interaction is None is found.adjusted and found.weights is None and set(found.effects.values()) == {None}
    )
    assert {row[3] for row in contrasts_table(found).rows} == {
        "not estimable: no event in one of the groups",
        "not estimable: too few",
    }
    assert balance_table(found).rows == (("Not weighted: too few", "", "", "", ""),)
    assert effects_table(found).rows[0][1:] == ("—", "—", "—")


def test_nobody_randomised_leaves_those_who_chose():
    found = compared([p for p in sample() if p.cohort == "PREFERENCE"])
    assert found.contrasts[0].people == (0, 0) and found.contrasts[0].hazard is None
    assert found.contrasts[1].hazard is not None and found.interaction is None


def test_an_arm_without_an_event_has_no_ratio():
    people = [person_of(i, "RANDOMISED", "WW", 0) for i in range(5)] + [
        person_of(i, "RANDOMISED", "TME") for i in range(5, 9)
    ]
    (first, *_) = compared(people).contrasts
    assert (first.events, first.hazard, first.why) == ((0, 4), None, "no event in one of the groups")


@pytest.mark.parametrize("n", [9, 10])
def test_ten_in_each_group_are_needed_before_anything_is_weighted(n):
    people = [person_of(i, "PREFERENCE", "WW", age=60.0 + i % 3) for i in range(n)]
    people += [person_of(20 + i, "PREFERENCE", "TME", age=61.0 + i % 3) for i in range(12)]
    assert (compared(people).weights is None) is (n < 10)


def test_covariates_that_separate_the_groups_give_no_weights():
    people = [person_of(i, "PREFERENCE", "WW" if i < 12 else "TME", age=50.0 + i) for i in range(24)]
    found = compared(people)
    assert found.weights is None and found.why_not
    with pytest.raises(NotEstimable):
        weighting(people, np.array([float(p.arm == "WW") for p in people]), COVARIATES)


# From forms, and what is shown.


def chose(number: int, strategy: str | None, *, arm: str | None = None, prefer: str = "NONE", response: str = "CCR"):
    answers = {"STRATEGY": "CAND", "PREFER": prefer} | ({"PREFARM": strategy} if strategy else {})
    forms = [
        *decided(**answers),
        crf("PLAN", {"NATPLAN": "Y", "REGIMEN": "LCRT_IO"}),
        crf("DM", {"SEX": "M", "BRTHDAT": PartialDate(1960, 1, 1)}),
    ]
    forms[3] = crf("RST", {"RSTDAT": on("2026-07-20"), "RESP": response}, "RST")
    return person(number, *forms, arm=arm)


def test_choosers_are_read_from_the_forms():
    people = choosers(
        taken(
            chose(1, "WW"), chose(2, "SURGERY", response="NCR"), chose(3, None, arm="WW", prefer="SURGERY"), person(4)
        )
    )
    assert [(p.cohort, p.arm, p.prefers) for p in people] == [
        ("PREFERENCE", "WW", None), ("PREFERENCE", "TME", None), ("RANDOMISED", "WW", "TME")]  # fmt: skip
    assert [p.covariates["near"] for p in people] == [0.0, 1.0, 0.0]
    assert people[0].covariates["immunotherapy"] == 1.0 and people[0].covariates["age"] == 66.0
    assert set(people[0].covariates) == set(COVARIATES)


def test_somebody_without_a_known_arm_is_refused():
    with pytest.raises(ArmUnknown, match="VG-01-0001"):
        choosers(taken(chose(1, None, arm="XX")))


def test_the_tables_say_what_was_counted(found):
    rows = {row[0]: row[1:] for row in contrasts_table(found).rows}
    primary = rows["Randomised, as allocated (primary, stratified)"]
    assert primary[2] == "1.76 (0.82–3.80)" and primary[4] == ""
    assert rows["Preference cohort, overlap weights"][2:4] == ("0.55 (0.27–1.10)", "45.3 / 32.2")
    assert [row[3] for row in contrasts_table(found).rows[-2:]] == [
        "0.28 (0.10–0.79); 0.016",
        "0.29 (0.10–0.83); 0.021",
    ]
    age = next(row for row in balance_table(found).rows if row[0].startswith("Age"))
    assert age == ("Age at the start of therapy, years", "−0.25", "0.00", "0.02", "3 (3.8 %)")


def test_the_love_plot_says_the_largest_differences_in_words(found):
    figure = love_plot(found, identity="love", title="Balance")
    assert figure.alt.startswith("Largest absolute standardised difference: 0.25 before, 0.00 with overlap weights")
    assert b"Near-complete response at restaging" in figure.svg
    empty = love_plot(replace(found, weights=None, why_not="too few"), identity="love", title="Balance")
    assert empty.alt == "Not weighted: too few" and b">too few<" in empty.svg


def test_the_output_is_closed_and_the_same_each_time():
    (output,) = [each for each in OUTPUTS if each.id == "preference"]
    extract = taken(chose(1, "WW"), chose(2, "SURGERY"), chose(3, None, arm="WW"))
    made = output.make(extract, str)
    assert made == output.make(extract, str) and made.estimand == "NRDFS"
    assert [table.id for table in made.tables] == ["preference", "preference-effects", "preference-balance"]
    assert output.number == "14.2.8"
