"""Where the protocol and the public example data lie beside a checkout; absent in a bare copy, and then tests skip and say so."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("VIGIL_SHARED", Path(__file__).resolve().parents[2] / "shared"))
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the folder ../shared (protocol, example data) is absent")
