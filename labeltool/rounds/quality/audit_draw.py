"""Draws the faces that measure networks."""

from __future__ import annotations

import secrets
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import (
    N_,
    PHOTO_RULE,
    AuditSet,
    Changes,
    Message,
    Progress,
    RoundKind,
    RoundStatus,
    UserError,
    WriteResult,
    no_progress,
)
from labeltool.rounds.quality.audit_groups import PhotoGroups
from labeltool.rounds.run_folder import RunFolder
from labeltool.rounds.run_tables import RunFolderError
from labeltool.store import Store


def grow_audit_set(
    store: Store,
    reviewer: str,
    faces: int,
    rule: str = "",
    progress: Progress = no_progress,
    *,
    seed: int | None = None,
) -> WriteResult:
    """Draw faces at random until the set has `faces` usable ones; those in it stay.

    Drawn are faces that nobody rejected or excluded, and whose group no round trained on. Groups
    are drawn so that at least half of all faces are left to train on, if that is possible.

    Args:
        rule: see `AuditSet`; empty for that of the set, or by photo.
        seed: the same one draws the same faces from the same project; None for a new one.

    Raises:
        UserError: the set has another rule; the rule is wrong; or so many faces cannot be drawn
            with faces of other groups left to train on.
        Cancelled: from `progress`; nothing was drawn.
    """
    audit = store.audit.get()
    rule = rule or audit.rule or PHOTO_RULE
    if audit.rule and rule != audit.rule:
        raise UserError(
            N_(
                "The faces to measure by are grouped by '{rule}' in this project, not by '{other}'."
            ),
            N_("Add faces without another rule. To change it, make a new project."),
            rule=audit.rule,
            other=rule,
        )
    wanted = faces - len(audit.usable)
    if wanted <= 0:
        return WriteResult(Changes())
    seed = secrets.randbelow(2**31) if seed is None else seed
    drawn = _Draw(store, audit, rule, progress).draw(wanted, seed)
    if len(drawn) < wanted:
        raise _no_split(faces, len(audit.usable) + len(drawn))
    changes = store.audit.add(reviewer, drawn, rule, seed, beside=audit)
    message = Message.counted(
        len(drawn),
        N_("1 face to measure by was drawn."),
        N_("{count} faces to measure by were drawn."),
    )
    return WriteResult(changes, message)


class _Draw:
    """One draw from the faces of a project."""

    def __init__(self, store: Store, audit: AuditSet, rule: str, progress: Progress) -> None:
        self._groups = PhotoGroups(store, rule)
        self._progress = progress
        rows = store.audit.trainable()
        self._faces = np.array([face for face, _photo in rows], np.int64)
        photos = np.array([photo for _face, photo in rows], np.int64)
        self._places = np.searchsorted(self._groups.ids, photos)
        self._weights = np.bincount(self._places, minlength=len(self._groups.ids))
        trained = store.audit.photos_of(store.audit.trained() | _in_training(store))
        self._trained = self._groups.places(trained)
        measured = self._groups.places({face.photo_id for face in audit.faces})
        self._groups.read_missing(np.union1d(self._trained, measured), progress)
        self._held = self._groups.members(measured)
        self._in_set = {face.face_id for face in audit.faces}

    def draw(self, wanted: int, seed: int) -> list[int]:
        """The ids of `wanted` faces, or of as many as there can be."""
        order = np.random.default_rng(seed).permutation(len(self._faces))
        total = int(self._weights.sum())
        drawn: list[int] = []
        # half of all faces are left, or else one
        for most_held in (total // 2, total - 1):
            self._take(order, most_held, wanted, drawn)
        return drawn

    def _take(
        self, order: NDArray[np.int64], most_held: int, wanted: int, drawn: list[int]
    ) -> None:
        """Add faces to `drawn` in this order, while at most `most_held` faces are held out."""
        tainted = set(self._groups.keys[self._trained].tolist())
        too_large = set[int]()
        for index in order.tolist():
            if len(drawn) == wanted:
                return
            self._progress(len(drawn), wanted)
            face, place = int(self._faces[index]), int(self._places[index])
            key = int(self._groups.keys[place])
            if face in self._in_set or key in tainted or key in too_large:
                continue
            if not self._is_unseen(place):
                continue
            held = self._held | self._groups.members([place])
            if self._weights[held].sum() > most_held:
                too_large.add(key)
                continue
            self._held = held
            self._in_set.add(face)
            drawn.append(face)

    def _is_unseen(self, place: int) -> bool:
        """Whether a photo can be read, and no near-duplicate of it was trained."""
        self._groups.read_missing(np.array([place]))
        if not self._groups.has_fingerprint(place):
            return False
        return not self._groups.near(place, self._trained).any()


def _in_training(store: Store) -> set[int]:
    """Faces that a round without results yet trains on."""
    found = set[int]()
    for row in store.rounds.all():
        trains = row.status in (RoundStatus.RUNNING, RoundStatus.PACKED)
        if row.kind is RoundKind.TRAIN and trains:
            with suppress(RunFolderError):
                labels = RunFolder(row.folder).tables.labels()
                found |= set() if labels is None else set(labels.faces.tolist())
    return found


def _no_split(wanted: int, possible: int) -> UserError:
    if possible == 0:
        return UserError(
            N_("There is no leak-free split: every face shares its group with faces to train on."),
            N_("Choose smaller groups, or import other photos."),
        )
    return UserError(
        N_(
            "There is no leak-free split with {wanted} faces to measure by: at most {possible} "
            "share no group with the faces to train on."
        ),
        N_("Ask for fewer faces, choose smaller groups, or import other photos."),
        wanted=wanted,
        possible=possible,
    )
