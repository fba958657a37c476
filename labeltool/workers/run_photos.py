"""The photos of a run, and why some of them cannot be used."""

from __future__ import annotations

import numpy as np

from labeltool.domain import N_, Message, UserError, photo_problem, with_path
from labeltool.rounds.run_folder import RunFolder
from pipnet.data.images import ImageError


class RunPhotos:
    """The photos of the run: `files`, the `sizes` that they must have, and `problems`.

    `problems`: why photos could not be used, by index in `files`.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.files, self.sizes = folder.tables.photos(), folder.tables.sizes()
        self.problems: dict[int, Message] = {}
        faces, labels = folder.tables.faces(), folder.tables.labels()
        manual = faces.ids[:0] if labels is None else labels.faces[labels.manual]
        self._labelled: set[int] = set(faces.photos[np.isin(faces.ids, manual)].tolist())
        self._index = {file: place for place, file in enumerate(self.files)}

    def skip(self, error: ImageError) -> None:
        """Record why a photo cannot be used."""
        self.problems[self._index[error.path]] = photo_problem(error)

    def check_labelled(self) -> None:
        """Raise a UserError if no photo with a manual label can be used."""
        if self._labelled <= self.problems.keys():
            raise UserError(
                N_("None of the labelled photos can be used: {reason}."),
                N_("Put them back, or point the project to where they are now."),
                reason=self.example(),
            )

    def example(self) -> Message:
        """The problem of one of the photos, with its path."""
        place, reason = next(iter(self.problems.items()))
        return with_path(reason, self.files[place])
