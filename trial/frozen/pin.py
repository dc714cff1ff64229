"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""

MODEL_DIGEST = "447901c00d36fd5b658ef6540f362829ad0072622677cbf6a8642204ee082d47"
MANIFEST_DIGEST = "6e360dd4c3f320b35219b80a50a38d1329fa22e55aa43c660e613808c822ed03"
