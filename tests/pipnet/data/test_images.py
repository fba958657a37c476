"""Real files of every kind, written here and read back: pixels, sizes, words for failures."""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from pipnet.data import images
from pipnet.data.images import (
    ImageError,
    ImageInfo,
    classify,
    find_photos,
    open_reduced,
    read_header,
    read_image,
)
from tests.pictures import deep, gradient, png_chunk, to_8_bits

KINDS = ["jpg", "png", "bmp", "webp", "tiff"]


def bare_png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def read_reduced(path: Path, longest: int) -> tuple[NDArray[np.uint8], tuple[float, float]]:
    picture, scale = open_reduced(path, longest)
    return np.asarray(picture), scale


def tiff_exif(orientation: int) -> bytes:
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 274, 3, 1, orientation, 0) + bytes(4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_same_picture(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    options: dict[str, Any] = {"quality": 95} if kind in ("jpg", "webp") else {}
    Image.fromarray(gradient()).save(path, **options)
    pixels = read_image(path)
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    lossless = kind not in ("jpg", "webp")
    np.testing.assert_allclose(pixels, gradient().astype(int), atol=0 if lossless else 12)
    format_name = {"jpg": "JPEG", "webp": "WEBP"}.get(kind, kind.upper())
    assert read_header(path) == ImageInfo(60, 40, format_name)


def test_the_content_counts_not_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "really a png.jpg"
    Image.fromarray(gradient()).save(path, format="PNG")
    np.testing.assert_array_equal(read_image(path), gradient())
    assert read_header(path).format == "PNG"


def test_who_decodes_a_large_photo_can_give_way_in_between(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(np.tile(gradient(), (10, 1, 1))).save(path)  # 400 rows
    paused: list[int] = []
    pixels = read_image(path, lambda: paused.append(1))
    assert len(paused) >= 20
    np.testing.assert_array_equal(pixels, read_image(path))


@pytest.mark.parametrize("name", ["한글 사진.jpg", "😀.png", "Ünïcode.webp", "a b'c\"d.bmp"])
def test_names_in_any_script(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "폴더 📁"
    folder.mkdir()
    Image.fromarray(gradient()).save(folder / name)
    assert read_image(folder / name).shape == (40, 60, 3)
    assert find_photos(tmp_path) == ([folder / name], [])


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
    def test_upright(self, tmp_path: Path, suffix: str, orientation: int) -> None:
        stored = np.full((16, 32, 3), 20, np.uint8)
        stored[:8, :8] = (250, 30, 30)  # a red corner shows which way is up
        exif = Image.Exif()
        exif[274] = orientation
        path = tmp_path / f"a.{suffix}"
        Image.fromarray(stored).save(path, exif=exif)
        with Image.open(path) as image:
            wanted = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        pixels = read_image(path)
        assert pixels.shape == ((32, 16, 3) if orientation >= 5 else (16, 32, 3))
        np.testing.assert_array_equal(pixels, wanted)
        info = read_header(path)
        assert (info.height, info.width) == pixels.shape[:2]
        red = [corner[0] > 200 for corner in pixels[[4, 4, -5, -5], [4, -5, -5, 4]]]
        corner = {1: 0, 2: 1, 3: 2, 4: 3, 5: 0, 6: 1, 7: 2, 8: 3}[orientation]  # clockwise
        assert red == [index == corner for index in range(4)]

    def test_16_bits_are_turned_too(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[274] = 6
        values = deep(1)[..., 0]
        for name in ("a.png", "a.tiff"):
            Image.fromarray(values).save(tmp_path / name, exif=exif)
            wanted = to_8_bits(np.rot90(values, -1))
            np.testing.assert_array_equal(read_image(tmp_path / name)[..., 0], wanted)

    def test_16_bit_colour_is_turned_too(self, tmp_path: Path) -> None:
        assert cv2.imwrite(str(tmp_path / "a.png"), deep(3))
        data = (tmp_path / "a.png").read_bytes()
        chunk = png_chunk(b"eXIf", tiff_exif(6))
        (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])
        wanted = to_8_bits(np.rot90(deep(3)[..., ::-1], -1))
        np.testing.assert_array_equal(read_image(tmp_path / "a.png"), wanted)

    def test_png_that_states_it_behind_the_pixels(self, tmp_path: Path) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.png")
        data = (tmp_path / "a.png").read_bytes()
        end = data.rindex(b"IEND") - 4
        late = data[:end] + png_chunk(b"eXIf", tiff_exif(8)) + data[end:]
        (tmp_path / "a.png").write_bytes(late)
        np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.rot90(gradient()))
        assert read_header(tmp_path / "a.png") == ImageInfo(40, 60, "PNG", 8)

    @pytest.mark.parametrize("suffix", ["jpg", "tiff"])
    def test_xmp_alone(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a.{suffix}"
        xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
        extra: dict[str, Any] = {"xmp": xmp} if suffix == "jpg" else {"tiffinfo": {700: xmp}}
        Image.fromarray(gradient()).save(path, **extra)
        assert read_image(path).shape == (60, 40, 3)
        assert (read_header(path).width, read_header(path).height) == (40, 60)

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_nonsense_is_upright(self, tmp_path: Path, orientation: int) -> None:
        exif = Image.Exif()
        exif[274] = orientation
        Image.fromarray(gradient()).save(tmp_path / "a.jpg", exif=exif)
        assert read_image(tmp_path / "a.jpg").shape == (40, 60, 3)
        assert read_header(tmp_path / "a.jpg").width == 60

    @pytest.mark.parametrize(
        "exif", [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\0\x09\x01", b"Exif\0\0junk" * 9]
    )
    def test_damaged_exif_is_no_obstacle(self, tmp_path: Path, exif: bytes) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.jpg")
        data = (tmp_path / "a.jpg").read_bytes()
        marker = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
        rest = data[2 + 2 + struct.unpack(">H", data[4:6])[0] :]  # without the JFIF marker
        (tmp_path / "a.jpg").write_bytes(data[:2] + marker + rest)
        assert read_image(tmp_path / "a.jpg").shape == (40, 60, 3)
        assert read_header(tmp_path / "a.jpg") == ImageInfo(60, 40, "JPEG")


def test_mpo_is_read_as_its_first_jpeg(tmp_path: Path) -> None:
    first, second = Image.fromarray(gradient()), Image.new("RGB", (9, 9))
    path = tmp_path / "a.jpg"
    first.save(path, format="MPO", save_all=True, append_images=[second], quality=95)
    assert read_header(path) == ImageInfo(60, 40, "JPEG")
    np.testing.assert_allclose(read_image(path), gradient().astype(int), atol=12)


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    for name in ("a.png", "a.webp", "a.tiff"):
        options: dict[str, Any] = {"lossless": True} if name == "a.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
        assert read_image(tmp_path / name)[4, 4].tolist() == [255, 0, 0]


class TestReduced:
    @pytest.mark.parametrize("name", ["a.jpg", "a.png"])
    @pytest.mark.parametrize("longest", [640, 300, 101, 64])
    def test_aligned_with_the_whole(self, tmp_path: Path, name: str, longest: int) -> None:
        photo = np.full((333, 501, 3), 40, np.uint8)
        photo[100:140, 300:360] = 240
        options: dict[str, Any] = {"quality": 95} if name == "a.jpg" else {}
        Image.fromarray(photo).save(tmp_path / name, **options)
        reduced, scale = read_reduced(tmp_path / name, longest)
        height, width = reduced.shape[:2]
        assert max(height, width) == min(longest, 501)
        assert scale == (width / 501, height / 333)
        weight = np.clip(reduced[..., 0].astype(float) - 40, 0, None)
        rows, columns = np.mgrid[0:height, 0:width]
        centre = [(weight * axis).sum() / weight.sum() for axis in (columns, rows)]
        wanted = (np.array([329.5, 119.5]) + 0.5) * scale - 0.5
        np.testing.assert_allclose(centre, wanted, atol=0.15)

    def test_scale_is_that_of_the_upright_photo(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[274] = 6
        Image.fromarray(gradient(333, 501)).save(tmp_path / "a.jpg", exif=exif)
        reduced, scale = read_reduced(tmp_path / "a.jpg", 100)
        assert reduced.shape == (100, 66, 3)
        assert scale == (66 / 333, 100 / 501)

    def test_small_photos_stay_whole(self, tmp_path: Path) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.png")
        reduced, scale = read_reduced(tmp_path / "a.png", 60)
        np.testing.assert_array_equal(reduced, gradient())
        assert scale == (1.0, 1.0)

    def test_a_strip_keeps_a_pixel(self, tmp_path: Path) -> None:
        Image.new("RGB", (1000, 2)).save(tmp_path / "a.png")
        assert read_reduced(tmp_path / "a.png", 10)[0].shape == (1, 10, 3)

    def test_longest_must_be_positive(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="longest"):
            read_reduced(tmp_path / "a.png", 0)


class TestFailures:
    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("a.jpg", b"", "is empty (0 bytes)"),
            ("a.jpg", b"this is only text\n", "is not an image that can be read"),
            ("BM.bmp", b"BM, the letters", "is truncated or damaged"),
            ("a.heic", b"nothing", "is not an image that can be read"),
            ("a.jpg", b"\0\0\0\x18ftypheic\0\0", "is truncated or damaged"),
            ("a.jpg", b"\0\0\0\x1cftypavif\0\0", "is truncated"),
            ("a.png", b"GIF89a\x01\0\x01\0", "is GIF, which is not supported"),
            ("a.svg", b'<?xml version="1.0"?>\n<svg/>', "is SVG, which is not supported"),
            ("a.jpg", b"8BPS\0\x01", "is PSD, which is not supported"),
            ("a.jpg", b"\xff\x0a\0", "is JPEG XL, which is not supported"),
            ("a.jpg", b"\0\0\0\x18ftypcrx ", "is camera RAW (CR3), which is not supported"),
            ("a.png", b"\x89PNG\r\n\x1a\n", "is truncated or damaged"),
        ],
    )
    def test_the_reason_is_named(
        self, tmp_path: Path, name: str, content: bytes, reason: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        readers: list[Callable[[Path], object]] = [read_image, read_header]
        for read in readers:
            with pytest.raises(ImageError) as caught:
                read(path)
            assert str(caught.value).startswith(f"{name} {reason}")
            assert caught.value.path == path

    @pytest.mark.parametrize("options", [{}, {"progressive": True}], ids=["plain", "progressive"])
    def test_a_cut_jpeg(self, tmp_path: Path, options: dict[str, Any]) -> None:
        Image.fromarray(gradient()).save(tmp_path / "whole.jpg", **options)
        data = (tmp_path / "whole.jpg").read_bytes()
        for length in [3, 20, 100, *range(200, len(data) - 3, 97), len(data) - 4]:
            (tmp_path / "cut.jpg").write_bytes(data[:length])
            with pytest.raises(ImageError, match=r"^cut\.jpg is truncated"):
                read_image(tmp_path / "cut.jpg")
            with pytest.raises(ImageError, match="truncated"):
                read_reduced(tmp_path / "cut.jpg", 12)

    @pytest.mark.parametrize("lost", [1, 2])
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"progressive": True},
            {"restart_marker_blocks": 1},
            {"quality": 95, "subsampling": 0},
        ],
    )
    def test_a_jpeg_without_its_end_marker_is_whole(
        self, tmp_path: Path, options: dict[str, Any], lost: int
    ) -> None:
        path = tmp_path / "a.jpg"
        Image.fromarray(gradient()).save(path, **options)
        whole, reduced = read_image(path), read_reduced(path, 30)[0]
        path.write_bytes(path.read_bytes()[:-lost])
        np.testing.assert_array_equal(read_image(path), whole)
        np.testing.assert_array_equal(read_reduced(path, 30)[0], reduced)

    @pytest.mark.parametrize(
        "options", [{}, {"progressive": True}, {"restart_marker_blocks": 1}, {"optimize": True}]
    )
    def test_a_jpeg_that_lost_more_than_its_end_marker_is_not(
        self, tmp_path: Path, options: dict[str, Any]
    ) -> None:
        path = tmp_path / "a.jpg"
        rng = np.random.default_rng(5)  # no part can be guessed from its neighbours
        pixels = rng.integers(0, 256, (32, 48, 3), np.uint8)
        Image.fromarray(pixels).save(path, quality=90, **options)
        content = path.read_bytes()
        for lost in (*range(4, 60), 300, 1000):
            path.write_bytes(content[:-lost])
            with pytest.raises(ImageError, match="truncated"):
                read_image(path)

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            (b"tEXt", b"k\0" + b"x" * (PngImagePlugin.MAX_TEXT_MEMORY + 1)),
            (b"zTXt", b"k\0\0" + zlib.compress(bytes(2 * PngImagePlugin.MAX_TEXT_CHUNK))),
            (b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(2 * PngImagePlugin.MAX_TEXT_CHUNK))),
            (b"iCCP", b"k\0\0" + zlib.compress(bytes(2 * PngImagePlugin.MAX_TEXT_CHUNK))),
        ],
        ids=["tEXt", "zTXt", "iTXt", "iCCP"],
    )
    def test_a_png_with_a_huge_text_is_not_damaged(
        self, tmp_path: Path, kind: bytes, data: bytes, late: bool
    ) -> None:
        path = tmp_path / "a.png"
        Image.fromarray(gradient()).save(path)
        content = path.read_bytes()
        place = len(content) - 12 if late else 33  # before the last chunk, or after the first
        path.write_bytes(content[:place] + png_chunk(kind, data) + content[place:])
        np.testing.assert_array_equal(read_image(path), gradient())
        assert read_header(path).width == 60

    @pytest.mark.parametrize(
        ("suffix", "options"),
        [
            ("png", {}),
            ("bmp", {}),
            ("webp", {"lossless": True}),
            ("tiff", {}),
            ("tiff", {"compression": "tiff_lzw"}),
            ("tiff", {"compression": "tiff_deflate"}),
        ],
    )
    def test_other_cut_files(self, tmp_path: Path, suffix: str, options: dict[str, Any]) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype(np.uint8)
        whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
        Image.fromarray(noise).save(whole, **options)
        data = whole.read_bytes()
        end = len(data) - (22 if suffix == "png" else 0)  # a PNG may lack what follows the pixels
        for length in [4, 9, 30, 60, *range(100, end, 41), end - 1]:
            cut.write_bytes(data[:length])
            with pytest.raises(ImageError, match=rf"^cut\.{suffix} is "):
                read_image(cut)

    def test_a_damaged_png(self, tmp_path: Path) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.png")
        data = bytearray((tmp_path / "a.png").read_bytes())
        data[80:120] = bytes(40)
        (tmp_path / "a.png").write_bytes(data)
        with pytest.raises(ImageError, match="is truncated or damaged"):
            read_image(tmp_path / "a.png")

    def test_a_missing_file_and_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ImageError, match=r"^a\.jpg could not be opened: there is no such file"):
            read_image(tmp_path / "a.jpg")
        with pytest.raises(ImageError, match="is a folder, not a photo"):
            read_header(tmp_path)
        with pytest.raises(ImageError, match="could not be opened"):
            read_header(tmp_path / "a\0.jpg")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.jpg")
        with pytest.raises(ImageError, match="is not a file"):
            read_image(tmp_path / "a.jpg")

    def test_a_forbidden_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "a.jpg").write_bytes(b"x")

        def forbid(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", forbid)
        with pytest.raises(ImageError, match=r"^a\.jpg could not be opened: permission denied$"):
            read_image(tmp_path / "a.jpg")

    def test_too_little_memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.png")

        def exhaust(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(PngImageFile, "load", exhaust)
        with pytest.raises(ImageError, match="needs more memory than there is"):
            read_image(tmp_path / "a.png")

    def test_an_error_travels_between_processes(self) -> None:
        error = pickle.loads(pickle.dumps(ImageError(Path("x/a.jpg"), "is truncated")))
        assert str(error) == "a.jpg is truncated"
        assert error.path == Path("x/a.jpg")


class TestSize:
    def test_a_huge_claim_is_refused_from_the_header(self, tmp_path: Path) -> None:
        (tmp_path / "bomb.png").write_bytes(bare_png(30_000, 30_000))
        words = "bomb.png claims 30000 x 30000 pixels, more than the limit of 200 megapixels"
        readers: list[Callable[[Path], object]] = [read_image, read_header]
        for read in readers:
            with pytest.raises(ImageError) as caught:
                read(tmp_path / "bomb.png")
            assert str(caught.value) == words

    def test_a_webp_canvas_is_refused_before_it_is_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        size = (16_382).to_bytes(3, "little") * 2
        data = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size
        (tmp_path / "a.webp").write_bytes(b"RIFF" + struct.pack("<I", len(data)) + data)
        monkeypatch.setattr(WebPImageFile, "_open", lambda _: pytest.fail("was opened"))
        with pytest.raises(ImageError, match="claims 16383 x 16383 pixels"):
            read_header(tmp_path / "a.webp")

    def test_sizes_that_pillow_alone_would_warn_of(self, tmp_path: Path) -> None:
        for name in ("a.png", "a.tiff"):
            Image.new("1", (10_000, 9_500)).save(tmp_path / name)
            reduced, _ = read_reduced(tmp_path / name, 100)
            assert reduced.shape == (95, 100, 3)

    def test_the_limit_itself_is_allowed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Image.fromarray(gradient()).save(tmp_path / "a.png")
        monkeypatch.setattr(images, "MAX_PIXELS", 2400)
        assert read_image(tmp_path / "a.png").shape == (40, 60, 3)
        monkeypatch.setattr(images, "MAX_PIXELS", 2399)
        with pytest.raises(ImageError, match="claims 60 x 40 pixels"):
            read_image(tmp_path / "a.png")


def test_many_threads_at_once(tmp_path: Path) -> None:
    for index in range(8):
        Image.fromarray(np.roll(gradient(), index)).save(tmp_path / f"{index}.png")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda i: read_image(tmp_path / f"{i % 8}.png"), range(64)))
    for index, pixels in enumerate(results):
        np.testing.assert_array_equal(pixels, np.roll(gradient(), index % 8))


