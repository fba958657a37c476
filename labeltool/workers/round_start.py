"""The network that a training starts from, and the starter with which it is averaged at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from labeltool.domain import N_, UserError
from labeltool.domain.round_options import DEFAULT_BACKBONE
from pipnet import resources
from pipnet.data.sample import Sample, mean_face
from pipnet.data.scheme import Scheme
from pipnet.models.checkpoint import Checkpoint, load, mixed, start_backbone
from pipnet.models.heads import PIPNet
from pipnet.models.neighbours import max_neighbours

STARTER_SHARE = 0.6
"""Share of the starter in the average of weights that ends a round, see docs/loop.md."""


def starting_network(
    found: Checkpoint, scheme: Scheme, samples: Iterable[Sample], spec: dict[str, Any]
) -> Checkpoint:
    """`found`, or a new network if the spec wants one from ImageNet or the landmarks are others.

    Raises:
        UserError: a new network needs a label with all landmarks, and there is none.
    """
    if spec.get("imagenet"):
        return _from_imagenet(found, scheme, samples, spec)
    if not knows_landmarks(found.scheme, scheme, spec.get("sources")):
        return _other_scheme(found, scheme, samples)
    return replace(found, scheme=scheme)


def knows_landmarks(found: Scheme, scheme: Scheme, sources: list[int | None] | None) -> bool:
    """Whether a network of the scheme `found` knows the landmarks of the project, in their order,
    whatever they are called.

    Args:
        sources: for each landmark of `scheme` its place in `found`, None for one that it does not
            have; without a list, names tell.
    """
    if sources is None:
        return found.names == scheme.names
    return sources == list(range(found.count))


def continued(found: Checkpoint, weights: Path) -> Checkpoint:
    """`found`, which was read from `weights`, as something to train further: without its
    adjustment, which training would invalidate, and with the SHA-256 of the file from which all of
    its weights were trained on, at any remove, as the `base` of its summary."""
    base = found.summary.get("base") or _digest(weights)
    return replace(found, adjustment=None, summary={**found.summary, "base": base})


def averaged_with_starter(trained: Checkpoint) -> Checkpoint:
    """The average of the weights of a network and of the starter that ships, if it is what the
    network was trained on from; other networks have nothing in common that an average keeps.

    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
    """
    starter = resources.starter()
    if not starter.is_file() or _digest(starter) != trained.summary.get("base"):
        return trained
    summary = {**trained.summary, "starter_share": STARTER_SHARE}
    return replace(mixed(trained, load(starter), STARTER_SHARE), summary=summary)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _other_scheme(start: Checkpoint, scheme: Scheme, samples: Iterable[Sample]) -> Checkpoint:
    """A new network for another scheme, with the backbone of the starter."""
    network = _new_network(start.network.name, start, scheme, samples)
    network.network.import_backbone(start.network.export_state())
    return network


def _from_imagenet(
    start: Checkpoint, scheme: Scheme, samples: Iterable[Sample], spec: dict[str, Any]
) -> Checkpoint:
    """A new network whose backbone is from ImageNet; faces are cropped as for `start`."""
    backbone = spec["options"]["backbone"] or DEFAULT_BACKBONE
    network = _new_network(backbone, start, scheme, samples)
    start_backbone(network.network, Path(spec["imagenet"]))
    return network


def _new_network(
    backbone: str, start: Checkpoint, scheme: Scheme, samples: Iterable[Sample]
) -> Checkpoint:
    try:
        mean = mean_face([s for s in samples if s.task == "std"], start.convention)
    except ValueError as error:
        raise UserError(
            N_("No manual label has all its landmarks, so training cannot start."),
            N_("Place every landmark of at least one face."),
        ) from error
    count = max_neighbours(mean, start.network.neighbours)
    network = PIPNet(backbone, scheme.count, count)
    return Checkpoint(network, scheme, mean, start.convention)
