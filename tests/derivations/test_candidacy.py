"""Derived candidacy (PROTOCOL 5, step 5): candidate only when everything is known and favourable."""

import itertools

import pytest

from forms.codelists.response import DERIVED_CANDIDACY, RESPONSE
from forms.derivations.staging import candidacy


@pytest.mark.parametrize(
    ("response", "model", "m1", "contra", "verdict"),
    [
        ("CCR", "POSITIVE", "N", "N", "CAND"),
        ("NCR", "POSITIVE", "N", "N", "CAND"),
        ("ICR", "POSITIVE", "N", "N", "NOTCAND"),
        ("CCR", "NEGATIVE", "N", "N", "NOTCAND"),
        ("CCR", "POSITIVE", "Y", "N", "NOTCAND"),
        ("CCR", "POSITIVE", "N", "Y", "NOTCAND"),
        ("CCR", None, "N", "N", "CT"),
        ("NE", "POSITIVE", "N", "N", "CT"),
        (None, "POSITIVE", "N", "N", "CT"),
        ("CCR", "POSITIVE", None, "N", "CT"),
        ("CCR", "POSITIVE", "N", None, "CT"),
        (None, None, None, None, "CT"),
        ("ICR", None, None, None, "NOTCAND"),
        (None, "NEGATIVE", None, None, "NOTCAND"),
        (None, None, "Y", None, "NOTCAND"),
        (None, None, None, "Y", "NOTCAND"),
        ("NE", None, "N", "Y", "NOTCAND"),
    ],
)
def test_candidacy(response: str | None, model: str | None, m1: str | None, contra: str | None, verdict: str) -> None:
    assert candidacy(response, model, m1, contra) == verdict


def test_nothing_unknown_ever_makes_a_candidate() -> None:
    answers = ((*RESPONSE.values, None), ("POSITIVE", "NEGATIVE", None), ("Y", "N", None), ("Y", "N", None))
    verdicts = {each: candidacy(*each) for each in itertools.product(*answers)}
    assert [each for each, verdict in verdicts.items() if verdict == "CAND"] == [
        ("CCR", "POSITIVE", "N", "N"),
        ("NCR", "POSITIVE", "N", "N"),
    ]
    assert set(verdicts.values()) == set(DERIVED_CANDIDACY.values)
