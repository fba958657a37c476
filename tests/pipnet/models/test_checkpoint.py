"""Model files: whole or refused, and never run."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from pipnet.data.scheme import Scheme
from pipnet.models.checkpoint import (
    FORMAT,
    Checkpoint,
    CheckpointError,
    load,
    load_authors,
    mixed,
    read_torch,
    save,
    start_backbone,
)
from pipnet.models.heads import PIPNet
from pipnet.models.terms import RESEARCH_ONLY
from tests.pipnet.drawn import FACE, FIVE, made_up_adjustment

Make = Callable[..., Checkpoint]


@pytest.fixture
def model(tmp_path: Path, make_checkpoint: Make) -> Path:
    path = tmp_path / "model.safetensors"
    save(make_checkpoint(), path)
    return path


def changed(
    path: Path, *, gone: str = "", state: dict[str, torch.Tensor] | None = None, **meta: Any
) -> Path:
    """A copy of a model file with other metadata or tensors."""
    with safe_open(path, framework="pt") as file:
        old = json.loads(file.metadata()["pipnet"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    new = {key: value for key, value in {**old, **meta}.items() if key != gone}
    copy = path.with_name("changed.safetensors")
    tensors = {k: v for k, v in {**tensors, **(state or {})}.items() if k != gone}
    save_file(tensors, copy, {"pipnet": json.dumps(new)})
    return copy


def refused(path: Path, reason: str, opener: Callable[[Path], Any] = load) -> None:
    with pytest.raises(CheckpointError) as caught:
        opener(path)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("backbone", "stride", "neighbours"),
    [("mobilenet_v2", 32, 3), ("mobilenet_v3", 32, 0), ("resnet18", 32, 4), ("resnet18", 128, 3)],
)
def test_the_round_trip_is_exact(
    tmp_path: Path, backbone: str, stride: int, neighbours: int, make_checkpoint: Make
) -> None:
    base = make_checkpoint(side=192)
    network = PIPNet(backbone, 5, neighbours, stride)
    path = tmp_path / "deep" / "a.safetensors"
    mean_face = FACE + np.random.default_rng(0).normal(0, 1e-9, FACE.shape)
    given = Checkpoint(network, FIVE, mean_face, base.convention, {"epochs": 3, "of": "사진"})
    save(given, path)
    found = load(path)
    assert (found.network.name, found.network.stride) == (backbone, stride)
    assert (found.network.landmarks, found.network.neighbours) == (5, neighbours)
    state = found.network.state_dict()
    for key, value in network.state_dict().items():
        assert torch.equal(state[key], value), key
    assert found.scheme == FIVE
    np.testing.assert_array_equal(found.meanface, mean_face)
    assert found.convention == given.convention
    assert found.summary == {**given.summary, "lineage": [], "terms": RESEARCH_ONLY}
    np.testing.assert_array_equal(found.table.table, given.table.table)
    assert [file.name for file in path.parent.iterdir()] == ["a.safetensors"]


class TestAdjustment:
    """What moves the landmarks of a network travels with it."""

    @pytest.fixture
    def adjusted(self, tmp_path: Path, make_checkpoint: Make) -> Path:
        path = tmp_path / "adjusted.safetensors"
        save(replace(make_checkpoint(), adjustment=made_up_adjustment()), path)
        return path

    def test_it_comes_back(self, adjusted: Path) -> None:
        found, given = load(adjusted).adjustment, made_up_adjustment()
        assert found is not None
        assert found.faces == given.faces
        for name, array in given.arrays().items():
            np.testing.assert_array_equal(found.arrays()[name], array)

    def test_a_network_without_one_has_none(self, model: Path) -> None:
        assert load(model).adjustment is None

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"gone": "adjustment.offset"}, "does not state 'offset'"),
            ({"gone": "adjustment"}, "unknown key adjustment."),
            ({"state": {"adjustment.mean": torch.zeros(6, 2)}}, "no mean of 5 landmarks"),
            ({"state": {"adjustment.offset": torch.full((5, 2), np.nan)}}, "no offset of 5"),
            ({"adjustment": {}}, "does not state 'faces'"),
            ({"adjustment": 3}, "describes no model"),
        ],
    )
    def test_half_of_one_is_refused(
        self, adjusted: Path, change: dict[str, Any], reason: str
    ) -> None:
        refused(changed(adjusted, **change), reason)

    def test_an_average_of_networks_has_none(self, make_checkpoint: Make) -> None:
        one = replace(make_checkpoint(), adjustment=made_up_adjustment())
        assert mixed(one, make_checkpoint(seed=1), 0.5).adjustment is None


def test_a_failed_write_leaves_the_old_file(
    model: Path, make_checkpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = model.read_bytes()

    def fail(*args: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="no space"):
        save(make_checkpoint(seed=1), model)
    assert model.read_bytes() == before


class TestRefused:
    def test_missing(self, tmp_path: Path) -> None:
        refused(tmp_path / "no.safetensors", "there is no model file")

    @pytest.mark.parametrize("size", [0, 5, 1000, -1000])
    def test_truncated(self, model: Path, size: int) -> None:
        model.write_bytes(model.read_bytes()[:size])
        refused(model, "is not a whole safetensors file")

    def test_a_photo(self, tmp_path: Path) -> None:
        path = tmp_path / "a.safetensors"
        path.write_bytes(b"\xff\xd8\xff\xe0" * 99)
        refused(path, "is not a whole safetensors file")

    def test_weights_only(self, model: Path) -> None:
        save_file({"a": torch.zeros(2)}, model)
        refused(model, "holds weights only")

    def test_a_newer_format(self, model: Path) -> None:
        refused(changed(model, format=FORMAT + 1), "was written by a newer version")

    @pytest.mark.parametrize("key", ["backbone", "scheme", "meanface", "crop", "stride"])
    def test_an_entry_is_missing(self, model: Path, key: str) -> None:
        refused(changed(model, gone=key), f"does not state '{key}'")

    def test_a_tensor_is_missing(self, model: Path) -> None:
        refused(changed(model, gone="nb_x_layer.bias"), "has no weights 'nb_x_layer.bias'")

    def test_a_tensor_too_many(self, model: Path) -> None:
        refused(changed(model, state={"more": torch.zeros(1)}), "unknown key more")

    def test_a_tensor_of_another_shape(self, model: Path) -> None:
        state = {"cls_layer.bias": torch.zeros(6)}
        refused(changed(model, state=state), "cls_layer.bias has shape (6,), expected (5,)")

    def test_another_number_of_landmarks(self, model: Path) -> None:
        six = json.loads(Scheme.numbered("six", 6).to_json())
        refused(changed(model, scheme=six), "scheme 'six' has 6 landmarks, its network 5")
        refused(changed(model, meanface=[[0, 1]] * 6), "mean face has 6 landmarks, its network 5")
        refused(changed(model, landmarks=6), "landmarks, its network 6")

    @pytest.mark.parametrize(
        ("meta", "reason"),
        [
            ({"backbone": "vgg"}, "unknown backbone 'vgg'"),
            ({"backbone": "mobilenet_v2", "stride": 64}, "has stride 32 only"),
            ({"scheme": {"name": "x", "names": ["a", "a"]}}, "'a' twice"),
            ({"neighbours": 2}, "with 2 neighbours landmark 0 is predicted by 0"),
            ({"crop": {"detected": [0, 0, 1, 1], "zoom": 2}}, "zoom"),
            ({"meanface": "?"}, "describes no model"),
        ],
    )
    def test_what_cannot_be_built(self, model: Path, meta: dict[str, Any], reason: str) -> None:
        refused(changed(model, **meta), reason)


class Dangerous:
    """What a pickle can do: call anything while it is read."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.witness,))


