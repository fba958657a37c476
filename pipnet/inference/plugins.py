"""Detectors of other packages, which name them by an entry point. No torch of our own."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipnet.data.boxes import Box, match_by_overlap, overlap, tight_box
from pipnet.data.crop import CropConvention
from pipnet.data.scheme import Scheme, SchemeError, load_scheme, named_scheme
from pipnet.inference.base import Detector, checked_image
from pipnet.inference.results import FaceLandmarks
from pipnet.memory import is_out_of_memory
from pipnet.models.decoding import face_score

GROUP = "pipnet.detectors"
"""The group of entry points. What one names is called without arguments, and returns a `BoxPlugin`
or a `PhotoPlugin`."""

Points = NDArray[np.floating]
Found = tuple[Points, Points | None]
"""Landmarks (K, N, 2) of K faces in pixels of the upright photo, (0, 0) the centre of its first
pixel, and their scores (K, N), 0 to 1, or None for a detector without scores."""


class BoxPlugin(Protocol):
    """A detector that is told where the faces are.

    `scheme`: its N landmarks: a `Scheme`, the name of a shipped one, or a list of names.
    """

    scheme: Scheme | str | Sequence[str]

    def predict(self, images: Sequence[NDArray[np.uint8]], boxes: Sequence[Box]) -> Found:
        """The landmarks of B faces, each with its upright RGB photo (H, W, 3) and the x, y, width
        and height of its box in the photo's pixels."""
        ...


class PhotoPlugin(Protocol):
    """A detector that finds the faces itself. `scheme`: as `BoxPlugin` has it."""

    scheme: Scheme | str | Sequence[str]

    def find(self, image: NDArray[np.uint8]) -> Found:
        """The landmarks of all faces of an upright RGB photo (H, W, 3); (0, N, 2) for none."""
        ...


class PluginError(ValueError):
    """A plug-in that cannot be used, or gives what is not landmarks; the message names it."""


def plugin_names() -> list[str]:
    """The names of the installed plug-ins. None of them is imported."""
    return sorted({point.name for point in entry_points(group=GROUP)})


