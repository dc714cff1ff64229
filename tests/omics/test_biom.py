"""Chapter: BIOM tables, versions 1.0 and 2.1, read in a child that can do nothing, and imported by the labels of specimens (R38, R39)."""

import hashlib
import io
import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.actions.house import House, day
from tests.actions.rooms import on_both
from tests.imports.sheets import reasons
from tests.imports.tables import MANIFEST, sampled
from tests.omics.tables import CELLS, EXAMPLE, biom1, biom2, lineage, of_samples
from trial import contained
from trial.actions.biom import WORKER, Sequenced, import_biom, read_biom
from trial.actions.enter import preview
from trial.actions.import_order import Order
from trial.actions.import_run import Outcome
from trial.actions.upload import upload
from trial.confine import Limits
from trial.contained import Job
from trial.errors import NotAllowed, Unread
from trial.file_kinds import REASONS
from trial.imports.tabular import FileUnreadable
from trial.intake import Intake
from trial.omics import biom
from trial.omics.biom import NoBiom
from trial.store.files import feature_table
from trial.store.verify import verify

GENERA = ["Faecalibacterium", "Roseburia", "Akkermansia", "Fusobacterium", "Bacteroides"]
STOOL = dict(zip(GENERA, (4000, 2000, 800, 0, 33200), strict=True))


def written(folder: Path, content: bytes) -> Path:
    path = folder / "sent.biom"
    path.write_bytes(content)
    return path


def sums(found: biom.Biom, rank: str = "genus") -> dict[str, dict[str, float]]:
    return {sample: values for sample, _said, values in found.taxa(rank)}


# --- the format ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [biom1(), biom2()], ids=["1.0", "2.1"])
def test_both_versions_of_the_documentations_example_are_the_same_table(tmp_path: Path, content: bytes) -> None:
    found = biom.read(written(tmp_path, content))
    assert found.samples == tuple(f"Sample{n}" for n in range(1, 7))
    assert found.observations == tuple(f"GG_OTU_{n}" for n in range(1, 6))
    assert sorted(found.cells) == [(row, column, float(value)) for row, column, value in CELLS]
    assert sums(found)["Sample1"] == {"GG_OTU_1": 0, "GG_OTU_2": 5, "GG_OTU_3": 0, "GG_OTU_4": 2, "GG_OTU_5": 0}


def test_a_dense_table_is_the_same_as_a_sparse_one(tmp_path: Path) -> None:
    dense = [[0] * 6 for _ in range(5)]
    for row, column, value in CELLS:
        dense[row][column] = value
    found = biom.read(written(tmp_path, biom1(matrix_type="dense", data=dense)))
    assert sums(found) == sums(biom.read(written(tmp_path, biom1())))


@pytest.mark.parametrize("version", ["1.0", "2.1"])
def test_observations_of_one_genus_are_summed_and_what_has_none_is_unclassified(tmp_path: Path, version: str) -> None:
    told = [lineage("Roseburia"), lineage("Roseburia"), lineage(""), ["Bacteria"] + [""] * 6, lineage("Blautia")]
    rows = [{"id": f"o{n}", "metadata": {"taxonomy": each}} for n, each in enumerate(told)]
    found = biom.read(written(tmp_path, biom1(rows=rows) if version == "1.0" else biom2(taxonomy=told)))
    # Sample3 is the third column: observations 1, 3, 4 and 5 have one each, and Roseburia is observation 1 and 2.
    assert sums(found)["Sample3"] == {"Blautia": 1, "Roseburia": 1, "unclassified": 2}
    assert sums(found, "kingdom")["Sample3"] == {"Bacteria": 4}


def test_lineages_may_be_one_text(tmp_path: Path) -> None:
    rows = [{"id": f"o{n}", "metadata": {"taxonomy": "; ".join(lineage(f"G{n}"))}} for n in range(5)]
    assert set(sums(biom.read(written(tmp_path, biom1(rows=rows))))["Sample1"]) == {f"G{n}" for n in range(5)}


def _row(name: str) -> dict[str, Any]:
    return {"id": name, "metadata": None}


