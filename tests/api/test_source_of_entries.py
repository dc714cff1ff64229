"""A program says what was measured, not where it comes from: the API writes `api`, whatever is sent."""

from collections.abc import Callable

import pytest

from tests.actions.house import SCREENED, House

CM = f"/participants/{SCREENED}/crfs/ANY/CM/1"
CLAIMED = f"import:odm:{'a' * 64}"
TAKEN = {"CMTRT": "Aspirin", "CMSTDAT": "2026-01", "CMCLAS": "OTHER"}
CLAIMS = {
    "beside the items": {"items": TAKEN, "source": CLAIMED},
    "among the items": {"items": TAKEN | {"source": CLAIMED}},
}


def sources(house: House) -> list[str]:
    return [row["source"] for row in house.revisions(SCREENED, "CM", "ANY")]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_source_in_the_body_is_refused(program: Callable, house: House, claim: str) -> None:
    mine = program()
    for method, path in (("PUT", CM), ("POST", f"{CM}/preview")):
        answer = mine.call(method, path, CLAIMS[claim])
        assert answer.status_code in (400, 422) or answer.json["findings"], (path, answer.text)
        assert "source" in answer.text
    assert sources(house) == []


def test_a_source_in_the_address_or_a_header_is_not_read(program: Callable, house: House) -> None:
    mine = program()
    mine.headers["source"] = CLAIMED
    answer = mine.call("PUT", f"{CM}?source={CLAIMED}", {"items": TAKEN})
    assert answer.status_code == 200, answer.text
    assert sources(house) == ["api"]


def test_a_claim_opens_no_form_to_a_role_that_does_not_write_it(program: Callable, house: House) -> None:
    answer = program("monitor").call("PUT", f"{CM}?source={CLAIMED}", {"items": TAKEN})
    assert answer.status_code == 403
    assert sources(house) == []
