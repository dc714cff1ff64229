"""Chapter: features extracted inside the system, in a child that can do nothing else, against the values of the IBSI reference manual."""

from __future__ import annotations

import importlib.util
import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.files import made
from tests.imports.tables import FEATURES, MANIFEST
from tests.omics.phantom import PHANTOM, REFERENCE, VOXELS, nifti, packed
from trial.confine import Limits
from trial.feature_table import read
from trial.imaging.refusal import Unacceptable
from trial.imports.feature_file import faults
from trial.imports.features import declared_by
from trial.omics import extractor
from trial.omics.extraction import (
    LIMITS,
    REASONS,
    Extracted,
    NotExtracted,
    Settings,
    as_table,
    digest_of,
    extract,
)
from trial.omics.extractor import ibsi_name

installed = pytest.mark.skipif(
    importlib.util.find_spec("mirp") is None,
    reason="the extractor is an optional extra that is not installed here: pip install 'vigil[radiomics]'",
)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("phantom")
    image, mask = folder / "image.nii.gz", folder / "mask.nii.gz"
    image.write_bytes(packed(nifti(list(map(float, VOXELS)), text=b"Zimmermann")))
    mask.write_bytes(packed(nifti([float(value > 0) for value in VOXELS])))
    return image, mask


@pytest.fixture(scope="module")
def found(sent: tuple[Path, Path]) -> Extracted:
    return extract(*sent, Settings(bins=6))


def test_the_phantom_is_that_of_the_manual() -> None:
    """74 voxels; mean 2.15, variance 3.05, energy 567, as the manual prints them; the textures below tell their places."""
    inside = [value for value in VOXELS if value]
    assert (len(VOXELS), len(inside), len(PHANTOM)) == (80, 74, 4)
    assert round(statistics.fmean(inside), 2) == 2.15
    assert round(statistics.pvariance(inside), 2) == 3.05
    assert sum(value * value for value in inside) == 567


@installed
@pytest.mark.parametrize("feature", REFERENCE)
def test_each_feature_is_that_of_the_reference_manual(found: Extracted, feature: str) -> None:
    """To half a unit of the third digit that the manual gives."""
    wanted = REFERENCE[feature]
    assert float(f"{float(found.features[feature]):.3g}") == pytest.approx(wanted, abs=1e-12)


@installed
def test_the_table_of_the_features_that_the_model_reads_has_no_fault(found: Extracted) -> None:
    declared = declared_by(MANIFEST, "RAD.RADFILE", only=True)
    table = as_table(found, {"reader": "R1", "settings": Settings(bins=6).told()}, declared.units)
    assert set(read(table).said) == {"extractor", "reader", "settings"}
    assert faults(read(table), declared) == ()
    assert found.extractor.startswith("mirp 2.")


@installed
def test_the_extractor_reaches_no_network(found: Extracted) -> None:
    assert found.network in ("namespace", "seccomp", "none")


@installed
def test_an_empty_mask_is_refused(sent: tuple[Path, Path], tmp_path: Path) -> None:
    empty = tmp_path / "mask.nii"
    empty.write_bytes(nifti([0.0] * 80))
    with pytest.raises(NotExtracted) as told:
        extract(sent[0], empty, Settings(bins=6))
    assert told.value.reason == "no-features"


@installed
def test_too_little_memory_ends_the_child(sent: tuple[Path, Path]) -> None:
    with pytest.raises(NotExtracted) as told:
        extract(*sent, Settings(bins=6), limits=Limits(memory=300 * 2**20, cpu=60, open_files=64, written=2**20))
    assert told.value.reason in ("memory", "crash")


@installed
def test_what_takes_too_long_is_ended(sent: tuple[Path, Path]) -> None:
    with pytest.raises(NotExtracted) as told:
        extract(*sent, Settings(bins=6), limits=LIMITS, seconds=0.2)
    assert told.value.reason == "time"


# --- without the extra ---------------------------------------------------------------------------------------------------


