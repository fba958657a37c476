"""HEIF, AVIF, camera RAW and pages of TIFF: the same pixels upright, or words why not."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from pipnet.data.images import (
    ImageError,
    ImageInfo,
    classify,
    find_photos,
    further_pages,
    open_reduced,
    read_header,
    read_image,
)
from pipnet.data.photo_formats import camera_raw
from tests.pictures import gradient

pillow_heif.register_heif_opener()  # so that Pillow writes it

needs_rawpy = pytest.mark.skipif(not camera_raw.is_installed(), reason="rawpy is not installed")


def save(picture: Image.Image, path: Path, **options: Any) -> None:
    """As HEIF or AVIF, by the suffix."""
    if path.suffix == ".avif":
        picture.save(path, quality=95, **options)
        return
    picture.save(path, "HEIF", quality=95, **options)


@pytest.mark.parametrize("name", ["a.heic", "a.heif", "a.hif", "a.avif"])
def test_phone_photos_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    save(Image.fromarray(gradient()), path)
    assert classify(path) == "photo"
    assert find_photos(tmp_path) == ([path], [])
    pixels = read_image(path)
    np.testing.assert_allclose(pixels, gradient().astype(int), atol=16)
    kind = "AVIF" if name == "a.avif" else "HEIF"
    assert read_header(path) == ImageInfo(60, 40, kind)
    reduced, scale = open_reduced(path, 30)
    assert (reduced.size, scale) == ((30, 20), (0.5, 0.5))


@pytest.mark.parametrize("name", ["a.heic", "a.avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_they_are_turned_upright_once(tmp_path: Path, name: str, orientation: int) -> None:
    path, reference = tmp_path / name, tmp_path / "a.png"
    exif = Image.Exif()
    exif[274] = orientation
    picture = Image.fromarray(gradient())
    save(picture, path, exif=exif.tobytes())
    picture.save(reference, exif=exif)
    with Image.open(reference) as opened:
        upright = np.asarray(ImageOps.exif_transpose(opened))
    np.testing.assert_array_equal(read_image(reference), upright)
    np.testing.assert_allclose(read_image(path), upright.astype(int), atol=16)
    header = read_header(path)
    assert (header.height, header.width) == upright.shape[:2]


def test_the_content_counts_not_the_suffix(tmp_path: Path) -> None:
    save(Image.fromarray(gradient()), tmp_path / "a.avif")
    (tmp_path / "a.avif").rename(tmp_path / "a.heic")
    assert read_header(tmp_path / "a.heic").format == "AVIF"
    save(Image.fromarray(gradient()), tmp_path / "b.heic")
    (tmp_path / "b.heic").rename(tmp_path / "b.jpg")
    assert read_header(tmp_path / "b.jpg").format == "HEIF"


@pytest.mark.parametrize("name", ["a.heic", "a.avif"])
def test_grey_and_transparent_ones(tmp_path: Path, name: str) -> None:
    grey = Image.fromarray(gradient()).convert("L")
    save(grey, tmp_path / name)
    np.testing.assert_allclose(
        read_image(tmp_path / name), np.asarray(grey.convert("RGB")).astype(int), atol=8
    )
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    save(clear, tmp_path / name)
    assert (read_image(tmp_path / name) == 255).all()


@pytest.mark.parametrize("name", ["a.heic", "a.avif"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_damaged_ones_are_named(tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    save(Image.effect_noise((200, 160), 80).convert("RGB"), path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ImageError, match=rf"{name} is "):
        read_image(path)


# TIFF


def pages(path: Path, count: int, **options: Any) -> list[Image.Image]:
    pictures = [Image.new("RGB", (20 + n, 10), (n, 0, 0)) for n in range(count)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], **options)
    return pictures


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages(path, 3)
    assert further_pages(path) == [1, 2]
    assert read_image(path)[0, 0].tolist() == [0, 0, 0]
    for number in (1, 2):
        pixels = read_image(path, page=number)
        assert (pixels.shape, pixels[0, 0].tolist()) == ((10, 20 + number, 3), [number, 0, 0])
    with pytest.raises(ImageError, match=r"a\.tif"):
        read_image(path, page=3)


def test_deep_pages_keep_their_low_bytes(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    deep = [np.full((8, 8, 3), value, np.uint16) for value in (1000, 257 * 77 + 120)]
    assert cv2.imwritemulti(str(tmp_path / "a.tif"), deep)
    assert read_image(tmp_path / "a.tif", page=1)[0, 0].tolist() == [77] * 3


def test_other_photos_have_no_pages(tmp_path: Path) -> None:
    Image.fromarray(gradient()).save(tmp_path / "a.jpg")
    Image.fromarray(gradient()).save(tmp_path / "a.tif")
    assert further_pages(tmp_path / "a.jpg") == further_pages(tmp_path / "a.tif") == []


def test_reduced_copies_and_masks_are_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages(path, 4)
    data = bytearray(path.read_bytes())
    with Image.open(path) as image:
        offsets = []
        for number in range(4):
            image.seek(number)
            offsets.append(image._frame_pos[number])
    for number, kind in ((1, 1), (2, 4)):
        # how its planes are arranged, which need not be said, becomes the kind of the page
        (entries,) = struct.unpack_from("<H", data, offsets[number])
        places = [offsets[number] + 2 + 12 * entry for entry in range(entries)]
        tags = {struct.unpack_from("<H", data, place)[0]: place for place in places}
        struct.pack_into("<HHII", data, tags[284], 254, 4, 1, kind)
    path.write_bytes(data)
    assert further_pages(path) == [3]


def test_pages_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages(path, 2)
    with Image.open(path) as image:
        image.seek(1)
        first, second = image._frame_pos[:2]
    data = bytearray(path.read_bytes())
    (entries,) = struct.unpack_from("<H", data, second)
    struct.pack_into("<I", data, second + 2 + 12 * entries, first)
    path.write_bytes(data)
    assert further_pages(path) == [1]


# Camera RAW


def dng(
    preview: bytes, size: tuple[int, int], raw_size: tuple[int, int] = (800, 640), turn: int = 1
) -> bytes:
    """A DNG file: a JPEG preview of this size, and grey raw values; `turn` is how the camera was
    held, as in EXIF."""
    short, long, text, byte, rational = 3, 4, 2, 1, 10
    forms = {short: "H", long: "I", byte: "B"}
    body = bytearray(b"II*\0" + bytes(4))

    def put(data: bytes) -> int:
        body.extend(data + bytes(len(data) % 2))
        return len(body) - len(data) - len(data) % 2

    def folder(tags: dict[int, tuple[int, Any]]) -> int:
        rows = b""
        for tag, (kind, value) in sorted(tags.items()):
            if kind == text:
                packed, count = value + b"\0", len(value) + 1
            elif kind == rational:
                packed, count = b"".join(struct.pack("<ii", v, 1) for v in value), len(value)
            else:
                packed, count = struct.pack(f"<{len(value)}{forms[kind]}", *value), len(value)
            field = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", put(packed))
            rows += struct.pack("<HHI", tag, kind, count) + field
        return put(struct.pack("<H", len(tags)) + rows + bytes(4))

    width, height = raw_size
    values = put(np.full(width * height, 3000, "<u2").tobytes())
    raw = folder({
        254: (long, [0]), 256: (long, [width]), 257: (long, [height]), 258: (short, [16]),
        259: (short, [1]), 262: (short, [32803]), 273: (long, [values]), 277: (short, [1]),
        278: (long, [height]), 279: (long, [2 * width * height]), 33421: (short, [2, 2]),
        33422: (byte, [0, 1, 1, 2]), 50714: (short, [0]), 50717: (long, [16383]),
    })  # fmt: skip
    place = put(preview)
    first = folder({
        254: (long, [1]), 256: (long, [size[0]]), 257: (long, [size[1]]),
        258: (short, [8, 8, 8]), 259: (short, [7]), 262: (short, [6]), 271: (text, b"Test"),
        272: (text, b"Test 1"), 273: (long, [place]), 274: (short, [turn]), 277: (short, [3]),
        278: (long, [size[1]]), 279: (long, [len(preview)]), 330: (long, [raw]),
        50706: (byte, [1, 4, 0, 0]), 50708: (text, b"Test 1"),
        50721: (rational, [1, 0, 0, 0, 1, 0, 0, 0, 1]),
    })  # fmt: skip
    struct.pack_into("<I", body, 4, first)
    return bytes(body)


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=95, **options)
    return stream.getvalue()


@needs_rawpy
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("states_it", [False, True])
def test_the_preview_of_camera_raw_is_the_photo(tmp_path: Path, turn: int, states_it: bool) -> None:
    picture = Image.fromarray(gradient()).resize((800, 640))
    exif = Image.Exif()
    exif[274] = turn
    preview = jpeg(picture, **({"exif": exif} if states_it else {}))
    path, reference = tmp_path / "a.DNG", tmp_path / "a.png"
    path.write_bytes(dng(preview, picture.size, turn=turn))
    assert classify(path) == "photo"
    picture.save(reference, exif=exif)
    upright = read_image(reference)
    np.testing.assert_allclose(read_image(path), upright.astype(int), atol=12)
    header = read_header(path)
    assert (header.height, header.width, header.format) == (*upright.shape[:2], "JPEG")


@needs_rawpy
def test_raw_without_a_preview_of_use_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    path.write_bytes(dng(jpeg(Image.new("RGB", (160, 128))), (160, 128)))
    with pytest.raises(ImageError, match=r"a\.dng holds a preview of 160 x 128 pixels only"):
        read_image(path)
    for content in (b"", b"II*\0" + bytes(100), dng(b"no jpeg", (800, 640))):
        path.write_bytes(content)
        with pytest.raises(ImageError, match=r"a\.dng (holds no preview|is )"):
            read_image(path)


def test_without_rawpy_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_raw, "is_installed", lambda: False)
    path = tmp_path / "a.cr2"
    path.write_bytes(b"II*\0" + bytes(100))
    assert classify(path) == "unsupported"
    with pytest.raises(
        ImageError, match=r"a\.cr2 is camera RAW \(CR2\); install 'labeltool\[raw]'"
    ):
        read_image(path)
