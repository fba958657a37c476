"""Camera RAW: the JPEG that the camera put beside the raw values is the photo."""

from __future__ import annotations

import importlib.util
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL.JpegImagePlugin import JpegImageFile

MIN_PREVIEW_PIXELS = 600
"""Longest side; smaller ones are thumbnails, too coarse for landmarks."""

_RAW = "3fr arw cr2 cr3 crw dng erf kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f"
RAW_KINDS = {f".{raw}": f"camera RAW ({raw.upper()})" for raw in _RAW.split()}
"""What files are called by their suffixes."""

_TAG_ORIENTATION = 274
_ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""LibRaw's flip -> EXIF orientation."""


class RawError(Exception):
    """Why there is no photo: a template of `ImageError`, and what it is filled with."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template, self.values = template, values


@cache
def is_installed() -> bool:
    """Whether RAW files can be read: by rawpy, an extra of the installation."""
    return importlib.util.find_spec("rawpy") is not None


def open_preview(path: Path) -> JpegImageFile:
    """The embedded JPEG with its header read; its EXIF says how the camera was held.

    Raises:
        RawError: there is none that can be used, or rawpy is not installed.
    """
    kind = RAW_KINDS[path.suffix.lower()]
    if not is_installed():
        raise RawError(
            "is {kind}; install 'labeltool[raw]' to read it, or convert it to JPEG", kind=kind
        )
    import rawpy  # noqa: PLC0415 - an extra

    try:
        with rawpy.imread(str(path)) as raw:
            preview, flip = raw.extract_thumb(), raw.sizes.flip
            is_wide = raw.sizes.raw_width >= raw.sizes.raw_height
    except rawpy.LibRawError as error:
        raise RawError(
            "holds no preview that can be read; convert it to JPEG ({kind})", kind=kind
        ) from error
    if preview.format != rawpy.ThumbFormat.JPEG:
        raise RawError("holds no preview that can be read; convert it to JPEG ({kind})", kind=kind)
    image = JpegImageFile(BytesIO(bytes(preview.data)))
    if max(image.size) < MIN_PREVIEW_PIXELS:
        raise RawError(
            "holds a preview of {width} x {height} pixels only; convert it to JPEG",
            width=image.size[0], height=image.size[1],
        )  # fmt: skip
    exif = image.getexif()
    is_turned = flip in (5, 6) and is_wide != (image.size[0] >= image.size[1])
    if _TAG_ORIENTATION not in exif and flip in _ORIENTATIONS and not is_turned:
        exif[_TAG_ORIENTATION] = _ORIENTATIONS[flip]
    return image
