"""Run every benchmark of this folder, or those named: `python -m bench [NAME ...]`. Fails where a limit is passed.

A benchmark is a module here with `measure() -> list[Measured]`; its docstring's first line is its title.
"""

import sys
from importlib import import_module
from pathlib import Path

from bench.measured import Measured

HERE = Path(__file__).parent
NONE = {"__init__", "__main__", "measured"}


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NONE)


def line(figure: Measured) -> str:
    """A figure as a line of the table."""
    mark = "ok" if figure.kept else "PASSED ITS LIMIT"
    return f"  {figure.what:<58} {figure.value:>12,.3f} {figure.unit:<8} {figure.limit:<16} {mark if figure.limit else ''}".rstrip()


def main(wanted: list[str]) -> int:
    """Print the table; 1 where a limit was passed, 2 where a name is none."""
    if unknown := set(wanted) - set(names()):
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    broken = 0
    for name in wanted or names():
        module = import_module(f"bench.{name}")
        print(f"{name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        for figure in module.measure():
            print(line(figure), flush=True)
            broken += not figure.kept
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
