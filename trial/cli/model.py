"""`vigil model`: train, package, freeze, verify, read the card of, and ask in bulk, a frozen model. None of it needs a database.

Only `predict` and `verify` run a model, in its contained child; nothing is downloaded and nothing is unpickled.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from trial.cli.base import BROKEN, Broken, counter, json_option, said, shown
from trial.frozen.errors import ModelCorrupt
from trial.sheets import harmless

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)
digest_option = click.option(
    "--digest", help="The pinned SHA-256 of its manifest.  [of the release: the one in the code]"
)


@click.group()
def model() -> None:
    """The frozen model: training, freezing, checking, asking. Without FOLDER, the model of this release."""


@model.command()
@click.option("--table", type=FILE, help="A cohort: id, site, outcome (1, 0, blank), and every input of the model.")
@click.option("--seed", type=click.IntRange(0), help="Without a table: which simulated cohort.  [that of the release]")
@click.option(
    "--size", type=click.IntRange(100, 100_000), help="Without a table: how many people.  [that of the release]"
)
@click.option(
    "--testing-seed", type=click.IntRange(0), help="Without a table: whom it is judged on.  [that of the release]"
)
@click.option("--name", default="vigil-complete-response", show_default=True)
@click.option("--version", "number", default="0.1.0", show_default=True, help="Semantic version.")
@click.option(
    "--extractor", help="Of a table: what extracted its radiomics; imports into the trial then ask for the same."
)
@click.option("--out", required=True, type=NEW, help="A new folder for the draft.")
@json_option
def train(
    table: Path | None, seed: int | None, size: int | None, testing_seed: int | None, name: str, number: str,
    extractor: str | None, out: Path, as_json: bool,
) -> None:  # fmt: skip
    """Train, validate by site, and write a draft that two people can approve. Prints the digest they approve."""
    from trial.frozen.freezing import written
    from trial.frozen.train import draft

    if table is not None and (seed, size, testing_seed) != (None, None, None):
        raise click.UsageError("--seed, --size and --testing-seed draw simulated cohorts; --table brings its own.")
    _refuse_existing(out)
    cohort, testing = _from_table(table) if table else _simulated(seed, size, testing_seed)
    with counter(" sites left out") as progress:
        made = draft(cohort, testing, name=name, number=number, extractor=extractor, progress=progress)
    written(out, made.onnx, made.manifest)
    _draft_told(out, made.manifest, as_json)


def _from_table(table: Path) -> tuple[Any, None]:
    from trial.frozen.table import read_cohort

    with table.open("rb") as file:
        return read_cohort(file), None


def _simulated(seed: int | None, size: int | None, testing_seed: int | None) -> tuple[Any, Any]:
    """A cohort to train on, and half as many other people to judge the model on."""
    from trial.frozen.cohort import simulate
    from trial.frozen.train import TESTING_SEED, TRAINING_SEED, TRAINING_SIZE

    first = TRAINING_SEED if seed is None else seed
    second = TESTING_SEED if testing_seed is None else testing_seed
    if first == second:
        raise click.UsageError(
            "Whom the model is judged on must not be whom it is trained on: give another --testing-seed."
        )
    many = size or TRAINING_SIZE
    return simulate(first, many), simulate(second, many // 2)


def _draft_told(out: Path, raw: Mapping[str, Any], as_json: bool) -> None:
    from trial.frozen.manifest import content_digest

    digest = content_digest(raw)
    told = {"folder": str(out), "id": raw["id"], "content_sha256": digest, "threshold": raw["threshold"]}
    words = [f"draft of {raw['id']} in {out}, threshold {raw['threshold']}; two people approve:", digest]
    shown(told if as_json else words, as_json)


@model.command()
@click.option("--seed", required=True, type=click.IntRange(0))
@click.option("--size", required=True, type=click.IntRange(1, 100_000), help="How many people.")
@click.option("--out", required=True, type=NEW, help="A new CSV file.")
def cohort(seed: int, size: int, out: Path) -> None:
    """Write a simulated cohort as a table that `train` reads: the shape that a registry's export must have."""
    from trial.frozen.cohort import simulate
    from trial.frozen.table import rows_of

    _refuse_existing(out)
    _write(out, rows_of(simulate(seed, size)))


@model.command()
@click.argument("network", type=FILE)
@click.argument("description", type=FILE)
@click.option("--out", required=True, type=NEW, help="A new folder for the draft.")
@json_option
def package(network: Path, description: Path, out: Path, as_json: bool) -> None:
    """Make a draft of a network trained elsewhere: NETWORK is ONNX, DESCRIPTION the JSON that says what it takes and is for."""
    from trial.frozen.external import package as packaged
    from trial.frozen.freezing import written

    _refuse_existing(out)
    onnx = network.read_bytes()
    raw = packaged(onnx, _json(description))
    written(out, onnx, raw)
    _draft_told(out, raw, as_json)


