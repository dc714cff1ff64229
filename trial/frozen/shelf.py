"""Releases by their digests: the one installed, and earlier ones kept in a folder, so that an old call can be run again."""

from dataclasses import dataclass, field
from pathlib import Path

from trial.frozen.runner import FrozenModel

PLACE = 16
"""An earlier release stands in a folder named by the first digits of its weights' SHA-256 (or all of them): model.onnx, manifest.json."""


@dataclass
class Shelf:
    """`installed`: the released model; `folder`: of earlier ones, may not exist. What was taken out is ended by `close`."""

    installed: FrozenModel
    folder: Path | None = None
    _taken: dict[tuple[str, str], FrozenModel] = field(default_factory=dict, repr=False)

    def of(self, digest: str, manifest: str | None) -> FrozenModel | None:
        """The release with these digests of weights and manifest, which it must still have; None where it is not here.

        An early call did not keep the manifest's digest: the installed release answers for it, an earlier one cannot be told.
        """
        if digest == self.installed.model_digest and manifest in (None, self.installed.manifest_digest):
            return self.installed
        if manifest is None or (place := self._place(digest)) is None:
            return None
        return self._taken.setdefault((digest, manifest), FrozenModel(place, digest, manifest))

    def _place(self, digest: str) -> Path | None:
        if self.folder is None:
            return None
        return next((p for name in (digest, digest[:PLACE]) if (p := self.folder / name).is_dir()), None)

    def close(self) -> None:
        """End every worker."""
        for model in (self.installed, *self._taken.values()):
            model.close()