def asked(image: Path, mask: Path, folder: Path) -> dict[str, Any]:
    return {
        "image": str(image),
        "mask": str(mask),
        "folder": str(folder),
        "modality": "mr",
        "bins": 6,
        "width": None,
        "spacing": None,
    }


def test_without_the_extra_the_command_says_what_to_install(
    sent: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert extractor.answer(asked(*sent, tmp_path)) == {"refused": "no-extractor", "detail": ""}
    assert "pip install 'vigil[radiomics]'" in str(NotExtracted("no-extractor", ""))


@pytest.mark.requirement("R40")
def test_the_text_of_a_nifti_header_never_reaches_the_extractor(sent: tuple[Path, Path], tmp_path: Path) -> None:
    import gzip

    ready = extractor.prepared(sent[0], tmp_path, "image")
    assert ready.parent == tmp_path
    assert b"Zimmermann" in gzip.decompress(sent[0].read_bytes())
    assert b"Zimmermann" not in gzip.decompress(ready.read_bytes())


@pytest.mark.requirement("R40")
def test_a_study_that_names_its_patient_is_refused(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "one.dcm").write_bytes(made.dicom(made.instance(PatientIdentityRemoved="YES")))
    assert extractor.prepared(study, tmp_path, "image") == study
    (study / "two.dcm").write_bytes(made.dicom(made.instance(2)))
    with pytest.raises(Unacceptable) as told:
        extractor.prepared(study, tmp_path, "image")
    assert (told.value.reason, told.value.detail) == ("identified", "two.dcm")


@pytest.mark.parametrize("content", [b"", b"no image at all"])
def test_what_is_no_image_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    if content:
        (folder / "notes.txt").write_bytes(content)
    with pytest.raises(Unacceptable) as told:
        extractor.prepared(folder, tmp_path, "image")
    assert told.value.reason == "no-image" and told.value.reason in REASONS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("morph_volume", "morph_volume"),
        ("stat_mean", "stat_mean"),
        ("ih_entropy_fbn_n32", "ih_entropy"),
        ("ih_entropy_fbs_w25.0", "ih_entropy"),
        ("cm_contrast_d1_3d_v_mrg_fbn_n6", "cm_contrast"),
        ("ngl_hde_d1_a0.0_3d_fbn_n6", "ngl_hde"),
        ("szm_lze_3d_fbn_n6", "szm_lze"),
        ("morph_area_dens_aabb", "morph_area_dens_aabb"),
    ],
)
def test_a_name_is_that_of_the_standard_without_the_settings(name: str, expected: str) -> None:
    assert ibsi_name(name) == expected


def test_the_table_says_where_it_comes_from_and_lacks_nothing_silently() -> None:
    made_ = Extracted(FEATURES, "mirp 2.5.0", "namespace")
    table = read(
        as_table(made_, {"image": "a" * 64, "reader": "R1", "segmentation": "MANUAL", "settings": "mr; 32 bins"})
    )
    assert table.said["extractor"] == "mirp 2.5.0" and table.said["settings"] == "mr; 32 bins"
    assert {row.name: row.unit for row in table.rows}["morph_volume"] == "mm3"
    with pytest.raises(NotExtracted) as told:
        as_table(made_, {}, ["morph_volume", "stat_kurt"])
    assert (told.value.reason, told.value.detail) == ("lacks", "stat_kurt")


def test_the_settings_are_told_in_words() -> None:
    assert Settings().told() == "mr; 32 bins; voxels as they are"
    assert Settings("ct", None, 25.0, -1000.0, 2.0).told() == "ct; bins of 25 from -1000; voxels of 2 mm"


def test_the_digest_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    first = digest_of(tmp_path)
    (tmp_path / "b").write_bytes(b"2")
    assert digest_of(tmp_path) != first
    assert digest_of(tmp_path / "a") == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_has_words(reason: str) -> None:
    assert "%" not in str(NotExtracted(reason, "what"))
