"""The state of the data by site; verification, freezing and locking, the review plan, the checklist, casebooks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from trial import casebook as pure
from trial import roles
from trial.actions import casebook as casebooks
from trial.actions import checklist as checklists
from trial.actions import hold as holds
from trial.actions import verify_data
from trial.actions.case import Case, load
from trial.actions.coding import WAITING
from trial.actions.hold import Scope
from trial.actions.permission import participant_for
from trial.errors import NotAllowed, NotFound, VigilError
from trial.holds import KIND_WORDS, scope_of
from trial.lockdown import MEANING, STEPS
from trial.store import coding, office
from trial.store.reading import Row
from trial.verification import KIND_WORDS as PLAN_WORDS
from trial.web.errors import Said, said
from trial.web.gate import may_open
from trial.web.house import actor, house, reading, writing
from trial.web.proof import signing, typed

pages = Blueprint("office", __name__)


@pages.get("/data")
def overview() -> str:
    """Forms by state and what they lack, by site; what is to be verified; what is held."""
    return _overview()


def _overview(refusal: Said | None = None) -> str:
    with reading() as reader:
        figures = office.standing_by_site(reader, actor().sites)
        to_verify = office.to_verify(reader, actor().sites) if roles.may(actor().role, "data.verify") else []
        held = [h for h in reader.all("hold", order_by="id", lifted_at=None) if _concerns(h)]
        unsigned = [r for r in office.casebooks(reader, actor().sites) if r["signed_at"] is None]
        plan = office.plan_in_force(reader)
        uncoded = coding.count_terms(reader, actor().sites, WAITING) if may_open("coding.listing") else 0
    return render_template(
        "office.html", sites=_by_site(figures), to_verify=to_verify, held=[(h, scope_of(h), _(KIND_WORDS[h["kind"]])) for h in held],
        plan=plan, plans=PLAN_WORDS, refusal=refusal, unsigned=unsigned, may=_may(), uncoded=uncoded,
    )  # fmt: skip


def _may() -> dict[str, bool]:
    return {v: roles.may(actor().role, v) for v in ("crf.freeze", "plan.set", "data.verify", "crf.sign", "query.raise")}


def _concerns(hold: Row) -> bool:
    if hold["participant"] is not None:
        return actor().reaches(reading().the("participant", id=hold["participant"])["site_code"])
    return hold["site"] is None or actor().reaches(hold["site"])


def _by_site(figures: list[Row]) -> list[dict[str, Any]]:
    """A line a site: forms required, entered, not done; share complete; what they lack."""
    names = sorted({f["site_code"] for f in figures})
    return [_line(name, [f for f in figures if f["site_code"] == name]) for name in names]


def _line(site: str, figures: list[Row]) -> dict[str, Any]:
    forms = {
        state: sum(f["forms"] for f in figures if f["state"] == state) for state in ("required", "entered", "not_done")
    }
    whole = sum(forms.values())
    lacks = {name: sum(f[name] for f in figures) for name in ("missing", "asks", "to_verify")}
    share = 100 * (forms["entered"] + forms["not_done"]) // whole if whole else None
    return {"site": site, "share": share, **forms, **lacks}


def _done(words: str, back: str) -> Response:
    flash(words, "good")
    return redirect(back, 303)


def _crf_url(participant: str, event: str, form: str, occurrence: int) -> str:
    return url_for("crf.show", participant=participant, event=event, form=form, occurrence=occurrence)


@pages.post("/participants/<participant>/<event>/<form>/<int:occurrence>/verify")
def verify(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Mark the ticked values, or all of the form, as compared with their source."""
    ticked = None if request.form.get("all") else request.form.getlist("path")
    revision = request.form.get("revision", 0, type=int)
    place = (participant, event, form, occurrence)
    n = verify_data.verify_values(*place, revision=revision, paths=ticked, uow=writing())
    return _done(ngettext("%(num)d value is verified.", "%(num)d values are verified.", n), _crf_url(*place))


@pages.post("/participants/<participant>/visits/<event>/verify")
def verify_visit(participant: str, event: str) -> Response:
    """Mark every value of a visit."""
    seen = {k.removeprefix("seen:"): int(v) for k, v in request.form.items() if k.startswith("seen:") and v.isdecimal()}
    n = verify_data.verify_visit(participant, event, seen=seen, uow=writing())
    words = ngettext("%(num)d value is verified.", "%(num)d values are verified.", n)
    return _done(words, url_for("participants.show", participant=participant))


