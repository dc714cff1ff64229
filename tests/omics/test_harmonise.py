"""Chapter: values of one batch brought to those of the reference batch, with frozen parameters, by hand; nothing is fitted."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.house import House
from tests.actions.rooms import on_both
from trial.actions import batches
from trial.actions.batches import as_batch, harmonised_table
from trial.errors import AlreadyExists, NotAllowed, NotFound, Refused
from trial.feature_table import parsed, read
from trial.omics.harmonise import Batch, ParametersUnfit, harmonised
from trial.store.verify import verify

PARAMETERS = {"stat_mean": (300.0, 50.0, 310.0, 40.0), "morph_volume": (0.0, 1.0, 0.0, 1.0)}
SCANNER = Batch("radiomics", "scanner B", "01", "mirp 2.5.0", "scanner A", PARAMETERS)
NUMBERS = st.floats(-1e6, 1e6)
SCALES = st.floats(1e-3, 1e3)


def state(house: House, batch: Batch = SCANNER, by: str = "data_manager") -> int:
    return batches.state(batch, uow=house.work(by))


def test_a_value_is_moved_as_the_formula_says() -> None:
    """(350 - 300) / 50 = 1; 1 * 40 + 310 = 350. (325 - 300) / 50 = 0.5; 0.5 * 40 + 310 = 330. (300 - 300) = 0: 310."""
    for value, expected in ((350.0, 350.0), (325.0, 330.0), (300.0, 310.0)):
        assert harmonised({"stat_mean": value}, SCANNER) == {"stat_mean": expected}


def test_the_parameters_of_combat_are_a_location_and_a_scale() -> None:
    """alpha 10, sigma 2, gamma 0.5, delta 1.5 of a feature: x = 14 is (14 - 10 - 2 * 0.5) / (2 * 1.5) = 1 of sigma, so 2 * 1 + 10 = 12."""
    alpha, sigma, gamma, delta = 10.0, 2.0, 0.5, 1.5
    batch = Batch("radiomics", "b", None, "x 1", "a", {"f": (alpha + sigma * gamma, sigma * delta, alpha, sigma)})
    assert harmonised({"f": 14.0}, batch) == {"f": 12.0}
    assert harmonised({"f": 14.0}, batch)["f"] == sigma * (14.0 - alpha - sigma * gamma) / (sigma * delta) + alpha


def test_without_parameters_nothing_changes() -> None:
    none = Batch("radiomics", "a", None, "mirp 2.5.0")
    assert (none.method, harmonised({"x": 1.5}, none)) == ("none", {"x": 1.5})


def test_a_feature_without_parameters_refuses_the_table() -> None:
    with pytest.raises(ParametersUnfit) as told:
        harmonised({"stat_mean": 1.0, "stat_skew": 2.0, "cm_contrast": 3.0}, SCANNER)
    assert told.value.names == ("cm_contrast", "stat_skew")


@pytest.mark.parametrize(
    "numbers",
    [
        (0.0, 0.0, 0.0, 1.0),
        (0.0, 1.0, 0.0, 0.0),
        (0.0, -1.0, 0.0, 1.0),
        (math.nan, 1.0, 0.0, 1.0),
        (0.0, math.inf, 0.0, 1.0),
        (0.0, 1.0),
    ],
)
def test_parameters_that_cannot_be_applied_make_no_batch(numbers: tuple[float, ...]) -> None:
    with pytest.raises(ParametersUnfit) as told:
        Batch("radiomics", "b", None, "x 1", None, {"f": numbers})  # type: ignore[dict-item]
    assert told.value.names == ("f",)


@given(NUMBERS, NUMBERS, SCALES, NUMBERS, SCALES)
def test_the_way_there_and_back_is_no_way(value: float, a: float, b: float, c: float, d: float) -> None:
    there = Batch("radiomics", "b", None, "x 1", "a", {"f": (a, b, c, d)})
    back = Batch("radiomics", "a", None, "x 1", "b", {"f": (c, d, a, b)})
    assert harmonised(harmonised({"f": value}, there), back)["f"] == pytest.approx(value, rel=1e-6, abs=1e-3)


@given(NUMBERS, NUMBERS, NUMBERS, SCALES, NUMBERS, SCALES)
def test_the_order_of_values_stays(one: float, other: float, a: float, b: float, c: float, d: float) -> None:
    batch = Batch("radiomics", "b", None, "x 1", "a", {"f": (a, b, c, d)})
    moved = [harmonised({"f": value}, batch)["f"] for value in sorted((one, other))]
    assert moved == sorted(moved)


def test_the_digest_is_of_the_method_and_its_numbers_alone() -> None:
    same = Batch("radiomics", "another name", "02", "x 1", "scanner A", dict(reversed(PARAMETERS.items())))
    assert same.sha256 == SCANNER.sha256
    moved = {**PARAMETERS, "stat_mean": (300.0, 50.0, 310.0, 40.000001)}
    assert Batch("radiomics", "scanner B", "01", "mirp 2.5.0", "scanner A", moved).sha256 != SCANNER.sha256
    assert Batch("radiomics", "scanner B", "01", "mirp 2.5.0", "scanner C", PARAMETERS).sha256 != SCANNER.sha256


# --- what is kept --------------------------------------------------------------------------------------------------------


@on_both
def test_a_batch_is_kept_with_its_numbers_and_is_never_stated_again(either: House) -> None:
    number = state(either)
    row = either.reader.the("batch", id=number)
    assert as_batch(row) == SCANNER
    assert row["sha256"] == SCANNER.sha256
    with pytest.raises(AlreadyExists):
        state(either)
    assert len(either.journal("person:batch:stated")) == 1
    assert verify(either.engine, files=either.files) == []


def test_only_the_data_office_states_a_batch_and_only_for_a_site_there_is(house: House) -> None:
    with pytest.raises(NotAllowed):
        state(house, by="coordinator")
    with pytest.raises(NotFound):
        state(house, Batch("radiomics", "b", "99", "x 1"))
    assert house.reader.all("batch") == []


TABLE = b"# extractor: mirp 2.5.0\n# reader: R1\nfeature,value,unit\nmorph_volume,31500.5,mm3\nstat_mean,325,\n"


def test_a_harmonised_table_says_by_what_and_from_which_table(house: House) -> None:
    state(house)
    made = harmonised_table(TABLE, "scanner B", reader=house.reader)
    table = read(made)
    assert parsed(made) == {"morph_volume": 31500.5, "stat_mean": 330.0}
    assert table.said["batch"] == "scanner B"
    assert table.said["harmonisation"] == f"location-scale 1 {SCANNER.sha256}"
    import hashlib

    assert table.said["raw"] == hashlib.sha256(TABLE).hexdigest()
    assert {row.name: row.unit for row in table.rows} == {"morph_volume": "mm3", "stat_mean": ""}
    assert harmonised_table(TABLE, "scanner B", reader=house.reader) == made


def test_a_table_is_not_harmonised_twice_nor_from_another_extractor(house: House) -> None:
    state(house)
    once = harmonised_table(TABLE, "scanner B", reader=house.reader)
    for content, words in (
        (once, "harmonised already"),
        (TABLE.replace(b"2.5.0", b"2.4.2"), "extracted with “mirp 2.4.2”"),
    ):
        with pytest.raises(Refused) as told:
            harmonised_table(content, "scanner B", reader=house.reader)
        assert words in told.value.findings[0].text()
    with pytest.raises(NotFound):
        harmonised_table(TABLE, "scanner C", reader=house.reader)
    with pytest.raises(ParametersUnfit):
        harmonised_table(TABLE + b"stat_skew,1,\n", "scanner B", reader=house.reader)
