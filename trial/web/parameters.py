"""The parameters of the protocol as a person reads them: what each means, its value with a unit, the section it stands in.

Every parameter `trial/protocol.py` declares is worded here; a test fails for one that is not, so that an amendment cannot add
a number that nobody can read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from forms.text import _l
from trial.protocol import Protocol, Window
from trial.web.words import ARM_WORDS, LEVEL_WORDS, METHOD_WORDS, in_words

SECTIONS: tuple[tuple[str, str, int], ...] = (
    ("limits", _l("Eligibility"), 2),
    ("windows", _l("Visits and their windows"), 3),
    ("randomisation", _l("Randomisation"), 6),
    ("design", _l("Sample size and interim analyses"), 8),
    ("safety", _l("Safety reporting"), 9),
)
"""Part of the protocol, its title, the section of the protocol."""


def _counted(one: str, many: str) -> Callable[[Any], str]:
    return lambda value: ngettext(one, many, value)


def _list(words: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: ", ".join(map(words, value))


def _with(form: str) -> Callable[[Any], str]:
    """A number in a text of its own."""
    return lambda value: _(form, n=value)


def percent(value: Any) -> str:
    """A proportion in per cent."""
    return f"{value * 100:g} %"


def window(value: Window) -> str:
    """A window in days after its time zero."""
    low = str(value.low).replace("-", "\N{MINUS SIGN}")
    return _("days %(low)s to %(high)d, planned %(due)d", low=low, high=value.high, due=value.due)


DAYS = _counted(_l("%(num)d day"), _l("%(num)d days"))
HOURS = _counted(_l("%(num)d hour"), _l("%(num)d hours"))
MONTHS = _counted(_l("%(num)d month"), _l("%(num)d months"))
YEARS = _counted(_l("%(num)d year"), _l("%(num)d years"))
PEOPLE = _counted(_l("%(num)d participant"), _l("%(num)d participants"))
EVENTS = _counted(_l("%(num)d event"), _l("%(num)d events"))
OPERATIONS = _counted(_l("%(num)d operation"), _l("%(num)d operations"))
TOLERANCE = _counted(_l("± %(num)d day"), _l("± %(num)d days"))

WORDING: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "limits.age_years": (_l("Least age on the day of consent"), YEARS),
    "limits.distance_mm": (_l("Greatest distance of the tumour from the anal verge, on MRI"), _with(_l("%(n)d mm"))),
    "limits.staging_days": (_l("Oldest staging CT before consent"), DAYS),
    "windows.screening": (_l("Screening, from consent"), window),
    "windows.cycle": (_l("Treatment cycle, from its planned day"), window),
    "windows.end_of_therapy": (_l("End of therapy, from the last dose"), window),
    "windows.restaging_after_radiotherapy": (_l("Restaging, from the last fraction of radiotherapy"), window),
    "windows.restaging_after_drugs": (_l("Restaging, from the last dose where drugs came last"), window),
    "windows.reassessment": (_l("Re-assessment, from the restaging"), window),
    "windows.decision": (_l("Decision, from the restaging"), window),
    "windows.operation": (_l("Operation, from the decision"), window),
    "windows.pathology": (_l("Pathology of the specimen, from the operation"), window),
    "windows.salvage": (_l("Salvage operation, from the confirmed regrowth"), window),
    "windows.postoperative.PO30": (_l("30 days after operation, from the operation"), window),
    "windows.postoperative.PO90": (_l("90 days after operation, from the operation"), window),
    "windows.near_complete.NC07": (_l("Near-complete response, week 7, from the decision"), window),
    "windows.near_complete.NC20": (_l("Near-complete response, week 20, from the decision"), window),
    "windows.management": (_l("Strategy actually begun, from the decision"), window),
    "windows.follow_up_months": (_l("Follow-up visits, months after the decision"), _list(str)),
    "windows.early_months": (_l("Early follow-up lasts"), MONTHS),
    "windows.early_tolerance": (_l("Window of an early follow-up visit"), TOLERANCE),
    "windows.late_tolerance": (_l("Window of a later follow-up visit"), TOLERANCE),
    "windows.planned_decision_days": (_l("Planned decision of who never reaches it, after the last dose"), DAYS),
    "windows.mri_before_therapy": (_l("Oldest baseline MRI before therapy"), DAYS),
    "randomisation.method": (_l("Method"), in_words(METHOD_WORDS)),
    "randomisation.arms": (_l("Arms, 1:1"), _list(in_words(ARM_WORDS))),
    "randomisation.bias": (_l("Probability of the arm that balances (biased coin)"), percent),
    "randomisation.block_sizes": (_l("Block sizes, where blocks are used"), _list(str)),
    "randomisation.block_length": (_l("Length of each list, where blocks are used"), _with(_l("%(n)d allocations"))),
    "randomisation.response_levels": (_l("Factor: clinical response"), _list(in_words(LEVEL_WORDS))),
    "randomisation.ct_levels": (_l("Factor: clinical T"), _list(in_words(LEVEL_WORDS))),
    "randomisation.regimen_levels": (_l("Factor: regimen"), _list(in_words(LEVEL_WORDS))),
    "randomisation.days_after_decision": (_l("Latest allocation after the decision"), DAYS),
    "design.enrolled": (_l("Enrolled"), PEOPLE),
    "design.randomised": (_l("Randomised"), PEOPLE),
    "design.accrual_months": (_l("Accrual"), MONTHS),
    "design.further_months": (_l("Follow-up after accrual"), MONTHS),
    "design.lost": (_l("Lost to follow-up"), percent),
    "design.control_at_3_years": (_l("NR-DFS at 3 years after mesorectal excision"), percent),
    "design.margin": (_l("Margin of non-inferiority"), lambda value: _("%(n)g percentage points", n=value * 100)),
    "design.margin_hazard_ratio": (_l("Margin as a hazard ratio"), str),
    "design.alpha_one_sided": (_l("Alpha, one-sided"), percent),
    "design.power": (_l("Power"), percent),
    "design.events_fixed": (_l("Events without interim analyses"), EVENTS),
    "design.events": (_l("Events with interim analyses"), EVENTS),
    "design.inflation": (_l("Inflation for the interim analyses, factor"), lambda value: f"{value:.3f}"),
    "design.looks": (_l("Interim analyses, at this share of the events"), _list(percent)),
    "design.futility_conditional_power": (_l("Futility: conditional power below"), percent),
    "design.responders": (_l("Enrolled with a complete or near-complete response"), percent),
    "design.model_positive": (_l("Of these positive in the model"), percent),
    "design.accepting": (_l("Of candidates accepting randomisation"), percent),
    "design.stop_regrowth_2_years": (_l("Stop: lower limit of regrowth at 2 years above"), percent),
    "design.stop_r0": (_l("Stop: upper limit of R0 among salvage operations below"), percent),
    "design.stop_r0_from_operations": (_l("The R0 rule counts from"), OPERATIONS),
    "design.response_months": (_l("Complete response is judged at"), MONTHS),
    "design.response_clear_day": (_l("Clear endoscopy and MRI count from"), _with(_l("day %(n)d"))),
    "safety.site_hours": (_l("Site to sponsor, from awareness"), HOURS),
    "safety.urgent_days": (_l("SUSAR, fatal or life-threatening"), DAYS),
    "safety.urgent_follow_up_days": (_l("Follow-up report of these, further"), DAYS),
    "safety.other_days": (_l("Other SUSAR"), DAYS),
    "safety.after_chemoradiotherapy": (_l("All adverse events after the last neoadjuvant dose"), DAYS),
    "safety.after_immunotherapy": (_l("The same after immunotherapy"), DAYS),
    "safety.after_decision": (_l("All adverse events after the decision"), DAYS),
    "safety.after_operation": (_l("All adverse events after an operation"), DAYS),
    "safety.later_grade": (_l("Later: related events, and any from grade"), str),
}
"""Path of a parameter to what it means and how its value reads."""


@dataclass(frozen=True)
class Section:
    """One section: its title, its number in the protocol, parameters as label and value."""

    title: str
    number: int
    parameters: tuple[tuple[str, str], ...]


def sections(protocol: Protocol) -> list[Section]:
    """Every parameter of a protocol, in the order of its sections."""
    return [
        Section(_(title), number, tuple(_worded(path, value) for path, value in flat(getattr(protocol, name), name)))
        for name, title, number in SECTIONS
    ]


def _worded(path: str, value: Any) -> tuple[str, str]:
    label, words = WORDING[path]
    return _(label), words(value)


def flat(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each parameter below `path`, nested ones by their names."""
    if is_dataclass(value) and not isinstance(value, Window):
        for part in fields(value):
            yield from flat(getattr(value, part.name), f"{path}.{part.name}")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from flat(each, f"{path}.{name}")
    else:
        yield path, value
