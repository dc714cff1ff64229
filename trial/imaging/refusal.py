"""Why a file is not taken, as the child tells it; `trial/file_kinds.py` has the words."""


class Unacceptable(Exception):
    """The file is not taken. `reason` is a key of `trial.file_kinds.REASONS`, `detail` a number or a place, never content."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail
