"""Which other forms a form's rules read: what must be looked at again after one of them was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.language import FormDef, rules
from forms.logic import Expr, key_of

ANYWHERE, HERE = "anywhere", "here"
SOURCES = frozenset({"form", "event", "rows", "linked"})
Read = tuple[str, str]


@dataclass(frozen=True)
class Dependence:
    """Forms whose instances are read wherever they are (the own form too: its other instances), and only at the same event."""

    anywhere: frozenset[str]
    here: frozenset[str]


def dependence(form: FormDef, newest: Mapping[str, FormDef]) -> Dependence:
    """What the rules of a form version read outside the instance itself, through calculated items of other forms too."""
    walk = _Walk(form, newest)
    found = {read for rule in rules(form) for read in walk.reads(rule, form.oid, None)}
    links = {_name(item.target) for item in form.every_item() if item.target}
    return Dependence(
        frozenset(links.union(name for name, where in found if where == ANYWHERE)),
        frozenset(name for name, where in found if where == HERE),
    )


class _Walk:
    def __init__(self, own: FormDef, newest: Mapping[str, FormDef]) -> None:
        self._own, self._newest = own, newest
        self._seen: set[tuple[str, str | None]] = set()

    def reads(self, rule: Expr, at: str, where: str | None) -> Iterator[Read]:
        """What a rule reads. `at`: the form whose instance the rule stands in; `where`: how that was reached, None for the own one."""
        if rule.op in ("item", "code"):
            yield from self._item(key_of(rule.args[0]), at, where)
        source = next((a for a in rule.args if isinstance(a, tuple) and a and a[0] in SOURCES), None)
        inner = (at, where) if source is None else self._chosen(source, at, where)
        if source is not None and inner[1] is not None:
            yield inner  # type: ignore[misc]
        for each in rule.args:
            if isinstance(each, Expr):
                yield from self.reads(each, *inner)

    def _chosen(self, source: tuple[Any, ...], at: str, where: str | None) -> tuple[str, str | None]:
        kind, name = source[0], _name(source[1])
        if kind == "rows":
            return at, where
        if kind == "linked":
            form, _dot, item = name.partition(".")
            target = self._definition(form).item(item).target
            return (_name(target) if target else form), ANYWHERE
        return name, HERE if kind == "event" and where in (None, HERE) else ANYWHERE

    def _item(self, key: str, at: str, where: str | None) -> Iterator[Read]:
        form, _dot, oid = key.partition(".")
        reached = where if form == at else ANYWHERE
        if reached is not None:
            yield form, reached
        derive = self._definition(form).item(oid).derive
        if derive is not None and (key, reached) not in self._seen:
            self._seen.add((key, reached))
            yield from self.reads(derive, form, reached)

    def _definition(self, form: str) -> FormDef:
        return self._own if form == self._own.oid else self._newest[form]


def _name(source: Any) -> str:
    """The name of a form or item, written as text or as the class it is defined by."""
    return source if isinstance(source, str) else str(getattr(source, "oid", None) or source.__name__)
