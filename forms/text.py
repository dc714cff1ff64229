"""Marking text for translation where it is written; `web/` and `paper.py` translate it where it is shown."""


def _l(message: str) -> str:
    """Mark `message` for the catalogue and return it unchanged."""
    return message
