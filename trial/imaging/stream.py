"""Comments and application data inside compressed frames: JPEG, JPEG-LS and JPEG 2000 can carry text a DICOM header does not show."""

import re

from trial.imaging.refusal import Unacceptable

SCAN, END, TILE = 0xDA, 0xD9, 0x90
COMMENT, COMMENT_2000 = 0xFE, 0x64
ADOBE, HP = 0xEE, 0xE8
NEXT = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""The next marker in entropy-coded data: stuffed bytes and restarts are none."""


def without_comments(frame: bytes) -> bytes:
    """The frame without comments, application segments and what follows its end. Raises Unacceptable."""
    if frame[:2] not in (b"\xff\xd8", b"\xff\x4f"):
        raise Unacceptable("unreadable", "frame")
    kept, at = [frame[:2]], 2
    while True:
        if frame[at : at + 1] != b"\xff" or at + 2 > len(frame):
            raise Unacceptable("truncated", "frame")
        code = frame[at + 1]
        if code == END:
            return _even(b"".join((*kept, b"\xff\xd9")))
        if code == TILE:
            return _even(b"".join((*kept, _tiles(frame[at:]))))
        end = _end(frame, at, code)
        if not _dropped(code, frame[at + 4 : end]):
            kept.append(frame[at:end])
        at = end


def _end(frame: bytes, at: int, code: int) -> int:
    """Where the segment ends, with the data that follow the header of a scan."""
    end = at + 2 + int.from_bytes(frame[at + 2 : at + 4])
    if end < at + 4 or end > len(frame):
        raise Unacceptable("truncated", "frame")
    if code != SCAN:
        return end
    following = NEXT.search(frame, end)
    if following is None:
        raise Unacceptable("truncated", "frame")
    return following.start()


def _dropped(code: int, content: bytes) -> bool:
    if code == ADOBE:  # says how colours are coded
        return not (content.startswith(b"Adobe") and len(content) == 12)
    if code == HP:  # the colour transform of JPEG-LS
        return not (content.startswith(b"mrfx") and len(content) == 5)
    return code in (COMMENT, COMMENT_2000) or 0xE0 <= code <= 0xEF


def _tiles(rest: bytes) -> bytes:
    """The tiles of a JPEG 2000 codestream, up to its end."""
    end = rest.rfind(b"\xff\xd9")
    if end < 0:
        raise Unacceptable("truncated", "frame")
    return rest[: end + 2]


def _even(frame: bytes) -> bytes:
    return frame + b"\0" * (len(frame) % 2)
