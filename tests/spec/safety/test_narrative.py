"""The narrative of a serious event: every answer in a sentence, every blank "not known", the same each time (section 9, ICH E2A)."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from forms.catalogue import crf
from forms.dates import PartialDate
from forms.record import Record
from tests.spec.people import person, telling
from trial.narrative import READ, SUSAR, Section, narrative
from trial.protocol import PROTOCOL
from trial.safety_desk import serious

AWARE = datetime(2026, 8, 3, 9, 15, tzinfo=UTC)
SPONSOR = datetime(2026, 8, 4, 8, 0, tzinfo=UTC)
EVENT = {
    "AETERM": "Febrile neutropenia", "AETOXGR": 4, "AESER": "Y", "AESCRIT": ("LIFETHREAT", "HOSPITAL"), "AEOUT": "RECOVERING",
    "AESTDAT": PartialDate(2026, 8), "AEREL": ("CHEMO",),
}  # fmt: skip
REPORT = {
    "SAEAENO": "AE/ANY/1", "SAEREP": "INITIAL", "SAEAWARE": AWARE, "SAESPON": SPONSOR, "SAENARR": "Fever of 39.4.",
    "SAEDRUG": ("CAPECITABINE",), "SAECAUSI": "RELATED", "SAECAUSS": "NOTREL", "SAEEXP": "UNEXPECTED",
}  # fmt: skip
JUDGED = {
    "at": SPONSOR,
    "against": [{"product": "CAPECITABINE", "document": "SmPC", "version": "4", "valid_from": "2026-01-01"}],
}
HEADINGS = [
    "Report", "Event", "Study treatment", "Relevant history", "Concomitant medication", "Assessment", "Deadlines",
    "Narrative of the site",
]  # fmt: skip


def sae(**changes):
    return crf("SAE", "ANY", 1, **{k: v for k, v in {**REPORT, **changes}.items() if v is not None})


def ae(**changes):
    return crf("AE", "ANY", 1, **{k: v for k, v in {**EVENT, **changes}.items() if v is not None})


def told(record: Record, judged=JUDGED, hidden=frozenset(), now=SPONSOR, say=str) -> dict[str, str]:
    (report,) = record.all("SAE")
    line = serious(PROTOCOL, "VG-01-0001", record, report, now, UTC, signed=True, references=())
    sections = narrative(record, line, judged, hidden, say)
    assert all(isinstance(s, Section) and s.sentences for s in sections)
    return {s.heading: "\n".join(s.sentences) for s in sections}


def whole(*others, report=None, event=None):
    return person(event or ae(), report or sae(), *others)


def test_the_sections_come_in_one_order_whatever_is_known():
    assert list(told(whole())) == HEADINGS
    assert list(told(telling(crf("SAE", "ANY", 1)), judged=None)) == HEADINGS


def test_all_instants_carry_their_zone():
    assert "aware 2026-08-03 09:15 UTC; the sponsor became aware 2026-08-04 08:00 UTC" in told(whole())["Report"]


def test_the_event_is_told_with_its_grade_criteria_onset_and_outcome():
    words = told(whole())["Event"]
    for expected in (
        "Febrile neutropenia",
        "grade 4",
        "because: life-threatening, hospitalisation",
        "Onset 2026-08.",
        "recovering",
    ):
        assert expected in words, expected


@pytest.mark.parametrize(
    ("item", "section", "words"),
    [
        ("AETERM", "Event", "not known (CTCAE"), ("AETOXGR", "Event", "grade not known"), ("AESER", "Event", "Serious: not known"),
        ("AESCRIT", "Event", "because: not known"), ("AESTDAT", "Event", "Onset not known"), ("AEOUT", "Event", "Outcome: not known"),
        ("AEREL", "Assessment", "to: not known"), ("SAEREP", "Report", "report: not known"),
        ("SAEAWARE", "Report", "site became aware not known"), ("SAESPON", "Report", "sponsor became aware not known"),
        ("SAEDRUG", "Assessment", "product: not known"), ("SAECAUSI", "Assessment", "investigator: not known"),
        ("SAECAUSS", "Assessment", "sponsor: not known"), ("SAEEXP", "Assessment", "Expectedness: not known"),
        ("SAENARR", "Narrative of the site", "not known"),
    ],
)  # fmt: skip
def test_each_blank_is_said_to_be_not_known(item, section, words):
    blank = {item: None}
    record = whole(event=ae(**blank)) if item.startswith("AE") else whole(report=sae(**blank))
    assert words in told(record)[section]
    assert words not in told(whole())[section]


def test_a_report_without_its_event_says_so():
    words = told(telling(sae()), judged=None)
    assert "linked to no adverse event" in words["Event"]
    assert "to: not known" in words["Assessment"]
    assert words["Relevant history"] == "The medical history is not known."
    assert "Sex: not known. Year of birth: not known." in words["Report"]


@pytest.mark.parametrize(("code", "words"), [("F", "female"), ("M", "male"), (None, "not known")])
def test_the_sex_is_told_in_a_word(code, words):
    answers = {"SEX": code} if code else {}
    assert f"Sex: {words}." in told(telling(crf("DM", "SCR", **answers), sae()), judged=None)["Report"]


def test_of_the_birth_only_the_year_is_told():
    words = told(whole())["Report"]
    assert "Year of birth: 1964" in words
    assert "05-17" not in words


# --- treatment, history, medication ---------------------------------------------------------------------------------


def dose(cycle, day, occurrence):
    items = {"EXTRT": "CAPECITABINE", "EXCYC": cycle, "EXSTDT": day, "EXDOSE": Decimal(42000)}
    return crf("EX", "NAT", occurrence, **items)


def test_treatments_come_with_dates_in_the_order_of_their_days():
    rt = crf("RT", "NAT", 1, RTSTDT=date(2026, 3, 16), RTENDT=date(2026, 4, 22), RTFRAC=28, RTDOSE=Decimal("50.40"))
    operation = crf("SUR", "SUR-1", 1, SURDAT=date(2026, 7, 30), SURPROC="LAR")
    words = told(whole(rt, dose(2, date(2026, 4, 6), 1), dose(1, date(2026, 3, 16), 2), operation))["Study treatment"]
    lines = words.splitlines()
    assert lines[0] == "Radiotherapy from 2026-03-16 to 2026-04-22: fractions given 28, total dose 50.40 Gy."
    assert [("cycle 1" in each, "cycle 2" in each) for each in lines[1:3]] == [(True, False), (False, True)]
    assert "to not known: 42000 mg" in lines[1]
    assert lines[3].startswith("Operation on 2026-07-30")


def test_what_is_not_on_file_is_said():
    assert told(whole())["Study treatment"].splitlines() == [
        "No radiotherapy is on file.",
        "No drug treatment is on file.",
        "No operation is on file.",
    ]
    assert told(whole())["Concomitant medication"] == "No concomitant medication is on file."


def test_history_and_medication_are_told():
    words = told(whole(crf("CM", "ANY", 1, CMTRT="Paracetamol", CMSTDAT=PartialDate(2026, 8), CMCLAS="ANALGESIC")))
    assert words["Concomitant medication"] == "Paracetamol (analgesic) from 2026-08 to not known, for: not known."
    assert "Autoimmune disease: No." in words["Relevant history"]
    assert "Diabetes: not known." in words["Relevant history"]


@pytest.mark.parametrize("form", sorted(set(READ) - {"DTH"}))
def test_a_form_hidden_from_the_role_is_said_to_be_withheld_and_not_to_be_missing(form):
    title = whole().newest[form].title
    words = "\n".join(told(whole(), hidden=frozenset({form})).values())
    assert f"{title}: withheld from this role." in words
    assert "withheld" not in "\n".join(told(whole()).values())


def test_a_death_is_told_unless_it_is_hidden():
    death = crf("DTH", "ANY", 1, DTHDAT=PartialDate(2026, 8, 9))
    assert "died on 2026-08-09; cause: not known" in told(whole(death))["Event"]
    assert "died" not in told(whole(death), hidden=frozenset({"DTH"}))["Event"]


# --- assessment and clocks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "investigator", "sponsor"),
    list(itertools.product(("EXPECTED", "UNEXPECTED", None), ("RELATED", "NOTREL", None), ("RELATED", "NOTREL", None))),
)
def test_exactly_one_sentence_says_whether_it_is_a_susar(expected, investigator, sponsor):
    record = whole(report=sae(SAEEXP=expected, SAECAUSI=investigator, SAECAUSS=sponsor))
    views = {investigator, sponsor}
    no = expected == "EXPECTED" or views == {"NOTREL"}
    susar = False if no else True if expected and "RELATED" in views else None
    said = [words for words in SUSAR.values() if words in told(record)["Assessment"].splitlines()]
    assert said == [SUSAR[susar]]


def test_expectedness_names_the_version_it_was_judged_against():
    assert "against SmPC, version 4, valid from 2026-01-01 (capecitabine)" in told(whole())["Assessment"]
    assert "no reference information was valid" in told(whole(), {**JUDGED, "against": []})["Assessment"]
    assert "Judged" not in told(whole(), None)["Assessment"]
    assert "Judged" not in told(whole(report=sae(SAEEXP=None)))["Assessment"]


@pytest.mark.parametrize(
    ("sent", "now", "words"),
    [
        (None, timedelta(1), "SUSAR, 7 days: due by 2026-08-11 23:59 UTC, not yet done."),
        (None, timedelta(8), "SUSAR, 7 days: was due by 2026-08-11 23:59 UTC and is overdue."),
        (timedelta(7), timedelta(9), "SUSAR, 7 days: done 2026-08-11 08:00 UTC, in time"),
        (timedelta(8), timedelta(9), "SUSAR, 7 days: done 2026-08-12 08:00 UTC, late"),
        (None, timedelta(1), "Follow-up report, 8 days: due by 2026-08-19 23:59 UTC"),
        (timedelta(5), timedelta(6), "Follow-up report, 8 days: due by 2026-08-17 23:59 UTC"),
    ],
)
def test_each_clock_says_when_it_ends_and_what_was_sent(sent, now, words):
    report = sae(SAERPTA=SPONSOR + sent if sent else None)
    assert words in told(whole(report=report), now=SPONSOR + now)["Deadlines"]


def test_before_awareness_the_clocks_wait():
    assert (
        "the day on which it starts is not known" in told(whole(report=sae(SAEAWARE=None, SAESPON=None)))["Deadlines"]
    )


# --- as a whole -----------------------------------------------------------------------------------------------------


def test_the_same_data_make_the_same_words_whatever_the_order_they_came_in():
    doses = dose(1, date(2026, 3, 16), 1), dose(2, date(2026, 4, 6), 2)
    record = whole(*doses)
    assert told(record) == told(replace(record, crfs=tuple(reversed(record.crfs))))


def test_every_sentence_goes_through_the_translator():
    """What is not the participant's own words begins with the mark that the translator sets."""
    sections = told(whole(), say=lambda message: f"~{message}")
    assert list(sections) == [f"~{heading}" for heading in HEADINGS]
    own = sections.pop("~Narrative of the site")
    assert own == "Fever of 39.4."
    assert [line for words in sections.values() for line in words.splitlines() if not line.startswith("~")] == []


def test_a_percent_sign_that_somebody_typed_is_kept():
    record = whole(report=sae(SAENARR="Neutrophils 2% of 100%(s)."), event=ae(AETERM="50% burn"))
    assert told(record)["Narrative of the site"] == "Neutrophils 2% of 100%(s)."
    assert told(record)["Event"].startswith("50% burn")
