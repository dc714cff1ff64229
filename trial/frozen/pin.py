"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""

MODEL_DIGEST = "447901c00d36fd5b658ef6540f362829ad0072622677cbf6a8642204ee082d47"
MANIFEST_DIGEST = "ee8677d87637ef1d65c9a03483533d8bcb65aca3713f7784b6380bf33afad737"
