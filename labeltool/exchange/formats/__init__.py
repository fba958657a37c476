"""Label files of other tools: one small codec a module, on values that need no project.

A codec knows its format's offsets and order; here points are pixels of the upright photo, (0, 0)
the centre of its top-left pixel. A failed write raises OSError and leaves what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import Box, Points
from pipnet.output import replacing


@dataclass(frozen=True, eq=False)
class LabelledRow:
    """One face in a file.

    `photo`: the name that the file gives it; of .pts files their path without the suffix. `box`:
    x, y, width, height. `points` (N, 2), NaN
    where absent. `visibility` (N,) of 0 (not labelled), 1 (hidden) and 2 (visible), or None where
    the format has none. `verdict`: what a person said of it, empty where the file does not tell.
    """

    photo: str
    box: Box
    points: Points
    visibility: NDArray[np.int8] | None = None
    score: float | None = None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """What a file says of a photo: its `size` (width, height) and the SHA-256 of its content."""

    size: tuple[int, int] | None = None
    sha256: str | None = None


@dataclass(frozen=True, eq=False)
class ReadLabels:
    """What a file holds.

    `photos`: all that it lists by name, also those without a face; `stems`: the names lack the
    suffix. Landmark `names` and `flip` (landmark k of a mirrored face is landmark flip[k] of the
    face) are None where it does not tell; `edges` count from 0. `problems`: a sentence for all left
    out.
    """

    names: tuple[str, ...] | None
    edges: tuple[tuple[int, int], ...]
    rows: list[LabelledRow]
    flip: tuple[int, ...] | None = None
    problems: list[str] = field(default_factory=list)
    photos: Mapping[str, ListedPhoto] = field(default_factory=dict)
    stems: bool = False


def write_whole(path: Path, text: Iterable[str]) -> None:
    """Replace or make a file (and its folder) at once, of pieces of text. OSError, and whatever the
    pieces raise, leaves what was there before."""
    with (
        replacing(path) as partial,
        partial.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.writelines(text)
