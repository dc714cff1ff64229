"""Chapter: the five public REDCap projects, in and out again.

Projects of REDCapR (OuhscBbmc, GPL examples) and of Genomics Thailand. An export of the import is, byte for byte, the file REDCap
wrote; so is an export of an import of the export. What our forms have no place for is counted here, kind by kind.
"""

import re
from collections import Counter
from decimal import Decimal

import pytest

from forms.foreign import ForeignStudy
from forms.frozen import form_from_json, form_to_json
from forms.record import Record
from forms.redcap import data_csv, dictionary_csv, events_csv, mapping_csv, read_project, read_project_xml, read_setup
from forms.redcap.fields import TITLES
from forms.redcap.writing import kept_cells
from tests.redcap.projects import FIVE, HERE, WITH_DATA, data_file, dictionary_file, differing, xml_file
from tests.shared_data import needs_shared

pytestmark = needs_shared

SIZES = {
    # project: fields, records, forms saved
    "redcapr_dag": (15, 3, 3),
    "redcapr_clinical-trial-1": (12, 500, 500),
    "redcapr_longitudinal": (95, 3, 40),
    "redcapr_repeating-instruments": (11, 2, 6),
    "genomics_thailand_general": (97, 0, 0),
}
LOSSES = {
    "redcapr_dag": {"identifier": 6, "layout": 4, "validation": 2, "access-group": 1},
    "redcapr_clinical-trial-1": {"identifier": 5},
    "redcapr_longitudinal": {
        "identifier": 5, "layout": 26, "validation": 4, "file": 1, "calculated-value": 2, "spelling": 8, "value": 1,
    },
    "redcapr_repeating-instruments": {"identifier": 2, "layout": 2},
    "genomics_thailand_general": {"action-tag": 9, "ontology": 3, "layout": 2, "branching": 2, "piping": 1},
}  # fmt: skip
KEPT_CELLS = {"redcapr_dag": 14, "redcapr_clinical-trial-1": 5, "redcapr_longitudinal": 42,
              "redcapr_repeating-instruments": 4, "genomics_thailand_general": 47}  # fmt: skip


def imported(project: str) -> ForeignStudy:
    return read_project(project, dictionary_file(project), data_file(project))


@pytest.mark.requirement("R66")
@pytest.mark.parametrize("project", FIVE)
def test_export_import_export_is_the_same_to_the_byte(project: str) -> None:
    once = imported(project)
    first = dictionary_csv(once), data_csv(once)
    again = read_project(project, *first)
    assert (dictionary_csv(again), data_csv(again)) == first


@pytest.mark.parametrize("project", FIVE)
def test_the_export_of_the_dictionary_is_the_file_that_was_read(project: str) -> None:
    assert dictionary_csv(imported(project)) == dictionary_file(project)


@pytest.mark.parametrize("project", WITH_DATA)
def test_the_export_of_the_data_is_the_file_that_was_read(project: str) -> None:
    assert data_csv(imported(project)) == data_file(project)


@pytest.mark.parametrize("project", FIVE)
def test_fields_records_and_forms_are_all_there(project: str) -> None:
    study = imported(project)
    fields = sum(len(form.items) - 1 for form in study.definitions.values())
    assert (fields, len(study.subjects), sum(len(s.crfs) for s in study.subjects)) == SIZES[project]


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("project", FIVE)
def test_what_was_not_carried_is_said_and_nothing_else(project: str) -> None:
    study = imported(project)
    assert Counter(loss.kind for loss in study.losses) == LOSSES[project]
    assert all(loss.message % loss.args for loss in study.losses)


@pytest.mark.parametrize("project", FIVE)
def test_only_cells_our_forms_would_write_otherwise_are_kept_as_written(project: str) -> None:
    study = imported(project)
    assert kept_cells(study.asides) == KEPT_CELLS[project]
    cells = len(TITLES) * SIZES[project][0]
    assert KEPT_CELLS[project] < 0.06 * cells


@pytest.mark.parametrize("project", FIVE)
def test_definitions_survive_being_frozen(project: str) -> None:
    study = imported(project)
    thawed = {key: form_from_json(form_to_json(form)) for key, form in study.definitions.items()}
    other = ForeignStudy(study.system, study.name, thawed, study.subjects, study.asides, study.losses)
    assert (dictionary_csv(other), data_csv(other)) == (dictionary_csv(study), data_csv(study))


