"""Reading photos: the one decoder that the detector and the window share.

Both must see the same pixels, or a point placed on the screen would not be the point that the
network was trained on. Every photo becomes upright 8-bit RGB, or an `ImageError` in plain words.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from pipnet.data.colour import low_byte_tiles, to_rgb
from pipnet.data.photo_formats import camera_raw, tiff_pages
from pipnet.data.pillow_workarounds import (
    decode_without_end,
    late_png_exif,
    quiet_pillow,
    webp_canvas,
)
from pipnet.text import one_line

MAX_PIXELS = 200_000_000
"""Photos that claim more pixels are refused from their header, before anything is decoded."""

_ROWS_PER_STRIP = 16  # rows: more would keep Python's other threads waiting for longer

TIFF_SUFFIXES = frozenset({".tif", ".tiff"})
PHOTO_SUFFIXES = TIFF_SUFFIXES | {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".heic", ".heif", ".hif", ".avif",
}  # fmt: skip
"""Of what can be read, but for camera RAW, which needs an extra of the installation."""

_UNSUPPORTED = {
    ".gif": "GIF",
    ".svg": "SVG",
    ".svgz": "SVG",
    ".psd": "PSD",
    ".psb": "PSD",
    ".jxl": "JPEG XL",
    ".jp2": "JPEG 2000",
    ".ico": "ICO",
    ".tga": "TGA",
    ".exr": "OpenEXR",
    **dict.fromkeys((".pbm", ".pgm", ".ppm", ".pnm"), "Netpbm"),
}


def _open_heif(stream: IO[bytes]) -> ImageFile:
    from pillow_heif.as_plugin import HeifImageFile  # noqa: PLC0415 - takes long to load

    # turned upright already, as the file itself says
    return HeifImageFile(stream)  # type: ignore[no-untyped-call]


# Opening with the classes themselves, not Image.open, keeps other formats out and takes an MPO (a
# JPEG with more pictures behind it) as the JPEG it is.
_FORMATS: tuple[tuple[bytes, Callable[[IO[bytes]], ImageFile]], ...] = (
    (rb"\xff\xd8\xff", JpegImageFile),
    (rb"\x89PNG\r\n\x1a\n", PngImageFile),
    (rb"BM", BmpImageFile),
    (rb"RIFF....WEBP", WebPImageFile),
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", TiffImageFile),
    (rb"....ftyp(?:....){0,9}avi[fs]", AvifImageFile),  # among the brands, which are of 4 bytes
    (rb"....ftyp(he[iv][cmsx]|mif1|msf1)", _open_heif),
)
_FOREIGN = (
    (rb"....ftypcrx ", "camera RAW (CR3)"),
    (rb"GIF8", "GIF"),
    (rb"8BPS", "PSD"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL"),
    (rb"\0\0\0\x0cjP  ", "JPEG 2000"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg", "SVG"),
)

_TAG_ORIENTATION = 274  # TIFF 6.0 and EXIF 2.3
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes the stored picture upright (EXIF 2.3, section 4.6.4)."""


class ImageError(Exception):
    """A photo or folder that cannot be read: `path`, and `reason`, which continues its name.

    The reason is the `template` filled by `values`: whoever translates it translates the template.
    """

    def __init__(
        self, path: Path, template: str, values: Mapping[str, object] | None = None
    ) -> None:
        # all of them, or the error could not be sent between processes
        super().__init__(path, template, values)
        self.path, self.template = path, template
        self.values: Mapping[str, object] = values or {}
        self.reason = template.format(**self.values) if self.values else template

    def __str__(self) -> str:
        return f"{one_line(self.path.name or self.path)} {self.reason}"


@dataclass(frozen=True)
class ImageInfo:
    """A photo's header: upright size in pixels, and JPEG, PNG, BMP, WEBP, TIFF, HEIF or AVIF; the
    preview of camera RAW is JPEG.

    `orientation`: how the picture is stored (EXIF 2.3, 1 to 8); 5 and more have the sides swapped.
    """

    width: int
    height: int
    format: str
    orientation: int = 1


