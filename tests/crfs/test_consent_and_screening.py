"""Truth tables of consent, demography, history, plan and eligibility (PROTOCOL 2)."""

import pytest

from forms.checks import findings
from tests.crfs.house import CONSENT, about, asked, at, crf, day, missing, number, record_of, said, says, value

CONSENTED = day("2026-01-10")


def consent(kind="INITIAL", on=CONSENTED, occurrence=1, **items):
    return crf("IC", "SCR", occurrence, ICTYPE=kind, ICDAT=on, **items)


# --- consent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "others", "refused"),
    [
        ("INITIAL", (), False),
        ("RECONSENT", (), True),
        ("RECONSENT", (consent(),), False),
        ("RECONSENT", (consent(kind=None),), False),
        (None, (), False),
    ],
)
def test_a_re_consent_needs_an_initial_consent(kind, others, refused):
    assert says("IC-H1", consent(kind, occurrence=2), *others) is refused


@pytest.mark.parametrize(
    ("kind", "other", "refused"),
    [
        ("INITIAL", "INITIAL", True),
        ("INITIAL", "RECONSENT", False),
        ("RECONSENT", "INITIAL", False),
        ("INITIAL", None, False),
    ],
)
def test_there_is_one_initial_consent(kind, other, refused):
    assert says("IC-H2", consent(kind, occurrence=2), consent(other)) is refused


@pytest.mark.parametrize(
    ("on", "refused"), [("2026-01-09", True), ("2026-01-10", False), ("2026-02-01", False), (None, False)]
)
def test_a_re_consent_does_not_come_before_the_initial_one(on, refused):
    assert says("IC-H3", consent("RECONSENT", on and day(on), 2), consent()) is refused


@pytest.mark.parametrize(
    ("version", "site", "refused"),
    [("1.0", ("1.0", "1.1"), False), ("2.0", ("1.0", "1.1"), True), ("2.0", None, False), (None, ("1.0",), False)],
)
def test_the_consent_version_is_one_of_the_site(version, site, refused):
    assert says("IC-H4", consent(ICVER=version), consent_versions=site) is refused


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        ("1960-01-01", False),
        ("2026-01-10", False),
        ("2026-01-11", True),
        ("2026", False),
        ("2027", True),
        (None, False),
    ],
)
def test_a_birth_date_after_consent_is_refused_on_both_forms(born, refused):
    person = crf("DM", BRTHDAT=born and about(born))
    assert says("IC-H5", consent(), person) is refused
    assert says("DM-H2", person, CONSENT) is refused


def test_a_birth_date_is_compared_with_the_first_consent():
    assert not says("DM-H2", crf("DM", BRTHDAT=about("2026-02")), consent(kind=None))
    assert says("DM-H2", crf("DM", BRTHDAT=about("2026-02")), consent(), consent("RECONSENT", day("2026-05-01"), 2))


@pytest.mark.parametrize(("signed", "asks"), [("Y", False), ("N", True), (None, False)])
def test_an_unsigned_consent_does_not_meet_in1(signed, asks):
    assert says("IC-S1", consent(ICSIGN=signed)) is asks


STUDY_SPECIFIC = [
    ("IC-S2", crf("SPEC", SPCOLL=at("2026-01-09T23:00"))),
    ("IC-S3", crf("MIC", MICDAT=day("2026-01-09"))),
    ("IC-S4", crf("LBX", CDNADAT=day("2026-01-09"))),
    ("IC-S5", crf("RT", "EOT", RTSTDT=day("2026-01-09"))),
    ("IC-S6", crf("EX", "NAT-1", EXSTDT=day("2026-01-09"))),
    ("IC-S7", crf("QLQ30", QSDAT=day("2026-01-09"))),
    ("IC-S8", crf("QLQ29", QSDAT=day("2026-01-09"))),
    ("IC-S9", crf("LARS", QSDAT=day("2026-01-09"))),
    ("IC-S10", crf("WEX", QSDAT=day("2026-01-09"))),
]


