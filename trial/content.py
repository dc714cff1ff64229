"""What a signature is bound to: every answer, calculated value, file and the place it belongs to, in one digest.

The keys of the form instance are inside: a signature copied to another record cannot verify (21 CFR 11.70).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from trial.events import plain


def calculated_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Calculated values as JSON, frozen with the signature; "not known" stays null."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(v) for v in value]
    return value.iso() if hasattr(value, "iso") and not hasattr(value, "isoformat") else plain(value)


def content_digest(
    participant: str, address: str, revision: int, version: int, answers: Any, calculated: Mapping[str, Any]
) -> str:
    """SHA-256 of the canonical JSON of all that is signed. `answers` is the stored document, `calculated` as frozen."""
    content = {
        "participant": participant,
        "crf": address,
        "revision": revision,
        "version": version,
        "answers": answers,
        "calculated": dict(calculated),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
