"""The .pts files of 300W: landmarks of one face as text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipnet.data.coco import (
    LabelError,
)

MAX_PTS_BYTES = 10_000_000
"""Bytes. Laser scans use the suffix .pts too, and are gigabytes."""


def parse_pts(path: Path, origin: int = 1) -> NDArray[np.float64]:
    """The landmarks of a 300W .pts file, (N, 2) float64 pixels counted from 0.

    `origin` is what the file counts from: 1, as the iBUG group does (MATLAB; menpo#160), or 0. The
    first block in braces is read; a third column (z) is left out. Raises LabelError.
    """
    _check_origin(origin)
    path = Path(path)
    text = _read_text(path)
    start = text.find("{")
    end = text.find("}", start)
    if start < 0 or end < 0:
        missing = "{" if start < 0 else "}"
        raise LabelError(
            f'{path.name} has no "{missing}": the points of a .pts file stand between braces. '
            f"It may be cut off or of another kind; export it again."
        )
    first = text.count("\n", 0, start) + 1
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(text[start + 1 : end].split("\n"), first):
        if words := line.split():
            rows.append(_point(words, f"{path.name}, line {number}"))
    if not rows:
        raise LabelError(f"{path.name} has no points between its braces; label it again.")
    stated = re.search(r"^\s*n_?points\s*:\s*(\S+)", text[:start], re.MULTILINE | re.IGNORECASE)
    if stated and stated[1] != str(len(rows)):
        raise LabelError(
            f"{path.name} says n_points: {stated[1]}, but holds {len(rows)} points. "
            f"It may be cut off; export it again, or correct the number."
        )
    return np.array(rows, np.float64) - origin


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


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_PTS_BYTES:
            raise LabelError(f"{path.name} is too large for landmarks; it may be a laser scan.")
        return path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LabelError(f"{path.name} could not be opened: {reason}.") from error


def _point(words: Sequence[str], place: str) -> tuple[float, float]:
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
    return values[0], values[1]
