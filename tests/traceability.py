"""Requirement, test, result: the validation record, made from the run itself."""

from collections import defaultdict
from pathlib import Path

import pytest

HEADING = """# Traceability: requirement, test, result

Written by the test run (`make docs`); a test says what it proves with `@pytest.mark.requirement("R19")`.

| requirement | test | result |
|---|---|---|
"""
WORST_FIRST = ("failed", "skipped", "passed")

results: dict[tuple[str, str], str] = {}


def requirements_of(item: pytest.Item) -> list[str]:
    """The requirements a test says it proves, each once, in order."""
    named = [str(name) for mark in item.iter_markers("requirement") for name in mark.args]
    return sorted(set(named), key=_number)


def carry(item: pytest.Item, report: pytest.TestReport) -> None:
    """Write into a report what its test says it proves: a report travels from the process of the test to the one that writes."""
    report.user_properties.extend(("requirement", name) for name in requirements_of(item))


def note(report: pytest.TestReport) -> None:
    """Keep the worst outcome over set-up, call, tear-down and the parameters of a test."""
    for requirement in {value for name, value in report.user_properties if name == "requirement"}:
        key = (str(requirement), report.nodeid.split("[")[0])
        results[key] = min(results.get(key, "passed"), report.outcome, key=WORST_FIRST.index)


def table(outcomes: dict[tuple[str, str], str]) -> str:
    """The matrix as Markdown, by requirement and then by test."""
    tests = defaultdict(list)
    for (requirement, test), outcome in sorted(outcomes.items()):
        tests[requirement].append(f"| {requirement} | `{test}` | {outcome} |")
    return HEADING + "".join(f"{row}\n" for name in sorted(tests, key=_number) for row in tests[name])


def write(path: Path) -> None:
    """Write the matrix of the run so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table(results), encoding="utf-8")


def _number(requirement: str) -> tuple[int, str]:
    digits = requirement[1:]
    return (int(digits) if digits.isdigit() else 0, requirement)
