"""Photos that a round could not use: saved as photo problems, and reported with its results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labeltool.domain import N_, Changes, Message, Round, with_path
from labeltool.rounds.run_folder import RunFolder
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a round could not use: `photos` with the reasons, and
    how many `faces` got no proposal and how many `manual` labels were not trained because of
    them; and how many faces a detector that finds faces itself did not find."""

    photos: tuple[tuple[Path, Message], ...] = ()
    faces: int = 0
    manual: int = 0
    not_found: int = 0

    def reasons(self) -> list[Message]:
        """The reasons, which name the photos by their paths."""
        return [with_path(reason, file) for file, reason in self.photos]

    def sentence(self) -> Message:
        """How many photos there were, and what is wrong with the first one; empty without any."""
        if not self.photos:
            return Message("")
        count, reason = len(self.photos), self.reasons()[0]
        if count == 1:
            return Message(N_("1 photo could not be used: {reason}."), reason=reason)
        text = N_("{count} photos could not be used, the first of them: {reason}.")
        return Message(text, count=count, reason=reason)


def read_skipped(store: Store, folder: RunFolder) -> Skipped:
    """What the round of a run folder could not use.

    Raises:
        RunFolderError: the folder is damaged.
    """
    problems = folder.problems()
    if not problems:
        return Skipped()
    roots, rows = store.photos.roots(), folder.tables.photo_rows()
    faces, labels = folder.tables.faces(), folder.tables.labels()
    bad = np.isin(faces.photos, list(problems))
    manual = faces.ids[:0] if labels is None else labels.faces[labels.manual]
    return Skipped(
        tuple(
            (roots[rows[place].root] / rows[place].path, reason)
            for place, reason in problems.items()
        ),
        int(bad.sum()),
        int(np.isin(manual, faces.ids[bad]).sum()),
    )


def save_problems(store: Store, folder: RunFolder, *, is_finished: bool) -> Changes:
    """Save the problems of the photos of a run, and clear those of photos that a finished run could
    read. Photos of a missing photo folder get no problem of their own.

    Raises:
        RunFolderError: the folder is damaged.
    """
    problems = folder.problems()
    if not problems and not is_finished:
        return Changes()
    roots, rows = store.photos.roots(), folder.tables.photo_rows()
    there = {root_id for root_id, root in roots.items() if root.is_dir()}
    found = {
        (rows[place].root, rows[place].path): reason
        for place, reason in problems.items()
        if rows[place].root in there
    }
    read = set(folder.tables.faces().photos.tolist()) - problems.keys() if is_finished else set()
    usable = [(rows[place].root, rows[place].path) for place in read]
    return store.photos.set_problems(found, usable)


def predicted_message(skipped: Skipped, total: int) -> Message | None:
    """How many of `total` faces got a proposal, and why not all; None if all did."""
    if not skipped.photos and not skipped.not_found:
        return None
    some = N_("{count} of {total} faces got a proposal.")
    count = total - skipped.faces - skipped.not_found
    not_found = Message.counted(
        skipped.not_found,
        N_("The detector did not find 1 face."),
        N_("The detector did not find {count} faces."),
    )
    return Message.join(
        Message(some, count=count, total=total),
        skipped.sentence() if skipped.photos else None,
        not_found if skipped.not_found else None,
    )


def trained_message(skipped: Skipped, row: Round, proposed: int) -> Message:
    """How many manual labels a round trained on, and how many faces there are to review."""
    manual = int(str(row.summary["manual"]))
    trained = (
        N_("Round {number} trained on {used} of 1 manual label.")
        if manual == 1
        else N_("Round {number} trained on {used} of {manual} manual labels.")
    )
    return Message.join(
        Message(trained, number=row.number, used=manual - skipped.manual, manual=manual),
        skipped.sentence(),
        Message.counted(
            proposed,
            N_("1 face has a proposal to review."),
            N_("{count} faces have a proposal to review."),
        ),
    )
