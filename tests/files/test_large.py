"""Chapter: a study of 190 million bytes goes in and out a megabyte at a time, in the process that serves."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.actions.house import ENROLLED, PASSWORD, day
from tests.files import made

ROOT = Path(__file__).resolve().parents[2]
SIDE = 575
GROWTH = 64 * 1024
"""Kilobytes the server's memory may grow by, for a file of 190 million bytes."""
SCRIPT = """
import json, resource, sys
from pathlib import Path
from trial.settings import Settings
from wsgi import create_app
from tests.actions.house import Answering
folder, url, password, participant, on = sys.argv[1:]
here = {"instance": Path(folder), "database_url": url, "files": Path(folder) / "files"}
settings = Settings(**here, secret_key="s" * 64, sealing_key=b"k" * 32, https=False)
app = create_app(settings, model=Answering())
app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
client = app.test_client()
assert client.post("/sign-in", data={"username": "coordinator01", "password": password}).status_code == 302
page = f"/participants/{participant}/SCR/RAD"
assert client.get(page).status_code == 200
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
boundary = b"--x\\r\\nContent-Disposition: form-data; name="
fields = {"version": "1", "based_on": "", "RADDAT": on}
head = b"".join(boundary + f'"{n}"'.encode() + b"\\r\\n\\r\\n" + v.encode() + b"\\r\\n" for n, v in fields.items())
head += boundary + b'"RADMASK__file"; filename="mask.nii"\\r\\n\\r\\n'
body = Path(folder) / "body"
with body.open("wb") as file, (Path(folder) / "mask.nii").open("rb") as mask:
    file.write(head)
    while chunk := mask.read(2**20):
        file.write(chunk)
    file.write(b"\\r\\n--x--\\r\\n")
with body.open("rb") as file:
    answer = client.post(page, input_stream=file, content_type="multipart/form-data; boundary=x")
words = answer.status_code, (answer.text[:0] if answer.status_code == 303 else answer.text)
went_in = peak()
row = app.extensions["vigil"].reading().all("file", participant=participant)[-1] if answer.status_code != 404 else {}
size = 0
with client.get(f"/participants/{participant}/files/{row['sha256']}", buffered=False) as sent:
    for chunk in sent.iter_encoded():
        size += len(chunk)
print(json.dumps({"status": words[0], "before": before, "in": went_in, "out": peak(), "size": size, "row": row["size"]}))
"""


@pytest.mark.slow
@pytest.mark.requirement("R77")
def test_memory_does_not_grow_with_the_file(house, tmp_path):
    sizes = (3, SIDE, SIDE, SIDE, 1, 1, 1, 1)
    header = made.nifti(sizes=sizes)[:352]
    rng = np.random.default_rng(1)
    with (tmp_path / "mask.nii").open("wb") as file:
        file.write(header)
        for _ in range(SIDE):
            file.write(rng.bytes(SIDE * SIDE))
    given = [str(tmp_path), house.engine.url.render_as_string(hide_password=False), PASSWORD, ENROLLED, day(5)]
    done = subprocess.run([sys.executable, "-c", SCRIPT, *given], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["size"] == found["row"] == 352 + SIDE**3 > 190_000_000
    assert found["in"] - found["before"] < GROWTH, found
    assert found["out"] - found["before"] < GROWTH, found
