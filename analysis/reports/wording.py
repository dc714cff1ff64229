"""The lines printed under every curve: population, origin, event, competing event, censoring, estimator, footnotes."""

from collections.abc import Callable, Sequence

from analysis.estimands import Estimand
from analysis.score_estimands import ScoreEstimand
from forms.text import _l

Translate = Callable[[str], str]


def definition_lines(
    estimand: Estimand, estimator: str, notes: Sequence[tuple[str, int]] = (), tr: Translate = str
) -> tuple[str, ...]:
    """One line each, in the reader's language; a footnote ends with the number of participants it concerns."""
    *lines, source = estimand_lines(estimand, tr)
    estimated = tr(_l("Estimator: {text}")).format(text=tr(estimator))
    return (*lines, estimated, source, *note_lines(notes, tr))


def estimand_lines(estimand: Estimand, tr: Translate = str) -> tuple[str, ...]:
    """The five attributes of ICH E9(R1), with what starts, ends and censors the time, and where that is written."""
    competing = "; ".join(tr(c.text) for c in estimand.competing) or tr(_l("none"))
    return (
        *_treatment(estimand, tr),
        tr(_l("Population: {text}.")).format(text=tr(estimand.population.text)),
        tr(_l("Origin: {text}.")).format(text=tr(estimand.origin.text)),
        tr(_l("Event, first of: {text}.")).format(text="; ".join(tr(c.text) for c in estimand.events)),
        tr(_l("Competing event: {text}.")).format(text=competing),
        tr(_l("Censoring: {text}.")).format(text=tr(estimand.censoring.text)),
        *_intercurrent(estimand, tr),
        *([tr(_l("Summary measure: {text}.")).format(text=tr(estimand.summary))] if estimand.summary else ()),
        tr(_l("Source: {text}.")).format(text=estimand.source),
    )


def score_lines(estimand: ScoreEstimand, tr: Translate = str) -> tuple[str, ...]:
    """The five attributes of an estimand of scores, with what is assumed of those that are missing."""
    return (
        *_treatment(estimand, tr),
        tr(_l("Population: {text}.")).format(text=tr(estimand.population.text)),
        tr(_l("Variable: {text}.")).format(text=tr(estimand.variable)),
        *_intercurrent(estimand, tr),
        tr(_l("Summary measure: {text}.")).format(text=tr(estimand.summary)),
        tr(_l("Missing scores: {text}.")).format(text=tr(estimand.missing)),
        tr(_l("Source: {text}.")).format(text=estimand.source),
    )


def note_lines(notes: Sequence[tuple[str, int]], tr: Translate = str) -> tuple[str, ...]:
    """Each footnote with the number of participants it concerns."""
    return tuple(tr(_l("Note: {text} (participants: {n}).")).format(text=tr(text), n=n) for text, n in notes)


def _treatment(estimand: Estimand | ScoreEstimand, tr: Translate) -> tuple[str, ...]:
    if estimand.treatment is None:
        return ()
    return (tr(_l("Treatment: {text}.")).format(text=tr(estimand.treatment.text)),)


def _intercurrent(estimand: Estimand | ScoreEstimand, tr: Translate) -> tuple[str, ...]:
    if not estimand.intercurrent:
        return ()
    said = "; ".join(f"{tr(each.text)} ({tr(each.strategy.name)})" for each in estimand.intercurrent)
    return (tr(_l("Intercurrent events: {text}.")).format(text=said),)


def left_out_line(n: int, tr: Translate = str) -> str:
    """What is said of adverse events outside the denominator."""
    return tr(_l("Adverse events of people outside the safety set, not counted: {n}.")).format(n=n)
