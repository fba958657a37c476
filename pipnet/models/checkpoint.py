"""Model files: one safetensors file with everything needed to use the weights."""

from __future__ import annotations

import copy
import json
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from pipnet.calibration.adjustment import Adjustment
from pipnet.data.crop import AUTHORS_CROP, CropConvention
from pipnet.data.scheme import Scheme
from pipnet.models.backbones import EXTRA_STRIDES, FEATURE_CHANNELS
from pipnet.models.heads import Network, PIPNet, build
from pipnet.models.neighbours import Neighbours, neighbours
from pipnet.models.terms import descent, file_terms
from pipnet.output import replacing

FORMAT = 1


class CheckpointError(ValueError):
    """A model file that cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trained network and what its numbers mean.

    `meanface` (N, 2) in crop units decides the order of the neighbour channels. `summary`: plain
    values about the training, for people; of one that was loaded, with its `lineage` and `terms`
    (see `pipnet.models.terms`). `adjustment`: moves what the network predicts, and is lost when it
    is trained further.
    """

    network: Network
    scheme: Scheme
    meanface: NDArray[np.float64]
    convention: CropConvention = field(default_factory=CropConvention)
    summary: dict[str, Any] = field(default_factory=dict)
    adjustment: Adjustment | None = None

    @property
    def table(self) -> Neighbours:
        """The neighbour tables that decode this network."""
        return neighbours(self.meanface, self.network.neighbours)


def mixed(one: Checkpoint, other: Checkpoint, share: float) -> Checkpoint:
    """The average of the weights of two networks of one shape, with so much of the other, 0 to 1;
    without an adjustment, for none was fitted to it.

    Raises:
        ValueError: the networks have other shapes.
    """
    state, added = one.network.export_state(), other.network.export_state()
    if {k: v.shape for k, v in state.items()} != {k: v.shape for k, v in added.items()}:
        raise ValueError("only networks of the same shape can be averaged")
    network = copy.deepcopy(one.network)
    network.import_state(
        {
            key: torch.lerp(value, added[key].to(value.device), share)
            if value.is_floating_point()
            else value
            for key, value in state.items()
        }
    )
    return replace(one, network=network, adjustment=None)


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write a model file whole or not at all (temporary file, then rename). Raises OSError."""
    network = checkpoint.network
    meta = {
        "format": FORMAT,
        "backbone": network.name,
        "head": network.head,
        "landmarks": network.landmarks,
        "neighbours": network.neighbours,
        "stride": network.stride,
        "scheme": json.loads(checkpoint.scheme.to_json()),
        "meanface": checkpoint.meanface.tolist(),
        "crop": checkpoint.convention.to_mapping(),
        "summary": checkpoint.summary,
    }
    state = {
        key: value.detach().cpu().contiguous() for key, value in network.export_state().items()
    }
    if checkpoint.adjustment is not None:
        meta["adjustment"] = {"faces": checkpoint.adjustment.faces}
        arrays = checkpoint.adjustment.arrays()
        state |= {_ADJUSTMENT + name: torch.tensor(array) for name, array in arrays.items()}
    with replacing(path) as partial:
        partial.write_bytes(to_bytes(state, {"pipnet": json.dumps(meta)}))


def load(path: Path) -> Checkpoint:
    """Read a model file that `save` wrote.

    Raises:
        CheckpointError: missing, truncated, of another program or a newer version, or inconsistent.
    """
    try:
        with safe_open(path, framework="pt") as file:
            meta = json.loads((file.metadata() or {}).get("pipnet", "null"))
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise CheckpointError(f"there is no model file {path}") from None
    except (SafetensorError, OSError, json.JSONDecodeError) as error:
        raise CheckpointError(f"{path} is not a whole safetensors file: {error}") from error
    if not isinstance(meta, dict):
        raise CheckpointError(f"{path} holds weights only, not a model of this program")
    if meta.get("format", FORMAT) > FORMAT:
        raise CheckpointError(f"{path} was written by a newer version of this program")
    try:
        result = _described(meta)
        result = replace(result, adjustment=_taken_adjustment(meta, state))
    except KeyError as error:
        raise CheckpointError(f"{path} does not state {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path} describes no model that can be built: {error}") from error
    _fill(result.network, state, path)
    return replace(result, summary={**result.summary, **file_terms(path)})


_ADJUSTMENT = "adjustment."
"""What the names of an adjustment's tensors begin with."""


def _taken_adjustment(meta: dict[str, Any], state: dict[str, Tensor]) -> Adjustment | None:
    """The adjustment of a file, its tensors taken out of `state`; None if it has none.

    Raises:
        KeyError, TypeError, ValueError: it is not whole.
    """
    if "adjustment" not in meta:
        return None
    names = [key for key in state if key.startswith(_ADJUSTMENT)]
    arrays = {key.removeprefix(_ADJUSTMENT): state.pop(key).numpy() for key in names}
    return Adjustment.from_arrays(arrays, meta["landmarks"], int(meta["adjustment"]["faces"]))