BAD = {
    "no JSON": (b"{", "biom-format", "JSON"),
    "nothing": (b"", "biom-format", "JSON"),
    "a list": (b"[]", "biom-format", "1.0"),
    "depth": (b"[" * 100_000, "biom-format", "JSON"),
    "another format": (biom1(format="Matrix Market"), "biom-format", "format"),
    "no data": (json.dumps({k: v for k, v in EXAMPLE.items() if k != "data"}).encode(), "biom-format", "1.0"),
    "another shape": (biom1(shape=[6, 5]), "biom-shape", "6 x 5"),
    "a dense matrix that is short": (biom1(matrix_type="dense", data=[[1] * 6] * 4), "biom-shape", "data"),
    "a cell outside": (biom1(data=[[5, 0, 1]]), "biom-shape", "observation 6, sample 1"),
    "a cell before the first": (biom1(data=[[0, -1, 1]]), "biom-shape", "observation 1, sample 0"),
    "a cell that stands twice": (biom1(data=[[0, 0, 1], [0, 0, 2]]), "biom-number", "observation 1, sample 1"),
    "a negative count": (biom1(data=[[1, 2, -3]]), "biom-number", "observation 2, sample 3"),
    "a NaN": (biom1().replace(b"[0, 2, 1]", b"[0, 2, NaN]"), "biom-number", "observation 1, sample 3"),
    "a text for a number": (biom1(data=[[0, 0, "5"]]), "biom-format", "data"),
    "a truth for a number": (biom1(data=[[0, 0, True]]), "biom-format", "data"),
    "two samples of one id": (biom1(columns=[_row("S")] * 6), "biom-ids", "sample"),
    "an observation without id": (biom1(rows=[*EXAMPLE["rows"][:4], _row(" ")]), "biom-ids", "observation"),
    "no HDF5 after its mark": (b"\x89HDF\r\n\x1a\n" + b"\0" * 200, "biom-format", "2.1"),
    "BIOM 3": (biom2(version=(3, 0)), "biom-format", "format-version"),
    "another shape in HDF5": (biom2(shape=(6, 5)), "biom-shape", "6 x 5"),
    "rows that end before they begin": (biom2(starts=[0, 6, 1, 9, 13, 15]), "biom-shape", "indptr"),
    "a link to another file": (biom2(link="/etc/passwd"), "biom-format", "sample/ids"),
}


@pytest.mark.requirement("R77")
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_biom_table_is_refused_by_its_place(tmp_path: Path, what: str) -> None:
    content, reason, where = BAD[what]
    with pytest.raises(NoBiom) as told:
        biom.read(written(tmp_path, content))
    assert (told.value.reason, told.value.where) == (reason, where)
    assert reason in REASONS


@settings(max_examples=60)
@given(at=st.integers(0, 1200), byte=st.integers(0, 255), version=st.sampled_from(["1.0", "2.1"]))
def test_a_byte_that_was_flipped_gives_a_table_or_a_refusal(
    at: int, byte: int, version: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(biom1() if version == "1.0" else biom2())
    content[at % len(content)] = byte
    try:
        found = biom.read(written(tmp_path_factory.mktemp("flipped"), bytes(content)))
    except NoBiom:
        return
    assert all(value >= 0 for _row, _column, value in found.cells)


# --- the child -----------------------------------------------------------------------------------------------------------


def wide(content: bytes, rank: str = "genus") -> list[list[str]]:
    return read_biom(io.BytesIO(content), rank, Intake(b"a key for the tests of omics"))


def test_the_child_gives_shares_and_reads() -> None:
    heading, first, *_others = wide(biom1())
    assert heading == ["specimen", "reads", "event", "date", *(f"GG_OTU_{n}" for n in range(1, 6))]
    # Sample1 has 5 and 2 of 7: 5/7 = 0.714285714286.
    assert first == [
        "Sample1",
        "7",
        "",
        "",
        "0.000000000000",
        "0.714285714286",
        "0.000000000000",
        "0.285714285714",
        "0.000000000000",
    ]


@pytest.mark.requirement("R77")
@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"S1": {"Roseburia": 1}, "S2": {}}, "A sample of the BIOM table has no counts at all (sample 2)."),
        ({"S1": {"Roseburia": 0.5}}, "neither counts nor shares that sum to 1 within 0.000001 (sample 1)"),
        (
            {"S1": {"Roseburia": 4}, "S2": {"Roseburia": 0.5, "Blautia": 0.5}},
            "Some samples of the BIOM table are counts",
        ),
    ],
)
def test_a_sample_that_is_no_whole_is_refused_by_its_number(counts: dict[str, dict[str, float]], words: str) -> None:
    with pytest.raises(FileUnreadable) as told:
        wide(of_samples(counts, ["Roseburia", "Blautia"]))
    assert words in told.value.message % told.value.args_


def test_too_little_memory_ends_the_child_and_not_the_server(tmp_path: Path) -> None:
    """A table of 400 MB of brackets would take gigabytes: the limit of the child's memory is met."""
    folder = tmp_path / "made"
    folder.mkdir()
    source = written(tmp_path, b'{"data": [' + b"[0,0,1]," * 2_000_000 + b"[0,0,1]]}")
    with pytest.raises(Unread) as told:
        contained.read(
            Job("biom:genus", source, folder, "", b""), limits=Limits(memory=120 * 2**20, written=2**20), worker=WORKER
        )
    assert told.value.reason in ("memory", "crash")


# --- the import ----------------------------------------------------------------------------------------------------------


def registered(house: House, label: str, site: str = "01", on: int = 2) -> str:
    """Somebody with a stool specimen of that label."""
    participant = sampled(house, site)
    items = {"SPTYPE": "STOOL", "SPID": label, "SPCOLL": f"{day(on)}T08:00Z", "SPQC": "PASS"}
    house.save(participant, "SPEC", items, "ANY", by="coordinator")
    return participant


