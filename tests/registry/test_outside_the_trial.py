"""One historical patient more or less, and every analysis, list, export and page of the trial is the same to the byte (PROTOCOL 1).

The registry is left out by construction: queries of the store start from the participants of the trial (`trial/store/cohort.py`), which is
shown on the source too, so that a query somebody adds tomorrow is caught.
"""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.results import pooled_results
from tests.actions.house import KEY, PASSWORD, open_house
from tests.actions.rooms import copied
from tests.registry.conftest import whole
from trial import roles
from trial.actions import deviations, due
from trial.actions.export_odm import export_trial
from trial.actions.export_redcap import export_redcap
from trial.actions.tokens import Wanted, make_token
from trial.actor import SYSTEM
from trial.clock import FixedClock
from trial.frozen.runner import FrozenModel
from trial.settings import Settings
from trial.store import coding, cohort, extract, office, oversight, screening, worklist
from trial.web import gate
from trial.web.api.operations import OPERATIONS
from wsgi import create_app

ROOT = Path(__file__).resolve().parents[2]

ASKS_THE_TABLE = {
    "trial/store/cohort.py": "makes the two selections",
    "trial/store/files.py": "room on the disk is room, whoever's pictures fill it",
    "trial/store/journal.py": "the audit trail leaves nobody out",
    "trial/actions/due.py": "makes derived rows again; there are none of the registry",
    "trial/actions/sites.py": "the same",
    "trial/actions/verify_data.py": "the same",
    "trial/simulate/driver.py": "fills an empty installation",
    "trial/actions/hold.py": "whoever locks a site locks the registry's forms there too",
}
"""Modules that ask the table of participants itself for many of them, and why each may."""


def _asks(path):
    """Whether a module reads many rows of the table: imports it, or names it to `all`."""
    return any(_imports(node) or _names(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))))


