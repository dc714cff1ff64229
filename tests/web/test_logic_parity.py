"""The browser's logic and the server's are one: same expressions, same values, same verdicts, blanks included."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forms.frozen import form_to_json
from tests.web.node import needs_node, run
from tests.web.parity import FACTS, FORM, crf, documents, expressions, numbers_read, server_value
from trial.web.live import embedded

EVALUATE = """
  const { FormScope } = await from("crf.js");
  const { evaluate, plain, LogicError, ServerOnly } = await from("logic.js");
  answer(input.cases.map(([expr, raw]) => {
    try { return plain(evaluate(expr, new FormScope(input.form, raw, { facts: input.facts }))); }
    catch (problem) {
      if (problem instanceof LogicError) return "LogicError";
      if (problem instanceof ServerOnly) return "ServerOnly";
      throw problem;
    }
  }));
"""


@needs_node
@settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(st.lists(st.tuples(expressions(), documents()), min_size=30, max_size=30))
def test_every_expression_has_the_same_value_in_both(cases):
    facts = {name: embedded(value) for name, value in FACTS.items()}
    told = run(
        EVALUATE, {"form": form_to_json(FORM), "facts": facts, "cases": [[e.to_json(), raw] for e, raw in cases]}
    )
    for (expr, raw), browser in zip(cases, told, strict=True):
        assert numbers_read(browser) == server_value(expr, raw), (expr.to_json(), raw)


@needs_node
@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(st.lists(documents(), min_size=15, max_size=15))
def test_typed_text_is_worth_the_same_in_both(raws):
    script = """
      const { FormScope } = await from("crf.js");
      const { plain } = await from("logic.js");
      answer(input.raws.map((raw) => input.form.items.map((i) => plain(new FormScope(input.form, raw).code(`ZZ.${i.item}`)))));
    """
    told = run(script, {"form": form_to_json(FORM), "raws": raws})
    for raw, browser in zip(raws, told, strict=True):
        for item, seen in zip(FORM.items, browser, strict=True):
            assert numbers_read(seen) == server_value(item.raw(), raw), (item.oid, raw)


def test_the_vectors_can_fail():
    raw = {"items": {"n2": "0.1"}, "groups": {}}
    assert server_value(FORM.item("n2") > 0, raw) is True
    assert server_value(FORM.item("n1") > 0, raw) is None
    assert crf(raw).answers.items
