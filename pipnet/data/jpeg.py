"""JPEG files that lack nothing but the marker at their end."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from PIL.JpegImagePlugin import JpegImageFile

_END = b"\xff\xd9"
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")  # neither a stuffed byte nor a restart
_START_OF_SCAN = 0xDA
_PROGRESSIVE = 0xC2
_FRAMES = {0xC0, 0xC1, _PROGRESSIVE}
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_BITS = (b"\xff\x00", b"\x55", b"\xaa", b"\x33", b"\xcc")
"""What may stand for lost bits instead of the decoder's own zeros: each begins another code, so
that not all of them can mean the end of a block."""


def decode_without_end(
    data: bytes, prepare: Callable[[JpegImageFile], object]
) -> JpegImageFile | None:
    """The decoded picture of a file that ends too early, or None if any of its pixels is lost.

    The decoder fills up what is lost without a word, so that it is lost shows in pixels that
    depend on the filling. `prepare` is called with the picture before it is decoded. Raises what
    Pillow does for a file that is damaged besides.
    """
    if not _has_every_scan(data):
        return None
    data = data.removesuffix(b"\xff")

    def decoded(fill: bytes) -> JpegImageFile:
        picture = JpegImageFile(BytesIO(data + fill + _END))
        prepare(picture)
        picture.load()
        return picture

    restarts = _RESTART.findall(data, data.rfind(b"\xff\xda"))
    following = (restarts[-1][0] + 1) % 8 if restarts else 0
    picture = decoded(b"")
    pixels = picture.tobytes()
    for bits in _BITS:
        # in the interval that was cut, and in the one after it
        fill = bits * 64 + bytes((0xFF, 0xD0 + following)) + bits * 64
        if decoded(fill).tobytes() != pixels:
            return None
    return picture


def _has_every_scan(data: bytes) -> bool:
    """Whether every coefficient is sent in full precision, the last scan's end not looked at."""
    progressive, lacking = False, dict[int, set[int]]()
    place = 2
    while (found := _MARKER.search(data, place)) is not None:
        marker, start = found[1][0], found.end()
        length = int.from_bytes(data[start : start + 2], "big")
        place = start + length
        if place > len(data):
            return False
        if marker in _FRAMES:
            progressive = marker == _PROGRESSIVE
            lacking = {data[at]: set(range(64)) for at in range(start + 8, place, 3)}
        if marker == _START_OF_SCAN:
            first, last, precision = data[place - 3 : place]
            for at in range(start + 3, place - 3, 2):
                if not progressive:
                    lacking.pop(data[at], None)
                elif precision & 15 == 0 and data[at] in lacking:
                    lacking[data[at]] -= set(range(first, last + 1))
    return not any(lacking.values()) and place > 2