@pytest.mark.parametrize(("id", "step"), STUDY_SPECIFIC, ids=[id for id, _ in STUDY_SPECIFIC])
def test_consent_after_a_study_specific_step_is_a_major_deviation(id, step):
    found = [f for f in findings(record_of(step, CONSENT), CONSENT) if f.id == id]
    assert [f.deviation for f in found] == [("CONSENT", "MAJOR")]
    assert not says(id, consent(on=day("2026-01-09")), step), "the same day is in time"
    assert not says(id, consent("RECONSENT", CONSENTED), step), "a re-consent is not the first"
    assert not says(id, consent(kind=None), step), "a blank accuses nobody"


@pytest.mark.parametrize(
    ("id", "form", "item"),
    [
        ("SPEC-S1", "SPEC", "SPCOLL"),
        ("MIC-S1", "MIC", "MICDAT"),
        ("LBX-S1", "LBX", "CDNADAT"),
        ("RT-S2", "RT", "RTSTDT"),
        ("EX-S2", "EX", "EXSTDT"),
        ("QLQ30-S1", "QLQ30", "QSDAT"),
        ("QLQ29-S1", "QLQ29", "QSDAT"),
        ("LARS-S1", "LARS", "QSDAT"),
        ("WEX-S1", "WEX", "QSDAT"),
    ],
)
@pytest.mark.parametrize(("on", "asks"), [("2026-01-09", True), ("2026-01-10", False), (None, False)])
def test_the_step_itself_asks_too(id, form, item, on, asks):
    convert = at if form == "SPEC" else day
    assert says(id, crf(form, **{item: on and convert(on)}), CONSENT) is asks
    assert not says(id, crf(form, **{item: convert("2026-01-01")})), "without consent on file nothing is compared"


def test_routine_biopsy_and_imaging_before_consent_are_nobodys_business():
    routine = (
        crf("PATH", BXDAT=day("2025-12-01")),
        crf("MRI0", MRIDAT=day("2025-12-05")),
        crf("CT0", CTDAT=day("2025-12-05")),
    )
    assert said(CONSENT, *routine, crf("LB", LBDAT=day("2025-12-05"))) == set()


@pytest.mark.parametrize(
    ("on", "low", "high"), [("2026-01-09", True, False), ("2026-01-10", False, False), ("2027-06-02", False, True)]
)
def test_a_withdrawal_lies_between_consent_and_today(on, low, high):
    assert says("IC.ICWDAT:hard", consent(ICWDAT=day(on))) is (low or high)


def test_the_scope_of_a_withdrawal_is_asked_once_there_is_a_date():
    assert asked(consent(), "ICWSCOPE") is False
    assert "ICWSCOPE" in missing(consent(ICWDAT=day("2026-05-01")))


def withdrawal(*scope, on="2026-06-01"):
    return crf("IC", ICTYPE="INITIAL", ICDAT=CONSENTED, ICSAMP="Y", ICWDAT=day(on), ICWSCOPE=scope or None)


@pytest.mark.parametrize(
    ("id", "subject", "scope"),
    [
        ("LB-H4", crf("LB", LBDAT=day("2026-06-02")), "VISITS"),
        ("RST-H5", crf("RST", "RST", RSTDAT=day("2026-06-02")), "VISITS"),
        ("FU-H6", crf("FU", "FU03", FUDAT=day("2026-06-02"), FUMODE="VISIT"), "VISITS"),
        ("FU-H7", crf("FU", "FU03", FUDAT=day("2026-06-02"), FUMODE="PHONE"), "SURVIVAL"),
        ("QLQ30-H2", crf("QLQ30", "FU06", QSDAT=day("2026-06-02")), "VISITS"),
        ("LARS-H2", crf("LARS", "FU06", QSDAT=day("2026-06-02")), "VISITS"),
        ("WEX-H2", crf("WEX", "FU06", QSDAT=day("2026-06-02")), "VISITS"),
        ("RT-H4", crf("RT", RTENDT=day("2026-06-02")), "TREATMENT"),
        ("QLQ29-H2", crf("QLQ29", "FU06", QSDAT=day("2026-06-02")), "VISITS"),
        ("MIC-H3", crf("MIC", MICDAT=day("2026-06-02")), "SAMPLES"),
        ("LBX-H3", crf("LBX", CDNADAT=day("2026-06-02")), "SAMPLES"),
        ("SPEC-H3", crf("SPEC", SPCOLL=at("2026-06-02T08:00")), "SAMPLES"),
        ("RT-H3", crf("RT", RTSTDT=day("2026-06-02")), "TREATMENT"),
        ("EX-H4", crf("EX", EXSTDT=day("2026-06-02")), "TREATMENT"),
        ("EOS-H2", crf("EOS", LSTALVDT=day("2026-06-02")), "SURVIVAL"),
    ],
)
def test_nothing_the_withdrawal_covers_is_collected_after_it(id, subject, scope):
    assert says(id, subject, withdrawal(scope))
    assert not says(id, subject, withdrawal("FUTURE")), "another scope leaves it open"
    assert not says(id, subject, withdrawal(scope, on="2026-06-02")), "the day itself is not after it"
    assert not says(id, subject, withdrawal()), "an unknown scope forbids nothing"
    assert not says(id, subject, CONSENT), "nobody withdrew"
    again = consent("RECONSENT", day("2026-06-02"), 2, ICSAMP="Y")
    assert not says(id, subject, withdrawal(scope), again), "a new consent opens it again"


