"""Screen failures, deviations and follow-up as tables, arms together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.conduct import RECENT, Deviations, Maturity, Screening
from analysis.course_row import RANDOMISED
from analysis.table import Column, Table, Translate, explained, months, share
from forms.codelists.events import DEVIATION_CATEGORY, DEVIATION_IMPORTANCE
from forms.dates import DAYS_PER_MONTH
from forms.text import _l

ALL_SITES = _l("All sites")
BLANK = _l("not given")


def screening_table(found: Sequence[Screening], tr: Translate = str) -> Table:
    """Failures of all sites and of each, the reasons beneath."""
    rows: list[tuple[str, str, str]] = []
    inner: set[int] = set()
    for site in found:
        rows.append((site.site or tr(ALL_SITES), str(site.consented), share(site.failed, site.consented)))
        for part in site.reasons.parts:
            inner.add(len(rows))
            rows.append((part.words(tr), "", share(part.n or 0, site.failed)))
    return Table(
        "screen-failures",
        tr(_l("Screen failures by site and reason")),
        (
            Column(tr(_l("Site"))),
            Column(tr(_l("Consented")), numeric=True),
            Column(tr(_l("Screen failures")), numeric=True),
        ),
        tuple(rows),
        tr(_l("Share of a site: of its consented; of a reason: of the failures of its site.")),
        (tr(_l("One main reason each: the first criterion known to fail, in the order of the protocol.")),),
        frozenset(inner),
    )


def deviations_table(found: Deviations, tr: Translate = str) -> Table:
    """Counts by category and importance; the totals and the participants beneath."""
    importance = [(code.code, tr(code.decode)) for code in DEVIATION_IMPORTANCE]
    columns: list[tuple[str | None, str]] = [*importance]
    if any(kind[1] is None for kind in found.counts):
        columns.append((None, tr(BLANK)))
    categories: list[tuple[str | None, str]] = [(code.code, tr(code.decode)) for code in DEVIATION_CATEGORY]
    if any(kind[0] is None for kind in found.counts):
        categories.append((None, tr(BLANK)))
    rows = [(words, *_across(found, [category], columns)) for category, words in categories]
    everything = [category for category, _ in categories]
    rows.append((tr(_l("All deviations")), *_across(found, everything, columns)))
    return Table(
        "deviations",
        tr(_l("Protocol deviations by category and importance, arms together")),
        (
            Column(tr(_l("Category"))),
            *(Column(words, numeric=True) for _, words in columns),
            Column(tr(_l("All")), numeric=True),
        ),
        tuple(rows),
        tr(_l("Deviations, not participants. Enrolled: {n}.")).format(n=found.enrolled),
        (
            tr(_l("Participants with a deviation: {n}; with a major one: {major}.")).format(
                n=found.participants, major=found.with_major
            ),
            tr(_l("Counted and not listed, over all sites and arms: their words may name the arm (PROTOCOL 10).")),
        ),
    )


def _across(
    found: Deviations, categories: Sequence[str | None], columns: Sequence[tuple[str | None, str]]
) -> Iterator[str]:
    numbers = [sum(found.counts.get((category, code), 0) for category in categories) for code, _ in columns]
    yield from (str(n) for n in (*numbers, sum(numbers)))


def maturity_table(found: Sequence[Maturity], tr: Translate = str) -> Table:
    """Median follow-up, and who was heard of lately."""
    names = {"": tr(_l("All with a decision")), RANDOMISED: tr(_l("Randomised"))}
    rows = tuple(
        (
            names.get(m.group, m.group),
            str(m.n),
            months(m.median, DAYS_PER_MONTH, tr),
            str(m.ongoing),
            share(m.recent, m.ongoing),
        )
        for m in found
    )
    heads = (_l("Participants"), _l("Median follow-up, months (95 % CI)"), _l("In the study"), _l("Heard of lately"))
    table = Table(
        "maturity",
        tr(_l("Maturity of follow-up, arms together")),
        (Column(tr(_l("Group or site"))), *(Column(tr(head), numeric=True) for head in heads)),
        rows,
        tr(_l("From randomisation where randomised, else from the decision. Share: of those still in the study.")),
        (
            tr(_l("Median by reverse Kaplan-Meier (Schemper and Smith 1996): deaths are censored, the end of observation is the event.")),
            tr(_l("Heard of lately: known alive within {n} days before the cut.")).format(n=RECENT),
        ),
    )  # fmt: skip
    return explained(table, tr)
