"""A large ODM file, read one part after another: bounded memory, no DOCTYPE, no entity, nothing fetched.

What declares a document type is refused before the other parser sees a byte of it: only the part before the first element can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError
from lxml import etree

from forms.odm13.xml import ODM_13, OdmProblem

MAX_STREAMED = 2_000_000_000
"""Bytes; of a subject at a time only its own are held."""
CHUNK = 1 << 16
PARTS = ("Study", "AdminData", "ReferenceData", "ClinicalData", "Association")
_ENDS = tuple(f"{ODM_13}{name}" for name in (*PARTS[:3], "SubjectData", "Association"))


@dataclass(frozen=True)
class Part:
    """An element that ended. `head`: attributes of the ODM element, or of the ClinicalData that a subject stands in."""

    name: str
    element: Any
    head: dict[str, str]


def parts(file: IO[bytes], *, max_bytes: int = MAX_STREAMED) -> Iterator[Part]:
    """Studies, administrative data and subjects in the order of the file; each is gone when the next is asked for.

    Raises OdmProblem: too_large, doctype, not_xml, not_odm.
    """
    _refuse_declarations(file, max_bytes)
    events = etree.iterparse(
        file, events=("start", "end"), tag=(f"{ODM_13}*", "*"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = None
    try:
        for event, element in events:
            if root is None:
                root = _checked(element)
            if event == "end" and element.tag in _ENDS and _is_part(element, root):
                parent = element.getparent()
                yield Part(etree.QName(element).localname, element, dict(parent.attrib))
                parent.remove(element)
    except etree.XMLSyntaxError as problem:
        raise OdmProblem("not_xml", problem) from problem


def _is_part(element: Any, root: Any) -> bool:
    parent = element.getparent()
    if element.tag == f"{ODM_13}SubjectData":
        return parent is not None and parent.tag == f"{ODM_13}ClinicalData" and parent.getparent() is root
    return parent is root


def _checked(root: Any) -> Any:
    if root.getroottree().docinfo.doctype:
        raise OdmProblem("doctype", "DOCTYPE")
    if root.tag != f"{ODM_13}ODM":
        raise OdmProblem("not_odm", root.tag)
    return root


class _FirstElement:
    seen = False

    def start(self, _tag: str, _attributes: object) -> None:
        self.seen = True

    def close(self) -> None:
        """Nothing is built."""


def _refuse_declarations(file: IO[bytes], max_bytes: int) -> None:
    """Read up to the first element, and count the bytes of the rest."""
    target = _FirstElement()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    file.seek(0)
    try:
        while not target.seen and (chunk := file.read(CHUNK)):
            parser.feed(chunk)
        if not target.seen:
            parser.close()
    except DefusedXmlException as refused:
        raise OdmProblem("doctype", type(refused).__name__) from refused
    except (ParseError, LookupError, ValueError) as problem:
        raise OdmProblem("not_xml", problem) from problem
    if file.seek(0, 2) > max_bytes:
        raise OdmProblem("too_large", max_bytes)
    file.seek(0)
