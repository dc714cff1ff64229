"""Chapter: what many trials say, with their Monte Carlo errors, in tables and for machines."""

from math import isnan, nan, sqrt

import numpy as np
import pytest

from analysis.power.measures import COLUMNS
from analysis.power.report import design_table, document, interval_table, tables
from analysis.power.summary import characteristics
from tests.power.trials import ALTERNATIVE, NULL

AT = {name: i for i, name in enumerate(COLUMNS)}


def rows(**columns):
    """Rows with these columns; all others are 1."""
    count = len(next(iter(columns.values())))
    made = np.ones((count, len(COLUMNS)))
    for name, values in columns.items():
        made[:, AT[name.replace("__", ".")]] = values
    return made


def summed(scenario=NULL, **columns):
    return characteristics(scenario, 5, rows(**columns))


def test_a_share_has_its_monte_carlo_error():
    found = summed(efficacy=[1, 0, 0, 0])["declared"]
    assert (found.value, found.n) == (0.25, 4)
    assert found.error == pytest.approx(sqrt(0.25 * 0.75 / 4))


def test_trials_stop_at_one_look_each():
    found = summed(efficacy=[1, 1, 1, 0], stopped_at=[1, 2, 3, 3])
    assert [found[name].value for name in ("stop_1", "stop_2", "declared_final", "declared")] == [
        0.25,
        0.25,
        0.25,
        0.75,
    ]


def test_a_look_that_was_not_made_is_in_no_denominator():
    found = summed(futile_2=[1, 0, nan, nan])["futile_2"]
    assert (found.value, found.n) == (0.5, 2)


def test_a_rule_never_met_is_infinity_in_the_row():
    found = summed(regrowth_rule=[np.inf, 24.0, np.inf, np.inf], regrowth_rule_literal=[12.0, 24.0, np.inf, np.inf])
    assert (found["regrowth_rule"].value, found["regrowth_rule_literal"].value) == (0.25, 0.5)


def test_a_mean_has_its_standard_error():
    found = summed(events_stop=[50, 75, 99, 99])["events_stop"]
    assert found.value == 80.75
    assert found.error == pytest.approx(np.std([50, 75, 99, 99], ddof=1) / 2)


def test_trials_short_of_events_are_counted():
    assert summed(events_final=[98, 99, 100, 50])["short_of_events"].value == 0.5


@pytest.mark.parametrize(
    ("lower", "upper", "held"), [(1.0, 2.0, 1), (1.77, 2.0, 1), (1.0, 1.77, 1), (1.78, 2.0, 0), (1.0, 1.76, 0)]
)
def test_an_interval_holds_the_truth_with_both_limits(lower, upper, held):
    assert summed(hr__lower=[lower], hr__upper=[upper]).interval("hr").covered == held


def test_an_interval_that_does_not_exist_is_in_no_denominator():
    found = summed(hr__lower=[1.0, nan, 1.0], hr__upper=[2.0, 2.0, nan]).interval("hr")
    assert (found.covered, found.n) == (1.0, 1)


def test_without_any_there_is_no_number():
    found = summed(salvage_r0__lower=[nan, nan]).interval("salvage_r0")
    assert isnan(found.covered) and isnan(found.mean) and found.n == 0


def test_ratios_are_averaged_on_the_log_scale_and_differences_as_they_are():
    found = summed(hr__value=[0.5, 2.0], rmst__value=[-10.0, 30.0])
    assert found.interval("hr").mean == pytest.approx(1.0)
    assert found.interval("rmst").mean == 10.0


def test_repeated_intervals_of_all_looks_are_judged_together():
    found = summed(every_repeated_low=[1.0, 1.8, 1.0], every_repeated_high=[2.0, 2.0, 1.7]).interval("every_repeated")
    assert found.covered == pytest.approx(1 / 3)


@pytest.mark.parametrize("wrong", [np.ones((0, len(COLUMNS))), np.ones((3, 4)), np.ones(5)])
def test_no_rows_or_rows_of_another_release_are_refused(wrong):
    with pytest.raises(ValueError, match="no replicates"):
        characteristics(NULL, 1, wrong)


@pytest.fixture(scope="module")
def told():
    return summed(efficacy=[1, 0, 0, 0], futile_2=[nan] * 4, events_stop=[50, 75, 99, 99])


def test_the_tables_state_trials_truth_seed_and_definitions(told):
    one, two = tables(told)
    assert one.denominator == two.denominator == "Virtual trials: 4; 440 randomised in each."
    assert "error of type I, planned at 2.5 %" in one.footnotes[0]
    assert "planned at 80 %" in design_table(summed(ALTERNATIVE, efficacy=[1, 1])).footnotes[0]
    assert "seed 5" in one.footnotes[-1] and "Aalen-Johansen" in two.as_text() and "1,600,000" in two.as_text()


def test_shares_are_per_cent_means_have_their_unit_and_what_is_not_there_a_dash(told):
    cells = {row[0]: row[1:] for row in design_table(told).rows}
    assert cells["Non-inferiority declared, %"] == ("25.00", "21.651", "4")
    assert cells["Events when the trial stopped, events"][0] == "80.8"
    assert cells["Futility met at the second interim analysis, %"] == ("—", "—", "0")


def test_no_table_shows_an_incidence_by_one_minus_kaplan_meier(told):
    text = "\n".join(t.as_text() + t.as_csv() for t in tables(told))
    incidences = [row[0] for row in interval_table(told).rows if row[0].startswith(("Regrowth", "Metastasis"))]
    assert len(incidences) == 5 and all("Aalen-Johansen" in label for label in incidences)
    assert "1-KM" not in text and "1 - K" not in text and "minus Kaplan" not in text


def test_the_document_has_every_figure_unrounded_and_null_for_none(told):
    import json

    made = json.loads(json.dumps(document(told), allow_nan=False))
    assert made["characteristics"]["declared"] == {"value": 0.25, "error": pytest.approx(0.2165, abs=1e-4), "n": 4}
    assert made["characteristics"]["futile_2"]["value"] is None
    assert made["intervals"]["hr"]["truth"] == 1.77
    assert (made["scenario"], made["seed"], made["replicates"], made["non_inferior_in_truth"]) == ("null", 5, 4, False)
