"""The same numbers as the PIPNet authors' own code, for the same weights and labels."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from pipnet.__main__ import cli
from pipnet.data.images import read_image
from pipnet.data.scheme import load_scheme
from pipnet.evaluation.metrics import auc, failure_rate
from pipnet.inference.torch_detector import TorchDetector
from pipnet.models.checkpoint import load_authors
from pipnet.models.decoding import decode
from pipnet.models.heads import Maps, PIPNet
from pipnet.models.losses import TargetBatch, encode, losses, task_indices
from pipnet.models.neighbours import Neighbours, neighbours, read_meanface

pytestmark = pytest.mark.shared

MEAN_FACES = {
    "AFLW": (19, 18, "e0baa8c9a553ebd8", "fa9d94efd4a65361"),
    "COFW": (29, 19, "f9b250e7513dcf4e", "97f881bacaa3204d"),
    "data_300W": (68, 22, "32a5422ca6ee6628", "bf1edd668069b370"),
    "data_300W_CELEBA": (68, 22, "1d3ae4c5c28fc466", "e47454c68c2f0e27"),
    "WFLW": (98, 17, "7eb20f80bbc88696", "ae6ddd0424c71d8b"),
    "LaPa": (106, 20, "7dfaf551255564f2", "316a277bee789092"),
}
"""Landmarks, longest list of predictors, and hashes of the neighbours and of the reverse lists."""

LANDMARKS = (19, 29, 68, 98, 106)
NETWORKS = {
    "resnet18": (130, (11_400_693, 11_518_683, 11_978_844, 12_332_814, 12_427_206)),
    "resnet50": (328, (24_403_445, 24_874_715, 26_712_668, 28_126_478, 28_503_494)),
    "resnet101": (634, (43_395_573, 43_866_843, 45_704_796, 47_118_606, 47_495_622)),
    "mobilenet_v2": (322, (2_783_669, 3_078_299, 4_227_356, 5_111_246, 5_346_950)),
    "mobilenet_v3": (318, (3_391_909, 3_612_939, 4_474_956, 5_138_046, 5_314_870)),
}
"""Entries of the state_dict, and parameters for each of `LANDMARKS`."""


@pytest.fixture(scope="session")
def parity(shared: Path) -> Path:
    return shared / "parity"


@pytest.fixture(scope="session")
def seeded(parity: Path) -> Any:
    spec = importlib.util.spec_from_file_location("seeded_state", parity / "seeded_state.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def table(parity: Path) -> Callable[[str], Neighbours]:
    return lambda name: neighbours(read_meanface(parity / f"meanface/{name}.txt"), 10)


def sha(*arrays: NDArray[np.int64]) -> str:
    return hashlib.sha256(b"".join(a.astype("<i8").tobytes() for a in arrays)).hexdigest()[:16]


@pytest.mark.parametrize("name", MEAN_FACES)
def test_neighbours_and_reverse_lists(name: str, table: Callable[[str], Neighbours]) -> None:
    found = table(name)
    count, longest, hash_neighbours, hash_reverse = MEAN_FACES[name]
    assert found.landmark.shape == found.slot.shape == (count, longest)
    assert sha(found.table) == hash_neighbours
    assert sha(found.landmark, found.slot) == hash_reverse


@pytest.mark.parametrize("count", [3, 5, 10, 15, 20, 40, 60, 67])
def test_neighbour_numbers_that_work(parity: Path, count: int) -> None:
    assert neighbours(read_meanface(parity / "meanface/data_300W.txt"), count).count == count


@pytest.mark.parametrize("count", [1, 2, 68])
def test_neighbour_numbers_that_do_not(parity: Path, count: int) -> None:
    with pytest.raises(ValueError, match="neighbours"):
        neighbours(read_meanface(parity / "meanface/data_300W.txt"), count)


@pytest.mark.parametrize("name", NETWORKS)
def test_size_of_the_networks(name: str) -> None:
    entries, parameters = NETWORKS[name]
    with torch.device("meta"):
        networks = [PIPNet(name, count) for count in LANDMARKS]
    assert {len(network.export_state()) for network in networks} == {entries}
    assert tuple(sum(p.numel() for p in net.parameters()) for net in networks) == parameters


@pytest.mark.parametrize(
    ("stride", "parameters"), [(16, 16_174_172), (64, 14_339_676), (128, 16_700_508)]
)
def test_size_at_other_strides(stride: int, parameters: int) -> None:
    with torch.device("meta"):
        network = PIPNet("resnet18", 68, 10, stride)
    assert sum(p.numel() for p in network.parameters()) == parameters


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2"])
def test_seeded_network(
    name: str, parity: Path, seeded: Any, table: Callable[[str], Neighbours]
) -> None:
    wanted = np.load(parity / f"{name}_68.npz")
    network = PIPNet(name, 68).eval()
    shapes = {key: tuple(value.shape) for key, value in network.export_state().items()}
    weights = {key: torch.from_numpy(array) for key, array in seeded.fill(shapes).items()}
    network.import_state(weights)
    with torch.inference_mode():
        maps = network(torch.from_numpy(seeded.images(2)))
    score, x, y, nb_x, nb_y = (part.numpy() for part in maps[:5])
    every = 7 if name == "mobilenet_v2" else 1  # that file leaves the others out
    close = {"score": score, "x": x, "y": y, "nb_x": nb_x[:, ::every], "nb_y": nb_y[:, ::every]}
    for key, found in close.items():
        np.testing.assert_allclose(found, wanted[key], rtol=0, atol=2e-5, err_msg=key)
    ours, theirs = (part.reshape(2, 68, -1) for part in (score, wanted["score"]))
    flipped = ours.argmax(-1) != theirs.argmax(-1)  # (B, N)
    best = np.sort(theirs, -1)
    assert not (flipped & (best[..., -1] - best[..., -2] > 1e-4)).any(), "not a matter of rounding"
    assert flipped.mean() < 0.02
    neighbour_table = table("data_300W")
    found = decode(score, x, y, nb_x, nb_y, neighbour_table)
    touched = flipped | flipped[:, neighbour_table.landmark].any(-1)
    for points, key, out in (
        (found.own, "own", flipped),
        (found.points, "merged", touched),
        (found.scores, "best_score", flipped),
    ):
        np.testing.assert_allclose(points[~out], wanted[key][~out], rtol=0, atol=2e-5, err_msg=key)


def test_decode_of_the_authors_maps(parity: Path, table: Callable[[str], Neighbours]) -> None:
    wanted = np.load(parity / "resnet18_68.npz")
    found = decode(
        *(wanted[key] for key in ("score", "x", "y", "nb_x", "nb_y")), table("data_300W")
    )
    np.testing.assert_allclose(found.own, wanted["own"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.points, wanted["merged"], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(found.scores, wanted["best_score"].astype(np.float64))


FLIPS = {
    "300w": "16-0 26-17 27-30 35-31 45-42 47 46 39-36 41 40 54-48 59-55 64-60 67-65",
    "wflw": "32-0 46-42 50-47 37-33 41-38 51-54 59-55 72-68 75-73 64-60 67-65 82-76 87-83 92-88 "
    "95-93 97 96",
    "cofw": "1 0 3 2 6 7 4 5 9 8 11 10 14 15 12 13 17 16 19 18 20 21 23 22 24-28",
    "aflw": "5-0 11-6 14-12 17-15 18",
    "lapa": "32-0 46-42 50-47 37-33 41-38 51-54 65-55 79-75 82-80 83 70-66 73-71 74 90-84 95-91 "
    "100-96 103-101 105 104",
}
"""For each landmark of a mirrored face the original one; `a-b` counts up or down."""


@pytest.mark.parametrize("name", FLIPS)
def test_flip_tables(name: str) -> None:
    table = list[int]()
    for part in FLIPS[name].split():
        first, last = (int(end) for end in (part.split("-") * 2)[:2])
        step = 1 if last >= first else -1
        table.extend(range(first, last + step, step))
    assert list(load_scheme(name).flip) == table


def tensors(data: Mapping[str, Any], *keys: str) -> list[torch.Tensor]:
    return [torch.from_numpy(data[key]) for key in keys]


OFFSETS = ("out_x", "out_y", "out_nb_x", "out_nb_y")


def test_targets(parity: Path, table: Callable[[str], Neighbours]) -> None:
    data = np.load(parity / "targets_loss_68.npz")
    target = encode(torch.from_numpy(data["points"]), 8)
    cell_yx = np.stack([target.cell // 8, target.cell % 8], -1)
    np.testing.assert_array_equal(cell_yx, data["cell_yx"])
    index = table("data_300W").table
    offset = (target.points_map - target.corner).numpy()
    nb_offset = (target.points_map[:, index] - target.corner[:, :, None]).numpy()
    for axis, name in enumerate("xy"):
        np.testing.assert_array_equal(offset[..., axis].astype("f4"), data[f"offset_{name}"])
        np.testing.assert_array_equal(
            nb_offset[..., axis].reshape(3, -1).astype("f4"), data[f"nb_{name}"]
        )


def test_loss(parity: Path, table: Callable[[str], Neighbours]) -> None:
    data = np.load(parity / "targets_loss_68.npz")
    batch = TargetBatch(torch.from_numpy(data["points"]), task_indices(["std"] * 3))
    found = losses(Maps(*tensors(data, "out_score", *OFFSETS)), batch, table("data_300W"))
    np.testing.assert_allclose([float(term) for term in found], data["loss"], rtol=1e-5)
    weighted = 10 * data["loss"][0] + data["loss"][1:].sum()
    assert float(found.total()) == pytest.approx(weighted, rel=1e-5)


def test_curriculum_loss(parity: Path, table: Callable[[str], Neighbours]) -> None:
    data = np.load(parity / "curriculum_loss_a.npz")
    assert set(data["tasks"]) == {"std", "cls1", "cls2", "cls3"}
    fine, four, two = tensors(data, "out_score8", "out_score4", "out_score2")
    maps = Maps(fine, *tensors(data, *OFFSETS), coarse=(four, two))
    batch = TargetBatch(torch.from_numpy(data["points"]), task_indices(data["tasks"]))
    found = losses(maps, batch, table("data_300W_CELEBA"))
    np.testing.assert_allclose([float(term) for term in found], data["loss"], rtol=1e-5)


def test_metrics(parity: Path) -> None:
    data = np.load(parity / "metrics.npz")
    assert failure_rate(data["nme"]) == pytest.approx(float(data["fr"]), abs=1e-12)
    assert auc(data["nme"]) == pytest.approx(float(data["auc"]), abs=1e-6)


@pytest.fixture
def sheet(parity: Path) -> dict[str, Any]:
    """40 photos, the box that was cut from each, and what the authors' code gave."""
    found = json.loads((parity / "authors_mobilenet_v2.json").read_text("utf-8"))
    assert len(found["faces"]) == 40
    return dict(found)


