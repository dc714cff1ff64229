"""Pathological complete response and the NAR score against the formula of George 2015."""

import itertools
from decimal import Decimal

import pytest

from forms.codelists.baseline import CLINICAL_T
from forms.codelists.treatment import PATHOLOGICAL_N, PATHOLOGICAL_T, PROCEDURE, TME_PROCEDURES
from forms.derivations.specimen import nar_score, pathological_complete_response
from forms.logic import FUNCTIONS

EVERY_SPECIMEN = tuple(itertools.product(CLINICAL_T.values, PATHOLOGICAL_T.values, PATHOLOGICAL_N.values))


@pytest.mark.parametrize(
    ("ypt", "ypn", "complete"),
    [
        ("ypT0", "ypN0", "Y"),
        ("ypTis", "ypN0", "N"),
        ("ypT1", "ypN0", "N"),
        ("ypT0", "ypN1c", "N"),
        ("ypTx", "ypN1a", "N"),
        ("ypT2", "ypNx", "N"),
        ("ypT4", None, "N"),
        (None, "ypN2b", "N"),
        ("ypT0", "ypNx", None),
        ("ypTx", "ypN0", None),
        ("ypT0", None, None),
        (None, "ypN0", None),
        (None, None, None),
    ],
)
def test_pcr_is_refused_by_any_residue_and_open_without_full_staging(
    ypt: str | None, ypn: str | None, complete: str | None
) -> None:
    assert pathological_complete_response(ypt, ypn) == complete


def test_pcr_is_yes_for_exactly_one_specimen() -> None:
    yes = [s for s in itertools.product(PATHOLOGICAL_T.values, PATHOLOGICAL_N.values) if FUNCTIONS["pcr"](*s) == "Y"]
    assert yes == [("ypT0", "ypN0")]


@pytest.mark.parametrize(
    ("ct", "ypt", "ypn", "score"),
    [
        ("cT3a", "ypT0", "ypN0", "0.94"),  # 3^2 / 9.61
        ("cT3c", "ypT3", "ypN1a", "30.07"),  # 17^2 / 9.61
        ("cT4a", "ypT4", "ypN2b", "50.36"),  # 22^2 / 9.61
        ("cT3b", "ypT3", "ypN0", "14.98"),  # 12^2 / 9.61
        ("cT4b", "ypT0", "ypN0", "0.00"),
        ("cT1", "ypT4", "ypN2a", "100.00"),  # 31^2 / 9.61, the top of the published range
        ("cT2", "ypTis", "ypN1c", "12.59"),  # Tis counts 0: 11^2 / 9.61
    ],
)
def test_nar_agrees_with_the_published_formula(ct: str, ypt: str, ypn: str, score: str) -> None:
    assert nar_score(ct, ypt, ypn, "LAR") == Decimal(score)


@pytest.mark.parametrize(
    ("ct", "ypt", "ypn", "procedure"),
    [
        ("cTx", "ypT0", "ypN0", "LAR"),
        ("cT3a", "ypTx", "ypN0", "LAR"),
        ("cT3a", "ypT0", "ypNx", "LAR"),
        ("cT3a", "ypT0", "ypN0", "LE"),
        ("cT3a", "ypT0", "ypN0", "OTHER"),
        (None, "ypT0", "ypN0", "LAR"),
        ("cT3a", None, "ypN0", "LAR"),
        ("cT3a", "ypT0", None, "LAR"),
        ("cT3a", "ypT0", "ypN0", None),
    ],
)
def test_nar_is_not_evaluable_without_full_staging_or_tme(
    ct: str | None, ypt: str | None, ypn: str | None, procedure: str | None
) -> None:
    assert FUNCTIONS["nar_score"](ct, ypt, ypn, procedure) is None


def test_nar_spans_the_published_range_over_every_specimen() -> None:
    scores = [s for each in EVERY_SPECIMEN if (s := nar_score(*each, "APR")) is not None]
    assert len(scores) == 8 * 6 * 6
    assert (min(scores), max(scores)) == (Decimal(0), Decimal(100))


def test_nar_is_evaluable_for_each_tme_and_for_no_other_operation() -> None:
    evaluable = [p for p in PROCEDURE.values if nar_score("cT3a", "ypT2", "ypN0", p) is not None]
    assert evaluable == list(TME_PROCEDURES)


def test_nar_rises_with_residual_tumour() -> None:
    for ct, ypn in itertools.product(("cT1", "cT2", "cT3a", "cT4a"), ("ypN0", "ypN1a", "ypN2a")):
        scores = [nar_score(ct, ypt, ypn, "LAR") for ypt in ("ypT0", "ypT1", "ypT2", "ypT3", "ypT4")]
        assert scores == sorted(scores, key=lambda s: s or Decimal(0))
