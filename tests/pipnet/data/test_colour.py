"""Pixels of every mode that a photo may be stored in, written here and read back as RGB."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipnet.data.images import read_image
from tests.pictures import deep, gradient, png_chunk, to_8_bits


class TestModes:
    """Pillow modes whose plain conversion to RGB would be wrong, and those where it is right."""

    def test_grey(self, tmp_path: Path) -> None:
        grey = gradient()[..., 0]
        Image.fromarray(grey).save(tmp_path / "a.png")
        np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.dstack([grey] * 3))

    def test_one_bit(self, tmp_path: Path) -> None:
        Image.fromarray(gradient()[..., 0] > 127).save(tmp_path / "a.png")
        assert np.unique(read_image(tmp_path / "a.png")).tolist() == [0, 255]

    @pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
    def test_alpha_lies_over_white(self, tmp_path: Path, suffix: str) -> None:
        rgba = np.zeros((8, 9, 4), np.uint8)
        rgba[:, :3] = (200, 100, 50, 255)
        rgba[:, 3:6] = (200, 100, 50, 128)
        rgba[:, 6:] = (200, 100, 50, 0)
        path = tmp_path / f"a.{suffix}"
        options: dict[str, Any] = {"lossless": True} if suffix == "webp" else {}
        Image.fromarray(rgba).save(path, **options)
        pixels = read_image(path)
        assert pixels[0, 0].tolist() == [200, 100, 50]
        np.testing.assert_allclose(pixels[0, 4].astype(int), [227, 177, 152], atol=1)
        assert pixels[0, 8].tolist() == [255, 255, 255]

    def test_grey_with_alpha(self, tmp_path: Path) -> None:
        values = np.array([[[40, 255], [40, 0]]], np.uint8)
        Image.fromarray(values, "LA").save(tmp_path / "a.png")
        assert read_image(tmp_path / "a.png")[0, :, 0].tolist() == [40, 255]

    def test_palette_and_its_transparency(self, tmp_path: Path) -> None:
        image = Image.new("P", (3, 1))
        image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
        image.putdata([0, 1, 2])
        image.save(tmp_path / "opaque.png")
        image.save(tmp_path / "index.png", transparency=1)
        image.save(tmp_path / "bytes.png", transparency=b"\xff\x00\x80")
        opaque = read_image(tmp_path / "opaque.png")[0].tolist()
        assert opaque == [[10, 20, 30], [40, 50, 60], [70, 80, 90]]
        assert read_image(tmp_path / "index.png")[0, 1].tolist() == [255, 255, 255]
        assert read_image(tmp_path / "bytes.png")[0, :2].tolist() == [[10, 20, 30], [255] * 3]

    @pytest.mark.parametrize("mode", ["L", "RGB"])
    def test_a_see_through_colour(self, tmp_path: Path, mode: str) -> None:
        image = Image.new(mode, (2, 1), "black")
        image.putpixel((1, 0), 9 if mode == "L" else (9, 9, 9))
        image.save(tmp_path / "a.png", transparency=9 if mode == "L" else (9, 9, 9))
        assert read_image(tmp_path / "a.png")[0, :, 2].tolist() == [0, 255]

    @pytest.mark.parametrize("name", ["a.png", "a.tiff"])
    @pytest.mark.parametrize("channels", [1, 3, 4])
    def test_16_bits(self, tmp_path: Path, name: str, channels: int) -> None:
        values = deep(channels)
        if channels == 4:
            values[..., 3] = 65535
        assert cv2.imwrite(str(tmp_path / name), values)
        wanted = to_8_bits(values[..., 2::-1] if channels > 1 else np.dstack([values] * 3))
        np.testing.assert_array_equal(read_image(tmp_path / name), wanted)

    def test_16_bits_uncompressed_tiff(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tif"
        assert cv2.imwrite(str(path), deep(3), [cv2.IMWRITE_TIFF_COMPRESSION, 1])
        np.testing.assert_array_equal(read_image(path), to_8_bits(deep(3)[..., ::-1]))

    def test_16_bits_with_alpha(self, tmp_path: Path) -> None:
        values = deep(4)
        values[..., 3] = 0
        values[4:, :, 3] = 32768
        assert cv2.imwrite(str(tmp_path / "a.png"), values)
        pixels = read_image(tmp_path / "a.png").astype(float)
        assert (pixels[:4] == 255).all()
        wanted = values[4:, :, 2::-1] / 257 * 0.5 + 127.5
        np.testing.assert_allclose(pixels[4:], wanted, atol=1.5)

    def test_16_bit_grey_with_a_see_through_value(self, tmp_path: Path) -> None:
        header = struct.pack(">IIBBBBB", 2, 1, 16, 0, 0, 0, 0)
        rows = zlib.compress(b"\0" + struct.pack(">HH", 4000, 0x8080))
        chunks = [(b"IHDR", header), (b"tRNS", struct.pack(">H", 4000)), (b"IDAT", rows)]
        data = b"".join(png_chunk(kind, body) for kind, body in [*chunks, (b"IEND", b"")])
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + data)
        assert read_image(tmp_path / "a.png")[0, :, 0].tolist() == [255, 128]

    def test_integers_and_floats_of_32_bits(self, tmp_path: Path) -> None:
        ramp = np.linspace(0, 1, 12).reshape(3, 4)
        wanted = np.rint(ramp * 255)
        whole = (ramp * 65535).round()
        for name, values in {
            "i": whole.astype(np.int32),
            "f16": whole.astype(np.float32),
            "f8": (ramp * 255).astype(np.float32),
            "f1": ramp.astype(np.float32),
            "wide": (ramp * 2**30).astype(np.int32),
        }.items():
            path = tmp_path / f"{name}.tiff"
            Image.fromarray(values).save(path)
            np.testing.assert_allclose(read_image(path)[..., 0], wanted, atol=1, err_msg=name)

    def test_a_float_picture_with_holes(self, tmp_path: Path) -> None:
        values = np.array([[np.nan, np.inf, 0.5, 1.0]], np.float32)
        Image.fromarray(values).save(tmp_path / "a.tiff")
        assert read_image(tmp_path / "a.tiff")[0, :, 1].tolist() == [0, 0, 128, 255]

    def test_grey_tiff_that_counts_from_white(self, tmp_path: Path) -> None:
        for values in (np.array([[0, 255]], np.uint8), np.array([[0, 65535]], np.uint16)):
            Image.fromarray(values).save(tmp_path / "a.tiff", tiffinfo={262: 0})
            with Image.open(tmp_path / "a.tiff") as image:
                inverted_by_writer = image.mode == "L"
            expected = [0, 255] if inverted_by_writer else [255, 0]
            assert read_image(tmp_path / "a.tiff")[0, :, 0].tolist() == expected

    def test_big_endian_tiff(self, tmp_path: Path) -> None:
        entries = [(256, 3, 2), (257, 3, 1), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 3, 8)]
        entries += [(277, 3, 1), (278, 3, 1), (279, 3, 4)]
        directory = struct.pack(">H", len(entries))
        for tag, kind, value in entries:
            directory += struct.pack(">HHIHH", tag, kind, 1, value, 0)
        pixels = struct.pack(">HH", 257 * 7, 65535)
        data = b"MM\0*" + struct.pack(">I", 12) + pixels + directory + bytes(4)
        (tmp_path / "a.tif").write_bytes(data)
        assert read_image(tmp_path / "a.tif")[0, :, 0].tolist() == [7, 255]

    def test_lab(self, tmp_path: Path) -> None:
        Image.new("LAB", (4, 4), (255, 128, 128)).save(tmp_path / "a.tiff")
        np.testing.assert_allclose(read_image(tmp_path / "a.tiff")[0, 0].astype(int), 255, atol=3)


class TestInk:
    """CMYK: Adobe's files hold inverted ink and have an Adobe marker, others hold plain ink."""

    ink = (200, 40, 90, 30)
    """c, m, y, k of 255."""

    def colour(self) -> NDArray[np.float64]:
        return (255 - np.array(self.ink[:3])) * (255 - self.ink[3]) / 255

    def test_adobe(self, tmp_path: Path) -> None:
        Image.new("CMYK", (16, 16), self.ink).save(tmp_path / "a.jpg", quality=100)
        assert b"Adobe" in (tmp_path / "a.jpg").read_bytes()
        np.testing.assert_allclose(read_image(tmp_path / "a.jpg")[8, 8], self.colour(), atol=3)

    def test_without_adobe_marker(self, tmp_path: Path) -> None:
        plain = tuple(255 - value for value in self.ink)  # Pillow writes it inverted
        Image.new("CMYK", (16, 16), plain).save(tmp_path / "a.jpg", quality=100)
        data = (tmp_path / "a.jpg").read_bytes()
        start = data.index(b"\xff\xee")
        (tmp_path / "a.jpg").write_bytes(data[:start] + data[start + 16 :])
        np.testing.assert_allclose(read_image(tmp_path / "a.jpg")[8, 8], self.colour(), atol=3)

    def test_ycck(self, tmp_path: Path) -> None:
        red, green, blue = self.ink[
            :3
        ]  # of the inverted ink 255 - c, libjpeg takes 255 - (255 - c)
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        stored = (luma, 128 + (blue - luma) / 1.772, 128 + (red - luma) / 1.402, 255 - self.ink[3])
        pillow = tuple(255 - round(value) for value in stored)
        Image.new("CMYK", (16, 16), pillow).save(tmp_path / "a.jpg", quality=100)
        data = bytearray((tmp_path / "a.jpg").read_bytes())
        data[data.index(b"Adobe") + 11] = 2  # the marker's transform: YCCK
        (tmp_path / "a.jpg").write_bytes(data)
        np.testing.assert_allclose(read_image(tmp_path / "a.jpg")[8, 8], self.colour(), atol=4)

    def test_tiff(self, tmp_path: Path) -> None:
        Image.new("CMYK", (4, 4), self.ink).save(tmp_path / "a.tiff")
        np.testing.assert_allclose(read_image(tmp_path / "a.tiff")[1, 1], self.colour(), atol=1)
