"""Which files of tests are `long`: CI runs them after the others, `make long` runs them here.

A person who waits for `make test` should get its answer within ten minutes on two cores. What is named here takes a quarter of
a minute or more, because it makes a whole trial, asks every page for every role, or drives a browser (outside the journeys those are
marked by their fixture). Nothing else tells the two apart: both must pass. In a run of everything these begin first.
"""

LONG = (
    "tests/amendments/test_activation.py",
    "tests/analysis/test_figures.py",
    "tests/api/test_operations.py",
    "tests/blinding/",
    "tests/cuts/test_as_it_stood.py",
    "tests/cuts/test_byte_identity.py",
    "tests/cuts/test_pages.py",
    "tests/efficacy/test_page.py",
    "tests/faults/",
    "tests/files/test_contained.py",
    "tests/files/test_pages.py",
    "tests/files/test_upload.py",
    "tests/flow/test_outputs.py",
    "tests/foreign/test_pages_and_commands.py",
    "tests/imports/test_laboratory_files.py",
    "tests/imports/test_large_file.py",
    "tests/imports/test_omics_tables.py",
    "tests/imports/test_own_odm.py",
    "tests/imports/test_pages_and_commands.py",
    "tests/imports/test_redcap_records.py",
    "tests/interim/test_looks_from_cuts.py",
    "tests/interim/test_rooms.py",
    "tests/journeys/",
    "tests/model/test_run_again.py",
    "tests/model/test_training.py",
    "tests/omics/test_specimens.py",
    "tests/outputs/test_issued.py",
    "tests/outputs/test_pages.py",
    "tests/performance/test_dossier_rooms.py",
    "tests/performance/test_rooms.py",
    "tests/power/test_characteristics.py",
    "tests/power/test_run.py",
    "tests/registry/test_outside_the_trial.py",
    "tests/simulate/",
    "tests/store/test_concurrency.py",
    "tests/store/test_tampering.py",
    "tests/trail/test_backup.py",
    "tests/trail/test_redaction.py",
    "tests/web/test_call_page.py",
    "tests/web/test_crf_page.py",
)
"""Folders end with a stroke."""
