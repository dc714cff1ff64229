"""Chapter: what may be entered depends on the consent in force on the day it happened (PROTOCOL 2, IN1; decision 0003)."""

from datetime import date, timedelta

import pytest

from forms.catalogue import crf, order
from tests.actions.house import CONSENTED, ENROLLED, READY, SCREENING, House
from tests.actions.rooms import on_both
from tests.spec.people import CONSENT, SITE, decided, person, telling
from tests.spec.people import SCREENING as PERSON
from trial.actions.sites import approve_consent_version, set_emergency_phone
from trial.consents import consents, in_force, overdue, standing
from trial.errors import ConfirmationNeeded, NotAllowed, NotFound, Refused
from trial.facts import of_site
from trial.limits import ALWAYS_OPEN, CONSENT_OVERDUE, VERSION_NOT_VALID, limits

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
MANDATORY = {
    **SITE,
    "consent_versions": [
        {"version": "1.1", "valid_from": "2026-06-01", "valid_to": None, "mandatory_from": "2026-07-01"},
        {"version": "1.0", "valid_from": "2025-01-01", "valid_to": "2026-05-31"},
    ],
}
RECONSENT = {"ICTYPE": "RECONSENT", "ICSIGN": "Y", "ICVER": "1.1", "ICSAMP": "Y", "ICFUT": "Y"}


def again(on=JUNE, version="1.1", number=2, **more):
    return crf("IC", "ANY", number, **{**RECONSENT, "ICDAT": on, "ICVER": version, **more})


def under(site, *others, **changes):
    """An eligible person with the facts of a site."""
    base = person(*others, **changes)
    return telling(*base.crfs, **of_site(site))


def said(record, instance) -> dict[str, str]:
    return {f.key: f.level for f in limits(record, instance)}


# --- which consent is in force -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "version"), [(CONSENT - timedelta(1), None), (CONSENT, "1.0"), (JUNE - timedelta(1), "1.0"), (JUNE, "1.1")]
)
def test_the_consent_in_force_is_the_last_one_signed_by_that_day(day, version):
    found = in_force(under(MANDATORY, again()), day)
    assert (found.version if found else None) == version


@pytest.mark.parametrize(
    ("signed", "day", "owed"),
    [
        ((), JULY - timedelta(1), None),
        ((), JULY, ("1.1", JULY)),
        ((), JULY + timedelta(400), ("1.1", JULY)),
        ((JUNE,), JULY, None),
        ((JULY,), JULY, None),
        ((JULY + timedelta(1),), JULY, ("1.1", JULY)),
        ((JULY + timedelta(1),), JULY + timedelta(1), None),
    ],
)
def test_a_mandatory_version_is_overdue_from_its_day_until_it_is_signed(signed, day, owed):
    assert overdue(under(MANDATORY, *(again(on) for on in signed)), day) == owed


def test_a_later_version_will_do_and_an_older_one_will_not():
    site = {
        **MANDATORY,
        "consent_versions": [*MANDATORY["consent_versions"], {"version": "2.0", "valid_from": "2026-06-15"}],
    }
    assert overdue(under(site, again(date(2026, 6, 20), "2.0")), JULY) is None
    assert overdue(under(site, again(date(2026, 6, 20), "1.0")), JULY) == ("1.1", JULY)


def test_nothing_is_overdue_before_a_first_consent_or_where_no_version_is_mandatory():
    assert overdue(under(MANDATORY, IC={"ICDAT": None}), JULY) is None
    assert overdue(under(SITE), date(2030, 1, 1)) is None
    assert overdue(telling(*person().crfs, consent_mandatory=None), JULY) is None


@pytest.mark.parametrize(
    ("version", "on", "valid"),
    [
        ("1.0", date(2026, 5, 31), True),
        ("1.0", date(2026, 6, 1), False),
        ("1.1", date(2026, 5, 31), False),
        ("9", CONSENT, False),
    ],
)
def test_a_version_is_valid_on_the_days_the_site_had_it(version, on, valid):
    record = under(SITE, IC={"ICVER": version, "ICDAT": on})
    assert consents(record)[0].valid is valid


