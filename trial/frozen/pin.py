"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""

MODEL_DIGEST = "4386f0b5db4db4e7b62463543201b309f423ecb918d46243ff582a86cbbcfcc9"
MANIFEST_DIGEST = "6ba7e51d137a30b5a39ce54d3549020261e792dc58f877fbb723956552293cef"
