"""The interim analysis as tables: the looks, the present one, and the stopping rules of watch-and-wait. By arm: never open."""

from __future__ import annotations

from math import ceil, isinf

from analysis.closed import no_comparison
from analysis.closed_tables import p_value
from analysis.interim import Interim
from analysis.prospects import Prospects
from analysis.stopping_rules import RegrowthRule, SalvageRule, StoppingRules
from analysis.table import Column, Table, Translate, percent_in_words
from forms.codelists.events import SALVAGE
from forms.text import _l

NONE = "–"
VERDICTS = {True: _l("met"), False: _l("not met"), None: _l("cannot be told")}
ANSWERS = {True: _l("yes"), False: _l("no"), None: _l("cannot be told")}
MADE, NOW, PLANNED = _l("made"), _l("now"), _l("planned")
SPENDING = _l(
    "Lan-DeMets spending, O'Brien-Fleming type, one-sided {alpha}; information: events over {events} planned events; bounds by recursive "
    "integration, futility does not enter them. A look that comes later is taken as planned; the last one spends what is left."
)
FROM_PLAN, TYPED, THIS = _l("the plan"), _l("typed, outside the system"), _l("these data")
FROM_CUT = _l("Look {n}: {cut}; information and z worked out anew from what stood at it.")
BY_HAND = _l(
    "Typed: what stands there was entered by hand for a look outside the system, and nothing in the record bears it out."
)
DECIDED = _l(
    "The z of look {n} reached its bound: that look decided. After it no p-value or interval that allows for the looks is given."
)
ASSUMED = _l("When earlier looks were made was not said: those that the plan puts before this one stand as planned.")
NON_BINDING = _l("Futility binds nobody: the limit is advice, and the error stays where it is if the trial goes on.")
ONLY_LAST = _l(
    "Conditional and predictive power are for crossing the bound of the last look, in the direction of non-inferiority."
)
STAGEWISE = _l(
    "After a bound is crossed, and at the last look: stage-wise ordering, which allows for the looks before."
)


def looks_table(found: Interim, tr: Translate = str) -> Table:
    """Every look: those made, this one, those planned."""
    heads = (_l("Look"), _l("Share of the information"), _l("Events"), _l("Bound of z"), _l("Nominal p, one-sided"),
             _l("Error spent"), _l("Observed z"))  # fmt: skip
    return Table(
        "interim-looks",
        tr(_l("Looks and bounds")),
        (Column(tr(heads[0])), *(Column(tr(head), numeric=True) for head in heads[1:]), Column(tr(_l("Taken from")))),
        tuple(_look(found, place, tr) for place in range(len(found.looks))),
        tr(_l("Events of non-regrowth disease-free survival, both arms: {events}.")).format(events=found.events),
        tuple(_looks_notes(found, tr)),
    )


def _looks_notes(found: Interim, tr: Translate) -> list[str]:
    notes = [tr(SPENDING).format(alpha=found.design.alpha_one_sided, events=found.design.events)]
    if found.assumed:
        notes.append(tr(ASSUMED))
    elif any(each.cut is None for each in found.earlier):
        notes.append(tr(BY_HAND))
    cuts = [(n, each.cut) for n, each in enumerate(found.earlier, 1) if each.cut is not None]
    notes += [tr(FROM_CUT).format(n=n, cut=cut.words(tr=tr)) for n, cut in cuts]
    if found.crossed_before is not None:
        notes.append(tr(DECIDED).format(n=found.crossed_before + 1))
    return notes


def _taken_from(found: Interim, place: int, tr: Translate) -> str:
    """What bears a look out: its cut, these data, a person's word, or the plan."""
    if place >= found.place:
        return tr(THIS if place == found.place else FROM_PLAN)
    if (cut := found.earlier[place].cut) is not None:
        return tr(_l("cut {name}")).format(name=cut.name)
    return tr(FROM_PLAN if found.assumed else TYPED)


