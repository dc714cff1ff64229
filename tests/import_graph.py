"""Reading imports: which module names which, wherever in a file the import stands."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = Mapping[str, frozenset[str]]
"""Module -> what it imports: our own modules by their full name, others by their full dotted name as well."""


def module_name(path: Path) -> str:
    """`trial/store/engine.py` -> trial.store.engine; a package is named by its folder."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(root: Path, folders: Iterable[str]) -> dict[str, str]:
    """The text of every module in `folders`, by name; a name that ends in .py is a single file."""
    files = [
        path
        for folder in folders
        for path in ([root / folder] if folder.endswith(".py") else (root / folder).rglob("*.py"))
    ]
    relative = {path: path.relative_to(root) for path in files if path.exists()}
    packages = {module_name(short): path.read_text(encoding="utf-8") for path, short in relative.items()}
    return dict(sorted(packages.items()))


def graph(texts: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """The imports of every module of `texts`; `from a import b` is an import of a.b where that is a module, else of a."""
    return {name: frozenset(_targets(text, texts)) - {name} for name, text in texts.items()}


def _targets(text: str, ours: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"line {node.lineno}: a relative import hides which room is entered")
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in ours else str(node.module) for name in inside)


def cycle(imports: Graph) -> list[str]:
    """One cycle among our own modules, as the names along it; empty where there is none."""
    try:
        TopologicalSorter({name: targets & imports.keys() for name, targets in imports.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def within(name: str, prefix: str) -> bool:
    """Whether a module is `prefix` or lies in it."""
    return name == prefix or name.startswith(f"{prefix}.")