class TestTorchFiles:
    @pytest.mark.parametrize("new", [True, False])
    def test_tensors_come_without_the_prefix_of_parallel_training(
        self, tmp_path: Path, new: bool
    ) -> None:
        path = tmp_path / "a.pth"
        state = {"module.a": torch.arange(3), "b": torch.ones(2)}
        torch.save(state, path, _use_new_zipfile_serialization=new)
        found = read_torch(path)
        assert set(found) == {"a", "b"}
        assert found["a"].tolist() == [0, 1, 2]

    @pytest.mark.parametrize("new", [True, False])
    def test_code_is_refused_and_not_run(self, tmp_path: Path, new: bool) -> None:
        path, witness = tmp_path / "a.pth", tmp_path / "was here"
        state = {"a": Dangerous(witness)}
        torch.save(state, path, _use_new_zipfile_serialization=new)
        refused(path, "holds more than tensors, it is not loaded", read_torch)
        assert not witness.exists()
        torch.load(path, weights_only=False)
        assert witness.exists(), "it would have run"

    def test_a_bare_pickle_is_refused_and_not_run(self, tmp_path: Path) -> None:
        path, witness = tmp_path / "a.pth", tmp_path / "was here"
        path.write_bytes(pickle.dumps(Dangerous(witness), protocol=2))
        refused(path, "is not loaded", read_torch)
        assert not witness.exists()

    @pytest.mark.parametrize("new", [True, False])
    @pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
    def test_truncated(self, tmp_path: Path, new: bool, share: float) -> None:
        buffer = io.BytesIO()
        torch.save({"a": torch.zeros(5000)}, buffer, _use_new_zipfile_serialization=new)
        path = tmp_path / "a.pth"
        path.write_bytes(buffer.getvalue()[: int(buffer.tell() * share)])
        refused(path, "is not a whole PyTorch weights file", read_torch)

    @pytest.mark.parametrize("content", [b"", b"hello, this is text", b"\xff\xd8\xff\xe0" * 9])
    def test_another_kind_of_file(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.pth"
        path.write_bytes(content)
        refused(path, "is not a PyTorch weights file", read_torch)

    @pytest.mark.parametrize("content", [[1, 2], {"a": 5}, {1: torch.zeros(2)}, torch.zeros(2)])
    def test_no_table_of_tensors(self, tmp_path: Path, content: Any) -> None:
        path = tmp_path / "a.pth"
        torch.save(content, path)
        refused(path, "holds no plain table of tensors", read_torch)

    def test_missing(self, tmp_path: Path) -> None:
        refused(tmp_path / "a.pth", "there is no weights file", read_torch)

    def test_a_folder(self, tmp_path: Path) -> None:
        refused(tmp_path, "could not be read", read_torch)


class TestAuthors:
    @pytest.fixture
    def weights(self, tmp_path: Path, make_checkpoint: Make) -> Path:
        path = tmp_path / "epoch59.pth"
        torch.save(make_checkpoint().network.export_state(), path)
        return path

    def test_their_weights_are_ours(self, weights: Path, make_checkpoint: Make) -> None:
        found = load_authors(weights, "mobilenet_v2", FIVE, FACE)
        ours = make_checkpoint().network.state_dict()
        assert all(torch.equal(v, ours[k]) for k, v in found.network.state_dict().items())
        np.testing.assert_array_equal(found.meanface, FACE)
        assert (found.convention.enlarge, found.convention.square) == (1.1, False)

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"backbone": "resnet18"}, "has no weights 'conv1.weight'"),
            ({"scheme": Scheme.numbered("x", 6), "meanface": np.ones((6, 2))}, "has 5 landmarks"),
        ],
    )
    def test_what_does_not_fit(self, weights: Path, given: dict[str, Any], reason: str) -> None:
        usual = {"backbone": "mobilenet_v2", "scheme": FIVE, "meanface": FACE}
        refused(weights, reason, lambda path: load_authors(path, **{**usual, **given}))

    @pytest.mark.parametrize("stride", [16, 32, 64, 128])
    @pytest.mark.parametrize("count", [3, 4])
    def test_stride_and_neighbours_are_read_off(
        self, tmp_path: Path, stride: int, count: int
    ) -> None:
        path = tmp_path / "epoch59.pth"
        torch.save(PIPNet("resnet18", 5, count, stride).export_state(), path)
        found = load_authors(path, "resnet18", FIVE, FACE).network
        assert (found.neighbours, found.stride) == (count, stride)

    @pytest.mark.parametrize(
        ("votes", "reason"),
        [
            (16, "nb_x_layer.weight has shape (16, 1280, 1, 1), expected (15, 1280"),
            (10, "with 2 neighbours landmark 0 is predicted by 0"),
        ],
    )
    def test_neighbours_that_cannot_be(self, weights: Path, votes: int, reason: str) -> None:
        state = torch.load(weights)
        for name in ("nb_x_layer", "nb_y_layer"):
            state[f"{name}.weight"] = torch.zeros(votes, 1280, 1, 1)
            state[f"{name}.bias"] = torch.zeros(votes)
        torch.save(state, weights)
        refused(weights, reason, lambda path: load_authors(path, "mobilenet_v2", FIVE, FACE))

    def test_a_stride_that_the_backbone_has_not(self, weights: Path) -> None:
        state = torch.load(weights) | {"layer5.weight": torch.zeros(1)}
        torch.save(state, weights)
        refused(
            weights,
            "mobilenet_v2 has stride 32 only, not 64",
            lambda path: load_authors(path, "mobilenet_v2", FIVE, FACE),
        )

    def test_an_unknown_backbone(self, weights: Path) -> None:
        with pytest.raises(CheckpointError, match="unknown backbone 'vgg'; known: resnet18"):
            load_authors(weights, "vgg", FIVE, FACE)

    def test_a_mean_face_of_another_scheme(self, weights: Path) -> None:
        with pytest.raises(CheckpointError, match="the mean face has 4 landmarks, scheme 'five' 5"):
            load_authors(weights, "mobilenet_v2", FIVE, FACE[:4])


