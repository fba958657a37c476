r"""What an adjustment learned from a few labels is worth on other faces.

python scripts/adjust_study.py ytf_labelled --group "(?:test_|train_)?(.+)_\d+"
python scripts/adjust_study.py helen --weights renders-mobilenet_v2-300w.safetensors --every 3
"""

from __future__ import annotations

import argparse
import re
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.calibration.adjustment import fit_adjustment
from pipnet.cli.options import open_detector, read_samples
from pipnet.evaluation.evaluate import Evaluation, box_of
from pipnet.inference.face_detection import load_face_detector
from pipnet.inference.pipeline import PhotoRequest, predict_photos

DRAWS = 10
LABELS = (15, 20, 30, 60, 150)
TOLERANCE = 0.08


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--group", help="finds in a file name what may not be on both sides")
    parser.add_argument("--every", type=int, default=1, help="take each so many-th face only")
    arguments = parser.parse_args()
    detector = open_detector(arguments.weights, None, None, None, "cpu")
    samples = read_samples(arguments.data, detector.scheme.names)[:: arguments.every]
    boxes = load_face_detector()
    requests = [
        PhotoRequest(item.image, partial(box_of, item, detector.convention, boxes), item.size)
        for item in samples
    ]
    found = [
        (item, result.faces[0].points)
        for item, result in zip(samples, predict_photos(detector, iter(requests)), strict=True)
        if result.faces
    ]
    points = np.stack([face for _item, face in found])
    truth = np.stack([item.points for item, _face in found])
    names = [item.image.stem for item, _face in found]
    if arguments.group:
        matches = [re.fullmatch(arguments.group, name) for name in names]
        names = [name if m is None else m[1] for name, m in zip(names, matches, strict=True)]
    groups = np.unique(names, return_inverse=True)[1]

    def figures(rows: NDArray[np.int64], placed: NDArray[np.float64]) -> tuple[float, float]:
        """NME, and the share of faces with every landmark within the tolerance, in percent."""
        result = Evaluation.of_points(placed, truth[rows], detector.scheme)
        right = np.nanmax(result.curve, axis=1) <= TOLERANCE
        return 100 * float(np.nanmean(result.errors)), 100 * float(right.mean())

    print(f"{len(points)} faces, {groups.max() + 1} groups, {DRAWS} draws: mean (SD)")
    print(f"{'labels':>6}{'NME':>8}{'adjusted':>16}{'as told':>16}{'right':>8}{'adjusted':>10}")
    for count in LABELS:
        lines = []
        for seed in range(DRAWS):
            order = np.random.default_rng(seed).permutation(groups.max() + 1)
            place = np.argsort(order)[groups]  # faces by the place of their group
            known = np.argsort(place, kind="stable")[:count]
            rest = np.flatnonzero(~np.isin(groups, groups[known]))
            fit = fit_adjustment(points[known], truth[known], groups[known])
            assert fit is not None
            before = figures(rest, points[rest])
            after = figures(rest, fit.adjustment.apply(points[rest]))
            told = figures(known, points[known])[0] * fit.after.mean() / fit.before.mean()
            lines.append((before[0], after[0], told, before[1], after[1]))
        mean, spread = np.mean(lines, axis=0), np.std(lines, axis=0)
        print(
            f"{count:6}{mean[0]:8.2f}{mean[1]:9.2f} ({spread[1]:.2f}){mean[2]:9.2f} "
            f"({spread[2]:.2f}){mean[3]:8.1f}{mean[4]:10.1f}"
        )


if __name__ == "__main__":
    main()
