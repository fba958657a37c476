"""The tables of a run folder: photos, faces, labels, predictions."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import N_, NewPrediction, Points, UserError, Visibility, system_reason

Table = TypeVar("Table")


class RunFolderError(UserError):
    """A file of a run folder is missing, damaged, or cannot be read."""


class RunPhoto(NamedTuple):
    """A photo: the id of its root, its path under that, and the size in pixels that it had when its
    faces were found or labelled, None if not known."""

    root: int
    path: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """F faces: `ids` (F,), `photos` (F,) places in the photo list, `boxes` (F, 4), `kinds` (F,)."""

    ids: NDArray[np.int64]
    photos: NDArray[np.int64]
    boxes: NDArray[np.float64]
    kinds: NDArray[np.str_]

    def of(self, faces: Iterable[int]) -> FaceTable:
        """The rows of these faces, in the order of this table."""
        rows = np.isin(self.ids, list(faces))
        return FaceTable(self.ids[rows], self.photos[rows], self.boxes[rows], self.kinds[rows])


@dataclass(frozen=True, slots=True, eq=False)
class LabelTable:
    """L frozen labels.

    `faces` (L,) ids; `points` (L, N, 2), NaN where a landmark is absent; `manual` (L,): a person
    decided it; `visibility` (L, N): see `Visibility`, None if every landmark is visible; `groups`
    (L,): the same number for faces of one group, None if each photo is a group.
    """

    faces: NDArray[np.int64]
    points: NDArray[np.float64]
    manual: NDArray[np.bool_]
    visibility: Visibility | None = None
    groups: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AuditTable:
    """A faces that measure the network: `faces` (A,) ids, `points` (A, N, 2) manual labels, image
    pixels.

    `mean`, `offset`, `weights`: how the proposals of the network in use are adjusted, see
    `pipnet.calibration.adjustment`; None if they are not.
    """

    faces: NDArray[np.int64]
    points: NDArray[np.float64]
    mean: NDArray[np.float64] | None = None
    offset: NDArray[np.float64] | None = None
    weights: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AuditErrorTable:
    """How two networks did on M of the audit faces, those whose photo could be read.

    `faces` (M,) ids. `points_before`, `points_after` (M, N, 2): landmarks by the network that was
    in use before, NaN without one, and by this round's, image pixels. `errors_before`,
    `errors_after` (M, N): their distances from the labels, divided by the norm, see
    `pipnet.evaluation.metrics.point_errors`.
    """

    faces: NDArray[np.int64]
    points_before: NDArray[np.float64]
    points_after: NDArray[np.float64]
    errors_before: NDArray[np.float64]
    errors_after: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """The landmarks of K faces that a training shows: `faces` (K,) ids, `points` (K, N, 2) image
    pixels; `errors` (K, N): expected errors, shares of the norm, None without an error model."""

    faces: NDArray[np.int64]
    points: NDArray[np.float64]
    errors: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LedgerTable:
    """What a round uses F faces for.

    `faces` (F,) ids, `roles` (F,) of LedgerRole, `reasons` (F,) of LeftOut, empty for other roles.
    """

    faces: NDArray[np.int64]
    roles: NDArray[np.str_]
    reasons: NDArray[np.str_]


class RunTables:
    """Reads the tables of the run folder `path`; `RunFolder.create` and the worker write them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def photo_rows(self) -> list[RunPhoto]:
        """The photos as the project knows them.

        Raises:
            RunFolderError: their file is missing or damaged.
        """
        file = self._path / "photos.json"
        with reading(file):
            return [RunPhoto(*row) for row in json.loads(file.read_text(encoding="utf-8"))]

    def roots(self) -> dict[int, str]:
        """The photo folders by id; one inside the project is relative to the run folder.

        Raises:
            RunFolderError: spec.json is missing or damaged.
        """
        file = self._path / "spec.json"
        with reading(file):
            roots = json.loads(file.read_text(encoding="utf-8"))["roots"]
            return {int(root): str(path) for root, path in roots.items()}

    def photos(self) -> list[Path]:
        """The photos' files."""
        roots = self.roots()
        return [self._path / roots[row.root] / row.path for row in self.photo_rows()]

    def sizes(self) -> list[tuple[int, int] | None]:
        """The (width, height) that each photo must have, None where it is not known."""
        rows = self.photo_rows()
        return [(r.width, r.height) if r.width and r.height else None for r in rows]

    def faces(self) -> FaceTable:
        """The faces to predict.

        Raises:
            RunFolderError: their file is missing or damaged.
        """
        file = self._path / "faces.npz"
        with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            return FaceTable(data["ids"], data["photos"], data["boxes"], data["kinds"])

    def labels(self) -> LabelTable | None:
        """What to train on, None for a run that only predicts.

        Raises:
            RunFolderError: their file is damaged.
        """
        return self._table("labels", LabelTable)

    def audit(self) -> AuditTable | None:
        """The faces that measure the network, None if there are none. Raises RunFolderError."""
        return self._table("audit", AuditTable)

    def ledger(self) -> LedgerTable | None:
        """What the round uses each face for, None for a run that only predicts. Raises
        RunFolderError."""
        return self._table("ledger", LedgerTable)

    def audit_errors(self) -> AuditErrorTable | None:
        """How the network did on the audit faces, None if there are none. Raises
        RunFolderError."""
        return self._table("audit-errors", AuditErrorTable)

    def samples(self) -> SampleTable | None:
        """A few faces as the network sees them now, None before its first epoch ends. Raises
        RunFolderError."""
        return self._table("samples", SampleTable)

    def _table(self, name: str, kind: type[Table]) -> Table | None:
        file = self._path / f"{name}.npz"
        if not file.exists():
            return None
        with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            return kind(**data)

    def predictions(self, name: str) -> list[NewPrediction]:
        """Read one predictions file.

        Raises:
            RunFolderError: it is missing or damaged.
        """
        file = self._path / name
        # opened here, for numpy leaves a damaged file open
        with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            found = [
                NewPrediction(int(face), points, scores, float(score), float(spread))
                for face, points, scores, score, spread in zip(
                    data["faces"], data["points"], data["scores"], data["score"],
                    data["spread"], strict=True,
                )
            ]  # fmt: skip
            if "errors" not in data:
                return found
            return [
                replace(row, errors=errors, error=float(error))
                for row, errors, error in zip(found, data["errors"], data["error"], strict=True)
            ]

    def predicted_points(self, name: str, wanted: Collection[int]) -> dict[int, Points]:
        """The landmarks of a few faces in a predictions file, decided ones too. Raises
        RunFolderError."""
        file = self._path / name
        with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            faces = data["faces"]
            places = np.flatnonzero(np.isin(faces, list(wanted)))
            if not len(places):
                return {}
            return dict(zip(faces[places].tolist(), data["points"][places], strict=True))

    def expected_errors(self, name: str, wanted: Collection[int]) -> dict[int, float]:
        """The expected errors of a few faces in a predictions file, shares of the norm; none
        without an error model. Raises RunFolderError."""
        file = self._path / name
        with reading(file), file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            if "error" not in data:
                return {}
            faces = data["faces"]
            places = np.flatnonzero(np.isin(faces, list(wanted)))
            return dict(zip(faces[places].tolist(), data["error"][places].tolist(), strict=True))

    def predicted_faces(self, names: list[str]) -> set[int]:
        """The faces of some predictions files, of which the rest is not read. Raises
        RunFolderError."""
        faces: set[int] = set()
        for name in names:
            file = self._path / name
            with reading(file), file.open("rb") as stream, np.load(stream) as data:
                faces.update(data["faces"].tolist())
        return faces


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Around reading a file of a run folder.

    Raises:
        RunFolderError: it is missing, damaged, or cannot be read.
    """
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise unreadable(file, error) from error


def unreadable(file: Path, error: Exception) -> RunFolderError:
    return RunFolderError(
        N_("The results in {path} cannot be read: {reason}."),
        N_("Start the round again."),
        path=file,
        reason=system_reason(error),
    )