@pytest.mark.parametrize("project", ["redcapr_dag", "redcapr_clinical-trial-1", "redcapr_repeating-instruments"])
def test_the_xml_of_a_project_gives_the_files_of_the_project(project: str) -> None:
    study = read_project_xml(xml_file(project))
    assert (dictionary_csv(study), data_csv(study)) == (dictionary_file(project), data_file(project))


def test_the_xml_of_the_longitudinal_project_differs_only_in_white_space_of_notes() -> None:
    # An XML attribute holds no line feed: the parser gives a blank for each, as XML 1.0 section 3.3.3 asks.
    study = read_project_xml(xml_file("redcapr_longitudinal"))
    assert dictionary_csv(study) == dictionary_file("redcapr_longitudinal")
    data = data_file("redcapr_longitudinal") or b""
    found = differing(data_csv(study), data)
    assert 0 < len(found) < 12
    assert [" ".join(ours.split()) for ours, _ in found] == [" ".join(theirs.split()) for _, theirs in found]


def test_the_xml_of_the_registry_differs_only_in_spacing() -> None:
    study = read_project_xml(xml_file("genomics_thailand_general"))
    ours, theirs = dictionary_csv(study).decode(), dictionary_file("genomics_thailand_general").decode()
    assert ours != theirs
    # Quotation marks stand where there is white space, so they go with it.
    assert re.sub(r'[\s"]', "", ours) == re.sub(r'[\s"]', "", theirs)


@pytest.mark.parametrize("project", FIVE)
def test_a_project_read_from_xml_is_exported_and_imported_the_same(project: str) -> None:
    study = read_project_xml(xml_file(project))
    first = dictionary_csv(study), data_csv(study)
    again = read_project(project, *first)
    assert (dictionary_csv(again), data_csv(again)) == first


def test_the_xml_says_what_the_csv_cannot_events_titles_and_repeats() -> None:
    study = read_project_xml(xml_file("redcapr_longitudinal"))
    assert study.name == "REDCapR: longitudinal"
    assert study.definitions["visit_observed_behavior", 1].title == "Visit Observed Behavior"
    pairs = mapping_csv(study).decode().splitlines()
    assert pairs[:2] == ["arm_num,unique_event_name,form", "1,enrollment_arm_1,demographics"]
    assert len(pairs) == 1 + 25
    repeating = read_project_xml(xml_file("redcapr_repeating-instruments"))
    assert [form for (form, _), d in repeating.definitions.items() if d.repeats] == ["bp"]


def test_the_events_file_is_written_as_it_was_read() -> None:
    events = (HERE / "redcapr_longitudinal_event.csv").read_bytes()
    arms = (HERE / "redcapr_longitudinal_arm.csv").read_bytes()
    project = "redcapr_longitudinal"
    study = read_project(project, dictionary_file(project), data_file(project), read_setup(events, arms))
    assert events_csv(study) == events
    assert data_csv(study) == data_file(project)


def test_calculations_give_the_values_redcap_stored() -> None:
    study = imported("redcapr_longitudinal")
    compared = 0
    for subject in study.subjects:
        record = Record(subject.crfs, study.definitions)
        stored = {(a.where.split("/")[0], a.name): a.text for a in subject.asides if a.name in ("bmi", "bmi2")}
        for crf in subject.crfs:
            for name in ("bmi", "bmi2"):
                if (crf.event, name) in stored and any(i.oid == name for i in study.definitions[crf.form, 1].items):
                    value = record.scope(crf).item(f"{crf.form}.{name}")
                    assert value == Decimal(stored[crf.event, name])
                    compared += 1
    assert compared == 6


def test_repeats_are_occurrences_of_the_form() -> None:
    first, second = imported("redcapr_repeating-instruments").subjects
    assert [(c.form, c.occurrence) for c in first.crfs] == [("demographics", 1), ("bp", 1), ("bp", 2), ("bp", 3)]
    assert [c.answers.items.get("bp_systolic") for c in first.crfs] == [None, 110, 111, 112]
    assert len(second.crfs) == 2
