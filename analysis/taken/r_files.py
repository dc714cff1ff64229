"""A folder for R: `load.R` gives each dataset its types, labels and factors, `primary.R` computes the primary table again.

`load.R` is written from the declared variables; `primary.R` needs R's `survival` and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from analysis.adam.variables import DATE, INTEGER, NUMBER, TEXT, Filled, Variable

_CLASSES = {TEXT: "character", INTEGER: "integer", NUMBER: "numeric", DATE: "Date"}
_HEAD = """# Reads every dataset of this folder with its types, labels and factors: source("load.R") in this folder.
# Missing is empty in the files, and NA here.

.read <- function(name, classes) {
  read.csv(paste0(name, ".csv"), colClasses = classes, na.strings = "", encoding = "UTF-8", check.names = FALSE)
}

"""


def load_r(datasets: Iterable[Filled]) -> bytes:
    """The script that reads the CSV files of the folder."""
    return (_HEAD + "\n".join(_dataset(each) for each in datasets)).encode()


def primary_r(margin: float) -> bytes:
    """The script that computes the primary table from the folder; `margin`: of non-inferiority, a hazard ratio."""
    return files("analysis").joinpath("data/primary.R").read_bytes().replace(b"@MARGIN@", repr(margin).encode("ascii"))


def _dataset(filled: Filled) -> str:
    name, variables = filled.dataset.name.lower(), filled.dataset.variables
    classes = ",\n  ".join(f"{v.name} = {_quoted(_CLASSES[v.kind])}" for v in variables)
    lines = [f"{name} <- .read({_quoted(name)}, c(\n  {classes}\n))"]
    lines += [_factor(name, v) for v in variables if v.codes]
    lines += [f'attr({name}${v.name}, "label") <- {_quoted(v.label)}' for v in variables]
    return "\n".join([*lines, f'attr({name}, "label") <- {_quoted(filled.dataset.label)}', ""])


def _factor(name: str, variable: Variable) -> str:
    """Numbers stay numbers, for a model needs them: their labels stand in an attribute. Text becomes a factor with its codes as levels."""
    codes = ", ".join(_quoted(str(code)) for code, _ in variable.codes)
    decodes = ", ".join(_quoted(decode) for _, decode in variable.codes)
    told = f'attr({name}${variable.name}, "decodes") <- setNames(c({decodes}), c({codes}))'
    if variable.kind == INTEGER:
        return told
    return f"{name}${variable.name} <- factor({name}${variable.name}, levels = c({codes}))\n{told}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
