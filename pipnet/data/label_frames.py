"""The size that a label file states for a photo, and the frame of the landmarks that follows.

Landmarks are in pixels of the upright photo. Some tools ignore EXIF and label the image as it is
stored, others label a reduced copy. Then the stated size differs from the photo's, and a rotation
or a scale may explain the difference. Either is applied only if the caller asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.images import ImageError, ImageInfo, read_header

Size = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True, slots=True)
class LabelFrame:
    """The frame of a photo's landmarks.

    `stated` is the size of the labelled picture. `turned`: it is the photo as stored, before its
    EXIF `orientation`. `upright`: the size of the upright photo.
    """

    stated: Size
    upright: Size
    turned: bool = False
    orientation: int = 1

    @property
    def scaled(self) -> bool:
        """Whether the labelled picture is larger or smaller than the photo."""
        return self.stated != (self._stored if self.turned else self.upright)

    @property
    def _stored(self) -> Size:
        return self.upright[::-1] if self.orientation >= 5 else self.upright

    def to_upright(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (..., 2) of the labelled picture as points of the upright photo, both counted
        from the centre of the top-left pixel."""
        target = self._stored if self.turned else self.upright
        moved: NDArray[np.float64] = (points + 0.5) * np.divide(target, self.stated) - 0.5
        return _turned(moved, target, self.orientation) if self.turned else moved


@dataclass(frozen=True, slots=True)
class StatedSize:
    """A photo in a label file: the `size` stated for it, if any; its `file`, and its upright size
    `here` if that is known already."""

    file: Path
    size: Size | None
    here: Size | None = None


@dataclass(frozen=True, slots=True)
class SizeMismatch:
    """A photo whose stated size is not its own. `frame` explains it, if anything does."""

    file: Path
    here: Size
    stated: Size
    frame: LabelFrame | None

    def sentence(self, source: str) -> str:
        """What differs, and how, for the label file `source`."""
        here, stated = (f"{width} x {height}" for width, height in (self.here, self.stated))
        if self.here == self.stated:
            return (
                f"{self.file.name} has an EXIF orientation, and {source} labelled other photos as "
                f"they are stored; its size ({here}) does not tell which it is here"
            )
        message = f"{self.file.name} is {here} here, but {source} labelled it at {stated}"
        if self.frame is None:
            return f"{message}; neither a turn nor a scale explains that"
        ways = ["before its EXIF turn"] * self.frame.turned + ["on a copy of another size"] * (
            self.frame.scaled
        )
        return f"{message}: {' and '.join(ways)}"


def choose_frames(
    photos: Mapping[str, StatedSize], *, turn: bool = False, scale: bool = False
) -> tuple[dict[str, LabelFrame], dict[str, SizeMismatch]]:
    """The frames of a file's photos by name, and those that cannot be taken as asked.

    Photos that are in neither can be taken as they are. `turn`: take pictures as stored, before
    their EXIF turn, where the stated size fits that; `scale`: take those of another size. Photos
    that cannot be read are in neither.
    """
    headers = _Headers(photos)
    frames: dict[str, LabelFrame] = {}
    wrong: dict[str, SizeMismatch] = {}
    as_stored = turn
    for name, photo in photos.items():
        if photo.size is None:
            continue
        here = headers.size(name)
        if here is None or photo.size == here:
            continue
        frame = _explain(photo.size, here, headers.orientation(name))
        as_stored = as_stored or (frame is not None and frame.turned)
        if frame and (turn or not frame.turned) and (scale or not frame.scaled):
            frames[name] = frame
        else:
            wrong[name] = SizeMismatch(photo.file, here, photo.size, frame)
    for name, photo in photos.items() if as_stored else ():
        here = headers.size(name)
        if here is None or photo.size not in (here, None):
            continue
        orientation = headers.orientation(name)
        if orientation == 1 or (orientation >= 5 and here[0] != here[1] and photo.size):
            continue
        frame = LabelFrame(here, here, True, orientation)
        if turn and photo.size:
            frames[name] = frame
        else:
            wrong[name] = SizeMismatch(photo.file, here, here, frame)
    return frames, wrong


def has_implausible_points(points: NDArray[np.float64], size: Size) -> bool:
    """Whether landmarks (N, 2), NaN where absent, cannot belong to a photo of this size.

    That is, whether one is infinite, has one coordinate only, or lies outside the photo by more
    than the photo's width or height.
    """
    absent = np.isnan(points)
    extent = np.array(size, np.float64)
    inside = (points >= -extent) & (points <= 2 * extent)
    return bool((absent[:, 0] != absent[:, 1]).any() or not (inside | absent).all())


class _Headers:
    """Size and orientation from the photos' headers, each read once."""

    def __init__(self, photos: Mapping[str, StatedSize]) -> None:
        self._photos = photos
        self._read: dict[str, ImageInfo | None] = {}

    def size(self, name: str) -> Size | None:
        if (here := self._photos[name].here) is not None:
            return here
        info = self._header(name)
        return None if info is None else (info.width, info.height)

    def orientation(self, name: str) -> int:
        info = self._header(name)
        return 1 if info is None else info.orientation

    def _header(self, name: str) -> ImageInfo | None:
        if name not in self._read:
            try:
                self._read[name] = read_header(self._photos[name].file)
            except ImageError:
                self._read[name] = None
        return self._read[name]


def _explain(stated: Size, upright: Size, orientation: int) -> LabelFrame | None:
    """The one turn or scale (or both) that makes the stated size the photo's."""
    if min(stated) < 1:
        return None
    as_upright = LabelFrame(stated, upright)
    turned = LabelFrame(stated, upright, True, orientation)
    if orientation >= 5 and not turned.scaled:
        return turned
    fits = [as_upright] if _same_shape(stated, upright) else []
    if orientation >= 5 and _same_shape(stated, upright[::-1]):
        fits.append(turned)
    return fits[0] if len(fits) == 1 else None


def _same_shape(a: Size, b: Size) -> bool:
    """Whether one is the other enlarged, as far as whole pixels allow."""
    small, large = sorted((a, b))
    return abs(small[0] * large[1] - small[1] * large[0]) <= max(large)


def _turned(points: NDArray[np.float64], stored: Size, orientation: int) -> NDArray[np.float64]:
    """What the EXIF orientation (EXIF 2.3, section 4.6.4) makes of points of the stored picture."""
    x, y = points[..., 0], points[..., 1]
    right, bottom = stored[0] - 1 - x, stored[1] - 1 - y
    ways = {
        1: (x, y), 2: (right, y), 3: (right, bottom), 4: (x, bottom),
        5: (y, x), 6: (bottom, x), 7: (bottom, right), 8: (y, right),
    }  # fmt: skip
    return np.stack(ways[orientation], axis=-1)
