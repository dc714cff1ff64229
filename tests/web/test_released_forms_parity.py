"""Every expression of every released form, on invented answers: what the browser tells is what the server says."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from forms import catalogue
from forms.answers import Crf
from forms.checks import filled
from forms.decoded import options
from forms.document import read_document
from forms.frozen import form_to_json
from forms.language import STANDING_FACTS, FormDef, Item, expressions
from forms.logic import LogicError
from forms.record import Record
from tests.web.node import needs_node, run
from tests.web.parity import as_plain, numbers_read
from trial.web.crf_view import asked
from trial.web.live import embedded, page_data

ROUNDS = 4
SCRIPT = """
  const { FormScope } = await from("crf.js");
  const { evaluate, plain, LogicError, ServerOnly } = await from("logic.js");
  answer(input.map(({ form, raw, outside, facts, rules }) => rules.map((rule) => {
    try { return plain(evaluate(rule, new FormScope(form, raw, { outside, facts }))); }
    catch (problem) {
      if (problem instanceof LogicError) return "LogicError";
      if (problem instanceof ServerOnly) return "ServerOnly";
      throw problem;
    }
  })));
"""


def typed(item: Item, chance: random.Random) -> Any:
    """Text somebody might type into an item; a third stays blank."""
    if chance.random() < 0.33:
        return [] if item.kind == "multi" else ""
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(900))
    match item.kind:
        case "code" | "yn":
            return chance.choice(options(item) or (("1.0", ""),))[0]
        case "multi":
            return [chance.choice(options(item))[0]] if options(item) else []
        case "int":
            return str(chance.randrange(0, 120))
        case "decimal":
            return str(chance.randrange(0, 300))
        case "date":
            return day.isoformat()
        case "pdate":
            return chance.choice([day.isoformat(), f"{day:%Y-%m}", f"{day:%Y}"])
        case "datetime":
            return f"{day} 08:30"
    return "words" if item.kind == "text" else ""


def document(form: FormDef, chance: random.Random) -> dict[str, Any]:
    def part(items: tuple[Item, ...]) -> dict[str, Any]:
        return {i.oid: typed(i, chance) for i in items if i.stored}

    groups = {
        g.oid: [{"id": f"r{n}", "items": part(g.items), "missing": {}} for n in range(chance.randrange(3))]
        for g in form.groups
    }
    return {"items": part(form.items), "missing": {}, "groups": groups}


def facts(form: FormDef, chance: random.Random) -> dict[str, Any]:
    known = {"today": date(2026, 3, 10), "now": datetime(2026, 3, 10, 9, tzinfo=UTC), "arm": chance.choice(["WW", "TME", None]),
             "cohort": "RANDOMISED", "event": "FU06", "scheduled": ("FU.DRE",), "stoma_now": chance.choice(["Y", "N", None]),
             "consent_versions": ("1.0",), "birth_year_only": False, "eligible": None}  # fmt: skip
    return {name: known.get(name) for name in form.facts | STANDING_FACTS}


def cases() -> list[dict[str, Any]]:
    chance = random.Random(20260310)
    made = []
    for form in catalogue.definitions().values():
        for _ in range(ROUNDS):
            raw, told = document(form, chance), facts(form, chance)
            answers = read_document(form, raw, lambda: "new").answers
            crf = Crf(form.oid, form.version, "SCR", 1, 1, answers)
            record = Record((crf,), catalogue.definitions(), told)
            data = page_data(form, record, lambda text: text)
            made.append(
                {"form": form, "raw": raw, "scope": record.scope(crf), "rules": list(expressions(form)), "data": data}
            )
    return made


def value(rule: Any, scope: Any) -> Any:
    try:
        return as_plain(rule.value(scope))
    except LogicError:
        return "LogicError"


@needs_node
def test_every_rule_of_every_released_form_is_the_same_in_both():
    made = cases()
    sent = [
        case["data"]
        | {"form": form_to_json(case["form"]), "raw": case["raw"], "rules": [r.to_json() for r in case["rules"]]}
        for case in made
    ]
    told = run(SCRIPT, sent)
    alike = skipped = 0
    for case, answers in zip(made, told, strict=True):
        for rule, browser in zip(case["rules"], answers, strict=True):
            if browser == "ServerOnly":
                skipped += 1
            elif numbers_read(browser) == value(rule, case["scope"]):
                alike += 1
            else:
                here = value(rule, case["scope"])
                pytest.fail(
                    f"{case['form'].oid}: {rule.to_json()}: {browser} in the browser, {here} here, for {case['raw']}"
                )
    assert alike > 1300
    assert alike > skipped, "most rules are told at once"


PLACED = """
  const { FormScope, onPage } = await from("crf.js");
  answer(input.map(({ form, raw, outside, facts }) => (form.items ?? []).map((item) =>
    onPage(item, new FormScope(form, raw, { outside, facts })) ?? "ServerOnly")));
"""


@needs_node
def test_the_same_items_are_on_the_page():
    made = cases()
    sent = [case["data"] | {"form": form_to_json(case["form"]), "raw": case["raw"]} for case in made]
    hidden = 0
    for case, answers in zip(made, run(PLACED, sent), strict=True):
        for item, browser in zip(case["form"].items, answers, strict=True):
            if browser != "ServerOnly":
                assert browser is asked(item, case["scope"]), (item.key, case["raw"])
                hidden += browser is False
    assert hidden > 50


SPOKEN = """
  const { FormScope, spoken } = await from("crf.js");
  answer(input.map(({ form, raw, outside, facts, words }) => (form.checks ?? []).map((check) =>
    spoken(check.message, new FormScope(form, raw, { outside, facts }), words))));
"""


@needs_node
def test_a_check_quotes_the_same_words_in_both():
    made = cases()
    sent = [case["data"] | {"raw": case["raw"]} for case in made]
    decodes = 0
    for case, answers in zip(made, run(SPOKEN, sent), strict=True):
        for check, browser in zip(case["form"].checks, answers, strict=True):
            message, args = filled(check.message, case["scope"])
            if not check.group and "…" not in browser:
                assert browser == (message % args if args else message), (check.id, case["raw"])
                recorded = {key: case["scope"].code(key) for key in args}
                decodes += any(isinstance(recorded[key], str) and recorded[key] != args[key] for key in args)
    assert decodes > 10


def test_values_a_page_carries_are_readable():
    assert embedded((1, "a", None)) == [{"n": "1"}, "a", None]
    assert embedded(datetime(2026, 3, 10, 9, tzinfo=UTC)) == {"t": "2026-03-10T09:00:00Z"}