def read_image(
    path: Path,
    yield_control: Callable[[], object] | None = None,
    *,
    size: tuple[int, int] | None = None,
    page: int = 0,
) -> NDArray[np.uint8]:
    """The upright photo, (H, W, 3) uint8 RGB.

    Transparent pixels are blended with white, 16-bit values are scaled by 1/257, and colour
    profiles are ignored. Of several pages or frames, the first is read; of camera RAW, the preview.

    Args:
        yield_control: called repeatedly between short pieces of work, so that a background thread
            can let others run.
        size: the (W, H) that the photo must have, because boxes and landmarks of a photo of another
            size would be misplaced; any if None.
        page: of a TIFF, from 0; see `further_pages`.

    Raises:
        ImageError: the photo cannot be read, is truncated, or has another size.
    """
    rgb = _read(Path(path), None, page)[0]
    if size is not None and rgb.size != size:
        raise size_change_error(path, size, rgb.size)
    return _pixels(path, rgb, yield_control)


def size_change_error(path: Path, before: tuple[int, int], now: tuple[int, int]) -> ImageError:
    """The error of a photo that was replaced by one of another size (W, H)."""
    template = "is {width} x {height} pixels now and was {old_width} x {old_height} before"
    names = ("width", "height", "old_width", "old_height")
    return ImageError(path, template, dict(zip(names, (*now, *before), strict=True)))


def open_reduced(path: Path, longest: int) -> tuple[Image.Image, tuple[float, float]]:
    """The upright photo with its longest side at most `longest` pixels, and its scale.

    Returns Pillow's RGB image (W', H'), of which parts can be cut out without a copy of the whole,
    and (W'/W, H'/H), which is (1, 1) for a photo small enough. A point p of the whole photo (pixel
    centres at integers) lies at (p + 0.5) * scale - 0.5. JPEG is decoded at an eighth, a quarter or
    a half where that suffices. Raises ImageError.
    """
    if longest < 1:
        raise ValueError(f"longest must be at least 1, not {longest}")
    return _read(Path(path), longest)


def read_header(path: Path) -> ImageInfo:
    """Size and format, without decoding. Raises ImageError, also above MAX_PIXELS."""
    path = Path(path)
    with _opened(path) as image:
        width, height = image.size
        # Pillow gives a TIFF's size upright already if its tag, not XMP, says how it is turned.
        upright = isinstance(image, TiffImageFile) and _TAG_ORIENTATION in image.tag_v2
        if isinstance(image, PngImageFile) and "exif" not in image.info and image.fp is not None:
            late = late_png_exif(image.fp)
            if late:
                image.info["exif"] = late
        orientation = _orientation(image)
        if orientation >= 5 and not upright:
            width, height = height, width
        return ImageInfo(width, height, str(image.format), orientation)


def further_pages(path: Path) -> list[int]:
    """The numbers of the pages of a TIFF after the first, which is 0; none of other photos.

    Raises ImageError.
    """
    with _opened(Path(path)) as image:
        return tiff_pages.further_pages(image) if isinstance(image, TiffImageFile) else []


def classify(path: Path) -> Literal["photo", "unsupported", "other"]:
    """By its suffix alone: a photo that can be read, a picture that cannot, or something else."""
    suffix = Path(path).suffix.lower()
    if suffix in PHOTO_SUFFIXES or (suffix in camera_raw.RAW_KINDS and camera_raw.is_installed()):
        return "photo"
    is_picture = suffix in _UNSUPPORTED or suffix in camera_raw.RAW_KINDS
    return "unsupported" if is_picture else "other"


def find_photos(folder: Path) -> tuple[list[Path], list[Path]]:
    """All photos below a folder, and what is there but cannot be read; both sorted by path.

    The second list holds pictures of unsupported formats and sub-folders that could not be listed.
    Raises ImageError if the folder itself cannot be listed.
    """
    files, unreadable = walk_files(folder)
    photos = [path for path in files if classify(path) == "photo"]
    unsupported = [path for path in files if classify(path) == "unsupported"]
    return photos, sorted(unsupported + unreadable, key=Path.as_posix)


