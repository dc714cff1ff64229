"""What a blinded person can look at: every page and file that links lead to, every address that takes a name, answers of the API."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from html import unescape
from mimetypes import guess_type
from urllib.parse import urldefrag, urljoin, urlsplit
from zipfile import ZipFile

from flask.testing import FlaskClient
from pypdf import PdfReader

LINK = re.compile(r'(?:href|src|action)="([^"#]+)')
FORM = re.compile(r'<form[^>]*method="post"', re.IGNORECASE)
NAMES = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{12,16}\b|\bI[\w-]{20,}\.[\w-]+\.[\w-]+")
"""Digests, the random names of rows, and the tokens that protect a form."""


def unnamed(content: str) -> str:
    """Without what names the data or the session: a digest differs where the data do. It tells that, and nothing else."""
    return NAMES.sub("NAME", content)


def seen(client: FlaskClient, address: str) -> tuple[int, str]:
    """Status and content of an answer as a person reads it."""
    answer = client.get(address)
    return answer.status_code, unnamed(words_of(answer.data, answer.mimetype or ""))


def words_of(content: bytes, kind: str) -> str:
    """The text of a PDF page by page, each file of a zip; anything else as it is.

    A picture of dots bears the digest at its foot and cannot be read: it is drawn from what the SVG beside it shows.
    """
    if kind == "application/pdf":
        return "\f".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if kind == "application/zip":
        with ZipFile(io.BytesIO(content)) as box:
            return "\n".join(
                f"{name}\n{words_of(box.read(name), guess_type(name)[0] or '')}" for name in box.namelist()
            )
    if kind == "image/png":
        return "a picture"
    return content.decode("utf-8", "backslashreplace")


def reachable(client: FlaskClient, start: str = "/", most: int = 2000) -> Iterator[tuple[str, int, str]]:
    """Each address that links lead to from the first page, once, with what it answers. Nothing outside, no static file, no way out."""
    waiting, known = [start], {start}
    while waiting:
        address = waiting.pop(0)
        status, content = seen(client, address)
        yield address, status, content
        for link in links(content, address):
            if link not in known and len(known) < most:
                known.add(link)
                waiting.append(link)


def links(content: str, here: str) -> Iterable[str]:
    """Addresses of ours that a page names."""
    for found in LINK.findall(content):
        target = urldefrag(urljoin(f"http://localhost{here}", unescape(found)))[0]
        parts = urlsplit(target)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if parts.netloc == "localhost" and not path.startswith(("/static/", "/sign-out", "/language", "/role")):
            yield path
