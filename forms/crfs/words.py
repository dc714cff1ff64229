"""Phrases that several CRFs use: an item of another form, the consent date, and the checks every dated form shares.

Items of other forms are named by their key, FORM.ITEM, because forms refer to each other in circles; a test holds every key
against the catalogue.
"""

from typing import Any

from forms.language import Check, Item, forms_of, hard, rows_of, same_event, soft
from forms.logic import Expr, Operand, any_of, call, first, greatest, if_, known, last, least, lift

PROTOCOL = "Protocol 1.0, section "


def ref(key: str) -> Expr:
    """The logical value of an item, FORM.ITEM, of any form."""
    return Expr("item", (key,))


def recorded(key: str) -> Expr:
    """The answer of an item, FORM.ITEM, as recorded: "not done" and "Tx" are answers here."""
    return Expr("code", (key,))


def among(value: Operand, allowed: Operand) -> Expr:
    """Whether a value is one of those another expression lists."""
    return Expr("in", (value.expr(), allowed.expr()))


def size_of(value: Operand) -> Expr:
    """The absolute value."""
    return Expr("abs", (value.expr(),))


def together(*values: Operand) -> Expr:
    """Several values as one, to be compared as a whole."""
    return lift(list(values))


def implies(condition: Operand, consequence: Operand) -> Expr:
    """False only where the condition holds and the consequence does not; a blank on either side never accuses."""
    return ~condition | consequence


def same_truth(one: Operand, other: Operand) -> Expr:
    """Whether both hold or neither does."""
    return (one & other) | (~one & ~other)


def days_between(later: Operand, earlier_date: Operand, least_days: int, most_days: int) -> Expr:
    """Whether one date lies that many days after another, both ends included."""
    days = later.days_after(earlier_date)
    return (days >= least_days) & (days <= most_days)


def earlier(one: Operand, other: Operand) -> Expr:
    """The earlier of two dates; where only one is known, that one."""
    return if_(known(one), if_(known(other), if_(one < other, one, other), one), other)


CONSENTED = first(forms_of("IC"), if_(ref("IC.ICTYPE") == "INITIAL", ref("IC.ICDAT"), None))
"""The date of the first written consent; a re-consent never moves it."""
ELIGIBLE_ON = ref("ELIG.ELIGDAT")
_NOTHING_GIVEN = known(ref("EX.EXDOSE")) & (ref("EX.EXDOSE") == 0)
"""A cycle that was omitted is on record with a dose of nothing: it neither begins nor ends therapy."""
THERAPY_START = earlier(least(forms_of("RT"), ref("RT.RTSTDT")), least(forms_of("EX"), if_(_NOTHING_GIVEN, None, ref("EX.EXSTDT"))))
"""The first fraction or the first drug, whichever came first."""
LAST_FRACTION = greatest(forms_of("RT"), ref("RT.RTENDT"))
LAST_DRUG = greatest(
    forms_of("EX"), if_(_NOTHING_GIVEN, None, if_(known(ref("EX.EXENDT")), ref("EX.EXENDT"), ref("EX.EXSTDT")))
)
DECIDED = ref("DEC.DECDAT")
DIED = ref("DTH.DTHDAT")
WITHDRAWN = greatest(forms_of("IC"), ref("IC.ICWDAT"))
WITHDRAWN_FROM = last(forms_of("IC"), ref("IC.ICWSCOPE"))


def operation(link: Item, key: str) -> Expr:
    """A value of the operation that a link points at, as recorded."""
    return last(("linked", link), recorded(key))


def cea_of_event() -> Expr:
    """CEA in ug/L (the same number in ng/mL) from the laboratory form of the same event: one fact, one place."""
    result = call("laboratory_si", ref("LB.LBTEST"), ref("LB.LBORRES"), ref("LB.LBORRESU"))
    return last(rows_of("LB.R", same_event("LB")), if_(ref("LB.LBTEST") == "CEA", result, None))


def any_form(form: str, rule: Operand) -> Expr:
    """Whether the rule holds on any instance of a form."""
    return any_of(forms_of(form), rule)


def alive(id: str, item: Item, key: str, *, unless: Operand | None = None, group: Any = None) -> Check:
    """Hard: nothing happens to a participant after death (crf.csv DTH.DTHDAT)."""
    rule = ref(key) <= DIED
    message = (
        f"{{{key}}} is after the date of death, {{DTH.DTHDAT}}. One of the two dates is wrong: correct it here, or on the "
        "death form."
    )
    return hard(id, rule if unless is None else unless | rule, message, on=item, group=group, source="CRF specification, DTH.DTHDAT")


def after_consent(id: str, item: Item, key: str) -> Check:
    """Soft, a deviation: a study-specific step before consent (PROTOCOL 2, IN1)."""
    message = (
        f"{{{key}}} is before the date of consent, {{IC.ICDAT}}. Study-specific steps need consent first. Check both dates; "
        "if they are right, say what happened: it is a major deviation, and IN1 is not met."
    )
    return soft(id, ref(key) >= CONSENTED, message, on=item, deviation=("CONSENT", "MAJOR"), source=f"{PROTOCOL}2, IN1")


def not_withdrawn(id: str, item: Item, key: str, scope: str, *, unless: Operand | None = None) -> Check:
    """Hard: nothing that consent was withdrawn from is collected afterwards; what happened before it may still be entered."""
    again = greatest(forms_of("IC"), ref("IC.ICDAT")) > WITHDRAWN
    allowed = (ref(key) <= WITHDRAWN) | ~WITHDRAWN_FROM.has(scope) | again
    message = (
        f"{{{key}}} is after consent was withdrawn on {{IC.ICWDAT}}, and the withdrawal covers this. It may not be entered. "
        "If it happened earlier, correct the date; if the withdrawal was recorded too wide, correct the consent form."
    )
    return hard(
        id, allowed if unless is None else unless | allowed, message, on=item, source="CRF specification, IC.ICWDAT"
    )


def samples_allowed(id: str, item: Item) -> Check:
    """Hard: no sample without consent to samples (crf.csv IC.ICSAMP)."""
    message = (
        "The participant did not agree to biological samples (consent form: {IC.ICSAMP}). No sample may be entered. "
        "If the consent form is wrong, correct it first."
    )
    return hard(id, ref("IC.ICSAMP") == "Y", message, on=item, source="CRF specification, IC.ICSAMP")
