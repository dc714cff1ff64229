"""The matrix in docs/generated names the tests there are: a stale one fails here, and is made again by `make docs`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MATRIX = ROOT / "docs" / "generated" / "traceability.md"
ROW = re.compile(r"^\| (R\d{2,3}) \| `([^`]+)` \| (passed|failed|skipped) \|$", re.MULTILINE)
SLOW = "slow"


def marks(function: ast.FunctionDef) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Name and arguments of each mark on a test."""
    for each in function.decorator_list:
        call = each if isinstance(each, ast.Call) else None
        name = call.func if call else each
        if isinstance(name, ast.Attribute) and ast.unparse(name.value) == "pytest.mark":
            yield name.attr, tuple(a.value for a in (call.args if call else ()) if isinstance(a, ast.Constant))


def claimed() -> set[tuple[str, str]]:
    """Requirement and test, of every mark in the sources of tests that `make test` and `make long` run."""
    found = set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                told = list(marks(node))
                if SLOW not in {name for name, _args in told}:
                    place = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                    found |= {(str(a), place) for name, args in told if name == "requirement" for a in args}
    return found


def test_the_matrix_is_of_the_tests_there_are() -> None:
    written = {(requirement, test) for requirement, test, _result in ROW.findall(MATRIX.read_text("utf-8"))}
    assert written == claimed(), "run `make docs`"


def test_every_test_in_the_matrix_passed() -> None:
    assert {result for *_test, result in ROW.findall(MATRIX.read_text("utf-8"))} == {"passed"}