def test_safety_stays_open_after_a_withdrawal():
    everything = withdrawal("TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE")
    event = crf("AE", "ANY", AESPID=1, AESTDAT=about("2026-07-01"))
    assert said(event, everything) == set()


@pytest.mark.parametrize(("samples", "refused"), [("Y", False), ("N", True), (None, False)])
@pytest.mark.parametrize("form", ["SPEC", "MIC", "LBX"])
def test_no_sample_without_consent_to_samples(form, samples, refused):
    assert says(f"{form}-H1", crf(form), consent(ICSAMP=samples)) is refused


def test_the_last_consent_decides_on_samples():
    assert says("SPEC-H1", crf("SPEC"), consent(ICSAMP="Y"), consent("RECONSENT", day("2026-03-01"), 2, ICSAMP="N"))


# --- demography ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "setting", "refused"),
    [
        ("1960", True, False),
        ("1960-05", True, True),
        ("1960-05-01", True, True),
        ("1960-05-01", False, False),
        ("1960-05-01", None, False),
        (None, True, False),
    ],
)
def test_a_site_that_keeps_the_year_gets_the_year(born, setting, refused):
    assert says("DM-H1", crf("DM", BRTHDAT=born and about(born)), birth_year_only=setting) is refused


@pytest.mark.parametrize(("born", "refused"), [("1900", False), ("2027-06-02", True), ("2027", False), ("2028", True)])
def test_nobody_is_born_in_the_future(born, refused):
    assert says("DM.BRTHDAT:hard", crf("DM", BRTHDAT=about(born))) is refused


@pytest.mark.parametrize(("ecog", "asks"), [("0", False), ("1", False), ("2", True), ("4", True), (None, False)])
def test_an_ecog_above_one_asks_for_a_reason(ecog, asks):
    assert says("DM-S1", crf("DM", ECOG=ecog)) is asks


@pytest.mark.parametrize(
    ("height", "weight", "bmi", "asks"),
    [("170", "65", "22.5", False), ("150", "95", "42.2", True), ("190", "50", "13.9", True), (None, "65", None, False)],
)
def test_the_body_mass_index_is_computed_and_asked_about(height, weight, bmi, asks):
    subject = crf("DM", HEIGHT=height and number(height), WEIGHT=number(weight))
    assert value(subject, "BMI") == (bmi and number(bmi))
    assert says("DM.BMI:soft", subject) is asks


# --- medical history and plan -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "prior", "refused"),
    [("Y", "Y", False), ("Y", "N", True), ("Y", None, False), ("N", "N", False), (None, "N", False)],
)
def test_an_earlier_colorectal_cancer_is_a_prior_malignancy(earlier, prior, refused):
    assert says("MH-H1", crf("MH", METACRC=earlier, PRIORMAL=prior)) is refused


def test_a_prior_malignancy_needs_a_row_and_its_site_only_where_the_type_is_other():
    # A finding without an item speaks of the group as a whole.
    assert None in missing(crf("MH", PRIORMAL="Y"))
    assert None not in missing(crf("MH", PRIORMAL="N"))
    row = crf("MH", PRIORMAL="Y", _rows={"PM": [{"PMTYPE": "OTHER"}, {"PMTYPE": "BCC"}, {}]})
    assert [asked(row, "PMSITE", row=n) for n in (1, 2, 3)] == [True, False, None]
    assert asked(crf("MH", PRIORMAL="N", _rows={"PM": [{}]}), "PMTYPE", row=1) is False