def _look(found: Interim, place: int, tr: Translate) -> tuple[str, ...]:
    look = found.looks[place]
    when = MADE if place < found.place else NOW if place == found.place else PLANNED
    z = [*(each.z for each in found.earlier), found.comparison.z, *[None] * len(found.looks)][place]
    return (
        f"{place + 1}, {tr(when)}", f"{look.fraction:.3f}", str(whole(look.fraction * found.design.events)),
        _bound(look.z, tr), _small(look.nominal_p), _small(look.spent), NONE if z is None else f"{z:.3f}",
        _taken_from(found, place, tr),
    )  # fmt: skip


def whole(events: float) -> int:
    """Events that a share of the information asks for; a share that came from whole events gives them back."""
    return ceil(events - 1e-6)


def _small(p: float) -> str:
    """Five decimals, and never 0.00000 for what is not nothing."""
    return "< 0.00001" if 0 < p < 0.00001 else f"{p:.5f}"


def _bound(z: float, tr: Translate) -> str:
    return tr(_l("none")) if isinf(z) else f"{z:.4f}"


def present_table(found: Interim, tr: Translate = str) -> Table:
    """What the present look says."""
    return Table(
        "interim-present",
        tr(_l("The present look")),
        (Column(tr(_l("Measure"))), Column(tr(_l("Value")), numeric=True)),
        tuple((tr(text), value) for text, value in _present(found, tr)),
        tr(_l("All randomised, as allocated. A hazard ratio below 1 favours watch-and-wait.")),
        tuple(tr(note) for note in (ONLY_LAST, NON_BINDING, STAGEWISE)),
    )


def _present(found: Interim, tr: Translate) -> list[tuple[str, str]]:
    design, look = found.design, found.look
    rows = [
        (_l("Events, of those planned"), tr(_l("{n} of {of}")).format(n=found.events, of=design.events)),
        (_l("Look due by the plan"), _due(found, tr)),
    ]
    if look is None or found.comparison.hazard is None or found.comparison.z is None:
        return [*rows, (no_comparison(found.comparison, tr), NONE)]
    h = found.comparison.hazard
    rows += [
        (_l("Hazard ratio (95 % confidence interval)"), f"{h.hr:.2f} ({h.lower:.2f}–{h.upper:.2f})"),
        (_l("Hazard ratio, repeated confidence interval"), _repeated(found, tr)),
        (_l("Margin of non-inferiority, hazard ratio"), f"{found.comparison.margin:.2f}"),
        (_l("z for non-inferiority"), f"{found.comparison.z:.3f}"),
        (_l("Bound of z at this look"), _bound(look.z, tr)),
        (_l("Bound crossed: non-inferior"), tr(ANSWERS[found.crossed])),
    ]
    return [*rows, *_outlook(found, found.prospects, tr), *_stopped(found)]


def _due(found: Interim, tr: Translate) -> str:
    planned = found.due_at
    at = found.design.events if planned is None else planned * found.design.events
    come = tr(_l("reached")) if found.events >= at else tr(_l("not reached"))
    return tr(_l("at {n} events, {due}")).format(n=whole(at), due=come)


def _repeated(found: Interim, tr: Translate) -> str:
    lower, upper = found.repeated or (0.0, float("inf"))
    return tr(_l("without limits")) if isinf(upper) else f"{lower:.2f}–{upper:.2f}"


def _outlook(found: Interim, prospects: Prospects | None, tr: Translate) -> list[tuple[str, str]]:
    if prospects is None:
        return []
    design = found.design
    futile = tr(_l("{answer} (limit {limit:.0f} %)"))
    return [
        (_l("Conditional power, as the trend goes"), _percent(prospects.trend)),
        (_l("Conditional power, hazard ratio 1"), _percent(prospects.design)),
        (_l("Conditional power, hazard ratio at the margin"), _percent(prospects.null)),
        (_l("Predictive power"), _percent(prospects.predictive)),
        (
            _l("Futile as the trend goes, not binding"),
            futile.format(answer=tr(ANSWERS[found.futile]), limit=100 * design.futility_conditional_power),
        ),
    ]


