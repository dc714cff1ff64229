"""Where an entry says it comes from is decided by the code that takes it, never by who sends it.

A source that begins `import:` opens forms that a role does not enter on the screen, and one that begins `import:odm:` all of them: no
request may claim it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tests.test_repository import ROOT
from tests.web.conftest import CONSENT, OURS
from trial.actions.entry import IMPORTED, Entry
from trial.actions.import_kinds import OF_THE_TRIAL, TITLES
from trial.store import crfs

IC = f"{OURS}/SCR/IC"
CLAIMED = f"{IMPORTED}odm:{'a' * 64}"
WEB = sorted((ROOT / "trial" / "web").rglob("*.py"))
TAKEN = {"screen", "api"}
"""What the pages and the API say of the entries they take."""


def sources(world, form="IC"):
    return [r["source"] for r in crfs.history(world.house.reading(), OURS, "SCR", form, 1)]


def calls(path: Path) -> Iterator[ast.Call]:
    """Calls that make an entry of a form, or another out of one. `Entry` of the audit trail is another class."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours = any(isinstance(n, ast.ImportFrom) and any(a.name == "Entry" for a in n.names) for n in ast.walk(tree))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Entry", "replace")
            and ours
        ):
            yield node


def stated(call: ast.Call) -> list[str]:
    """Sources that a call states: the text itself, or code for one that is worked out."""
    given = [k.value for k in call.keywords if k.arg == "source"]
    return [str(v.value) if isinstance(v, ast.Constant) else ast.unparse(v) for v in given]


def test_what_is_posted_with_a_form_never_becomes_its_source(world):
    client = world.client()
    sent = {"version": "1", "based_on": "", **CONSENT}
    answer = client.post(f"/participants/{IC}?source={CLAIMED}", data=sent, headers={"source": CLAIMED})
    assert answer.status_code == 303
    assert sources(world) == ["screen"]


@pytest.mark.parametrize("name", ["source", "entry.source", "raw__source", "source__source"])
def test_a_field_that_claims_a_source_is_refused_as_no_item_or_passed_over(world, name):
    answer = world.save(IC, **CONSENT, **{name: CLAIMED})
    assert answer.status_code in (303, 422)
    assert sources(world) in ([], ["screen"])


@pytest.mark.parametrize("act", ["", "/1/draft", "/1/preview", "/1/remove"])
def test_a_claimed_source_opens_no_form_to_a_role_that_does_not_write_it(world, act):
    client = world.client("monitor")
    sent = {"version": "1", "based_on": "", "why": "a test", "source": CLAIMED, **CONSENT}
    assert client.post(f"/participants/{IC}{act}?source={CLAIMED}", data=sent).status_code == 403
    assert sources(world) == []


def test_no_module_of_the_web_makes_an_entry_with_a_source_from_elsewhere():
    made = {
        path.relative_to(ROOT).as_posix(): source for path in WEB for call in calls(path) for source in stated(call)
    }
    assert made == {"trial/web/api/participants.py": "api"}
    assert set(made.values()) <= TAKEN


def test_an_entry_is_made_in_the_web_by_naming_its_fields():
    """Nothing is spread into it, and no more is given by position than stands before `source`."""
    before = [field.name for field in fields(Entry)].index("source")
    for path in WEB:
        for call in calls(path):
            assert len(call.args) <= before, (path, ast.unparse(call))
            assert not any(isinstance(a, ast.Starred) for a in call.args), (path, ast.unparse(call))
            assert all(k.arg is not None for k in call.keywords), (path, ast.unparse(call))


def test_no_kind_of_table_reads_like_a_whole_trial():
    assert {*TITLES, *OF_THE_TRIAL} & {"odm"} == set()
    assert not any(name.startswith("odm") for name in TITLES)
