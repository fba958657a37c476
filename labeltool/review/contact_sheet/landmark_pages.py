"""One landmark of many faces, in pages, the worst expected error first. Without Qt and SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from labeltool.domain import WriteResult
from labeltool.store import PASSED, UNMARKED, WRONG, CheckTable, SeenLandmark, Store

PAGE_FACES = 60
"""Faces on one page."""


class LandmarkPages:
    """The pages of the chosen `landmark`; `page` counts from 0.

    Which faces are on which page is fixed when a landmark is chosen, so that going back finds what
    was there. `table` is kept up to date by `refresh`.

    Args:
        within: ids of the faces to choose from; the others are left out.
    """

    def __init__(
        self, store: Store, reviewer: str, table: CheckTable, within: Sequence[int]
    ) -> None:
        self._store, self._reviewer = store, reviewer
        chosen = np.isin(table.faces, np.asarray(within, np.int64))
        self.table = CheckTable(
            table.faces[chosen], table.predictions[chosen], table.errors[chosen],
            table.marks[chosen],
        )  # fmt: skip
        self.landmark, self.page = 0, 0
        self._waits = np.ones(len(self.table.faces), bool)
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._count()

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-len(self._rows) // PAGE_FACES)

    def choose(self, landmark: int) -> None:
        """Show the first page of a landmark: of the faces that have it, and where nothing was said
        of it yet."""
        self.landmark, self.page = landmark, 0
        is_open = (self.table.marks[:, landmark] == UNMARKED) & ~np.isnan(
            self.table.errors[:, landmark]
        )
        rows = np.flatnonzero(self._waits & is_open)
        worst = -self.table.errors[rows, landmark].astype(np.float32)
        self._rows = rows[np.argsort(worst, kind="stable")]

    def faces(self, page: int | None = None) -> list[int]:
        """Ids of the faces on a page, by default the one that is shown; empty before the first and
        beyond the last."""
        start = (self.page if page is None else page) * PAGE_FACES
        if start < 0:
            return []
        return [int(face) for face in self.table.faces[self._rows[start : start + PAGE_FACES]]]

    def marks(self, faces: Sequence[int]) -> dict[int, int]:
        """What was said of the landmark on these faces."""
        return {
            face: int(self.table.marks[row, self.landmark])
            for face, row in self._places(faces).items()
        }

    @property
    def todo(self) -> NDArray[np.int64]:
        """(N,): on how many faces each landmark is to be looked at."""
        return self._todo

    @property
    def lacking(self) -> NDArray[np.int64]:
        """(N,): how many faces that wait have a proposal without the landmark."""
        return self._lacking

    @property
    def wrong(self) -> NDArray[np.int64]:
        """(N,): on how many faces that wait each landmark is wrong."""
        return self._wrong

    def wrong_faces(self) -> tuple[int, ...]:
        """Ids of the faces that wait and have a wrong landmark."""
        found = self.table.faces[self._waits & (self.table.marks == WRONG).any(1)]
        return tuple(int(face) for face in found)

    def _count(self) -> None:
        self._todo = np.zeros(self.table.marks.shape[1], np.int64)
        self._wrong, self._lacking = self._todo.copy(), self._todo.copy()
        self._add(np.arange(len(self.table.faces)), 1)

    def _add(self, rows: NDArray[np.int64], sign: int) -> None:
        """Count the marks of some rows in, or out: all of them are too many for each page."""
        waiting = rows[self._waits[rows]]
        marks, lacks = self.table.marks[waiting], np.isnan(self.table.errors[waiting])
        self._todo += sign * ((marks == UNMARKED) & ~lacks).sum(0)
        self._lacking += sign * lacks.sum(0)
        self._wrong += sign * (marks == WRONG).sum(0)

    def accept(self, shown: Mapping[int, bool]) -> WriteResult:
        """Say of the faces that are shown whether the landmark is right, as one operation.

        Raises:
            UserError: every one of the faces was changed meanwhile.
        """
        places = self._places(list(shown))
        seen = [
            SeenLandmark(face, int(self.table.predictions[row]), PASSED if shown[face] else WRONG)
            for face, row in places.items()
        ]
        result = self._store.decisions.landmark_checks.check(self._reviewer, self.landmark, seen)
        self.refresh(list(shown))
        return result

    def refresh(self, faces: Sequence[int]) -> None:
        """Read again what was said of these faces, and whether they wait."""
        places = self._places(faces)
        rows = np.array(list(places.values()), np.int64)
        self._add(rows, -1)
        self._take(rows, self._store.decisions.landmark_checks.some(list(places)))
        self._add(rows, 1)

    def replace(self, now: CheckTable) -> None:
        """Follow a table that was read again; the pages stay as they are."""
        self._take(np.arange(len(self.table.faces)), now)
        self._count()

    def _take(self, rows: NDArray[np.int64], now: CheckTable) -> None:
        mine = self.table.faces[rows]
        at = np.searchsorted(now.faces, mine)
        found = at < len(now.faces)
        found[found] = now.faces[at[found]] == mine[found]
        self._waits[rows] = found
        self.table.marks[rows[~found]] = PASSED
        there, at = rows[found], at[found]
        self.table.marks[there] = now.marks[at]
        self.table.predictions[there] = now.predictions[at]
        self.table.errors[there] = now.errors[at]

    def _places(self, faces: Sequence[int]) -> dict[int, int]:
        """The rows of the table that hold these faces."""
        if not len(self.table.faces):
            return {}
        wanted = np.asarray(faces, np.int64)
        rows = np.minimum(np.searchsorted(self.table.faces, wanted), len(self.table.faces) - 1)
        return {
            int(face): int(row)
            for face, row in zip(wanted, rows, strict=True)
            if self.table.faces[row] == face
        }
