"""Running the page's own scripts outside a browser, in the node of the machine or the one that Playwright brings."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static" / "js"


def playwrights() -> str | None:
    """The node inside the Playwright package, which also drives its browsers."""
    spec = find_spec("playwright")
    return str(Path(spec.origin).parent / "driver" / "node") if spec and spec.origin else None


def refusal(node: str) -> str:
    """Why that node does not start, as it says itself; empty if it does."""
    done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.strip() if done.returncode else ""


NODE = next((node for node in (shutil.which("node"), playwrights()) if node and not refusal(node)), None)
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed: the browser's logic cannot be run here")


def run(script: str, data: Any) -> Any:
    """Run `script` as a module with `input` in scope and the modules importable; what it calls `answer` with comes back."""
    text = f"""
      import {{ readFileSync }} from "node:fs";
      const input = JSON.parse(readFileSync(0, "utf8"));
      const answer = (value) => process.stdout.write(JSON.stringify(value));
      const from = (name) => import({json.dumps(STATIC.as_uri())} + "/" + name);
      {script}
    """
    done = subprocess.run(
        [NODE or "", "--input-type=module", "-e", text],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