@pytest.mark.parametrize(
    ("others", "changes", "valid"),
    [
        ((), {}, False),
        ((again(),), {}, True),
        ((again(),), {"IC": {"ICVER": None}}, True),
        ((), {"IC": {"ICDAT": None}}, False),
        ((again(ICWDAT=JULY),), {}, False),
        ((again(ICWDAT=JULY, ICWSCOPE=("SAMPLES",)),), {}, True),
        ((again(ICWDAT=JULY + timedelta(1)),), {}, True),
    ],
)
def test_how_a_participant_stands_on_a_day(others, changes, valid):
    assert standing(under(MANDATORY, *others, **changes), JULY).valid is valid


def test_what_was_agreed_to_and_a_withdrawal_that_a_later_consent_undid():
    record = under(MANDATORY, again(JULY, ICSAMP="N"), IC={"ICWDAT": JUNE, "ICWSCOPE": ("SAMPLES",)})
    before, after = standing(record, JUNE), standing(record, JULY)
    assert (before.withdrawn_on, before.withdrawn_from, before.consent.samples) == (JUNE, ("SAMPLES",), True)
    assert (after.withdrawn_on, after.withdrawn_from, after.consent.samples) == (None, (), False)


# --- by class of form and day -----------------------------------------------------------------------------------------

DATED = {
    "LB": {"LBDAT": None}, "MIC": {"MICDAT": None}, "LBX": {"CDNADAT": None}, "RT": {"RTSTDT": None}, "EX": {"EXSTDT": None},
    "RST": {"RSTDAT": None}, "SUR": {"SURDAT": None}, "FU": {"FUDAT": None}, "QLQ30": {"QSDAT": None}, "LARS": {"QSDAT": None},
    "RGW": {"RGWDAT": None}, "STO": {"STODAT": None}, "MGT": {"MGTDAT": None},
}  # fmt: skip


@pytest.mark.parametrize(("offset", "asked"), [(-1, False), (0, True), (30, True)])
@pytest.mark.parametrize("form", sorted(DATED))
def test_what_was_done_without_the_mandatory_consent_is_asked_about_from_that_day(form, offset, asked):
    event = {"RST": "RST", "SUR": "SUR-1", "FU": "FU06", "RGW": "RGW-1"}.get(
        form, "ANY" if form in ("STO", "MGT") else "FU06"
    )
    instance = crf(form, event, **dict.fromkeys(DATED[form], JULY + timedelta(offset)))
    record = telling(*decided(instance).crfs, **of_site(MANDATORY))
    found = said(record, instance)
    assert (CONSENT_OVERDUE in found) is asked
    assert not asked or found[CONSENT_OVERDUE] == "soft", "it can have happened: it is stored, and a deviation"


@pytest.mark.parametrize("form", sorted(ALWAYS_OPEN))
def test_safety_and_the_end_of_the_study_are_never_asked_about_consent(form):
    dates = {
        "AE": {"AEENDAT": None},
        "SAE": {},
        "DTH": {"DTHDAT": None},
        "EOS": {"EOSDAT": None},
        "DV": {"DVDAT": None},
        "IC": {"ICDAT": None},
    }
    instance = crf(form, "ANY", 7, **dict.fromkeys(dates[form], JULY))
    record = telling(*person().crfs, instance, **of_site(MANDATORY))
    assert CONSENT_OVERDUE not in said(record, instance)
    assert form in order()


def test_the_consent_form_itself_is_asked_about_a_version_that_was_not_valid():
    late = {"ICVER": "1.0", "ICDAT": date(2026, 6, 2)}
    record = under(SITE, IC=late)
    (consent,) = record.all("IC")
    assert said(record, consent) == {VERSION_NOT_VALID: "soft"}
    assert said(record, record.all("PLAN")[0]) == {}, "asked once, not on every form"
    assert PERSON["IC"]["ICVER"] == "1.0"


def test_a_version_the_site_never_had_is_left_to_the_check_of_the_form():
    record = under(SITE, IC={"ICVER": "9"})
    assert VERSION_NOT_VALID not in said(record, record.all("IC")[0])


# --- through the door --------------------------------------------------------------------------------------------------


