"""The mean face, and which landmarks are neighbours on it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Which landmarks predict which (paper section 3.2, the authors' `get_meanface`).

    `table` (N, C): the C nearest landmarks of each on the mean face, nearest first; the order is
    the channel order of a checkpoint. `landmark`, `slot` (N, M): the M predictions that are
    averaged into each landmark, `slot[i, m]` of `landmark[i, m]`; shorter lists are repeated
    cyclically up to the longest, so a landmark with few predictors uses each several times.
    """

    table: NDArray[np.int64]
    landmark: NDArray[np.int64]
    slot: NDArray[np.int64]

    @property
    def count(self) -> int:
        """C."""
        return int(self.table.shape[1])


def neighbours(meanface: NDArray[np.float64], count: int) -> Neighbours:
    """Neighbour tables of a mean face (N, 2) for C = `count`.

    Raises:
        ValueError: C is not in 0..N-1, or some landmark has no predictor (or so few that the
            authors' padding, eleven copies of its list, does not reach the longest list).
    """
    total = len(meanface)
    if not 0 <= count < total:
        raise ValueError(f"{total} landmarks allow 0 to {total - 1} neighbours, not {count}")
    if count == 0:
        empty = np.zeros((total, 0), np.int64)
        return Neighbours(empty, empty, empty)
    distance = ((meanface[:, None] - meanface[None]) ** 2).sum(-1)  # (N, N)
    table = np.argsort(distance, axis=1)[:, 1 : count + 1]
    predictors: list[list[tuple[int, int]]] = [[] for _ in range(total)]
    for landmark in range(total):
        for slot in range(count):
            predictors[table[landmark, slot]].append((landmark, slot))
    longest = max(len(row) for row in predictors)
    for landmark, row in enumerate(predictors):
        if len(row) * 11 < longest:
            raise ValueError(
                f"with {count} neighbours landmark {landmark} is predicted by {len(row)} others "
                f"only, and some landmark by {longest}: choose another number of neighbours"
            )
    padded = np.array([[row[k % len(row)] for k in range(longest)] for row in predictors])
    return Neighbours(table, padded[..., 0], padded[..., 1])


def max_neighbours(meanface: NDArray[np.float64], wanted: int = 10) -> int:
    """The largest C up to `wanted` that this mean face (N, 2) allows; 0 if none."""
    for count in range(min(wanted, len(meanface) - 1), 0, -1):
        with suppress(ValueError):
            neighbours(meanface, count)
            return count
    return 0


def read_meanface(path: Path) -> NDArray[np.float64]:
    """Read the authors' `meanface.txt`: 2N numbers, x0 y0 x1 y1 ..., in crop units 0 to 1.

    Raises:
        ValueError: not an even count of finite numbers; the message names the file.
    """
    try:
        numbers = np.array(path.read_text(encoding="ascii").split(), np.float64)
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a mean face: {error}") from error
    if len(numbers) == 0 or len(numbers) % 2 or not np.isfinite(numbers).all():
        raise ValueError(f"{path} is not a mean face: it holds {len(numbers)} numbers")
    return numbers.reshape(-1, 2)