class PluginDetector(Detector):
    """An installed plug-in as a detector.

    Of a plug-in that finds faces itself, the faces are matched to boxes that are given; a box
    without a face gets landmarks that are NaN.

    Args:
        name: one of `plugin_names`.

    Raises:
        PluginError: there is none of that name, it cannot be loaded, or it is not what `GROUP`
            says.
    """

    def __init__(self, name: str) -> None:
        point = _entry_point(name)
        package = f" of {point.dist.name}" if point.dist is not None else ""
        self._title = f"the plug-in {name!r}{package}"
        self._plugin = self._ask("cannot be loaded", lambda: point.load()())
        self._predicts = callable(getattr(self._plugin, "predict", None))
        if not self._predicts and not callable(getattr(self._plugin, "find", None)):
            raise PluginError(f"{self._title} has neither a method 'predict' nor 'find'")
        super().__init__(self._scheme(name), CropConvention())
        # a photo is searched in one thread while faces of another are predicted
        self._lock = threading.Lock()
        self._faces: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def _scheme(self, name: str) -> Scheme:
        said = getattr(self._plugin, "scheme", None)
        if isinstance(said, Scheme):
            return said
        try:
            if isinstance(said, str):
                return load_scheme(said)
            if isinstance(said, Sequence) and all(isinstance(word, str) for word in said):
                return named_scheme(name, said)
        except SchemeError as error:
            raise PluginError(f"{self._title}: {error}") from error
        raise PluginError(
            f"{self._title} must have a 'scheme': a Scheme, the name of one, or landmark names"
        )

    def find_faces(self, image: NDArray[np.uint8]) -> list[Box]:
        """As `Detector.find_faces`; by the plug-in itself if it finds faces."""
        if self._predicts:
            return super().find_faces(image)
        points, _scores = self._found_on(image)
        return [tight_box(face) for face in points]

    def _predict_part(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
        mirror: bool,
    ) -> list[FaceLandmarks]:
        if self._predicts:
            photos = [checked_image(image) for image in images]
            points, scores = self._checked(
                lambda: self._plugin.predict(photos, list(boxes)), len(boxes)
            )
        else:
            points, scores = self._matched(images, boxes, kinds)
        none = np.zeros((self.scheme.count, 0, 2))
        return [
            FaceLandmarks(
                points[i], points[i], none, np.zeros(self.scheme.count), scores[i],
                float(face_score(scores[i : i + 1])[0]), box,
            )
            for i, box in enumerate(boxes)
        ]  # fmt: skip

    def _matched(
        self,
        images: Sequence[NDArray[np.uint8]],
        boxes: Sequence[Box],
        kinds: Sequence[str],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The faces that were found, (B, N, 2) and (B, N), by the boxes of their photos; NaN where
        there is none, with scores of 0."""
        points = np.full((len(boxes), self.scheme.count, 2), np.nan)
        scores = np.zeros(points.shape[:2])
        for photo in {id(image): image for image in images}.values():
            rows = [i for i, image in enumerate(images) if image is photo]
            found, theirs = self._found_on(photo)
            areas = [self.convention.landmark_box(boxes[i], kinds[i]) for i in rows]
            shares = {
                (i, j): _belonging(face, tight, boxes[row], area)
                for i, (row, area) in enumerate(zip(rows, areas, strict=True))
                for j, (face, tight) in enumerate(zip(found, map(tight_box, found), strict=True))
            }
            for i, j in match_by_overlap(shares).items():
                points[rows[i]], scores[rows[i]] = found[j], theirs[j]
        return points, scores

    def _found_on(
        self, image: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """All faces of a photo, searched once while it is in memory."""
        with self._lock:
            key = id(image)
            if key not in self._faces:
                self._faces[key] = self._checked(lambda: self._plugin.find(checked_image(image)))
                weakref.finalize(image, self._faces.pop, key, None).atexit = False
            return self._faces[key]

    def _checked(
        self, ask: Callable[[], Any], faces: int | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the plug-in answers, (K, N, 2) and (K, N), for so many `faces`, None for any
        number. Raises PluginError."""
        answer = self._ask("failed", ask)
        if not isinstance(answer, tuple) or len(answer) != 2:
            raise PluginError(f"{self._title} must return points and scores, not {type(answer)}")
        points, count = self._numbers(answer[0], "points"), self.scheme.count
        is_shaped = points.ndim == 3 and points.shape[1:] == (count, 2)
        if not is_shaped or faces not in (None, len(points)):
            shape = f"({'faces' if faces is None else faces}, {count}, 2)"
            raise PluginError(f"{self._title} gives points of shape {points.shape}, not {shape}")
        if answer[1] is None:
            return points, np.ones(points.shape[:2])
        scores = self._numbers(answer[1], "scores")
        if scores.shape != points.shape[:2]:
            raise PluginError(
                f"{self._title} gives scores of shape {scores.shape}, not {points.shape[:2]}"
            )
        return points, scores

    def _numbers(self, given: Any, what: str) -> NDArray[np.float64]:
        numbers = self._ask(
            f"gives {what} that are not numbers", lambda: np.array(given, np.float64)
        )
        if not np.isfinite(numbers).all():
            raise PluginError(f"{self._title} gives {what} that are NaN or infinite")
        return np.asarray(numbers, np.float64)

    def _ask(self, fault: str, ask: Callable[[], Any]) -> Any:
        """What `ask` returns. Raises PluginError instead of whatever the plug-in raises."""
        try:
            return ask()
        except Exception as error:  # code of others may raise anything
            if is_out_of_memory(error):
                raise
            raise PluginError(f"{self._title} {fault}: {type(error).__name__}: {error}") from error


def _belonging(face: NDArray[np.float64], tight: Box, box: Box, area: Box) -> float:
    """How surely a found face (N, 2) is that of a box, 0 to 1, from 0.5 up if it is.

    Its landmarks lie within the box; of several boxes it is the one whose landmark box `area` it
    fills best. A box that the plug-in's own face gave is that face's.
    """
    if tight == box:
        return 1.0
    x, y, w, h = box
    inside = ((face >= [x, y]) & (face <= [x + w, y + h])).all(-1).mean()
    return 0.5 + 0.49 * overlap(tight, area) if inside > 0.5 else 0.0


def _entry_point(name: str) -> EntryPoint:
    """Raises PluginError."""
    points = list(entry_points(group=GROUP, name=name))
    if not points:
        known = ", ".join(plugin_names()) or "none"
        raise PluginError(f"there is no plug-in {name!r}; installed: {known}")
    if len({point.value for point in points}) > 1:
        packages = ", ".join(sorted(point.dist.name for point in points if point.dist is not None))
        raise PluginError(
            f"several packages have a plug-in {name!r}: {packages}; uninstall all but one"
        )
    return points[0]
