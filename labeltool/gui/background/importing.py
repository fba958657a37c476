"""A label file on its way into the project, in the background."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from labeltool.domain import Changes, Progress
from labeltool.exchange.label_import import LabelSource, read_source, take_labels
from labeltool.gui.i18n import notifications
from labeltool.store import Store


@dataclass(frozen=True)
class LabelImport:
    """What is to be taken: `proposals` or labels; `turn`, `scale`: those that were made on pictures
    of another size too, as `labeltool.exchange.label_import.take_labels` says."""

    source: Path | LabelSource
    proposals: bool
    turn: bool = False
    scale: bool = False

    @property
    def path(self) -> Path:
        """The label file."""
        return self.source if isinstance(self.source, Path) else self.source.path

    def take(self, store: Store, reviewer: str, progress: Progress) -> LabelsRead:
        """Take the labels; of a path whose labels need a choice nothing is taken."""
        source = self.source
        if isinstance(source, Path):
            source = read_source(store, source)
            if any(wrong.frame is not None for wrong in source.frames()[1].values()):
                return LabelsRead(replace(self, source=source), asks=source)
        taken = take_labels(
            store, source, reviewer,
            proposals=self.proposals, turn=self.turn, scale=self.scale, progress=progress,
        )  # fmt: skip
        note = notifications.labels(taken, source.path, proposals=self.proposals)
        nothing = not taken.taken or taken.changes.back  # to undo
        changes = Changes(all=True, photos=True, rounds=self.proposals, note=note, back=nothing)
        return LabelsRead(self, changes, taken.waiting)


@dataclass(frozen=True)
class LabelsRead:
    """What became of an import: its `changes`, and whether photos are `waiting` for the face
    search; or what it `asks` about first."""

    wanted: LabelImport
    changes: Changes | None = None
    waiting: bool = False
    asks: LabelSource | None = None