@model.command()
@click.argument("draft", type=FOLDER)
@click.option(
    "--approved", nargs=4, multiple=True, metavar="NAME ROLE DAY DIGEST",
    help="One person's approval of exactly this draft; two different people are needed.",
)  # fmt: skip
@click.option("--out", required=True, type=NEW, help="A new folder for the frozen model.")
@json_option
def freeze(draft: Path, approved: tuple[tuple[str, str, str, str], ...], out: Path, as_json: bool) -> None:
    """Freeze a draft that two people approved: model.onnx, manifest.json, card.md. Prints the digest to pin."""
    from trial.frozen.freezing import freeze as frozen
    from trial.frozen.manifest import Approval

    _refuse_existing(out)
    digest = frozen(draft, out, [Approval(*each) for each in approved])
    told = {"folder": str(out), "manifest_sha256": digest}
    shown(told if as_json else [f"frozen in {out}; SHA-256 of the manifest, to be pinned:", digest], as_json)


@model.command()
@click.argument("folder", type=FOLDER, required=False)
@digest_option
@json_option
def verify(folder: Path | None, digest: str | None, as_json: bool) -> None:
    """Check digests, approvals, card, and every reference vector in the child process. Exit code 6 where anything differs."""
    where, digest = _which(folder, digest)
    problems = _problems(where, digest)
    raw = {} if problems else _json(where / "manifest.json")
    told = {"folder": str(where), "findings": problems, "references": len(raw.get("references", ()))}
    words = problems or [
        f"{raw['name']} {raw['version']}: digests, approvals, card and {told['references']} reference vectors agree"
    ]
    shown(told if as_json else words, as_json)
    if problems:
        raise Broken


@model.command()
@click.argument("folder", type=FOLDER, required=False)
@json_option
def card(folder: Path | None, as_json: bool) -> None:
    """Print the model card, made anew from the manifest; with --json the manifest."""
    from trial.frozen.card import card as written_card
    from trial.frozen.freezing import read_draft

    _, raw = read_draft(_which(folder, None)[0])
    if as_json:
        shown(raw, True)
    else:
        click.echo(written_card(raw))


@model.command()
@click.argument("table", type=FILE)
@click.option("--model", "folder", type=FOLDER, help="A frozen folder.  [the release]")
@digest_option
@click.option("--out", type=NEW, help="A new CSV file; without it, to the terminal.")
@json_option
def predict(table: Path, folder: Path | None, digest: str | None, out: Path | None, as_json: bool) -> None:
    """Ask the model about every row of a CSV: id, and every input by name; a blank is missing, and stays so.

    A row below the declared minimum of known inputs is refused and says what is missing. Nothing is stored: a participant's
    own call is made on their decision page.
    """
    from trial.frozen.manifest import parse_manifest
    from trial.frozen.table import read_rows

    where, digest = _which(folder, digest)
    if problems := _problems(where, digest):
        said("\n".join(problems), BROKEN)
        raise Broken
    manifest = parse_manifest((where / "manifest.json").read_bytes())
    if manifest.tensor is not None:
        raise click.UsageError(f"{manifest.name} takes a block, {manifest.tensor.name}, not rows of a table.")
    if out is not None:
        _refuse_existing(out)
    with table.open("rb") as file:
        rows = list(read_rows(file, manifest.inputs))
    answers = list(_answers(where, digest, manifest, rows))
    if as_json:
        shown(answers, True)
    if out is not None or not as_json:
        _as_csv(answers, out)


def _answers(where: Path, digest: str, manifest: Any, rows: list[tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    from trial.frozen.bulk import answers
    from trial.frozen.runner import TOGETHER, FrozenModel

    with FrozenModel(where, manifest.sha256, digest) as model, counter(" rows", len(rows)) as progress:
        for first in range(0, len(rows), TOGETHER):
            part = rows[first : first + TOGETHER]
            told = answers(model, manifest, [values for _key, values in part])
            yield from ({"id": key, **each} for (key, _values), each in zip(part, told, strict=True))
            progress(first + len(part))


def _as_csv(answers: list[dict[str, Any]], out: Path | None) -> None:
    columns = list(answers[0]) if answers else ["id"]
    lines = [columns, *([_cell(each[column]) for column in columns] for each in answers)]
    if out is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
        return
    _write(out, lines)


def _write(out: Path, lines: Iterable[list[str]]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else harmless(str(value))


def _which(folder: Path | None, digest: str | None) -> tuple[Path, str]:
    """The folder, and the digest its manifest must have: the given one, the release's, or, of a folder nobody pinned, its own."""
    from trial.frozen import pin
    from trial.frozen.manifest import digest_of
    from trial.frozen.runner import HERE

    if folder is None:
        return HERE, digest or pin.MANIFEST_DIGEST
    if not (folder / "manifest.json").is_file():
        raise ModelCorrupt(f"{folder.name} holds no manifest.json")
    return folder, digest or digest_of((folder / "manifest.json").read_bytes())


def _problems(where: Path, digest: str) -> list[str]:
    """What is wrong with a frozen folder; the model is asked its reference vectors only where everything else agrees."""
    from trial.frozen.freezing import findings
    from trial.frozen.runner import FrozenModel

    if found := findings(where, digest):
        return found
    try:
        with FrozenModel(where, _json(where / "manifest.json")["sha256"], digest) as model:
            model.check()
    except ModelCorrupt as problem:
        return [problem.detail]
    return []


def _refuse_existing(out: Path) -> None:
    if out.exists():
        raise click.UsageError(f"{out} exists already; a model is written to a new place.")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as problem:
        raise click.UsageError(f"{path.name} is no JSON: {problem}") from problem