def _imports(node):
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trial.store.tables"):
        return any(alias.name == "participant" for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr == "participant" and getattr(node.value, "id", "") == "tables"


def _names(node):
    asked = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "all" and node.args
    return bool(asked) and getattr(node.args[0], "value", None) == "participant"


def test_who_asks_for_many_participants_asks_for_those_of_the_trial():
    rooms = [*ROOT.glob("trial/**/*.py"), *ROOT.glob("analysis/**/*.py")]
    found = {p.relative_to(ROOT).as_posix() for p in rooms if _asks(p)}
    assert found == set(ASKS_THE_TABLE)


def test_the_walk_finds_what_it_looks_for(tmp_path):
    for text, asks in (
        ("from trial.store.tables import crf, participant\n", True),
        ("rows = reader.all('participant', order_by='id')\n", True),
        ("from trial.store.cohort import participant\n", False),
        ("row = reader.the('participant', id=name)\n", False),
    ):
        path = tmp_path / "module.py"
        path.write_text(text)
        assert _asks(path) is asks


# One patient more.


@pytest.fixture(scope="module")
def twins(populated, tmp_path_factory):
    """Two copies of the populated trial, and a registry in the second; both clocks stand at the same instant."""
    houses = []
    for name in ("without", "with"):
        folder = tmp_path_factory.mktemp(name)
        houses.append(open_house(copied(populated, folder), folder / "files"))
    without, with_ = houses
    patient = whole(with_)
    with_.save(patient, "AE", {"AETERM": "fever"}, "ANY", missing={})
    for house in houses:
        house.clock = FixedClock(with_.clock.now() + timedelta(hours=1))
    yield without, with_
    for house in houses:
        house.engine.dispose()


def _extracts(house, role, take):
    taken = take(house.reader, house.actor(role), cut_on=house.clock.today(), now=house.clock.now())
    return repr(taken).encode()


STORE = {
    "accrual": lambda h: _extracts(h, "monitor", extract.accrual),
    "pooled": lambda h: _extracts(h, "statistician", extract.pooled),
    "closed": lambda h: _extracts(h, "unblinded_statistician", extract.closed),
    "listing": lambda h: _extracts(h, "data_manager", extract.listing),
    "listing with arm": lambda h: _extracts(h, "unblinded_statistician", extract.listing),
    "histories": lambda h: repr(list(extract.histories(h.reader, h.actor("data_manager")))).encode(),
    "indicators": lambda h: repr(_without_head(oversight.oversight(h.reader, h.actor("data_manager")))).encode(),
    "screening flow": lambda h: repr(screening.before_consent(h.reader, h.actor("data_manager"))).encode(),
    "screen failures": lambda h: repr(list(screening.screen_failures(h.reader, None))).encode(),
    "what is due": lambda h: repr(
        worklist.open_forms(h.reader, None, today=h.clock.today(), ahead=timedelta(90))
    ).encode(),
    "how much is due": lambda h: repr(
        worklist.count_open(h.reader, None, today=h.clock.today(), ahead=timedelta(90))
    ).encode(),
    "incomplete": lambda h: repr(worklist.incomplete_forms(h.reader, None)).encode(),
    "unsigned": lambda h: repr(worklist.unsigned_forms(h.reader, None, ["RST", "DEC", "ELIG"])).encode(),
    "participants": lambda h: repr(worklist.participants_page(h.reader, None, today=h.clock.today())).encode(),
    "how many participants": lambda h: repr(worklist.count_participants(h.reader, None)).encode(),
    "with serious events": lambda h: repr(worklist.with_form(h.reader, None, "AE")).encode(),
    "decided": lambda h: repr(worklist.decided_not_allocated(h.reader, None)).encode(),
    "queries": lambda h: repr(office.queries(h.reader, None)).encode(),
    "query figures": lambda h: repr(office.query_figures(h.reader, None)).encode(),
    "to verify": lambda h: repr((office.count_to_verify(h.reader, None), office.to_verify(h.reader, None))).encode(),
    "casebooks": lambda h: repr(office.casebooks(h.reader, None)).encode(),
    "standing by site": lambda h: repr(office.standing_by_site(h.reader, None)).encode(),
    "without signature": lambda h: repr(office.entered_without_signature(h.reader, None, ["RST", "DEC"])).encode(),
    "codings": lambda h: repr(list(coding.every_approved(h.reader))).encode(),
    "participants of the trial": lambda h: repr(cohort.in_trial(h.reader)).encode(),
}
"""Every question of the store about many participants, by what it answers."""


def _without_head(found):
    # How far the journal has grown is a fact of the journal, and the registry is in it.
    return {name: value for name, value in vars(found).items() if name != "head"}


@pytest.mark.parametrize("name", list(STORE))
def test_the_store_answers_the_same(twins, name):
    without, with_ = (STORE[name](house) for house in twins)
    assert with_ == without
    assert b"RG-" not in with_


@pytest.mark.parametrize("name", ["pooled", "accrual"])
def test_every_number_of_the_analyses_is_the_same(twins, name):
    found = []
    for house in twins:
        role = "statistician" if name == "pooled" else "monitor"
        take = getattr(extract, name)
        taken = take(house.reader, house.actor(role), cut_on=house.clock.today(), now=house.clock.now())
        found.append(repr(pooled_results(taken, house.clock.today() - timedelta(days=300))))
    assert found[0] == found[1]


def test_the_redcap_export_is_the_same_to_the_byte(twins):
    told = [export_redcap("VIGIL-1", software="Vigil", uow=house.work("data_manager")).files for house in twins]
    for name in told[0]:
        if name != "manifest.json":  # holds the instant, and who asked
            assert told[0][name] == told[1][name], name


def test_the_odm_export_is_the_same_to_the_byte(twins, tmp_path):
    for house, name in zip(twins, ("a", "b"), strict=True):
        house.clock = FixedClock(twins[0].clock.now())
        export_trial(tmp_path / name, release="1", uow=house.work("data_manager"))
    for name in ("metadata.xml", "clinicaldata.xml"):
        mine, theirs = ((tmp_path / folder / name).read_bytes() for folder in ("a", "b"))
        stamp = re.compile(rb'(CreationDateTime|FileOID)="[^"]*"')
        assert stamp.sub(b"", mine) == stamp.sub(b"", theirs), name


def test_the_daily_look_for_deviations_passes_the_registry_by(twins):
    found = [deviations.raise_deviations(uow=house.work("data_manager"), dry_run=True) for house in twins]
    assert repr(found[0]) == repr(found[1])


def test_rebuilding_what_is_due_makes_no_row_of_the_registry(twins):
    _without, with_ = twins
    due.rebuild(uow=with_.work(SYSTEM))
    assert [r for r in with_.reader.all("due") if r["participant"].startswith("RG-")] == []


# The pages and the interface for programs.

VOLATILE = re.compile(rb"csrf[^>]*>|[0-9a-f]{32,64}|vgl?_[A-Za-z0-9_-]{20,}")
"""What differs between any two installations: tokens, keys of forms, digests of the journal's head."""
NOT_THE_TRIAL = {
    "audit.": "the audit trail leaves nobody out",
    "registry.": "shows the registry",
    "registry_results.": "shows the registry",
    "imports.": "says what was read in, for whomever",
    "health.": "says how far the journal has grown",
    "signin.sign_out": "would end the session that the next page needs",
    "signin.pulse": "gives a token of the session",
    "factor.": "draws a secret",
    "access_tokens.calendar": "needs a token of its own",
    "static": "files",
}
"""Beginnings of endpoints that the registry may change, or that no walk can visit, with the reason."""
WALKERS = ("coordinator01", "investigator01", "monitor01", "data_manager", "safety_officer", "statistician",
           "unblinded_statistician", "dsmb_member", "auditor", "administrator")  # fmt: skip


@pytest.fixture(scope="module")
def fronts(twins, tmp_path_factory):
    """The application on each of the two."""
    apps = []
    for house in twins:
        folder = tmp_path_factory.mktemp("front")
        settings = Settings(
            instance=folder, database_url=house.engine.url.render_as_string(hide_password=False), files=house.files.root,
            secret_key="s" * 64, sealing_key=KEY, https=False,
        )  # fmt: skip
        app = create_app(settings, clock=FixedClock(twins[1].clock.now()), model=FrozenModel())
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        apps.append(app)
    yield apps
    for app in apps:
        app.extensions["vigil"].model.close()
        app.extensions["vigil"].engine.dispose()


def _client(app, username):
    client = app.test_client()
    assert client.post("/sign-in", data={"username": username, "password": PASSWORD}).status_code == 302
    return client


def _pages(app, role):
    """Addresses of every page without a place in it that the role may open."""
    for rule in app.url_map.iter_rules():
        verb = gate.verb_of(rule.endpoint)
        walked = "GET" in rule.methods and not rule.arguments and not rule.endpoint.startswith((*NOT_THE_TRIAL, "api."))
        if walked and (verb in (gate.OPEN, gate.SIGNED_IN) or roles.may(role, verb)):
            yield rule.rule


@pytest.mark.parametrize("username", WALKERS)
def test_every_page_is_the_same_to_the_byte(fronts, username):
    without, with_ = (_client(app, username) for app in fronts)
    addresses = sorted(_pages(fronts[0], username.rstrip("01")))
    assert len(addresses) > 3
    for address in addresses:
        told = [client.get(address) for client in (without, with_)]
        assert told[0].status_code == told[1].status_code, address
        mine, theirs = (VOLATILE.sub(b"", answer.data) for answer in told)
        assert mine == theirs and b"RG-01" not in theirs, address


@pytest.mark.parametrize("role", ["coordinator", "data_manager", "auditor", "monitor", "statistician"])
def test_every_list_for_programs_is_the_same_to_the_byte(twins, fronts, role):
    told = []
    for house, app in zip(twins, fronts, strict=True):
        _row, secret = make_token(
            Wanted("walk", "read", house.clock.today() + timedelta(days=30)), uow=house.work(role)
        )
        client = app.test_client()
        lists = [o for o in OPERATIONS if o.method == "GET" and "<" not in o.path and not o.path.startswith("/audit")]
        asked = {o.path: client.get(f"/api/v1{o.path}", headers={"Authorization": f"Bearer {secret}"}) for o in lists}
        told.append({path: (a.status_code, a.data) for path, a in asked.items()})
    assert len(told[0]) > 3
    for path, answer in told[0].items():
        assert answer == told[1][path] and b"RG-01" not in answer[1], path
