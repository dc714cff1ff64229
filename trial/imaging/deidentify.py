"""One DICOM object without its person: PS3.15 Basic Application Level Confidentiality Profile, by an allow-list (`kept.py`).

Options: Retain Longitudinal Temporal Information with Modified Dates. Not claimed: Clean Pixel Data (text burned into the picture is
flagged for a person to look at, not removed) and Clean Recognizable Visual Features (the trial images the pelvis, not a face).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from pydicom import config
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from trial.imaging import kept
from trial.imaging.pseudonyms import Pseudonyms
from trial.imaging.refusal import Unacceptable
from trial.imaging.stream import without_comments

# What is wrong with a value is judged here, not by the library: a scanner's small sins are no reason to refuse an image.
config.settings.reading_validation_mode = config.IGNORE
config.settings.writing_validation_mode = config.IGNORE

METHOD = "Vigil allow-list 1 after PS3.15 E.1"
CODES = (("113100", "Basic Application Confidentiality Profile"),
         ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"))  # fmt: skip
IMPLEMENTATION = "2.25.302406283218423812476871298034018410397"
NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian})
COMMENTED = frozenset({*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes, *JPEG2000TransferSyntaxes})
DAMAGE = (
    InvalidDicomError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    OSError,
)
CODE = re.compile(r"[A-Z0-9 _]{0,16}")
NUMBER = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})? *")


@dataclass(frozen=True)
class Cleaned:
    """What became of an object: its bytes, where it stands among others, its modality, the flags it needs, its study's own UID."""

    content: bytes
    order: tuple[str, str, int, str]
    modality: str
    flags: frozenset[str]
    study: str


def is_image(head: bytes) -> bool:
    """Whether it starts as DICOM files do."""
    return head[128:132] == b"DICM"


def clean(source: Path, names: Pseudonyms, *, classes: Iterable[str] = kept.IMAGES) -> Cleaned | None:
    """The object without what identifies; None for one of another class than asked for, a report for example. Raises Unacceptable."""
    try:
        found = pydicom.dcmread(source)
        if str(found.get("SOPClassUID", "")) not in classes or "DirectoryRecordSequence" in found:
            return None
        return _written(found, _cleaned(found, names), names)
    except Unacceptable:
        raise
    except DAMAGE as error:
        raise Unacceptable("unreadable", "dicom") from error


def _cleaned(found: FileDataset, names: Pseudonyms) -> Dataset:
    made = _retained(found, names)
    made.PatientName = made.PatientID = names.participant
    for keyword in kept.EMPTIED:
        setattr(made, keyword, "")
    made.PatientIdentityRemoved, made.LongitudinalTemporalInformationModified = "YES", "MODIFIED"
    made.DeidentificationMethod = METHOD
    made.DeidentificationMethodCodeSequence = Sequence(_code(*each) for each in CODES)
    if "PixelData" not in found:
        raise Unacceptable("no-image")
    made.add_new("PixelData", found["PixelData"].VR, _pixels(found))
    return made


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _retained(found: Dataset, names: Pseudonyms) -> Dataset:
    """What the lists keep of a dataset, at any depth."""
    made = Dataset()
    for tag in found.keys():  # noqa: SIM118  # iterating a dataset itself would read every value
        keyword = "" if tag.is_private else keyword_for_tag(tag)
        if keyword and (value := _value(found, tag, keyword, names)) is not None:
            made[tag] = DataElement(tag, found[tag].VR, value)
    return made


def _value(found: Dataset, tag: Any, keyword: str, names: Pseudonyms) -> Any:
    """The value to keep, or None. An element with another representation than the standard's is not what its tag says."""
    if not any(keyword in known for known in (kept.CODES, kept.NUMBERS, kept.TABLES, kept.TEXT, kept.UIDS, kept.DATES, kept.SEQUENCES)) \
            and keyword != "Manufacturer":  # fmt: skip
        return None
    try:
        element = found[tag]
    except (
        ValueError,
        TypeError,
        OverflowError,
    ):  # no number where one stands: it tells nothing, or something it should not
        return None
    if element.VR not in dictionary_VR(tag).split(" or "):
        return None
    if keyword in kept.SEQUENCES:
        return Sequence([inner for each in element.value if (inner := _retained(each, names))])
    if keyword in kept.TABLES:
        return element.value
    texts = [str(each) for each in (element.value if element.VM > 1 else [element.value]) if each not in (None, "")]
    return _scalars(keyword, element, texts, names)


