"""Each dataset from records by hand: what is derived, what stays missing, what a partial date can stand for."""

from datetime import date, timedelta

import pytest

from analysis.death import RULE
from forms.dates import PartialDate
from tests.datasets import house
from tests.datasets.house import (
    CONSENT,
    DECIDED,
    blinded,
    crf,
    day,
    death,
    event,
    life,
    operated,
    person,
    regrown,
    rows,
    unblinded,
    visit,
)


def one(name, *crfs, **given):
    """The rows of a dataset of one participant who knows no arm."""
    return rows(unblinded(person("VG-01-0001", *crfs, **given)), name)


def subject(*crfs, **given):
    (row,) = one("ADSL", *crfs, **given)
    return row


# ADSL


def test_a_subject_carries_what_was_recorded_and_the_dates_of_its_course():
    row = subject(*life(), arm="WW")
    assert (row["USUBJID"], row["SITEID"], row["SEX"], row["ECOG"], row["CTCAT"], row["MMR"]) == (
        "VG-01-0001",
        "01",
        "F",
        "0",
        "cT3b",
        "PMMR",
    )
    assert (row["RFICDT"], row["DECDT"], row["TRTSDT"], row["RTEDT"]) == (
        CONSENT,
        DECIDED,
        date(2026, 5, 4),
        date(2026, 6, 8),
    )
    assert (row["TRT01P"], row["COHORT"], row["STRATA1"], row["STRATA2"]) == ("WW", "RANDOMISED", "CCR", "NO-IO")
    assert [row[f] for f in ("ENRLFL", "SAFFL", "DECFL", "RANDFL")] == ["Y"] * 4
    assert not any("DUR" in name or name.endswith("DYS") for name in row), "durations are derived where they are asked"


def test_somebody_of_whom_only_the_consent_is_known_has_a_row_of_blanks():
    row = subject(crf("IC", ICTYPE="INITIAL", ICDAT=CONSENT, ICSIGN="Y", ICVER="1.0"))
    assert [row[f] for f in ("ENRLFL", "SAFFL", "DECFL", "RANDFL")] == ["N"] * 4
    blank = {"AGE", "AGELO", "SEX", "RESP", "DECDT", "TRT01P", "COHORT", "IOFL", "DTHDT", "DTHDTF", "EOSREAS"}
    assert {name for name in blank if row[name] is not None} == set()


@pytest.mark.parametrize(
    ("born", "ages"),
    [
        ("1960-04-01", (66, 66, 66)), ("1960-04-02", (65, 65, 65)), ("1960-03", (66, 66, 66)), ("1960-04", (None, 65, 66)),
        ("1960", (None, 65, 66)), (None, (None, None, None)),
    ],
)  # fmt: skip
def test_age_is_given_where_every_completion_of_the_birth_date_agrees(born, ages):
    row = subject(*life(BRTHDAT=PartialDate.parse(born) if born else None))
    assert (row["AGE"], row["AGELO"], row["AGEHI"]) == ages


