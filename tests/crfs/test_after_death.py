"""Nothing happens after death: every date on which something happens to a participant is compared with it on its own form."""

from forms.catalogue import definitions
from trial.limits import PAPER_DATES

BEFORE_CONSENT = {"DM.BRTHDAT", "MH.PMDAT"}
"""Already held to lie before the consent; DTH.DTHDAT is death itself."""


def test_every_date_of_a_happening_has_a_check_against_the_date_of_death():
    unguarded = [
        item.key
        for form in definitions().values()
        for item in form.every_item()
        if item.kind in ("date", "pdate", "datetime") and item.key not in PAPER_DATES | BEFORE_CONSENT
        if not any({"DTH.DTHDAT", item.key} <= check.rule.keys() for check in form.checks)
    ]
    assert unguarded == []
