"""`vigil import meddra`, `vigil import whodrug`, `vigil coding`: dictionaries from the licence holder's own files, and coding with them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from trial.cli.base import Broken, Installation, acting, counter, json_option, shown
from trial.cli.imports import import_

WHERE = click.argument("path", type=click.Path(exists=True, path_type=Path))
VERSION = click.option("--version", required=True, help="As the licence holder names it, for example 27.1.")
LANGUAGE = click.option("--language", default="en", show_default=True)
WHO = click.option("--as", "username", required=True, help="A data manager.")
KIND = click.option("--kind", default="meddra", show_default=True, type=click.Choice(["meddra", "whodrug"]))


@import_.command("meddra")
@WHERE
@VERSION
@LANGUAGE
@WHO
@json_option
@click.pass_obj
def meddra(here: Installation, path: Path, version: str, language: str, username: str, as_json: bool) -> None:
    """MedDRA: the folder or zip with the MedAscii files of your own licence."""
    _import(here, "meddra", path, version, language, username, as_json)


@import_.command("whodrug")
@WHERE
@VERSION
@LANGUAGE
@WHO
@click.option(
    "--layout",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON: columns that differ, {file: {field: [first, last]}}, from 0.",
)
@json_option
@click.pass_obj
def whodrug(
    here: Installation, path: Path, version: str, language: str, username: str, layout: Path | None, as_json: bool
) -> None:
    """WHODrug in format B3: the folder or zip with DD.txt, DDA.txt and INA.txt of your own licence."""
    from trial.dictionaries.whodrug import LAYOUT, layout_of

    try:
        given = layout_of(json.loads(layout.read_text("utf-8"))) if layout else LAYOUT
    except (KeyError, ValueError) as problem:
        raise click.BadParameter(f"no such file or field: {problem}", param_hint="--layout") from problem
    _import(here, "whodrug", path, version, language, username, as_json, layout=given)


def _import(
    here: Installation, kind: str, path: Path, version: str, language: str, username: str, as_json: bool, **more: Any
) -> None:
    from trial.actions.dictionaries import import_dictionary

    uow = acting(here, username, "data_manager", "code.terms")
    with counter(" terms") as progress:
        done = import_dictionary(kind, path, version, uow=uow, language=language, progress=progress, **more)
    if as_json:
        shown({**asdict(done), "problems": [p.words() for p in done.problems]}, True)
    else:
        shown([p.words() for p in done.problems], False)
        click.echo(_ENDS[done.state] % {"terms": done.terms, "found": done.found, "kind": kind, "version": version})
    if done.state == "refused":
        raise Broken


_ENDS = {
    "current": "%(terms)d terms; in use",
    "ready": "%(terms)d terms; not in use: see `vigil coding impact %(version)s`, then `vigil coding adopt %(version)s`",
    "refused": "%(found)d problems: nothing was kept",
}


@click.group()
def coding() -> None:
    """Codes for verbatim terms."""


@coding.command("auto")
@WHO
@json_option
@click.pass_obj
def auto(here: Installation, username: str, as_json: bool) -> None:
    """Code what is certain, propose what looks alike; the rest is left to a person."""
    from trial.actions.coding import autocode

    with counter(" terms") as progress:
        done = autocode(uow=acting(here, username, "data_manager", "code.terms"), progress=progress)
    _counts(asdict(done), as_json)


def _counts(counts: dict[str, int], as_json: bool) -> None:
    shown(counts if as_json else [", ".join(f"{n} {what}" for what, n in counts.items())], as_json)


@coding.command("status")
@json_option
@click.pass_obj
def status(here: Installation, as_json: bool) -> None:
    """Dictionaries, and how many terms stand where."""
    from trial.coding import STATE_WORDS
    from trial.dictionaries.terms import KINDS
    from trial.store import coding as store

    reader = here.house.reading()
    names = ("id", "kind", "version", "language", "state", "terms")
    known = [{name: row[name] for name in names} for row in reader.all("dictionary", order_by="id")]
    terms = {kind: {state: store.count_terms(reader, None, {state}, {kind}) for state in STATE_WORDS} for kind in KINDS}
    if as_json:
        return shown({"dictionaries": known, "terms": terms}, True)
    if not known:
        click.echo("no dictionary: terms stay as they were typed")
    shown(known, False, lambda d: "\t".join(map(str, d.values())))
    for kind, counts in terms.items():
        click.echo(f"{kind}\t" + ", ".join(f"{n} {STATE_WORDS[s]}" for s, n in counts.items()))
    return None


@coding.command("impact")
@click.argument("version")
@KIND
@json_option
@click.pass_obj
def impact(here: Installation, version: str, kind: str, as_json: bool) -> None:
    """What an imported version would change; nothing is written."""
    from trial.actions import dictionaries

    reader = here.house.reading()
    told = dictionaries.impact(reader, dictionaries.dictionary(reader, kind, version))
    rows = [{**{n: i.coding[n] for n in _PLACE}, "what": i.what, "now": i.now} for i in told.changed]
    synonyms = [{n: s[n] for n in ("id", "text", "code", "term")} for s in told.synonyms]
    if as_json:
        return shown({"changed": rows, "same": told.same, "synonyms": synonyms}, True)
    shown(rows, False, lambda r: "\t".join(str(r[n]) for n in (*_PLACE, "what")))
    shown(synonyms, False, lambda s: f"synonym\t{s['text']}\t{s['code']}\tits code is not in that version")
    click.echo(f"{len(rows)} codes would not mean the same, {told.same} would, {len(synonyms)} synonyms would be lost")
    return None


_PLACE = ("participant", "form", "event", "occurrence", "path", "verbatim", "version", "code")


@coding.command("adopt")
@click.argument("version")
@KIND
@WHO
@json_option
@click.pass_obj
def adopt(here: Installation, version: str, kind: str, username: str, as_json: bool) -> None:
    """Code with an imported version from now on; codes that mean something else wait for approval. Run again, it goes on."""
    from trial.actions import dictionaries

    of = dictionaries.dictionary(here.house.reading(), kind, version)
    with counter(" codes") as progress:
        uow = acting(here, username, "data_manager", "code.terms")
        done = dictionaries.adopt(of["id"], uow=uow, progress=progress)
    _counts(asdict(done), as_json)
