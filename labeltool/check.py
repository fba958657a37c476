"""Whether everything of a project is there and agrees: database, log, photos, rounds."""

from __future__ import annotations

from labeltool.domain import RoundKind, RoundStatus
from labeltool.store import Store
from labeltool.training.folder import RunFolder


def check_database(store: Store, repair: bool = False) -> list[str]:
    """What of `check` is about the project's file alone."""
    for round_id in store.rounds.unsettled():  # results came in, and the program was killed then
        store.rounds.settle(round_id)
    return store.reviews.check(repair)


def check(store: Store, repair: bool = False) -> list[str]:
    """What is wrong with a project, a sentence each with what to do; nothing if all is well.

    `repair` mends what follows from the log; what was mended is said with the word "mended".
    """
    if store.read_only and not repair:  # the check writes, and takes it back
        with store.private_copy() as copy:
            there, here = str(copy.folder), str(store.folder)
            said = [line.replace(there, here) for line in check_database(copy)]
    else:
        said = check_database(store, repair)
    said += [
        f"the photo folder {root} is gone: say where it is with 'labeltool relocate'"
        for root in store.faces.roots().values()
        if not root.is_dir()
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
