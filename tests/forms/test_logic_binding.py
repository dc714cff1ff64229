"""Rules are bound once, however they are built: long chains, and parts that many rules share."""

from forms.logic import Expr, lift


def _number(n: int) -> Expr:
    return Expr("number", (str(n),))


def test_a_part_that_is_shared_at_every_level_is_bound_once_a_part():
    rule = _number(1)
    for _ in range(60):  # bound each time it is met, that would be 2 to the 60
        rule = Expr("add", (rule, rule))
    assert len(rule._nested()) == 60


def test_a_chain_of_ten_thousand_is_bound():
    rule = lift(True)
    for _ in range(10_000):
        rule = Expr("not", (rule,))
    assert callable(rule._run)
