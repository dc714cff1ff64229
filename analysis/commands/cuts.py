"""`vigil cut`: name and lock a data cut, see the cuts, work one out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from trial.cli.base import REFUSED, Broken, Installation, acting, json_option, shown

ROLE = "statistician"
SAID = {
    "same": "the same: every answer, allocation, code and call of the model is what was locked",
    "redacted": "the same but for personal data that were taken out since, so that the digest is another one",
    "altered": "ALTERED: what is stored is not what was locked, and no redaction explains it",
}
PROBLEMS = {
    "content": "an answer is not what its own digest says",
    "rows": "the digest of answers, allocations and codes is another one",
    "calls": "the digest of the model's calls is another one",
    "chain": "the journal does not have the entry that was locked",
}


@click.group()
def cut() -> None:
    """Data cuts: a state of the data under a name, from which outputs can be issued again to the byte."""


def _viewer() -> Any:
    from trial.actor import Actor

    # The command line of the server sees what a blinded statistician may see, and no more.
    return Actor(None, "command line", ROLE, None)


@cut.command("make")
@click.argument("name")
@click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day whose happenings count.")
@click.option("--reason", required=True, help="What the cut is for.")
@click.option("--as", "username", required=True, help="Who locks it.")
@click.option("--role", default=ROLE, show_default=True, help="In which of the roles held.")
@json_option
@click.pass_obj
def make(here: Installation, name: str, on: datetime, reason: str, username: str, role: str, as_json: bool) -> None:
    """Lock the data as they stand now under NAME. It is never changed, and the name never given again."""
    from trial.actions.cuts import MAKE, Wanted, make_cut

    made = make_cut(Wanted(name, on.date(), reason), uow=acting(here, username, role, MAKE))
    shown(asdict(made), as_json, _line)


@cut.command("list")
@json_option
@click.pass_obj
def listing(here: Installation, as_json: bool) -> None:
    """Every data cut, the last first."""
    from trial.actions.cuts import cuts

    with here.house.reading() as reader:
        found = cuts(reader, _viewer())
    shown([asdict(each) | {"maker": maker} for each, maker in found], as_json, _line)


@cut.command("show")
@click.argument("name")
@json_option
@click.pass_obj
def show(here: Installation, name: str, as_json: bool) -> None:
    """Everything that was written down when NAME was locked."""
    from trial.actions.cuts import cut_named

    with here.house.reading() as reader:
        found = cut_named(reader, _viewer(), name)
    told = asdict(found)
    shown(told if as_json else list(_lines(told)), as_json)


@cut.command("verify")
@click.argument("name")
@json_option
@click.pass_context
def verify(context: click.Context, name: str, as_json: bool) -> None:
    """Work NAME out again from the record. Exit code 0: the same; 3: the same but for redactions; 6: altered."""
    from trial.actions.cuts import verify_cut

    found = verify_cut(name, uow=context.obj.house.writing(_viewer()))
    told = {
        "name": name, "state": found.state, "digest": found.digest, "locked": found.cut.digest,
        "redactions": found.redactions, "problems": found.problems,
    }  # fmt: skip
    words = [f"{name}: {SAID[found.state]}", f"locked {found.cut.digest}", f"found  {found.digest}"]
    words += [f"redaction {number}" for number in found.redactions] + [PROBLEMS[each] for each in found.problems]
    shown(told if as_json else words, as_json)
    if found.state == "altered":
        raise Broken
    if found.state == "redacted":
        context.exit(REFUSED)


def _line(row: dict[str, Any]) -> str:
    return f"{row['name']}  {row['on']}  journal {row['position']}  {row['digest']}  {row['reason']}"


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """A line a fact; of the forms, how many: their digests are told to machines."""
    for name, value in told.items():
        if name == "definitions":
            yield f"protocol: {value['protocol']}, forms: {len(value['forms'])}"
            yield from (f"{kind}: {version}" for kind, version in sorted(value["dictionaries"].items()))
        else:
            yield f"{name}: {value.isoformat() if hasattr(value, 'isoformat') else value}"
