"""Screen failures, deviations and follow-up, arms together: counts by hand, blanks, and nothing that names an arm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analysis.conduct import deviations, maturity, screening
from analysis.conduct_tables import deviations_table, maturity_table, screening_table
from analysis.flow_outputs import OUTPUTS
from analysis.flow_rows import FlowRow, flow_rows
from analysis.steps import Estimate
from forms.dates import PartialDate
from tests.analysis.courses import course, day
from tests.flow.people import consented, crf, decided, ended, enrolled, on, person, taken

FAR = crf("MRI0", {"DISTAV": 101})
NO = crf("ELIG", {"ELIGCONF": "N", "ELIGDAT": on("2026-03-09")})


def test_screen_failures_by_site_and_first_reason():
    people = [
        person(1, consented(), FAR, NO),
        person(2, *enrolled()),
        person(1, consented(), NO, site="02"),
        person(2, consented(), FAR, NO, site="02"),
        person(3, consented(), FAR, NO, site="02"),
    ]
    found = screening(flow_rows(taken(*people)))
    assert [(s.site, s.consented, s.failed) for s in found] == [("", 5, 4), ("01", 2, 1), ("02", 3, 3)]
    rows = list(screening_table(found).rows)
    assert rows[0] == ("All sites", "5", "4 (80.0 %)")
    assert rows[1][0].startswith("IN4: ") and rows[1][1:] == ("", "3 (75.0 %)")
    assert rows[2] == ("screen failure, no criterion known to fail", "", "1 (25.0 %)")
    assert rows[3] == ("01", "2", "1 (50.0 %)")


def test_where_a_participant_moved_to_is_not_where_they_failed():
    (_, site) = screening(flow_rows(taken(person(1, consented(), NO, site="02", origin="01"))))
    assert site.site == "01"


def test_a_trial_without_anybody_has_no_failures():
    (whole,) = screening([])
    assert (whole.consented, whole.failed) == (0, 0)
    assert screening_table((whole,)).rows == (("All sites", "0", "0"),)


def deviation(category: str | None, importance: str | None, day_: str | None = "2026-05-01", number: int = 1):
    items = {
        "DVTERM": "no endoscopy at month 6: WW",
        "DVCAT": category,
        "DVSEV": importance,
        "DVDAT": day_ and on(day_),
    }
    return crf("DV", {k: v for k, v in items.items() if v is not None}, "ANY", number)


def test_deviations_are_counted_by_category_and_importance():
    extract = taken(
        person(1, *enrolled(), deviation("ASSESSMENT", "MINOR"), deviation("ASSESSMENT", "MAJOR", number=2)),
        person(2, *enrolled(), deviation("CONSENT", "MINOR")),
        person(3, *enrolled()),
    )
    found = deviations(extract, 3)
    assert dict(found.counts) == {("ASSESSMENT", "MINOR"): 1, ("ASSESSMENT", "MAJOR"): 1, ("CONSENT", "MINOR"): 1}
    assert (found.total, found.participants, found.with_major) == (3, 2, 1)
    table = deviations_table(found)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["assessment"] == ("1", "1", "2") and rows["eligibility"] == ("0", "0", "0")
    assert rows["All deviations"] == ("2", "1", "3")
    assert "Participants with a deviation: 2; with a major one: 1." in table.footnotes


def test_a_deviation_after_the_cut_is_not_there_yet_and_one_without_a_date_is():
    extract = taken(person(1, deviation("SAFETY", "MAJOR", "2029-01-01"), deviation("SAFETY", "MAJOR", None, number=2)))
    assert deviations(extract, 1).total == 1


def test_blanks_have_a_row_and_a_column_of_their_own():
    table = deviations_table(deviations(taken(person(1, deviation(None, None))), 0))
    assert [column.label for column in table.columns] == ["Category", "minor", "major", "not given", "All"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["not given"] == ("0", "0", "1", "1") and rows["All deviations"] == ("0", "0", "1", "1")
    none = deviations_table(deviations(taken(), 0))
    assert [column.label for column in none.columns] == ["Category", "minor", "major", "All"]
    assert none.rows[-1] == ("All deviations", "0", "0", "0")


def test_the_words_of_a_deviation_never_leave():
    (output,) = [each for each in OUTPUTS if each.id == "deviations"]
    (table,) = output.make(taken(person(1, *enrolled(), deviation("ASSESSMENT", "MINOR"))), str).tables
    assert "endoscopy" not in table.as_text() and "WW" not in table.as_text()


# Maturity: the end of observation is the event of the reverse curve.


def followed(number: int, until: int, site: str = "01", **more) -> FlowRow:
    given = {
        "participant": f"VG-{site}-{number:04d}",
        "site": site,
        "assessed_on": (),
        "last_known_alive_on": day(until),
    }
    return FlowRow(course(**(given | more)))


def test_median_follow_up_is_that_of_the_reverse_curve():
    # R: survfit(Surv(c(100, 200, 300, 400), c(1, 1, 0, 1)) ~ 1, conf.type = "log-log"): median 200 flat at a half to 400 -> 300;
    # the third of them died at 300 and is censored there.
    rows = [
        followed(1, 100),
        followed(2, 200),
        followed(4, 400),
        followed(3, 300, died_on=PartialDate(*day(300).timetuple()[:3])),
    ]
    whole, randomised, site = maturity(rows, day(1000))
    assert (whole.group, whole.n, whole.median.value) == ("", 4, 300.0)
    assert randomised.median == whole.median == site.median and site.group == "01"


def test_who_was_heard_of_within_half_a_year_is_counted_of_those_still_in_the_study():
    rows = [
        followed(1, 1000 - 183),
        followed(2, 1000 - 184),
        followed(3, 990, ended_on=day(995), end_reason="LOST"),
        followed(4, 990, withdrawn_on=day(991)),
        followed(5, 1000, site="02"),
    ]
    whole, _, one, two = maturity(rows, day(1000))
    assert (whole.ongoing, whole.recent) == (3, 2) and (one.ongoing, one.recent, two.recent) == (2, 1, 1)
    assert maturity_table((whole,)).rows[0][3:] == ("3", "2 (66.7 %)")


def test_who_never_came_to_a_decision_is_not_followed_here():
    early = FlowRow(course(decision_on=None, randomised_on=None, cohort=None, arm=None))
    whole, randomised = maturity([early], day(1000))
    assert (whole.n, whole.median, randomised.n) == (0, Estimate(None), 0)
    table = maturity_table((whole, randomised))
    assert table.rows[0] == ("All with a decision", "0", "not reached", "0", "0")


@pytest.mark.parametrize("identity", ["screen-failures", "deviations", "maturity"])
def test_outputs_are_the_same_when_arms_are_exchanged(identity):
    (output,) = [each for each in OUTPUTS if each.id == identity]
    one, other = (
        taken(*(person(i, *decided(STRATEGY="CAND"), deviation("TREATMENT", "MINOR"), arm=arm) for i, arm in enumerate(arms, 1)),
              person(9, *enrolled(), ended("LOST")))
        for arms in (("WW", "TME"), ("TME", "WW"))
    )  # fmt: skip
    made = output.make(one, str)
    assert made == output.make(other, str) and made.tables[0].rows
    assert output.number.startswith("14.1.") and timedelta(0) == one.cut_on - other.cut_on