@pytest.mark.parametrize(
    ("autoimmune", "regimen", "asks"),
    [
        ("Y", "LCRT_IO", True),
        ("Y", "SCRT_TNT_IO", True),
        ("Y", "LCRT", False),
        ("N", "LCRT_IO", False),
        (None, "LCRT_IO", False),
        ("Y", None, False),
    ],
)
def test_autoimmune_disease_and_immunotherapy_alert_on_both_forms(autoimmune, regimen, asks):
    history, plan = crf("MH", AUTOIMM=autoimmune), crf("PLAN", REGIMEN=regimen)
    assert says("MH-S1", history, plan) is asks
    assert says("PLAN-S1", plan, history) is asks


@pytest.mark.parametrize(
    ("fertile", "test", "asks"),
    [
        ("Y", "NEG", False),
        ("Y", "POS", True),
        ("Y", "ND", True),
        ("Y", None, False),
        ("N", "POS", False),
        (None, "POS", False),
    ],
)
def test_the_pregnancy_test_is_negative_before_therapy(fertile, test, asks):
    history = crf("MH", WOCBP=fertile, PREGTEST=test)
    assert says("MH-S2", history) is asks
    assert says("RT-S4", crf("RT", RTSTDT=day("2026-02-01")), history) is asks
    assert says("EX-S4", crf("EX", EXSTDT=day("2026-02-01")), history) is asks


def test_a_later_cycle_does_not_ask_about_the_pregnancy_test_again():
    history, first = crf("MH", WOCBP="Y", PREGTEST="POS"), crf("EX", "NAT-1", EXSTDT=day("2026-02-01"))
    assert not says("EX-S4", crf("EX", "NAT-2", EXSTDT=day("2026-02-22")), history, first)


def test_who_is_asked_what_before_therapy():
    woman, man = crf("DM", SEX="F"), crf("DM", SEX="M")
    assert [asked(crf("MH"), "WOCBP", someone) for someone in (woman, man)] == [True, False]
    assert asked(crf("MH"), "WOCBP") is None, "sex not known yet: shown, not required"
    assert [asked(crf("MH", WOCBP=answer), "PREGTEST") for answer in ("Y", "N", None)] == [True, False, None]
    plans = (crf("PLAN", REGIMEN="LCRT_TNT_IO"), crf("PLAN", REGIMEN="LCRT_TNT"))
    assert [asked(crf("MH"), "HBV", plan) for plan in plans] == [True, False]


@pytest.mark.parametrize(("on", "refused"), [("2026-01-09", True), ("2026-01-10", False), ("2028-01-01", False)])
def test_therapy_is_not_planned_before_consent_and_may_lie_ahead(on, refused):
    assert says("PLAN.PLANSTDT:hard", crf("PLAN", NATPLAN="Y", PLANSTDT=day(on)), CONSENT) is refused


# --- eligibility --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "eligible", "refused"),
    [
        ("Y", True, False),
        ("Y", False, True),
        ("Y", None, True),
        ("N", True, False),
        ("N", False, False),
        ("N", None, False),
        (None, None, False),
    ],
)
def test_only_who_is_derived_eligible_can_be_confirmed(confirmed, eligible, refused):
    assert says("ELIG-H1", crf("ELIG", ELIGCONF=confirmed), eligible=eligible) is refused


@pytest.mark.parametrize(
    ("eligible_on", "began", "asks"),
    [
        ("2026-01-20", "2026-01-19", True),
        ("2026-01-20", "2026-01-20", False),
        ("2026-01-20", None, False),
        (None, "2026-01-19", False),
    ],
)
def test_therapy_before_eligibility_is_a_deviation_on_every_form_that_can_see_it(eligible_on, began, asks):
    confirmed = crf("ELIG", ELIGDAT=eligible_on and day(eligible_on))
    fraction = crf("RT", RTSTDT=began and day(began))
    drug = crf("EX", EXSTDT=began and day(began))
    assert says("RT-S1", fraction, confirmed) is asks
    assert says("EX-S1", drug, confirmed) is asks
    assert says("ELIG-S1", confirmed, fraction) is asks
    assert says("ELIG-S1", confirmed, drug) is asks
