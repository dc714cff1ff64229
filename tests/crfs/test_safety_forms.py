"""Truth tables of adverse events and serious adverse events (PROTOCOL 9)."""

import pytest

from tests.crfs.house import DEATH, about, asked, at, crf, day, number, said, says, value


def event(number_=1, occurrence=1, **items):
    return crf("AE", "ANY", occurrence, AESPID=number_, **items)


def report(link="AE/ANY/1", occurrence=1, **items):
    return crf("SAE", "ANY", occurrence, SAEAENO=link, **items)


def drug(name="PD1", dose="200"):
    return crf("EX", "NAT-1", EXTRT=name, EXDOSE=dose and number(dose))


@pytest.mark.parametrize(("second", "refused"), [(1, True), (2, False), (None, False)])
def test_each_event_has_its_own_number(second, refused):
    assert says("AE-H1", event(second, 2), event(1)) is refused


@pytest.mark.parametrize(
    ("term", "grade", "refused"),
    [
        ("Anemia", 1, False),
        ("Anemia", 5, False),
        ("Disseminated intravascular coagulation", 1, True),
        ("Alopecia", 2, False),
        ("Alopecia", 3, True),
        ("Alopecia", None, False),
        (None, 3, False),
    ],
)
def test_only_the_grades_a_term_defines_exist(term, grade, refused):
    assert says("AE-H2", event(AECTCAE=term, AETOXGR=grade)) is refused


@pytest.mark.parametrize(
    ("grade", "outcome", "disagree", "death", "serious"),
    [
        (5, "FATAL", False, True, True),
        (5, "RECOVERED", True, True, True),
        (3, "FATAL", True, True, True),
        (3, "RECOVERED", False, False, False),
        (5, "U", False, True, True),
        (5, None, False, True, True),
        (None, "FATAL", False, True, True),
        (None, None, False, False, False),
    ],
)
def test_a_fatal_event_agrees_with_itself_with_the_death_form_and_is_serious(grade, outcome, disagree, death, serious):
    subject = event(AETOXGR=grade, AEOUT=outcome, AESER="N")
    assert says("AE-S1", subject) is disagree
    assert says("AE-S2", subject) is death
    assert not says("AE-S2", subject, DEATH)
    assert says("AE-S3", subject) is serious
    assert not says("AE-S3", event(AETOXGR=grade, AEOUT=outcome))


@pytest.mark.parametrize(
    ("criteria", "outcome", "asks"),
    [
        (("DEATH",), "FATAL", False),
        (("HOSPITAL",), "FATAL", True),
        (("DEATH", "HOSPITAL"), "RECOVERED", True),
        (("HOSPITAL",), "RECOVERED", False),
        (None, "FATAL", False),
        (("DEATH",), None, False),
        (("DEATH",), "U", False),
    ],
)
def test_the_criterion_death_agrees_with_the_outcome(criteria, outcome, asks):
    assert says("AE-S4", event(AESER="Y", AESCRIT=criteria, AEOUT=outcome), DEATH) is asks


@pytest.mark.parametrize(
    ("name", "dose", "asked_", "asks"),
    [
        ("PD1", "200", True, False),
        ("PD1", "0", False, True),
        ("5FU", "900", False, True),
        (None, "200", None, False),
        ("PD1", None, None, False),
    ],
)
def test_immune_related_is_asked_after_a_dose_of_immunotherapy(name, dose, asked_, asks):
    subject = event(AEREL=("IO",))
    assert asked(subject, "AEIR", drug(name, dose)) is asked_
    assert says("AE-S5", subject, drug(name, dose)) is asks


def test_without_any_drug_nothing_is_immune_related():
    assert asked(event(), "AEIR") is False
    assert says("AE-S5", event(AEREL=("IO",)))
    assert not says("AE-S5", event(AEREL=("RT",)))
    assert not says("AE-S5", event())


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [("RECOVERED", True), ("SEQUELAE", True), ("NOTREC", False), ("FATAL", False), ("U", False), (None, None)],
)
def test_the_day_it_resolved_is_asked_once_it_has(outcome, wanted):
    assert asked(event(AEOUT=outcome), "AEENDAT") is wanted


@pytest.mark.parametrize(
    ("onset", "resolved", "refused"),
    [
        ("2027-02-10", "2027-02-09", True),
        ("2027-02", "2027-02-09", False),
        ("2027-02-10", "2027-01", True),
        ("2027", "2027-01", False),
    ],
)
def test_an_event_does_not_resolve_before_its_onset(onset, resolved, refused):
    subject = event(AESTDAT=about(onset), AEENDAT=about(resolved), AEOUT="RECOVERED")
    assert says("AE.AEENDAT:hard", subject) is refused


# --- serious adverse events ---------------------------------------------------------------------------------------


def test_one_event_has_one_report():
    assert says("SAE-H1", report(occurrence=2), report(), event())
    assert not says("SAE-H1", report("AE/ANY/2", 2), report(), event(), event(2, 2))
    assert not says("SAE-H1", report(None, 2), report(None), event())


