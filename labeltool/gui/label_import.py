"""An import of labels in the background, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeltool import labels
from labeltool.domain import Changes, Progress
from labeltool.gui import notes
from labeltool.labels import LabelSource
from labeltool.store import Store


@dataclass(frozen=True, slots=True)
class LabelImport:
    """A label file whose labels were taken; or `source`, to be asked about first.

    `waiting`: photos came in that are to be searched for faces.
    """

    proposals: bool
    source: LabelSource | None = None
    changes: Changes | None = None
    waiting: bool = False


def import_labels(
    store: Store,
    source: Path | LabelSource,
    reviewer: str,
    progress: Progress,
    *,
    proposals: bool,
    turn: bool,
    scale: bool,
) -> LabelImport:
    """Take labels, unless some of a path were made on pictures of another size; the options and
    what may be raised as in `labels.take_labels`."""
    if isinstance(source, Path):
        source = labels.read_source(store, source)
        if any(wrong.frame is not None for wrong in source.frames()[1].values()):
            return LabelImport(proposals, source=source)
    taken = labels.take_labels(
        store, source, reviewer, proposals=proposals, turn=turn, scale=scale, progress=progress
    )
    note = notes.labels(taken, source.path, proposals=proposals)
    nothing = not taken.taken or taken.changes.back  # to undo
    changes = Changes(all=True, photos=True, rounds=proposals, note=note, back=nothing)
    return LabelImport(proposals, changes=changes, waiting=taken.waiting)
