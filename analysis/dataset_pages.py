"""Datasets to take: which there are, what stands in them, in which format. What is taken is recorded with the digest of its cut."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import gettext as _

from analysis.dataset_work import UNBLINDED_VERB, taken_datasets
from analysis.pages import chosen, offered
from forms.text import _l
from trial.release import release
from trial.web.house import house, writing

pages = Blueprint("datasets", __name__, url_prefix="/results/datasets")
PERMISSIONS: Mapping[str, str] = {
    "datasets.index": "export.blinded",
    "datasets.take": "export.blinded",
    "datasets.with_arm": UNBLINDED_VERB,
    "datasets.take_with_arm": UNBLINDED_VERB,
}
FORMATS: Mapping[str, tuple[str, str]] = {
    "r": (
        _l("For R"),
        _l(
            "CSV with load.R, which gives types, labels and factors, and primary.R, which computes the primary table again"
        ),
    ),
    "csv": ("CSV", _l("text that any program reads, not quoted for spreadsheets")),
    "parquet": ("Parquet", _l("typed columns, for Python, R, DuckDB and Spark")),
    "xpt": ("SAS XPT", _l("transport version 5, as regulators take it; long text goes on in a second variable")),
    "stata": ("Stata", _l("format 118 for Stata 14 and later, with labels")),
}


@pages.get("/")
def index() -> str:
    """The datasets without arm."""
    return _page(blinded=True)


@pages.get("/with-arm")
def with_arm() -> str:
    """The datasets with arm."""
    return _page(blinded=False)


@pages.post("/")
def take() -> Response:
    """A zip without arm."""
    return _taken()


@pages.post("/with-arm")
def take_with_arm() -> Response:
    """A zip with arm."""
    return _taken()


def _page(blinded: bool) -> str:
    from analysis.adam.made import described

    formats = {name: (_(title), _(words)) for name, (title, words) in FORMATS.items()}
    return render_template(
        "results/datasets.html",
        datasets=described(blinded),
        formats=formats,
        blinded=blinded,
        today=house().clock.today(),
        cuts=offered(),
        at=chosen(),
    )


def _taken() -> Response:
    from analysis.taken.bundle import zip_of

    form = request.form.get("format", "")
    if form not in FORMATS:
        abort(400)
    days, cut = request.form.get("days") == "y", request.form.get("cut") or None
    found = taken_datasets(form, study_days=days, release=release(), uow=writing(), cut=cut)
    answer = make_response(zip_of(found.files, found.cut.on))
    answer.mimetype = "application/zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
