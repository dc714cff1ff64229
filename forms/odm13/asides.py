"""What ODM says and our forms cannot: kept as it was written, and counted as lost in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from forms.foreign import Aside, Loss
from forms.odm13.places import Place
from forms.odm13.vocabulary import ATTRIBUTES, ELEMENTS
from forms.odm13.xml import ODM_13
from forms.text import _l

WORDS: Mapping[str, str] = {
    "vendor-attribute": _l("The extension %(name)s of another vendor is kept aside."),
    "vendor-element": _l("The extension <%(name)s> of another vendor is kept aside."),
    "annotation": _l("Annotations are kept aside as they were written; they are no queries here."),
    "signature": _l("Signatures of the other system are kept aside; they sign nothing here."),
    "attribute": _l("The attribute %(name)s is kept aside."),
    "element": _l("The element <%(name)s> is kept aside."),
    "calculation": _l("The stored result of the calculated item %(name)s is kept aside: it is calculated anew."),
    "undeclared": _l("The study declares no item %(name)s: its values are kept aside."),
    "spelling": _l("Values of %(name)s are kept as values, and the way they were written aside."),
    "overwritten": _l(
        "%(name)s was given twice in one place without an audit record: the earlier value is kept aside."
    ),
    "repeat-key": _l("The repeat key of the form %(name)s is no number of its own: occurrences were numbered."),
    "no-event": _l("Data stand under the study event %(name)s, which the study does not declare."),
    "version": _l("Data were collected under another version of the study: %(name)s."),
    "language": _l("Texts in the language “%(name)s” are not shown; they are kept."),
    "group-condition": _l("The condition %(name)s of a whole form or group is not applied."),
    "formal-range": _l("A range check of %(name)s that is a formula is not applied."),
}


class Losses:
    """Counts what is lost, by kind and name."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, kind: str, name: str = "") -> None:
        """One more of it."""
        self._counts[kind, name] += 1

    def told(self) -> tuple[Loss, ...]:
        """All of it in words, by kind and name."""
        return tuple(
            Loss(name, kind, WORDS[kind], {"name": name} if "%(name)s" in WORDS[kind] else {}, n)
            for (kind, name), n in sorted(self._counts.items())
        )


def written(element: Any) -> str:
    """The element as text of its own, with the namespaces it needs and no other."""
    alone = deepcopy(element)
    alone.tail = None
    etree.cleanup_namespaces(alone)
    return str(etree.tostring(alone, encoding="unicode"))


def is_vendors(name: str) -> bool:
    """Whether an element's or attribute's name, in braces its namespace, is none of ODM's."""
    return name.startswith("{") and not name.startswith((ODM_13, "{http://www.w3.org/"))


def attribute_aside(where: Place | str, name: str, text: str, owner: str, losses: Losses) -> Aside:
    """An attribute as an aside, noted as lost."""
    vendors = is_vendors(name) or (not name.startswith("{") and name not in ATTRIBUTES)
    losses.note("vendor-attribute" if vendors else "attribute", f"{_plain(name)} ({owner})")
    return Aside(str(where), f"@{name}", text)


def element_aside(where: Place | str, element: Any, losses: Losses) -> Aside:
    """An element as an aside, noted as lost."""
    name = etree.QName(element).localname
    if is_vendors(element.tag) or name not in ELEMENTS:
        losses.note("vendor-element", name)
    elif name in ("Annotation", "Signature"):
        losses.note(name.lower())
    else:
        losses.note("element", name)
    return Aside(str(where), element.tag, written(element))


def cleaned(element: Any, losses: Losses) -> list[Aside]:
    """Take every extension out of the element, in place; returns them, each with the path of what it stood in."""
    found: list[Aside] = []
    for each in list(element.iter(etree.Element)):
        if each is not element and each.getparent() is None:
            continue  # stood in an extension that was taken out
        for name, text in list(each.attrib.items()):
            if is_vendors(name) or (not name.startswith("{") and name not in ATTRIBUTES):
                found.append(attribute_aside(path_of(each, element), name, text, etree.QName(each).localname, losses))
                del each.attrib[name]
        for child in list(each):
            if is_vendors(child.tag) or etree.QName(child).localname not in ELEMENTS:
                found.append(element_aside(path_of(each, element), child, losses))
                each.remove(child)
    return found


def path_of(element: Any, top: Any) -> str:
    """The way from `top` to the element, as ElementTree's `find` reads it; "." for `top` itself."""
    steps: list[str] = []
    while element is not top:
        parent = element.getparent()
        earlier = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
        steps.append(f"{element.tag}[{earlier + 1}]")
        element = parent
    return "/".join(reversed(steps)) or "."


def _plain(name: str) -> str:
    return name.rpartition("}")[2]
