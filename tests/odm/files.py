"""ODM files in memory: reading them, writing them again, and what stands in them, seen by a program that shares no code with ours."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import IO
from xml.etree import ElementTree

from lxml import etree

from forms.foreign import ForeignStudy
from forms.odm13 import read, write
from tests.shared_data import SHARED

EXAMPLES = SHARED / "standards" / "odm-1.3-examples"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ODM = "{http://www.cdisc.org/ns/odm/v1.3}"


def opener(data: bytes) -> Callable[[], IO[bytes]]:
    return lambda: io.BytesIO(data)


def read_bytes(metadata: bytes, data: bytes | None = None) -> ForeignStudy:
    return read(opener(metadata), None if data is None else opener(data))


def written(study: ForeignStudy, *, vendors: bool = False) -> bytes:
    out = io.BytesIO()
    write(study, out, at=NOON, release="1.0", vendors=vendors)
    return out.getvalue()


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SHARED / "standards" / "xsd" / "odm" / "1.3.2" / "ODM1-3-2.xsd"))


def schema_says(data: bytes) -> list[str]:
    """What the schema of ODM 1.3.2 has against the file."""
    schema = _schema()
    schema.validate(etree.ElementTree(etree.fromstring(data)))
    return [f"{each.line}: {each.message}" for each in schema.error_log]


def values(data: bytes) -> list[tuple[str, ...]]:
    """Every ItemData with its value and the keys of all it stands in, sorted: the answers of a file."""
    found: list[tuple[str, ...]] = []

    def walk(element: ElementTree.Element, above: tuple[str, ...]) -> None:
        keys = tuple(f"{n}={v}" for n, v in sorted(element.attrib.items()) if n.endswith(("OID", "Key")))
        if element.tag == f"{ODM}ItemData":
            found.append((*above, *keys, element.get("Value", "")))
        for child in element:
            walk(child, (*above, *keys))

    for clinical in ElementTree.fromstring(data).iter(f"{ODM}ClinicalData"):
        walk(clinical, ())
    return sorted(found)


def audit_records(data: bytes) -> list[tuple[str, ...]]:
    """User, place, time, reason and source of every AuditRecord, in the order of the file."""
    records = ElementTree.fromstring(data).iter(f"{ODM}AuditRecord")
    return [tuple(" ".join((part.text or "", *part.attrib.values())).strip() for part in record) for record in records]
