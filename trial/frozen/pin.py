"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""

MODEL_DIGEST = "3bcf8722790fa969c301bf9ce9ef12b33fea0902a12472d77d1386593fc5d6d8"
MANIFEST_DIGEST = "4810c0be63f167dc85998dc49e207bd1a988108999eb217d2e9c9dc0327a09bf"
