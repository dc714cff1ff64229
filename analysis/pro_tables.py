"""Quality of life set into tables. Each takes values and names of groups, so that the pooled and the closed output share one shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis import pro_completion, pro_profile
from analysis.incidence import Incidence
from analysis.pro_completion import Completion
from analysis.pro_profile import AtVisit
from analysis.pro_scores import FORMS, LARS, WEX, Measure
from analysis.steps import Estimate, observed_at
from analysis.table import DASH, Column, Table, Translate, percent, share
from forms.dates import DAYS_PER_MONTH
from forms.text import _l

LANDMARKS = (12, 24, 36)
"""Months at which the incidence of deterioration is printed."""
TOO_FEW = _l("{dash}: not estimable, too few scores or no spread among them.")
NOBODY_YET = _l("nobody yet")
NO_SCORE_YET = _l("not estimable: no score yet")
_FEW = 3  # scores that are named one by one in a footnote
_DEAD = _l("Somebody who died has no score afterwards: none is imputed or carried forward.")


@dataclass(frozen=True)
class Timed:
    """Deterioration of one measure: first worse at all, and confirmed at the next visit. `floor`: who could not worsen by so much."""

    measure: Measure
    first: Incidence
    confirmed: Incidence
    floor: int


def completion_table(
    identity: str, title: str, groups: Mapping[str, Sequence[Completion]], denominator: str, tr: Translate
) -> Table:
    """Questionnaires as headings, visits under them; one row a visit and group."""
    named = len(groups) > 1
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for form in FORMS:
        reached = any(c.form == form for found in groups.values() for c in found)
        rows.append((tr(FORMS[form]), *([""] if named else []), "", "", "" if reached else tr(NOBODY_YET), *[""] * 5))
        for event in pro_completion.VISITS:
            for group, found in groups.items():
                for each in (c for c in found if (c.form, c.event) == (form, event)):
                    under.add(len(rows))
                    rows.append((event, *((group,) if named else ()), *_completed(each)))
    columns = (_l("Died before"), _l("Left before"), _l("Expected"), _l("Received"), _l("With a stoma"), _l("Evaluable"),
               _l("Not done"), _l("No form"))  # fmt: skip
    heads = (Column(tr(_l("Visit"))), *((Column(tr(_l("Group"))),) if named else ()))
    notes = (
        pro_completion.NOTE,
        _l(
            "Received: share of expected. Evaluable: share of expected, for LARS and Wexner less those with a stoma, who give no score."
        ),
    )
    return Table(
        identity, title, (*heads, *(Column(tr(c), numeric=True) for c in columns)), tuple(rows), denominator,
        tuple(tr(n) for n in notes), frozenset(under),
    )  # fmt: skip


def _completed(c: Completion) -> tuple[str, ...]:
    stoma = str(c.stoma) if c.form in (LARS, WEX) else ""
    counts = (str(c.died), str(c.left), str(c.expected), share(c.received, c.expected), stoma)
    return (*counts, share(c.evaluable, c.scorable), str(c.not_done), str(c.no_form))


def reasons_table(groups: Mapping[str, Sequence[Completion]], denominator: str, tr: Translate) -> Table:
    """Why questionnaires were set aside, in the words of the sites. Closed outputs only: a reason may name an operation."""
    rows = [
        (
            tr(FORMS[c.form]),
            c.event,
            group,
            tr(_l("said on the form, without a reason")) if why == "ND" else why,
            str(n),
        )
        for group, found in groups.items()
        for c in found
        for why, n in c.reasons
    ]
    rows = rows or [(tr(_l("none")), "", "", "", "")]
    heads = (_l("Questionnaire"), _l("Visit"), _l("Group"), _l("Reason"))
    columns = (*(Column(tr(h)) for h in heads), Column(tr(_l("Questionnaires")), numeric=True))
    return Table("pro-reasons", tr(_l("Questionnaires not done, by reason")), columns, tuple(rows), denominator)


def scores_table(
    identity: str,
    title: str,
    found: Mapping[Measure, Sequence[AtVisit]],
    baseline: str,
    denominator: str,
    tr: Translate,
) -> Table:
    """Scores as headings, visits under them: number, mean with spread, change with limits, better and worse."""
    rows: list[tuple[str, ...]] = []
    under: set[int] = set()
    for measure, visits in found.items():
        answered = any(each.n for each in visits)
        rows.append((named(measure, tr), "", "" if answered else tr(NO_SCORE_YET), *[""] * 4))
        for each in visits if answered else ():
            under.add(len(rows))
            rows.append((each.event, str(each.n), spread(each), *_changed(each)))
    columns = (_l("n"), _l("Mean (SD)"), _l("n with change"), _l("Mean change (95 % CI)"), _l("Better"), _l("Worse"))
    notes = [
        tr(_l("Change since {visit}. Better, worse: share of those with a change.")).format(visit=baseline),
        *important_notes(found, tr),
        *scoring_notes(found, tr),
        tr(pro_profile.DEFINITION),
        tr(_DEAD),
        tr(TOO_FEW).format(dash=DASH),
    ]
    heads = (Column(tr(_l("Score and visit"))), *(Column(tr(c), numeric=True) for c in columns))
    return Table(identity, title, heads, tuple(rows), denominator, tuple(notes), frozenset(under))


def important_notes(measures: Iterable[Measure], tr: Translate) -> tuple[str, ...]:
    """What change counts as better or worse, and on whose word."""
    said = tr(_l("Better, worse: by {points} points or more; {source}."))
    bounds = dict.fromkeys((m.important, m.important_source) for m in measures if m.important is not None)
    return tuple(said.format(points=points, source=tr(source)) for points, source in bounds)


def scoring_notes(measures: Iterable[Measure], tr: Translate) -> tuple[str, ...]:
    """What a missing item does to each score, and where that is written; scores that share a rule share a line."""
    rules: dict[tuple[str, str], list[str]] = {}
    for m in measures:
        rules.setdefault((m.rule, m.source), []).append(tr(m.label))
    return tuple(
        tr(_l("{scores}: {rule}; {source}.")).format(
            scores=", ".join(labels) if len(labels) <= _FEW else tr(_l("Each scale")), rule=tr(rule), source=source
        )
        for (rule, source), labels in rules.items()
    )


def spread(each: AtVisit) -> str:
    """Mean (SD) to one decimal; a dash where there is none."""
    if each.mean.value is None:
        return DASH
    return f"{each.mean.value:.1f} ({DASH if each.sd is None else f'{each.sd:.1f}'})"


def limits(found: Estimate) -> str:
    """A number with its limits to one decimal, as in "-4.2 (-7.9 to -0.5)": a hyphen between limits would read as a minus.

    What rounds to nothing has no sign: "-0.0" would say which way a difference of rounding fell.
    """
    if found.value is None:
        return DASH
    if found.lower is None or found.upper is None:
        return f"{found.value:z.1f} ({DASH})"
    return f"{found.value:z.1f} ({found.lower:z.1f} to {found.upper:z.1f})"


def _changed(each: AtVisit) -> tuple[str, ...]:
    if each.better is None or each.worse is None:
        return ("", "", "", "")
    return str(each.changed), limits(each.change), share(each.better, each.changed), share(each.worse, each.changed)


def named(measure: Measure, tr: Translate) -> str:
    """A score with its direction, and of whom it is where a stoma routes it."""
    good = _l("{label} (high is good)") if measure.rises else _l("{label} (high is bad)")
    stoma = {"Y": _l("{label}, with a stoma"), "N": _l("{label}, without a stoma")}.get(measure.stoma or "", "{label}")
    return tr(good).format(label=tr(stoma).format(label=tr(measure.label)))


def bowel_table(counts: Mapping[str, Mapping[str, int]], denominator: str, tr: Translate) -> Table:
    """LARS by category and visit: counts only. `counts` by visit, then NONE, MINOR, MAJOR, STOMA, MISSING."""
    heads = (
        _l("No LARS (0 to 20)"),
        _l("Minor LARS (21 to 29)"),
        _l("Major LARS (30 to 42)"),
        _l("Has a stoma"),
        _l("Items missing"),
    )
    rows = [(event, *_bowel(found)) for event, found in counts.items() if any(found.values())]
    if not rows:
        rows = [(tr(NOBODY_YET), *[""] * len(heads))]
    return Table(
        "pro-lars", tr(_l("Low anterior resection syndrome")),
        (Column(tr(_l("Visit"))), *(Column(tr(h), numeric=True) for h in heads)), tuple(rows), denominator,
        (tr(_l("Shares are of those with a score; people with a stoma have none and are counted beside.")),
         tr(_l("Source: Emmertsen and Laurberg 2012; a bowel emptied less than once a day scores 5."))),
    )  # fmt: skip


def _bowel(found: Mapping[str, int]) -> tuple[str, ...]:
    categories = ("NONE", "MINOR", "MAJOR")
    scored = sum(found[c] for c in categories)
    return (*(share(found[c], scored) for c in categories), str(found["STOMA"]), str(found["MISSING"]))


def deterioration_table(
    identity: str,
    title: str,
    groups: Mapping[str, Sequence[Timed]],
    denominator: str,
    notes: Sequence[str],
    tr: Translate,
) -> Table:
    """A row a score (and group): participants, first and confirmed deteriorations, deaths before one, incidence at the landmarks."""
    named = len(groups) > 1
    rows = []
    for index in range(max((len(found) for found in groups.values()), default=0)):
        for group, found in groups.items():
            t = found[index]
            cells = (
                str(t.first.n),
                str(t.floor),
                str(t.first.n_events),
                str(t.first.n_competing),
                str(t.confirmed.n_events),
            )
            at = (percent(observed_at(t.first, m * DAYS_PER_MONTH)) for m in LANDMARKS)
            rows.append((tr(t.measure.label), *((group,) if named else ()), *cells, *at))
    heads = (_l("Participants"), _l("Cannot worsen"), _l("Worse"), _l("Died before"), _l("Worse, confirmed"))
    months = (tr(_l("Worse by {months} months (95 % CI)")).format(months=m) for m in LANDMARKS)
    columns = (Column(tr(_l("Score"))), *((Column(tr(_l("Group"))),) if named else ()),
               *(Column(tr(h), numeric=True) for h in heads), *(Column(m, numeric=True) for m in months))  # fmt: skip
    more = tr(_l("{dash}: not estimable, nobody was followed so long, or no limits.")).format(dash=DASH)
    return Table(identity, title, columns, tuple(rows), denominator, (*notes, more))
