"""A study in ODM 1.3.2 files, whole: definitions, and subjects that are read one at a time as often as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import IO, Any, overload

from lxml import etree

from forms.foreign import Aside, ForeignStudy, ForeignSubject, Loss
from forms.odm13.asides import Losses, cleaned, element_aside, written
from forms.odm13.clinical import subject_of
from forms.odm13.definitions import Forms, forms_of, readable
from forms.odm13.metadata import study_in
from forms.odm13.streaming import Part, parts
from forms.odm13.xml import ODM_13, OdmProblem

SYSTEM = "odm"
Opener = Callable[[], IO[bytes]]
"""Opens one of the study's files again, from its beginning."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read(metadata: Opener, data: Opener | None = None, *, name: str = "") -> ForeignStudy:
    """The study of the metadata file with the subjects of the data file (without one: of the same file).

    Everything is looked at once, so that a damaged file is refused here. Raises OdmProblem in words.
    """
    losses = Losses()
    with metadata() as file:
        forms, asides, lost = _definitions(file, losses)
    subjects = _OfFile(data or metadata, forms)
    with (data or metadata)() as file:
        subjects.number = sum(1 for _ in _read_subjects(file, forms, losses))
        if data is not None:
            file.seek(0)
            asides += _administrative(file, losses)
    title = name or forms.study.name or forms.study.oid
    return ForeignStudy(SYSTEM, title, forms.definitions, subjects, tuple(asides), (*lost, *losses.told()))


def study_root(asides: Sequence[Aside]) -> Any | None:
    """An ODM element holding the Study that an aside kept; None where none was."""
    kept = next((a for a in asides if a.name == f"{ODM_13}Study"), None)
    if kept is None:
        return None
    root = etree.Element(f"{ODM_13}ODM", nsmap={None: ODM_13[1:-1]})
    root.append(etree.fromstring(kept.text, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)))
    return root


def _definitions(file: IO[bytes], losses: Losses) -> tuple[Forms, list[Aside], tuple[Loss, ...]]:
    root = etree.Element(f"{ODM_13}ODM", nsmap={None: ODM_13[1:-1]})
    beside: list[Aside] = []
    for part in parts(file):
        if part.name == "Study":
            beside += cleaned(part.element, losses)
            root.append(etree.fromstring(written(part.element)))
        elif part.name != "SubjectData":
            beside.append(_beside(part, losses))
    study, lost = readable(study_in(root))
    _told(root, losses)
    kept = Aside("", f"{ODM_13}Study", written(root[0]))
    return forms_of(study), [kept, *beside], lost


def _administrative(file: IO[bytes], losses: Losses) -> list[Aside]:
    return [_beside(part, losses) for part in parts(file) if part.name not in ("Study", "SubjectData")]


def _beside(part: Part, losses: Losses) -> Aside:
    """Users, locations, reference data: nothing of ours, put back as they were."""
    cleaned(part.element, losses)
    if part.name == "AdminData":
        return Aside("", part.element.tag, written(part.element))
    return element_aside("", part.element, losses)


def _told(root: Any, losses: Losses) -> None:
    """What of the metadata has no place in our forms, though it is kept as it was."""
    for text in root.iter(f"{ODM_13}TranslatedText"):
        if text.get(_LANGUAGE, "en") != "en":
            losses.note("language", text.get(_LANGUAGE))
    for ref in root.iter(f"{ODM_13}FormRef", f"{ODM_13}ItemGroupRef"):
        if ref.get("CollectionExceptionConditionOID"):
            losses.note("group-condition", ref.get("CollectionExceptionConditionOID"))
    for item in root.iter(f"{ODM_13}ItemDef"):
        for check in item.findall(f"{ODM_13}RangeCheck"):
            if not check.get("Comparator"):
                losses.note("formal-range", item.get("OID"))


def _read_subjects(file: IO[bytes], forms: Forms, losses: Losses) -> Iterator[ForeignSubject]:
    keys = set[str]()
    for part in parts(file):
        if part.name == "SubjectData":
            subject = subject_of(part.element, forms, losses)
            if subject.key in keys:
                raise OdmProblem("twice", f"SubjectData {subject.key}")
            keys.add(subject.key)
            yield _of_this_study(part, subject, forms, losses)


def _of_this_study(part: Part, subject: ForeignSubject, forms: Forms, losses: Losses) -> ForeignSubject:
    study, version = part.head.get("StudyOID"), part.head.get("MetaDataVersionOID")
    if study != forms.study.oid:
        raise OdmProblem("other_study", study)
    if version == forms.study.version:
        return subject
    losses.note("version", version or "")
    return replace(subject, asides=(*subject.asides, Aside("ClinicalData", "@MetaDataVersionOID", version or "")))


class _OfFile(Sequence[ForeignSubject]):
    """The subjects of a file, read when they are gone through."""

    def __init__(self, data: Opener, forms: Forms) -> None:
        self._data, self._forms, self.number = data, forms, 0

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[ForeignSubject]:
        with self._data() as file:
            yield from _read_subjects(file, self._forms, Losses())

    @overload
    def __getitem__(self, at: int) -> ForeignSubject: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[ForeignSubject]: ...
    def __getitem__(self, at: int | slice) -> ForeignSubject | Sequence[ForeignSubject]:
        return tuple(self)[at]
