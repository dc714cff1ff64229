"""The released model, copies of it that may be spoilt, and workers that misbehave."""

import json
import shutil
from pathlib import Path

import trial.frozen
from trial.frozen.manifest import parse_manifest

FOLDER = Path(trial.frozen.__file__).parent
RAW = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
MANIFEST = parse_manifest((FOLDER / "manifest.json").read_bytes())


def values(row=0, **changes):
    """The inputs of a reference row by name."""
    names = [each.name for each in MANIFEST.inputs]
    return {**dict(zip(names, MANIFEST.references[row].inputs, strict=True)), **changes}


def copied(folder):
    """The release in another folder, where a test may spoil it."""
    for name in ("model.onnx", "manifest.json"):
        shutil.copy(FOLDER / name, folder / name)
    return folder


HELLO = """
import json, sys, time, os
sys.stdin.readline()
def say(**m):
    sys.stdout.write(json.dumps(m) + "\\n"); sys.stdout.flush()
say(ready=True, onnxruntime="none")
REFERENCES = %r
for line in sys.stdin:
    asked = json.loads(line)
    found = [REFERENCES.get(json.dumps(row)) for row in asked["x"]]
    other = None in found
"""


def worker(folder, body):
    """A worker that knows the reference rows by heart and then does `body` with `asked`, `found` (a probability a row, None for
    others), `other` (whether there is such a one) and `say`.
    """
    known = {json.dumps(list(each.inputs)): each.probability for each in MANIFEST.references}
    path = folder / "worker.py"
    path.write_text(HELLO % known + "".join(f"    {line}\n" for line in body.strip().splitlines()), "utf-8")
    return path