def test_the_authors_checkpoint_on_40_photos(
    shared: Path, parity: Path, sheet: dict[str, Any]
) -> None:
    checkpoint = load_authors(
        parity / sheet["weights"],
        sheet["backbone"],
        load_scheme(sheet["scheme"]),
        read_meanface(parity / sheet["meanface"]),
    )
    faces = sheet["faces"]
    boxes = np.array([face["box"] for face in faces])
    crops = []
    for face, (x, y, w, h) in zip(faces, boxes, strict=True):
        photo = read_image(shared / face["image"])
        crops.append(cv2.resize(photo[y : y + h, x : x + w], (256, 256)))
    found = TorchDetector(checkpoint).predict_crops(np.stack(crops).astype(np.uint8))
    points = found.points * boxes[:, None, 2:] + boxes[:, None, :2]
    np.testing.assert_allclose(points, [face["points"] for face in faces], rtol=0, atol=0.01)


def test_the_authors_checkpoint_by_the_command(
    shared: Path, parity: Path, sheet: dict[str, Any], tmp_path: Path
) -> None:
    """Once as their `.pth`, once converted; on photos of nothing but the box that was cut."""
    crops, ours, out = tmp_path / "crops", tmp_path / "ours.safetensors", tmp_path / "out.json"
    crops.mkdir()
    for number, face in enumerate(sheet["faces"]):
        x, y, w, h = face["box"]
        photo = cv2.imread(str(shared / face["image"]))
        assert photo is not None
        cv2.imwrite(str(crops / f"{number:02d}.png"), photo[y : y + h, x : x + w])
    theirs, meanface = parity / sheet["weights"], parity / sheet["meanface"]
    beside = ["--backbone", sheet["backbone"], "--scheme", sheet["scheme"], "--meanface", meanface]
    main = partial(cli, standalone_mode=False)
    main([str(word) for word in ("convert", theirs, ours, *beside)])
    for weights in ([theirs, *beside], [ours]):
        words = ("predict", "--weights", *weights, "--boxes", "whole", crops, "--json", out)
        main([str(word) for word in words])
        rows = json.loads(out.read_text("utf-8"))["faces"]
        for row, face in zip(rows, sheet["faces"], strict=True):
            points = np.array(row["points"]) + face["box"][:2]
            assert row["box"] == [0, 0, *face["box"][2:]]
            np.testing.assert_allclose(points, face["points"], rtol=0, atol=0.01)
