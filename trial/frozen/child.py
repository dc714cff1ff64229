"""The model's worker as a child process: what befalls it, in the words of the model."""

from typing import Any

from trial import child
from trial.frozen.errors import ModelTimeout, ModelUnavailable


class Child(child.Child):
    """One worker. `ask` raises ModelUnavailable where it has gone away, ModelTimeout where it is silent for too long."""

    def ask(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send one message and wait for one line, `seconds` at most."""
        try:
            return super().ask(message, seconds)
        except child.ChildGone as gone:
            raise ModelUnavailable(gone.detail) from gone
        except child.ChildSilent as silent:
            raise ModelTimeout(silent.detail) from silent
