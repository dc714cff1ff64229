"""Section 10 as one truth table: every role by every verb; deny by default; whose site; whose forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import current, order
from trial.roles import (
    RESERVED_ITEMS,
    ROLES,
    SAFETY_FORMS,
    SLIDE_ITEMS,
    UPLOAD_FORMS,
    VERBS,
    may,
    may_read_form,
    may_write_form,
    may_write_item,
)

C, I, M, D, S, B, U, P, L, A, X = ROLES  # noqa: E741  the columns below, in the order of section 10

TABLE = {
    "study.read": [C, I, M, D, S, B, U, P, L, A, X],
    "due.read": [C, I, M, D, S, A],
    "participant.list": [C, I, M, D, S, L, A],
    "participant.read": [C, I, M, D, S, L, A],
    "participant.create": [C, I],
    "participant.log": [C, I],
    "participant.card": [C, I],
    "participant.transfer": [D],
    "deviation.read": [C, I, M, D, A],
    "registry.read": [C, I, M, D, A],
    "registry.add": [C, I],
    "registry.results": [D, B, U],
    "crf.read": [C, I, M, D, S, L, A],
    "crf.write": [C, I, S, L],
    "crf.sign": [I],
    "crf.freeze": [D],
    "file.read": [C, I, M, D, L, A],
    "file.upload": [C, I, L],
    "file.look": [I, D],
    "eligibility.read": [C, I, M, D, A],
    "eligibility.sign": [I],
    "decision.record": [I],
    "model.call": [I],
    "model.read": [C, I, M, D, A],
    "randomise": [C, I],
    "allocation.read": [C, I, M, D, A],
    "randomisation.open": [X],
    "randomisation.close": [D],
    "amendment.activate": [D, X],
    "amendment.preview": [D],
    "randomisation.replay": [U, A],
    "seed.reveal": [U],
    "query.raise": [M, D, S],
    "query.read": [C, I, M, D, S, L, A],
    "query.answer": [C, I, L],
    "data.verify": [M],
    "plan.set": [D],
    "audit.review": [M, D],
    "trail.redact": [D],
    "visit.report": [M],
    "code.terms": [D],
    "safety.read": [C, I, M, S, A],
    "safety.assess": [S],
    "accrual.read": [C, I, M, D, S, B, U, A],
    "oversight.read": [C, I, M, D, A],
    "results.pooled": [D, B, U, A],
    "results.closed": [U],
    "report.closed": [U, P],
    "recommendation.record": [P],
    "cut.read": [D, B, U, A],
    "cut.make": [B, U],
    "export.blinded": [D, B],
    "export.unblinded": [U],
    "import.data": [D, L],
    "ranges.read": [C, I, M, D, A],
    "ranges.set": [D],
    "specimen.read": [C, I, M, D, L, A],
    "specimen.handle": [C, I, L],
    "omics.read": [C, I, M, D, A],
    "batch.set": [D],
    "import.forms": [C, I],
    "import.trial": [D],
    "foreign.take": [D],
    "foreign.read": [D, B, A],
    "audit.read": [C, I, M, D, S, A],
    "users.manage": [X],
    "delegation.read": [C, I, M, D, A, X],
    "delegation.sign": [I],
    "access.read": [A, X],
    "access.review": [X],
}


def test_the_roles_of_section_10():
    assert list(ROLES) == [
        "coordinator", "investigator", "monitor", "data_manager", "safety_officer", "statistician", "unblinded_statistician",
        "dsmb_member", "laboratory", "auditor", "administrator",
    ]  # fmt: skip


def test_the_table_names_every_verb():
    assert set(TABLE) == set(VERBS)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("verb", TABLE)
@pytest.mark.parametrize("role", ROLES)
def test_role_by_verb(role, verb):
    assert may(role, verb) is (role in TABLE[verb])


@given(st.text(), st.text())
def test_anything_else_is_refused(role, verb):
    if role not in ROLES or verb not in VERBS:
        assert may(role, verb) is False


def test_no_role_holds_a_verb_that_is_none():
    for role in ROLES.values():
        assert role.verbs <= set(VERBS)
        assert role.scope in ("own", "assigned", "all", "none")


@pytest.mark.parametrize(
    ("role", "sites", "site", "expected"),
    [
        (C, frozenset({"01"}), "01", True),
        (C, frozenset({"01"}), "02", False),
        (C, frozenset(), "01", False),
        (I, frozenset({"02"}), "02", True),
        (M, frozenset({"01", "03"}), "03", True),
        (M, frozenset({"01", "03"}), "02", False),
        (D, frozenset(), "02", True),
        (S, frozenset(), "02", True),
        (A, frozenset(), "02", True),
        (P, None, "01", False),
        (X, None, "01", False),
    ],
)
def test_a_site_is_reached_by_its_own_people_only(role, sites, site, expected):
    verb = "study.read" if role in (P, X) else "participant.list"
    assert may(role, verb, site, sites) is expected


# --- what stands against each other -------------------------------------------------------------------------------------


@pytest.mark.requirement("R54")
def test_only_the_unblinded_statistician_reveals_the_seed_and_compares_arms():
    assert [r for r in ROLES if may(r, "seed.reveal")] == [U]
    assert [r for r in ROLES if may(r, "results.closed")] == [U]


@pytest.mark.requirement("R33")
def test_no_role_of_the_sponsor_enters_or_signs_site_data():
    for role in (M, D, B, U, P, A, X):
        assert not [f for f in order() if may_write_form(role, f)]
        assert not may(role, "crf.sign")


@pytest.mark.parametrize("role", [M, A, B, U, P, X])
def test_who_only_reads_writes_nothing(role):
    assert not {
        v
        for v in ROLES[role].verbs
        if v
        in (
            "crf.write",
            "crf.sign",
            "randomise",
            "file.upload",
            "import.data",
            "import.trial",
            "import.forms",
            "foreign.take",
        )
    }


def test_an_administrator_and_a_board_member_see_no_participant():
    for role in (X, P):
        assert not [
            v for v in ROLES[role].verbs if v.startswith(("participant.", "crf.", "file.", "model.", "allocation."))
        ]
        assert not may_read_form(role, "DM")


def test_who_sees_arms_compared_never_sees_single_participants():
    for role in (U, P):
        assert not may(role, "participant.read")
        assert not may(role, "crf.read")


# --- forms and items --------------------------------------------------------------------------------------------------

INVESTIGATORS_OWN = {"ELIG", "PRE", "DEC"}


@pytest.mark.parametrize("form", order())
def test_who_writes_which_form(form):
    writers = {r for r in ROLES if may_write_form(r, form)}
    expected = {I} if form in INVESTIGATORS_OWN else {C, I}
    expected |= {S} if form == "SAE" else set()
    expected |= {L} if form in UPLOAD_FORMS else set()
    assert writers == expected


@pytest.mark.parametrize("form", order())
def test_who_reads_which_form(form):
    readers = {r for r in ROLES if may_read_form(r, form)}
    assert readers == {C, I, M, D, A} | ({S} if form in SAFETY_FORMS else set()) | (
        {L} if form in UPLOAD_FORMS else set()
    )


def test_forms_and_items_of_the_tables_exist():
    known = set(order())
    assert known >= SAFETY_FORMS | UPLOAD_FORMS
    for key in (*RESERVED_ITEMS, *SLIDE_ITEMS):
        form, _, item = key.partition(".")
        assert current(form).item(item).key == key


@pytest.mark.parametrize(
    ("key", "writers"),
    [
        ("SAE.SAENARR", {C, I}),
        ("SAE.SAEAWARE", {C, I}),
        ("SAE.SAECAUSI", {I}),
        ("SAE.SAEEXP", {S}),
        ("SAE.SAECAUSS", {S}),
        ("SAE.SAERPTA", {S}),
        ("SAE.SAESPON", set()),
        ("PATH.HISTO", {C, I}),
        ("PATH.SLIDFEAT", {C, I, L}),
        ("PATH.QCSLIDE", {C, I, L}),
        ("RAD.RADFILE", {C, I, L}),
        ("DEC.STRATEGY", {I}),
        ("PRE.PRECR", {I}),
        ("DM.SEX", {C, I}),
    ],
)
def test_who_writes_which_item(key, writers):
    assert {r for r in ROLES if may_write_item(r, key)} == writers


def test_the_system_writes_what_it_derives():
    assert may_write_form("system", "DV")
    assert may_write_item("system", "SAE.SAESPON")
    assert not may("system", "seed.reveal")


def test_a_role_nobody_declared_reads_and_writes_nothing():
    assert not may_read_form("visitor", "DM")
    assert not may_write_form("visitor", "DM")
    assert not may_write_item("visitor", "DM.SEX")
