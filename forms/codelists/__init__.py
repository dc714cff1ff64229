"""Every codelist of the trial, by topic; `CODELISTS` finds one by name.

Codes are stable ASCII, the CDISC submission value or a short form of it where one exists (then with its C-code); decodes are
the words of the CRF specification. Cite NCI EVS for CDISC terminology and NCI CTEP for CTCAE wherever they are shown.
"""

from types import ModuleType

from forms.codelist import Codelist
from forms.codelists import adverse, baseline, events, laboratory, omics, response, safety, shared, treatment

_TOPICS: tuple[ModuleType, ...] = (shared, baseline, laboratory, omics, treatment, response, events, safety, adverse)


def _gather(topics: tuple[ModuleType, ...]) -> dict[str, Codelist]:
    found = {each.name: each for topic in topics for each in vars(topic).values() if isinstance(each, Codelist)}
    return dict(sorted(found.items()))


CODELISTS: dict[str, Codelist] = _gather(_TOPICS)
