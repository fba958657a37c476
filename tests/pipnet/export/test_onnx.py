"""Exported files give what torch gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from pipnet.data.images import read_image
from pipnet.data.sample import Sample
from pipnet.export import onnx as export
from pipnet.export.onnx import ExportError, export_onnx
from pipnet.export.quantize import quantize
from pipnet.inference.onnx_detector import OnnxDetector, OnnxError
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint
from tests.pipnet.drawn import made_up_adjustment

Make = Callable[..., Checkpoint]


@pytest.mark.parametrize(("neighbours", "is_adjusted"), [(0, False), (3, False), (3, True)])
def test_onnx_gives_the_same_landmarks_for_any_number_of_faces(
    make_checkpoint: Make,
    faces: list[Sample],
    tmp_path: Path,
    neighbours: int,
    is_adjusted: bool,
) -> None:
    adjustment = made_up_adjustment() if is_adjusted else None
    checkpoint = replace(make_checkpoint(neighbours=neighbours), adjustment=adjustment)
    export_onnx(checkpoint, tmp_path / "model.onnx")
    ours, torchs = OnnxDetector(tmp_path / "model.onnx"), TorchDetector(checkpoint)
    images = [read_image(face.image) for face in faces]
    boxes = [face.boxes[0] for face in faces]
    kinds = ["landmarks"] * len(faces)
    pairs = zip(
        ours.predict_batch(images, boxes, kinds),
        torchs.predict_batch(images, boxes, kinds),
        strict=True,
    )
    for one, other in pairs:
        assert np.allclose(one.points, other.points, atol=1e-3)
        assert np.allclose(one.own, other.own, atol=1e-3)
        assert one.votes.shape == other.votes.shape
        assert np.allclose(one.scores, other.scores, atol=1e-4)
    assert (ours.scheme, ours.convention) == (checkpoint.scheme, checkpoint.convention)
    assert (ours.adjustment is not None) == is_adjusted


def test_a_file_that_adjusts_otherwise_is_not_written(
    make_checkpoint: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = replace(make_checkpoint(), adjustment=made_up_adjustment())
    dumps = export.json.dumps

    def forget(meta: dict[str, object], **options: Any) -> str:
        return dumps({k: v for k, v in meta.items() if k != "adjustment"}, **options)

    monkeypatch.setattr(export.json, "dumps", forget)
    with pytest.raises(ExportError, match="adjusts landmarks otherwise than torch"):
        export_onnx(checkpoint, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_gives_something_else_is_not_written(
    make_checkpoint: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    with pytest.raises(ExportError, match="differs from torch"):
        export_onnx(make_checkpoint(), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_broken_and_foreign_files_are_named(make_checkpoint: Make, tmp_path: Path) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"no")
    with pytest.raises(OnnxError, match=r"broken\.onnx is not a whole ONNX file"):
        OnnxDetector(tmp_path / "broken.onnx")
    export_onnx(make_checkpoint(), tmp_path / "model.onnx")
    model = onnx.load(tmp_path / "model.onnx")
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "foreign.onnx")
    with pytest.raises(OnnxError, match="not a detector of this program"):
        OnnxDetector(tmp_path / "foreign.onnx")


def test_a_damaged_adjustment_is_named(make_checkpoint: Make, tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    export_onnx(replace(make_checkpoint(), adjustment=made_up_adjustment()), file)
    model = onnx.load(file)
    entry = model.metadata_props[0]
    meta = json.loads(entry.value)
    meta["adjustment"]["mean"] = meta["adjustment"]["mean"][1:]
    entry.value = json.dumps(meta)
    onnx.save(model, file)
    with pytest.raises(OnnxError, match=r"model\.onnx describes no detector: .* no mean of 5"):
        OnnxDetector(file)


def test_eight_bits_stay_near_and_are_smaller(
    make_checkpoint: Make, faces: list[Sample], tmp_path: Path
) -> None:
    checkpoint = replace(make_checkpoint(side=64), adjustment=made_up_adjustment())
    full, small = tmp_path / "model.onnx", tmp_path / "int8.onnx"
    export_onnx(checkpoint, full)
    crops = np.stack([read_image(face.image)[:64, :64] for face in faces])
    quantize(full, small, crops)
    assert small.stat().st_size < full.stat().st_size / 1.4
    one, other = OnnxDetector(full).predict_crops(crops), OnnxDetector(small).predict_crops(crops)
    assert np.median(np.abs(one.scores - other.scores)) < 0.01
    assert OnnxDetector(small).scheme == checkpoint.scheme
    assert OnnxDetector(small).adjustment is not None
