"""`primary.R` runs on the exported files and gives the numbers of the analysis."""

import csv
import io
import math
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analysis.adam import adtte
from analysis.adam.adsl import ADSL
from analysis.adam.adtte import ADTTE, ADTTEP
from analysis.adam.made import Made
from analysis.adam.people import Person
from analysis.adam.variables import Filled, fill
from analysis.closed import STRATA, frame_by_arm, survival_by_arm
from analysis.endpoints import derive_all
from analysis.estimands import NRDFS
from analysis.steps import observed_at
from analysis.survival import kaplan_meier
from analysis.taken import bundle
from analysis.taken.plain import csv_of
from tests.analysis import report_data
from tests.datasets import house
from trial.protocol import PROTOCOL
from trial.store.extract import Extracted

RSCRIPT = shutil.which("Rscript")
YEAR = 365.25


def _has_survival() -> bool:
    if RSCRIPT is None:
        return False
    asked = subprocess.run([RSCRIPT, "-e", "library(survival)"], capture_output=True, check=False)
    return asked.returncode == 0


needs_r = pytest.mark.skipif(not _has_survival(), reason="R with its package survival is not installed")
PEOPLE = report_data.rows(240)
FACTORS = {
    row.participant: {"response": ("CCR", "NCR")[i % 2], "regimen": ("IO", "NO-IO")[i % 3 == 0], "ct": "T1-3"}
    for i, row in enumerate(PEOPLE)
}


def persons() -> list[Person]:
    """The made-up trial of the reports, with the factors of randomisation."""
    made = []
    for row in PEOPLE:
        drawn = (
            {"arm": row.arm, "at": datetime(2029, 1, 1, tzinfo=UTC), "factors": FACTORS[row.participant]}
            if row.randomised_on
            else None
        )
        extracted = Extracted(row.participant, row.site, datetime(2026, 1, 1, tzinfo=UTC), (), drawn)
        made.append(Person(extracted, extracted.record(), row, report_data.CUT.on))
    return made


def made(blinded: bool) -> Made:
    """The datasets of the primary endpoint alone."""
    rows = fill(ADTTE, (r for p in persons() for r in adtte.records(p, blinded=False)))
    found = fill(ADTTEP, adtte.pooled(PEOPLE)) if blinded else rows
    return Made(house.STUDY, report_data.CUT, blinded, False, (found, Filled(ADSL, ())))


