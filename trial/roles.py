"""Who may do what, where, and what is hidden from whom: one table, deny by default (PROTOCOL 10; ICH E6(R3) 4.2; ICH E9 2.3).

A verb that is not in a role's set is refused, so is a role nobody declared. `trial/store/extract.py` applies `hides`
when rows leave the database; actions ask `may` and `may_write_form` again whatever the page did.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms.text import _l
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS, HIDDEN_ITEMS

VERBS: Mapping[str, str] = {
    "study.read": _l("See the study page: protocol, parameters, definitions"),
    "due.read": _l("See what is due"),
    "participant.list": _l("See the list of participants"),
    "participant.read": _l("Open a participant"),
    "participant.create": _l("Give a new participant number"),
    "participant.log": _l("Keep the pre-consent log"),
    "participant.card": _l("Print a participant's emergency card"),
    "participant.transfer": _l("Transfer a participant to another site"),
    "deviation.read": _l("See the list of deviations"),
    "registry.read": _l("See the historical patients of the registry"),
    "registry.add": _l("Give a historical patient a number, under a waiver of consent"),
    "registry.results": _l("Compare treatments in the registry, and export what a model is trained on"),
    "crf.read": _l("Read CRFs"),
    "crf.write": _l("Enter and correct CRFs"),
    "crf.sign": _l("Sign CRFs"),
    "crf.freeze": _l("Freeze and lock CRFs"),
    "file.read": _l("Download uploaded files"),
    "file.upload": _l("Upload files"),
    "file.look": _l("Say whether a name is burned into a picture"),
    "eligibility.read": _l("Read the eligibility argument"),
    "eligibility.sign": _l("Confirm eligibility with a signature"),
    "decision.record": _l("Record the own estimate and the decision"),
    "model.call": _l("Call the frozen model"),
    "model.read": _l("See a participant's prediction"),
    "randomise": _l("Request randomisation"),
    "allocation.read": _l("See a participant's allocation"),
    "randomisation.open": _l("Open randomisation: draw and seal the seed"),
    "randomisation.close": _l("Close accrual"),
    "randomisation.replay": _l("Replay allocations from the revealed seed"),
    "seed.reveal": _l("Reveal the randomisation seed after accrual closed"),
    "query.raise": _l("Raise and close queries"),
    "query.read": _l("Read queries"),
    "query.answer": _l("Answer queries"),
    "data.verify": _l("Verify source data"),
    "plan.set": _l("Say which values are verified against their source"),
    "audit.review": _l("Review the audit trail and record it"),
    "trail.redact": _l("Take personal data out of the record, together with an investigator"),
    "visit.report": _l("Write monitoring visit reports"),
    "code.terms": _l("Code terms"),
    "safety.read": _l("See safety reports and clocks"),
    "safety.assess": _l("Assess serious adverse events for the sponsor"),
    "accrual.read": _l("See accrual against plan"),
    "oversight.read": _l("See how the sites work: key risk indicators"),
    "results.pooled": _l("See pooled results"),
    "results.closed": _l("Analyse outcomes by arm"),
    "report.closed": _l("Read closed reports"),
    "cut.read": _l("See data cuts and verify them"),
    "cut.make": _l("Name and lock a data cut"),
    "recommendation.record": _l("Record a recommendation of the monitoring board"),
    "export.blinded": _l("Export data without arm"),
    "export.unblinded": _l("Export data with arm"),
    "import.data": _l("Import data"),
    "ranges.read": _l("See laboratory reference ranges"),
    "ranges.set": _l("State laboratory reference ranges"),
    "specimen.read": _l("See specimens and where they are"),
    "specimen.handle": _l("Take aliquots, move specimens, record assays"),
    "omics.read": _l("See which modalities are there and which are missing"),
    "batch.set": _l("State batches of omics tables and their harmonisation"),
    "import.forms": _l("Import forms of the own site from a file"),
    "import.trial": _l("Import the trial's own data from another installation"),
    "foreign.take": _l("Read studies of other systems in, beside the trial"),
    "foreign.read": _l("See studies of other systems and export them again"),
    "audit.read": _l("Read the audit trail and verify it"),
    "users.manage": _l("Manage people, roles and sites"),
    "amendment.activate": _l("Activate a version of the protocol at a site"),
    "amendment.preview": _l("See what a version of the protocol would change"),
    "delegation.read": _l("Read the delegation log and the training of a site"),
    "delegation.sign": _l("Sign delegations of the own site, as its principal investigator"),
    "access.read": _l("See who has access, and failed attempts"),
    "access.review": _l("Review who has access, and sign that"),
}
"""Everything anyone may do, in words."""
READING = frozenset(verb for verb in VERBS if verb.endswith((".read", ".list")))
"""Verbs that change nothing: they stay with who may still read once a role is held back."""


@dataclass(frozen=True)
class Role:
    """A role. `scope`: "own" (the own site), "assigned" (named sites), "all", or "none" (no participant's data at all).

    `forms`: forms it can read, None for all. `writes`: forms it can write, None for all; `reserved` below still rules.
    `blinded`: exports and aggregates come without arm. `blinded_rows`: single participants do, too.
    """

    name: str
    label: str
    scope: str
    verbs: frozenset[str] = frozenset()
    forms: frozenset[str] | None = None
    writes: frozenset[str] | None = frozenset()
    blinded: bool = False
    blinded_rows: bool = False
    deidentified: bool = False


_ANYONE = frozenset({"study.read"})
_READS = frozenset(
    {
        "due.read", "participant.list", "participant.read", "crf.read", "file.read", "eligibility.read", "model.read",
        "allocation.read", "query.read", "ranges.read", "specimen.read", "omics.read", "registry.read",
    }
)  # fmt: skip
_ENTERS = _READS | {
    "participant.create", "participant.log", "crf.write", "file.upload", "query.answer", "randomise", "safety.read",
    "accrual.read", "audit.read", "oversight.read", "import.forms", "participant.card", "deviation.read", "delegation.read",
    "specimen.handle", "registry.add",
}  # fmt: skip
SAFETY_FORMS = frozenset(
    {"AE", "SAE", "DTH", "CM", "EX", "RT", "DM", "MH", "LB", "POC", "SUR", "IC", "EOS", "PLAN"}
)  # fmt: skip
"""What an assessment of a serious adverse event, and the CIOMS I form, are written from."""
IMPORTED_FORMS = frozenset({"LB", "RAD", "MIC", "LBX", "MOL"})
"""Forms whose answers may come from a file: who may import writes these, and only through an import."""
NEVER_IMPORTED = frozenset({"IC", "ELIG", "PRE", "DEC", "SAE", "DV"})
"""Forms no file writes, whoever brings it: consent and what a person decides or reports is entered by that person, DV by the system."""
UPLOAD_FORMS = frozenset({"RAD", "MIC", "LBX", "MOL", "SPEC", "PATH"})
"""What core laboratories see; of PATH only `SLIDE_ITEMS`."""
SLIDE_ITEMS = frozenset({"PATH.QCSLIDE", "PATH.TUMCELL", "PATH.SLIDFEAT", "PATH.SLIDSW"})


def _role(name: str, label: str, scope: str, verbs: frozenset[str] | set[str], **options: object) -> Role:
    return Role(name, label, scope, _ANYONE | frozenset(verbs), **options)  # type: ignore[arg-type]


_TABLE = (
    _role("coordinator", _l("Coordinator"), "own", _ENTERS, writes=None),
    _role(
        "investigator", _l("Investigator"), "own",
        _ENTERS | {"crf.sign", "file.look", "eligibility.sign", "decision.record", "model.call", "delegation.sign"}, writes=None,
    ),
    _role(
        "monitor", _l("Monitor"), "assigned",
        _READS | {"query.raise", "data.verify", "visit.report", "safety.read", "accrual.read", "audit.read",
                  "audit.review", "oversight.read", "deviation.read", "delegation.read"},
    ),
    _role(
        "data_manager", _l("Data manager"), "all",
        _READS | {"query.raise", "code.terms", "crf.freeze", "export.blinded", "import.data", "accrual.read",
                  "results.pooled", "audit.read", "audit.review", "plan.set", "randomisation.close", "trail.redact",
                  "oversight.read", "ranges.set", "foreign.take", "foreign.read", "amendment.activate",
                  "amendment.preview", "deviation.read", "participant.transfer", "file.look", "import.trial", "delegation.read",
                  "batch.set", "registry.results", "cut.read"},
        blinded=True,
    ),
    _role(
        "safety_officer", _l("Safety officer"), "all",
        {"due.read", "participant.list", "participant.read", "crf.read", "crf.write", "query.raise", "query.read",
         "safety.read",
         "safety.assess", "accrual.read", "audit.read"},
        forms=SAFETY_FORMS, writes=frozenset({"SAE"}),
    ),
    _role(
        "statistician", _l("Statistician"), "all",
        {"accrual.read", "results.pooled", "export.blinded", "foreign.read", "registry.results", "cut.read", "cut.make"},
        blinded=True, blinded_rows=True, deidentified=True,
    ),
    _role(
        "unblinded_statistician", _l("Unblinded statistician"), "all",
        {"accrual.read", "results.pooled", "results.closed", "report.closed", "export.unblinded", "seed.reveal",
         "randomisation.replay", "registry.results", "cut.read", "cut.make"},
        deidentified=True,
    ),
    _role("dsmb_member", _l("Member of the monitoring board"), "none", {"report.closed", "recommendation.record"}),
    _role(
        "laboratory", _l("Laboratory, imaging, pathology"), "assigned",
        {"participant.list", "participant.read", "crf.read", "crf.write", "file.read", "file.upload", "query.answer",
         "query.read", "import.data", "specimen.read", "specimen.handle"},
        forms=UPLOAD_FORMS, writes=UPLOAD_FORMS, deidentified=True,
    ),
    _role(
        "auditor", _l("Auditor or inspector"), "all",
        _READS | {"safety.read", "accrual.read", "results.pooled", "audit.read", "randomisation.replay", "oversight.read",
                  "foreign.read", "deviation.read", "delegation.read", "access.read", "cut.read"},
    ),
    _role(
        "administrator", _l("Administrator"), "none",
        {"users.manage", "randomisation.open", "amendment.activate", "delegation.read", "access.read", "access.review"},
    ),
)  # fmt: skip

ROLES: Mapping[str, Role] = {role.name: role for role in _TABLE}
"""Every role a person can hold, in the order of PROTOCOL 10."""

SPONSOR = frozenset(ROLES) - {"coordinator", "investigator", "laboratory"}
"""Roles whose holders sign in from outside the sites: they can be made to use a second factor (R14)."""

RESERVED_FORMS: Mapping[str, frozenset[str]] = {
    "ELIG": frozenset({"investigator"}),
    "PRE": frozenset({"investigator"}),
    "DEC": frozenset({"investigator"}),
}
"""Forms only some roles write: eligibility and decision are the investigator's."""

_SPONSOR = frozenset({"SAE.SAEEXP", "SAE.SAECAUSS", "SAE.SAERPTA", "SAE.SAERPTE", "SAE.SAERPTF"})
SPONSOR_ITEMS = _SPONSOR | {"SAE.SAESPON"}
"""What the sponsor adds to a form of the site: it is not under the investigator's signature, and does not break it."""
RESERVED_ITEMS: Mapping[str, frozenset[str]] = {
    "SAE.SAECAUSI": frozenset({"investigator"}),
    # The system sets it on submission; day 0 of the authority's clock is nobody's to choose.
    "SAE.SAESPON": frozenset(),
    # A code stands beside the form, in the table of codings, with its version; nobody types it here.
    "AE.AEDECOD": frozenset(),
    **dict.fromkeys(_SPONSOR, frozenset({"safety_officer"})),
}
"""Items only some roles write: causality is the investigator's, expectedness and reporting the safety officer's."""


def may(role: str, verb: str, site: str | None = None, sites: frozenset[str] | None = None) -> bool:
    """Whether a role has a verb, and reaches `site`; `sites` are those granted to the person, None for every one.

    A verb that is no verb, and a role that is no role, are refused: deny by default.
    """
    held = ROLES.get(role)
    if held is None or verb not in held.verbs:
        return False
    if site is None:
        return True
    return held.scope == "all" or (held.scope != "none" and (sites is None or site in sites))


def may_read_form(role: str, form: str) -> bool:
    """Whether a role opens a form of one participant on a page."""
    held = ROLES.get(role)
    return held is not None and "crf.read" in held.verbs and (held.forms is None or form in held.forms)


def may_write_form(role: str, form: str) -> bool:
    """Whether a role enters a form. The system itself (role "system") writes what it derives: DV."""
    if role == "system":
        return True
    held = ROLES.get(role)
    if held is None or "crf.write" not in held.verbs:
        return False
    reserved = RESERVED_FORMS.get(form)
    return (reserved is None or role in reserved) and (held.writes is None or form in held.writes)


def may_write_item(role: str, key: str) -> bool:
    """Whether a role enters one item, FORM.ITEM, of a form it can write."""
    form = key.partition(".")[0]
    if role == "system" or not may_write_form(role, form):
        return role == "system"
    if role == "laboratory" and form == "PATH":
        return key in SLIDE_ITEMS
    if role == "safety_officer":
        return key in _SPONSOR
    return key not in RESERVED_ITEMS or role in RESERVED_ITEMS[key]


def hides(role: str, form: str, item: str | None = None, *, event: str | None = None, aggregate: bool = False) -> bool:
    """Whether a form, or one item of it (its OID), or anything at an event, is withheld from a role.

    `aggregate`: an export, a table, a list of many participants; a data manager is blinded there and not on a page.
    An unknown role sees nothing.
    """
    held = ROLES.get(role)
    if held is None or (held.forms is not None and form not in held.forms):
        return True
    if role == "laboratory" and form == "PATH" and item is not None:
        return f"{form}.{item}" not in SLIDE_ITEMS
    if held.blinded_rows or (held.blinded and aggregate):
        return _reveals(form, item, event)
    return False


def _reveals(form: str, item: str | None, event: str | None) -> bool:
    series = (event or "").partition("-")[0]
    return form in HIDDEN_FORMS or series in HIDDEN_EVENTS or (item is not None and f"{form}.{item}" in HIDDEN_ITEMS)
