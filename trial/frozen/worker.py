"""The only process that runs the model: reads JSON lines, answers JSON lines, and can do nothing else.

Started by `trial/confine.py`, which has limited it already, with an empty environment. It gets the model as bytes whose digest
the parent has checked, so that what was checked is what runs. First line in: {"model": base64}; first line out: {"ready": true,
"onnxruntime": version, "numpy": version}. Then for each {"id": n, "x": [row, ...]} a line {"id": n, "p": [probability, ...],
"cpu": seconds used so far}; a row is its numbers in the order of the model's input, null where missing. What goes wrong is one line
{"failed": words}, and the end.

Any ONNX file with one input of a fixed shape a row will do: a row of 46 numbers, or a volume whose numbers are put back into
its shape. Its output "probabilities" counts, or else its last one: two columns, the second of which is the event, or one.
"""

import base64
import json
import sys
import time
from typing import Any

LONGEST = 300
"""Characters of a complaint: it names an operator or an allocation, never an input."""


def serve() -> None:
    """Load the model of the first line, then answer until the parent closes the pipe."""
    # Imported under the limits: what the libraries take is part of what the worker may take.
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = base64.b64decode(json.loads(sys.stdin.readline())["model"])
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    answer({"ready": True, "onnxruntime": ort.__version__, "numpy": np.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        found = [probability(session, row) for row in request["x"]]
        answer({"id": request["id"], "p": found, "cpu": time.process_time()})


def probability(session: Any, row: list[float | None]) -> float:
    """The probability of one row. Each row runs alone, so that its last digit cannot depend on the rows beside it."""
    import numpy as np

    (given,) = session.get_inputs()
    wide = np.float64 if given.type == "tensor(double)" else np.float32
    x = np.array([np.nan if value is None else value for value in row], dtype=wide)
    shape = [size if isinstance(size, int) else -1 for size in given.shape[1:]]
    named = [each.name for each in session.get_outputs()]
    wanted = "probabilities" if "probabilities" in named else named[-1]
    return float(session.run([wanted], {given.name: x.reshape(1, *shape)})[0].reshape(-1)[-1])


def answer(message: dict[str, object]) -> None:
    """One JSON line to the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve; what stops it is told before the end, in words that hold no value."""
    try:
        serve()
    except Exception as problem:  # noqa: BLE001  # whatever a model does, the parent hears of it
        words = " ".join(str(problem).split())[:LONGEST]
        answer({"failed": f"{type(problem).__name__}: {words}"})
        sys.exit(1)


if __name__ == "__main__":
    main()