def take(house: House, content: bytes, by: str = "data_manager", event: str = "SCR", **order: Any) -> Outcome:
    kept = {"manifest": MANIFEST, "files": house.files, "intake": Intake(b"a key for the tests of omics")}
    return import_biom(
        io.BytesIO(content), Order("t.biom", **order), Sequenced("16S", event=event), uow=house.work(by), **kept
    )


@pytest.mark.requirement("R38")
@pytest.mark.requirement("R39")
@on_both
def test_a_sample_becomes_the_form_of_its_participant_with_the_day_of_collection(either: House) -> None:
    participant = registered(either, "ST-1")
    outcome = take(either, of_samples({"ST-1": STOOL}, GENERA))
    assert (outcome.counts, reasons(outcome)) == ({"accepted": 1}, {})
    items = either.stored(participant, "MIC")["items"]
    assert (items["MICDAT"], items["MICMETH"], items["MICREADS"]) == (day(2), "16S", 40_000)
    table = feature_table(either.files, items["MICFILE"]["sha256"])
    assert table == {
        "Faecalibacterium": 0.1,
        "Roseburia": 0.05,
        "Akkermansia": 0.02,
        "Fusobacterium": 0.0,
        "Bacteroides": 0.83,
    }
    assert verify(either.engine, files=either.files) == []


def test_the_shannon_index_of_the_form_is_known_now(house: House) -> None:
    participant = registered(house, "ST-1")
    take(house, of_samples({"ST-1": STOOL}, GENERA))
    case = house.case(participant)
    record = case.record("SCR")
    by_hand = -sum(p * math.log(p) for p in (0.1, 0.05, 0.02, 0.83))
    assert record.scope(record.at("MIC", "SCR")).item("MIC.MICALPHA") == Decimal(f"{by_hand:.4f}")


def test_a_line_without_a_specimen_of_ours_is_rejected_and_the_others_are_taken(house: House) -> None:
    registered(house, "ST-1")
    outcome = take(house, of_samples({"ST-1": STOOL, "ST-2": STOOL}, GENERA))
    assert outcome.counts == {"accepted": 1, "rejected": 1}
    assert reasons(outcome) == {3: "No specimen “ST-2” is registered, or you may not import for its site."}


def test_the_visit_of_a_sample_is_what_its_metadata_says(house: House) -> None:
    one, other = registered(house, "ST-1"), registered(house, "ST-2")
    said = {"ST-1": {"event": "SCR", "date": day(3)}}
    outcome = take(house, of_samples({"ST-1": STOOL, "ST-2": STOOL}, GENERA, said=said), event="")
    assert house.stored(one, "MIC")["items"]["MICDAT"] == day(3)
    assert reasons(outcome) == {3: "The file names no visit for this specimen, and the form MIC has none “”."}
    assert house.revisions(other, "MIC") == []


def test_taxa_that_lack_one_the_model_reads_refuse_the_table(house: House) -> None:
    registered(house, "ST-1")
    renamed = ["Faecalibacterum", *GENERA[1:]]
    with pytest.raises(FileUnreadable) as told:
        take(house, of_samples({"ST-1": dict(zip(renamed, STOOL.values(), strict=True))}, renamed))
    assert "Faecalibacterium (Faecalibacterum?)" in told.value.message % told.value.args_


def test_who_may_not_import_reads_no_biom_table(house: House) -> None:
    with pytest.raises(NotAllowed):
        take(house, of_samples({"ST-1": STOOL}, GENERA), by="coordinator")


def test_the_specimen_of_another_site_is_not_there(house: House) -> None:
    there = registered(house, "ST-9", site="02")
    outcome = take(house, of_samples({"ST-9": STOOL}, GENERA), by="laboratory")
    assert reasons(outcome) == {2: "No specimen “ST-9” is registered, or you may not import for its site."}
    assert there not in str(outcome)


@on_both
def test_an_uploaded_abundance_table_gives_its_shares_to_the_form(either: House) -> None:
    """The fact `taxon_tables` was supplied by nobody: MICALPHA was never known (decision 0009)."""
    participant = sampled(either)
    content = b"taxon,abundance\nA,0.5\nB,0.25\nC,0.25\n"
    ref = upload(participant, "MIC", "MICFILE", content, files=either.files, uow=either.work())
    held = {"sha256": ref.sha256, "name": ref.name, "size": ref.size}
    items = {"MICDAT": day(2), "MICMETH": "16S", "MICFILE": held, "MICREADS": "48000", "MICABX": "N"}
    entry = either.entry(participant, "MIC", items)
    assert preview(entry, uow=either.work()).calculated["MICALPHA"] == Decimal("1.0397")
    either.save(participant, "MIC", items)
    record = either.case(participant).record("SCR")
    assert record.scope(record.at("MIC", "SCR")).item("MIC.MICALPHA") == Decimal("1.0397")
    shares = either.reader.the("abundance", sha256=hashlib.sha256(content).hexdigest())["shares"]
    assert shares == ["0.5", "0.25", "0.25"]
