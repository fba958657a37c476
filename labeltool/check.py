"""Whether everything of a project is there and agrees: database, log, photos, rounds."""

from __future__ import annotations

import os
from pathlib import Path

from labeltool.domain import PhotosMissingError, RoundKind, RoundStatus, mark
from labeltool.store import Store
from labeltool.training.folder import RunFolder


def check(store: Store, repair: bool = False) -> list[str]:
    """What is wrong with a project, a sentence each with what to do; nothing if all is well.

    `repair` mends what follows from the log; what was mended is said with the word "mended".
    """
    for round_id in store.rounds.unsettled():  # results came in, and the program was killed then
        store.rounds.settle(round_id)
    said = store.reviews.check(repair)
    said += [
        f"the photo folder {root} is gone: say where it is with 'labeltool relocate'"
        for root in _missing_folders(store)
    ]
    for row in store.rounds.all():
        if row.status is RoundStatus.READY and row.kind is RoundKind.TRAIN:
            missing = RunFolder(row.folder).missing()
            if missing:
                said.append(
                    f"round {row.number} lacks {', '.join(missing)} in {row.folder}: put the "
                    "folder back from a copy, or train anew; no decision is touched"
                )
    return said


def photos_missing(store: Store) -> PhotosMissingError | None:
    """What to say of photo folders that are not there, as after a move to another computer."""
    missing = _missing_folders(store)
    if not missing:
        return None
    what = mark("The photo folder {folder} is not there.")
    if len(missing) > 1:
        what = mark("{count} photo folders are not there, such as {folder}.")
    remedy = mark("Say where the photos are now; everything else of the project is here.")
    return PhotosMissingError(what, remedy, folder=missing[0], count=len(missing))


def _missing_folders(store: Store) -> list[Path]:
    return [root for root in store.faces.roots().values() if not os.path.isdir(root)]