def approve(house: House, **options) -> None:
    given = {"valid_from": date(2026, 1, 10), "mandatory_from": date(2026, 1, 20)} | options
    approve_consent_version("01", "1.1", uow=house.work("administrator"), **given)


@on_both
def test_a_visit_without_the_mandatory_consent_is_stored_with_a_reason_and_a_deviation(either: House) -> None:
    approve(either)
    sample = {"LBDAT": "2026-01-20"}
    with pytest.raises(ConfirmationNeeded) as asked:
        either.save(CONSENTED, "LB", sample, "SCR")
    assert CONSENT_OVERDUE in {f.key for f in asked.value.findings}
    either.save(CONSENTED, "LB", sample, "SCR", confirmed={CONSENT_OVERDUE: "signed a week later"})
    (row,) = either.reader.all("breach", participant=CONSENTED)
    assert row["key"] == f"check:LB/SCR/1:{CONSENT_OVERDUE}"
    items = either.stored(CONSENTED, "DV", "ANY", row["occurrence"])["items"]
    assert (items["DVCAT"], items["DVSEV"]) == ("CONSENT", "MAJOR")


def test_the_day_before_nothing_is_asked_and_after_a_new_consent_nothing_either(house: House) -> None:
    approve(house)
    house.save(CONSENTED, "LB", {"LBDAT": "2026-01-19"}, "SCR")
    signed = SCREENING["IC"] | {"ICTYPE": "RECONSENT", "ICDAT": "2026-01-20", "ICVER": "1.1"}
    house.save(CONSENTED, "IC", signed, "ANY")
    house.save(CONSENTED, "CT0", SCREENING["CT0"] | {"CTDAT": "2026-01-21"})


def test_a_version_that_becomes_mandatory_brings_up_what_was_done_before_anybody_knew(house: House) -> None:
    assert not [q for q in house.reader.all("query", participant=READY) if q["rule"] == CONSENT_OVERDUE]
    approve(house)
    asks = {r["form"]: r["asks"] for r in house.reader.all("due", participant=READY)}
    assert asks["RST"] >= 1


def test_a_version_of_a_later_day_keeps_those_before_it_valid_until_the_eve(house: House) -> None:
    approve(house)
    versions = {v["version"]: v for v in house.reader.the("site", code="01")["consent_versions"]}
    assert versions["1.0"]["valid_to"] == "2026-01-09"
    assert versions["1.1"] == {
        "version": "1.1", "valid_from": "2026-01-10", "valid_to": None, "mandatory_from": "2026-01-20",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "options"),
    [
        ("1.0", {}), ("", {}), ("  ", {}),
        ("1.1", {"valid_from": date(2025, 1, 1)}),
        ("1.1", {"valid_from": date(2026, 1, 10), "mandatory_from": date(2026, 1, 9)}),
    ],
)  # fmt: skip
def test_what_refuses_a_version(house: House, version, options) -> None:
    before = house.reader.all("site")
    with pytest.raises(Refused):
        approve_consent_version(
            "01", version, uow=house.work("administrator"), **({"valid_from": date(2026, 1, 10)} | options)
        )
    assert house.reader.all("site") == before


@pytest.mark.parametrize("phone", ["+86 531 8916 9114", "0531-89169114"])
def test_a_site_says_which_number_it_answers_at_any_hour(house: House, phone: str) -> None:
    set_emergency_phone("01", phone, uow=house.work("administrator"))
    assert house.reader.the("site", code="01")["emergency_phone"] == phone


@pytest.mark.parametrize("phone", ["", "call me", "12", "+86 531 8916 9114 extension nine", "1" * 60])
def test_what_is_no_number_is_refused(house: House, phone: str) -> None:
    with pytest.raises(Refused):
        set_emergency_phone("01", phone, uow=house.work("administrator"))


def test_sites_are_the_administrators(house: House) -> None:
    for role in ("coordinator", "investigator", "data_manager"):
        with pytest.raises(NotAllowed):
            set_emergency_phone("01", "+86 531 8916 9114", uow=house.work(role))
    with pytest.raises(NotFound):
        set_emergency_phone("09", "+86 531 8916 9114", uow=house.work("administrator"))
    assert house.case(ENROLLED).site["emergency_phone"] is None
