"""A study of another system as our form definitions: ranges, codelists, conditions and calculations included."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from forms.codelist import Code, Codelist, CodelistError
from forms.foreign import Loss
from forms.language import Bound, Check, DefinitionError, FormDef, GroupDef, Item, Range
from forms.logic import Expr, lift
from forms.odm13.expressions import ExpressionProblem, condition, parse
from forms.odm13.metadata import ItemDef, ItemGroupDef, ItemRef, RangeCheck, Study
from forms.odm13.values import BOOLEAN, KINDS, read_value
from forms.odm13.xml import OdmProblem
from forms.text import _l

VERSION = 1
"""Number given to every imported form; the study's own version is in `Study.version`."""

Names = Mapping[str, tuple[str, str]]
"""What an expression may call an item: OID, GROUP-ITEM, FORM-GROUP-ITEM -> (our key, our kind)."""


@dataclass(frozen=True)
class Forms:
    """`definitions` as a record needs them, the data type of each item key, and the study they came from."""

    study: Study
    definitions: Mapping[tuple[str, int], FormDef]
    data_types: Mapping[str, str]


def forms_of(study: Study) -> Forms:
    """Every form of the study. Raises OdmProblem for what refers to nothing, ExpressionProblem for unreadable rules."""
    names, data_types = _names(study)
    try:
        definitions = {(form_key(oid), VERSION): _form(study, oid, names) for oid in study.forms}
    except DefinitionError as problem:
        raise OdmProblem("twice", problem) from problem
    if len(definitions) < len(study.forms):
        raise OdmProblem("twice", ", ".join(sorted(study.forms)))
    return Forms(study, definitions, data_types)


def form_key(oid: str) -> str:
    """Our name of a form: keys are FORM.ITEM and addresses FORM/EVENT/OCCURRENCE, so its OID must hold no dot and no stroke."""
    return oid.translate(_NOT_IN_A_NAME)


_NOT_IN_A_NAME = str.maketrans("./#", "___")


def readable(study: Study) -> tuple[Study, tuple[Loss, ...]]:
    """The study without the conditions and calculations that cannot be read, and what was lost with them.

    An item whose condition is lost is always asked; one whose calculation is lost is an answer like any other.
    """
    names, _ = _names(study)
    conditions = {oid for oid, text in study.conditions.items() if not _reads(condition, text, names)}
    methods = {oid for oid, text in study.methods.items() if not _reads(parse, text, names)}
    groups = {
        oid: replace(g, items=tuple(_without(r, conditions, methods) for r in g.items))
        for oid, g in study.groups.items()
    }
    lost = [Loss(oid, "condition", LOST_CONDITION, {"rule": study.conditions[oid][:200]}) for oid in sorted(conditions)]
    lost += [Loss(oid, "calculation", LOST_METHOD, {"rule": study.methods[oid][:200]}) for oid in sorted(methods)]
    return replace(study, groups=groups), tuple(lost)


LOST_CONDITION = _l("A condition cannot be read, so the items under it are always asked: %(rule)s")
LOST_METHOD = _l("A calculation cannot be read, so its result is an answer like any other: %(rule)s")


def _reads(read: Callable[[str, Names], Expr], text: str, names: Names) -> bool:
    try:
        read(text, names)
    except ExpressionProblem:
        return False
    return True


def _without(ref: ItemRef, conditions: set[str], methods: set[str]) -> ItemRef:
    return replace(
        ref,
        condition=None if ref.condition in conditions else ref.condition,
        method=None if ref.method in methods else ref.method,
    )


def defined(definitions: Mapping[str, Any], oid: str) -> Any:
    """The definition of that OID; raises OdmProblem "unknown_reference"."""
    if oid not in definitions:
        raise OdmProblem("unknown_reference", oid)
    return definitions[oid]


def _places(study: Study) -> Iterator[tuple[str, str, ItemRef, ItemDef]]:
    """Form OID, group OID, reference and definition of every item where it stands."""
    for form in study.forms.values():
        for group in form.groups:
            for ref in defined(study.groups, group).items:
                yield form.oid, group, ref, defined(study.items, ref.oid)


def _kind(ref: ItemRef, item: ItemDef) -> str:
    return "calc" if ref.method else KINDS.get(item.data_type, "text")