class TestStart:
    def test_the_backbone_is_taken_and_the_heads_are_not(self, model: Path) -> None:
        old, new = load(model).network, PIPNet("mobilenet_v2", 9, 4)
        heads = {key: value.clone() for key, value in new.heads.state_dict().items()}
        start_backbone(new, model)
        trunk = new.trunk.state_dict()
        assert all(torch.equal(v, trunk[k]) for k, v in old.trunk.state_dict().items())
        assert all(torch.equal(v, heads[k]) for k, v in new.heads.state_dict().items())

    def test_torch_weights_may_hold_more(self, tmp_path: Path) -> None:
        donor, network = PIPNet("mobilenet_v2", 5, 3), PIPNet("mobilenet_v2", 5, 3)
        path = tmp_path / "imagenet.pth"
        torch.save({**donor.trunk.state_dict(), "classifier.1.bias": torch.zeros(1000)}, path)
        start_backbone(network, path)
        first = "features.0.0.weight"
        assert torch.equal(network.trunk.state_dict()[first], donor.trunk.state_dict()[first])

    def test_another_backbone(self, model: Path) -> None:
        network = PIPNet("resnet18", 5, 3)
        reason = "does not fit a resnet18: it has no weights 'conv1.weight'"
        refused(model, reason, lambda path: start_backbone(network, path))

    def test_a_backbone_of_other_widths(self, tmp_path: Path) -> None:
        state = PIPNet("resnet18", 5, 3).trunk.state_dict()
        state["conv1.weight"] = torch.zeros(32, 3, 7, 7)
        path, network = tmp_path / "narrow.pth", PIPNet("resnet18", 5, 3)
        torch.save(state, path)
        reason = "conv1.weight has shape (32, 3, 7, 7), expected (64, 3, 7, 7)"
        refused(path, reason, lambda path: start_backbone(network, path))


def test_networks_are_averaged_by_share(make_checkpoint: Callable[..., Checkpoint]) -> None:
    one, other = make_checkpoint(seed=1), make_checkpoint(seed=2)
    before = {key: value.clone() for key, value in one.network.state_dict().items()}
    found = mixed(one, other, 0.25)
    for key, value in found.network.state_dict().items():
        a, b = before[key], other.network.state_dict()[key]
        torch.testing.assert_close(value, 0.75 * a + 0.25 * b if a.is_floating_point() else a)
        assert torch.equal(one.network.state_dict()[key], a)
    with pytest.raises(ValueError, match="same shape"):
        mixed(one, make_checkpoint(neighbours=2), 0.5)


@pytest.mark.shared
def test_imagenet_weights_of_torchvision_fit(shared: Path) -> None:
    network = PIPNet("mobilenet_v2", 5, 3)
    path = shared / "weights/mobilenet_v2-b0353104.pth"
    start_backbone(network, path)
    last = "features.18.0.weight"
    assert torch.equal(network.trunk.state_dict()[last], read_torch(path)[last])