@pytest.mark.parametrize(
    ("died", "used", "what", "low", "high"),
    [
        ("2028-03-09", date(2028, 3, 9), None, date(2028, 3, 9), date(2028, 3, 9)),
        ("2028-03", date(2028, 3, 15), "D", date(2028, 3, 1), date(2028, 3, 31)),
        ("2028", date(2028, 7, 1), "M", date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_partly_known_death_stands_with_its_interval_and_what_was_imputed(died, used, what, low, high):
    row = subject(*life(), visit(180), death(died), arm="WW")
    assert (row["DTHDTC"], row["DTHDT"], row["DTHDTF"], row["DTHLO"], row["DTHHI"]) == (died, used, what, low, high)
    variable = unblinded(person("VG-01-0001")).named("ADSL").dataset.variable("DTHDT")
    assert str(RULE) in variable.how, "the imputation is named where it is used"


def test_a_death_is_never_imputed_before_the_last_day_known_alive():
    row = subject(*life(), visit((date(2028, 3, 20) - DECIDED).days), death("2028-03"), arm="WW")
    assert (row["DTHDT"], row["DTHDTF"]) == (date(2028, 3, 20), "D")


def test_a_death_after_the_cut_is_not_there():
    row = subject(*life(), death("2029-07-01"))
    assert row["DTHDT"] is row["DTHDTC"] is row["DTHCAUS"] is None


# ADTTE


def test_dates_are_stored_and_the_time_is_their_difference():
    for row in rows(unblinded(*house.trial()), "ADTTE"):
        assert row["AVAL"] == (row["ADT"] - row["STARTDT"]).days >= 0
        assert (row["CNSR"] == 1) == (row["EVNTDESC"] == "CENSORED")


def test_a_salvaged_regrowth_is_no_event_of_the_primary_and_one_of_the_others():
    made = rows(unblinded(*house.trial()), "ADTTE")
    found = {r["PARAMCD"]: (r["CNSR"], r["EVNTDESC"]) for r in made if r["USUBJID"] == "VG-01-0002"}
    assert found["NRDFS"] == (1, "CENSORED") and found["DFS"] == (0, "REGROWTH") == found["RGWMET"] == found["REGROWTH"]
    assert found["ORGAN"] == (0, "TME_DONE") and "DFSOP" not in found


def test_a_competing_event_has_a_code_of_its_own_and_an_imputed_date_a_note():
    made = rows(unblinded(*house.trial()), "ADTTE")
    (row,) = (r for r in made if (r["USUBJID"], r["PARAMCD"]) == ("VG-02-0004", "REGROWTH"))
    assert (row["CNSR"], row["EVNTDESC"]) == (2, "DEATH") and "imputed" in row["NOTES"]


def test_nobody_without_an_origin_has_a_row():
    assert one("ADTTE", *life()[:-1]) == []


# ADAE


@pytest.mark.parametrize(
    ("onset", "whole", "low", "high", "emergent", "therapy"),
    [
        ("2026-05-04", date(2026, 5, 4), date(2026, 5, 4), date(2026, 5, 4), "Y", "Y"),
        ("2026-05-03", date(2026, 5, 3), date(2026, 5, 3), date(2026, 5, 3), "N", "Y"),
        ("2026-07-08", date(2026, 7, 8), date(2026, 7, 8), date(2026, 7, 8), "Y", "Y"),
        ("2026-07-09", date(2026, 7, 9), date(2026, 7, 9), date(2026, 7, 9), "N", "N"),
        ("2026-05", None, date(2026, 5, 1), date(2026, 5, 31), None, "Y"),
        ("2026-06", None, date(2026, 6, 1), date(2026, 6, 30), "Y", "Y"),
        ("2026-07", None, date(2026, 7, 1), date(2026, 7, 31), None, None),
        ("2026", None, date(2026, 1, 1), date(2026, 12, 31), None, None),
        (None, None, None, None, None, None),
    ],
)
def test_an_onset_is_an_interval_and_a_flag_waits_where_its_unknown_part_decides(
    onset, whole, low, high, emergent, therapy
):
    """Therapy from 2026-05-04 to 2026-06-08, and 30 days."""
    (row,) = one("ADAE", *life(), event(onset))
    assert (row["ASTDTC"], row["ASTDT"], row["ASTLO"], row["ASTHI"]) == (onset, whole, low, high)
    assert (row["TRTEMFL"], row["THERFL"]) == (emergent, therapy)


@pytest.mark.parametrize(
    ("after", "decision", "operation"),
    [(0, "Y", "N"), (19, "Y", "N"), (20, "Y", "Y"), (90, "Y", "Y"), (91, "N", "Y"), (110, "N", "Y"), (111, "N", "N")],
)
def test_the_periods_of_decision_and_operation_end_after_ninety_days(after, decision, operation):
    (row,) = one("ADAE", *life(), *operated(20), event(day(after).isoformat()), arm="TME")
    assert (row["DECFL"], row["OPERFL"]) == (decision, operation)


def test_before_any_therapy_nothing_is_emergent():
    consent = life()[0]
    (row,) = one("ADAE", consent, event("2026-04-05"))
    assert (row["TRTEMFL"], row["THERFL"]) == ("N", "Y")


@pytest.mark.parametrize(
    ("items", "name", "value"),
    [
        ({"AEREL": ("RT", "IO")}, "AEREL", "IO;RT"), ({"AEREL": ("NONE",)}, "AEREL", "NONE"), ({"AEREL": None}, "AEREL", None),
        ({"AEREL": ("NONE",)}, "RELFL", "N"), ({"AEREL": ("RT",)}, "RELFL", "Y"), ({"AEREL": None}, "RELFL", None),
        ({"AETOXGR": 5}, "FATALFL", "Y"), ({"AEOUT": "FATAL"}, "FATALFL", "Y"), ({"AETOXGR": None}, "FATALFL", None),
        ({"AESER": None}, "AESER", None), ({"AETOXGR": None}, "AETOXGR", None), ({"AETERM": "x"}, "AEDECOD", "Diarrhea"),
        ({"AECTCAE": None, "AETERM": "own words"}, "AEDECOD", None),
        ({"AEENDAT": PartialDate.parse("2026-05-20")}, "ADURN", 1), ({"AEENDAT": PartialDate.parse("2026-05-22")}, "ADURN", 3),
        ({"AEENDAT": PartialDate.parse("2026-06")}, "ADURN", None),
    ],
)  # fmt: skip
def test_what_an_event_says(items, name, value):
    (row,) = one("ADAE", *life(), event("2026-05-20", **items))
    assert row[name] == value


# ADRS


def test_each_restaging_has_its_own_rows():
    again = crf("RST", "RST2", RSTDAT=date(2027, 1, 5), RESP="NCR")
    found = [
        (r["PARAMCD"], r["AVISIT"], r["ASEQ"], r["AVALC"])
        for r in one("ADRS", *life(), again)
        if r["PARAMCD"] == "RESPINV"
    ]
    assert found == [("RESPINV", "RST", 1, "CCR"), ("RESPINV", "RST2", 2, "NCR")]


def test_the_answers_of_an_operation_stand_beside_the_restaging():
    made = rows(unblinded(*house.trial()), "ADRS")
    found = {(r["USUBJID"], r["PARAMCD"]): (r["AVAL"], r["AVALC"]) for r in made}
    assert found["VG-02-0001", "PCR"] == (1.0, "Y") and found["VG-02-0001", "TRG"] == (0.0, None)
    # cT3, ypT0 N0: (5 x 0 - 3 x 3 + 12)^2 / 9.61; cT3, ypT2 N0: (-3 + 12)^2 / 9.61
    assert found["VG-02-0001", "NAR"][0] == 0.94 and found["VG-02-0002", "NAR"][0] == 8.43
    assert found["VG-02-0002", "TRG"] == (None, None), "a grade not reported keeps its row"
    assert found["VG-01-0002", "SALVINT"] == (40.0, None) and found["VG-02-0003", "CR"] == (None, None)


# ADQS


def questionnaires():
    return (
        crf("QLQ30", "FU06", QSDAT=day(180), QSMODE="PAPER", QSLANG="zh", Q1=1, Q2=4, Q29=7),
        crf("QLQ29", "FU06", QSDAT=day(180), QSMODE="PAPER", QSLANG="zh", Q31=2, Q48="N"),
        crf("LARS", "FU06", QSDAT=day(180), QSMODE="PAPER", QSLANG="zh", L1="1", L3="4"),
        crf("WEX", "FU06", QSDAT=day(180), QSMODE="PAPER", QSLANG="zh", W1=0, W5=4),
    )


def test_each_answered_item_is_a_row_with_zero_among_them_and_no_wording():
    made = one("ADQS", *life(), *questionnaires(), arm="WW")
    found = {r["QSTESTCD"]: (r["QSORRES"], r["AVAL"]) for r in made if r["PARAMTYP"] is None}
    assert found == {
        "QLQ30Q1": ("1", 1.0), "QLQ30Q2": ("4", 4.0), "QLQ30Q29": ("7", 7.0), "QLQ29Q31": ("2", 2.0), "QLQ29Q48": ("N", 0.0),
        "LARSL1": ("1", 1.0), "LARSL3": ("4", 4.0), "WEXW1": ("0", 0.0), "WEXW5": ("4", 4.0),
    }  # fmt: skip
    assert {r["ADT"] for r in made} == {day(180)} and all(len(r["QSTESTCD"]) <= 8 for r in made)
    assert {r["QSTEST"] for r in made if r["QSCAT"] == "WEX"} == {"Wexner score item 1", "Wexner score item 5"}


def test_a_score_that_exists_is_a_row_and_one_that_does_not_is_none():
    """PF: 5 items, 3 answered 1, 2, 2: mean 5/3, 100 * (1 - (5/3 - 1)/3) = 77.78. Fatigue has one of three answered: less than half."""
    form = crf("QLQ30", "FU06", QSDAT=day(180), QSMODE="PAPER", QSLANG="zh", Q1=1, Q2=2, Q3=2, Q10=3)
    made = [r for r in one("ADQS", *life(), form, arm="WW") if r["PARAMTYP"] == "DERIVED"]
    found = {r["QSTESTCD"]: r for r in made}
    assert found["C30PF"]["AVAL"] == 77.78, "two decimals, as the form keeps them"
    assert "C30FA" not in found and "C30SUM" not in found
    assert (found["C30PF"]["QSTEST"], found["C30PF"]["ADT"], found["C30PF"]["QSORRES"]) == (
        "Physical functioning",
        day(180),
        None,
    )
    assert {(r["QSCAT"], r["AVISIT"], r["ASEQ"]) for r in made} == {("QLQ30", "FU06", 1)}


# The whole


def test_the_order_of_the_participants_and_forms_does_not_matter():
    people = house.trial()
    for make in (unblinded, blinded):
        assert make(*people).datasets == make(*reversed(people)).datasets


def test_in_study_days_no_date_and_no_free_text_is_left():
    made = unblinded(*house.trial(), study_days=True)
    for filled in made.datasets:
        assert not any(isinstance(value, date) for row in filled.rows for value in row)
    assert "AETERM" not in rows(made, "ADAE")[0] and "DTHDTC" not in rows(made, "ADSL")[0]
    (gone,) = (r for r in rows(made, "ADSL") if r["USUBJID"] == "VG-02-0004")
    assert (
        gone["RFICDY"] == 1
        and gone["DTHDY"] == (date(2028, 3, 15) - CONSENT + timedelta(1)).days
        and gone["DTHDTF"] == "D"
    )


def test_a_regrowth_awaiting_salvage_is_no_event():
    made = one("ADTTE", *life(), visit(180), regrown(300), arm="WW")
    found = {r["PARAMCD"]: r["CNSR"] for r in made}
    assert found["NRDFS"] == 1 and found["DFS"] == 0 == found["REGROWTH"]
