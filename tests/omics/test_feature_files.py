"""Chapter: a feature table that is not the one the model declares is refused, with the line named (issue 4, must be shown; R77)."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.house import SCREENED, House, SmallManifest
from tests.actions.rooms import on_both
from tests.imports.tables import FEATURES, MANIFEST, TAXA, declaring
from tests.omics.hands import files_of, state_batch
from trial.actions.upload import upload
from trial.errors import Refused
from trial.feature_table import LineUnreadable, parsed, read
from trial.imports.feature_file import faults
from trial.imports.features import Declared, declared_by
from trial.intake import Intake

EXTRACTOR = "mirp 2.5.0"
PINNED = declaring(EXTRACTOR)
DECLARED = declared_by(PINNED, "RAD.RADFILE", only=True)
NAMES = tuple(FEATURES)


def features(*changes: tuple[str, str], extractor: str | None = EXTRACTOR, unit: str | None = None) -> bytes:
    """The usual table as text, each change a text and what stands in its place; `unit`: with a column of units, that of the volume."""
    said = [f"# extractor: {extractor}"] if extractor else []
    ending = {name: "" if unit is None else f",{unit if name == 'morph_volume' else ''}" for name in FEATURES}
    heading = "feature,value" + ("" if unit is None else ",unit")
    made = "\n".join((*said, heading, *(f"{name},{value}{ending[name]}" for name, value in FEATURES.items()))) + "\n"
    for old, new in changes:
        assert old in made
        made = made.replace(old, new, 1)
    return made.encode()


REFUSED = {
    "a renamed feature": (
        features(("stat_mean", "statMean")), "Line 5: the model reads “stat_mean”; “statMean” is another name."),
    "another extractor's name of a feature": (
        features(("stat_mean", "original_firstorder_Mean")), "Line 5: the model declares no feature “original_firstorder_Mean”."),
    "another unit": (
        features(unit="cm3"), "Line 3: “morph_volume” is given in cm3; the model reads it in mm3."),
    "a unit where there is none": (
        features(("stat_mean,310.25,", "stat_mean,310.25,HU"), unit="mm3"),
        "Line 5: “stat_mean” is given in HU; the model reads it in –."),
    "a unit left out": (
        features(unit=""), "Line 3: “morph_volume” is given in –; the model reads it in mm3."),
    "an extra row": (
        features(("szm_lze,1.2e2\n", "szm_lze,1.2e2\nstat_kurt,3\n")), "Line 11: the model declares no feature “stat_kurt”."),
    "a row that stands twice": (
        features(("szm_lze", "stat_mean")), "The table cannot be read: two columns with a heading are expected. Line 10 is not so."),
    "a NaN": (features(("310.25", "NaN")), "Line 5 of the table: the value is no finite number."),
    "an infinity": (features(("310.25", "-inf")), "Line 5 of the table: the value is no finite number."),
    "a word": (features(("310.25", "high")), "Line 5 of the table: the value is no finite number."),
    "a blank": (features(("310.25", "")), "Line 5: “stat_mean” has no value."),
    "a cell too many": (
        features(("310.25", "310.25,1")), "The table cannot be read: two columns with a heading are expected. Line 5 is not so."),
    "a missing feature": (
        features(("ih_entropy,5.2\n", "")), "The table lacks features that the model reads: ih_entropy."),
    "another version of the extractor": (
        features(extractor="mirp 2.4.2"), "Line 1: the table was extracted with “mirp 2.4.2”; mirp 2.5.0 is expected."),
    "another extractor": (
        features(extractor="pyradiomics 3.1.0"), "Line 1: the table was extracted with “pyradiomics 3.1.0”; mirp 2.5.0 is expected."),
    "no extractor": (
        features(extractor=None),
        "The table does not say what it was extracted with (“# extractor: mirp 2.5.0” is expected in line 1)."),
}  # fmt: skip


def send(house: House, content: bytes, manifest=PINNED, form: str = "RAD", item: str = "RADFILE", who: str = SCREENED):
    made = Intake(b"a key for the tests of omics")
    return upload(who, form, item, content, files=house.files, uow=house.work(), intake=made, manifest=lambda: manifest)


def refusals(house: House, content: bytes, **options) -> list[str]:
    """The words of a refusal; nothing is kept of what was sent."""
    before = house.state(), files_of(house)
    with pytest.raises(Refused) as caught:
        send(house, content, **options)
    assert (house.state(), files_of(house)) == before
    return [finding.text() for finding in caught.value.findings]


@pytest.mark.requirement("R77")
@pytest.mark.requirement("R80")
@pytest.mark.parametrize("what", REFUSED)
def test_a_table_that_is_another_is_refused_and_its_line_named(house: House, what: str) -> None:
    content, words = REFUSED[what]
    assert words in refusals(house, content)


@on_both
def test_the_table_the_model_declares_is_kept_to_the_byte(either: House) -> None:
    for content in (features(), features(unit="mm3")):
        kept = send(either, content)
        assert either.files.read(kept.sha256) == content


def test_several_faults_are_told_at_once_in_the_order_of_the_lines(house: House) -> None:
    content = features(("stat_mean", "statMean"), ("szm_lze,1.2e2", "szm_lze,"), extractor="mirp 2.4.2")
    assert [words.partition(":")[0] for words in refusals(house, content)] == ["Line 1", "Line 5", "Line 10"]


def test_a_model_that_declares_no_extractor_takes_the_batch_of_the_site(house: House) -> None:
    """The manifest of 1.0.1 declares none: the plan of the site, stated as its batch, is what a table is held against."""
    other = features(extractor="mirp 2.4.2")
    send(house, other, manifest=MANIFEST)
    state_batch(house, "b2", extractor=EXTRACTOR, site="01")
    assert refusals(house, other, manifest=MANIFEST) == [REFUSED["another version of the extractor"][1]]
    send(house, features(), manifest=MANIFEST)


def test_the_batch_of_another_site_is_nothing_to_this_one_and_the_newest_holds(house: House) -> None:
    state_batch(house, "b1", extractor="other 1", site="02")
    send(house, features(), manifest=MANIFEST)
    state_batch(house, "b2", extractor="older 1", site=None)
    state_batch(house, "b3", extractor=EXTRACTOR, site="01")
    state_batch(house, "b4", extractor="newer 1", site=None)
    send(house, features(), manifest=MANIFEST)


def test_what_the_model_was_made_with_goes_before_the_batch(house: House) -> None:
    state_batch(house, "b1", extractor="mirp 2.4.2", site="01")
    send(house, features())
    assert refusals(house, features(extractor="mirp 2.4.2")) == [REFUSED["another version of the extractor"][1]]


def test_a_model_that_declares_no_feature_takes_any_table(house: House) -> None:
    send(house, b"feature,value\nanything,1\n", manifest=SmallManifest())


def taxa(**more: str) -> bytes:
    return ("taxon,abundance\n" + "".join(f"{name},{value}\n" for name, value in (TAXA | more).items())).encode()


def test_taxa_the_model_does_not_read_stay_and_a_renamed_one_is_named(house: House) -> None:
    participant = house.screened("01", IC={"ICSAMP": "Y"})
    at_form = {"form": "MIC", "item": "MICFILE", "who": participant}
    send(house, taxa(other="0.8", Blautia="0.03"), **at_form)
    renamed = taxa().replace(b"Roseburia", b"Roseburla")
    assert refusals(house, renamed, **at_form) == ["Line 3: the model reads “Roseburia”; “Roseburla” is another name."]
    short = taxa(other="0.85").replace(b"Akkermansia,0.02\n", b"")
    assert refusals(house, short, **at_form) == ["The table lacks features that the model reads: Akkermansia."]


def test_the_form_says_the_line_where_the_person_looks(house: House, enter) -> None:
    """The refusal stands at the item of the page, not on an error page, and what was typed is kept."""
    house.model.manifest = PINNED
    client = enter("coordinator01")
    page = client.get(f"/participants/{SCREENED}/SCR/RAD")
    assert page.status_code == 200
    sent = {"RADTP": "BASELINE", "RADFILE__file": (io.BytesIO(REFUSED["an extra row"][0]), "x.csv"), "do": "save"}
    answer = client.post(f"/participants/{SCREENED}/SCR/RAD", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Line 11: the model declares no feature “stat_kurt”." in answer.get_data(as_text=True)


# --- the table as text ---------------------------------------------------------------------------------------------------


def test_what_a_table_says_of_itself_is_read_and_is_no_feature() -> None:
    table = read(b"# extractor: mirp 2.5.0\n# settings: bin 25, 1 mm\nfeature,value,unit\nv,1,mm3\nm,,\n")
    assert table.said == {"extractor": "mirp 2.5.0", "settings": "bin 25, 1 mm"}
    assert [(r.line, r.name, r.value, r.unit) for r in table.rows] == [(4, "v", 1.0, "mm3"), (5, "m", None, "")]
    assert parsed(b"# extractor: x\nfeature,value\nv,1\n") == {"v": 1.0}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"f,v\na,1\na,2\n", 3),
        (b"f,v\n,1\n", 2),
        (b"# reader: A\n# reader: B\nf,v\n", 3),
        (b"f,v,unit\na,1\n", 2),
        (b"\xff\xfe", 0),
        (b'f,v\n"a,1\n', 0),
    ],
)
def test_a_line_that_is_none_is_told_by_its_number(content: bytes, line: int) -> None:
    with pytest.raises(LineUnreadable) as told:
        read(content)
    assert told.value.line == line


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.floats(allow_nan=False, allow_infinity=False),
        min_size=len(NAMES),
        max_size=len(NAMES),
    )
)
def test_every_table_of_the_declared_features_has_no_fault(values: dict[str, float]) -> None:
    content = f"# extractor: {EXTRACTOR}\nfeature,value\n" + "".join(f"{n},{v!r}\n" for n, v in values.items())
    assert faults(read(content.encode()), DECLARED) == ()


@given(st.sampled_from(NAMES), st.text("abcdefghij_", min_size=1, max_size=12))
def test_a_table_with_another_name_in_the_place_of_a_declared_one_always_has_a_fault(name: str, other: str) -> None:
    content = features((f"{name},", f"{other},"))
    assert faults(read(content), DECLARED) or other == name


def test_nothing_declared_finds_no_fault() -> None:
    assert faults(read(b"f,v\na,1\n"), Declared({}, only=False)) == ()
