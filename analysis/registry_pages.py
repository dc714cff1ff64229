"""The comparison in the registry as a page. What was looked at is recorded with the digest of its cut."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template
from flask_babel import gettext as _

from analysis import registry_tables as tables
from analysis.registry import OBSERVATIONAL
from analysis.registry_work import taken_comparison
from trial.web.house import writing

pages = Blueprint("registry_results", __name__, url_prefix="/results/registry")
PERMISSIONS: Mapping[str, str] = {"registry_results.index": "registry.results"}


@pages.get("/")
def index() -> str:
    """Complete response with and without immunotherapy in historical patients, as counted and weighted."""
    found = taken_comparison(uow=writing())
    made = (tables.rates_table(found, _), tables.adjusted_table(found, _), tables.balance_table(found, _))
    return render_template("results/registry.html", found=found, tables=made, observational=_(OBSERVATIONAL))