def run(folder, files):
    """Run `primary.R` and give its rows by measure and group."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    done = subprocess.run([RSCRIPT, "primary.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (folder / "primary.csv").open(newline="") as file:
        read = list(csv.DictReader(file))
    return {
        (r["measure"], r["group"]): tuple(float(r[c]) if r[c] else None for c in ("value", "lower", "upper"))
        for r in read
    }


def agrees(told, curve, group):
    assert told["participants", group][0] == curve.n and told["events", group][0] == curve.n_events
    for year in (1, 2, 3):
        at = observed_at(curve, year * YEAR)
        for mine, theirs in zip((at.value, at.lower, at.upper), told[f"survival_{year}", group], strict=True):
            assert theirs is None if mine is None else theirs == pytest.approx(mine, rel=1e-6)


@needs_r
def test_the_pooled_survival_is_that_of_the_analysis(tmp_path):
    told = run(tmp_path, bundle.files_of(made(True), bundle.R, "1"))
    table = derive_all(PEOPLE, NRDFS)
    curve = kaplan_meier(table.days, [int(s == 1) for s in table.status])
    assert curve.n > 80 and curve.n_events > 10
    agrees(told, curve, "all")
    assert {group for _, group in told} == {"all"}


@needs_r
def test_the_comparison_by_arm_is_that_of_the_analysis_with_and_without_strata(tmp_path):
    told = run(tmp_path, bundle.files_of(made(False), bundle.R, "1"))
    arms = {row.participant: row.arm for row in PEOPLE if row.arm}
    frame = frame_by_arm(derive_all(PEOPLE, NRDFS), arms, FACTORS)
    margin = PROTOCOL.design.margin_hazard_ratio
    for group, strata in (("unstratified", ()), ("stratified", STRATA)):
        mine = survival_by_arm(frame, title="NR-DFS", margin=margin, strata=strata)
        for arm, curve in mine.curves:
            agrees(told, curve, arm)
        h, test = mine.comparison.hazard, mine.comparison.log_rank
        assert told["hazard_ratio", group] == pytest.approx((h.hr, h.lower, h.upper), rel=1e-6)
        assert told["z_noninferiority", group][0] == pytest.approx(mine.comparison.z, rel=1e-6)
        assert told["log_rank_chi2", group][0] == pytest.approx(test.chi2, rel=1e-6)
    assert told["z_noninferiority", "stratified"] != told["z_noninferiority", "unstratified"]


@needs_r
def test_before_both_arms_had_an_event_there_is_no_comparison(tmp_path):
    few = made(False)
    arm, status = (next(i for i, v in enumerate(ADTTE.variables) if v.name == name) for name in ("TRT01P", "CNSR"))
    quiet = tuple(
        (*row[:status], 1, *row[status + 1 :]) if row[arm] == "TME" else row for row in few.named("ADTTE").rows
    )
    told = run(tmp_path, bundle.files_of(replace(few, datasets=(Filled(ADTTE, quiet), few.datasets[1])), bundle.R, "1"))
    assert told["events", "TME"][0] == 0 and not any(
        measure in ("hazard_ratio", "log_rank_chi2") for measure, _ in told
    )


@needs_r
def test_nobody_randomised_is_an_empty_table_and_no_failure(tmp_path):
    empty = Made(house.STUDY, report_data.CUT, True, False, (Filled(ADTTEP, ()),))
    assert run(tmp_path, bundle.files_of(empty, bundle.R, "1")) == {}


@needs_r
def test_load_r_gives_types_labels_and_factors(tmp_path):
    for name, content in bundle.files_of(house.unblinded(*house.trial()), bundle.R, "1").items():
        (tmp_path / name).write_bytes(content)
    asked = """
    source("load.R")
    stopifnot(inherits(adsl$DECDT, "Date"), is.factor(adsl$SEX), identical(levels(adsl$SEX), c("M", "F")))
    stopifnot(is.integer(adtte$CNSR), identical(unname(attr(adtte$CNSR, "decodes")["1"]), "censored"))
    stopifnot(identical(attr(adae$AETERM, "label"), "Reported Term"), is.na(adae$ASTDT[2]), nrow(adsl) == 6)
    stopifnot(identical(Encoding(adae$AETERM[3]), "UTF-8"), grepl("^=1\\\\+1 \\"quoted\\"", adae$AETERM[3]))
    cat(sum(adtte$PARAMCD == "NRDFS"), sum(is.na(adsl$TRT01P)), nrow(adqs))
    """
    done = subprocess.run([RSCRIPT, "-e", asked], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["5", "1", "0"]


def test_the_script_carries_the_margin_of_the_protocol():
    script = bundle.files_of(made(True), bundle.R, "1")["primary.R"].decode()
    assert f"MARGIN <- {PROTOCOL.design.margin_hazard_ratio!r} " in script and "@" not in script


def test_the_pooled_times_are_those_of_the_curve_in_another_order_than_the_people():
    """Sorted, so that the place of a row says nothing about whose it is."""
    found = list(csv.DictReader(io.StringIO(csv_of(made(True).named("ADTTEP")).decode(), newline="")))
    times = [(int(r["AVAL"]), int(r["CNSR"])) for r in found]
    assert times == sorted(times) and set(found[0]) == {"STUDYID", "PARAMCD", "ASEQ", "AVAL", "CNSR"}
    assert not math.isnan(times[0][0])
