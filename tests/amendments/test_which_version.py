"""Which version of the protocol a participant is on: a pure function of what the site activated and of the consents on file."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Answers, Crf
from tests.amendments.worked import APPROVED, FIRST, SECOND, shipped
from trial.amendments import (
    ORIGINAL,
    Step,
    as_if,
    consent_form,
    consented_under,
    consents_of,
    followed,
    forms_under,
    release,
    steps,
    unclaimed,
)
from trial.protocol import PROTOCOL

SITE = {"code": "01", "consent_versions": [{"version": "1.0", "valid_from": "2025-01-01", "valid_to": None}]}
ACTIVE = ({"site": "01", "protocol": "1.1", "approved_on": APPROVED},)
JANUARY, MAY = date(2026, 1, 5), date(2026, 5, 4)


def consent(
    on: date | None, version: str | None, *, number: int = 1, kind: str = "INITIAL", signed: str | None = "Y"
) -> Crf:
    told = {"ICTYPE": kind, "ICDAT": on, "ICVER": version, "ICSIGN": signed}
    return Crf("IC", 1, "SCR", number, 1, Answers({k: v for k, v in told.items() if v is not None}))


def again(on: date | None, version: str | None = "2.0", **more: object) -> Crf:
    return consent(on, version, number=2, kind="RECONSENT", **more)  # type: ignore[arg-type]


def eligible(on: date) -> Crf:
    return Crf("ELIG", 1, "SCR", 1, 1, Answers({"ELIGCONF": "Y", "ELIGDAT": on}))


FIRST_CONSENT = consent(JANUARY, "1.0")


@pytest.fixture(autouse=True)
def _shipped(amended):
    """Every test here."""


TRUTH = [
    # site, consents                                                             on, since
    ((), (), "1.0", None),
    (ACTIVE, (), "1.0", None),
    ((), (FIRST_CONSENT,), "1.0", None),
    (ACTIVE, (FIRST_CONSENT,), "1.0", None),
    ((), (FIRST_CONSENT, again(MAY)), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(MAY)), "1.1", MAY),
    (ACTIVE, (FIRST_CONSENT, again(MAY, "1.0")), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(APPROVED)), "1.1", APPROVED),
    (ACTIVE, (FIRST_CONSENT, again(APPROVED - timedelta(1))), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(MAY, signed="N")), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(MAY, signed=None)), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(None)), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(MAY, None)), "1.0", None),
    (ACTIVE, (FIRST_CONSENT, again(MAY, "3.0")), "1.0", None),
    (ACTIVE, (consent(MAY, "2.0"),), "1.1", MAY),
    (ACTIVE, (consent(MAY, "2.0"), again(MAY + timedelta(9), "1.0")), "1.1", MAY),
]


@pytest.mark.requirement("R37")
@pytest.mark.parametrize(("active", "crfs", "version", "since"), TRUTH)
def test_the_version_follows_from_activation_and_signed_consent(active, crfs, version, since):
    found = followed(crfs, SITE, active)
    assert (found.version, found.since) == (version, since)
    assert found.forms["DM"] == (2 if version == "1.1" else 1)


def test_a_removed_consent_moves_nobody():
    gone = Crf("IC", 1, "SCR", 2, 2, Answers(again(MAY).answers.items, removed="another participant's"))
    assert followed((FIRST_CONSENT, gone), SITE, ACTIVE).version == "1.0"


def test_a_consent_that_the_site_lists_itself_waits_for_the_activation():
    listed = {**SITE, "consent_versions": [*SITE["consent_versions"], {"version": "2.0", "valid_from": "2026-02-01"}]}
    early = again(date(2026, 2, 10))
    assert followed((FIRST_CONSENT, early), listed, ()).version == "1.0"
    assert followed((FIRST_CONSENT, early), listed, ACTIVE).since == APPROVED


def test_a_consent_after_the_last_day_of_its_form_moves_nobody():
    ended = {**SITE, "consent_versions": [{"version": "2.0", "valid_from": "2026-04-01", "valid_to": "2026-05-01"}]}
    assert followed((again(date(2026, 5, 1)),), ended, ACTIVE).version == "1.1"
    assert followed((again(date(2026, 5, 2)),), ended, ACTIVE).version == "1.0"


def test_an_amendment_without_a_new_consent_moves_whoever_has_the_consent_it_names():
    both = (*ACTIVE, {"site": "01", "protocol": "1.2", "approved_on": date(2026, 5, 20)})
    with shipped(SECOND):
        assert steps((FIRST_CONSENT, again(MAY)), SITE, both) == (
            Step("1.0"),
            Step("1.1", MAY, "2.0"),
            Step("1.2", date(2026, 5, 20), "2.0"),
        )
        assert steps((FIRST_CONSENT,), SITE, both) == (Step("1.0"),)
        assert forms_under("1.2")["MRI0"] == 2


def test_a_later_amendment_needs_no_earlier_one():
    with shipped(SECOND):
        only = ({"site": "01", "protocol": "1.2", "approved_on": APPROVED},)
        assert [s.version for s in steps((FIRST_CONSENT, again(MAY)), SITE, only)] == ["1.0", "1.2"]


def test_the_consent_form_is_that_of_the_newest_version_active_at_the_site():
    assert consent_form(()) == consent_form(ACTIVE) == 1


def test_the_consent_signed_last_is_the_one_that_holds():
    assert consented_under(()) is None
    assert consented_under((FIRST_CONSENT,)) == "1.0"
    assert consented_under((again(MAY), FIRST_CONSENT)) == "2.0"


@pytest.mark.requirement("R37")
def test_a_consent_version_is_valid_at_a_site_from_its_approval():
    assert [c["version"] for c in consents_of(SITE, ())] == ["1.0"]
    assert consents_of(SITE, ACTIVE)[-1] == {"version": "2.0", "valid_from": "2026-04-01", "valid_to": None}


def test_what_the_site_says_of_a_consent_version_stands():
    own = {"version": "2.0", "valid_from": "2026-06-01", "valid_to": None}
    assert consents_of({"consent_versions": [own]}, ACTIVE) == (own,)


def test_who_moved_house_keeps_the_version_consented_to_at_the_former_site():
    left = ({**ACTIVE[0], "left_on": date(2026, 5, 20)},)
    here = {"site": "02", "protocol": "1.1", "approved_on": date(2026, 6, 1)}
    for active in (left, (*left, here), (here, *left)):
        assert followed((FIRST_CONSENT, again(MAY)), SITE, active).since == MAY
    assert followed((FIRST_CONSENT, again(date(2026, 5, 21))), SITE, left).version == "1.0", (
        "it was no form of the new site"
    )
    assert followed((FIRST_CONSENT, again(date(2026, 6, 2))), SITE, (*left, here)).version == "1.1"


def test_a_version_that_two_sites_had_is_valid_on_the_days_of_either():
    spans = [("1.0", "2025-01-01", "2025-06-30"), ("1.0", "2026-01-01", None)]
    twice = {"consent_versions": [{"version": v, "valid_from": f, "valid_to": t} for v, f, t in spans]}
    assert [c["valid_from"] for c in consents_of(twice, ())] == ["2025-01-01", "2026-01-01"]


def test_every_form_version_belongs_to_a_version_of_the_protocol():
    assert unclaimed() == ()


def test_the_original_has_the_first_version_of_every_form():
    assert set(forms_under("1.0").values()) == {1}
    assert {f: v for f, v in forms_under("1.1").items() if v != 1} == {"DM": 2, "MRI0": 2}


def test_who_was_found_eligible_before_is_judged_by_the_criteria_of_that_day():
    before = followed((FIRST_CONSENT, eligible(date(2026, 1, 15)), again(MAY)), SITE, ACTIVE).protocol
    assert (before.version, before.criteria_of, before.windows.early_tolerance) == ("1.1", "1.0", 7)
    after = followed((FIRST_CONSENT, again(MAY), eligible(MAY)), SITE, ACTIVE).protocol
    assert after.criteria_of == "1.1"
    unjudged = followed((FIRST_CONSENT, again(MAY)), SITE, ACTIVE).protocol
    assert unjudged.criteria_of == "1.1"


def test_whoever_never_moved_has_the_protocol_as_it_was_shipped():
    assert followed((FIRST_CONSENT,), SITE, ACTIVE).protocol is PROTOCOL is ORIGINAL.protocol


def test_what_would_hold_from_today_keeps_what_held_before():
    now = followed((FIRST_CONSENT, eligible(JANUARY)), SITE, ())
    then = as_if(now, "1.1", MAY, (FIRST_CONSENT, eligible(JANUARY)))
    assert (then.version, then.protocol.criteria_of) == ("1.1", "1.0")
    assert then.protocol.formerly == ((MAY, PROTOCOL),)


def test_what_was_rehearsed_is_gone_afterwards():
    with shipped(SECOND):
        assert release("1.2") is SECOND
    assert release("1.2") is None and release("1.1") is FIRST


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
CONSENTS = st.lists(
    st.tuples(DAYS, st.sampled_from(["1.0", "2.0", "9"]), st.sampled_from(["Y", "N", None])), max_size=6
)


def test_nobody_goes_back_and_nobody_moves_without_consent_and_approval():
    @given(CONSENTS, st.none() | DAYS, st.none() | DAYS)
    def holds(consents, first, second):
        active = [{"protocol": v, "approved_on": d} for v, d in (("1.1", first), ("1.2", second)) if d]
        crfs = [consent(on, code, number=n, signed=signed) for n, (on, code, signed) in enumerate(consents, 1)]
        found = steps(crfs, SITE, active)
        assert found == steps(crfs[::-1], SITE, active[::-1])
        assert found[0] == Step("1.0")
        assert [s.version for s in found] == sorted({s.version for s in found})
        days = [s.since for s in found[1:]]
        assert days == sorted(days)
        for step in found[1:]:
            assert next(a["approved_on"] for a in active if a["protocol"] == step.version) <= step.since
            assert any(code == "2.0" and signed == "Y" and on <= step.since for on, code, signed in consents)

    with shipped(SECOND):
        holds()
