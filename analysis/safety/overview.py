"""The overview of adverse events: participants with at least one of each sort, in the periods of a selection."""

from __future__ import annotations

from analysis.adverse_events import SEVERE_FROM, OverviewLine, at_least, both, is_fatal, overview_line
from analysis.safety.events import Rule, SafetyEvent, Selection
from forms.text import _l

COMPONENTS = (
    ("CHEMO", _l("Related to chemotherapy")),
    ("RT", _l("Related to radiotherapy")),
    ("IO", _l("Related to immunotherapy")),
)
OPERATION = ("OPERATION", _l("Related to an operation"))
"""Tells an arm: in closed tables only."""


def related_to(component: str) -> Rule:
    """Whether the investigator holds that part of the treatment for a cause."""

    def rule(event: SafetyEvent) -> bool | None:
        return None if event.what.related is None else component in event.what.related

    return rule


def severe(event: SafetyEvent) -> bool | None:
    """Grade 3 or higher."""
    return at_least(SEVERE_FROM)(event.what)


def serious(event: SafetyEvent) -> bool | None:
    """Serious, by ICH E2A."""
    return event.what.serious


def immune(event: SafetyEvent) -> bool | None:
    """Immune-related; only suspected of it: cannot be told."""
    return event.what.immune_related


def _any(event: SafetyEvent) -> bool | None:
    return True


_FIRST: tuple[tuple[str, str, Rule], ...] = (
    ("ANY", _l("Any adverse event"), _any),
    ("SEVERE", _l("Grade 3 or higher"), severe),
    ("SERIOUS", _l("Serious"), serious),
)
_LAST: tuple[tuple[str, str, Rule], ...] = (
    ("IMMUNE", _l("Immune-related"), immune),
    ("DELAY", _l("Led to a delay or a lower dose of therapy"), lambda e: e.delayed),
    ("STOP", _l("Led to the end of a therapy"), lambda e: e.stopped),
    ("FATAL", _l("Fatal outcome or grade 5"), lambda e: is_fatal(e.what)),
)


def lines(selection: Selection, *, operation: bool = False) -> tuple[OverviewLine, ...]:
    """One line a sort of event; `operation`: with those related to an operation."""
    return tuple(
        overview_line(code, text, ((m.participant, verdict) for m, _, verdict in selection.verdicts(rule)))
        for code, text, rule in sorts(operation=operation)
    )


def sorts(*, operation: bool = False) -> tuple[tuple[str, str, Rule], ...]:
    """Code, words and rule of each line."""
    components = (*COMPONENTS, OPERATION) if operation else COMPONENTS
    related = tuple((code, text, related_to(code)) for code, text in components)
    severe_ones = tuple((f"{c}_SEVERE", _SEVERE[c], _severe_of(rule)) for c, _, rule in related)
    pairs = tuple(line for pair in zip(related, severe_ones, strict=True) for line in pair)
    return (*_FIRST, *pairs, *_LAST)


_SEVERE = {
    "CHEMO": _l("Related to chemotherapy, grade 3 or higher"),
    "RT": _l("Related to radiotherapy, grade 3 or higher"),
    "IO": _l("Related to immunotherapy, grade 3 or higher"),
    "OPERATION": _l("Related to an operation, grade 3 or higher"),
}


def _severe_of(rule: Rule) -> Rule:
    return lambda event: both(rule(event), severe(event))