def _names(study: Study) -> tuple[Names, dict[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    data_types: dict[str, str] = {}
    for form, group, ref, item in _places(study):
        key = f"{form_key(form)}.{item.oid}"
        data_types[key] = item.data_type
        for name in (item.oid, f"{group}-{item.oid}", f"{form}-{group}-{item.oid}"):
            names.setdefault(name, (key, _kind(ref, item)))
    return names, data_types


def _form(study: Study, oid: str, names: Names) -> FormDef:
    form = study.forms[oid]
    groups = [defined(study.groups, group) for group in form.groups]
    items = [(group, _item(study, oid, group, ref, names)) for group in groups for ref in group.items]
    return FormDef(
        form_key(oid),
        VERSION,
        form.label,
        source=f"ODM 1.3: {study.oid} {study.version} {oid}",
        repeats=form.repeating,
        items=tuple(item for group, item in items if not group.repeating),
        groups=tuple(
            GroupDef(g.oid, g.label, tuple(i for group, i in items if group is g)) for g in groups if g.repeating
        ),
        checks=tuple(check for group, item in items for check in _checks(study.items[item.oid], item)),
    )


def _item(study: Study, form: str, group: ItemGroupDef, ref: ItemRef, names: Names) -> Item:
    item: ItemDef = study.items[ref.oid]
    return Item(
        _kind(ref, item),
        item.label,
        unit=defined(study.units, item.unit) if item.unit else "",
        codes=_codes(study, item),
        hard=_range(item, "Hard"),
        soft=_range(item, "Soft"),
        required=ref.mandatory and not ref.method,
        ask_if=~condition(defined(study.conditions, ref.condition), names) if ref.condition else None,
        derive=parse(defined(study.methods, ref.method), names) if ref.method else None,
        section=group.label,
        oid=item.oid,
        form=form_key(form),
        group=group.oid if group.repeating else None,
    )


def _codes(study: Study, item: ItemDef) -> Codelist | None:
    if item.code_list is None:
        return BOOLEAN if item.data_type == "boolean" else None
    codes = defined(study.code_lists, item.code_list)
    try:
        return Codelist(item.code_list, tuple(Code(code, decode) for code, decode in codes), study.name)
    except CodelistError as problem:
        raise OdmProblem("codelist", problem) from problem


_LOWER, _UPPER = {"GE": False, "GT": True}, {"LE": False, "LT": True}


def _in_range(item: ItemDef, level: str) -> tuple[RangeCheck | None, RangeCheck | None]:
    """The lower and the upper check that make the item's range of that level: the first of each."""
    at = [check for check in item.range_checks if check.level == level]
    low = next((check for check in at if check.comparator in _LOWER), None)
    return low, next((check for check in at if check.comparator in _UPPER), None)


def _range(item: ItemDef, level: str) -> Range | None:
    low, high = _in_range(item, level)
    if low is None and high is None:
        return None
    return Range(
        Bound(_constant(low, item), _LOWER[low.comparator]) if low else None,
        Bound(_constant(high, item), _UPPER[high.comparator]) if high else None,
    )


_RULES = {"LT": "lt", "LE": "le", "GT": "gt", "GE": "ge", "EQ": "eq", "NE": "ne"}


def _checks(item: ItemDef, ours: Item) -> Iterator[Check]:
    """Range checks that a range has no room for: EQ, NE, IN, NOTIN, and a second one on the same side."""
    inside = (*_in_range(item, "Hard"), *_in_range(item, "Soft"))
    for number, check in enumerate(item.range_checks, 1):
        if not any(check is one for one in inside):
            rule = _rule(check, item, ours)
            name = f"{item.oid}-{number}"
            yield Check(name, check.level.lower(), rule, f"{check.comparator} {check.values}", (ours,), ours.group)


def _rule(check: RangeCheck, item: ItemDef, ours: Item) -> Expr:
    if check.comparator in ("IN", "NOTIN"):
        among = Expr("in", (ours.expr(), lift([read_value(item.data_type, value) for value in check.values])))
        return among if check.comparator == "IN" else Expr("not", (among,))
    if check.comparator not in _RULES:
        raise OdmProblem("range_check", f"{item.oid} {check.comparator}")
    return Expr(_RULES[check.comparator], (ours.expr(), _constant(check, item)))


def _constant(check: RangeCheck, item: ItemDef) -> Expr:
    """The one check value, typed as the item is."""
    if len(check.values) != 1:
        raise OdmProblem("range_check", f"{item.oid} {check.comparator}")
    try:
        return lift(read_value(item.data_type, check.values[0]))
    except ValueError as problem:
        raise OdmProblem("range_check", f"{item.oid} {problem}") from problem
