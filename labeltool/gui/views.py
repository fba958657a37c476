"""The views of a project's window, and how they are laid out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from labeltool.domain import Changes
from labeltool.gui.background.tasks import Task
from labeltool.gui.canvas.face_editor import FaceEditor
from labeltool.gui.gallery.filmstrip import Filmstrip
from labeltool.gui.gallery.gallery import Gallery
from labeltool.gui.gallery.sample_strip import SampleStrip
from labeltool.gui.i18n.translate import tr
from labeltool.gui.images.thumbnail_file import ThumbnailFile, thumbnail_path
from labeltool.gui.images.thumbnails import ThumbnailLoader
from labeltool.gui.panels.face_list import FaceList
from labeltool.gui.panels.filter_panel import FilterPanel, NewsBar
from labeltool.gui.panels.history_panel import HistoryPanel
from labeltool.gui.panels.inspector import Inspector
from labeltool.gui.panels.message_bar import MessageBar, ReadOnlyBar, TaskProgress
from labeltool.gui.panels.round_progress import RoundProgressPanel
from labeltool.gui.panels.round_ready import RoundReadyBar
from labeltool.gui.session import Session
from labeltool.gui.settings import Settings

IDLE_MS = 300
"""How long the gallery must be still before the photo of its face is decoded."""

MIN_RIGHT_PIXELS = 190
"""Width that the inspector and the history need."""


class Views(QWidget):
    """Every view of a session. The photo or the gallery is in the centre.

    A view changes the session, never another view.
    """

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self.editor = FaceEditor(session, settings)
        self.canvas, self.photos = self.editor.canvas, self.editor.photos
        self.thumbnails = ThumbnailLoader(ThumbnailFile(thumbnail_path()), self)
        self.gallery = Gallery(session, self.thumbnails, settings.picture_side)
        self.filmstrip = Filmstrip(session, self.thumbnails)
        self.filters = FilterPanel(session)
        self.face_list = FaceList(session)
        self.news = NewsBar()
        self.inspector = Inspector(session)
        self.history = HistoryPanel(session)
        self.round_progress = RoundProgressPanel(session)
        self.round_ready = RoundReadyBar(session)
        self._samples = SampleStrip(session, self.thumbnails)
        self.round_progress.details.add_column(tr("Faces now"), self._samples)
        self.message_bar = MessageBar()
        self._task_bars = QVBoxLayout()
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self._decode_ahead)
        self._place()
        self._connect()
        self.round_progress.show_running()

    def _place(self) -> None:
        self._centre = QStackedWidget()
        self._centre.addWidget(_column(self.editor, self.filmstrip))
        self._centre.addWidget(self.gallery)
        bars = [ReadOnlyBar()] if self._session.store.read_only else []
        middle = _column(self._centre, self.message_bar, above=[*bars, self.news])
        layout = middle.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addLayout(self._task_bars)
        left = _stacked(self.filters, self.face_list)
        right = _stacked(self.inspector, self.history)
        left.setSizes([440, 220])
        right.setStretchFactor(0, 1)
        right.setSizes([480, 240])
        split = QSplitter(Qt.Orientation.Horizontal)
        self._splits = {"window": split, "left": left, "right": right}
        for view, stretch in ((left, 0), (middle, 1), (_scrolled(right), 0)):
            split.addWidget(view)
            split.setStretchFactor(split.count() - 1, stretch)
        split.setSizes([260, 800, 240])
        split.setChildrenCollapsible(False)
        left.setMinimumWidth(220)
        self.inspector.setMinimumWidth(MIN_RIGHT_PIXELS)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(split, 1)
        rows.addWidget(line)
        rows.addWidget(self.round_ready)
        rows.addWidget(self.round_progress.ended)
        rows.addWidget(self.round_progress)

    def _connect(self) -> None:
        session = self._session
        session.changed.connect(self._schedule_decoding)
        session.failed.connect(self.message_bar.show_error)
        session.message.connect(self.message_bar.show_message)
        session.importer.photos_moved.connect(self.reload_photos)
        session.tasks.started.connect(self.show_task)
        self.message_bar.undo_wanted.connect(session.undo_redo.undo_operation)
        self.editor.message.connect(self.message_bar.show_message)
        self.editor.failed.connect(self.message_bar.show_error)
        self.canvas.selection_changed.connect(self._show_selection)
        self.inspector.landmarks.chosen.connect(self._select_points)
        self.inspector.landmarks.list.clicked.connect(self.focus_faces)
        self.inspector.landmarks.visibility_chosen.connect(self.editor.set_visibility)
        self.history.points_chosen.connect(self.editor.compare_with_history)
        self.gallery.opened.connect(self._open_photo)
        self.filters.search_finished.connect(self.focus_faces)

    @Slot(object)
    def show_task(self, task: Task) -> None:
        """Show the progress of a background task until it ends."""
        self._task_bars.addWidget(TaskProgress(task, self))

    def recolour(self) -> None:
        """Follow the palette."""
        for view in (
            self.round_progress, self._samples, self.filters, self.gallery, self.filmstrip,
        ):  # fmt: skip
            view.recolour()

    # The centre

    @property
    def shows_gallery(self) -> bool:
        """Whether the gallery is in the centre, and not the photo."""
        return self._centre.currentWidget() is self.gallery

    def show_gallery(self, shown: bool = True) -> None:
        """Put the gallery, or the photo, in the centre; not while a point is being dragged."""
        if shown == self.shows_gallery or self.canvas.is_dragging:
            return
        self.editor.is_paused = shown
        self._centre.setCurrentIndex(1 if shown else 0)
        self.focus_faces()
        self.editor.refresh()
        self._schedule_decoding()

    @Slot(int)
    def _open_photo(self, face_id: int) -> None:
        self._session.desk.open(face_id)
        self.show_gallery(False)
        self._session.publish(Changes())

    def show_photo_to_box(self, photo_id: int, photo: Path) -> None:
        """Show a photo without a face and let the person draw a box on it."""
        self.show_gallery(False)
        self.editor.show_photo_to_box(photo_id, photo)

    # Keyboard focus

    @property
    def _faces_widget(self) -> QWidget:
        return self.gallery.grid if self.shows_gallery else self.canvas

    @Slot()
    def focus_faces(self) -> None:
        """Leave a field or a list: letters are commands again, and arrows nudge the point that was
        clicked in its list."""
        self._faces_widget.setFocus()

    def focus_next_pane(self) -> None:
        """Focus the list, the faces or the landmarks in turn. Tab goes through the points on the
        canvas, so another key leaves it."""
        panes = (self.face_list.view, self._faces_widget, self.inspector.landmarks.list)
        here = next((k for k, pane in enumerate(panes) if pane.hasFocus()), -1)
        panes[(here + 1) % len(panes)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_search(self) -> None:
        """Let the person type a part of a file name."""
        self.filters.search.setFocus()
        self.filters.search.selectAll()

    # Selected points

    @Slot()
    def _show_selection(self) -> None:
        self.inspector.landmarks.select(self.canvas.selection.indices, self.canvas.selection.last)

    @Slot(object)
    def _select_points(self, indices: list[int]) -> None:
        if len(indices) == 1:
            self.canvas.show_point(indices[0])
        else:
            self.canvas.selection.select_many(indices)

    # Photos

    @Slot()
    def _schedule_decoding(self) -> None:
        """Decode a face's photo once the gallery rests on it: it may be wanted next."""
        if self.shows_gallery:
            self._idle.start()

    @Slot()
    def _decode_ahead(self) -> None:
        if self.shows_gallery:
            self.editor.photo_display.decode_ahead()

    @Slot()
    def reload_photos(self) -> None:
        """Read every photo again: they moved."""
        self.editor.photos_moved()
        self.thumbnails.revalidate()

    # Layout and end

    def restore_layout(self) -> None:
        """Arrange the views as in the last window."""
        layout = self._settings.layout
        for name, split in self._splits.items():
            sizes = layout.get(name)
            if isinstance(sizes, list) and all(type(size) is int for size in sizes):
                split.setSizes(sizes)
        self.history.head.setChecked(layout.get("history") is not False)
        self.round_progress.fold.setChecked(layout.get("round_details") is not False)
        if layout.get("gallery") is True:
            self.show_gallery()

    def save_layout(self) -> None:
        """Save the arrangement for the next window."""
        self._settings.picture_side = self.gallery.grid.side
        self._settings.layout = {
            "history": self.history.head.isChecked(),
            "round_details": self.round_progress.fold.isChecked(),
            "gallery": self.shows_gallery,
            **{name: split.sizes() for name, split in self._splits.items()},
        }

    def stop(self) -> None:
        """Stop loading photos, before the window closes or is replaced."""
        self._idle.stop()
        self.inspector.badge.stop()
        self.editor.is_paused = True  # photos that are being read are not wanted any more
        self.editor.close_photos()
        self.thumbnails.close()


def _column(main: QWidget, below: QWidget, above: list[QWidget] | None = None) -> QWidget:
    """Widgets one under the other; `main` takes the space that is left."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in above or []:
        layout.addWidget(widget)
    layout.addWidget(main, 1)
    layout.addWidget(below)
    return column


def _scrolled(content: QWidget) -> QScrollArea:
    """The widget, which scrolls up and down where the window is too low for all of it."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumWidth(MIN_RIGHT_PIXELS + area.verticalScrollBar().sizeHint().width())
    return area


def _stacked(upper: QWidget, lower: QWidget) -> QSplitter:
    split = QSplitter(Qt.Orientation.Vertical)
    split.addWidget(upper)
    split.addWidget(lower)
    split.setChildrenCollapsible(False)
    return split
