"""Pages of a TIFF file."""

from __future__ import annotations

from PIL.TiffImagePlugin import TiffImageFile

MAX_PAGES = 10_000
"""A file that claims more is not read further."""

_TAG_SUBFILE, _TAG_OLD_SUBFILE = 254, 255  # TIFF 6.0
_REDUCED, _MASK = 1, 4


def further_pages(image: TiffImageFile) -> list[int]:
    """The numbers of the pages after the first, which is 0, without reduced copies and masks.

    A damaged page ends the list. The image is left at its first page.
    """
    found = []
    try:
        for number in range(1, MAX_PAGES):
            image.seek(number)
            kind = image.tag_v2.get(_TAG_SUBFILE, 0)
            if not kind & (_REDUCED | _MASK) and image.tag_v2.get(_TAG_OLD_SUBFILE) != 2:
                found.append(number)
    except Exception:  # noqa: BLE001 - the end is an EOFError, damage is almost anything
        pass
    image.seek(0)
    return found