def _scalars(keyword: str, element: DataElement, texts: list[str], names: Pseudonyms) -> Any:
    if keyword in kept.UIDS:
        return _one_or_many([text if UID(text).name != text else names.uid(text) for text in texts])
    if keyword in kept.DATES:
        return _one_or_many([names.shifted(text) for text in texts])
    if keyword in kept.NUMBERS:
        return element.value if element.VR not in ("DS", "IS") or all(map(NUMBER.fullmatch, texts)) else None
    if keyword in kept.CODES:
        return element.value if all(map(CODE.fullmatch, texts)) else None
    if keyword == "Manufacturer":
        return next((vendor.strip() for vendor in kept.VENDORS if vendor in f"{''.join(texts)} ".upper()), None)
    return element.value if all(map(kept.TEXT[keyword].fullmatch, texts)) else None


def _one_or_many(texts: list[str]) -> Any:
    return texts[0] if len(texts) == 1 else texts


def _pixels(found: FileDataset) -> bytes:
    """The pixels and nothing beside them: no surplus bytes, no comments in a compressed stream, no overlay in unused bits."""
    syntax, content = found.file_meta.TransferSyntaxUID, found.PixelData
    if syntax in NATIVE:
        return _native(found, content)
    if syntax not in COMMENTED and syntax != RLELossless:
        raise Unacceptable("syntax")
    frames = list(generate_frames(content, number_of_frames=int(found.get("NumberOfFrames") or 1)))
    return encapsulate([without_comments(frame) for frame in frames] if syntax in COMMENTED else frames)


def _native(found: FileDataset, content: bytes) -> bytes:
    frames = int(found.get("NumberOfFrames") or 1)
    bits = found.Rows * found.Columns * found.SamplesPerPixel * frames * found.BitsAllocated
    length = (bits + 7) // 8
    if len(content) < length or not length:
        raise Unacceptable("truncated", "pixels")
    content = content[:length] + b"\0" * (length % 2)
    return _masked(found, content) if _has_unused_bits(found) else content


def _has_unused_bits(found: FileDataset) -> bool:
    return bool(found.BitsAllocated == 16 and found.BitsStored < 16 and found.HighBit == found.BitsStored - 1
                and found.PixelRepresentation == 0)  # fmt: skip


def _masked(found: FileDataset, content: bytes) -> bytes:
    """Old scanners kept an overlay, text included, in the bits above the stored ones."""
    import numpy as np

    return bytes((np.frombuffer(content, "<u2") & np.uint16((1 << found.BitsStored) - 1)).tobytes())


def _written(found: FileDataset, made: Dataset, names: Pseudonyms) -> Cleaned:
    syntax = found.file_meta.TransferSyntaxUID
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax in NATIVE else syntax
    meta.ImplementationClassUID, meta.ImplementationVersionName = UID(IMPLEMENTATION), "VIGIL 1"
    # A new preamble: the first 128 bytes of a DICOM file may be a program or another picture.
    made.file_meta, made.preamble = meta, b"\0" * 128
    target = BytesIO()
    made.save_as(target, enforce_file_format=True)
    number = int(made.get("InstanceNumber") or 0)
    order = (str(made.StudyInstanceUID), str(made.SeriesInstanceUID), number, str(made.SOPInstanceUID))
    return Cleaned(
        target.getvalue(), order, str(made.get("Modality", "")), frozenset(_flags(made)), str(found.StudyInstanceUID)
    )


def _flags(made: Dataset) -> set[str]:
    """Whether somebody must look for a name in the picture: it says there is text, or it does not say, or such pictures often have."""
    if made.SOPClassUID == kept.SEGMENTATION:
        return set()
    said = made.get("BurnedInAnnotation", "")
    if said == "YES":
        return {"burned-in"}
    capture = str(made.SOPClassUID).startswith(kept.SECONDARY_CAPTURE) or "ConversionType" in made
    sure = said == "NO" and made.get("Modality") in kept.SURE_OF_NO_TEXT and not capture
    return set() if sure else {"to-look-at"}
