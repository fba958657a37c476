"""Synthetic pixels for image files of every format."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def gradient(height: int = 40, width: int = 60) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:height, 0:width]
    red = columns * 255 // (width - 1)
    green = rows * 255 // (height - 1)
    return np.stack([red, green, 255 - red], axis=-1).astype(np.uint8)


def deep(channels: int, height: int = 9, width: int = 7) -> NDArray[np.uint16]:
    values = np.random.default_rng(3).integers(0, 65536, (height, width, channels))
    values[0, 0], values[0, 1] = 0, 65535
    return values.astype(np.uint16)


def to_8_bits(values: NDArray[np.uint16]) -> NDArray[np.float64]:
    return np.rint(values / 257)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check
