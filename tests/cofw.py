"""Files as COFW has them: photos and labels in one."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

GREY, COLOUR = (np.arange(90 * 120) % 251).reshape(90, 120), np.zeros((80, 100, 3))
COLOUR[10, 20] = (250, 120, 5)
PHOTOS = [GREY.astype(np.uint8), COLOUR.astype(np.uint8)]


def write_cofw(path: Path, photos: list[np.ndarray], suffix: str = "Tr") -> Path:
    """A file as MATLAB 7.3 stores it: arrays transposed, cells as references."""
    with h5py.File(path, "w") as file:
        cells = file.create_dataset(f"Is{suffix}", (1, len(photos)), h5py.ref_dtype)
        for number, photo in enumerate(photos):
            file[f"#refs#/{number}"] = photo.T
            cells[0, number] = file[f"#refs#/{number}"].ref
        x, y = np.arange(29) + 21.0, np.arange(29) + 31.0
        row = np.concatenate([x, y, np.arange(29) % 2])
        file[f"phis{suffix}"] = np.tile(row, (len(photos), 1)).T
        file[f"bboxes{suffix}"] = np.tile([16.0, 26, 50, 50], (len(photos), 1)).T
    return path
