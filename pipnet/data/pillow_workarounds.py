"""What Pillow gets wrong or leaves out: limits, warnings, and files that are odd but whole."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import IO

from PIL import Image, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngStream

# `images.MAX_PIXELS` stands in for Pillow's own limit (a warning at 89 megapixels, which its TIFF
# reader also gives while decoding). One assignment at import, for changing it around a call is not
# thread safe.
Image.MAX_IMAGE_PIXELS = None

_PILLOW_MODULES = r"PIL\."
_PILLOW_FILTER = ("ignore", None, UserWarning, re.compile(_PILLOW_MODULES), 0)


def quiet_pillow() -> None:
    """Keep Pillow from warning about damaged metadata: what matters of it is an ImageError.

    A lasting filter, because warnings.catch_warnings is not thread safe; put in front again where
    others have changed the filters since.
    """
    if list(warnings.filters[:1]) != [_PILLOW_FILTER]:
        warnings.filterwarnings("ignore", category=UserWarning, module=_PILLOW_MODULES)


# PNG and WEBP


class _PngStream(PngStream):
    """Leaves out texts and colour profiles for whose size Pillow refuses the whole photo."""

    def call(self, cid: bytes, pos: int, length: int) -> bytes:
        try:
            return super().call(cid, pos, length)
        except ValueError:
            if cid not in (b"tEXt", b"zTXt", b"iTXt", b"iCCP") or self.fp is None:
                raise
            self.fp.seek(pos)
            return self.fp.read(length)  # for the checksum


# Pillow offers no other way to another stream.
PngImagePlugin.PngStream = _PngStream  # type: ignore[misc]


def late_png_exif(stream: IO[bytes]) -> bytes | None:
    """The eXIf chunk of a PNG behind the pixels, where ExifTool puts it; None without one.

    Only chunk headers are read.
    """
    stream.seek(8)
    while len(head := stream.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"eXIf":
            return stream.read(length)
        stream.seek(length + 4, 1)  # and the checksum
    return None


def webp_canvas(start: bytes) -> tuple[int, int]:
    """Width and height in pixels of an extended WEBP (RFC 9649) from its first 30 bytes.

    (0, 0) for the other kinds, which cannot pass the limit of pixels by much.
    """
    if start[12:16] != b"VP8X":
        return (0, 0)
    return (
        int.from_bytes(start[24:27], "little") + 1,
        int.from_bytes(start[27:30], "little") + 1,
    )


# JPEG files that lack nothing but the marker at their end

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
