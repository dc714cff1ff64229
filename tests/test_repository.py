"""What must not be in the repository: constructs that hide errors or open doors, addresses, and things from other hosts."""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("forms", "trial", "analysis")
VENDORED = ("static/vendor", "static/fonts", "tests/vendor")
MIGRATION = re.compile(r"\d{8}_\d{4}_[a-z0-9_]+\.py")

FORBIDDEN = {
    "pickle runs code when it is read": r"\bpickle\b|\bjoblib\b",
    "a template compiled at each call, from text": r"render_template_string",
    "yaml.load builds any object": r"yaml\.load\b",
    "the domain takes its time from a clock": r"\bdate\.today\(|\butcnow\(|\bdatetime\.now\(\s*\)|\btime\.time\(",
    # A PRAGMA takes no bound value; ours are constants.
    "SQL put together as text": r"\btext\(\s*f[\"']|\.(exec_driver_sql|execute)\(\s*f[\"'](?!PRAGMA )",
    "an except that catches everything": r"^\s*except\s*:|^\s*except\s+(Base)?Exception\s*:\s*$",
    "code run from text": r"(?<![\w.])(eval|exec)\(",
    "markup that is not escaped": r"\bMarkup\(\s*f[\"']|\|\s*safe\b",
}
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(?:work|root|home)/[\w.-]+")
# A name space is an identifier that looks like an address; nothing is fetched from it.
NAMESPACE = re.compile(r"https?://(www\.w3\.org|www\.cdisc\.org|json-schema\.org)/")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json[\"'])[^>]*>", re.IGNORECASE)
EVENT_ATTRIBUTE = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
OTHER_HOST = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def tracked(*patterns: str) -> list[Path]:
    """Files of the checkout by glob, without what is generated or not ours."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    outside = {".venv", ".git", "instance", "build", "mutants", "node_modules"}
    return sorted(path for path in found if not outside & set(path.relative_to(ROOT).parts))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_with(pattern: str | re.Pattern[str], text: str) -> Iterator[int]:
    """The numbers of the lines that match."""
    return (number for number, line in enumerate(text.splitlines(), 1) if re.search(pattern, line))


def without_words(text: str) -> str:
    """Python source with comments and docstrings blanked, so that a text may name what the code may not do."""
    kept = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            kept[first:last] = [""] * (last - first)
    return "\n".join(re.sub(r"(^|\s)#.*$", "", line) for line in kept)


@pytest.fixture(scope="module")
def code() -> dict[str, str]:
    """Every module, by its path, without comments and docstrings."""
    modules = tracked(*(f"{room}/**/*.py" for room in ROOMS), "wsgi.py", "migrations/**/*.py")
    assert len(modules) > 100
    return {named(path): without_words(path.read_text(encoding="utf-8")) for path in modules}


def ours(path: Path) -> bool:
    return not named(path).startswith(VENDORED)


@pytest.mark.parametrize(("reason", "pattern"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_no_module_holds(code, reason, pattern):
    assert [f"{name}:{line}" for name, text in code.items() for line in lines_with(pattern, text)] == []


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("pickle runs code when it is read", "import pickle"),
        ("the domain takes its time from a clock", "today = date.today()"),
        ("the domain takes its time from a clock", "at = datetime.datetime.now()"),
        ("the domain takes its time from a clock", "at = datetime.utcnow()"),
        ("SQL put together as text", 'connection.exec_driver_sql(f"DROP TABLE {table}")'),
        ("SQL put together as text", 'connection.execute(text(f"DELETE FROM {table}"))'),
        ("an except that catches everything", "    except:"),
        ("an except that catches everything", "    except Exception:"),
        ("code run from text", "value = eval(rule)"),
        ("markup that is not escaped", 'Markup(f"<b>{name}</b>")'),
    ],
)
def test_the_patterns_find_what_they_forbid(reason, line):
    assert list(lines_with(FORBIDDEN[reason], line)) == [1]


@pytest.mark.parametrize(
    "line", ["now = datetime.now(UTC)", "rule.evaluate(record)", "except ValueError:", "clock.today()"]
)
def test_the_patterns_leave_good_code_alone(line):
    assert [reason for reason, pattern in FORBIDDEN.items() if re.search(pattern, line)] == []


def test_a_docstring_may_name_what_the_code_may_not_do():
    text = 'def now():\n    """Never date.today()."""\n    return 1  # not utcnow()\n'
    assert "today" not in without_words(text)
    assert "utcnow" not in without_words(text)
    assert "return 1" in without_words(text)


def test_no_handler_swallows_an_error_in_silence():
    """`except X: pass` is written as contextlib.suppress(X), with its reason, or not at all."""
    silent = []
    for path in tracked(*(f"{room}/**/*.py" for room in ROOMS), "wsgi.py"):
        handlers = [
            node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ExceptHandler)
        ]
        bare = [node for node in handlers if all(isinstance(step, ast.Pass) for step in node.body)]
        silent.extend(f"{named(path)}:{node.lineno}" for node in bare)
    assert silent == []


def test_no_file_names_a_path_of_one_machine():
    texts = tracked(
        "*",
        ".ci/*",
        ".pre-commit-config.yaml",
        *(f"{top}/**/*" for top in ("docs", "templates", "static", "bench", *ROOMS)),
    )
    readable = [
        path
        for path in texts
        if path.suffix not in {".ttf", ".onnx", ".png", ".pdf", ".mo", ".pyc", ".gz"} and ours(path)
    ]
    assert [f"{named(path)}" for path in readable if MACHINE_PATH.search(path.read_text(encoding="utf-8"))] == []


def test_the_lock_holds_versions_and_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert list(lines_with(r"://|--index-url|--find-links|file:", lock)) == []
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert [line for line in pinned if "==" not in line] == []
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", lock)) >= len(pinned) > 50


def pages() -> dict[str, str]:
    found = tracked("templates/**/*.html", "static/**/*.js", "static/**/*.css", "static/**/*.svg")
    return {named(path): path.read_text(encoding="utf-8") for path in found if ours(path)}


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a script inside the page", INLINE_SCRIPT),
        ("a handler inside an attribute", EVENT_ATTRIBUTE),
        ("something of another host", OTHER_HOST),
        ("output that is not escaped", re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)),
    ],
)
def test_no_page_holds(what, pattern):
    texts = {name: NAMESPACE.sub("", text) for name, text in pages().items()}
    assert [f"{name}:{line}" for name, text in texts.items() for line in lines_with(pattern, text)] == []


@pytest.mark.parametrize(
    ("pattern", "bad", "good"),
    [
        (INLINE_SCRIPT, "<script>alert(1)</script>", '<script src="{{ url }}" defer></script>'),
        (INLINE_SCRIPT, '<script nonce="x">', '<script type="application/json" id="checks">'),
        (EVENT_ATTRIBUTE, '<button onclick="go()">', '<button data-on="go">'),
        (OTHER_HOST, '<link href="//cdn.example.org/a.css">', '<link href="/static/a.css">'),
        (OTHER_HOST, 'fetch("https://example.org")', "// a comment, not an address"),
    ],
)
def test_the_page_patterns_tell_bad_from_good(pattern, bad, good):
    assert pattern.search(bad)
    assert not pattern.search(good)


@pytest.mark.parametrize("folder", VENDORED)
def test_what_others_wrote_is_what_they_published(folder):
    """Every vendored file has a licence, a version and the digest it was fetched with; and there is no other file."""
    listed = json.loads((ROOT / folder / "VERSIONS.json").read_text(encoding="utf-8"))
    digests = {name: hashlib.sha256((ROOT / folder / name).read_bytes()).hexdigest() for name in listed}
    assert digests == {name: entry["sha256"] for name, entry in listed.items()}
    assert [name for name, entry in listed.items() if not (entry["licence"] and entry["version"])] == []
    own = {"VERSIONS.json", "README.md", "subset.py"}
    assert {path.name for path in (ROOT / folder).iterdir() if path.is_file()} - own == set(listed)


def test_every_package_that_was_vendored_has_its_licence_beside_it():
    for folder in VENDORED:
        listed = json.loads((ROOT / folder / "VERSIONS.json").read_text(encoding="utf-8"))
        licences = {entry["licence"] for name, entry in listed.items() if name.startswith(("LICENSE", "OFL"))}
        assert licences == {entry["licence"] for entry in listed.values()}


def test_every_migration_sorts_by_its_name():
    found = [path.name for path in tracked("migrations/versions/*.py") if path.name != "__init__.py"]
    assert found
    assert [name for name in found if not MIGRATION.fullmatch(name)] == []
    numbers = [name.split("_")[1] for name in sorted(found)]
    assert numbers == sorted(set(numbers))
