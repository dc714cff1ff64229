"""Laboratory by arm, for the unblinded statistician and the board alone. No open module imports this one."""

from __future__ import annotations

from dataclasses import replace

from analysis.closed_safety_population import ARMS, AS_TREATED, groups_in_words
from analysis.closed_safety_tables import with_arm
from analysis.output import Made
from analysis.safety.laboratory import Measured, above_without_grade, measured, shifts
from analysis.safety.listing_laboratory import laboratory_listing
from analysis.safety.reading import by_arm, whole
from analysis.safety.tables_laboratory import shift_table
from analysis.table import Table, Translate
from forms.text import _l
from trial.store.extract import Extract

ORIGIN = _l("randomisation")
TITLE = _l("Laboratory: grade before randomisation and worst grade after it")
BASELINE = _l("Terms that CTCAE 5.0 grades by a baseline are held against the value before therapy, as on the form.")


def laboratory(extract: Extract, tr: Translate) -> Made:
    """Shift of grades from before randomisation to the worst after it, one arm after the other."""
    rows = {row.participant: row for row in extract.rows}
    people = [p.person for p in by_arm(extract)]
    found = measured((rows[p.participant] for p in people), people, extract)
    since = [replace(m, since=m.person.randomised_on) for m in found]
    return Made(tuple(_shift(arm, [m for m in since if m.person.treated_as == arm], tr) for arm in ARMS))


def _shift(arm: str, people: list[Measured], tr: Translate) -> Table:
    identity, title = f"safety-shift-{arm.lower()}", f"{tr(TITLE)}: {arm}"
    beyond = above_without_grade(people)
    table = shift_table(shifts(people), beyond, tr, id=identity, title=title, origin=ORIGIN)
    return table.with_footnotes(tr(BASELINE), tr(AS_TREATED))


def listing(extract: Extract, tr: Translate) -> Made:
    """Every abnormal laboratory value."""
    people = [p.person for p in whole(extract)]
    listed = laboratory_listing(measured(extract.rows, people, extract), tr, closed=True)
    return Made((with_arm(listed, groups_in_words(people, tr), tr),))