@pages.post("/data/holds")
def place() -> Response | str:
    """Freeze or lock a form, a participant, a site, the study."""
    given = request.form
    occurrence = given.get("occurrence", "")
    scope = Scope(
        given.get("site") or None, given.get("participant") or None, given.get("event") or None, given.get("form") or None,
        int(occurrence) if occurrence.isdecimal() else None,
    )  # fmt: skip
    kind = "lock" if given.get("kind") == "lock" else "freeze"
    try:
        holds.place(kind, scope, given.get("reason", ""), uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_overview(words), words.status)
    return _done(_("It is %(kind)s now.", kind=_(KIND_WORDS[kind])), _back(scope))


def _back(scope: Scope) -> str:
    if scope.form and scope.participant and scope.event:
        return _crf_url(scope.participant, scope.event, scope.form, scope.occurrence or 1)
    if scope.participant:
        return url_for("participants.show", participant=scope.participant)
    return url_for("office.overview")


@pages.post("/data/holds/<int:number>/lift")
def lift(number: int) -> Response | str:
    """Open again, with a reason."""
    try:
        row = holds.lift(number, request.form.get("reason", ""), uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_overview(words), words.status)
    return _done(_("It is open again."), _back(Scope(**{name: row[name] for name in Scope().columns()})))


@pages.post("/data/plan")
def plan() -> Response | str:
    """Say which values are verified from now on."""
    percent = request.form.get("percent", 0, type=int)
    kind = request.form.get("kind", "")
    try:
        if kind not in PLAN_WORDS or (kind == "sample" and not 1 <= percent <= 99):
            return make_response(_overview(_plan_refused()), 422)
        verify_data.set_plan(kind, request.form.get("reason", ""), percent=percent or None, uow=writing())
    except NotAllowed:
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_overview(words), words.status)
    return _done(_("The plan is set."), url_for("office.overview"))


def _plan_refused() -> Said:
    return Said(422, _("Not saved"), _("Choose what is verified; a sample needs a share between 1 and 99 per cent."))


@pages.route("/data/checklist", methods=["GET", "POST"])
def checklist() -> Response:
    """The steps before a lock, and the signature under them."""
    site = request.values.get("site") or None
    refusal = None
    if request.method == "POST":
        try:
            checklists.sign_checklist(site, seen=request.form.get("seen", ""), **typed(), uow=writing())
        except NotAllowed:
            raise
        except VigilError as problem:
            refusal = said(problem)
        else:
            return _done(_("The checklist is signed."), url_for("office.checklist", site=site))
    with reading() as reader:
        steps = checklists.count(reader, site, house().clock)
        signed = reader.all("checklist", order_by="id", site=site)
        sites = reader.all("site", order_by="code")
        now = checklists.digest_of(reader, site, steps)
    page = render_template(
        "checklist.html", steps=steps, words=STEPS, site=site, sites=sites, refusal=refusal, seen=now, meaning=MEANING, signing=signing(),
        signed=signed[-1] if signed else None, current=bool(signed) and signed[-1]["content_digest"] == now,
    )  # fmt: skip
    return make_response(page, (422 if refusal.status == 401 else refusal.status) if refusal else 200)


def _case(participant: str) -> Case:
    with reading() as reader:
        return load(reader, participant_for(reader, actor(), participant, "crf.sign"), house().clock)


@pages.route("/participants/<participant>/casebook", methods=["GET", "POST"])
def casebook(participant: str) -> Response:
    """Everything entered of one participant, and the investigator's signature under it."""
    case = _case(participant)
    refusal = None
    if request.method == "POST":
        try:
            done = casebooks.sign_casebook(participant, seen=request.form.get("seen", ""), **typed(), uow=writing())
        except (NotAllowed, NotFound):
            raise
        except VigilError as problem:
            refusal = said(problem)
        else:
            flash(_("Signed by %(name)s: %(meaning)s", name=done.printed_name, meaning=_(done.meaning)), "good")
            return redirect(url_for("participants.show", participant=participant), 303)
    page = _casebook(case, refusal)
    return make_response(page, (422 if refusal.status == 401 else refusal.status) if refusal else 200)


def _casebook(case: Case, refusal: Said | None) -> str:
    forms = casebooks.forms_of(case)
    rows = [c for c in case.crfs if c.address in forms]
    signed = reading().all("casebook", order_by="id", participant=case.id)
    return render_template(
        "casebook.html", case=case, participant=case.id, rows=rows, seen=pure.digest(case.id, forms), meaning=pure.MEANING, refusal=refusal,
        blockers=casebooks.blockers(reading(), case), signed=signed[-1] if signed else None,
        signing=signing(),
    )  # fmt: skip
