"""Calling the released model: digests before each call, reference vectors at each start and daily, in a process that can be killed."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from trial import confine
from trial.frozen import pin
from trial.frozen.answers import DIGITS, Answer, Checked, Row, complained, modalities, probabilities, row_of, taken_away
from trial.frozen.child import Child
from trial.frozen.errors import ModelCorrupt, ModelError, ModelUnavailable
from trial.frozen.manifest import Manifest, checked_bytes, parse_manifest

HERE = Path(__file__).parent
DAY = 86_400.0
CLOSE = 1.5 * 10**-DIGITS
"""A reference row agrees to the last digit but one unit."""
TOGETHER = 250
"""Rows of one message: each message has the time of one answer."""


@dataclass(frozen=True)
class Limits:
    """What the worker may take: address space in bytes, CPU in seconds over its life, seconds to start and to answer."""

    memory: int = 2 * confine.GIBIBYTE
    cpu: int = 60
    start: float = 30.0
    answer: float = 2.0


@dataclass
class FrozenModel:
    """The released model. Safe to share between threads; the worker starts at the first call and again after it was lost.

    `folder` holds model.onnx and manifest.json, the digests are those of the release; `elapsed` tells monotonic seconds.
    """

    folder: Path = HERE
    model_digest: str = pin.MODEL_DIGEST
    manifest_digest: str = pin.MANIFEST_DIGEST
    limits: Limits = Limits()
    worker: Path = HERE / "worker.py"
    elapsed: Callable[[], float] = time.monotonic
    _lock: Lock = field(default_factory=Lock, repr=False)
    _child: Child | None = field(default=None, repr=False)
    _versions: Mapping[str, str] = field(default_factory=dict, repr=False)
    _tested: float = field(default=0.0, repr=False)
    _used: float = field(default=0.0, repr=False)
    _asked: int = field(default=0, repr=False)
    _read: Manifest | None = field(default=None, repr=False)

    @property
    def manifest(self) -> Manifest:
        """The manifest as released, its bytes checked anew; raises ModelCorrupt."""
        content = checked_bytes(self.folder / "manifest.json", self.manifest_digest)
        # Bytes of one digest say one thing: they are hashed at each call, and parsed once.
        if self._read is None:
            self._read = parse_manifest(content)
        if self._read.sha256 != self.model_digest:
            raise ModelCorrupt("the manifest names another model than the release")
        return self._read

    @property
    def pid(self) -> int | None:
        """The process number of the running worker; None where there is none."""
        return self._child.pid if self._child is not None and self._child.alive else None

    def predict(self, values: Mapping[str, Any]) -> float:
        """The probability of complete response by 12 months, rounded to 6 digits; None among the values is missing.

        Raises InputsInvalid, ModelCorrupt, ModelUnavailable or ModelTimeout (all ModelError).
        """
        return self.run([row_of(self.manifest, values)])[0]

    def call(self, values: Mapping[str, Any]) -> Answer:
        """The probability, and what it would be without each modality. Raises as `predict` does."""
        with self._lock:
            manifest, model = self.manifest, self._model()
            row = row_of(manifest, values)
            others = taken_away(manifest, row)
            child = self._ready(manifest, model)
            found, *rest = self._ask(child, [row, *others.values()])
            known = dict(zip(others, rest, strict=True))
            without = {name: known.get(name) for name in modalities(manifest)}
            return Answer(found, without, self._versions, self.elapsed() - self._tested, len(manifest.references))

    def run(self, rows: Sequence[Row]) -> list[float]:
        """Probabilities of many rows, each in the order of the model's input. Raises ModelError; then none is given."""
        with self._lock:
            parts = [rows[n : n + TOGETHER] for n in range(0, len(rows), TOGETHER)]
            return [p for part in parts for p in self._ask(self._ready(self.manifest, self._model()), part)]

    def check(self) -> Checked:
        """Check digests and every reference vector now, in the running worker or a new one; raises ModelError."""
        with self._lock:
            manifest, model = self.manifest, self._model()
            worst = self._test(self._running(model), manifest)
            return Checked(manifest.name, manifest.version, len(manifest.references), worst)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _model(self) -> bytes:
        return checked_bytes(self.folder / "model.onnx", self.model_digest)

    def _ready(self, manifest: Manifest, model: bytes) -> Child:
        """A worker whose reference vectors agreed at its start and within the last day."""
        before, child = self._child, self._running(model)
        if child is not before or self.elapsed() - self._tested >= DAY:
            self._test(child, manifest)
        return child

    def _fit(self, child: Child) -> bool:
        """Whether it runs, and has used less than half of its CPU time: the limit is not to end it in the middle of somebody's call."""
        return child.alive and self._used < self.limits.cpu / 2

    def _running(self, model: bytes) -> Child:
        if self._child is not None and self._fit(self._child):
            return self._child
        self._drop()
        self._used = 0.0
        child = Child(self.worker, confine.Limits(self.limits.memory, self.limits.cpu))
        self._versions = _greeted(child, child.ask({"model": base64.b64encode(model).decode()}, self.limits.start))
        self._child = child
        return child

    def _test(self, child: Child, manifest: Manifest) -> float:
        """Every reference row must give its released probability; returns the largest difference."""
        released = [reference.probability for reference in manifest.references]
        found = self._ask(child, [list(reference.inputs) for reference in manifest.references])
        for number, (now, then) in enumerate(zip(found, released, strict=True), start=1):
            if abs(now - then) > CLOSE:
                self._drop()
                raise ModelCorrupt(f"reference row {number} gives {now}, released was {then}")
        self._tested = self.elapsed()
        return max((abs(now - then) for now, then in zip(found, released, strict=True)), default=0.0)

    def _ask(self, child: Child, rows: Sequence[Row]) -> list[float]:
        self._asked += 1
        try:
            answer = child.ask({"id": self._asked, "x": list(rows)}, self.limits.answer)
            found = probabilities(answer, self._asked, len(rows))
        except ModelError:
            self._drop()
            raise
        self._used = max(self._used, _seconds(answer.get("cpu")))
        return found

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _seconds(told: Any) -> float:
    """What a worker says it has used; nothing where it does not say."""
    return float(told) if isinstance(told, (int, float)) else 0.0


def _greeted(child: Child, hello: Mapping[str, Any]) -> Mapping[str, str]:
    """The versions of the libraries a worker names when it is ready; kills one that is not."""
    try:
        complained(hello)
        if hello.get("ready") is not True:
            raise ModelUnavailable("the worker did not get ready")
    except ModelUnavailable:
        child.kill()
        raise
    return {name: str(version) for name, version in hello.items() if name != "ready"}
