"""Photos and labels on their way into the project, in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from labeltool.domain import Changes, Message, Progress, WriteResult
from labeltool.exchange import detection_pool, photo_import
from labeltool.exchange.label_import import import_labels, import_photos
from labeltool.exchange.label_source import LabelSource, find_label_source, fit_to_scheme
from labeltool.exchange.mapping.landmark_map import LandmarkMap
from labeltool.gui.background.round_controller import RoundController
from labeltool.gui.background.tasks import TaskRunner, Work
from labeltool.gui.background.write_queue import WriteQueue, face_id
from labeltool.gui.i18n import notifications
from labeltool.gui.i18n.translate import tr
from labeltool.project.integrity import photos_missing
from labeltool.review.desk import Desk
from labeltool.store import MAX_INSTANT_FACES, Store

LabelKind = Literal["labels", "proposals", "photos"]
"""What a label file is imported as."""


@dataclass(frozen=True)
class LabelImport:
    """What to import of a label file: its labels, its faces as proposals, or its photos only.

    `mapping` None takes the landmarks by their names or numbers. `shift`: pixels to add to all
    positions. `turn`, `scale`: also labels made on pictures of another size, see
    `labeltool.exchange.label_import.import_labels`. `photos_to_search`: photos came into the
    project already, and must be searched for faces afterwards.
    """

    source: Path | LabelSource
    kind: LabelKind = "labels"
    mapping: LandmarkMap | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    turn: bool = False
    scale: bool = False
    photos_to_search: bool = False

    @property
    def path(self) -> Path:
        """The label file."""
        return self.source if isinstance(self.source, Path) else self.source.path

    def run(self, store: Store, reviewer: str, progress: Progress) -> LabelImportResult:
        """Import it."""
        source = self.source
        if isinstance(source, Path):
            source = find_label_source(store, source)
        if self.kind == "photos":
            added = import_photos(store, source)
            note = notifications.photos(added, store.queue.counts(), 0)
            result = WriteResult(Changes(all=True, photos=True), Message(note))
            return LabelImportResult(result, added.new > 0 or self.photos_to_search)
        proposals = self.kind == "proposals"
        summary = import_labels(
            store, fit_to_scheme(source, store.scheme, self.mapping, self.shift), reviewer,
            proposals=proposals, turn=self.turn, scale=self.scale, progress=progress,
        )  # fmt: skip
        note = notifications.labels(summary, source.path, proposals=proposals)
        changes = Changes(all=True, photos=True, rounds=proposals)
        is_undoable = summary.is_logged and summary.imported > 0
        result = WriteResult(changes, Message(note), undoable=is_undoable)
        return LabelImportResult(result, summary.has_unsearched_photos or self.photos_to_search)


@dataclass(frozen=True)
class LabelImportResult:
    """The `result` of an import, and whether `photos_to_search` are left."""

    result: WriteResult
    photos_to_search: bool = False


class Importer(QObject):
    """Adds photos and labels to the project of a window, and searches the photos for faces.

    Signals:
        pages_left: TIFF files have further pages, which were not added; carries the folders and
            files that were given and how many pages there are, see `add_photos`.
        photos_moved: photos have new paths and must be read again; a write's Changes follow.
    """

    pages_left = Signal(object, int)
    photos_moved = Signal()
    _found_faces = Signal(object)

    def __init__(
        self, store: Store, desk: Desk, tasks: TaskRunner, writes: WriteQueue,
        rounds: RoundController, parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._store, self._desk = store, desk
        self._tasks, self._writes, self._rounds = tasks, writes, rounds
        self._is_open = True
        self.is_searching = False
        self._found_faces.connect(self._publish_found_faces)

    # Photos

    def add_photos(self, sources: Sequence[Path], *, all_pages: bool = False) -> None:
        """Add photos and search them for faces. `all_pages`: also the further pages of TIFF files;
        without it, `pages_left` tells of them."""
        self._start_search(partial(self._add_and_search, list(sources), all_pages))

    def search(self) -> None:
        """Search the photos that were not searched yet."""
        self._start_search(self._search)

    def search_waiting_photos(self) -> None:
        """Search the photos that were not searched yet, or report a missing photo folder."""
        if not self._is_open:
            return
        missing = photos_missing(self._store)
        if missing is not None:
            self._tasks.report(missing)
        elif self._desk.counts.waiting and not self._store.read_only:
            self.search()

    def _start_search(self, work: Work) -> None:
        self._rounds.want_prediction(retry_unusable=True)
        self.is_searching = True
        self._tasks.run(
            "import", tr("Finding faces"), work, ended=self._search_ended,
            cancel_message=tr(
                "Cancelled: photos that were added stay, and are searched when the project is "
                "opened again."
            ),
        )  # fmt: skip

    def _add_and_search(
        self, sources: list[Path], all_pages: bool, progress: Progress
    ) -> WriteResult:
        added = photo_import.add_photos(self._store, sources, all_pages=all_pages)
        if added.left_pages:
            self.pages_left.emit(sources, sum(added.left_pages.values()))
        searched = {photo for photo, _file in self._store.photos.unsearched()}
        detection_pool.search(self._store, progress, self._found_faces.emit)
        broken = sum(photo in searched for photo, *_ in self._store.photos.problems())
        note = notifications.photos(added, self._store.queue.counts(), broken)
        return WriteResult(Changes(all=True, photos=True), Message(note))

    def _search(self, progress: Progress) -> Changes:
        detection_pool.search(self._store, progress, self._found_faces.emit)
        return Changes(all=True, photos=True)

    @Slot(object)
    def _publish_found_faces(self, changes: Changes) -> None:
        """Show faces while the search goes on, and get their proposals."""
        self._tasks.publish(changes)
        self._rounds.predict_if_wanted()

    @Slot()
    def _search_ended(self) -> None:
        self.is_searching = False
        self._rounds.predict_if_wanted()

    def move_photos(self, root_id: int, folder: Path) -> None:
        """Set the new path of a photo folder, then look for other missing ones."""
        self._writes.submit(partial(self._move_photos, root_id, folder))

    def _move_photos(self, root_id: int, folder: Path) -> WriteResult:
        result = self._store.photos.move_root(root_id, folder)
        self.photos_moved.emit()
        QTimer.singleShot(0, self.search_waiting_photos)  # after the message of this write
        return result

    # Labels

    def add_labels(self, wanted: LabelImport) -> None:
        """Import the labels of a file."""
        self._tasks.run(
            "writes", tr("Reading {file}", file=wanted.path.name),
            partial(wanted.run, self._store, self._desk.reviewer),
            cancel_message=tr("Cancelled: no face was changed."), succeeded=self._labels_added,
        )  # fmt: skip

    @Slot(object)
    def _labels_added(self, result: object) -> None:
        assert isinstance(result, LabelImportResult)
        self._tasks.publish(result.result)
        if result.photos_to_search and not self.is_searching:
            self.search()

    # Photos that are one face

    def use_whole_photos(self, photos: Sequence[int]) -> None:
        """Make each of these photos one face."""
        if len(photos) <= MAX_INSTANT_FACES:
            take_few, face = partial(self._desk.add_whole_photos, list(photos)), face_id(self._desk)
            # the new face is shown unless the person went on to another one meanwhile
            self._writes.submit(lambda: take_few(show=face_id(self._desk) == face))
            return
        take = partial(self._store.boxes.take_whole, self._desk.reviewer, list(photos))
        name = tr("Taking %Ln photo(s) whole", "", len(photos))
        self._tasks.write(name, take, succeeded=self._whole_photos_used)

    @Slot(object)
    def _whole_photos_used(self, result: object) -> None:
        self._tasks.publish(result)
        self._rounds.want_prediction()
        self._rounds.predict_if_wanted()

    def close(self) -> None:
        """Start no more searches."""
        self._is_open = False
