"""Files as they come: DICOM with a person in every corner, pictures, masks, archives, and what an attacker would send."""

import gzip
import io
import struct
import warnings
import zipfile
import zlib

import numpy as np
import pydicom
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

MR = "1.2.840.10008.5.1.4.1.1.4"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
REPORT = "1.2.840.10008.5.1.4.1.1.88.11"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
STUDY, SERIES = "1.3.12.2.1107.5.2.1.777", "1.3.12.2.1107.5.2.1.778"
PERSONAL = {
    "PatientName": "Zimmermann^Quentin",
    "PatientID": "HOSP-9918273",
    "PatientBirthDate": "19570311",
    "PatientAddress": "Gartenweg 17",
    "OtherPatientIDs": "EXT-551-77",
    "ReferringPhysicianName": "Okonkwo^Adaeze",
    "PerformingPhysicianName": "Lindqvist^Sven",
    "InstitutionName": "Klinikum Nordstadt",
    "InstitutionAddress": "Nordallee 5",
    "StationName": "MRSTATION7",
    "AccessionNumber": "ACC44556677",
    "StudyDescription": "Becken Herr Zimmermann",
    "SeriesDescription": "t2 Zimmermann sag",
    "ProtocolName": "Rektum Zimmermann",
    "DeviceSerialNumber": "SN-40123-9",
    "StudyID": "STID8812",
    "OperatorsName": "Mbeki^T",
    "PatientComments": "Nachbar von Dr Lindqvist",
    "ImageComments": "Zimmermann liegt auf der Seite",
    "RequestedProcedureDescription": "MRT Zimmermann",
    "PatientAge": "069Y",
    "StudyTime": "142355.123",
    "AcquisitionTime": "143001.55",
}
"""Identifying elements, each with a value that stands nowhere else."""


def instance(
    number: int = 1, *, sop: str = MR, syntax: str = ExplicitVRLittleEndian, shape=(8, 12), **elements
) -> FileDataset:
    """One object with a person in it: in elements, private ones, nested ones, an overlay, the preamble and the meta group."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop, f"{SERIES}.{number}"
    meta.TransferSyntaxUID, meta.ImplementationClassUID = syntax, "1.2.3.4"
    meta.SourceApplicationEntityTitle = "ZIMMER_AE"
    made = FileDataset(None, {}, file_meta=meta, preamble=b"Zimmermann preamble".ljust(128, b"\0"))
    given = {
        **PERSONAL,
        "SOPClassUID": sop,
        "SOPInstanceUID": f"{SERIES}.{number}",
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES,
        "FrameOfReferenceUID": f"{SERIES}.0",
        "Modality": "MR",
        "Manufacturer": "SIEMENS Healthineers",
        "ImageType": ["ORIGINAL", "PRIMARY", "M"],
        "BurnedInAnnotation": "NO",
        "StudyDate": "20260115",
        "SeriesDate": "20260115",
        "InstanceNumber": str(number),
        "SliceThickness": "3.0",
        "PixelSpacing": ["0.5", "0.5"],
        "EchoTime": "101",
        "MagneticFieldStrength": "3",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": shape[0],
        "Columns": shape[1],
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
    }
    for name, value in (given | elements).items():
        if value is not None:
            setattr(made, name, value)
    if "PixelData" not in elements:
        made.PixelData = np.arange(shape[0] * shape[1], dtype="<u2").tobytes()
    made["PixelData"].VR = "OW"
    _hide(made)
    return made


def _hide(made: FileDataset) -> None:
    private = made.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    private.add_new(0x10, "OB", b"tPatientName Zimmermann-csa")
    inner = Dataset()
    inner.PatientName, inner.ReferencedSOPInstanceUID, inner.ReferencedSOPClassUID = (
        "Nested^Zimmermann",
        f"{SERIES}.1",
        MR,
    )
    deeper = Dataset()
    deeper.PersonName, deeper.TextValue = "Deeper^Zimmermann", "Text of Zimmermann"
    inner.ContentSequence = Sequence([deeper])
    source = Dataset()
    source.SourceImageSequence = Sequence([inner])
    made.DerivationImageSequence = Sequence([source])
    made.RequestAttributesSequence = Sequence([inner])
    made.add_new(0x60003000, "OW", b"Zimmermann overlay")
    made.add_new(0x60000022, "LO", "Zimmermann layer")


def dicom(made: FileDataset) -> bytes:
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.save_as(target, enforce_file_format=True)
    return target.getvalue()


def zipped(files: dict[str, bytes], **options) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def study(count: int = 3, **elements) -> bytes:
    """A series in an archive whose names tell the patient."""
    return zipped({f"ZIMMERMANN_Q/IM{n:04d}": dicom(instance(n, **elements)) for n in range(1, count + 1)})


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def objects(content: bytes) -> list[FileDataset]:
    return [pydicom.dcmread(io.BytesIO(each)) for each in unzipped(content).values()]


def link(name: str = "to", target: str = "/etc/passwd") -> bytes:
    """An archive with a symbolic link."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, target)
    return made.getvalue()


