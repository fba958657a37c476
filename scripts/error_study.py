"""What single signals tell of errors, and what a fit to a few faces of another kind does.

python scripts/error_study.py signals helen afw/afw.json --holdout 0.1
python scripts/error_study.py refit ytf_labelled --faces 60
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pipnet.calibration.signals import NAMES
from pipnet.cli.options import open_detector, read_samples, split_by_photo
from pipnet.evaluation.error_figures import error_figures
from pipnet.evaluation.evaluate import evaluate
from pipnet.inference.face_detection import load_face_detector

DRAWS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["signals", "refit"])
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--holdout", type=float, help="only faces that training with this held out")
    parser.add_argument("--faces", type=int, default=60, help="how many a fit is made of")
    arguments = parser.parse_args()
    detector = open_detector(arguments.weights, None, None, None, "cpu")
    samples = read_samples(arguments.data, detector.scheme.names)
    if arguments.holdout is not None:
        samples = split_by_photo(samples, arguments.holdout)[1]
    result = evaluate(detector, samples, load_face_detector())
    told, true = result.estimates, result.curve
    if arguments.what == "signals":
        print(f"{'signal':16}{'by face':>10}{'by landmark':>13}")
        for number, name in enumerate(NAMES):
            signal = np.nan_to_num(told.signals[..., number])
            row = error_figures(true, signal, signal, signal.mean(1)).summary()
            print(f"{name:16}{row['spearman_face']:10.2f}{row['spearman_point']:13.2f}")
        return
    rng, size = np.random.default_rng(0), told.scale[:, None]
    coverage, by_landmark = [], []
    for _ in range(DRAWS):
        order = rng.permutation(len(true))
        few, rest = order[: arguments.faces], order[arguments.faces :]
        model = detector.error_model.refit(told.signals[few], (true * size)[few])
        expected = model.expected(told.signals[rest]) / size[rest]
        radius = model.radius(told.signals[rest]) / size[rest]
        figures = error_figures(true[rest], expected, radius, expected.mean(1))
        coverage.append(figures.coverage90)
        by_landmark.append(figures.spearman_point)
    print(
        f"{DRAWS} draws of {arguments.faces} faces; on the other {len(true) - arguments.faces}: "
        f"held {np.mean(coverage):.3f} (standard deviation {np.std(coverage):.3f}), "
        f"rank correlation by landmark {np.mean(by_landmark):.2f}"
    )


if __name__ == "__main__":
    main()
