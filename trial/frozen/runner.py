"""Calling the released model: digests before each call, reference vectors at each start and daily, in a process that can be killed."""

import base64
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from trial import confine
from trial.frozen import pin
from trial.frozen.child import Child
from trial.frozen.errors import InputsInvalid, ModelCorrupt, ModelError, ModelUnavailable
from trial.frozen.manifest import Manifest, checked_bytes, read_manifest

HERE = Path(__file__).parent
DIGITS = 6
DAY = 86_400.0


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
    _tested: float = field(default=0.0, repr=False)
    _asked: int = field(default=0, repr=False)

    @property
    def manifest(self) -> Manifest:
        """The manifest as released, read and checked anew; raises ModelCorrupt."""
        manifest = read_manifest(self.folder / "manifest.json", self.manifest_digest)
        if manifest.sha256 != self.model_digest:
            raise ModelCorrupt("the manifest names another model than the release")
        return manifest

    @property
    def pid(self) -> int | None:
        """The process number of the running worker; None where there is none."""
        return self._child.pid if self._child is not None and self._child.alive else None

    def predict(self, values: Mapping[str, Any]) -> float:
        """The probability of complete response by 12 months, rounded to 6 digits; None among the values is missing.

        Raises InputsInvalid, ModelCorrupt, ModelUnavailable or ModelTimeout (all ModelError).
        """
        with self._lock:
            manifest, model = self.manifest, self._model()
            return self._ask(self._ready(manifest, model), _row(manifest, values))

    def check(self) -> None:
        """Check digests and every reference vector now, in the running worker or a new one; raises ModelError."""
        with self._lock:
            manifest, model = self.manifest, self._model()
            self._test(self._running(model), manifest)

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
        started = self._child is not None and self._child.alive
        child = self._running(model)
        if not started or self.elapsed() - self._tested >= DAY:
            self._test(child, manifest)
        return child

    def _running(self, model: bytes) -> Child:
        if self._child is not None and self._child.alive:
            return self._child
        self._drop()
        child = Child(self.worker, confine.Limits(self.limits.memory, self.limits.cpu))
        hello = child.ask({"model": base64.b64encode(model).decode()}, self.limits.start)
        if hello.get("ready") is not True:
            child.kill()
            raise ModelUnavailable("the worker did not get ready")
        self._child = child
        return child

    def _test(self, child: Child, manifest: Manifest) -> None:
        """Every reference row must give its released probability, to the last digit but one unit."""
        for number, reference in enumerate(manifest.references, start=1):
            found = self._ask(child, list(reference.inputs))
            if abs(found - reference.probability) > 1.5 * 10**-DIGITS:
                self._drop()
                raise ModelCorrupt(f"reference row {number} gives {found}, released was {reference.probability}")
        self._tested = self.elapsed()

    def _ask(self, child: Child, row: list[float | None]) -> float:
        self._asked += 1
        try:
            return _probability(child.ask({"id": self._asked, "x": row}, self.limits.answer), self._asked)
        except ModelError:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _row(manifest: Manifest, values: Mapping[str, Any]) -> list[float | None]:
    if manifest.tensor is not None:
        return manifest.tensor.row(values)
    names = {each.name for each in manifest.inputs}
    if names != set(values):
        raise InputsInvalid(f"inputs that differ from the manifest: {', '.join(sorted(names ^ set(values)))}")
    if bad := sorted(name for name, value in values.items() if value is not None and not math.isfinite(value)):
        raise InputsInvalid(f"inputs that are no numbers: {', '.join(bad)}")
    return manifest.row(values)


def _probability(answer: dict[str, Any], number: int) -> float:
    """The probability in an answer to question `number`; anything else is a worker that cannot be trusted."""
    p = answer.get("p")
    if answer.get("id") != number or not isinstance(p, float) or not 0 <= p <= 1:
        raise ModelUnavailable("the worker answered another question, or no probability")
    return round(p, DIGITS)
