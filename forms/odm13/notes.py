"""What ODM has no element for, as annotations with a flag: missing because, not done, removed, confirmed, queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from forms.odm13.study_writing import made
from forms.odm13.xml import ODM_13

KINDS = (
    MISSING, NOT_DONE, REMOVED, CONFIRMED, QUERY, REMARK, ALSO_SIGNED, VOIDED, ALLOCATED,
) = (
    "MISSING", "NOT_DONE", "REMOVED", "CONFIRMED", "QUERY", "REMARK", "ALSO_SIGNED", "VOIDED", "ALLOCATED",
)  # fmt: skip
"""Kinds of annotations."""
FLAGS = "VIGIL.FLAG"
DETAIL = "VIGIL.DETAIL"


@dataclass(frozen=True)
class Note:
    """An annotation: its kind, a detail (reason code, check, path and state), words of a person."""

    kind: str
    detail: str
    words: str = ""


def flags_into(study: Any) -> None:
    """The codelist of our annotations: before conditions and methods, where codelists end."""
    flags = made("CodeList", None, *(_code(k) for k in KINDS), OID=FLAGS, Name="Kind of annotation", DataType="text")
    # The detail is a code of some list, a path or a check: it has no list of its own.
    detail = made("CodeList", None, _code("-"), OID=DETAIL, Name="Detail of an annotation", DataType="text")
    version = study.find(f"{ODM_13}MetaDataVersion")
    later = [
        n for n, e in enumerate(version) if e.tag in (f"{ODM_13}ConditionDef", f"{ODM_13}MethodDef", f"{ODM_13}Presentation")
    ]  # fmt: skip
    at = later[0] if later else len(version)
    version[at:at] = [flags, detail]


def _code(code: str) -> Any:
    words = made("TranslatedText", code)
    words.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    return made("CodeListItem", None, made("Decode", None, words), CodedValue=code)


def flagged(notes: Sequence[Note]) -> Iterator[Any]:
    """The elements, numbered as the schema wants them."""
    for number, note in enumerate(notes, 1):
        value = made("FlagValue", note.detail or "-", CodeListOID=DETAIL)
        flag = made("Flag", None, value, made("FlagType", note.kind, CodeListOID=FLAGS))
        comment = [made("Comment", note.words)] if note.words else []
        yield made("Annotation", None, *comment, flag, SeqNum=str(number))
