"""ONNX files with everything inside: normalisation, network, decode, neighbour merge; and, as
metadata, the adjustment of a network that has one, for `pipnet.inference.crop_detector`."""

from __future__ import annotations

import copy
import io
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipnet.data.normalisation import MEAN, STD
from pipnet.inference.base import Detector
from pipnet.inference.onnx_detector import OnnxDetector, OnnxError
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import Checkpoint
from pipnet.models.heads import Coordinates, Heatmaps, Maps
from pipnet.output import replacing

TOLERANCE = 1e-3
"""Largest distance, in crop units, of a landmark of the ONNX file from that of torch."""


class ExportError(OnnxError):
    """The network cannot be exported, or the landmarks of its file differ from those of torch."""


class _Whole(nn.Module):
    """Images (B, S, S, 3) uint8 RGB -> points, own, votes (crop units) and scores, float32."""

    mean: Tensor
    votes: Tensor

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        # the division by the deviations goes into the first weights: one pass over the image less
        self.network = copy.deepcopy(checkpoint.network)
        first = next(part for part in self.network.modules() if isinstance(part, nn.Conv2d))
        first.weight.data /= torch.from_numpy(STD * 255)[:, None, None]
        table = checkpoint.table
        self.count = table.count
        self.side = checkpoint.convention.side
        self.register_buffer("mean", torch.from_numpy(MEAN * 255).repeat(self.side))
        # one index into the flattened (N * C) predictions for each vote
        flat = table.landmark * max(table.count, 1) + table.slot
        self.register_buffer("votes", torch.from_numpy(flat.reshape(-1)))
        self.each = int(table.landmark.shape[1])

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        # rows as one axis: taking away three numbers at a time is four times as slow
        rows = images.flatten(2).float() - self.mean  # (B, S, S*3)
        x = rows.reshape(-1, self.side, self.side, 3).permute(0, 3, 1, 2)
        output = self.network(x)
        if isinstance(output, Maps):
            return self._merged(output)
        if isinstance(output, Coordinates):
            # a plain one would be fixed to the number of faces that the graph was traced with
            own, best = output.points, output.points[..., 0] * 0 + 1
        else:
            own, best = _peaks(output)
        return own, own, own[:, :, None][:, :, :0], best

    def _merged(self, maps: Maps) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        score = maps.score.flatten(2)  # (B, N, G*G)
        grid = maps.score.shape[-1]
        cell = score.argmax(-1, keepdim=True)  # (B, N, 1)
        best = score.gather(-1, cell)[..., 0]  # (B, N)
        corner = torch.cat([cell % grid, cell // grid], -1).float()  # (B, N, 2)

        def pick(part: Tensor, each: int) -> Tensor:
            rows = part.reshape(-1, score.shape[1], each, grid * grid)  # (B, N, K, G*G)
            index = cell[:, :, None].expand(-1, -1, each, -1)
            return rows.gather(-1, index)[..., 0]  # (B, N, K)

        own = (corner + torch.cat([pick(maps.x, 1), pick(maps.y, 1)], -1)) / grid
        if self.count == 0:
            return own, own, own[:, :, None][:, :, :0], best
        around = torch.stack([pick(maps.nb_x, self.count), pick(maps.nb_y, self.count)], -1)
        around = ((corner[:, :, None] + around) / grid).flatten(1, 2)  # (B, N*C, 2)
        votes = around[:, self.votes].reshape(own.shape[0], -1, self.each, 2)  # (B, N, M, 2)
        points = (own + votes.sum(2)) / (1 + self.each)
        return points, own, votes, best


def _peaks(output: Heatmaps) -> tuple[Tensor, Tensor]:
    """As `pipnet.models.decoding.decode_heatmaps`: points (B, N, 2) in crop units and scores (B,
    N)."""
    heat = output.heat
    size = heat.shape[-1]
    flat = heat.flatten(2)
    cell = flat.argmax(-1, keepdim=True)  # (B, N, 1)
    best = flat.gather(-1, cell)[..., 0]
    # a border lower than anything, so that every maximum has neighbours
    padded = nn.functional.pad(heat, (1, 1, 1, 1), value=-1e9).flatten(2)
    row, column = cell // size + 1, cell % size + 1

    def at(rows: Tensor, columns: Tensor) -> Tensor:
        return padded.gather(-1, rows * (size + 2) + columns)

    dx = torch.sign(at(row, column + 1) - at(row, column - 1))
    dy = torch.sign(at(row + 1, column) - at(row - 1, column))
    return torch.cat([column - 0.5 + 0.25 * dx, row - 0.5 + 0.25 * dy], -1) / size, best


def export_onnx(
    checkpoint: Checkpoint,
    path: Path,
    check: NDArray[np.uint8] | None = None,
    *,
    tolerance: float | None = None,
) -> None:
    """Write an ONNX file that takes any number of crops, and compare it with torch.

    Args:
        checkpoint: what to export.
        path: where to; the file appears whole or not at all.
        check: crops (B, S, S, 3) of faces to compare on; noise if None.
        tolerance: how far a landmark may differ, in crop units; `TOLERANCE` if None.

    Raises:
        ExportError: torch cannot export the network, or a landmark differs from torch's, as
            predicted or as adjusted, by more than the tolerance.
        OSError: it cannot be written.
    """
    side = checkpoint.convention.side
    if check is None:
        check = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    checkpoint.network.to("cpu", torch.float32).eval()
    try:
        graph = _graph(_Whole(checkpoint).eval(), torch.from_numpy(check[:1]))
    except Exception as error:  # torch raises almost anything for what it cannot export
        raise ExportError(f"{path.name} could not be exported: {error}") from error
    model = onnx.load_from_string(graph)
    meta = {
        "scheme": json.loads(checkpoint.scheme.to_json()),
        "crop": checkpoint.convention.to_mapping(),
    }
    if checkpoint.adjustment is not None:
        arrays = checkpoint.adjustment.arrays().items()
        meta["adjustment"] = {"faces": checkpoint.adjustment.faces} | {
            name: array.tolist() for name, array in arrays
        }
    entry = model.metadata_props.add()
    entry.key, entry.value = "pipnet", json.dumps(meta)
    with replacing(path) as partial:
        partial.write_bytes(model.SerializeToString())
        _verify(
            checkpoint, partial, check, path.name, TOLERANCE if tolerance is None else tolerance
        )


def _graph(whole: _Whole, example: Tensor) -> bytes:
    """The ONNX file without its description."""
    names = ["points", "own", "votes", "scores"]
    graph = io.BytesIO()  # in memory, so that no temporary file of the exporter is left
    with warnings.catch_warnings():
        # the older exporter needs no further package, but warns that it is deprecated
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole, (example,), graph,  # type: ignore[arg-type]
            dynamo=False, opset_version=17,
            input_names=["images"], output_names=names,
            dynamic_axes={name: {0: "faces"} for name in ["images", *names]},
        )  # fmt: skip
    return graph.getvalue()


def _verify(
    checkpoint: Checkpoint, path: Path, crops: NDArray[np.uint8], name: str, tolerance: float
) -> None:
    ours, theirs = OnnxDetector(path), TorchDetector(checkpoint)
    points = theirs.predict_crops(crops).points
    # where two cells tie, rounding may choose the other: such landmarks differ by whole cells
    off = np.abs(ours.predict_crops(crops).points - points).max(-1)
    if float(np.median(off)) > tolerance or float((off > tolerance).mean()) > 0.02:
        raise ExportError(f"{name} differs from torch by up to {off.max():.4f} of the crop")
    # of the same landmarks: a landmark at a tie would move all others of its face
    apart = np.abs(_adjusted(ours, points) - _adjusted(theirs, points)).max()
    if apart > tolerance:
        raise ExportError(f"{name} adjusts landmarks otherwise than torch, by up to {apart:.4f}")


def _adjusted(detector: Detector, points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points if detector.adjustment is None else detector.adjustment.apply(points)
