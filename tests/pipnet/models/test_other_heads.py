"""Coordinate and heatmap regression beside PIPNet: shapes, loss, decoding, the whole way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from pipnet.data.crop import CropConvention
from pipnet.data.images import read_image
from pipnet.data.sample import Sample
from pipnet.export.onnx import export_onnx
from pipnet.inference.onnx_detector import OnnxDetector
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.backbones import FEATURE_CHANNELS
from pipnet.models.checkpoint import Checkpoint, load, save
from pipnet.models.decoding import decode_coordinates, decode_heatmaps
from pipnet.models.heads import HEADS, Coordinates, Heatmaps, Maps, Output, build
from pipnet.models.losses import (
    SIGMA,
    Losses,
    PlainLoss,
    TargetBatch,
    encode,
    output_loss,
    task_indices,
)
from pipnet.models.neighbours import neighbours
from pipnet.training.augment import NONE
from pipnet.training.config import TrainConfig
from pipnet.training.trainer import train
from tests.pipnet.drawn import FACE, FIVE

NAN = float("nan")


@pytest.mark.parametrize("name", FEATURE_CHANNELS)
@pytest.mark.parametrize("head", HEADS)
def test_every_head_on_every_backbone(head: str, name: str) -> None:
    with torch.device("meta"):
        network = build(head, name, 7, 4)
        output = network(torch.zeros(2, 3, 128, 128))
    assert network.head == head
    shapes = [tuple(part.shape) for part in output[:5]]
    assert (
        shapes
        == {
            "pip": [(2, 7, 4, 4)] * 3 + [(2, 28, 4, 4)] * 2,
            "coord": [(2, 7, 2)],
            "heatmap": [(2, 7, 32, 32)],
        }[head]
    )
    assert network.neighbours == (4 if head == "pip" else 0)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (("pips", "resnet18", 5), "unknown head 'pips'; known: pip, coord, heatmap"),
        (("coord", "resnet18", 5, 0, 16), "head 'coord' has stride 32 only, not 16"),
        (("heatmap", "resnet18", 5, 0, 64), "head 'heatmap' has stride 32 only, not 64"),
        (("coord", "vgg", 5), "unknown backbone 'vgg'"),
        (("heatmap", "vgg", 5), "unknown backbone 'vgg'"),
        (("pip", "mobilenet_v3", 5, 3, 16), "mobilenet_v3 has stride 32 only, not 16"),
    ],
)
def test_what_cannot_be_built(given: tuple[str, str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        build(*given)


def test_coordinates_start_in_the_middle_of_the_crop() -> None:
    network = build("coord", "mobilenet_v2", 5).eval()
    with torch.inference_mode():
        points = network(torch.randn(2, 3, 64, 64)).points
    np.testing.assert_allclose(points, 0.5, atol=0.2)


def checkpoint(head: str, count: int, side: int = 64) -> Checkpoint:
    torch.manual_seed(0)
    network = build(head, "mobilenet_v2", 5, count)
    return Checkpoint(network, FIVE, FACE, CropConvention(side=side), {"note": "made up"})


@pytest.mark.usefixtures("small_backbone")
@pytest.mark.parametrize(("head", "count"), [("coord", 0), ("heatmap", 0), ("pip", 0), ("pip", 3)])
def test_train_save_load_predict_export(
    head: str, count: int, faces: list[Sample], tmp_path: Path
) -> None:
    totals = list[float]()
    result = train(
        checkpoint(head, count), faces, TrainConfig(epochs=10, batch=6, lr=5e-4, warmup_steps=2),
        augmentation=NONE, on_progress=lambda step: totals.append(step.losses["total"]),
    )  # fmt: skip
    assert np.mean(totals[-3:]) < 0.6 * np.mean(totals[:3])
    save(result, tmp_path / "model.safetensors")
    found = load(tmp_path / "model.safetensors")
    assert (found.network.head, found.network.neighbours) == (head, count)
    export_onnx(found, tmp_path / "model.onnx")
    detectors = TorchDetector(result), TorchDetector(found), OnnxDetector(tmp_path / "model.onnx")
    images = [read_image(face.image) for face in faces]
    boxes, kinds = [face.boxes[0] for face in faces], ["landmarks"] * len(faces)
    trained, loaded = (d.predict_batch(images, boxes, kinds) for d in detectors[:2])
    onnx = [
        detectors[2].predict(image, [box], "landmarks")[0]
        for image, box in zip(images, boxes, strict=True)
    ]
    for one, two, three in zip(trained, loaded, onnx, strict=True):
        np.testing.assert_array_equal(one.points, two.points)
        np.testing.assert_allclose(one.points, three.points, rtol=0, atol=0.02)
        np.testing.assert_allclose(one.scores, three.scores, rtol=0, atol=1e-3)
        assert one.votes.shape == three.votes.shape
        assert (one.votes.shape[1] > 0) == (count > 0)
        assert (one.spread > 0).all() == (count > 0)


@pytest.mark.usefixtures("small_backbone")
@pytest.mark.parametrize("head", ["pip", "coord", "heatmap"])
def test_an_exported_head_takes_any_number_of_faces(head: str, tmp_path: Path) -> None:
    export_onnx(checkpoint(head, 0), tmp_path / "model.onnx")
    detector = OnnxDetector(tmp_path / "model.onnx")
    for count in (1, 3):
        found = detector.predict_crops(np.zeros((count, 64, 64, 3), np.uint8))
        assert (found.points.shape, found.scores.shape) == ((count, 5, 2), (count, 5))


@pytest.mark.usefixtures("small_backbone")
@pytest.mark.parametrize("head", ["coord", "heatmap"])
@pytest.mark.parametrize("task", ["cls1", "cls2", "cls3"])
def test_a_curriculum_needs_score_maps(head: str, task: str, faces: list[Sample]) -> None:
    samples = [*faces[:2], replace(faces[2], task=task)]
    with pytest.raises(ValueError, match=f"a curriculum needs head 'pip', not '{head}'"):
        train(checkpoint(head, 0), samples, TrainConfig(epochs=1))


class TestHeatmaps:
    @pytest.mark.parametrize("size", [8, 16, 64])
    def test_the_peak_is_found_to_a_quarter_of_a_cell(self, size: int) -> None:
        rng = np.random.default_rng(0)
        centres = rng.uniform(1 / size, 1 - 1 / size, (40, 5, 2))
        cells = np.arange(size) + 0.5
        bell = np.exp(-((cells - centres[..., None] * size) ** 2) / (2 * SIGMA**2))
        heat = bell[:, :, 1, :, None] * bell[:, :, 0, None, :] * 0.7
        found = decode_heatmaps(heat.astype(np.float32))
        off = np.abs(found.points - centres) * size
        assert off.max() <= 0.25 + 1e-3
        assert off.max() > 0.2, "the quarter is all that this decoding can do"
        assert (found.scores > 0.5).all()
        assert (found.scores <= 0.7).all()

    def test_a_peak_in_a_corner_stays_inside(self) -> None:
        heat = np.zeros((1, 4, 8, 8), np.float32)
        for landmark, (row, column) in enumerate([(0, 0), (0, 7), (7, 0), (7, 7)]):
            heat[0, landmark, row, column] = 1
        low, high = 0.75 / 8, 7.25 / 8
        wanted = [[low, low], [high, low], [low, high], [high, high]]
        np.testing.assert_allclose(decode_heatmaps(heat).points[0], wanted)

    def test_a_flat_map_is_its_first_cell(self) -> None:
        points = decode_heatmaps(np.zeros((1, 1, 4, 4), np.float32)).points
        np.testing.assert_allclose(points, [[[0.75 / 4, 0.75 / 4]]])

    def test_the_target_itself_has_no_loss(self) -> None:
        points = torch.from_numpy(FACE)[None]
        centres = torch.arange(16) + 0.5
        bell = torch.exp(-((centres - points[..., None] * 16) ** 2) / (2 * SIGMA**2))
        heat = (bell[:, :, 1, :, None] * bell[:, :, 0, None, :]).float()
        assert total(Heatmaps(heat), points) == pytest.approx(0, abs=1e-12)
        for other in (heat.transpose(-1, -2), heat.flip(-1), heat + 0.1):
            assert total(Heatmaps(other), points) > 1e-3


def loss(output: Output, points: Tensor) -> Losses | PlainLoss:
    count = 3 if isinstance(output, Maps) else 0
    batch = TargetBatch(points, task_indices(["std"] * len(points)))
    return output_loss(output, batch, neighbours(FACE, count))


def total(output: Output, points: Tensor) -> float:
    return float(loss(output, points).total().detach())


def outputs(head: str) -> Output:
    """Of two faces, and different for every landmark."""
    rng = torch.Generator().manual_seed(0)

    def part(*shape: int) -> Tensor:
        return torch.randn(2, *shape, generator=rng).requires_grad_()

    if head == "coord":
        return Coordinates(part(5, 2))
    if head == "heatmap":
        return Heatmaps(part(5, 16, 16))
    return Maps(*(part(n, 8, 8) for n in (5, 5, 5, 15, 15)))


@pytest.mark.parametrize("head", HEADS)
class TestUnlabelled:
    @pytest.mark.parametrize("gone", [[NAN, NAN], [NAN, 0.5], [0.5, NAN]])
    def test_landmarks_count_nowhere(self, head: str, gone: list[float]) -> None:
        points = torch.from_numpy(np.stack([FACE, FACE + 0.1]))
        points[0, 2] = torch.tensor(gone)
        output = outputs(head)
        before = loss(output, points).total()
        before.backward()
        first = output[0]
        assert isinstance(first, Tensor)
        assert first.grad is not None
        assert first.grad.isfinite().all()
        trained = first.grad.abs().flatten(2).sum(-1) > 0
        assert trained.tolist() == [[True, True, False, True, True], [True] * 5]
        with torch.no_grad():
            first[0, 2] = 99
        assert total(output, points) == float(before.detach())

    def test_nothing_labelled_is_no_loss(self, head: str) -> None:
        output = outputs(head)
        found = loss(output, torch.full((2, 5, 2), NAN, dtype=torch.float64))
        assert float(found.total().detach()) == 0
        found.total().backward()
        for part in output[:5]:
            assert isinstance(part, Tensor)
            assert part.grad is not None
            assert not part.grad.any()

    def test_the_mean_is_over_what_is_labelled(self, head: str) -> None:
        points = torch.from_numpy(np.stack([FACE, FACE]))
        one = outputs(head)
        twice = type(one)(*(torch.cat([part[:1]] * 2) for part in one[:5]))  # type: ignore[index]
        both = total(twice, points)
        points[1] = NAN
        assert total(twice, points) == pytest.approx(both, rel=1e-5)


def test_the_error_of_coordinates_is_the_mean_of_both_axes() -> None:
    points = torch.from_numpy(FACE)[None]
    moved = (points + torch.tensor([0.1, -0.3])).float()
    assert total(Coordinates(moved), points) == pytest.approx(0.2)


def test_coordinates_are_landmarks_as_they_are() -> None:
    found = decode_coordinates(FACE[None].astype(np.float32))
    np.testing.assert_allclose(found.points[0], FACE, atol=1e-7)
    assert found.scores.tolist() == [[1] * 5]
    assert not found.spread().any()


def test_the_heat_target_lies_where_decoding_looks_for_it() -> None:
    """One landmark, moved: the map that has the least loss is decoded to it."""
    points = torch.tensor([[[0.3, 0.6]]], dtype=torch.float64)
    heat = torch.zeros(1, 1, 16, 16, requires_grad=True)
    batch = TargetBatch(points, task_indices(["std"]))
    table = neighbours(np.array([[0.5, 0.5], [0.1, 0.1]]), 0)
    output_loss(Heatmaps(heat), batch, table).total().backward()
    assert heat.grad is not None
    decoded = decode_heatmaps(-heat.grad.numpy()).points
    np.testing.assert_allclose(decoded, points, rtol=0, atol=0.25 / 16)
    assert encode(points, 16).cell.tolist() == [[9 * 16 + 4]]
