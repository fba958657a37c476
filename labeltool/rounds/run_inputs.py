"""The inputs of a worker: the project's faces and labels, frozen, and the network."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from labeltool.domain import (
    ABSENT,
    N_,
    OCCLUDED,
    VISIBLE,
    LandmarkCounts,
    LeftOut,
    Progress,
    Round,
    RoundKind,
    RoundStatus,
    UserError,
    Verdict,
    no_progress,
)
from labeltool.rounds.adjusting.adjusted_proposals import adjustment_in_force
from labeltool.rounds.mean_face import MEAN_FACE
from labeltool.rounds.quality.audit_groups import group_numbers, held_out
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import AuditTable, FaceTable, LabelTable, RunPhoto
from labeltool.store import Store
from pipnet import resources
from pipnet.data.scheme import Scheme, SchemeError, load_scheme, read_scheme

STARTER = "starter.safetensors"
"""A model file of this name in the project folder replaces the starter that ships."""


def freeze_faces(store: Store, rows: list[Any]) -> tuple[list[RunPhoto], FaceTable]:
    """The photos, and a table of the faces (rows of `Faces.boxes`) that a worker may use."""
    index = store.photos.index()
    place = {photo[0]: i for i, photo in enumerate(index)}
    photos = [RunPhoto(root, path, w, h) for _id, root, _, path, w, h in index]
    del index  # of many photos it is as large as all that follows
    rows = [row for row in rows if row[1] in place and row[4] != Verdict.EXCLUDED]
    return photos, FaceTable(
        np.array([row[0] for row in rows], np.int64),
        np.array([place[row[1]] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64).reshape(-1, 4),
        np.array([row[3] for row in rows], np.str_),
    )


@dataclass(frozen=True, slots=True)
class Trainable:
    """How many manual labels and pseudo-labels a round may train on, and how many faces it may not
    use, by LeftOut. `landmarks`: those of the manual labels that are not visible."""

    manual: int
    pseudo: int
    left_out: dict[str, int]
    landmarks: LandmarkCounts = field(default_factory=LandmarkCounts)


def count_trainable(store: Store) -> Trainable:
    """What a round may train on.

    Raises:
        UserError: there is no manual label that it may train on.
    """
    counts = store.queue.counts()
    labels = counts.accepted + counts.corrected
    if labels == 0:
        raise UserError(
            N_("There is no manual label to train on."),
            N_("Accept or correct at least one face, then start the round."),
        )
    held_faces = held_out(store)
    held_labels, held_pseudo = store.audit.count_labels(held_faces, MEAN_FACE)
    if held_labels == labels:
        raise _only_held_out()
    left_out = store.faces.count_left_out(MEAN_FACE)
    held = held_labels + held_pseudo - len(store.audit.get().measuring)
    return Trainable(
        labels - held_labels,
        store.faces.count_pseudo_labels(MEAN_FACE) - held_pseudo,
        left_out | {str(LeftOut.AUDIT_GROUP): held},
        store.decisions.landmarks.count(held_faces),
    )


def _only_held_out() -> UserError:
    return UserError(
        N_("Every label is of a face to measure by, or of a group with one."),
        N_("Accept or correct faces of other photos, then start the round."),
    )


def freeze_labels(
    store: Store, pseudo: int, table: FaceTable, progress: Progress = no_progress
) -> LabelTable:
    """The manual labels of the faces in the table, and at most `pseudo` pseudo-labels, without
    those of `held_out`.

    Raises:
        UserError: there is no manual label among them.
        Cancelled: from `progress`, which is called while photos are compared.
    """
    usable = set(table.ids.tolist())
    labels = [label for label in store.labels.all() if label.face in usable]
    if not labels:
        raise UserError(
            N_("None of the labelled photos can be read."),
            N_("See what is wrong with them first."),
        )
    held = held_out(store)
    ours = store.faces.pseudo_labels(MEAN_FACE, pseudo, held)
    ours = [row for row in ours if row[0] in usable]
    # again: now these have fingerprints
    held |= held_out(
        store, [*(label.face for label in labels), *(row[0] for row in ours)], progress
    )
    manual = [label for label in labels if label.face not in held]
    if not manual:
        raise _only_held_out()
    ours = [row for row in ours if row[0] not in held]
    points = np.stack([*(label.points for label in manual), *(points for _, points in ours)])
    visibility = np.full(points.shape[:2], VISIBLE, np.int8)
    for place, label in enumerate(manual):
        if label.visibility is not None:
            visibility[place] = label.visibility
    # a landmark in a place is not absent, whatever a file said of it
    is_placed = np.isfinite(points).all(-1)
    visibility = np.where(is_placed, np.maximum(visibility, OCCLUDED), ABSENT).astype(np.int8)
    faces = np.array([*(label.face for label in manual), *(row[0] for row in ours)], np.int64)
    groups = None
    if store.audit.get().rule:
        photo_of = {row[0]: row[1] for row in store.faces.boxes(with_removed=True)}
        numbers = group_numbers(store, [photo_of[face] for face in faces.tolist()])
        groups = np.array(numbers, np.int64)
    return LabelTable(faces, points, np.arange(len(points)) < len(manual), visibility, groups)


def freeze_audit(store: Store, table: FaceTable) -> AuditTable | None:
    """The faces of the table that measure the network, with their manual labels; None if there are
    none."""
    wanted = set(store.audit.get().measuring) & set(table.ids.tolist())
    if not wanted:
        return None
    labels = [label for label in store.labels.all() if label.face in wanted]
    adjusting = adjustment_in_force(store)
    arrays = () if adjusting is None else adjusting.arrays()
    return AuditTable(
        np.array([label.face for label in labels], np.int64),
        np.stack([label.points for label in labels]),
        *arrays,
    )


def run_spec(store: Store, device: str, trained: Round | None) -> dict[str, Any]:
    """What every spec.json holds: device, scheme, initial weights and the paths of the photos."""
    roots = {}
    for root_id, root in store.photos.roots().items():
        project = store.folder.absolute()
        # a photo folder inside the project moves with it
        roots[root_id] = (
            os.path.relpath(root, project / "rounds" / "x")
            if root.is_relative_to(project)
            else str(root)
        )
    return {
        "format": 1, "project": store.folder.name, "device": device,
        "scheme": store.scheme.to_json(), "layout": store.schemes.layout,
        "weights": relative_weights(store, trained), "roots": roots,
    }  # fmt: skip


def relative_weights(store: Store, trained: Round | None) -> str | None:
    """The network of a training round, or the starter without one, relative to a run folder; None
    for the starter that ships."""
    if trained is not None:
        return f"../{trained.folder.name}/model.safetensors"
    return None if starter(store) == resources.starter() else f"../../{STARTER}"


def trained_round(store: Store) -> Round | None:
    """The training whose network is in use: the next round starts from it, and it predicts. While
    another detector proposes, it is the one that was in use before."""
    current = store.rounds.current(of_networks=True)
    if current is not None and current.kind is RoundKind.TRAIN:
        return current
    ready = [
        row
        for row in store.rounds.all()
        if row.kind is RoundKind.TRAIN and row.status is RoundStatus.READY and row.promoted
    ]
    matching = [row for row in ready if current is not None and row.model == current.model]
    if matching:
        return matching[-1]
    return ready[-1] if ready and not starter_fits(store) else None


def starter(store: Store) -> Path:
    """The project's own starter, if it has one, else the one that ships."""
    own = store.folder / STARTER
    return own if own.is_file() else resources.starter()