def walk_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """All files below a folder but hidden ones, and sub-folders that could not be listed; sorted.

    Links to folders are followed after the real folders, each folder once, so that loops end and
    nothing is listed twice. Raises ImageError if the folder itself cannot be listed.
    """
    folder = Path(folder)
    files, real, linked, unreadable = list[Path](), [folder], list[Path](), list[Path]()
    found = {"file": files, "folder": real, "link": linked}
    seen: set[tuple[int, int]] = set()
    while real or linked:
        current = real.pop() if real else linked.pop(0)
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            for kind, path in _listed(current):
                found[kind].append(path)
        except OSError as error:
            if current == folder:
                raise ImageError(
                    folder, "could not be listed: {why}", {"why": _why(error)}
                ) from error
            unreadable.append(current)
    return sorted(files, key=Path.as_posix), sorted(unreadable, key=Path.as_posix)


def _listed(folder: Path) -> list[tuple[str, Path]]:
    """(file, folder or link to a folder; path) of all that is not hidden, sorted."""
    found: list[tuple[str, Path]] = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith("."):
                continue
            with suppress(OSError):  # a link that leads nowhere or to itself
                if entry.is_dir():
                    found.append(("link" if entry.is_symlink() else "folder", Path(entry.path)))
                elif entry.is_file():
                    found.append(("file", Path(entry.path)))
    return found


@contextmanager
def _opened(path: Path, page: int = 0) -> Iterator[ImageFile]:
    """The photo with its header read and its size checked, its pixels not yet decoded."""
    quiet_pillow()
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImageError(path, "is a folder, not a photo")
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise ImageError(path, "is not a file")
        if status.st_size == 0:
            raise ImageError(path, "is empty (0 bytes)")
        stream = path.open("rb")
    except (OSError, ValueError) as error:
        raise ImageError(path, "could not be opened: {why}", {"why": _why(error)}) from error
    with stream:
        try:
            image = _identify(path, stream)
            if page:
                _seek(path, image, page)
            _check_size(path, image.size)
            yield image
        except (OSError, MemoryError) as error:
            raise _damage(path, error) from error


def _identify(path: Path, stream: IO[bytes]) -> ImageFile:
    """Read the header with the class that the first bytes ask for, whatever the suffix is."""
    start = stream.read(1024)
    stream.seek(0)
    suffix = path.suffix.lower()
    if suffix in camera_raw.RAW_KINDS:  # most are TIFF outside, with a thumbnail as first page
        return _preview(path)
    for magic, opener in _FORMATS:
        if re.match(magic, start, re.DOTALL):
            if opener is WebPImageFile:
                # Pillow makes room for the whole canvas while it opens one.
                _check_size(path, webp_canvas(start))
            try:
                return opener(stream)
            except Exception as error:
                raise _damage(path, error) from error
    for magic, name in _FOREIGN:
        if re.match(magic, start, re.DOTALL):
            raise _unsupported(path, name)
    if suffix in _UNSUPPORTED:
        raise _unsupported(path, _UNSUPPORTED[suffix])
    raise ImageError(path, "is not an image that can be read")


def _preview(path: Path) -> ImageFile:
    try:
        return camera_raw.open_preview(path)
    except camera_raw.RawError as error:
        raise ImageError(path, error.template, error.values) from error
    except Exception as error:
        raise _damage(path, error) from error


def _seek(path: Path, image: ImageFile, page: int) -> None:
    try:
        image.seek(page)
    except Exception as error:
        raise _damage(path, error) from error


def _unsupported(path: Path, name: str) -> ImageError:
    return ImageError(path, "is {kind}, which is not supported; convert it to JPEG", {"kind": name})