class TestFolders:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("a.JPG", "photo"),
            ("a.jpeg", "photo"),
            ("a.tif", "photo"),
            ("a.webp", "photo"),
            ("a.HEIC", "photo"),
            ("a.avif", "photo"),
            ("a.gif", "unsupported"),
            ("a.jxl", "unsupported"),
            ("a.pts", "other"),
            ("a.txt", "other"),
            ("a.json", "other"),
            ("jpg", "other"),
        ],
    )
    def test_classify(self, name: str, kind: str) -> None:
        assert classify(Path(name)) == kind

    def test_recursive_sorted_and_without_hidden_ones(self, tmp_path: Path) -> None:
        names = ["b.jpg", "a.PNG", "sub/c.tif", "sub/deep/d.bmp", "sub/e.jxl", "f.gif", "g.txt"]
        hidden = [".h.jpg", ".git/i.jpg", "sub/.thumbs/j.png", "._a.PNG"]
        for name in names + hidden:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        photos, unsupported = find_photos(tmp_path)
        wanted = ["a.PNG", "b.jpg", "sub/c.tif", "sub/deep/d.bmp"]
        assert [path.relative_to(tmp_path).as_posix() for path in photos] == wanted
        assert unsupported == [tmp_path / "f.gif", tmp_path / "sub" / "e.jxl"]

    def test_links_end_and_list_nothing_twice(self, tmp_path: Path) -> None:
        inside, outside = tmp_path / "photos", tmp_path / "elsewhere"
        for folder in (inside / "real", outside):
            folder.mkdir(parents=True)
            (folder / "x.jpg").touch()
        try:
            (inside / "again").symlink_to(inside / "real")
        except OSError:
            pytest.skip("this account may not make links")
        (inside / "real" / "up").symlink_to(inside)
        (inside / "self").symlink_to(inside / "self")
        (inside / "broken.jpg").symlink_to(inside / "nothing.jpg")
        (inside / "other").symlink_to(outside)
        photos, unsupported = find_photos(inside)
        assert photos == [inside / "other" / "x.jpg", inside / "real" / "x.jpg"]
        assert unsupported == []

    def test_a_folder_that_cannot_be_listed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "locked").mkdir()
        (tmp_path / "a.jpg").touch()
        scan = os.scandir

        def guarded(folder: Path) -> object:
            if Path(folder).name == "locked":
                raise PermissionError(13, "Permission denied")
            return scan(folder)

        monkeypatch.setattr(os, "scandir", guarded)
        assert find_photos(tmp_path) == ([tmp_path / "a.jpg"], [tmp_path / "locked"])
        with pytest.raises(ImageError, match="locked could not be listed: permission denied"):
            find_photos(tmp_path / "locked")

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ImageError, match="gone could not be listed: there is no such"):
            find_photos(tmp_path / "gone")


@pytest.mark.shared
def test_real_photos(shared: Path) -> None:
    photos, unsupported = find_photos(shared / "faces" / "helen")
    assert len(photos) == 870
    assert unsupported == []
    for path in photos[::100]:
        info, pixels = read_header(path), read_image(path)
        assert pixels.shape == (info.height, info.width, 3)
        assert pixels.std() > 10
