"""The only process that runs the model: reads JSON lines, answers JSON lines, and can do nothing else.

Started by `trial/confine.py`, which has limited it already, with an empty environment. It gets the model as bytes whose digest
the parent has checked, so that what was checked is what runs. First line in: {"model": base64}; first line out: {"ready": true,
"onnxruntime": version}. Then for each {"id": n, "x": [number or null]} a line {"id": n, "p": probability}. The numbers are put into
the shape and the precision that the model declares for its one input: a row of inputs, or a volume.
"""

import base64
import json
import sys


def serve() -> None:
    """Load the model of the first line, then answer until the parent closes the pipe."""
    # Imported under the limits: what the libraries take is part of what the worker may take.
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = base64.b64decode(json.loads(sys.stdin.readline())["model"])
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    wide, shape = (np.float64 if given.type == "tensor(double)" else np.float32), given.shape[1:]
    answer({"ready": True, "onnxruntime": ort.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        x = np.array([np.nan if value is None else value for value in request["x"]], dtype=wide).reshape(1, *shape)
        answer({"id": request["id"], "p": float(session.run(["probabilities"], {given.name: x})[0][0, -1])})


def answer(message: dict[str, object]) -> None:
    """One JSON line to the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
