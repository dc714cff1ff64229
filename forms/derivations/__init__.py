"""Functions behind calculated items: pure, versioned, registered under a name by `forms.logic.derivation`.

Importing this package fills the registry. An unknown input gives None unless the docstring says otherwise; a function
whose result changes for some input gets a new version, so that frozen values name what computed them.
"""

from forms.derivations import (
    body,
    bowel_function,
    course,
    diversity,
    quality_of_life,
    redcap,
    reference_range,
    specimen,
    staging,
    toxicity_grade,
)

__all__ = [
    "body",
    "bowel_function",
    "course",
    "diversity",
    "quality_of_life",
    "redcap",
    "reference_range",
    "specimen",
    "staging",
    "toxicity_grade",
]
