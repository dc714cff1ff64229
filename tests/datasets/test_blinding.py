"""What a blinded role takes tells no arm: not a column, not a parameter, not a row, not a byte when the arms are exchanged."""

import pytest

from analysis.adam.adtte import OPEN_PARAMETERS
from analysis.pro_scores import MEASURES
from analysis.taken import bundle
from tests.datasets import house
from tests.datasets.house import blinded, crf, day, life, operated, person, regrown, rows, unblinded, visit
from tests.datasets.test_derivations import questionnaires
from trial.blinding import HIDDEN_FORMS, HIDDEN_ITEMS

ARM_COLUMNS = {
    "TRT01P",
    "TRT01A",
    "COHORT",
    "ARMCHO",
    "STRATA1",
    "STRATA2",
    "STRATA3",
    "RANDFL",
    "RANDDT",
    "AEREL",
    "RELFL",
    "OPERFL",
}


def files(made, form=bundle.CSV):
    return bundle.files_of(made, form, "1")


def test_no_blinded_dataset_has_a_column_that_tells_an_arm():
    made = blinded(*house.trial())
    assert not {v.name for d in made.datasets for v in d.dataset.variables} & ARM_COLUMNS
    with_arm = {v.name for d in unblinded(*house.trial()).datasets for v in d.dataset.variables}
    assert with_arm >= ARM_COLUMNS


def test_row_by_row_a_blinded_role_has_death_and_metastasis_of_everyone_decided():
    made = rows(blinded(*house.trial()), "ADTTE")
    assert {r["PARAMCD"] for r in made} == set(OPEN_PARAMETERS) == {"OSVIS", "DMFSVIS"}
    assert {r["USUBJID"] for r in made} == {p.participant for p in house.trial()}, "being randomised does not show"
    assert {r["EVNTDESC"] for r in made} == {"CENSORED", "METASTASIS", "DEATH"}
    hidden = {c.id for c in (*OPEN_PARAMETERS["OSVIS"].events, *OPEN_PARAMETERS["DMFSVIS"].events)} - {
        "METASTASIS",
        "DEATH",
    }
    assert hidden == set()


def test_the_pooled_times_name_nobody():
    (first, *_) = made = rows(blinded(*house.trial()), "ADTTEP")
    assert set(first) == {"STUDYID", "PARAMCD", "ASEQ", "AVAL", "CNSR"} and len(made) == 5
    assert b"VG-" not in files(blinded(*house.trial()))["adttep.csv"]


def test_a_blinded_role_has_the_restagings_and_no_answer_of_an_operation():
    assert {r["PARAMCD"] for r in rows(blinded(*house.trial()), "ADRS")} <= {"RESPINV", "RESPDER", "MRTRG"}


def test_questionnaires_of_bowel_and_stoma_are_not_there():
    made = rows(blinded(person("VG-01-0001", *life(), *questionnaires(), arm="WW")), "ADQS")
    answers = {r["QSTESTCD"] for r in made if r["PARAMTYP"] is None}
    assert answers == {"QLQ30Q1", "QLQ30Q2", "QLQ30Q29", "QLQ29Q31"}
    scored = {r["QSTESTCD"] for r in made} - answers
    assert scored and not scored & {measure.id for measure in MEASURES if measure.tells_arm}


def test_the_dictionary_of_a_blinded_role_names_no_hidden_form_or_item():
    told = files(blinded(*house.trial()))
    text = told["dictionary.csv"].decode() + told["dictionary.json"].decode()
    assert not [key for key in HIDDEN_ITEMS if key in text] and not [
        form for form in HIDDEN_FORMS if f"{form}.{form}" in text
    ]
    assert "SALVR0" not in told["estimands.csv"].decode() and "NRDFS" in told["estimands.csv"].decode()
    assert "SALVR0" in files(unblinded(*house.trial()))["estimands.csv"].decode()


def _twins():
    """Two people alike in all that is visible, and in how long and how well; only what an arm leads to is exchanged between them."""
    same = (*life(), visit(400, "FU12"), house.event("2026-05-20"))
    watched = (crf("MGT", "DEC", MGTSTRT="WW", MGTDAT=day(2)), regrown(300), *operated(340, reason="REGROWTH"))
    resected = (crf("MGT", "DEC", MGTSTRT="TME", MGTDAT=day(2)), *operated(20, RSTAT="R1"))
    return same, {"WW": watched, "TME": resected}


@pytest.mark.parametrize("form", bundle.FORMATS)
@pytest.mark.parametrize("study_days", [False, True])
def test_twin_trials_give_identical_bytes(form, study_days):
    """The same stored answers, allocation and arm-revealing forms exchanged between the two of a pair (issue 5, point 8)."""
    same, led_to = _twins()

    def trial(first, second):
        return (
            person("VG-01-0001", *same, *led_to[first], arm=first),
            person("VG-01-0002", *same, *led_to[second], arm=second),
        )

    one, other = trial("WW", "TME"), trial("TME", "WW")
    assert files(blinded(*one, study_days=study_days), form) == files(blinded(*other, study_days=study_days), form)
    assert files(unblinded(*one), form) != files(unblinded(*other), form)


def test_what_only_the_hidden_forms_say_changes_nothing_but_the_pooled_times():
    """Row by row everything is made from the listing: another operation, regrowth or stoma cannot show."""
    same, led_to = _twins()
    bowel = questionnaires()[2:]
    bare, led = (
        blinded(person("VG-01-0001", *same, arm="WW")),
        blinded(person("VG-01-0001", *same, *led_to["WW"], *bowel, arm="WW")),
    )
    for name in ("ADSL", "ADTTE", "ADAE", "ADRS", "ADQS"):
        assert bare.named(name) == led.named(name), name
