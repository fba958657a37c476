"""The .pts files of 300W: landmarks of one face as text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.coco import (
    LabelError,
)
from pipnet.text import encoding_of

MAX_PTS_BYTES = 10_000_000
"""Bytes. Laser scans use the suffix .pts too, and are gigabytes."""


@dataclass(frozen=True, eq=False)
class PtsFace:
    """The landmarks of one .pts file.

    `points` (N, 2) float64 pixels from 0, NaN where hidden and without a position. `visibility`
    (N,) int8 of 0 (not in the photo, or no position), 1 (hidden) and 2 (visible). `notes`: what was
    interpreted, each a sentence without the file's name. `origin`: what the file counts from.
    """

    points: NDArray[np.float64]
    visibility: NDArray[np.int8]
    notes: tuple[str, ...] = ()
    origin: int = 1


def read_pts(path: Path, origin: int | None = None) -> PtsFace:
    """Read a .pts file of any of the tools that write them.

    `origin` is what the file counts from: 1, as the iBUG group does (MATLAB; menpo#160), or 0;
    None: 1, but 0 for files with `npoints`, which the C++ tools of the CLM family write. The first
    block in braces is read, or all lines of a file without braces; a third column (z) is left out,
    and so are comments (`#`, `//`). If the first of three columns only counts the points, the other
    two are x and y.
    Binary files (a 32-bit count, then 32-bit floats) are read too. In a file whose numbers have
    different numbers of decimals, a pair of negative numbers far from the face is a hidden landmark
    at its absolute position, and -1 -1 one without a position, as MERL-RAV writes them.

    Raises:
        LabelError: it cannot be read; names the line.
    """
    if origin is not None:
        _check_origin(origin)
    path = Path(path)
    data = _read_bytes(path)
    notes: list[str] = []
    stated, text = _binary_points(data), ""
    if stated is not None:
        notes.append("it is binary; its numbers count from 1 like those of other .pts files")
    else:
        text = _without_comments(data.decode(encoding_of(data), errors="replace"))
        stated, is_numbered = _text_points(path, text)
        if is_numbered:
            notes.append("its first column only counts the points: left out")
        if origin is None and re.search(r"^\s*npoints\s*:", text[:1000], re.MULTILINE):
            origin = 0
            notes.append('"npoints" is what the CLM tools write: its numbers count from 0')
        if "{" not in text:
            notes.append("it has no header; its numbers count from 1 like those of other files")
    points, visibility = stated, np.full(len(stated), 2, np.int8)
    if not _has_one_precision(text):
        points, visibility = _hidden_points(stated)
    if (visibility < 2).any():
        hidden, lost = int((visibility == 1).sum()), int((visibility == 0).sum())
        notes.append(
            f"negative numbers say that landmarks are hidden: {hidden} with a position, {lost} "
            f"without"
        )
    origin = 1 if origin is None else origin
    return PtsFace(points - origin, visibility, tuple(notes), origin)


def _binary_points(data: bytes) -> NDArray[np.float64] | None:
    """(N, 2) of a binary file, None if it is text."""
    if len(data) < 12 or len(data) != 4 + 8 * int.from_bytes(data[:4], "little"):
        return None
    points = np.frombuffer(data, "<f4", offset=4).reshape(-1, 2).astype(np.float64)
    return points if np.isfinite(points).all() and np.abs(points).max() < 1e6 else None


def _without_comments(text: str) -> str:
    """The lines without comments, whatever ends a line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(re.split(r"#|//", line, maxsplit=1)[0] for line in lines)


def _text_points(path: Path, text: str) -> tuple[NDArray[np.float64], bool]:
    """(N, 2) as the file states them, and whether a column in front counts the points."""
    start, end, first = -1, len(text), 1
    if "{" in text or "}" in text or re.match(r"\s*version", text):
        start = text.find("{")
        end = text.find("}", start)
        if start < 0 or end < 0:
            missing = "{" if start < 0 else "}"
            raise LabelError(
                f'{path.name} has no "{missing}": the points of a .pts file stand between braces. '
                f"It may be cut off or of another kind; export it again."
            )
        first = text.count("\n", 0, start) + 1
    lines = [
        (number, words)
        for number, line in enumerate(text[start + 1 : end].split("\n"), first)
        if (words := _words(line))
    ]
    if start < 0 and lines and lines[0][1] == [str(len(lines) - 1)]:
        del lines[0]  # the number of points
    rows = [_point(words, f"{path.name}, line {number}") for number, words in lines]
    if not rows:
        raise LabelError(f"{path.name} has no points; label it again.")
    stated = re.search(
        r"^\s*n_?points\s*:\s*(\S+)", text[: max(start, 0)], re.MULTILINE | re.IGNORECASE
    )
    if stated and stated[1].lstrip("0") != str(len(rows)):
        raise LabelError(
            f"{path.name} says n_points: {stated[1]}, but holds {len(rows)} points. "
            f"It may be cut off; export it again, or correct the number."
        )
    is_numbered = len(rows) > 2 and all(len(row) == 3 for row in rows)
    is_numbered = is_numbered and any(
        all(row[0] == place for place, row in enumerate(rows, first)) for first in (0, 1)
    )
    columns = slice(1, 3) if is_numbered else slice(0, 2)
    return np.array([row[columns] for row in rows], np.float64), is_numbered


def _words(line: str) -> list[str]:
    """The numbers of a line, which a comma may separate too."""
    words = line.replace(", ", " ").split()
    return words[0].split(",") if len(words) == 1 and words[0].count(",") == 1 else words


def _has_one_precision(text: str) -> bool:
    """Whether a program wrote every number with as many decimals, as iBUG's and ours do: its
    negative numbers are positions beyond the photo's edge."""
    lines = text.partition("{")[2].partition("}")[0]
    return len({len(word.partition(".")[2]) for word in lines.split()}) == 1


def _hidden_points(
    stated: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Points and visibility, where negative pairs may say that a landmark is hidden.

    Landmarks just beyond the left and top edges are negative too: those are near the others. A pair
    whose absolute position is not within the face's size of the others is no hidden landmark.
    """
    points = stated.copy()
    visibility = np.full(len(points), 2, np.int8)
    lost = (points == -1).all(axis=1)
    negative = (points < 0).all(axis=1) & ~lost
    seen = points[~negative & ~lost]
    if negative.any() and len(seen):
        low, high = seen.min(axis=0), seen.max(axis=0)
        reach = float((high - low).max()) / 2
        away = np.maximum(low - points, points - high).max(axis=1)
        there = np.maximum(low + points, -points - high).max(axis=1)
        negative &= (away > reach) & (there <= 2 * reach)
    hidden = negative
    if len(seen) == 0:
        lost[:] = False  # all are -1 -1: leave the numbers as they are
    points[hidden] = -points[hidden]
    visibility[hidden] = 1
    points[lost] = np.nan
    visibility[lost] = 0
    return points, visibility


def format_pts(points: NDArray[np.float64], origin: int = 1) -> str:
    """The text of a .pts file, six decimals, counted from `origin`; `points` (N, 2) from 0.

    Raises ValueError for a point without a finite position, which the format cannot tell.
    """
    _check_origin(origin)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError("a .pts file needs finite points of shape (N, 2)")
    lines = [f"{x:.6f} {y:.6f}" for x, y in (points + origin).tolist()]
    return "\n".join(["version: 1", f"n_points: {len(lines)}", "{", *lines, "}", ""])


def _check_origin(origin: int) -> None:
    if origin not in (0, 1):
        raise ValueError(f"origin must be 0 or 1, not {origin}")


def _read_bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PTS_BYTES:
            raise LabelError(f"{path.name} is too large for landmarks; it may be a laser scan.")
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LabelError(f"{path.name} could not be opened: {reason}.") from error


def _point(words: Sequence[str], place: str) -> list[float]:
    if len(words) not in (2, 3):
        raise LabelError(
            f"{place}: {len(words)} columns where x and y belong; put one point on each line."
        )
    values = []
    for word in words:
        try:
            value = float(word.replace("_", "?"))  # Python alone takes 1_000 for a number
        except ValueError:
            raise LabelError(f"{place}: {word!r} is not a number; correct it.") from None
        if not math.isfinite(value):
            raise LabelError(f"{place}: {word!r} is no position; label this point again.")
        values.append(value)
    return values
