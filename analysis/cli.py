"""Commands of the analysis: results as text, CSV or JSON, and reports as PDF."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from analysis.commands import outputs
from analysis.commands.at import At, at_a_cut
from analysis.commands.cuts import cut
from analysis.commands.datasets import datasets
from analysis.commands.power import power
from trial.release import system_words

ROLE = "statistician"
CLOSED_COMMANDS = ("analysis.commands.interim",)
"""By name, as the closed pages are: no open module imports what works by arm."""


def register(commands: click.Group) -> None:
    """Add the commands to `vigil`."""
    commands.add_command(analyse)
    commands.add_command(report)
    commands.add_command(monitor)
    commands.add_command(performance)
    commands.add_command(outputs.output)
    commands.add_command(cut)
    commands.add_command(datasets)
    commands.add_command(power)
    for name in CLOSED_COMMANDS:
        import_module(name).register(commands)
    registry = commands.commands["registry"]
    assert isinstance(registry, click.Group)
    registry.add_command(export_registry)
    registry.add_command(compare_registry)


def _extracted(at: At) -> Any:
    """The clock, the extract, and the calls of the model: what a blinded statistician may see."""
    from trial.actor import Actor
    from trial.clock import SystemClock
    from trial.settings import from_environment
    from trial.store import extract
    from trial.store.engine import check_migrated, make_engine
    from trial.store.model_calls import model_calls
    from trial.store.reading import Reading

    settings = from_environment(os.environ)
    engine, clock = make_engine(settings.database_url), SystemClock(settings.zone)
    check_migrated(engine)
    # The command line of the server sees what a blinded statistician may see, and no more.
    viewer = Actor(None, "command line", ROLE, None)
    with Reading(engine) as reader:
        taken = extract.pooled(reader, viewer, cut_on=at.on or clock.today(), now=clock.now(), cut=at.cut)
        calls = model_calls(reader, viewer, cut_on=taken.cut_on, cut=at.cut)
    return clock, taken, calls


def _results(at: At) -> Any:
    from analysis.results import pooled_results

    clock, taken, _calls = _extracted(at)
    return pooled_results(taken, taken.opened_on or taken.cut_on), clock


def _performance(at: At) -> Any:
    from analysis.performance_results import performance_results

    clock, taken, calls = _extracted(at)
    return performance_results(taken, calls), clock


@click.command()
@click.argument("endpoint", type=click.Choice(["nrdfs", "regrowth", "safety", "disposition", "accrual"]))
@at_a_cut
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def analyse(endpoint: str, at: At, as_csv: bool, as_json: bool) -> None:
    """Pooled tables of ENDPOINT at a cut."""
    from analysis import incidence, survival
    from analysis.reports import status_tables as tables
    from analysis.reports.wording import definition_lines

    found, _ = _results(at)
    made = {
        "nrdfs": lambda: [tables.survival_table(found.nrdfs), tables.kinds_table(found.nrdfs)],
        "regrowth": lambda: [tables.incidence_table(found.regrowth), tables.components_table(found.regrowth)],
        "safety": lambda: [tables.overview_table(found.adverse_events), tables.terms_table(found.adverse_events)],
        "disposition": lambda: [tables.disposition_table(found.disposition)],
        "accrual": lambda: [tables.sites_table(found.accrual), tables.months_table(found.accrual)],
    }[endpoint]()
    lines = {
        "nrdfs": lambda: definition_lines(found.nrdfs.estimand, survival.DEFINITION, found.nrdfs.notes),
        "regrowth": lambda: definition_lines(found.regrowth.estimand, incidence.DEFINITION, found.regrowth.notes),
    }.get(endpoint, tuple)()
    if as_json:
        told = {**found.cut.told(), "system": system_words(), "definition": lines, "tables": [t.told() for t in made]}
        click.echo(json.dumps(told, indent=1))
    else:
        click.echo("\n".join(t.as_csv() if as_csv else t.as_text() for t in made))
        # What computes with a CSV reads the standard output alone; what it is of is told beside it.
        click.echo("\n".join((*lines, *_from(found.cut))), err=as_csv)


def _from(cut: Any) -> tuple[str, str]:
    return cut.words(), f"Made by {system_words()}."


@click.command()
@click.argument("name", type=click.Choice(["status", "performance", "dossier"]))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@at_a_cut
def report(name: str, out: Path, at: At) -> None:
    """Write the report NAME as a PDF."""
    made, taken_at = REPORTS[name](at)
    out.write_bytes(made)
    click.echo(f"{out}: {name} at {taken_at.named}, data {taken_at.digest[:16]}", file=sys.stdout)


def _status(at: At) -> tuple[bytes, Any]:
    from analysis.reports.status import status_report

    found, clock = _results(at)
    return status_report(found, system=system_words(), made_at=clock.now()), found.cut


def _of_performance(at: At) -> tuple[bytes, Any]:
    from analysis.reports.performance import performance_report

    found, clock = _performance(at)
    return performance_report(found, system=system_words(), made_at=clock.now()), found.cut


def _dossier(at: At) -> tuple[bytes, Any]:
    from analysis.dossier_results import dossier_data
    from analysis.reports.dossier import dossier
    from trial.frozen.runner import FrozenModel

    clock, taken, calls = _extracted(at)
    with FrozenModel() as model:
        found = dossier_data(taken, calls, (site["code"] for site in taken.sites), model)
    return dossier(found, system=system_words(), made_at=clock.now()), found.cut


REPORTS: Mapping[str, Callable[[At], tuple[bytes, Any]]] = {
    "status": _status,
    "performance": _of_performance,
    "dossier": _dossier,
}
"""Each report, and the cut it was made at."""


@click.command()
@at_a_cut
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line a cell.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def performance(at: At, as_csv: bool, as_json: bool) -> None:
    """The frozen model against what came of it, all arms together, and drift. The model is not fitted."""
    from analysis.performance_results import document, long_table
    from analysis.reports.performance_flow import cusum_words
    from analysis.reports.performance_tables import every_table

    found, _clock = _performance(at)
    if as_json:
        click.echo(json.dumps(document(found), indent=1, ensure_ascii=False))
    elif as_csv:
        click.echo(long_table(found).as_csv())
        click.echo("\n".join(_from(found.cut)), err=True)
    else:
        told = (*(t.as_text() for t in every_table(found)), f"CUSUM: {cusum_words(found)}", *_from(found.cut))
        click.echo("\n".join(told))


@click.command()
@click.option("--site", help="One site only.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def monitor(here: Any, site: str | None, as_csv: bool, as_json: bool) -> None:
    """Key risk indicators by site, with the counts they rest on."""
    from dataclasses import asdict

    from analysis.monitoring import judge
    from analysis.oversight_pages import table
    from trial.actor import Actor
    from trial.protocol import PROTOCOL
    from trial.store.oversight import oversight

    house = here.house
    with house.reading() as reader:
        seen = oversight(reader, Actor(None, "command line", "data_manager", None))
    found = judge(seen, now=house.clock.now(), today=house.clock.today(), months=PROTOCOL.design.accrual_months)
    if site is not None:
        found = {code: cells for code, cells in found.items() if code == site}
    if as_json:
        told = {
            code or "all": {c.indicator.id: asdict(c.measure) | {"verdict": c.verdict} for c in cells}
            for code, cells in found.items()
        }
        click.echo(json.dumps(told, indent=1))
        return
    with here.app.app_context():
        made = table(found)
    click.echo(made.as_csv() if as_csv else made.as_text())


@click.command("export")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The CSV to write; what vouches for it stands beside it.",
)
@click.option("--as", "username", required=True, help="Who exports.")
@click.option("--role", default=ROLE, show_default=True, help="In which of the roles held.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def export_registry(here: Any, out: Path, username: str, role: str, as_json: bool) -> None:
    """What a model is trained on: id, site, outcome and every input of the released model, for `vigil model train --table`."""
    from analysis.registry_work import taken_table

    house = here.house
    beside = out.with_name(f"{out.name}.json")
    if there := next((path for path in (out, beside) if path.exists()), None):
        raise click.ClickException(f"{there} is there already")
    manifest = house.model.manifest
    found = taken_table(manifest, house.files, uow=house.writing(here.somebody(username, role, "registry.results")))
    told = {
        "table": out.name, "sha256": found.sha256, "cut": found.cut, "cut_digest": found.digest, "counts": dict(found.counts),
        "model": {"name": manifest.name, "version": manifest.version, "inputs": [i.name for i in manifest.inputs]},
    }  # fmt: skip
    out.write_text(found.text, encoding="utf-8", newline="")
    beside.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    counts = found.counts
    words = f"{found.sha256}  {out.name}\n{counts['rows']} rows, {counts['known_outcomes']} with a known outcome; cut {found.digest}"
    click.echo(json.dumps(told, indent=1) if as_json else words)


@click.command("compare")
@click.option("--as", "username", required=True, help="Who compares.")
@click.option("--role", default=ROLE, show_default=True, help="In which of the roles held.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def compare_registry(here: Any, username: str, role: str, as_csv: bool, as_json: bool) -> None:
    """Complete response with and without immunotherapy in the registry, as counted and weighted. Observational."""
    from analysis import registry_tables as tables
    from analysis.registry_work import taken_comparison

    found = taken_comparison(uow=here.house.writing(here.somebody(username, role, "registry.results")))
    if as_json:
        click.echo(json.dumps(tables.as_json(found), indent=1))
        return
    made = [tables.rates_table(found), tables.adjusted_table(found), tables.balance_table(found)]
    click.echo("\n".join(t.as_csv() if as_csv else t.as_text() for t in made))