def _stopped(found: Interim) -> list[tuple[str, str]]:
    if (end := found.stopped) is None:
        return []
    return [
        (_l("One-sided p that allows for the looks"), p_value(end.p)),
        (
            _l("Hazard ratio, unbiased in the median (95 % confidence interval)"),
            f"{end.hr:.2f} ({end.lower:.2f}–{end.upper:.2f})",
        ),
    ]


def _percent(share: float) -> str:
    return "> 99.9 %" if 0.9995 <= share < 1 else f"{100 * share:.1f} %"


def stopping_table(found: StoppingRules, tr: Translate = str) -> Table:
    """Both rules with their inputs, and regrowth without a salvage operation beside them."""
    parts = (
        (_l("Too many regrowths"), _regrowth(found.regrowth, tr)),
        (_l("Too few R0 at salvage"), _salvage(found.salvage, tr)),
        (_l("Beside: confirmed regrowth without a salvage operation"), _beside(found, tr)),
    )
    rows, indented = [], set()
    for head, under in parts:
        rows.append((tr(head), ""))
        indented |= set(range(len(rows), len(rows) + len(under)))
        rows += [(tr(text), value) for text, value in under]
    return Table(
        "ww-stopping-rules",
        tr(_l("Stopping rules of watch-and-wait")),
        (Column(tr(_l("Rule and what it rests on"))), Column(tr(_l("Value")), numeric=True)),
        tuple(rows),
        tr(_l("Watch-and-wait by allocation and by choice together (WW and WW-P).")),
        (
            tr(
                _l(
                    "Limits one-sided 97.5 %: Aalen-Johansen on the log(-log) scale for regrowth, Clopper-Pearson for R0."
                )
            ),
            tr(
                _l(
                    "A missing report of residual tumour counts neither way: the rule is told only where no answer would change it."
                )
            ),
            *(f"{tr(text)}: {n}" for text, n in found.regrowth.notes),
        ),
        frozenset(indented),
    )


LIMIT = _l("Lower limit; the rule asks for more than")
LEAST = _l("Nobody followed to 2 years: lower limit were nobody else to regrow; the rule asks for more than")


def _regrowth(rule: RegrowthRule, tr: Translate) -> list[tuple[str, str]]:
    limit, judged = rule.limit, LIMIT if rule.at_risk else LEAST
    return [
        (_l("Participants"), str(rule.participants)),
        (_l("Regrowths by 2 years; competing events"), f"{rule.events}; {rule.competing}"),
        (_l("At risk at 2 years"), str(rule.at_risk)),
        (_l("Incidence at 2 years (95 % confidence interval)"), percent_in_words(rule.incidence, tr)),
        (judged, f"{NONE if limit is None else _percent(limit)}; {_percent(rule.threshold)}"),
        (_l("Verdict"), tr(VERDICTS[rule.met])),
    ]  # fmt: skip


def _salvage(rule: SalvageRule, tr: Translate) -> list[tuple[str, str]]:
    share = rule.share
    upper = NONE if share.upper is None else _percent(share.upper)
    shown = NONE if share.value is None else percent_in_words(share, tr)
    return [
        (_l("Salvage operations; the rule begins at"), f"{rule.operations}; {rule.from_operations}"),
        (_l("R0; not R0; not reported"), f"{rule.r0}; {rule.not_r0}; {rule.unknown}"),
        (_l("R0 among those reported (95 % confidence interval)"), shown),
        (_l("Upper limit; the rule asks for less than"), f"{upper}; {_percent(rule.threshold)}"),
        (_l("Verdict"), tr(VERDICTS[rule.met])),
    ]


def _beside(found: StoppingRules, tr: Translate) -> list[tuple[str, str]]:
    total = sum(n for _, n in found.without_salvage)
    decided = tr(_l("Decision on salvage: {decision}"))
    words = [(decided.format(decision=tr(decode(code))), str(n)) for code, n in found.without_salvage]
    return [(_l("Of all confirmed regrowths"), tr(_l("{n} of {of}")).format(n=total, of=found.confirmed)), *words]


def decode(code: str | None) -> str:
    """What was decided about salvage, in words."""
    return _l("not made yet, or not said") if code is None else SALVAGE.decode(code)
