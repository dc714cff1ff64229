"""The oversight page: key risk indicators by site, for who monitors, manages and works there; the same as a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template
from flask_babel import gettext as _

from analysis.indicators import INDICATORS
from analysis.monitoring import Judged, judge
from analysis.table import Column, Table
from trial.protocol import PROTOCOL
from trial.store.oversight import VERB, oversight
from trial.web.house import actor, house, reading

pages = Blueprint("oversight", __name__, url_prefix="/oversight")
PERMISSIONS: Mapping[str, str] = {"oversight.index": VERB, "oversight.export": VERB}


def _found() -> tuple[dict[str, tuple[Judged, ...]], dict[str, str]]:
    """Every cell, and the names of the sites."""
    clock = house().clock
    with reading() as reader:
        seen = oversight(reader, actor())
    judged = judge(seen, now=clock.now(), today=clock.today(), months=PROTOCOL.design.accrual_months)
    return judged, {site["code"]: site["name"] for site in seen.sites}


@pages.get("/")
def index() -> str:
    """Sites by indicators: what should be looked at stands out, with the counts it rests on."""
    judged, names = _found()
    return render_template(
        "oversight.html", judged=judged, names=names, indicators=INDICATORS, words=words, today=house().clock.today()
    )


@pages.get("/indicators.csv")
def export() -> Response:
    """The same as CSV."""
    judged, _names = _found()
    response = make_response(table(judged).as_csv().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers.set("Content-Disposition", "attachment", filename=f"indicators-{house().clock.today()}.csv")
    return response


def table(judged: Mapping[str, tuple[Judged, ...]]) -> Table:
    """One row a site and indicator."""
    columns = (_("Site"), _("Indicator"), _("Value"), _("Unit"), _("From"), _("Of"), _("Verdict"))
    rows = tuple(_row(code, cell) for code, cells in judged.items() for cell in cells)
    return Table("indicators", _("Key risk indicators"), tuple(map(Column, columns)), rows, "")


def _row(code: str, cell: Judged) -> tuple[str, ...]:
    indicator, measure = cell.indicator, cell.measure
    shown = (words(cell), _(indicator.unit), number(measure.n), number(measure.of), cell.verdict)
    return (code or _("all"), _(indicator.label), *shown)


def words(cell: Judged) -> str:
    """The value as it is read: a dash where it cannot be estimated."""
    return "–" if cell.measure.value is None else f"{cell.measure.value:.{cell.indicator.digits}f}"


def number(value: float) -> str:
    """A count without decimals it does not have."""
    return f"{value:.1f}".removesuffix(".0")
