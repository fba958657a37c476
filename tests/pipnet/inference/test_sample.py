"""The shipped pictures: what they are good for, and the detector on real-looking faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipnet import resources
from pipnet.data.boxes import overlap, tight_box
from pipnet.data.crop import CropConvention, cut
from pipnet.data.images import read_header, read_image
from pipnet.data.labelled_faces import LabelledFace, load_labelled
from pipnet.data.sample import Sample
from pipnet.evaluation.evaluate import evaluate
from pipnet.export.onnx import export_onnx
from pipnet.export.quantize import quantize
from pipnet.inference.face_detection import load_face_detector
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import load


@pytest.fixture(scope="module")
def labelled(sample: Path) -> list[LabelledFace]:
    return load_labelled(sample)


@pytest.fixture(scope="module")
def samples(labelled: list[LabelledFace]) -> list[Sample]:
    return [Sample(Path(face.photo), face.points, (tight_box(face.points),)) for face in labelled]


def test_they_are_small_and_every_one_is_labelled(sample: Path, labelled: list[LabelledFace]):
    assert sum(file.stat().st_size for file in sample.iterdir()) < 3_000_000
    pictures = sorted(sample.glob("*.jpg"))
    assert len(pictures) == 52
    assert sorted({Path(face.photo) for face in labelled}) == pictures
    assert sum(picture.name.startswith("group") for picture in pictures) == 4
    for face in labelled:
        assert face.points.shape == (68, 2)
        photo = read_header(Path(face.photo))
        inside = (face.points >= -0.5) & (face.points < np.array([photo.width, photo.height]) - 0.5)
        assert inside.mean() > 0.9


def test_the_face_detector_finds_them(labelled: list[LabelledFace]):
    face_detector, to_landmarks = load_face_detector(), CropConvention().landmark_box
    boxes = {
        picture: [to_landmarks(face.box, "detected") for face in face_detector(read_image(picture))]
        for picture in {Path(face.photo) for face in labelled}
    }
    found = [
        max((overlap(tight_box(face.points), box) for box in boxes[Path(face.photo)]), default=0)
        > 0.5
        for face in labelled
    ]
    assert np.mean(found) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize(("name", "bar"), [(resources.STARTER, 8), (resources.RENDERS, 4)])
def test_the_starters_come_near_the_truth(samples: list[Sample], name: str, bar: float):
    detector = TorchDetector(load(resources.path("weights", name)))
    result = evaluate(detector, samples, load_face_detector())
    assert result.missed <= len(samples) // 20
    assert result.summary()["nme"] <= bar


@pytest.mark.slow
def test_exported_starters_find_the_same_landmarks(samples: list[Sample], tmp_path: Path):
    samples = samples[::2]
    checkpoint = load(resources.starter())
    full, small = tmp_path / "full.onnx", tmp_path / "small.onnx"
    export_onnx(checkpoint, full)
    convention = checkpoint.convention
    crops = np.stack(
        [
            cut(read_image(sample.image), convention.crop_box(sample.boxes[0]), convention)
            for sample in samples[-16:]
        ]
    )
    quantize(full, small, crops)
    nme = [
        evaluate(detector, samples).summary()["nme"]
        for detector in (TorchDetector(checkpoint), OnnxDetector(full), OnnxDetector(small))
    ]
    assert nme[1] == pytest.approx(nme[0], abs=0.005)
    assert nme[2] < nme[0] + 0.15
