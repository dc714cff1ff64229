"""Chapter: the commands of the omics platform, with their exit codes and what they say."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

import wsgi
from tests.actions.house import KEY, READY, House, day
from tests.imports.tables import FEATURES, MANIFEST, sampled
from tests.omics.phantom import VOXELS, nifti
from tests.omics.tables import of_samples
from trial import cli
from trial.feature_table import parsed, read
from trial.settings import Settings

GENERA = ["Faecalibacterium", "Roseburia", "Akkermansia", "Fusobacterium", "Bacteroides"]


@pytest.fixture
def vigil(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """`vigil ...` in the populated trial, its model declaring the features of the released one."""
    house.model.manifest = MANIFEST
    settings = Settings(
        instance=tmp_path, database_url=house.engine.url.render_as_string(hide_password=False), files=house.files.root,
        secret_key="s" * 64, sealing_key=KEY, https=False,
    )  # fmt: skip
    app = wsgi.create_app(settings, clock=house.clock, model=house.model)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["vigil", *map(str, arguments)])
        code = cli.run(cli.commands(lambda: app))
        told = capsys.readouterr()
        return code, told.out, told.err

    yield call
    app.extensions["vigil"].engine.dispose()


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_biom_table_is_looked_at_and_then_taken(house: House, vigil: Any, tmp_path: Path) -> None:
    participant = sampled(house)
    items = {"SPTYPE": "STOOL", "SPID": "ST-1", "SPCOLL": f"{day(2)}T08:00Z", "SPQC": "PASS"}
    house.save(participant, "SPEC", items, "ANY")
    counts = {"ST-1": dict(zip(GENERA, (4000, 2000, 800, 0, 33200), strict=True))}
    good = written(tmp_path, "t.biom", of_samples(counts, GENERA))
    order = ("--method", "16S", "--event", "scr", "--as", "data_manager")
    assert vigil("import", "biom", good, *order, "--dry-run")[:2] == (0, "dry run: nothing was kept; 1 accepted\n")
    assert house.revisions(participant, "MIC") == []
    code, out, _err = vigil("import", "biom", good, *order, "--json")
    assert code == 0 and json.loads(out)["counts"] == {"accepted": 1}
    assert house.stored(participant, "MIC")["items"]["MICREADS"] == 40_000
    code, _out, err = vigil("import", "biom", written(tmp_path, "bad.biom", b"{}"), *order)
    assert code == 6 and "no BIOM table of version 1.0 or 2.1" in err
    assert vigil("import", "biom", good, *order, "--rank", "flavour")[0] == 4
    assert vigil("import", "biom", good, *order[:-1], "coordinator01", "--role", "coordinator")[0] == 3


def test_the_sums_over_the_taxa_of_a_table(vigil: Any, tmp_path: Path) -> None:
    table = written(tmp_path, "t.csv", b"taxon,abundance\nA,0.5\nB,0.5\nC,0\n")
    code, out, _err = vigil("omics", "composition", table, "--delta", "0.01", "--json")
    told = json.loads(out)
    assert (code, told["given"], told["shannon"], told["delta"]) == (0, "shares", "0.6931", 0.01)
    assert [round(row["clr"], 6) for row in told["taxa"]] == [1.300658, 1.300658, -2.601315]
    assert (
        "given counts, reads 40" in vigil("omics", "composition", written(tmp_path, "c.csv", b"t,n\nA,30\nB,10\n"))[1]
    )
    for content, words in (
        (b"t,n\nA,0.5\nB,0.4\n", "neither counts nor shares"),
        (b"t,n\nA,x\n", "line 2"),
        (b"t,n\nA,-1\nB,2\n", "below 0 or no finite number A"),
    ):
        code, _out, err = vigil("omics", "composition", written(tmp_path, "bad.csv", content))
        assert code == 2 and words in err
    assert "zeros cannot be replaced" in vigil("omics", "composition", table, "--delta", "2")[2]


def test_a_batch_is_stated_and_a_table_harmonised(house: House, vigil: Any, tmp_path: Path) -> None:
    numbers = written(tmp_path, "p.json", json.dumps({"stat_mean": [300, 50, 310, 40]}).encode())
    said = ("--extractor", "mirp 2.5.0", "--site", "01", "--reference", "A", "--as", "data_manager")
    code, out, _err = vigil("radiomics", "batch", "B", *said, "--parameters", numbers)
    assert code == 0 and "location-scale" in out
    table = written(tmp_path, "t.csv", b"# extractor: mirp 2.5.0\nfeature,value\nstat_mean,325\n")
    made = tmp_path / "made.csv"
    assert vigil("radiomics", "harmonise", table, "--batch", "B", "--out", made)[0] == 0
    assert parsed(made.read_bytes()) == {"stat_mean": 330.0}
    assert vigil("radiomics", "harmonise", made, "--batch", "B", "--out", made)[0] == 3
    assert vigil("radiomics", "harmonise", table, "--batch", "C", "--out", made)[0] == 4
    assert vigil("radiomics", "batch", "B", *said)[0] == 3
    numbers.write_bytes(b'{"stat_mean": [300, 0, 310, 40]}')
    assert vigil("radiomics", "batch", "D", *said, "--parameters", numbers)[0] == 2
    assert len(house.reader.all("batch")) == 1


def test_the_chain_of_somebody_whom_the_model_was_not_asked_for(vigil: Any) -> None:
    assert vigil("omics", "chain", "vg-01-0002")[1] == "the model was not called\n"
    assert vigil("omics", "chain", "VG-01-9999")[0] == 4


def test_the_chain_of_a_call_is_told_and_of_clinical_inputs_is_empty(house: House, vigil: Any) -> None:
    """READY was called with the small manifest of the tests, which reads clinical values alone."""
    assert house.reader.all("prediction", participant=READY)
    code, out, _err = vigil("omics", "chain", READY)
    assert (code, out) == (0, "call 1: 0 sources\n")


def test_extraction_writes_a_table_or_says_what_to_install(vigil: Any, tmp_path: Path) -> None:
    image = written(tmp_path, "image.nii", nifti(list(map(float, VOXELS))))
    mask = written(tmp_path, "mask.nii", nifti([float(value > 0) for value in VOXELS]))
    out = tmp_path / "features.csv"
    order = (
        "radiomics",
        "extract",
        image,
        mask,
        "--out",
        out,
        "--reader",
        "R1",
        "--segmentation",
        "MANUAL",
        "--bins",
        "6",
    )
    code, said, err = vigil(*order, "--json")
    if importlib.util.find_spec("mirp") is None:
        assert code == 3 and "pip install 'vigil[radiomics]'" in err and not out.exists()
        return
    assert code == 0
    table = read(out.read_bytes())
    assert {row.name for row in table.rows} == set(FEATURES)
    assert table.said["mask"] == json.loads(said)["mask"] and table.said["reader"] == "R1"
    assert table.said["settings"] == "mr; 6 bins; voxels as they are"
