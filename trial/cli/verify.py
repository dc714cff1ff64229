"""Whether anything that is stored was altered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from trial.cli.base import Broken, Installation, json_option, shown
from trial.cli.model_check import calls_again, ran_again, ran_words
from trial.cli.randomisation import drawn_otherwise


@click.command()
@click.option(
    "--models", type=click.Path(file_okay=False, path_type=Path), help="Folder of earlier releases of the model."
)
@json_option
@click.pass_obj
def verify(here: Installation, models: Path | None, as_json: bool) -> None:
    """Whether anything stored was altered: chain, rows, revisions, signatures, files, data cuts, calls of the model, which are run again.

    Names the first broken link. A call of a release that is not here cannot be run again; that is said, and breaks nothing.
    """
    from trial.store.coding import altered
    from trial.store.cut_check import altered_cuts
    from trial.store.verify import verify as check

    again, close = calls_again(here, models)
    try:
        checks = (_replayed, altered, altered_cuts, again, _model_digests(here))
        findings = check(here.house.engine, files=here.house.files, checks=checks)
    finally:
        close()
    if as_json:
        shown({"findings": [asdict(f) for f in findings], "calls": ran_again(again)}, True)
    else:
        shown([*(list(map(str, findings)) or ["nothing was altered"]), *ran_words(again)], False)
    if findings:
        raise Broken


def _replayed(reader: Any) -> Iterator[Any]:
    """Once the seed is revealed, every allocation is drawn again."""
    from trial.protocol import PROTOCOL
    from trial.store.broken import Finding

    row = reader.one("randomisation", study=PROTOCOL.study_id)
    if row and row["revealed_seed"]:
        mismatch = drawn_otherwise(reader, row)
        if mismatch:
            yield Finding("allocation", f"number {mismatch.number}", "is not what the revealed seed draws")


def _model_digests(here: Installation) -> Callable[[Any], Iterator[Any]]:
    """Whether the released model is the one this release names, and answers its reference vectors."""
    from trial.frozen.errors import ModelError
    from trial.store.broken import Finding

    def check(reader: Any) -> Iterator[Any]:
        try:
            here.house.model.check()
        except ModelError as problem:
            yield Finding("model", "trial/frozen", str(problem))
        finally:
            here.house.model.close()

    return check