def landmarks_of_round(store: Store, row: Round) -> tuple[Scheme, int]:
    """The landmarks that the network of a round predicts: the scheme, and the layout of its
    predictions; those of the project if its folder is gone."""
    if not (row.folder / "spec.json").exists():
        return store.scheme, store.schemes.layout
    spec = RunFolder(row.folder).spec()
    return Scheme.from_json(spec["scheme"]), int(spec.get("layout", store.schemes.layout))


def landmarks_of(store: Store, trained: Round | None) -> tuple[Scheme, int] | None:
    """The landmarks that a network predicts, of a training round or (None) of the starter: the
    scheme, and the layout of its predictions. None if the starter's never were the project's.

    Raises:
        UserError: the project's own starter is no model file.
    """
    if trained is not None:
        return landmarks_of_round(store, trained)
    file = starter(store)
    if file == resources.starter():
        return store.schemes.named(load_scheme("300w").names) if file.exists() else None
    try:
        return store.schemes.named(read_scheme(file).names)
    except SchemeError as error:
        raise UserError(
            N_("{file} is not a model file."),
            N_("Put one there that 'pipnet train' wrote, or take it away."),
            file=file,
        ) from error


def starter_fits(store: Store) -> bool:
    """Whether the starter has landmarks that the project has or had.

    Raises:
        UserError: the project's own starter is no model file.
    """
    return landmarks_of(store, None) is not None


def sources_of(store: Store, trained: Round | None) -> list[int | None]:
    """For each landmark of the project's scheme its place among those that a network predicts, see
    `landmarks_of`; None where it predicts none."""
    found = landmarks_of(store, trained)
    return [None] * store.scheme.count if found is None else store.schemes.sources_from(found[1])


def network_fits(store: Store, trained: Round | None) -> bool:
    """Whether a network, see `landmarks_of`, predicts the landmarks of the project in their order,
    whatever they were called; else a round that starts from it has new heads."""
    found = landmarks_of(store, trained)
    return found is not None and sources_of(store, trained) == list(range(found[0].count))
