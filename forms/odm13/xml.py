"""XML that came from outside, read without trust: bounded in size, no DOCTYPE, no entity, nothing fetched."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, tostring

from forms.text import _l

ODM_13 = "{http://www.cdisc.org/ns/odm/v1.3}"
MAX_BYTES = 50_000_000
"""Larger files are refused unread; the largest public example has 1 MB."""

WORDS = {
    "too_large": _l("The file is larger than %(detail)s bytes."),
    "doctype": _l("The file declares a document type or an entity. ODM needs neither, so it is refused: %(detail)s"),
    "not_xml": _l("The file is not well-formed XML: %(detail)s"),
    "not_odm": _l("The file is not ODM 1.3: its outermost element is %(detail)s."),
    "incomplete": _l("The file lacks a part that ODM requires: %(detail)s"),
    "no_clinical_data": _l("The file holds no clinical data of this study: %(detail)s"),
    "other_study": _l("The data belong to another study than the metadata: %(detail)s"),
    "twice": _l("The file defines the same identifier twice: %(detail)s"),
    "unknown_reference": _l("The file refers to something it does not define: %(detail)s"),
    "several_versions": _l("The file holds %(detail)s metadata versions; exactly one can be read."),
    "codelist": _l("A codelist of the file cannot be used: %(detail)s"),
    "range_check": _l("A range check of the file cannot be understood: %(detail)s"),
}


class OdmProblem(ValueError):
    """A file that cannot be read as ODM 1.3. `code` is a key of WORDS, `detail` what was found."""

    def __init__(self, code: str, detail: object) -> None:
        super().__init__(WORDS[code] % {"detail": detail})
        self.code = code
        self.detail = str(detail)


def odm_root(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """The ODM element of a file. Raises OdmProblem: too_large, doctype, not_xml, not_odm."""
    if len(data) > max_bytes:
        raise OdmProblem("too_large", max_bytes)
    try:
        root: Element = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as refused:
        raise OdmProblem("doctype", type(refused).__name__) from refused
    # An encoding Python does not know, or bytes that do not belong to it, come as LookupError and ValueError.
    except (ParseError, LookupError, ValueError) as problem:
        raise OdmProblem("not_xml", problem) from problem
    if root.tag != f"{ODM_13}ODM":
        raise OdmProblem("not_odm", root.tag)
    return root


def children(element: Element, name: str) -> list[Element]:
    """Child elements of that ODM name, in order."""
    return element.findall(f"{ODM_13}{name}")


def attribute(element: Element, name: str) -> str:
    """An attribute that ODM requires; raises OdmProblem "incomplete" where it is absent."""
    value = element.get(name)
    if value is None:
        raise OdmProblem("incomplete", f"{element.tag.removeprefix(ODM_13)} {name}")
    return value


def text_of(element: Element, *path: str, language: str = "en") -> str:
    """The TranslatedText below `path` in the language, else the first one, else the empty text."""
    texts = element.findall("/".join(f"{ODM_13}{part}" for part in (*path, "TranslatedText")))
    in_language = [t for t in texts if t.get("{http://www.w3.org/XML/1998/namespace}lang", "") == language]
    return next(((t.text or "").strip() for t in (*in_language, *texts)), "")


def as_text(element: Element) -> str:
    """The element again as XML, for what is kept as written."""
    text: str = tostring(element, encoding="unicode")
    return text.strip()
