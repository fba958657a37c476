"""A package with a detector plug-in, as pip would install it."""

from __future__ import annotations

from pathlib import Path

TOY = '''
import numpy as np

from pipnet import load_scheme

SHAPE = np.array(load_scheme("300w").shape)
SHAPE = (SHAPE - SHAPE.min(0)) / np.ptp(SHAPE, axis=0)


class Toy:
    """Fits the typical face into each box."""

    scheme = "300w"

    def predict(self, images, boxes):
        boxes = np.array(boxes)[:, None]  # (B, 1, 4)
        return SHAPE * boxes[..., 2:] + boxes[..., :2], np.full((len(boxes), 68), 0.75)
'''
"""The source of a plug-in `Toy` whose landmarks follow from the boxes alone."""


def install_plugin(folder: Path, source: str = TOY, entry: str = "toy = toy_face:Toy") -> Path:
    """Write a package into `folder`, which becomes ready to be put on `sys.path`.

    Args:
        source: of the module that `entry`, a line of entry_points.txt, names.
    """
    module = entry.split("=")[1].split(":")[0].strip()
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8"
    )
    (about / "entry_points.txt").write_text(f"[pipnet.detectors]\n{entry}\n", encoding="utf-8")
    return folder