def _described(meta: dict[str, Any]) -> Checkpoint:
    """The model of a file's metadata, its weights not yet filled in."""
    network = build(
        meta.get("head", "pip"),  # files of the first version had this one only
        meta["backbone"], meta["landmarks"], meta["neighbours"], meta["stride"],
    )  # fmt: skip
    scheme = Scheme.from_json(json.dumps(meta["scheme"]))
    meanface = np.array(meta["meanface"], np.float64)
    for what, count in ((f"scheme {scheme.name!r}", scheme.count), ("mean face", len(meanface))):
        if count != network.landmarks:
            raise ValueError(f"its {what} has {count} landmarks, its network {network.landmarks}")
    neighbours(meanface, network.neighbours)  # raises if the mean face does not allow so many
    convention = CropConvention.from_mapping(meta["crop"])
    return Checkpoint(network, scheme, meanface, convention, meta["summary"])


def _fill(network: Network, state: dict[str, Tensor], path: Path) -> None:
    try:
        network.import_state(state)
    except KeyError as error:
        raise CheckpointError(f"{path} has no weights {error.args[0]!r}") from error
    except ValueError as error:
        raise CheckpointError(f"{path} does not fit: {error}") from error


def read_torch(path: Path) -> dict[str, Tensor]:
    """The tensors of a `.pth` file, read without running code from it.

    Raises:
        CheckpointError: missing, truncated, or more than tensors in it.
    """
    try:
        with path.open("rb") as file:
            known = file.read(2).startswith((b"PK", b"\x80"))  # zip, or the older plain pickle
    except FileNotFoundError:
        raise CheckpointError(f"there is no weights file {path}") from None
    except OSError as error:
        raise CheckpointError(f"{path} could not be read: {error.strerror}") from error
    if not known:
        raise CheckpointError(f"{path} is not a PyTorch weights file")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        raise CheckpointError(f"{path} is not a whole PyTorch weights file") from error
    except Exception as error:  # pickle errors have no common base beyond this
        if "pickle" not in type(error).__module__:
            raise
        raise CheckpointError(f"{path} holds more than tensors, it is not loaded") from error
    if not isinstance(state, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in state.items()
    ):
        raise CheckpointError(f"{path} holds no plain table of tensors")
    return {key.removeprefix("module."): value for key, value in state.items()}


def load_authors(
    path: Path, backbone: str, scheme: Scheme, meanface: NDArray[np.float64]
) -> Checkpoint:
    """Load a `.pth` of the authors' code, which carries only the weights.

    Number of neighbours and stride follow from the weights' names and shapes. The mean face must be
    the one it was trained with: its order is that of the neighbour channels.

    Raises:
        CheckpointError: the file, backbone, number of landmarks or mean face do not fit together.
    """
    if backbone not in FEATURE_CHANNELS:
        raise CheckpointError(
            f"unknown backbone {backbone!r}; known: {', '.join(FEATURE_CHANNELS)}"
        )
    if len(meanface) != scheme.count:
        raise CheckpointError(
            f"the mean face has {len(meanface)} landmarks, scheme {scheme.name!r} {scheme.count}"
        )
    state = read_torch(path)
    found = state.get("cls_layer.bias")
    if found is not None and len(found) != scheme.count:
        raise CheckpointError(
            f"{path} has {len(found)} landmarks, scheme {scheme.name!r} {scheme.count}"
        )
    votes = state.get("nb_x_layer.bias")
    count = 0 if votes is None else len(votes) // scheme.count
    stride = next((stride for layer, stride in EXTRA_STRIDES.items() if layer in state), 32)
    try:
        network = PIPNet(backbone, scheme.count, count, stride)
        neighbours(meanface, count)  # raises if the mean face does not allow so many
    except ValueError as error:
        raise CheckpointError(f"{path} cannot be used so: {error}") from error
    _fill(network, state, path)
    return Checkpoint(network, scheme, meanface, AUTHORS_CROP, descent(path))


def start_backbone(network: Network, path: Path) -> None:
    """Fill the backbone from ImageNet weights (`.pth`) or from another model of ours.

    Raises:
        CheckpointError: the file is of another backbone, or broken.
    """
    ours = path.suffix == ".safetensors"
    state = load(path).network.export_state() if ours else read_torch(path)
    try:
        network.import_backbone(state)
    except KeyError as error:
        raise CheckpointError(
            f"{path} does not fit a {network.name}: it has no weights {error.args[0]!r}"
        ) from error
    except ValueError as error:
        raise CheckpointError(f"{path} does not fit a {network.name}: {error}") from error
