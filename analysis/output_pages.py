"""Every table and figure as a page and as files, for who may see pooled results. Never a number by arm.

`Room` holds what the pages do, so that the closed ones do the same behind a door of their own (`analysis.closed_output_pages`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from analysis.issued import Issued, as_csv
from analysis.issued_files import SIDECAR, archive, files, part
from analysis.output import Output
from analysis.output_shelf import Shelf
from analysis.pages import at_cut, chosen, earlier, note, offered, taken_at
from analysis.performance_outputs import with_calls
from trial.happenings import DataTaken, ResultsSeen
from trial.store import extract
from trial.store.extract import Extract
from trial.store.model_calls import model_calls
from trial.web.house import actor, reading

Take = Callable[..., Extract]
TYPES: Mapping[str, str] = {
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    SIDECAR: "application/json",
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "svg": "image/svg+xml",
    "png": "image/png",
}
VIEWS = ("index", "output", "document", "part", "volume")


def taken(take: Take) -> Extract:
    """The data of a page at the cut of the address, with the calls of the model: the one place where pages of outputs get them.

    Raises NotAllowed, NotFound, CutAltered.
    """
    with reading() as reader:
        found = taken_at(reader, take)
        return with_calls(found, model_calls(reader, actor(), cut_on=found.cut_on, cut=chosen()))


@dataclass(frozen=True)
class Room:
    """The pages of one shelf. `name` is the blueprint's; `take` is what the store gives out to who comes here."""

    name: str
    shelf: Shelf
    take: Take

    def index(self) -> str:
        """Every output, by section of ICH E3. It shows no number, so that nothing is worked out and nothing recorded."""
        sections = _sections(self.shelf.outputs)
        shown = {"room": self.name, "closed": self.shelf.closed, "sections": sections}
        return render_template("results/outputs.html", **shown, cuts=offered(), at=chosen())

    def output(self, output: str) -> str:
        """One output; that it was opened is recorded."""
        issued = self.issued(output)
        note(ResultsSeen(at_cut(f"output {output}"), closed=self.shelf.closed))
        return render_template(
            "results/output.html", room=self.name, issued=issued, sidecar=SIDECAR, at=chosen(), before=earlier()
        )

    def document(self, output: str, ending: str) -> Response:
        """One output as a file; that it was taken is recorded."""
        if ending not in ("txt", "csv", "json", "pdf", "zip"):
            abort(404)
        issued = self.issued(output)
        note(DataTaken(f"output {output}, {ending}", issued.cut.digest))
        return _file(_document(issued, ending), ending, _name(issued, issued.id, ending))

    def part(self, output: str, part_name: str, ending: str) -> Response:
        """One table or figure as a file, recorded as taken; a figure the page shows was recorded with the page."""
        issued = self.issued(output)
        try:
            content = part(issued, part_name, ending, _)
        except KeyError:
            abort(404)
        shown = ending == "svg" and "save" not in request.args
        if not shown:
            note(DataTaken(f"output {output}, {part_name}.{ending}", issued.cut.digest))
        return _file(content, ending, None if shown else _name(issued, part_name, ending))

    def volume(self, ending: str) -> Response:
        """All tables, figures and listings in one file, recorded as taken."""
        if ending not in ("pdf", "zip"):
            abort(404)
        everything = self.shelf.every(taken(self.take), tr=_, language=_language(), reach=actor().sites)
        if not everything:
            abort(404)
        note(DataTaken(f"all {self.name}, {ending}", everything[0].cut.digest))
        return _file(_volume(everything, ending), ending, _name(everything[0], self.name, ending))

    def issued(self, name: str) -> Issued:
        """An output at the cut of the address. Raises NotFound, NotAllowed, CutAltered."""
        self.shelf.output(name)  # what does not exist is not worked out
        return self.shelf.issued(name, taken(self.take), tr=_, language=_language(), reach=actor().sites)


def blueprint(room: Room, prefix: str) -> Blueprint:
    """The addresses of a room."""
    made = Blueprint(room.name, __name__, url_prefix=prefix)
    made.add_url_rule("/", "index", room.index)
    made.add_url_rule("/all.<ending>", "volume", room.volume)
    made.add_url_rule("/<output>", "output", room.output)
    made.add_url_rule("/<output>.<ending>", "document", room.document)
    # An ending with a full stop in it would be taken for the end of the name.
    made.add_url_rule(f"/<output>/<part_name>.{SIDECAR}", "part", room.part, defaults={"ending": SIDECAR})
    made.add_url_rule("/<output>/<part_name>.<ending>", "part", room.part)
    return made


def _open() -> tuple[Output, ...]:
    from analysis.outputs import OPEN

    return OPEN


ROOM = Room("outputs", Shelf(_open, closed=False), extract.pooled)
pages = blueprint(ROOM, "/results/outputs")
PERMISSIONS: Mapping[str, str] = {f"outputs.{view}": "results.pooled" for view in VIEWS}


def _language() -> str:
    return str(get_locale() or "en")


def _document(issued: Issued, ending: str) -> bytes:
    if ending == "csv":
        return as_csv(issued).encode("utf-8-sig")
    if ending == "zip":
        return archive(files(issued, tr=_, language=_language()))
    wanted = {"txt": "text"}.get(ending, ending)
    return next(content for _name, content in files(issued, (wanted,), tr=_, language=_language()))


def _volume(everything: list[Issued], ending: str) -> bytes:
    from analysis.reports.issued import every_output

    if ending == "pdf":
        return every_output(everything, tr=_, language=_language())
    return archive(member for issued in everything for member in files(issued, tr=_, language=_language()))


def _name(issued: Issued, what: str, ending: str) -> str:
    """Name, cut and the beginning of its digest: two files of two states never bear one name."""
    return f"vigil-{what}-{issued.cut.slug}-{issued.cut.digest[:8]}.{ending}"


def _file(content: bytes, ending: str, filename: str | None) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = TYPES[ending]
    answer.headers["Cache-Control"] = "private, no-store"
    if filename:
        answer.headers.set("Content-Disposition", "attachment", filename=filename)
    if ending == "svg":
        # Its own styles are inline, and nothing in it can run.
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _sections(outputs: tuple[Output, ...]) -> list[tuple[str, list[Output]]]:
    return [(words, held) for words, held in ((words, list(_held(outputs, key))) for key, words in _headings()) if held]


def _held(outputs: tuple[Output, ...], key: str) -> Iterator[Output]:
    known = [known for known, _words in _headings() if known]
    for output in outputs:
        section = ".".join(output.number.split(".")[:2])
        if (section if section in known else "") == key:
            yield output


def _headings() -> tuple[tuple[str, str], ...]:
    """Sections of ICH E3 that hold tables and figures, and what is in none."""
    return (
        ("14.1", _("Population and course of the trial")),
        ("14.2", _("Efficacy")),
        ("14.3", _("Safety")),
        ("16.2", _("Listings")),
        ("", _("Further")),
    )
