"""The house keeps its rooms: who may import whom, and which library is used where (docs/decisions/0001).

A module may import its own room and any room of a lower level. Rooms of the same level do not know each other.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.import_graph import Graph, cycle, graph, sources, within

ROOT = Path(__file__).resolve().parents[1]

ROOMS = {
    "forms.text": 0,  # marking text for translation
    "forms.dates": 1,  # partial dates
    "forms.ctcae": 1,  # terms of CTCAE 5.0, as data
    "forms.laboratory": 1,  # the laboratory tests, as data
    "forms.codelist": 1,  # what a codelist is
    "forms.logic": 2,  # three-valued expressions: they know no form
    "forms.answers": 2,  # values of answers, and their JSON
    "forms.language": 3,  # the words CRFs are written in
    "forms.codelists": 3,  # the codelists themselves
    "forms.record": 4,  # the answers of one participant
    "forms.derivations": 4,  # calculated items, functions of declared inputs
    "forms.rules": 5,  # facts and functions the forms' conditions name
    "forms.crfs": 6,  # the CRFs
    "forms": 7,  # what is made from a form: catalogue, checks, entry, ODM, paper ...
    "trial": 8,  # pure decisions: values in, values out
    "trial.store": 9,  # the database
    "trial.actions": 10,  # the verbs
    "trial.frozen.preparation": 9,  # the model's first step, for the person who trains it
    "trial.frozen.fusion": 10,  # the model itself
    "trial.frozen.graph": 10,  # the model as ONNX
    "trial.frozen.numbers": 11,  # what it learned, as plain numbers
    "trial.frozen.validation": 11,  # how good it is, and where it decides
    "trial.frozen.train": 12,  # training: never loaded by the server
    "trial.simulate.hands": 11,  # what the people of a simulated trial can do: the verbs
    "trial.simulate.staff": 12,  # who they are, and where they work
    "trial.simulate.script": 12,  # what they do, and when
    "trial.simulate.driver": 13,  # whole trials
    "trial.simulate.demo": 14,  # the one that `make demo` shows
    "trial.web": 15,  # pages
    "trial.cli": 15,  # commands
    "analysis": 16,  # what is concluded
    "wsgi": 17,  # where all of it is put together
}

WEB = (
    "forms.webform",
    "trial.web",
    "analysis.pages",
    "analysis.closed_pages",
    "analysis.oversight_pages",
    "analysis.performance_pages",
    "analysis.efficacy_pages",
    "analysis.registry_pages",
    "analysis.cut_pages",
    "analysis.interim_pages",
    "analysis.output_pages",
    "analysis.closed_output_pages",
    "analysis.dataset_pages",
    "wsgi",
)
COMMANDS = ("trial.cli", "analysis.cli", "analysis.commands")
TRAINING = tuple(
    f"trial.frozen.{name}" for name in ("preparation", "fusion", "graph", "numbers", "validation", "train")
)
PLACES = {
    "flask": (*WEB, *COMMANDS),
    "click": ("wsgi", *COMMANDS),
    "werkzeug": WEB,
    "markupsafe": WEB,
    "jinja2": WEB,
    "wtforms": WEB,
    "flask_wtf": WEB,
    "flask_login": WEB,
    "flask_babel": (*WEB, *COMMANDS),
    "babel": (*WEB, "forms.paper", "analysis"),
    "waitress": ("wsgi", "trial.cli"),
    "gunicorn": ("wsgi",),
    "sqlalchemy": ("trial.store", "migrations"),
    "alembic": ("trial.store", "migrations"),
    "psycopg": ("trial.store",),
    "pandas": ("trial.store.extract", "analysis"),
    "numpy": ("trial.simulate", "trial.frozen", "trial.imaging", "trial.omics", "analysis"),
    "pydicom": ("trial.imaging",),
    "h5py": ("trial.omics",),
    "mirp": ("trial.omics",),
    "PIL": ("trial.imaging",),
    "pyotp": ("trial.second_factor",),
    "segno": ("trial.web",),
    "icalendar": ("trial.calendar",),
    "ntplib": ("trial.drift",),
    "scipy": ("analysis",),
    "statsmodels": ("analysis",),
    "lifelines": ("analysis",),
    "matplotlib": ("analysis",),
    "reportlab": ("forms.paper", "analysis.pdf", "analysis.vector", "analysis.reports"),
    "pdfrw": ("analysis.pdf", "analysis.vector", "analysis.reports"),
    "pikepdf": ("analysis.pdf", "analysis.reports"),
    "onnxruntime": ("trial.frozen.worker", "trial.frozen.train"),
    "sklearn": TRAINING,
    "onnx": TRAINING,
    "threadpoolctl": TRAINING,
    "argon2": ("trial.passwords",),
    "cryptography": ("trial.seal", "trial.store"),
    "lxml": ("forms.odm", "forms.odm13"),
    "defusedxml": ("forms.odm", "forms.odm13", "forms.redcap"),
    "pyarrow": ("analysis.taken",),
    "pyreadstat": ("analysis.taken",),
    "distributed": ("analysis.power",),
    "tqdm": (*COMMANDS, "trial.simulate.driver", "trial.simulate.demo"),
}
"""Every library outside the standard one, and the only rooms that may know it. A library that is not here is a decision to write down."""

FOLDERS = {"forms", "trial", "analysis", "migrations", "templates", "static", "locale", "tests", "bench", "docs"}
GENERATED = {"instance", "build", "test-results", "mutants", "__pycache__"}
SLOW_TO_START = {"pandas", "lifelines", "sklearn", "scipy", "statsmodels", "matplotlib", "onnxruntime"}


def room_of(module: str) -> str | None:
    """The closest room around a module; None for what is not ours."""
    return max((room for room in ROOMS if within(module, room)), key=len, default=None)


def out_of_order(imports: Graph) -> Iterator[str]:
    """A sentence for each import that climbs, or enters a room of the same level."""
    for module, targets in imports.items():
        here = room_of(module)
        for target in sorted(targets):
            there = room_of(target)
            if here and there and here != there and ROOMS[there] >= ROOMS[here]:
                yield f"{module} ({here}) imports {target} ({there})"


def misplaced(imports: Graph) -> Iterator[str]:
    """A sentence for each use of a library outside the rooms it belongs to."""
    for module, targets in imports.items():
        for library in sorted({target.split(".")[0] for target in targets} - sys.stdlib_module_names - OURS):
            if not any(within(module, room) for room in PLACES.get(library, ())):
                yield f"{module} imports {library}"


OURS = {"forms", "trial", "analysis", "migrations", "wsgi"}


@pytest.fixture(scope="module")
def house() -> Graph:
    return graph(sources(ROOT, ["forms", "trial", "analysis", "migrations", "wsgi.py"]))


def test_the_walk_sees_the_whole_house(house):
    assert {"forms.logic", "trial.clock", "trial.store.engine", "analysis.survival", "migrations.env"} <= house.keys()
    assert len(house) > 100


def test_imports_lead_only_downwards(house):
    assert list(out_of_order(house)) == []


def test_each_library_stays_in_its_rooms(house):
    assert list(misplaced(house)) == []


def test_no_module_imports_itself_by_a_detour(house):
    assert cycle(house) == []


def test_every_import_of_ours_names_a_module_that_exists(house):
    named = {
        (module, target) for module, targets in house.items() for target in targets if target.split(".")[0] in OURS
    }
    assert sorted((module, target) for module, target in named if target not in house) == []


def test_migrations_import_nothing_of_ours(house):
    """What a table was on the day of a migration does not change with the code."""
    written = {name: targets for name, targets in house.items() if within(name, "migrations")}
    assert [name for name, targets in written.items() if {target.split(".")[0] for target in targets} & OURS] == []


def test_no_folder_is_without_a_place_in_the_design():
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    assert {name for name in found - FOLDERS - GENERATED if not name.endswith(".egg-info")} == set()


def test_the_table_names_only_rooms_that_can_be_told_apart():
    assert room_of("trial.store.engine") == "trial.store"
    assert room_of("trial.storekeeper") == "trial"
    assert room_of("formsomething") is None
    assert room_of("flask") is None


PLANTED = {
    "a form that asks the trial": ("forms.crfs.consent", "from trial.clock import now"),
    "logic that knows the language": ("forms.logic", "import forms.language"),
    "language that knows a codelist": ("forms.language", "from forms.codelists import SEX"),
    "a CRF that knows the catalogue": ("forms.crfs.consent", "from forms import catalogue"),
    "a decision that reads the database": ("trial.eligibility", "from trial.store.reading import rows"),
    "a store that calls a verb": ("trial.store.crfs", "import trial.actions.enter"),
    "a page that reads the analysis": ("trial.web.study", "def page():\n    from analysis import survival"),
    "an allocation that reads the analysis": ("trial.allocation", "import analysis.survival"),
    "a command that uses a page": ("trial.cli", "import trial.web.study"),
}


@pytest.mark.parametrize(("module", "text"), PLANTED.values(), ids=PLANTED)
def test_the_check_finds_a_planted_climb(house, module, text):
    known = dict.fromkeys([*house, "forms.catalogue", "trial.web.study"], "")
    assert list(out_of_order(graph(known | {module: text})))[:1] != []


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("trial.eligibility", "import pandas as pd"),
        ("trial.actions.enter", "from sqlalchemy import select"),
        ("forms.checks", "from flask import g"),
        ("trial.web.study", "import matplotlib.pyplot"),
        ("trial.prediction", "import onnxruntime"),
        ("trial.frozen.worker", "import sklearn.linear_model"),
        ("analysis.survival", "def late():\n    import requests"),
    ],
)
def test_the_check_finds_a_planted_library(module, text):
    assert len(list(misplaced(graph({module: text})))) == 1


def test_the_check_finds_a_planted_cycle():
    texts = {
        "trial.a": "from trial import b",
        "trial.b": "import trial.c",
        "trial.c": "def late():\n    from trial.a import x",
    }
    assert set(cycle(graph(texts))) == {"trial.a", "trial.b", "trial.c"}
    assert cycle(graph({**texts, "trial.c": "import json"})) == []


def test_a_relative_import_is_refused():
    with pytest.raises(ValueError, match="relative import"):
        graph({"trial.a": "from . import b"})


@pytest.mark.skipif(not (ROOT / "wsgi.py").exists(), reason="wsgi.py does not exist yet")
def test_the_web_process_starts_without_the_tools_of_analysis():
    code = "import json, sys, wsgi; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    loaded = {name.split(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}
    assert "flask" in loaded
    assert loaded & SLOW_TO_START == set()