def encrypted(content: bytes) -> bytes:
    """The same archive with the bit of encryption set at each entry, local and central."""
    made = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = made.find(mark)
        while place >= 0:
            made[place + at] |= 1
            place = made.find(mark, place + 4)
    return bytes(made)


def png(size=(40, 30), *, text: str = "", tail: bytes = b"") -> bytes:
    info = PngInfo()
    if text:
        info.add_text("Comment", text)
    target = io.BytesIO()
    gradient = np.linspace(0, 255, size[0] * size[1] * 3).astype(np.uint8).reshape(size[1], size[0], 3)
    Image.fromarray(gradient).save(target, "PNG", pnginfo=info)
    return target.getvalue() + tail


def jpeg(size=(40, 30), *, orientation: int = 1, name: str = "Zimmermann") -> bytes:
    """With the place, the time and a name in EXIF, a comment, XMP, and a profile."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x0112] = f"{name} description", f"{name} artist", orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.34), 3: "E", 4: (13.0, 24.0, 17.5)})
    target = io.BytesIO()
    gradient = np.linspace(0, 255, size[0] * size[1] * 3).astype(np.uint8).reshape(size[1], size[0], 3)
    Image.fromarray(gradient).save(
        target,
        "JPEG",
        exif=exif,
        comment=f"{name} comment",
        xmp=f"<x>{name} xmp</x>".encode(),
        icc_profile=f"{name} icc".encode(),
    )
    return target.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A picture of side x side pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side // 8 + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def nifti(
    *,
    text: bytes = b"Zimmermann",
    sizes=(3, 4, 3, 2, 1, 1, 1, 1),
    extension: bytes = b"",
    order: str = "<",
    surplus: bytes = b"",
) -> bytes:
    header = bytearray(348)
    start = 352 + (8 + len(extension) if extension else 0)
    struct.pack_into(f"{order}i", header, 0, 348)
    header[14 : 14 + len(text)] = header[148 : 148 + len(text)] = header[228 : 228 + len(text)] = header[
        328 : 328 + len(text)
    ] = text
    struct.pack_into(f"{order}8h", header, 40, *sizes)
    struct.pack_into(f"{order}hh", header, 70, 2, 8)
    struct.pack_into(f"{order}8f", header, 76, *[1.0] * 8)
    struct.pack_into(f"{order}f", header, 108, start)
    header[344:348] = b"n+1\0"
    flag = b"\1\0\0\0" if extension else bytes(4)
    more = struct.pack(f"{order}ii", 8 + len(extension), 2) + extension if extension else b""
    voxels = bytes(range(int(np.prod(sizes[1 : sizes[0] + 1])) % 256))
    return bytes(header) + flag + more + voxels + surplus


def packed(content: bytes, name: str = "ZIMMERMANN.nii") -> bytes:
    target = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=target) as file:
        file.write(content)
    return target.getvalue()