def _check_size(path: Path, size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise ImageError(
            path,
            "claims {width} x {height} pixels, more than the limit of {limit} megapixels",
            {"width": width, "height": height, "limit": f"{MAX_PIXELS / 1e6:g}"},
        )


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


def _damage(path: Path, error: Exception) -> ImageError:
    """Pillow raises almost anything for a damaged file; only a system error carries a number."""
    if isinstance(error, MemoryError):
        return ImageError(path, "needs more memory than there is")
    if isinstance(error, OSError) and error.errno is not None:
        return ImageError(path, "could not be read: {why}", {"why": _why(error)})
    is_short = "truncated" in str(error).lower()
    return ImageError(path, "is truncated" if is_short else "is truncated or damaged")


def _orientation(image: ImageFile) -> int:
    """EXIF orientation 1 to 8 that is still to be undone; 1 where none or nonsense is stated."""
    try:
        value = image.getexif().get(_TAG_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - Pillow raises several kinds for EXIF damage, which is harmless
        return 1
    return value if value in _TURNS else 1


def _read(
    path: Path, longest: int | None, page: int = 0
) -> tuple[Image.Image, tuple[float, float]]:
    with _opened(path, page) as image:
        size, box = image.size, None
        low = _low_bytes(path, image, page)
        if isinstance(image, JpegImageFile):
            wanted = None if longest is None else _fit(size, longest)
            image, box = _load_jpeg(path, image, wanted)
        else:
            _load(path, image)
        if box is None:
            size = image.size  # of a TIFF, upright only now
        rgb = to_rgb(image, low)
        target = size if longest is None else _fit(size, longest)
        if rgb.size != target:
            rgb = rgb.resize(target, Image.Resampling.LANCZOS, box, reducing_gap=3.0)
        scale = target[0] / size[0], target[1] / size[1]
        orientation = _orientation(image)
        if orientation in _TURNS:
            rgb = rgb.transpose(_TURNS[orientation])
        return rgb, (scale[1], scale[0]) if orientation >= 5 else scale


def _pixels(
    path: Path, rgb: Image.Image, yield_control: Callable[[], object] | None
) -> NDArray[np.uint8]:
    """(H, W, 3), a strip at a time: Pillow would make two copies of a large photo."""
    width, height = rgb.size
    try:
        pixels = np.empty((height, width, 3), np.uint8)
    except MemoryError as error:
        raise _damage(path, error) from error
    for top in range(0, height, _ROWS_PER_STRIP):
        if yield_control is not None:
            yield_control()
        bottom = min(top + _ROWS_PER_STRIP, height)
        pixels[top:bottom] = np.asarray(rgb.crop((0, top, width, bottom)))
    return pixels


def _fit(size: tuple[int, int], longest: int) -> tuple[int, int]:
    if max(size) <= longest:
        return size
    ratio = longest / max(size)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _load(path: Path, image: ImageFile) -> None:
    try:
        image.load()
    except Exception as error:
        raise _damage(path, error) from error


def _load_jpeg(
    path: Path, image: JpegImageFile, wanted: tuple[int, int] | None
) -> tuple[JpegImageFile, tuple[float, float, float, float] | None]:
    """The picture decoded, reduced where it stays larger than `wanted`, and the part of it to use.

    A file without the marker at its end is whole if its pixels are.
    """

    def draft(picture: JpegImageFile) -> tuple[float, float, float, float] | None:
        drafted = None if wanted is None else picture.draft(None, wanted)
        return drafted[1] if drafted else None

    box = draft(image)
    try:
        _load(path, image)
    except ImageError:
        with suppress(Exception):  # the first error says what is wrong
            mended = decode_without_end(path.read_bytes(), draft)
            if mended is not None:
                return mended, box
        raise
    return image, box


def _low_bytes(path: Path, image: ImageFile, page: int) -> Image.Image | None:
    """The low bytes of 16-bit colour as a picture of their own; None for any other photo."""
    tiles = low_byte_tiles(image)
    if tiles is None:
        return None
    with _opened(path, page) as again:
        again.tile = tiles
        _load(path, again)
        return again
