"""The emergency card: what a stranger in an emergency room must know, on a sheet of A6. No name: the participant carries it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from trial.actions.case import load
from trial.actions.permission import participant_for
from trial.course import Course, course
from trial.store import transfers
from trial.web.house import actor, house, reading

pages = Blueprint("card", __name__)


@pages.get("/participants/<participant>/card")
def show(participant: str) -> str:
    """One card to print; it says what stands today, so that it is printed again when the strategy or the site changes."""
    with reading() as reader:
        case = load(reader, participant_for(reader, actor(), participant, "participant.card"), house().clock)
        number = transfers.site_of(reader, case.participant)["emergency_phone"]
    told = course(case.record(), case.allocation)
    return render_template(
        "card.html", case=case, participant=case.id, site=case.site, phone=number, strategy=strategy(told), drugs=told.immunotherapy,
        printed_on=case.today,
    )  # fmt: skip


def strategy(told: Course) -> str:
    """What is done at present, in words for a physician who has never heard of the study."""
    if told.tme_on is not None:
        return _("Rectal cancer, operated on (total mesorectal excision) on %(on)s.", on=told.tme_on)
    if told.decided_on is not None and told.watching:
        return _(
            "Rectal cancer in clinical remission after neoadjuvant therapy. Watch and wait: the rectum was not removed."
        )
    if told.decided_on is not None:
        return _("Rectal cancer after neoadjuvant therapy; operation planned.")
    if told.therapy_started_on is not None:
        return _("Rectal cancer under neoadjuvant therapy since %(on)s.", on=told.therapy_started_on)
    return _("Rectal cancer; neoadjuvant therapy planned.")
