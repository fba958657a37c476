"""Any pixels that Pillow can decode as 8-bit RGB: deep grey, deep colour, alpha, inverted ink."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

if TYPE_CHECKING:
    from PIL.ImageFile import _Tile

_TAG_BITS, _TAG_PHOTOMETRIC = 258, 262  # TIFF 6.0

# Pillow unpacks 16-bit colour by its high byte alone; the unpacker of the other byte order takes
# the low one, so that two passes give the whole value.
_NATIVE_SWAPPED = ";16B" if sys.byteorder == "little" else ";16L"
_LOW_BYTE = {";16B": ";16L", ";16L": ";16B", ";16N": _NATIVE_SWAPPED}


def low_byte_tiles(image: ImageFile) -> list[_Tile] | None:
    """Tiles that make Pillow decode the low bytes of 16-bit RGB or RGBA; None for other photos.

    Grey with alpha has no such unpacker: its high byte alone counts, at most one level off.
    """
    if not image.tile or not image.mode.startswith("RGB"):
        return None
    swapped: list[_Tile] = []
    for tile in image.tile:
        raw = tile.args[0] if isinstance(tile.args, tuple) else tile.args
        if not isinstance(raw, str) or raw.startswith("LA") or raw[-4:] not in _LOW_BYTE:
            return None
        raw = raw[:-4] + _LOW_BYTE[raw[-4:]]
        args = (raw, *tile.args[1:]) if isinstance(tile.args, tuple) else raw
        swapped.append(tile._replace(args=args))
    return swapped


def to_rgb(image: ImageFile, low: Image.Image | None) -> Image.Image:
    """A decoded photo as mode RGB, alpha over white.

    `low` is what `low_byte_tiles` made of the same photo, or None.
    """
    transparent = image.info.get("transparency")
    if image.mode.startswith(("I", "F")):
        grey = _deep_grey(image)
        return Image.fromarray(_to_8_bits(grey[..., None], transparent)).convert("RGB")
    if low is not None:
        deep = np.asarray(image).astype(np.uint16) * 256 + np.asarray(low)
        shallow = Image.fromarray(_to_8_bits(deep, transparent))
        return _over_white(shallow) if shallow.mode == "RGBA" else shallow
    if image.mode == "CMYK" and isinstance(image, JpegImageFile) and "adobe" not in image.info:
        # Adobe stores ink inverted and says so in a marker; Pillow inverts every file.
        return ImageChops.invert(image).convert("RGB")
    if transparent is not None or image.mode in ("LA", "La", "PA", "RGBA", "RGBa"):
        return _over_white(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")


def _deep_grey(image: ImageFile) -> NDArray[np.uint16]:
    """One channel of more than 8 bits as (H, W) of 0 to 65535, where Pillow would clip at 255.

    12 and 16 bits have a known white. 32-bit integers and floats have none: floats up to 1 or to
    255 are taken as that range, values up to 65535 as 16 bits, others by the largest value.
    """
    tags = image.tag_v2 if isinstance(image, TiffImageFile) else {}
    values = np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0.0, neginf=0.0)
    peak = float(values.max())
    if image.mode.startswith("I;16"):
        white = float(2 ** max(tags.get(_TAG_BITS, (16,))) - 1)
    elif image.mode == "F" and peak <= 255:
        white = 1.0 if peak <= 1 else 255.0
    else:
        white = max(65535.0, peak)
    grey = np.rint(np.clip(values / white, 0, 1) * 65535).astype(np.uint16)
    # Photometric 0 counts from white down; Pillow heeds that for 8 bits only.
    return 65535 - grey if tags.get(_TAG_PHOTOMETRIC) == 0 else grey


def _to_8_bits(values: NDArray[np.uint16], transparent: object) -> NDArray[np.uint8]:
    """(H, W, C) of 0 to 65535 scaled by 1/257; a single channel loses its axis.

    `transparent` is the value, or values, that a PNG declares to be see-through: white here.
    """
    eight = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if isinstance(transparent, (int, tuple)):
        eight[(values == np.asarray(transparent)).all(axis=-1)] = 255
    return eight[..., 0] if eight.shape[-1] == 1 else eight
