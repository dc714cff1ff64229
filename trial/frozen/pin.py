"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""

MODEL_DIGEST = "447901c00d36fd5b658ef6540f362829ad0072622677cbf6a8642204ee082d47"
MANIFEST_DIGEST = "8461e75f9fa43c9607f86f0d8a9b31e1f56457dca9511a5fd3bbb59cf16bf71c"
