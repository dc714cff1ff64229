"""Studies of other systems: which there are, what came of each, what was lost, and each of them out again."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import ExitStack
from itertools import islice

from flask import Blueprint, make_response, render_template, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.foreign import ForeignStudy, Loss
from forms.foreign_json import losses_from_json
from trial.actions.foreign import LEVELS, SHOWN, export_study
from trial.release import release
from trial.store.foreign import foreign_study_of, listed
from trial.web.house import house, reading, writing

pages = Blueprint("foreign", __name__, url_prefix="/imports/studies")


def loss_words(loss: Loss) -> str:
    """What was lost, translated."""
    return _(loss.message) % loss.args if loss.args else _(loss.message)


@pages.get("/")
def listing() -> str:
    """Every study, newest first."""
    return render_template("foreign_studies.html", studies=listed(reading()), names=_names())


@pages.get("/<int:number>")
def show(number: int) -> str:
    """One study: forms, losses, the first remarks of our checks."""
    row = reading().the("foreign_study", id=number)
    study = foreign_study_of(reading(), number)
    report = csv.DictReader(io.StringIO(house().files.read(row["report"]).decode()))
    remarks = list(islice((line for line in report if line["what"].startswith("check:")), SHOWN))
    return render_template(
        "foreign_study.html", row=row, forms=_forms(study), losses=losses_from_json(row["losses"]), words=loss_words,
        remarks=remarks, found=sum(row["counts"][level] for level in LEVELS), names=_names(),
    )  # fmt: skip


@pages.post("/<int:number>/odm")
def odm(number: int) -> Response:
    """The study as ODM. A post, because it is written into the journal."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        export_study(number, file, release=release(), uow=writing())
        answer = send_file(
            file, mimetype="application/octet-stream", as_attachment=True, download_name=f"study-{number}.xml"
        )
        answer.call_on_close(stack.pop_all().close)
    return answer


@pages.get("/<int:number>/report")
def report(number: int) -> Response:
    """Every count, loss and remark."""
    row = reading().the("foreign_study", id=number)
    response = make_response(house().files.read(row["report"]))
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers.set("Content-Disposition", "attachment", filename=f"study-{number}.csv")
    return response


def _forms(study: ForeignStudy) -> list[dict[str, object]]:
    return [
        {"oid": form.oid, "title": form.title, "items": len(form.every_item()), "groups": len(form.groups), "checks": len(form.checks)}
        for form in study.definitions.values()
    ]  # fmt: skip


def _names() -> dict[int, str]:
    return {row["id"]: row["full_name"] for row in reading().all("person")}
