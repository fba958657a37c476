"""The photos that a round could not use: what is said of them, and what the project keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labeltool.domain import Changes, Said, mark
from labeltool.store import Store
from labeltool.training.folder import RunFolder


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a round could not use: `photos` with the reasons, which begin with a photo's name; how
    many `faces` a prediction gave no proposal and how many `manual` labels a training did not use
    because of that."""

    photos: tuple[tuple[Path, str], ...] = ()
    faces: int = 0
    manual: int = 0

    def reasons(self) -> list[str]:
        """The reasons, which begin with the photo's path."""
        return [f"{file}{reason.removeprefix(file.name)}" for file, reason in self.photos]

    def sentence(self) -> Said:
        """How many photos they were, and what is wrong with the first one; empty without any."""
        if not self.photos:
            return Said("")
        count, reason = len(self.photos), self.reasons()[0]
        if count == 1:
            return Said(mark("1 photo could not be used: {reason}."), reason=reason)
        text = mark("{count} photos could not be used, the first of them: {reason}.")
        return Said(text, count=count, reason=reason)

    def predicted(self, total: int) -> Said:
        """How many of `total` faces got a proposal, and why; nothing if all got one."""
        if not self.photos:
            return Said("")
        return Said(
            mark("{count} of {total} faces got a proposal."), mark("{reason}"),
            count=total - self.faces, total=total, reason=self.sentence(),
        )  # fmt: skip

    def trained(self, number: int, manual: int, proposed: int) -> Said:
        """How many of the `manual` labels a round really trained on, and what to review."""
        review = (
            mark("1 face has a proposal to review.")
            if proposed == 1
            else mark("{count} faces have a proposal to review.")
        )
        trained = (
            mark("Round {number} trained on {used} of 1 manual label.")
            if manual == 1
            else mark("Round {number} trained on {used} of {manual} manual labels.")
        )
        return Said(
            trained, mark("{reason}") if self.photos else "", review, number=number,
            used=manual - self.manual, manual=manual, count=proposed, reason=self.sentence(),
        )  # fmt: skip


def find_left_out(store: Store, folder: RunFolder) -> LeftOut:
    """What the run of a folder could not use."""
    problems = folder.problems()
    if not problems:
        return LeftOut()
    roots, rows = store.faces.roots(), folder.photo_rows()
    faces, labels = folder.faces(), folder.labels()
    bad = faces.ids[np.isin(faces.photos, list(problems))]
    photos = [(roots[rows[at].root] / rows[at].path, why) for at, why in problems.items()]
    if labels is None:
        return LeftOut(tuple(photos), faces=len(bad))
    return LeftOut(tuple(photos), manual=int(np.isin(labels.faces[labels.manual], bad).sum()))


def keep_problems(store: Store, folder: RunFolder, *, finished: bool) -> Changes:
    """Keep what is wrong with the photos of a run; those that a finished one could read are whole
    again. Photos of a folder that is not there at all have no problem of their own."""
    problems = folder.problems()
    if not problems and not finished:
        return Changes()
    rows = folder.photo_rows()
    there = {root_id for root_id, root in store.faces.roots().items() if root.is_dir()}
    found = {
        (rows[place].root, rows[place].path): reason
        for place, reason in problems.items()
        if rows[place].root in there
    }
    read = set(folder.faces().photos.tolist()) - problems.keys() if finished else set()
    return store.faces.set_problems(found, [(rows[at].root, rows[at].path) for at in read])
