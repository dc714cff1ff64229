"""The texts of the released forms, for `make messages`: labels, help, decodes and messages, read from forms/versions/*.json.

A Babel extraction method (babel.cfg). Read from the released JSON rather than from the source, because many texts are put
together there, and because an old version is still shown as it was.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

SHOWN = ("title", "instructions", "label", "section", "help", "decode", "message")


def extract(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, str]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield (line, no function, text, no comments) for each text of one released form, as Babel asks of a method."""
    yield from ((0, None, text, []) for text in shown(json.load(fileobj)))


def shown(data: Any) -> Iterator[str]:
    """The texts a person reads, in the order of the form."""
    if isinstance(data, list):
        for part in data:
            yield from shown(part)
    elif isinstance(data, dict):
        for name, part in data.items():
            if name in SHOWN and isinstance(part, str):
                yield part
            else:
                yield from shown(part)