@pytest.mark.parametrize(
    ("onset", "aware", "refused"),
    [
        ("2027-03-02", "2027-03-01T23:59", True),
        ("2027-03-02", "2027-03-02T00:00", False),
        ("2027-03", "2027-03-01T10:00", False),
        ("2027-04", "2027-03-31T10:00", True),
        (None, "2027-03-01T10:00", False),
        ("2027-03-02", None, False),
    ],
)
def test_nobody_is_aware_before_the_onset(onset, aware, refused):
    subject = report(SAEAWARE=aware and at(aware))
    assert says("SAE-H2", subject, event(AESTDAT=onset and about(onset))) is refused


@pytest.mark.parametrize(("serious", "asks"), [("Y", False), ("N", True), (None, False)])
def test_the_event_it_reports_is_serious(serious, asks):
    assert says("SAE-S1", report(), event(AESER=serious)) is asks


def test_it_reads_the_event_it_links_and_no_other():
    mild, serious = event(1, 1, AESER="N"), event(2, 2, AESER="Y")
    assert says("SAE-S1", report("AE/ANY/1"), mild, serious)
    assert not says("SAE-S1", report("AE/ANY/2"), mild, serious)
    assert "SAE.SAEAENO:link" in said(report("AE/ANY/3"), mild, serious)


@pytest.mark.parametrize(
    ("relation", "wanted"),
    [(("CHEMO",), True), (("RT", "IO"), True), (("RT",), False), (("NONE",), False), (None, None)],
)
def test_a_suspect_product_is_asked_where_a_drug_is_suspected(relation, wanted):
    assert asked(report(), "SAEDRUG", event(AEREL=relation)) is wanted


@pytest.mark.parametrize(
    ("suspects", "given", "asks"),
    [
        (("PD1",), ("PD1",), False),
        (("PD1", "5FU"), ("PD1",), True),
        (("PD1",), (), True),
        (("5FU",), ("PD1", None), False),
        (None, ("PD1",), False),
    ],
)
def test_a_suspect_product_was_given(suspects, given, asks):
    drugs = [crf("EX", f"NAT-{n}", EXTRT=name) for n, name in enumerate(given, 1)]
    assert says("SAE-S2", report(SAEDRUG=suspects), event(AEREL=("IO",)), *drugs) is asks


@pytest.mark.parametrize(
    ("serious", "expected", "investigator", "sponsor", "susar"),
    [
        ("Y", "UNEXPECTED", "RELATED", "NOTREL", "Y"),
        ("Y", "UNEXPECTED", "NOTREL", "RELATED", "Y"),
        ("Y", "EXPECTED", "RELATED", "RELATED", "N"),
        ("N", "UNEXPECTED", "RELATED", "RELATED", "N"),
        ("Y", "UNEXPECTED", "NOTREL", "NOTREL", "N"),
        ("Y", "UNEXPECTED", "NOTREL", None, None),
        ("Y", None, "RELATED", "RELATED", None),
        (None, "UNEXPECTED", "RELATED", "RELATED", None),
    ],
)
def test_a_susar_is_serious_related_in_either_view_and_unexpected(serious, expected, investigator, sponsor, susar):
    subject = report(SAEEXP=expected, SAECAUSI=investigator, SAECAUSS=sponsor)
    assert value(subject, "SAESUSAR", event(AESER=serious)) == susar


def test_expectedness_is_asked_once_the_sponsor_knows():
    assert asked(report(), "SAEEXP") is False
    assert asked(report(SAESPON=at("2027-03-02T10:00")), "SAEEXP") is True


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("SAEAWARE", "SAESPON"), ("SAESPON", "SAERPTA"), ("SAESPON", "SAERPTE"), ("SAERPTA", "SAERPTF")],
)
def test_a_report_follows_what_it_reports(earlier, later):
    instants = {"before": at("2027-03-02T09:59"), "same": at("2027-03-02T10:00"), "future": at("2027-06-01T12:01")}
    said_ = {
        name: says(f"SAE.{later}:hard", report(**{earlier: at("2027-03-02T10:00"), later: instant}), event())
        for name, instant in instants.items()
    }
    assert said_ == {"before": True, "same": False, "future": True}


@pytest.mark.parametrize(("end", "refused"), [("2027-01", True), ("2027-02", False), ("2027", False), ("2028", True)])
def test_a_medication_ends_after_it_began(end, refused):
    assert says("CM.CMENDAT:hard", crf("CM", "ANY", CMSTDAT=about("2027-02"), CMENDAT=about(end))) is refused


def test_a_medication_started_before_the_study_is_welcome():
    assert (
        said(
            crf("CM", "ANY", CMTRT="aspirin", CMSTDAT=about("2011"), CMCLAS="OTHER"), crf("IC", ICDAT=day("2026-01-10"))
        )
        == set()
    )
