"""Running the page's own scripts outside a browser, where node is installed."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static" / "js"
NODE = shutil.which("node")
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
