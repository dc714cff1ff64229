"""A whole simulated trial leaves as a REDCap project, and every line of it says what is saved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from forms.answers import Crf
from forms.catalogue import definitions
from forms.redcap import Setup, data_csv, dictionary_csv, read_project
from forms.redcap.setup import MISSING
from tests.simulate.conftest import PLAN, Trial, run
from trial.actor import Actor
from trial.exports.redcap import study_of
from trial.imports.laboratory import Unusable
from trial.imports.redcap import Part, as_saved, columns, merged, optional, other_files, parts_of, together
from trial.imports.tabular import Heading, Line, lines
from trial.store import extract

OPEN, BLINDED = "unblinded_statistician", "statistician"


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A trial of its own, small enough that no worker waits for it: every form is there from a dozen people on."""
    made = run(tmp_path_factory.mktemp("simulated"), replace(PLAN, participants=12))
    yield made
    made.engine.dispose()


def test_a_dozen_people_have_every_form_but_the_rarest(trial: Trial) -> None:
    there = {crf.form for row in extracted(trial, OPEN) for crf in row.crfs}
    assert {form for form, _version in definitions()} - there == {"SPEC", "CM", "SPC", "DTH"}


def extracted(trial: Trial, role: str) -> tuple[extract.Extracted, ...]:
    now = datetime.combine(trial.plan.until, time(20, tzinfo=UTC))
    return extract.listing(trial.reader, Actor(None, "x", role, None), cut_on=trial.plan.until, now=now).rows


@pytest.mark.requirement("R66")
@pytest.mark.parametrize("role", [OPEN, BLINDED])
def test_the_export_of_a_whole_trial_read_again_is_the_same_to_the_byte(trial: Trial, role: str) -> None:
    study = study_of("V", extracted(trial, role), role)
    written = dictionary_csv(study), data_csv(study)
    again = read_project("V", *written, Setup(missing=MISSING))
    assert (dictionary_csv(again), data_csv(again)) == written
    assert not {loss.kind for loss in again.losses} & {"code", "order", "unknown-column", "absent-column", "spelling"}


@pytest.mark.requirement("R66")
def test_every_line_of_the_export_says_what_is_saved_and_all_of_it_but_files(trial: Trial) -> None:
    rows = extracted(trial, OPEN)
    saved = {(r.participant, c.event, c.form, c.occurrence): c for r in rows for c in r.crfs}
    told = lines(io.BytesIO(data_csv(study_of("V", rows, OPEN))), columns(), optional(), {})
    assert isinstance(next(told), Heading)
    read = [parts_of(line) for line in told if isinstance(line, Line)]
    assert not [each for each in read if isinstance(each, Unusable)]
    seen = 0
    for group, odd in together(each for each in read if not isinstance(each, Unusable)):
        assert odd == ()
        if group and group[0].form:
            _says_what_is_saved(group, saved[group[0].place])
            seen += 1
    assert seen == len([c for c in saved.values() if c.answers.removed is None])


def _says_what_is_saved(group: tuple[Part, ...], crf: Crf) -> None:
    definition = definitions()[crf.form, crf.version]
    ours = as_saved(definition, crf)
    assert merged(definition, crf, group) == ours
    assert [other_files(crf, part) for part in group] == [()] * len(group)
    files = {item.oid for item in definition.items if item.kind == "file"}
    alone = merged(definition, None, group)
    kept = {name: value for name, value in ours["items"].items() if name not in files}
    assert (alone["items"], alone["missing"], alone["not_done"]) == (kept, ours["missing"], ours["not_done"])
    assert alone["groups"] == {name: rows for name, rows in ours["groups"].items() if rows}
